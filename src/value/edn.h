/*
 * edn.h: application/edn, with literals for what plain EDN cannot say.
 * Signatures and errors as codec.h says.
 */
#ifndef VALUE_EDN_H
#define VALUE_EDN_H

#include "value/codec.h"

codec_read_fn	edn_read;
codec_write_fn	edn_write;

#endif
