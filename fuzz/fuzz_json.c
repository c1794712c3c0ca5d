/*
 * fuzz_json.c: any bytes as JSON: no crash, no unbounded work; what is read is written, and reads
 * back as the same.
 */
#include <stdlib.h>

#include "value/json.h"

#define MEMORY	((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
round_trip(const struct value *v, struct arena *a)
{
	struct codec_error err;
	struct value back;
	struct buf out;

	buf_init(&out, 0);
	if (json_write(&out, v, &err) == -1)
		abort();
	if (json_read(out.data, out.len, &codec_request_limits, a, &back, &err) == -1) {
		if (err.class != E_LIMIT)
			abort();
	} else if (!value_equal(v, &back)) {
		abort();
	}
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct codec_error err = { 0 };
	struct arena a;
	struct value v;

	arena_init(&a, MEMORY);
	if (json_read(data, size, &codec_request_limits, &a, &v, &err) == 0)
		round_trip(&v, &a);
	else if (err.offset > size || err.class == E_NONE || err.line == 0)
		abort();
	arena_free(&a);
	return 0;
}
