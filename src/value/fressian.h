/*
 * fressian.h: Fressian, the bytes of the topics, written with footer. What is
 * written and accepted, in words for a processor's programmer: docs/fressian.md.
 * Signatures and errors as codec.h says.
 */
#ifndef VALUE_FRESSIAN_H
#define VALUE_FRESSIAN_H

#include "value/codec.h"

/*
 * What a message may make of itself beyond its own bytes, counted in units: one for a value, one more for
 * every 64 bytes of its text. References to cached values (which are shared in memory, but cost those who walk
 * or write them) and keys that are compared for repeats may come to this many; past it E_LIMIT.
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
