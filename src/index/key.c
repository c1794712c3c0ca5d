/*
 * key.c: ids in the order of time. See key.h.
 */
#include "index/key.h"

/* The 60 bits of a version 1 UUID's time. */
static uint64_t
time_of_v1(const uint8_t *b)
{
	uint64_t low = (uint64_t)b[0] << 24 | (uint64_t)b[1] << 16 | (uint64_t)b[2] << 8 | b[3];
	uint64_t mid = (uint64_t)b[4] << 8 | b[5], high = (uint64_t)(b[6] & 0x0f) << 8 | b[7];

	return high << 48 | mid << 32 | low;
}

static uint64_t
time_of_v6(const uint8_t *b)
{
	uint64_t high = 0;

	for (int i = 0; i < 6; i++)
		high = high << 8 | b[i];
	return high << 12 | (uint64_t)(b[6] & 0x0f) << 8 | b[7];
}

static void
put(uint8_t *b, uint64_t v, int bytes)
{
	while (bytes-- > 0) {
		b[bytes] = (uint8_t)v;
		v >>= 8;
	}
}

struct id
key_of(const struct id *id)
{
	struct id out = *id;
	uint64_t t;

	if (id->b[6] >> 4 == 1) {
		t = time_of_v1(id->b);
		put(out.b, t >> 12, 6);
		put(out.b + 6, 0x6000 | (t & 0xfff), 2);
	} else if (id->b[6] >> 4 == 6) {
		t = time_of_v6(id->b);
		put(out.b, t & 0xffffffff, 4);
		put(out.b + 4, t >> 32 & 0xffff, 2);
		put(out.b + 6, 0x1000 | t >> 48, 2);
	}
	return out;
}
