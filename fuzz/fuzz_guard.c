/*
 * fuzz_guard.c: any bytes as requests: no crash, nothing past the limits, and
 * the same end whether they come whole or byte by byte.
 */
#include <stdlib.h>
#include <string.h>

#include "worker/guard_chunk.h"
#include "worker/guard_head.h"

#define MAX_TARGET	200
#define MAX_FIELDS	1000
#define MAX_BODY	5000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct outcome {
	enum guard_fed		head, body;
	enum problem_id		problem;
	size_t			used;
	struct guard_head	h;
	struct guard_chunk	c;
	struct buf		content;
};

static void
read_head(struct outcome *o, const uint8_t *data, size_t size, size_t piece)
{
	size_t used;

	guard_head_init(&o->h, MAX_TARGET, MAX_FIELDS);
	for (o->head = FED_MORE; o->head == FED_MORE && o->used < size; o->used += used) {
		size_t n = size - o->used < piece ? size - o->used : piece;

		o->head = guard_head_feed(&o->h, data + o->used, n, &used);
		if (used > n)
			abort();
	}
	o->problem = o->h.problem;
}

static void
read_body(struct outcome *o, const uint8_t *data, size_t size, size_t piece)
{
	size_t used;

	guard_chunk_init(&o->c, MAX_BODY, MAX_FIELDS);
	for (o->body = FED_MORE; o->body == FED_MORE && o->used < size; o->used += used) {
		size_t n = size - o->used < piece ? size - o->used : piece;

		o->body = guard_chunk_feed(&o->c, data + o->used, n, &used, &o->content);
		if (used > n)
			abort();
	}
	o->problem = o->c.problem;
}

static void
run(struct outcome *o, const uint8_t *data, size_t size, size_t piece)
{
	memset(o, 0, sizeof(*o));
	read_head(o, data, size, piece);
	if (o->head == FED_DONE && o->h.chunked)
		read_body(o, data, size, piece);
	if (o->content.len > MAX_BODY || (o->head == FED_REFUSED) != (o->h.problem != PROBLEM_NONE))
		abort();
}

/* Every piece of a whole head lies within its text. */
static void
check_spans(const struct guard_head *h)
{
	for (int f = 0; f < FIELDS; f++)
		if (h->field[f].set && (size_t)h->field[f].off + h->field[f].len > h->raw.len)
			abort();
	if ((size_t)h->path.off + h->path.len > h->raw.len || h->path.len > MAX_TARGET ||
	    (size_t)h->query.off + h->query.len > h->raw.len)
		abort();
	if (h->chunked && h->has_length)
		abort();
}

static void
drop(struct outcome *o)
{
	guard_head_free(&o->h);
	guard_chunk_free(&o->c);
	buf_free(&o->content);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outcome whole, bytes;

	run(&whole, data, size, SIZE_MAX);
	run(&bytes, data, size, 1);
	/*
	 * Where a bound is passed is noticed earlier or later; that it is, and why anything else
	 * is refused, is the same.
	 */
	if (whole.head != bytes.head || whole.body != bytes.body || whole.problem != bytes.problem)
		abort();
	if (whole.head == FED_DONE) {
		check_spans(&whole.h);
		if (whole.content.len != bytes.content.len ||
		    (whole.content.len > 0 && memcmp(whole.content.data, bytes.content.data,
		    whole.content.len) != 0))
			abort();
	}
	drop(&whole);
	drop(&bytes);
	return 0;
}
