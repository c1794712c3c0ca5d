/*
 * bignum.c: integers of any size and ratios, on libcrypto's BIGNUM, which no
 * other file touches. Values keep the bytes that Fressian writes; BIGNUMs live
 * only inside a call. Bigdecs stand in bignum_decimal.c. See bignum.h.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "util/log.h"
#include "value/bignum.h"
#include "value/bignum_load.h"

/* Bits of a quotient that decide a double: 64 and a few to round by. */
#define QUOTIENT_BITS 66

void
bignum_must(bool ok)
{
	if (!ok)
		fatalx("libcrypto cannot compute a BIGNUM: out of memory");
}

static BIGNUM *
make(void)
{
	BIGNUM *n = BN_new();

	bignum_must(n != NULL);
	return n;
}

/* The BIGNUM of two's complement bytes: the unsigned one less 2^bits where the sign bit is set. */
BIGNUM *
bignum_load(const uint8_t *bytes, size_t len)
{
	BIGNUM *n = BN_bin2bn(bytes, (int)len, NULL), *top;

	bignum_must(n != NULL);
	if (len > 0 && (bytes[0] & 0x80) != 0) {
		top = make();
		bignum_must(BN_set_bit(top, (int)len * 8) && BN_sub(n, n, top));
		BN_free(top);
	}
	return n;
}

BIGNUM *
bignum_load_value(const struct value *v)
{
	uint8_t bytes[8];

	if (v->kind == VALUE_BIGINT)
		return bignum_load(v->u.bytes, v->n);
	for (unsigned i = 0; i < 8; i++)
		bytes[i] = (uint8_t)((uint64_t)v->u.integer >> (56 - 8 * i));
	return bignum_load(bytes, sizeof(bytes));
}

/* n as a VALUE_BIGINT: for a negative one the complement of |n| - 1. */
static int
store(struct arena *a, const BIGNUM *n, struct value *out)
{
	BIGNUM *magnitude = BN_dup(n);
	uint8_t *bytes;
	size_t len;

	bignum_must(magnitude != NULL);
	BN_set_negative(magnitude, 0);
	if (BN_is_negative(n))
		bignum_must(BN_sub_word(magnitude, 1));
	len = (size_t)BN_num_bits(magnitude) / 8 + 1;
	if (len <= BIGNUM_MAX_BYTES && (bytes = arena_alloc(a, len)) != NULL) {
		bignum_must(BN_bn2binpad(magnitude, bytes, (int)len) == (int)len);
		for (size_t i = 0; BN_is_negative(n) && i < len; i++)
			bytes[i] = (uint8_t)~bytes[i];
		*out = (struct value){ .kind = VALUE_BIGINT, .n = (uint32_t)len, .u.bytes = bytes };
	} else {
		len = 0;
	}
	BN_free(magnitude);
	return len > 0 ? 0 : -1;
}

/* store, but as INT where it fits. */
static int
store_reduced(struct arena *a, const BIGNUM *n, struct value *out)
{
	int64_t i;

	if (store(a, n, out) == -1)
		return -1;
	if (bignum_to_int64(out->u.bytes, out->n, &i))
		*out = value_int(i);
	return 0;
}

/* The value of a digit in radices up to 36; 36 and more: no digit. */
static unsigned
digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a') + 10;
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A') + 10;
	return 36;
}

/* Step over a sign; true where it is a minus. */
static bool
take_sign(const char **s, size_t *len)
{
	bool negative = *len > 0 && **s == '-';

	if (negative || (*len > 0 && **s == '+')) {
		(*s)++;
		(*len)--;
	}
	return negative;
}

/* n = the digits at s, as many at a time as a word holds. */
static int
accumulate(BIGNUM *n, const char *s, size_t len, unsigned radix)
{
	const BN_ULONG limit = ~(BN_ULONG)0 / radix;
	size_t i = 0;

	while (i < len) {
		BN_ULONG power = 1, word = 0;

		for (; i < len && power <= limit; i++, power *= radix) {
			unsigned d = digit(s[i]);

			if (d >= radix)
				return -1;
			word = word * radix + d;
		}
		bignum_must(BN_mul_word(n, power) && BN_add_word(n, word));
	}
	return 0;
}

int
bignum_parse(struct arena *a, const char *s, size_t len, unsigned radix, struct value *out)
{
	bool negative = take_sign(&s, &len);
	int result = -1;
	BIGNUM *n;

	if (len == 0 || len > BIGNUM_MAX_DIGITS || radix < 2 || radix > 36)
		return -1;
	n = make();
	if (accumulate(n, s, len, radix) == 0) {
		BN_set_negative(n, negative);
		result = store(a, n, out);
	}
	BN_free(n);
	return result;
}

int
bignum_parse_int(struct arena *a, const char *s, size_t len, unsigned radix, struct value *out)
{
	size_t at = len > 0 && (s[0] == '-' || s[0] == '+');
	int64_t i = 0;

	if (at == len || radix < 2 || radix > 36)
		return -1;
	for (; at < len; at++) {
		int64_t d = digit(s[at]);

		if (d >= (int64_t)radix)
			return -1;
		if (__builtin_mul_overflow(i, (int64_t)radix, &i) ||
		    __builtin_sub_overflow(i, d, &i))
			break;
	}
	/* Counted downwards, for the least int64 has no positive counterpart. */
	if (at == len && (s[0] == '-' || i != INT64_MIN)) {
		*out = value_int(s[0] == '-' ? i : -i);
		return 0;
	}
	if (bignum_parse(a, s, len, radix, out) == -1)
		return -1;
	if (bignum_to_int64(out->u.bytes, out->n, &i))
		*out = value_int(i);
	return 0;
}

int
bignum_of_int64(struct arena *a, int64_t i, struct value *out)
{
	uint8_t *bytes = arena_alloc(a, 8);
	const uint8_t *from = bytes;
	size_t len = 8;

	if (bytes == NULL)
		return -1;
	for (unsigned k = 0; k < 8; k++)
		bytes[k] = (uint8_t)((uint64_t)i >> (56 - 8 * k));
	bignum_trim(&from, &len);
	*out = (struct value){ .kind = VALUE_BIGINT, .n = (uint32_t)len, .u.bytes = from };
	return 0;
}

bool
bignum_to_int64(const uint8_t *bytes, size_t len, int64_t *out)
{
	uint64_t word;

	if (len == 0 || len > 8)
		return false;
	word = (bytes[0] & 0x80) != 0 ? UINT64_MAX : 0;
	for (size_t i = 0; i < len; i++)
		word = word << 8 | bytes[i];
	*out = (int64_t)word;
	return true;
}

void
bignum_trim(const uint8_t **bytes, size_t *len)
{
	const uint8_t *p = *bytes;

	while (*len > 1 && (p[0] == 0 || p[0] == 0xFF) && ((p[0] ^ p[1]) & 0x80) == 0) {
		p++;
		(*len)--;
	}
	*bytes = p;
}

int
bignum_format(struct buf *out, const uint8_t *bytes, size_t len)
{
	int64_t i;
	BIGNUM *n;
	char *text;

	if (bignum_to_int64(bytes, len, &i)) {
		buf_printf(out, "%" PRId64, i);
		return 0;
	}
	if (len == 0 || len > BIGNUM_MAX_BYTES)
		return -1;
	n = bignum_load(bytes, len);
	text = BN_bn2dec(n);
	bignum_must(text != NULL);
	buf_puts(out, text);
	OPENSSL_free(text);
	BN_free(n);
	return 0;
}

/*
 * |n| * 2^exponent as a double, rounded once; sticky says that |n| has lost a fraction. Its
 * first 64 bits, the last of them set if anything follows, fit a long double's mantissa, and
 * the cast rounds.
 */
static double
compose(const BIGNUM *n, bool sticky, int exponent)
{
	int drop = BN_num_bits(n) - 64;
	uint8_t bytes[8];
	uint64_t word = 0;
	BIGNUM *head = make();

	if (drop > 0) {
		bignum_must(BN_copy(head, n) != NULL);
		bignum_must(BN_mask_bits(head, drop));
		sticky = sticky || !BN_is_zero(head);
		bignum_must(BN_rshift(head, n, drop));
	} else {
		drop = 0;
		bignum_must(BN_copy(head, n) != NULL);
	}
	BN_set_negative(head, 0);
	bignum_must(BN_bn2binpad(head, bytes, sizeof(bytes)) == (int)sizeof(bytes));
	BN_free(head);
	for (size_t i = 0; i < sizeof(bytes); i++)
		word = word << 8 | bytes[i];
	return (double)ldexpl((long double)(word | sticky), drop + exponent);
}

double
bignum_to_double(const uint8_t *bytes, size_t len)
{
	int64_t i;
	BIGNUM *n;
	double d;

	if (bignum_to_int64(bytes, len, &i))
		return (double)i;
	if (len == 0 || len > BIGNUM_MAX_BYTES)
		return len > 0 && (bytes[0] & 0x80) != 0 ? -INFINITY : INFINITY;
	n = bignum_load(bytes, len);
	d = compose(n, false, 0);
	d = BN_is_negative(n) ? -d : d;
	BN_free(n);
	return d;
}

/* a = gcd(a, b) by Euclid, b is used up. BN_gcd hides its operands at four times the cost. */
static void
gcd(BIGNUM **a, BIGNUM **b, BN_CTX *ctx)
{
	BIGNUM *rest = make(), *former;

	while (!BN_is_zero(*b)) {
		bignum_must(BN_mod(rest, *a, *b, ctx));
		former = *a;
		*a = *b;
		*b = rest;
		rest = former;
	}
	BN_free(rest);
}

/* Divide n and d by what they share, and bring the sign to n. */
static void
reduce(BIGNUM *n, BIGNUM *d)
{
	BIGNUM *common = BN_dup(n), *other = BN_dup(d);
	BN_CTX *ctx = BN_CTX_new();
	int negative = BN_is_negative(n) != BN_is_negative(d);

	bignum_must(common != NULL && other != NULL && ctx != NULL);
	gcd(&common, &other, ctx);
	bignum_must(BN_div(n, NULL, n, common, ctx) && BN_div(d, NULL, d, common, ctx));
	BN_set_negative(n, negative);
	BN_set_negative(d, 0);
	BN_free(common);
	BN_free(other);
	BN_CTX_free(ctx);
}

static int
store_ratio(struct arena *a, const BIGNUM *n, const BIGNUM *d, struct value *out)
{
	struct value *parts;

	if (BN_is_one(d))
		return store_reduced(a, n, out);
	if ((parts = arena_array(a, 2, sizeof(*parts))) == NULL || store(a, n, &parts[0]) == -1 ||
	    store(a, d, &parts[1]) == -1)
		return -1;
	*out = (struct value){ .kind = VALUE_RATIO, .n = 2, .u.items = parts };
	return 0;
}

int
bignum_ratio(struct arena *a, const struct value *num, const struct value *den, struct value *out)
{
	BIGNUM *n, *d;
	int result = -1;

	if ((num->kind == VALUE_BIGINT && num->n > BIGNUM_RATIO_BYTES) ||
	    (den->kind == VALUE_BIGINT && den->n > BIGNUM_RATIO_BYTES))
		return -1;
	n = bignum_load_value(num);
	d = bignum_load_value(den);
	if (!BN_is_zero(d)) {
		reduce(n, d);
		result = store_ratio(a, n, d, out);
	}
	BN_free(n);
	BN_free(d);
	return result;
}

double
bignum_ratio_to_double(const struct value *ratio)
{
	BIGNUM *n = bignum_load_value(&ratio->u.items[0]), *d = bignum_load_value(&ratio->u.items[1]);
	BIGNUM *quotient = make(), *rest = make();
	BN_CTX *ctx = BN_CTX_new();
	int shift = QUOTIENT_BITS - (BN_num_bits(n) - BN_num_bits(d));
	double result = INFINITY;

	bignum_must(ctx != NULL);
	if (!BN_is_zero(d)) {
		bignum_must(shift > 0 ? BN_lshift(n, n, shift) : BN_lshift(d, d, -shift));
		bignum_must(BN_div(quotient, rest, n, d, ctx));
		result = compose(quotient, !BN_is_zero(rest), -shift);
	}
	if (BN_is_negative(n) != BN_is_negative(d))
		result = -result;
	BN_free(n);
	BN_free(d);
	BN_free(quotient);
	BN_free(rest);
	BN_CTX_free(ctx);
	return result;
}
