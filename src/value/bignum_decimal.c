/*
 * bignum_decimal.c: bigdecs to and from text, as java.math.BigDecimal has
 * them: the scale is kept (1.50 is not 1.5) and an exponent is never expanded,
 * so that 1E+2147483647 costs no more than it is long. See bignum.h.
 */
#include <string.h>

#include "value/bignum.h"

/* From here on BigDecimal.toString turns to an exponent. */
#define LEAST_PLAIN_EXPONENT (-6)

static size_t
count_digits(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] >= '0' && s[n] <= '9')
		n++;
	return n;
}

/* "e+12" at s, all of it; an exponent beyond any scale is cut to one that is refused. */
static int
parse_exponent(const char *s, size_t len, int64_t *exponent)
{
	size_t i = 1;
	bool negative;

	*exponent = 0;
	if (len == 0)
		return 0;
	if (s[0] != 'e' && s[0] != 'E')
		return -1;
	negative = i < len && s[i] == '-';
	if (negative || (i < len && s[i] == '+'))
		i++;
	if (i == len || count_digits(s + i, len - i) != len - i)
		return -1;
	for (; i < len; i++)
		if (*exponent <= INT32_MAX)
			*exponent = *exponent * 10 + (s[i] - '0');
	if (negative)
		*exponent = -*exponent;
	return 0;
}

static int
make(struct arena *a, const char *digits, size_t len, int64_t scale, struct value *out)
{
	struct value unscaled;
	struct value_bigdec *d;

	if (scale < INT32_MIN || scale > INT32_MAX)
		return -1;
	if (bignum_parse(a, digits, len, 10, &unscaled) == -1 ||
	    (d = arena_alloc(a, sizeof(*d))) == NULL)
		return -1;
	d->unscaled = unscaled.u.bytes;
	d->unscaled_len = unscaled.n;
	d->scale = (int32_t)scale;
	*out = (struct value){ .kind = VALUE_BIGDEC, .u.bigdec = d };
	return 0;
}

int
bignum_parse_bigdec(struct arena *a, const char *s, size_t len, struct value *out)
{
	char digits[BIGNUM_MAX_DIGITS + 1];
	size_t sign = len > 0 && (s[0] == '-' || s[0] == '+'), whole, fraction = 0, at;
	int64_t exponent;

	if ((whole = count_digits(s + sign, len - sign)) == 0)
		return -1;
	at = sign + whole;
	if (at < len && s[at] == '.') {
		fraction = count_digits(s + at + 1, len - at - 1);
		at += 1 + fraction;
	}
	if (whole + fraction > BIGNUM_MAX_DIGITS ||
	    parse_exponent(s + at, len - at, &exponent) == -1)
		return -1;
	memcpy(digits, s, sign + whole);
	if (fraction > 0)
		memcpy(digits + sign + whole, s + sign + whole + 1, fraction);
	return make(a, digits, sign + whole + fraction, (int64_t)fraction - exponent, out);
}

/* 1.50, 0.001: n digits with a point before the last `scale` of them. */
static void
put_plain(struct buf *out, const char *digits, size_t n, size_t scale)
{
	if (scale == 0) {
		buf_put(out, digits, n);
		return;
	}
	if (n > scale) {
		buf_put(out, digits, n - scale);
		buf_putc(out, '.');
		buf_put(out, digits + n - scale, scale);
		return;
	}
	buf_puts(out, "0.");
	for (size_t i = n; i < scale; i++)
		buf_putc(out, '0');
	buf_put(out, digits, n);
}

/* 1.5E+10 */
static void
put_scientific(struct buf *out, const char *digits, size_t n, int64_t exponent)
{
	buf_putc(out, digits[0]);
	if (n > 1) {
		buf_putc(out, '.');
		buf_put(out, digits + 1, n - 1);
	}
	if (exponent != 0)
		buf_printf(out, "E%+lld", (long long)exponent);
}

int
bignum_format_bigdec(struct buf *out, const struct value_bigdec *d)
{
	struct buf text;
	const char *digits;
	size_t n;
	int64_t exponent;

	buf_init(&text, 0);
	if (bignum_format(&text, d->unscaled, d->unscaled_len) == -1) {
		buf_free(&text);
		return -1;
	}
	digits = (const char *)text.data;
	n = text.len;
	if (digits[0] == '-') {
		buf_putc(out, '-');
		digits++;
		n--;
	}
	exponent = (int64_t)n - 1 - d->scale;
	if (d->scale >= 0 && exponent >= LEAST_PLAIN_EXPONENT)
		put_plain(out, digits, n, (size_t)d->scale);
	else
		put_scientific(out, digits, n, exponent);
	buf_free(&text);
	return 0;
}
