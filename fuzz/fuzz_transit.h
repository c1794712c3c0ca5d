/*
 * fuzz_transit.h: what the two transit targets have in common: read, write,
 * read back, compare.
 */
#ifndef FUZZ_FUZZ_TRANSIT_H
#define FUZZ_FUZZ_TRANSIT_H

#include <stdlib.h>

#include "value/transit.h"

#define MEMORY		((size_t)64 << 20)
#define WRITTEN		((size_t)256 << 20)
/* An unknown tag is written as a tagged object, which takes more levels than it was read from. */
#define BACK_DEPTH	1000

static inline void
fuzz_transit(const uint8_t *data, size_t size, codec_read_fn *read, codec_write_fn *write)
{
	static const struct codec_limits deeper = { .depth = BACK_DEPTH };
	struct codec_error err = { .class = E_NONE };
	struct value v, back;
	struct arena a;
	struct buf out;

	arena_init(&a, MEMORY);
	buf_init(&out, WRITTEN);
	if (read(data, size, &codec_event_limits, &a, &v, &err) == -1) {
		if (err.class == E_NONE || err.offset > size)
			abort();
	} else if (write(&out, &v, &err) == -1 || read(out.data, out.len, &deeper, &a, &back,
	    &err) == -1) {
		if (err.class != E_LIMIT)
			abort();
	} else if (!value_equal(&v, &back)) {
		abort();
	}
	buf_free(&out);
	arena_free(&a);
}

#endif
