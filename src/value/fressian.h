/*
 * fressian.h: Fressian, the bytes of the topics, written with footer.
 * Signatures and errors as codec.h says.
 */
#ifndef VALUE_FRESSIAN_H
#define VALUE_FRESSIAN_H

#include "value/codec.h"

codec_read_fn	fressian_read;
codec_write_fn	fressian_write;

#endif
