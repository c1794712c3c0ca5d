/*
 * fressian_out.h: what the parts of the Fressian writer share: the end of the
 * output as a pointer (so that a byte costs no call), integers and text. Only
 * fressian_*.c include it.
 */
#ifndef VALUE_FRESSIAN_OUT_H
#define VALUE_FRESSIAN_OUT_H

#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "value/codec.h"
#include "value/fressian_seen.h"

#define FRESSIAN_OUT_INT 9	/* bytes of the longest integer */

struct fressian_out {
	uint8_t		*p, *end;	/* free room at the end of buf; before p: not committed */
	struct buf	*buf;
	struct codec_error *err;
	struct fressian_seen names, types;
};

/* NULL, with E_LIMIT filled in, when n more bytes are too many. */
uint8_t	*fressian_out_more(struct fressian_out *o, size_t n);
/* Commit what stands before p. */
void	 fressian_out_commit(struct fressian_out *o);
/* An integer at p, where FRESSIAN_OUT_INT bytes fit, in its shortest form: returns behind it. */
uint8_t	*fressian_out_int_at(uint8_t *p, int64_t i);
int	 fressian_out_int(struct fressian_out *o, int64_t i);
/* A code byte and an integer, as a count. */
int	 fressian_out_counted(struct fressian_out *o, uint8_t code, uint64_t n);
/* Text (valid UTF-8) as a string, in chunks where it is long. */
int	 fressian_out_text(struct fressian_out *o, const char *s, size_t len);
int	 fressian_out_bytes(struct fressian_out *o, const uint8_t *s, size_t len);

/* n bytes at o->p, which the caller moves on; NULL as above. */
static inline uint8_t *
fressian_out_room(struct fressian_out *o, size_t n)
{
	return (size_t)(o->end - o->p) >= n ? o->p : fressian_out_more(o, n);
}

static inline int
fressian_out_code(struct fressian_out *o, uint8_t code)
{
	uint8_t *p = fressian_out_room(o, 1);

	if (p == NULL)
		return -1;
	*p = code;
	o->p = p + 1;
	return 0;
}

/* Write a value of one kind. depth: the outermost value is 1. 0, or -1 with o->err filled. */
typedef int fressian_put_fn(struct fressian_out *o, const struct value *v, unsigned depth);

fressian_put_fn fressian_scalar_nil;
fressian_put_fn fressian_scalar_bool;
fressian_put_fn fressian_scalar_int;
fressian_put_fn fressian_scalar_double;
fressian_put_fn fressian_scalar_float;
fressian_put_fn fressian_scalar_string;
fressian_put_fn fressian_scalar_bytes;
fressian_put_fn fressian_scalar_uri;
fressian_put_fn fressian_scalar_regex;
fressian_put_fn fressian_scalar_uuid;
fressian_put_fn fressian_scalar_inst;
fressian_put_fn fressian_scalar_bigint;
fressian_put_fn fressian_scalar_bigdec;

#endif
