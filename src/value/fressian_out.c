/*
 * fressian_out.c: the writer's integers, strings and byte strings, with the
 * chunks that the reference writer makes. See fressian_out.h.
 */
#include <stdbool.h>
#include <string.h>

#include "value/cesu8.h"
#include "value/fressian_out.h"

#define STRING_CHUNK	((size_t)65536)
#define BYTES_CHUNK	((size_t)65535)
#define PACKED		8	/* shorter ones carry their length in the code */

void
fressian_out_commit(struct fressian_out *o)
{
	o->buf->len = (size_t)(o->p - o->buf->data);
}

uint8_t *
fressian_out_more(struct fressian_out *o, size_t n)
{
	if (o->p != NULL)
		fressian_out_commit(o);
	if (buf_reserve(o->buf, n) == NULL) {
		codec_fail(o->err, E_LIMIT, o->buf->len,
		    "the value takes more than the %zu bytes allowed", o->buf->max);
		return NULL;
	}
	o->p = o->buf->data + o->buf->len;
	o->end = o->buf->data + o->buf->cap;
	return o->p;
}

/* Rows by how many bytes follow the code; the code is the zero code plus the high bits. */
static const struct {
	unsigned	bits;	/* of the integer, without sign */
	uint8_t		zero;
} packed[] = {
	{ 0, 0 },
	{ 12, 0x50 },
	{ 19, 0x68 },
	{ 25, 0x72 },
	{ 33, 0x76 },
	{ 41, 0x7A },
	{ 49, 0x7E },
};

uint8_t *
fressian_out_int_at(uint8_t *p, int64_t i)
{
	uint64_t magnitude = (uint64_t)(i < 0 ? ~i : i);
	unsigned n = 1;

	if (i >= -1 && i < 64) {
		*p = (uint8_t)i;
		return p + 1;
	}
	while (n < 7 && magnitude >> packed[n].bits != 0)
		n++;
	if (n == 7) {
		*p++ = 0xF8;
		n = 8;
	} else {
		*p++ = (uint8_t)(packed[n].zero + (i >> (8 * n)));
	}
	while (n-- > 0)
		*p++ = (uint8_t)((uint64_t)i >> (8 * n));
	return p;
}

int
fressian_out_int(struct fressian_out *o, int64_t i)
{
	uint8_t *p = fressian_out_room(o, FRESSIAN_OUT_INT);

	if (p == NULL)
		return -1;
	o->p = fressian_out_int_at(p, i);
	return 0;
}

int
fressian_out_counted(struct fressian_out *o, uint8_t code, uint64_t n)
{
	uint8_t *p = fressian_out_room(o, 1 + FRESSIAN_OUT_INT);

	if (p == NULL)
		return -1;
	*p = code;
	o->p = fressian_out_int_at(p + 1, (int64_t)n);
	return 0;
}

/* The head of a piece of len bytes, with room for them behind it. */
static uint8_t *
text_head(struct fressian_out *o, size_t len, bool last)
{
	uint8_t *p = fressian_out_room(o, 1 + FRESSIAN_OUT_INT + len);

	if (p == NULL)
		return NULL;
	if (len < PACKED) {
		*p++ = (uint8_t)(0xDA + len);
		return p;
	}
	*p++ = last ? 0xE3 : 0xE2;
	return fressian_out_int_at(p, (int64_t)len);
}

/* Text whose CESU-8 is longer than a chunk, or not the same as its UTF-8. */
static int
long_text(struct fressian_out *o, const uint8_t *s, size_t len)
{
	struct cesu8_cursor c = { s, s + len, 0 }, ahead;
	uint8_t *p;
	size_t n;
	bool last;

	do {
		ahead = c;
		n = cesu8_encode(&ahead, NULL, STRING_CHUNK);
		last = ahead.p == ahead.end && ahead.low == 0;
		if ((p = text_head(o, n, last)) == NULL)
			return -1;
		o->p = p + cesu8_encode(&c, p, STRING_CHUNK);
	} while (!last);
	return 0;
}

int
fressian_out_text(struct fressian_out *o, const char *s, size_t len)
{
	uint8_t *p;

	if (len > STRING_CHUNK || cesu8_differs((const uint8_t *)s, len))
		return long_text(o, (const uint8_t *)s, len);
	if ((p = text_head(o, len, true)) == NULL)
		return -1;
	if (len > 0)
		memcpy(p, s, len);
	o->p = p + len;
	return 0;
}

int
fressian_out_bytes(struct fressian_out *o, const uint8_t *s, size_t len)
{
	uint8_t *p;
	size_t n;

	if (len < PACKED) {
		if ((p = fressian_out_room(o, 1 + len)) == NULL)
			return -1;
		*p = (uint8_t)(0xD0 + len);
		if (len > 0)
			memcpy(p + 1, s, len);
		o->p = p + 1 + len;
		return 0;
	}
	do {
		n = len > BYTES_CHUNK ? BYTES_CHUNK : len;
		if ((p = fressian_out_room(o, 1 + FRESSIAN_OUT_INT + n)) == NULL)
			return -1;
		*p = n < len ? 0xD8 : 0xD9;
		p = fressian_out_int_at(p + 1, (int64_t)n);
		memcpy(p, s, n);
		o->p = p + n;
		s += n;
		len -= n;
	} while (len > 0);
	return 0;
}
