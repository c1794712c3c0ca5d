/*
 * edn_number.c: the numbers of EDN: integers in all radices, doubles, bigints,
 * decimals, ratios. What they amount to is bignum.h's and number.h's concern.
 * See edn_reader.h.
 */
#include <math.h>
#include <string.h>

#include "value/bignum.h"
#include "value/edn_reader.h"
#include "value/edn_syntax.h"
#include "value/number.h"

static int
bad_number(struct edn_reader *r, const struct edn_token *t)
{
	char quoted[EDN_QUOTE];
	const char *why = "";

	edn_quote(quoted, (const uint8_t *)t->s, t->len);
	if (t->len > 1 && t->s[0] == '0' && edn_token_digit(t->s[1]) < 10)
		why = ": a 0 in front means octal";
	return codec_fail_text(r->err, E_SYNTAX, r->in, t->at, "%s is not a number%s", quoted, why);
}

static int
long_number(struct edn_reader *r, const struct edn_token *t)
{
	return codec_fail_text(r->err, E_LIMIT, r->in, t->at,
	    "the number has too many digits: %d are taken, %d bytes in a ratio", BIGNUM_MAX_DIGITS,
	    BIGNUM_RATIO_BYTES);
}

/*
 * Sign of t and digits of the radix, both known to be there, as INT where it fits, or BIGINT if
 * `big`.
 */
static int
integer(struct edn_reader *r, const struct edn_token *t, const char *digits, size_t len,
    unsigned radix, bool big, struct value *out)
{
	char text[BIGNUM_MAX_DIGITS + 1];
	int result;

	if (len > BIGNUM_MAX_DIGITS)
		return long_number(r, t);
	text[0] = t->s[0] == '-' ? '-' : '+';
	memcpy(text + 1, digits, len);
	result = big ? bignum_parse(r->arena, text, len + 1, radix, out) :
	    bignum_parse_int(r->arena, text, len + 1, radix, out);
	return result == 0 ? 0 : long_number(r, t);
}

/* 1/3 */
static int
ratio(struct edn_reader *r, const struct edn_token *t, size_t slash, struct value *out)
{
	const char *den = t->s + slash + 1;
	size_t sign = t->s[0] == '-' || t->s[0] == '+', den_len = t->len - slash - 1;
	struct edn_token unsigned_token = { den, den_len, t->at };
	struct value n, d;

	if (den_len == 0 || edn_token_digits(den, den_len, 10) != den_len)
		return bad_number(r, t);
	if (integer(r, t, t->s + sign, slash - sign, 10, false, &n) == -1 ||
	    integer(r, &unsigned_token, den, den_len, 10, false, &d) == -1)
		return -1;
	if (d.kind == VALUE_INT && d.u.integer == 0)
		return codec_fail_text(r->err, E_VALUE, r->in, t->at, "a ratio divides by zero");
	return bignum_ratio(r->arena, &n, &d, out) == 0 ? 0 : long_number(r, t);
}

/* Is it [+-]digits[.[digits]][e[+-]digits]? */
static bool
is_decimal(const char *s, size_t len)
{
	size_t i = len > 0 && (s[0] == '-' || s[0] == '+'), n;

	if ((n = edn_token_digits(s + i, len - i, 10)) == 0)
		return false;
	i += n;
	if (i < len && s[i] == '.') {
		i++;
		i += edn_token_digits(s + i, len - i, 10);
	}
	if (i == len || (s[i] != 'e' && s[i] != 'E'))
		return i == len;
	i++;
	if (i < len && (s[i] == '-' || s[i] == '+'))
		i++;
	n = edn_token_digits(s + i, len - i, 10);
	return n > 0 && i + n == len;
}

static int
beyond_range(struct edn_reader *r, const struct edn_token *t, const char *type)
{
	char quoted[EDN_QUOTE];

	return codec_fail_text(r->err, E_VALUE, r->in, t->at,
	    "%s is beyond the range of a %s: a decimal, with M behind it, has none",
	    edn_quote(quoted, (const uint8_t *)t->s, t->len), type);
}

static int
real(struct edn_reader *r, const struct edn_token *t, struct value *out)
{
	if (!is_decimal(t->s, t->len))
		return bad_number(r, t);
	if (r->floats) {
		*out = (struct value){ .kind = VALUE_FLOAT,
			.u.real32 = number_parse_float(t->s, t->len) };
		return isfinite(out->u.real32) ? 0 : beyond_range(r, t, "float");
	}
	*out = value_double(number_parse_double(t->s, t->len));
	return isfinite(out->u.real) ? 0 : beyond_range(r, t, "double");
}

/* 1.50M */
static int
bigdec(struct edn_reader *r, const struct edn_token *t, struct value *out)
{
	if (!is_decimal(t->s, t->len - 1))
		return bad_number(r, t);
	if (bignum_parse_bigdec(r->arena, t->s, t->len - 1, out) == -1)
		return codec_fail_text(r->err, E_LIMIT, r->in, t->at,
		    "the decimal has too many digits (%d are taken) or its scale no 32 bits",
		    BIGNUM_MAX_DIGITS);
	return 0;
}

/* 0x1F, 2r101: `radix` and the digits from i on; N only where it is no digit of it. */
static int
radix_integer(struct edn_reader *r, const struct edn_token *t, size_t i, unsigned radix,
    struct value *out)
{
	size_t n = edn_token_digits(t->s + i, t->len - i, radix);
	bool big = radix == 16 && i + n + 1 == t->len && t->s[i + n] == 'N';

	if (n == 0 || i + n + big != t->len)
		return bad_number(r, t);
	return integer(r, t, t->s + i, n, radix, big, out);
}

/* `digits` and maybe an N: decimal, or octal after a 0. */
static int
plain_integer(struct edn_reader *r, const struct edn_token *t, size_t sign, size_t n,
    struct value *out)
{
	bool big = sign + n < t->len;
	unsigned radix = n > 1 && t->s[sign] == '0' ? 8 : 10;
	int64_t i;

	if (radix == 8 && edn_token_digits(t->s + sign, n, 8) != n)
		return bad_number(r, t);
	if (radix == 10 && !big && number_parse_int64(t->s, t->len, &i)) {
		*out = value_int(i);
		return 0;
	}
	return integer(r, t, t->s + sign, n, radix, big, out);
}

int
edn_number_read(struct edn_reader *r, struct value *out)
{
	struct edn_token t = edn_token_take(r, 1, EDN_SPACE | EDN_MACRO);
	size_t sign = t.s[0] == '-' || t.s[0] == '+', i;
	size_t n = edn_token_digits(t.s + sign, t.len - sign, 10);

	i = sign + n;
	if (r->floats)
		return real(r, &t, out);
	if (i == t.len || (t.s[i] == 'N' && i + 1 == t.len))
		return plain_integer(r, &t, sign, n, out);
	if (t.s[i] == '/')
		return ratio(r, &t, i, out);
	if ((t.s[i] == 'x' || t.s[i] == 'X') && n == 1 && t.s[sign] == '0')
		return radix_integer(r, &t, i + 1, 16, out);
	if ((t.s[i] == 'r' || t.s[i] == 'R') && n <= 2 && t.s[sign] != '0') {
		unsigned radix = edn_token_digit(t.s[sign]);

		if (n == 2)
			radix = radix * 10 + edn_token_digit(t.s[sign + 1]);
		if (radix < 2 || radix > 36)
			return bad_number(r, &t);
		return radix_integer(r, &t, i + 1, radix, out);
	}
	if (t.s[t.len - 1] == 'M')
		return bigdec(r, &t, out);
	return real(r, &t, out);
}
