/*
 * times.c: the timestamps of a run of records, packed. See times.h. Numbers are
 * differences, seven bits a byte, lowest first; a signed one has its sign in
 * the lowest bit.
 */
#include <stdlib.h>

#include "index/times.h"
#include "util/mem.h"

static void
put_number(struct buf *out, uint64_t v)
{
	for (; v > 0x7f; v >>= 7)
		buf_putc(out, (int)(v & 0x7f) | 0x80);
	buf_putc(out, (int)v);
}

static uint64_t
number(struct rdr *r)
{
	uint64_t v = 0, b;
	int shift = 0;

	do {
		b = rdr_u8(r);
		v |= (b & 0x7f) << shift;
		shift += 7;
	} while (b & 0x80 && shift < 70 && !r->failed);
	if (shift == 70 && b > 1)
		r->failed = 1;
	return v;
}

/* From one timestamp to another. Unsigned: any two may be far apart. */
static void
put_step(struct buf *out, int64_t from, int64_t to)
{
	uint64_t d = (uint64_t)to - (uint64_t)from;

	put_number(out, d << 1 ^ (uint64_t)-(int64_t)(d >> 63));
}

static int64_t
step(struct rdr *r, int64_t from)
{
	uint64_t z = number(r);

	return (int64_t)((uint64_t)from + (z >> 1 ^ (uint64_t)-(int64_t)(z & 1)));
}

void
times_pack(struct buf *out, const int64_t *times, size_t n)
{
	int64_t at = 0;

	for (size_t i = 0; i < n; i++) {
		put_step(out, at, times[i]);
		at = times[i];
	}
}

int
times_unpack(const uint8_t *data, size_t len, int64_t out[TIMES_MAX])
{
	struct rdr r = rdr_of(data, len);
	int64_t at = 0;
	int n = 0;

	while (rdr_left(&r) > 0 && n < TIMES_MAX) {
		at = step(&r, at);
		out[n++] = at;
	}
	return r.failed || rdr_left(&r) > 0 ? -1 : n;
}

static int
by_low(const void *a, const void *b)
{
	const struct times_span *x = a, *y = b;

	return (x->low > y->low) - (x->low < y->low);
}

static int
by_width(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x < y) - (x > y);
}

static void
take_in(struct times_span *s, const struct times_span *other)
{
	s->high = other->high > s->high ? other->high : s->high;
	s->n += other->n;
}

static uint64_t
gap_before(const struct times_span *s)
{
	return (uint64_t)s->low - (uint64_t)s[-1].high;
}

/* Spans that lie apart, cut in the widest gaps only. */
static size_t
coarsen(struct times_span *spans, size_t n)
{
	uint64_t *gaps = xreallocarray(NULL, n, sizeof(*gaps)), least;
	size_t wider = 0, equal, out = 0;

	for (size_t i = 1; i < n; i++)
		gaps[i - 1] = gap_before(&spans[i]);
	qsort(gaps, n - 1, sizeof(*gaps), by_width);
	least = gaps[TIMES_SPANS - 2];
	while (wider < TIMES_SPANS - 2 && gaps[wider] > least)
		wider++;
	equal = TIMES_SPANS - 1 - wider;
	free(gaps);
	for (size_t i = 1; i < n; i++) {
		/* spans[out] ends where spans[i - 1] did. */
		uint64_t gap = (uint64_t)spans[i].low - (uint64_t)spans[out].high;

		if (gap > least || (gap == least && equal > 0 && equal-- > 0))
			spans[++out] = spans[i];
		else
			take_in(&spans[out], &spans[i]);
	}
	return out + 1;
}

size_t
times_join(struct times_span *spans, size_t n)
{
	size_t out = 0;

	if (n == 0)
		return 0;
	qsort(spans, n, sizeof(*spans), by_low);
	for (size_t i = 1; i < n; i++)
		if (spans[i].low <= spans[out].high)
			take_in(&spans[out], &spans[i]);
		else
			spans[++out] = spans[i];
	return out + 1 > TIMES_SPANS ? coarsen(spans, out + 1) : out + 1;
}

void
times_pack_spans(struct buf *out, const struct times_span *spans, size_t n)
{
	int64_t at = 0;

	for (size_t i = 0; i < n; i++) {
		put_step(out, at, spans[i].low);
		put_number(out, (uint64_t)spans[i].high - (uint64_t)spans[i].low);
		put_number(out, (uint64_t)spans[i].n);
		at = spans[i].high;
	}
}

int
times_unpack_spans(const uint8_t *data, size_t len, struct times_span out[TIMES_SPANS])
{
	struct rdr r = rdr_of(data, len);
	int64_t at = 0;
	int n = 0;

	while (rdr_left(&r) > 0 && n < TIMES_SPANS) {
		struct times_span *s = &out[n++];

		s->low = step(&r, at);
		s->high = (int64_t)((uint64_t)s->low + number(&r));
		s->n = (int64_t)number(&r);
		at = s->high;
		if (s->high < s->low || s->n < 1)
			r.failed = 1;
	}
	return r.failed || rdr_left(&r) > 0 ? -1 : n;
}
