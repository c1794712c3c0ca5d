/*
 * form.h: application/x-www-form-urlencoded (WHATWG URL 5.1), keys with brackets nest.
 * Signatures and errors as codec.h says.
 */
#ifndef VALUE_FORM_H
#define VALUE_FORM_H

#include <stdbool.h>

#include "value/codec.h"

/*
 * A map with keywords as keys and strings as values: a[b]=x is {:a {:b "x"}}, a[]=x&a[]=y is
 * {:a ["x" "y"]}; of one name sent twice the last value stays. Stricter than the standard: bad
 * escapes, bad UTF-8, unbalanced brackets and names used in two ways are refused.
 */
codec_read_fn	form_read;
/*
 * Is this rather JSON or EDN sent without its Content-Type (as `curl -d` does)? True where the
 * first pair has no '=' and begins like a collection or a string of those.
 */
bool	form_looks_like_other(const uint8_t *in, size_t len);

#endif
