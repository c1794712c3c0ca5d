/*
 * gen_value.h: random values from a seed, for the round-trip tests of codecs:
 * the same seed gives the same values everywhere. What a codec cannot say is
 * left out by the mask.
 */
#ifndef TESTS_GEN_VALUE_H
#define TESTS_GEN_VALUE_H

#include <stdint.h>

#include "util/arena.h"
#include "value/value.h"

#define GEN_KIND(kind)	(1u << (kind))
#define GEN_ALL		((1u << VALUE_NKINDS) - 1)

struct gen {
	uint64_t state;
};

void		 gen_init(struct gen *g, uint64_t seed);
uint64_t	 gen_u64(struct gen *g);
/* 0 … n-1. */
uint32_t	 gen_below(struct gen *g, uint32_t n);
/*
 * A value of one of the kinds (a mask of GEN_KIND bits), at most depth levels of values;
 * collections only hold kinds of the mask. Small for the most part; now and then a long text or
 * list. Doubles may be NaN or infinite, never -0.0; keys and set elements are unique; texts are
 * valid UTF-8 with everything in it: NUL, controls, noncharacters, U+10FFFF. Everything lives in
 * the arena, which has no limit.
 */
struct value	 gen_value(struct gen *g, struct arena *a, unsigned depth, unsigned kinds_mask);

#endif
