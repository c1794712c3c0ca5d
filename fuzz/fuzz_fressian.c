/*
 * fuzz_fressian.c: any bytes as Fressian: no crash, no unbounded work; what is
 * read is written, and reads back as the same.
 */
#include <math.h>
#include <stdlib.h>

#include "value/fressian.h"

#define MEMORY		((size_t)64 << 20)
#define WRITTEN		((size_t)256 << 20)
/* Written out, cached values and struct types may nest a little deeper than they were read. */
#define BACK_DEPTH	600

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Does -0.0 stand in it, which is written as 0.0? */
static bool
has_minus_zero(const struct value *v)
{
	const struct value *items = v->u.items;
	size_t n = v->n;

	switch ((enum value_kind)v->kind) {
	case VALUE_DOUBLE:
		return v->u.real == 0 && signbit(v->u.real);
	case VALUE_MAP:
		n *= 2;
		break;
	case VALUE_TAGGED:
		if (has_minus_zero(v->u.tagged->tag))
			return true;
		items = v->u.tagged->fields;
		break;
	case VALUE_VECTOR:
	case VALUE_SET:
	case VALUE_ARRAY:
		break;
	default:
		return false;
	}
	for (size_t i = 0; i < n; i++)
		if (has_minus_zero(&items[i]))
			return true;
	return false;
}

static void
round_trip(const struct value *v, struct arena *a)
{
	static const struct codec_limits deeper = { .depth = BACK_DEPTH };
	struct codec_error err;
	struct value back;
	struct buf out;

	buf_init(&out, WRITTEN);
	if (fressian_write(&out, v, &err) == -1) {
		if (err.class != E_LIMIT)
			abort();
	} else if (fressian_read(out.data, out.len, &deeper, a, &back, &err) == -1) {
		if (err.class != E_LIMIT)
			abort();
	} else if (!value_equal(v, &back) && !has_minus_zero(v)) {
		abort();
	}
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct codec_error err;
	struct arena a;
	struct value v;

	arena_init(&a, MEMORY);
	if (fressian_read(data, size, &codec_event_limits, &a, &v, &err) == 0)
		round_trip(&v, &a);
	else if (err.offset > size || err.class == E_NONE)
		abort();
	arena_free(&a);
	return 0;
}
