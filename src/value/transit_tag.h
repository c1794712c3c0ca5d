/*
 * transit_tag.h: what transit's tags mean, one row each: from the tag and its
 * representation to the value. Internal to the transit codec.
 */
#ifndef VALUE_TRANSIT_TAG_H
#define VALUE_TRANSIT_TAG_H

#include <stddef.h>

#include "value/transit_decode.h"

/*
 * rep is what stands behind the tag, already a value, and may be taken apart. 0, or -1 with the
 * error filled.
 */
typedef int transit_tag_fn(struct transit_source *src, size_t offset, struct value *rep,
    struct value *out);

struct transit_tag {
	const char	*name;
	transit_tag_fn	*read;
	unsigned	 wraps;	/* 1: rep is no value of its own and adds no depth */
	const char	*doc;
};

/* The row of a tag without "~#", or NULL. */
const struct transit_tag *transit_tag_find(const char *name, size_t len);
/* A tagged value of one field: what an unknown tag reads as. */
int	transit_tag_unknown(struct transit_source *src, size_t offset, const struct value *tag,
	    const struct value *rep, struct value *out);
/* What "~Xtext" stands for; len >= 2, text[1] none of ~ ^ ` #. */
int	transit_tag_string(struct transit_source *src, size_t offset, const char *text, size_t len,
	    struct value *out);

/*
 * What handlers fail with: rep is of the wrong type; its text is none of what; it is no string at
 * all (else 0).
 */
int	transit_tag_type(struct transit_source *src, size_t offset, const char *what,
	    const char *expected, const struct value *rep);
int	transit_tag_value(struct transit_source *src, size_t offset, const char *what,
	    const char *expected, const struct value *rep);
int	transit_tag_need_text(struct transit_source *src, size_t offset, const char *what,
	    const struct value *rep);

#endif
