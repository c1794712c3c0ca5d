/*
 * form.h: application/x-www-form-urlencoded (WHATWG URL 5.1), keys with brackets nest.
 * Signatures and errors as codec.h says.
 */
#ifndef VALUE_FORM_H
#define VALUE_FORM_H

#include "value/codec.h"

codec_read_fn	form_read;

#endif
