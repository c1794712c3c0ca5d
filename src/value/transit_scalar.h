/*
 * transit_scalar.h: handlers of the one-letter tags, which also come as
 * "~Xtext"; their rows stand in transit_tag.c. Internal to the transit codec.
 */
#ifndef VALUE_TRANSIT_SCALAR_H
#define VALUE_TRANSIT_SCALAR_H

#include "value/transit_tag.h"

transit_tag_fn	transit_scalar_keyword, transit_scalar_symbol, transit_scalar_uuid,
    transit_scalar_millis,
	transit_scalar_time, transit_scalar_integer, transit_scalar_bigint, transit_scalar_bigdec,
	transit_scalar_double, transit_scalar_special, transit_scalar_nil, transit_scalar_boolean,
	transit_scalar_char, transit_scalar_bytes, transit_scalar_uri;

#endif
