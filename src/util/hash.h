/*
 * hash.h: FNV-1a in 64 bits, for names that are compared between processes and
 * machines. No defence against someone who seeks collisions.
 */
#ifndef UTIL_HASH_H
#define UTIL_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START	UINT64_C(0xcbf29ce484222325)

/* Goes on from a former hash, or from HASH_START. */
static inline uint64_t
hash_more(uint64_t h, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * UINT64_C(0x100000001b3);
	return h;
}

#endif
