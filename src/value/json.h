/*
 * json.h: application/json (RFC 8259). Object keys become keywords.
 * Signatures and errors as codec.h says.
 */
#ifndef VALUE_JSON_H
#define VALUE_JSON_H

#include "value/codec.h"

codec_read_fn	json_read;
codec_write_fn	json_write;

#endif
