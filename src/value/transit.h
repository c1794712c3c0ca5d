/*
 * transit.h: transit 0.8 in JSON (compact and verbose) and MessagePack.
 * Signatures and errors as codec.h says.
 */
#ifndef VALUE_TRANSIT_H
#define VALUE_TRANSIT_H

#include "value/codec.h"

codec_read_fn	transit_json_read, transit_msgpack_read;
codec_write_fn	transit_json_write, transit_verbose_write, transit_msgpack_write;

#endif
