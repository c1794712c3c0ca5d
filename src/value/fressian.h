/*
 * fressian.h: Fressian, the bytes of the topics, written with footer. What is
 * written and accepted, in words for a processor's programmer: docs/fressian.md.
 * Signatures and errors as codec.h says.
 */
#ifndef VALUE_FRESSIAN_H
#define VALUE_FRESSIAN_H

#include "value/codec.h"

/*
 * What a message may make of itself beyond its own bytes, in units: a value is one, 64 bytes of its
 * text one more. References to cached values cost what they name (it is shared in memory, but not
 * for those who walk or write it); keys and set elements, where there are several, cost the values
 * inside them and their text; reducing a ratio costs the square of its bytes by 16. Past it:
 * E_LIMIT.
 */
#define FRESSIAN_WORK(len) ((uint64_t)65536 + 16 * (uint64_t)(len))
/* Deeper values than this are not written (E_LIMIT); readers allow less. */
#define FRESSIAN_WRITE_DEPTH 1024

/* Leading footers, one value, then the end or exactly one footer. Every footer is verified. */
codec_read_fn	fressian_read;
/* One value and a footer. No memory is taken but out's, up to 32 different names and types. */
codec_write_fn	fressian_write;
/* One value without a footer. */
codec_write_fn	fressian_write_bare;

#endif
