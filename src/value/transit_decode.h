/*
 * transit_decode.h: transit read from tokens, whatever they are made of. JSON
 * and MessagePack each give a source of tokens; the walk that makes values of
 * them, with cache, tags and limits, is shared. Internal to the transit codec.
 */
#ifndef VALUE_TRANSIT_DECODE_H
#define VALUE_TRANSIT_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "value/codec.h"
#include "value/transit_cache.h"
#include "value/value.h"

enum transit_token_kind {
	TRANSIT_SCALAR,		/* nil, boolean, integer or double: value */
	TRANSIT_STRING,		/* value, as it stands on the wire, valid UTF-8 */
	TRANSIT_ARRAY,		/* n items follow */
	TRANSIT_MAP,		/* n keys and values follow, alternating */
	TRANSIT_CLOSE,		/* the innermost array or map ends */
};

#define TRANSIT_UNCOUNTED UINT64_MAX	/* n of a container that is ended by a TRANSIT_CLOSE */

struct transit_token {
	enum transit_token_kind	kind;
	size_t			offset;
	uint64_t		n;
	struct value		value;
};

/* Where the wanted token stands: what a grammar with commas and colons has to know. */
enum transit_place {
	TRANSIT_TOP,
	TRANSIT_FIRST_ITEM, TRANSIT_ITEM,
	TRANSIT_FIRST_KEY, TRANSIT_KEY, TRANSIT_AFTER_KEY,
};

struct transit_source {
	/* The next token, or -1 with *err filled. Nothing asks for the end of what is counted. */
	int	(*next)(struct transit_source *src, enum transit_place place,
		    struct transit_token *t);
	/* Nothing may be left: 0, or -1 with *err filled. */
	int	(*end)(struct transit_source *src);
	const uint8_t		*in;
	size_t			 len, at;
	struct arena		*arena;		/* for strings that cannot point into in */
	struct codec_error	*err;
	bool			 text;		/* errors have lines; ["^ ", …] is a map */
};

#define TRANSIT_STACK 64

struct transit_decoder {
	struct transit_source		*src;
	struct arena			*arena;
	struct transit_read_cache	 cache;
	struct value			*stack;	/* of the containers not closed yet */
	struct value			 first[TRANSIT_STACK];	/* what stack is at first */
	size_t				 n, room;
	size_t				 expanded;	/* bytes that cache codes stood for */
	unsigned			 depth_limit;	/* of values */
	unsigned			 nest, nest_limit;	/* of arrays and maps on the wire */
};

/* Read one value and the end of the input. Returns as a codec_read_fn. */
int	transit_decode(struct transit_source *src, const struct codec_limits *limits,
    struct arena *a,
	    struct value *out);

/* Fill the source's error and return -1. */
int	transit_fail(struct transit_source *src, enum codec_class class, size_t offset,
    const char *fmt, ...)
	    __attribute__((format(printf, 4, 5)));
/* How many bytes of a text to show in a message: not many, whole characters, none that controls. */
int	transit_shown(const struct value *text);
/* The arena is full: E_LIMIT, -1. */
int	transit_full(struct transit_source *src, size_t offset);

#endif
