/*
 * number.c: 64-bit integers and doubles from text, and integers to it. See
 * number.h; doubles to text are number_format.c's. Numbers of few digits are
 * computed here; the rest goes to strtod_l, whose C locale knows only the dot.
 */
#include <locale.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "value/number.h"

/* No midpoint between two doubles has more significant digits: further ones cannot tip a tie. */
#define DIGITS_MAX	770
/* Decimal digits that always fit 64 bits, and 63. */
#define DIGITS_U64	19
#define DIGITS_I63	18
/* Exponents are cut off here, far beyond what any double, and any text in memory, can need. */
#define EXPONENT_MAX	INT64_C(1000000000000)

/* A number as its text has it: mantissa * 10^exponent, unless `more` digits did not fit. */
struct decimal {
	uint64_t	mantissa;
	int64_t		exponent;
	unsigned	digits;		/* significant ones in mantissa */
	bool		negative;
	bool		more;
};

bool
number_parse_int64(const char *s, size_t len, int64_t *out)
{
	const char *end = s + len;
	bool negative = false;
	uint64_t u = 0;
	unsigned d;

	if (len > 0 && (*s == '-' || *s == '+'))
		negative = *s++ == '-';
	if (s == end)
		return false;
	while (end - s > DIGITS_I63 && *s == '0')
		s++;
	if (end - s > DIGITS_U64)
		return false;
	for (; s < end; s++) {
		if ((d = (unsigned)(unsigned char)*s - '0') > 9)
			return false;
		u = u * 10 + d;
	}
	if (u > (uint64_t)INT64_MAX + negative)
		return false;
	*out = negative ? (int64_t)(0 - u) : (int64_t)u;
	return true;
}

size_t
number_format_int64(char out[NUMBER_TEXT], int64_t i)
{
	uint64_t u = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
	char text[NUMBER_TEXT], *p = text + sizeof(text);
	size_t len;

	do {
		*--p = (char)('0' + u % 10);
		u /= 10;
	} while (u != 0);
	if (i < 0)
		*--p = '-';
	len = (size_t)(text + sizeof(text) - p);
	memcpy(out, p, len);
	out[len] = '\0';
	return len;
}

/* Take one digit of the mantissa, `fraction`: behind the point. */
static void
take_digit(struct decimal *d, unsigned digit, bool fraction)
{
	if (d->digits >= DIGITS_U64) {
		d->more |= digit != 0;
		d->exponent += !fraction;
		return;
	}
	d->mantissa = d->mantissa * 10 + digit;
	d->digits += d->mantissa != 0;
	d->exponent -= fraction;
}

static int64_t
parse_exponent(const char *s, const char *end)
{
	bool negative = false;
	int64_t e = 0;

	if (s < end && (*s == '-' || *s == '+'))
		negative = *s++ == '-';
	for (; s < end && e < EXPONENT_MAX; s++)
		e = e * 10 + (*s - '0');
	return negative ? -e : e;
}

static struct decimal
parse_decimal(const char *s, size_t len)
{
	const char *end = s + len;
	struct decimal d = { 0 };
	bool fraction = false;

	if (s < end && (*s == '-' || *s == '+'))
		d.negative = *s++ == '-';
	for (; s < end && (*s | 0x20) != 'e'; s++) {
		if (*s == '.')
			fraction = true;
		else
			take_digit(&d, (unsigned)(*s - '0'), fraction);
	}
	if (s < end)
		d.exponent += parse_exponent(s + 1, end);
	return d;
}

static locale_t c_locale;

static void
make_c_locale(void)
{
	c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

static locale_t
get_c_locale(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make_c_locale);
	return c_locale;
}

/*
 * The same number, of any length, as a NUL-terminated "[-]digits e…" for strtod: at most
 * DIGITS_MAX significant digits, and a 1 behind them that stands for a rest that is not 0.
 */
static void
shorten(char out[DIGITS_MAX + 64], const char *s, size_t len, const struct decimal *d)
{
	const char *end = s + len;
	int64_t exponent = d->exponent;
	unsigned n = 0, digits = 0;

	if (d->negative)
		out[n++] = '-';
	for (; s < end && (*s | 0x20) != 'e' && digits < DIGITS_MAX; s++) {
		if (*s < '0' || *s > '9' || (digits == 0 && *s == '0'))
			continue;
		out[n++] = *s;
		/* The exponent counts from the last digit in d->mantissa. */
		exponent -= ++digits > DIGITS_U64;
	}
	while (s < end && (*s == '0' || *s == '.'))
		s++;
	if (s < end && *s >= '1' && *s <= '9') {
		out[n++] = '1';
		exponent--;
	}
	if (digits == 0)
		out[n++] = '0';
	out[n++] = 'e';
	if (exponent > 99999)
		exponent = 99999;
	if (exponent < -99999)
		exponent = -99999;
	number_format_int64(out + n, exponent);
}

double
number_parse_double(const char *s, size_t len)
{
	/* Exact: a mantissa below 2^53 times or divided by one is rounded once (Clinger 1990). */
	static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
		1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
	struct decimal d = parse_decimal(s, len);
	char text[DIGITS_MAX + 64];
	double r;

	if (d.more || d.mantissa >> 53 != 0 || d.exponent < -22 || d.exponent > 22) {
		shorten(text, s, len, &d);
		return strtod_l(text, NULL, get_c_locale());
	}
	r = (double)d.mantissa;
	r = d.exponent < 0 ? r / powers[-d.exponent] : r * powers[d.exponent];
	return d.negative ? -r : r;
}

float
number_parse_float(const char *s, size_t len)
{
	static const float powers[] = { 1e0f, 1e1f, 1e2f, 1e3f, 1e4f, 1e5f, 1e6f, 1e7f, 1e8f, 1e9f,
		1e10f };
	struct decimal d = parse_decimal(s, len);
	char text[DIGITS_MAX + 64];
	float r;

	if (d.more || d.mantissa >> 24 != 0 || d.exponent < -10 || d.exponent > 10) {
		shorten(text, s, len, &d);
		return strtof_l(text, NULL, get_c_locale());
	}
	r = (float)d.mantissa;
	r = d.exponent < 0 ? r / powers[-d.exponent] : r * powers[d.exponent];
	return d.negative ? -r : r;
}
