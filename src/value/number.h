/*
 * number.h: doubles and 64-bit integers as text. Locale-independent. Big
 * numbers are bignum.h's.
 */
#ifndef VALUE_NUMBER_H
#define VALUE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

#define NUMBER_TEXT 32	/* room for any number_format_* result with its NUL */

/* Decimal digits with an optional sign ('+' too): true and *out if it fits int64, else false. Nothing else may stand there. */
bool	number_parse_int64(const char *s, size_t len, int64_t *out);
/* The double nearest to a text already checked to be [+-]digits[.digits][e[+-]digits]; may be infinite. */
double	number_parse_double(const char *s, size_t len);
float	number_parse_float(const char *s, size_t len);
/*
 * The shortest text that reads back as d, in the form of Java's Double.toString: 1.0, 0.1, 1.0E10, 1.0E-7, -0.0.
 * Finite d only. Return the length without NUL.
 */
size_t	number_format_double(char out[NUMBER_TEXT], double d);
size_t	number_format_float(char out[NUMBER_TEXT], float f);
size_t	number_format_int64(char out[NUMBER_TEXT], int64_t i);

#endif
