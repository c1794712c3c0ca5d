/*
 * bignum_exact.h: numbers of every kind compared as what they mean, without
 * rounding: 1, 1.0, 1N, 1M and 2/2 are equal. A double or float means the
 * shortest decimal that reads back as it: 0.1 is a tenth, as whoever wrote it
 * meant it.
 */
#ifndef VALUE_BIGNUM_EXACT_H
#define VALUE_BIGNUM_EXACT_H

#include <stdbool.h>

#include "value/value.h"

/* A number of any kind, other than NaN and the infinities? */
bool	exact_is_number(const struct value *v);
/* A number without a fraction? */
bool	exact_is_integer(const struct value *v);
/* Below, at or above 0 as a is less than, equal to or greater than b. Both are numbers. */
int	exact_compare(const struct value *a, const struct value *b);
/* Is a a whole multiple of b, which is greater than 0? Both are numbers. */
bool	exact_is_multiple(const struct value *a, const struct value *b);

#endif
