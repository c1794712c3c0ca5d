/*
 * bignum_exact.c: numbers of every kind compared without rounding. See
 * bignum_exact.h. What fits machine words, nearly everything, is compared in
 * them; the rest as BIGNUMs: numerator / denominator * 10^exponent.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "value/bignum.h"
#include "value/bignum_exact.h"
#include "value/bignum_load.h"
#include "value/number.h"

/* Integers up to here are doubles without rounding. */
#define EXACT_MAX	((int64_t)1 << 53)
/* Magnitudes further apart than this decide, however roughly they are known: nothing is scaled by more than its digits. */
#define FAR_APART	3

struct exact {
	BIGNUM	*num, *den;	/* den NULL: 1 */
	int64_t	 exponent;
};

static bool
is_int(const struct value *v)
{
	return v->kind == VALUE_INT || v->kind == VALUE_BYTE;
}

/* "-1.25E-7": digits without their point, and the exponent of the last one. */
static int64_t
shortest(const struct value *v, char digits[NUMBER_TEXT])
{
	char text[NUMBER_TEXT], *p = text;
	int64_t exponent = 0;
	size_t n = 0;
	bool after = false;

	if (v->kind == VALUE_FLOAT)
		number_format_float(text, v->u.real32);
	else
		number_format_double(text, v->u.real);
	for (; *p != '\0' && *p != 'E'; p++) {
		if (*p == '.') {
			after = true;
			continue;
		}
		digits[n++] = *p;
		exponent -= after;
	}
	digits[n] = '\0';
	return *p == 'E' ? exponent + strtol(p + 1, NULL, 10) : exponent;
}

static struct exact
load(const struct value *v)
{
	struct exact e = { NULL, NULL, 0 };
	char digits[NUMBER_TEXT];

	switch (v->kind) {
	case VALUE_DOUBLE:
	case VALUE_FLOAT:
		e.exponent = shortest(v, digits);
		bignum_must(BN_dec2bn(&e.num, digits) != 0);
		break;
	case VALUE_BIGDEC:
		e.num = bignum_load(v->u.bigdec->unscaled, v->u.bigdec->unscaled_len);
		e.exponent = -(int64_t)v->u.bigdec->scale;
		break;
	case VALUE_RATIO:
		e.num = bignum_load_value(&v->u.items[0]);
		e.den = bignum_load_value(&v->u.items[1]);
		break;
	default:
		e.num = bignum_load_value(v);
	}
	return e;
}

static void
drop(struct exact *e)
{
	BN_free(e->num);
	BN_free(e->den);
}

/* n *= 10^exponent, which is bounded by the caller. */
static void
scale(BIGNUM *n, int64_t exponent, BN_CTX *ctx)
{
	BIGNUM *ten = BN_new(), *e = BN_new(), *power = BN_new();

	bignum_must(ten != NULL && e != NULL && power != NULL && BN_set_word(ten, 10) &&
	    BN_set_word(e, (BN_ULONG)exponent) && BN_exp(power, ten, e, ctx) && BN_mul(n, n, power, ctx));
	BN_free(ten);
	BN_free(e);
	BN_free(power);
}

/* Decimal digits of the whole part, roughly: what decides between numbers far apart. */
static int64_t
magnitude(const struct exact *e)
{
	int bits = BN_num_bits(e->num) - (e->den != NULL ? BN_num_bits(e->den) : 0);

	return (int64_t)bits * 30103 / 100000 + e->exponent;
}

/* Both over the same denominator and exponent: their numerators say it all. */
static void
align(struct exact *a, struct exact *b, BN_CTX *ctx)
{
	if (b->den != NULL)
		bignum_must(BN_mul(a->num, a->num, b->den, ctx));
	if (a->den != NULL)
		bignum_must(BN_mul(b->num, b->num, a->den, ctx));
	if (a->exponent > b->exponent)
		scale(a->num, a->exponent - b->exponent, ctx);
	else if (b->exponent > a->exponent)
		scale(b->num, b->exponent - a->exponent, ctx);
}

static int
compare_exact(const struct value *x, const struct value *y)
{
	struct exact a = load(x), b = load(y);
	BN_CTX *ctx = BN_CTX_new();
	int r;

	bignum_must(ctx != NULL);
	if (BN_is_zero(a.num) || BN_is_zero(b.num) || BN_is_negative(a.num) != BN_is_negative(b.num)) {
		int sa = BN_is_zero(a.num) ? 0 : BN_is_negative(a.num) ? -1 : 1,
		    sb = BN_is_zero(b.num) ? 0 : BN_is_negative(b.num) ? -1 : 1;

		r = (sa > sb) - (sa < sb);
	} else if (llabs(magnitude(&a) - magnitude(&b)) > FAR_APART) {
		r = magnitude(&a) > magnitude(&b) ? 1 : -1;
		r = BN_is_negative(a.num) ? -r : r;
	} else {
		align(&a, &b, ctx);
		r = BN_cmp(a.num, b.num);
	}
	BN_CTX_free(ctx);
	drop(&a);
	drop(&b);
	return r;
}

/* What a comparison of machine numbers gets right; NaN where it is none of these. */
static double
plain(const struct value *v)
{
	if (is_int(v) && v->u.integer >= -EXACT_MAX && v->u.integer <= EXACT_MAX)
		return (double)v->u.integer;
	return v->kind == VALUE_DOUBLE ? v->u.real : (double)NAN;
}

int
exact_compare(const struct value *a, const struct value *b)
{
	double x, y;

	if (is_int(a) && is_int(b))
		return (a->u.integer > b->u.integer) - (a->u.integer < b->u.integer);
	/* Two doubles are ordered as their shortest decimals are; so are a double and an integer that is one. */
	x = plain(a);
	y = plain(b);
	if (!isnan(x) && !isnan(y))
		return (x > y) - (x < y);
	return compare_exact(a, b);
}

bool
exact_is_number(const struct value *v)
{
	switch (v->kind) {
	case VALUE_INT:
	case VALUE_BYTE:
	case VALUE_BIGINT:
	case VALUE_BIGDEC:
	case VALUE_RATIO:
		return true;
	case VALUE_DOUBLE:
		return isfinite(v->u.real);
	case VALUE_FLOAT:
		return isfinite(v->u.real32);
	default:
		return false;
	}
}

/* Is n a multiple of 10^k? */
static bool
ends_in_zeros(const BIGNUM *n, int64_t k)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *power = BN_new(), *rest = BN_new();
	bool yes;

	bignum_must(ctx != NULL && power != NULL && rest != NULL && BN_one(power));
	scale(power, k, ctx);
	bignum_must(BN_mod(rest, n, power, ctx));
	yes = BN_is_zero(rest);
	BN_free(power);
	BN_free(rest);
	BN_CTX_free(ctx);
	return yes;
}

bool
exact_is_integer(const struct value *v)
{
	struct exact e;
	bool yes;

	if (v->kind == VALUE_INT || v->kind == VALUE_BYTE || v->kind == VALUE_BIGINT)
		return true;
	if (v->kind == VALUE_DOUBLE)
		return isfinite(v->u.real) && trunc(v->u.real) == v->u.real;
	if (v->kind == VALUE_FLOAT)
		return isfinite(v->u.real32) && truncf(v->u.real32) == v->u.real32;
	/* A ratio is reduced: it is none. */
	if (v->kind != VALUE_BIGDEC)
		return false;
	e = load(v);
	yes = e.exponent >= 0 || BN_is_zero(e.num) ||
	    (magnitude(&e) > -FAR_APART && ends_in_zeros(e.num, -e.exponent));
	drop(&e);
	return yes;
}

/* a / b without the factors 2 and 5 that b has, which a power of ten has too where it has as many: is it whole? */
static bool
divides_far(const struct exact *a, const struct exact *b, BIGNUM *rest, BN_CTX *ctx)
{
	BIGNUM *num = BN_dup(a->num), *den = BN_dup(b->num);
	bool yes;

	bignum_must(num != NULL && den != NULL);
	bignum_must(b->den == NULL || BN_mul(num, num, b->den, ctx));
	bignum_must(a->den == NULL || BN_mul(den, den, a->den, ctx));
	while (!BN_is_odd(den))
		bignum_must(BN_rshift1(den, den));
	while (BN_mod_word(den, 5) == 0)
		bignum_must(BN_div_word(den, 5) == 0);
	bignum_must(BN_mod(rest, num, den, ctx));
	yes = BN_is_zero(rest);
	BN_free(num);
	BN_free(den);
	return yes;
}

bool
exact_is_multiple(const struct value *x, const struct value *y)
{
	struct exact a, b;
	BIGNUM *rest;
	BN_CTX *ctx;
	bool yes;

	if (is_int(x) && is_int(y))
		return y->u.integer == -1 || x->u.integer % y->u.integer == 0;
	a = load(x);
	b = load(y);
	rest = BN_new();
	ctx = BN_CTX_new();
	bignum_must(ctx != NULL && rest != NULL);
	if (BN_is_zero(a.num)) {
		yes = true;
	} else if (magnitude(&b) - magnitude(&a) > FAR_APART) {
		yes = false;
	} else if (a.exponent - b.exponent > BN_num_bits(b.num) + (a.den != NULL ? BN_num_bits(a.den) : 0)) {
		yes = divides_far(&a, &b, rest, ctx);
	} else {
		align(&a, &b, ctx);
		bignum_must(BN_mod(rest, a.num, b.num, ctx));
		yes = BN_is_zero(rest);
	}
	BN_free(rest);
	BN_CTX_free(ctx);
	drop(&a);
	drop(&b);
	return yes;
}
