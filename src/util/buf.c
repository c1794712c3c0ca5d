/*
 * buf.c: a growing byte buffer and a bounded reader. See buf.h.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/buf.h"
#include "util/mem.h"

void
buf_init(struct buf *b, size_t max)
{
	memset(b, 0, sizeof(*b));
	b->max = max;
}

void
buf_free(struct buf *b)
{
	free(b->data);
	buf_init(b, b->max);
}

void
buf_reset(struct buf *b)
{
	b->len = 0;
	b->overflow = 0;
}

uint8_t *
buf_reserve(struct buf *b, size_t n)
{
	size_t cap = b->cap;

	if (n <= b->cap - b->len && b->data != NULL)
		return b->data + b->len;
	if (n > SIZE_MAX / 4 - b->len || (b->max != 0 && n > b->max - b->len)) {
		b->overflow = 1;
		return NULL;
	}
	if (cap < 256)
		cap = 256;
	while (cap < b->len + n)
		cap *= 2;
	if (b->max != 0 && cap > b->max)
		cap = b->max;
	b->data = xreallocarray(b->data, cap, 1);
	b->cap = cap;
	return b->data + b->len;
}

void
buf_commit(struct buf *b, size_t n)
{
	b->len += n;
}

void
buf_put(struct buf *b, const void *data, size_t n)
{
	uint8_t *p;

	if (n == 0 || (p = buf_reserve(b, n)) == NULL)
		return;
	memcpy(p, data, n);
	b->len += n;
}

void
buf_putc(struct buf *b, int c)
{
	uint8_t *p = buf_reserve(b, 1);

	if (p == NULL)
		return;
	*p = (uint8_t)c;
	b->len++;
}

void
buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	uint8_t *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || (p = buf_reserve(b, (size_t)n + 1)) == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf((char *)p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

static void
put_le(struct buf *b, uint64_t v, unsigned nbytes)
{
	uint8_t *p = buf_reserve(b, nbytes);

	if (p == NULL)
		return;
	for (unsigned i = 0; i < nbytes; i++)
		p[i] = (uint8_t)(v >> (8 * i));
	b->len += nbytes;
}

void
buf_put_u16(struct buf *b, uint16_t v)
{
	put_le(b, v, 2);
}

void
buf_put_u32(struct buf *b, uint32_t v)
{
	put_le(b, v, 4);
}

void
buf_put_u64(struct buf *b, uint64_t v)
{
	put_le(b, v, 8);
}

void
buf_put_be(struct buf *b, uint64_t v, unsigned nbytes)
{
	uint8_t *p = buf_reserve(b, nbytes);

	if (p == NULL)
		return;
	for (unsigned i = 0; i < nbytes; i++)
		p[i] = (uint8_t)(v >> (8 * (nbytes - 1 - i)));
	b->len += nbytes;
}

void
buf_drain(struct buf *b, size_t n)
{
	if (n >= b->len) {
		b->len = 0;
		return;
	}
	memmove(b->data, b->data + n, b->len - n);
	b->len -= n;
}

const char *
buf_cstr(struct buf *b)
{
	uint8_t *p = buf_reserve(b, 1);

	if (p == NULL)
		return "";
	*p = '\0';
	return (const char *)b->data;
}

struct rdr
rdr_of(const void *data, size_t len)
{
	struct rdr r = { data, (const uint8_t *)data + len, 0 };

	return r;
}

size_t
rdr_left(const struct rdr *r)
{
	return (size_t)(r->end - r->p);
}

const uint8_t *
rdr_bytes(struct rdr *r, size_t n)
{
	const uint8_t *p = r->p;

	if (r->failed || n > rdr_left(r)) {
		r->failed = 1;
		return NULL;
	}
	r->p += n;
	return p;
}

static uint64_t
get_le(struct rdr *r, unsigned nbytes)
{
	const uint8_t *p = rdr_bytes(r, nbytes);
	uint64_t v = 0;

	if (p == NULL)
		return 0;
	for (unsigned i = 0; i < nbytes; i++)
		v |= (uint64_t)p[i] << (8 * i);
	return v;
}

uint8_t
rdr_u8(struct rdr *r)
{
	return (uint8_t)get_le(r, 1);
}

uint16_t
rdr_u16(struct rdr *r)
{
	return (uint16_t)get_le(r, 2);
}

uint32_t
rdr_u32(struct rdr *r)
{
	return (uint32_t)get_le(r, 4);
}

uint64_t
rdr_u64(struct rdr *r)
{
	return get_le(r, 8);
}
