/*
 * number_format.c: doubles and floats as the shortest text that reads back the
 * same. The digits are found as Raffaello Giulietti's "The Schubfach way to
 * render doubles" has it (the algorithm of Java 19's Double.toString), the
 * layout is Java's. Parsing stands in number.c.
 */
#include <pthread.h>
#include <string.h>

#include "value/number.h"

/* The powers of ten that doubles, which reach from 10^-324 to 10^308, are scaled by. */
#define POWER_MIN	(-292)
#define POWER_MAX	324
/* 32-bit words that hold 5^324, and 2^WIDE / 5^292 with more than 128 bits left. */
#define WORDS		28
#define WIDE		(32 * WORDS - 1)

typedef unsigned __int128 u128;

/* digits * 10^exponent */
struct shortest {
	uint64_t	digits;
	int		exponent;
};

/* powers[k - POWER_MIN]: the 128 leading bits of 10^k, the last one rounded up. */
static u128 powers[POWER_MAX - POWER_MIN + 1];

/* The 128 bits of x (little-endian words, not 0) from its leading 1; *exact: nothing follows. */
static u128
leading_bits(const uint32_t x[WORDS], int *exact)
{
	u128 r = 0;
	int top = WORDS - 1, shift, bit;

	while (x[top] == 0)
		top--;
	shift = 32 * top + 31 - __builtin_clz(x[top]) - 127;
	for (int i = top; i >= 0; i--) {
		bit = 32 * i - shift;
		if (bit >= 0)
			r |= (u128)x[i] << bit;
		else if (bit > -32)
			r |= x[i] >> -bit;
		if (bit < 0 && (bit <= -32 ? x[i] : x[i] << (32 + bit)) != 0)
			*exact = 0;
	}
	return r;
}

/* Exact: 5^k by multiplying, and floor(floor(x / 5) / 5) is floor(x / 25). Twos move the point. */
static void
make_powers(void)
{
	uint32_t up[WORDS] = { 1 }, down[WORDS] = { 0 };
	uint64_t carry;
	int exact = 1;

	down[WORDS - 1] = 1u << 31;
	for (int k = 0; k <= POWER_MAX; k++) {
		exact = 1;
		powers[k - POWER_MIN] = leading_bits(up, &exact) + !exact;
		carry = 0;
		for (int i = 0; i < WORDS; i++) {
			carry += (uint64_t)up[i] * 5;
			up[i] = (uint32_t)carry;
			carry >>= 32;
		}
	}
	for (int k = -1; k >= POWER_MIN; k--) {
		carry = 0;
		for (int i = WORDS - 1; i >= 0; i--) {
			carry = carry << 32 | down[i];
			down[i] = (uint32_t)(carry / 5);
			carry %= 5;
		}
		powers[k - POWER_MIN] = leading_bits(down, &exact) + 1;
	}
}

static int
floor_log2_pow10(int e)
{
	return (e * 1741647) >> 19;
}

/* The top 64 of the 192 bits of power * c, made odd where anything was cut off. */
static uint64_t
round_to_odd(u128 power, uint64_t c)
{
	u128 low = (u128)(uint64_t)power * c;
	u128 high = (power >> 64) * c + (low >> 64);

	return (uint64_t)(high >> 64) | ((uint64_t)high > 1);
}

/*
 * The shortest decimal that rounds to c * 2^q, the nearest of those, of at least two digits.
 * `narrow`: the smaller neighbour is half as far away as the larger (c is the least of its binade).
 */
static struct shortest
find_shortest(uint64_t c, int q, int narrow)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	int k = (q * 1262611 - (narrow ? 524031 : 0)) >> 22;
	int h = q + floor_log2_pow10(-k) + 1, odd = (int)(c & 1);
	uint64_t lower, upper, v, s, t;
	u128 power;

	pthread_once(&once, make_powers);
	power = powers[-k - POWER_MIN];
	/* Four times the scaled value and its borders, which belong to it only where c is even. */
	lower = round_to_odd(power, (4 * c - 2 + (uint64_t)narrow) << h) + (uint64_t)odd;
	v = round_to_odd(power, (4 * c) << h);
	upper = round_to_odd(power, (4 * c + 2) << h) - (uint64_t)odd;
	s = v / 4;
	if (s >= 100) {
		t = s / 10;
		if ((lower <= 40 * t) != (40 * t + 40 <= upper))
			return (struct shortest){ t + (40 * t + 40 <= upper), k + 1 };
	}
	if ((lower <= 4 * s) != (4 * s + 4 <= upper))
		return (struct shortest){ s + (4 * s + 4 <= upper), k };
	return (struct shortest){ s + (v > 4 * s + 2 || (v == 4 * s + 2 && (s & 1) != 0)), k };
}

/* Java's layout: plain from 0.001 to below 10^7, else d.dE±n; a digit on either side of the dot. */
static size_t
lay_out(char *out, struct shortest r)
{
	char digits[NUMBER_TEXT];
	char *p = out;
	int n, point;

	while (r.digits % 10 == 0) {
		r.digits /= 10;
		r.exponent++;
	}
	n = (int)number_format_int64(digits, (int64_t)r.digits);
	point = n + r.exponent;		/* digits before it, if plain */
	if (point < -2 || point > 7) {
		*p++ = digits[0];
		*p++ = '.';
		if (n == 1)
			*p++ = '0';
		memcpy(p, digits + 1, (size_t)n - 1);
		p += n - 1;
		*p++ = 'E';
		return (size_t)(p - out) + number_format_int64(p, point - 1);
	}
	if (point <= 0) {
		memcpy(p, "0.00", 4);
		p += 2 - point;
		memcpy(p, digits, (size_t)n);
		p += n;
	} else if (point >= n) {
		memcpy(p, digits, (size_t)n);
		memset(p + n, '0', (size_t)(point - n));
		p += point;
		*p++ = '.';
		*p++ = '0';
	} else {
		memcpy(p, digits, (size_t)point);
		p[point] = '.';
		memcpy(p + point + 1, digits + point, (size_t)(n - point));
		p += n + 1;
	}
	*p = '\0';
	return (size_t)(p - out);
}

/*
 * A positive c * 2^q. Below `tiny` one digit would do, but Java writes the two nearest (4.9E-324):
 * ask for one more place.
 */
static size_t
format(char *out, uint64_t c, int q, int narrow, uint64_t tiny)
{
	struct shortest r;

	if (q <= 0 && q > -53 && (c & ((UINT64_C(1) << -q) - 1)) == 0)
		return lay_out(out, (struct shortest){ c >> -q, 0 });
	if (c >= tiny)
		return lay_out(out, find_shortest(c, q, narrow));
	r = find_shortest(c * 10, q, 0);
	r.exponent--;
	return lay_out(out, r);
}

size_t
number_format_double(char out[NUMBER_TEXT], double d)
{
	uint64_t bits, fraction;
	size_t sign;
	int exponent;

	memcpy(&bits, &d, sizeof(bits));
	fraction = bits & ((UINT64_C(1) << 52) - 1);
	exponent = (int)(bits >> 52 & 0x7FF);
	sign = (size_t)(bits >> 63);
	out[0] = '-';
	if (exponent == 0 && fraction == 0) {
		memcpy(out + sign, "0.0", 4);
		return sign + 3;
	}
	if (exponent == 0)
		return sign + format(out + sign, fraction, -1074, 0, 3);
	return sign + format(out + sign, fraction | UINT64_C(1) << 52, exponent - 1075,
	    fraction == 0 && exponent > 1, 0);
}

size_t
number_format_float(char out[NUMBER_TEXT], float f)
{
	uint32_t bits, fraction;
	size_t sign;
	int exponent;

	memcpy(&bits, &f, sizeof(bits));
	fraction = bits & ((UINT32_C(1) << 23) - 1);
	exponent = (int)(bits >> 23 & 0xFF);
	sign = (size_t)(bits >> 31);
	out[0] = '-';
	if (exponent == 0 && fraction == 0) {
		memcpy(out + sign, "0.0", 4);
		return sign + 3;
	}
	if (exponent == 0)
		return sign + format(out + sign, fraction, -149, 0, 8);
	return sign + format(out + sign, fraction | UINT32_C(1) << 23, exponent - 150,
	    fraction == 0 && exponent > 1, 0);
}
