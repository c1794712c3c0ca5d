/*
 * fuzz_edn.c: any bytes as EDN: no crash, no unbounded work; what is read is
 * written, and reads back as the same.
 */
#include <stdlib.h>
#include <string.h>

#include "value/edn.h"

#define MEMORY	((size_t)64 << 20)
#define WRITTEN	((size_t)256 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A literal may nest more brackets than the form it was read from: #transit/tagged for one. */
static const struct codec_limits deeper = { .depth = 400 };

static void
round_trip(const struct value *v, struct arena *a)
{
	struct codec_error err;
	struct value back;
	struct buf first, second;

	buf_init(&first, WRITTEN);
	buf_init(&second, WRITTEN);
	if (edn_write(&first, v, &err) == -1) {
		if (err.class != E_LIMIT && err.class != E_ENCODE)
			abort();
	} else if (edn_read(first.data, first.len, &deeper, a, &back, &err) == -1) {
		if (err.class != E_LIMIT)
			abort();
	} else if (!value_equal(v, &back) || edn_write(&second, &back, &err) == -1 ||
	    second.len != first.len || memcmp(second.data, first.data, first.len) != 0) {
		abort();
	}
	buf_free(&first);
	buf_free(&second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct codec_error err;
	struct arena a;
	struct value v;

	arena_init(&a, MEMORY);
	if (edn_read(data, size, &codec_request_limits, &a, &v, &err) == -1) {
		if (err.class == E_NONE || err.line == 0 || err.offset > size || err.text[0] == '\0')
			abort();
	} else if (memmem(data, size, "#float", 6) == NULL) {
		/* A float is written as a double, and then is one. */
		round_trip(&v, &a);
	}
	arena_free(&a);
	return 0;
}
