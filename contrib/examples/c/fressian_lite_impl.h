/*
 * fressian_lite_impl.h: what the two halves of fressian_lite share. Programs include
 * fressian_lite.h.
 */
#ifndef FRESSIAN_LITE_IMPL_H
#define FRESSIAN_LITE_IMPL_H

#include "fressian_lite.h"

#define FL_FOOTER_SIZE  12
#define FL_FOOTER_MAGIC 0xCFCFCFCFu

/* Ints of 1 + i bytes have codes from first on; zero is the code of 0. */
struct fl_packing {
	uint8_t first, zero, bits;
};
#define FL_NPACKINGS 7
extern const struct fl_packing fl_packings[FL_NPACKINGS];

/* What follows a tagged type's code: s string, n nil or string, b bytes, i int. */
extern const char *const fl_components[];

uint32_t fl_adler32(const uint8_t *, size_t);
void *fl_take(struct fl_arena *, size_t);
struct fl_value *fl_new(struct fl_arena *, enum fl_type);

#endif
