/*
 * transit_write.h: the walk that writes a value as transit, over the few things
 * in which JSON, verbose JSON and MessagePack differ. Internal to the transit
 * codec.
 */
#ifndef VALUE_TRANSIT_WRITE_H
#define VALUE_TRANSIT_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "value/codec.h"
#include "value/transit_cache.h"
#include "value/value.h"

struct transit_writer;

enum transit_shape {
	TRANSIT_SEQ,	/* an array */
	TRANSIT_PAIRS,	/* a map whose keys are scalars */
	TRANSIT_TAGGED,	/* a tag and its representation: the tag counts as key */
};

/* A way to write; one constant for each media type. */
struct transit_form {
	bool	cached;		/* repeated strings become codes */
	bool	native;		/* any scalar may be a key; uuids and instants are tagged numbers */
	bool	dates;		/* instants are text */
	void	(*nil)(struct transit_writer *w);
	void	(*boolean)(struct transit_writer *w, bool b);
	/* Where integer has no form for i (and returns false) it is written as a string. */
	bool	(*integer)(struct transit_writer *w, int64_t i);
	void	(*real)(struct transit_writer *w, double d);	/* finite */
	void	(*real32)(struct transit_writer *w, float f);
	void	(*string)(struct transit_writer *w, const char *text, size_t len);
	/* n items or pairs follow. */
	void	(*open)(struct transit_writer *w, enum transit_shape shape, size_t n);
	void	(*after_key)(struct transit_writer *w, enum transit_shape shape);
	void	(*close)(struct transit_writer *w, enum transit_shape shape);
};

struct transit_writer {
	const struct transit_form	*form;
	struct buf			*out;
	struct buf			 text;	/* a string in the making */
	struct transit_write_cache	 cache;
	struct codec_error		*err;
	unsigned			 depth;
	bool				 comma;	/* JSON: one is due before the next item */
};

/* As a codec_write_fn. */
int	transit_write(const struct transit_form *form, struct buf *out, const struct value *v,
	    struct codec_error *err);

#endif
