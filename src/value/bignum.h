/*
 * bignum.h: integers of any size, as minimal big-endian two's complement bytes
 * (value.h), to and from text; ratios; bigdecs. The door to libcrypto's BIGNUM.
 * Pure otherwise.
 */
#ifndef VALUE_BIGNUM_H
#define VALUE_BIGNUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/buf.h"
#include "value/value.h"

/*
 * Conversion is quadratic: longer numbers are refused by readers and writers (E_LIMIT,
 * E_ENCODE).
 */
#define BIGNUM_MAX_BYTES	4096
#define BIGNUM_MAX_DIGITS	9800
/* Reducing a ratio costs far more than converting it: the parts of one are shorter. */
#define BIGNUM_RATIO_BYTES	512

/*
 * A VALUE_BIGINT of [+-]digits in radix 2 … 36. Returns 0, or -1 if a character is no digit,
 * there are none, there are too many or the arena is full.
 */
int	bignum_parse(struct arena *a, const char *s, size_t len, unsigned radix, struct value *out);
/* The same as INT where it fits int64, else BIGINT. */
int	bignum_parse_int(struct arena *a, const char *s, size_t len, unsigned radix,
	    struct value *out);
/* A VALUE_BIGINT of i. 0, or -1 if the arena is full. */
int	bignum_of_int64(struct arena *a, int64_t i, struct value *out);
/* True, and *out, where bytes (minimal two's complement) fit int64. */
bool	bignum_to_int64(const uint8_t *bytes, size_t len, int64_t *out);
/* Drop needless leading bytes: *bytes and *len are moved in place. len > 0. */
void	bignum_trim(const uint8_t **bytes, size_t *len);
/* Decimal digits. 0, or -1 if too long (BIGNUM_MAX_BYTES). */
int	bignum_format(struct buf *out, const uint8_t *bytes, size_t len);
/* The nearest double, ±infinity beyond it. */
double	bignum_to_double(const uint8_t *bytes, size_t len);

/*
 * numerator / denominator (INT or BIGINT each) reduced as Clojure does: sign on the numerator;
 * whole numbers become INT (or BIGINT); otherwise a VALUE_RATIO of two BIGINTs. 0; -1
 * denominator zero, a part longer than BIGNUM_RATIO_BYTES, or arena full.
 */
int	bignum_ratio(struct arena *a, const struct value *num, const struct value *den,
	    struct value *out);
/* The nearest double of a VALUE_RATIO. */
double	bignum_ratio_to_double(const struct value *ratio);

/*
 * A VALUE_BIGDEC of [+-]digits[.[digits]][e[+-]digits] without M, keeping the scale as
 * java.math.BigDecimal. 0, or -1 if it is not of that form, too long, its scale does not fit
 * int32 or the arena is full.
 */
int	bignum_parse_bigdec(struct arena *a, const char *s, size_t len, struct value *out);
/* As BigDecimal.toString: 1.50, 1E+3, 1E-10. Never expands the exponent. 0, or -1 if too long. */
int	bignum_format_bigdec(struct buf *out, const struct value_bigdec *d);

#endif
