/*
 * check_number.c: src/value/number.c, number_format.c and base64.c.
 */
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "value/base64.h"
#include "value/number.h"

static uint64_t random_state = 42;

/* xorshift64*: the same numbers in every run. */
static uint64_t
next_random(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * UINT64_C(0x2545F4914F6CDD1D);
}

static double
double_of(uint64_t bits)
{
	double d;

	memcpy(&d, &bits, sizeof(d));
	return d;
}

START_TEST(int64_from_text)
{
	static const struct {
		const char	*text;
		bool		 ok;
		int64_t		 value;
	} rows[] = {
		{ "0", true, 0 },
		{ "-0", true, 0 },
		{ "+17", true, 17 },
		{ "9223372036854775807", true, INT64_MAX },
		{ "-9223372036854775808", true, INT64_MIN },
		{ "000000000000000000000000000000001", true, 1 },
		{ "0000000000000000000000000000000", true, 0 },
		{ "9223372036854775808", false, 0 },
		{ "-9223372036854775809", false, 0 },
		{ "18446744073709551617", false, 0 },
		{ "99999999999999999999", false, 0 },
		{ "", false, 0 },
		{ "-", false, 0 },
		{ "+-1", false, 0 },
		{ "1x", false, 0 },
		{ "1.0", false, 0 },
		{ " 1", false, 0 },
	};
	char text[NUMBER_TEXT];
	int64_t i;

	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		i = 0;
		ck_assert_msg(rows[r].ok ==
		    number_parse_int64(rows[r].text, strlen(rows[r].text), &i), "%s", rows[r].text);
		ck_assert_int_eq(i, rows[r].value);
	}
	ck_assert_uint_eq(number_format_int64(text, INT64_MIN), 20);
	ck_assert_str_eq(text, "-9223372036854775808");
	for (int n = 0; n < 10000; n++) {
		int64_t want = (int64_t)next_random() >> (next_random() & 63);

		ck_assert(number_parse_int64(text, number_format_int64(text, want), &i));
		ck_assert_int_eq(i, want);
	}
}
END_TEST

START_TEST(doubles_in_javas_layout)
{
	static const struct {
		double		 d;
		const char	*text;
	} rows[] = {
		{ 0.0, "0.0" },
		{ -0.0, "-0.0" },
		{ 1.0, "1.0" },
		{ -1.5, "-1.5" },
		{ 0.1, "0.1" },
		{ 100.0, "100.0" },
		{ 0.001, "0.001" },
		{ 0.012, "0.012" },
		{ 9.999e-4, "9.999E-4" },
		{ 9999999.0, "9999999.0" },
		{ 1234567.25, "1234567.25" },
		{ 1e7, "1.0E7" },
		{ 12345678.5, "1.23456785E7" },
		{ 1e10, "1.0E10" },
		{ 1e-7, "1.0E-7" },
		{ 1e22, "1.0E22" },
		{ 1e23, "1.0E23" },
		{ 2e23, "2.0E23" },
		{ 9007199254740993.0, "9.007199254740992E15" },
		{ 1.0 / 3, "0.3333333333333333" },
		{ 5e-324, "4.9E-324" },
		{ 1e-323, "9.9E-324" },
		{ 2.2250738585072014e-308, "2.2250738585072014E-308" },
		{ 1.7976931348623157e308, "1.7976931348623157E308" },
	};
	char text[NUMBER_TEXT];

	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		ck_assert_uint_eq(number_format_double(text, rows[r].d), strlen(rows[r].text));
		ck_assert_str_eq(text, rows[r].text);
	}
}
END_TEST

START_TEST(floats_in_javas_layout)
{
	static const struct {
		float		 f;
		const char	*text;
	} rows[] = {
		{ 0.0f, "0.0" },
		{ -0.0f, "-0.0" },
		{ 0.1f, "0.1" },
		{ 1.5f, "1.5" },
		{ 16777216.0f, "1.6777216E7" },
		{ 1e-45f, "1.4E-45" },
		{ 3.4028235e38f, "3.4028235E38" },
		{ 1.17549435e-38f, "1.1754944E-38" },
	};
	char text[NUMBER_TEXT];

	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		ck_assert_uint_eq(number_format_float(text, rows[r].f), strlen(rows[r].text));
		ck_assert_str_eq(text, rows[r].text);
	}
}
END_TEST

static size_t
count_digits(const char *text)
{
	const char *first = text, *last;
	size_t n = 0;

	while (*first == '-' || *first == '0' || *first == '.')
		first++;
	last = strchr(first, 'E') != NULL ? strchr(first, 'E') : first + strlen(first);
	while (last > first && (last[-1] == '0' || last[-1] == '.'))
		last--;
	for (; first < last; first++)
		n += *first != '.';
	return n;
}

/* Reads back the same, and no fewer digits would. */
static void
check_double(double d)
{
	char text[NUMBER_TEXT], fewer[64];
	double back;

	number_format_double(text, d);
	back = number_parse_double(text, strlen(text));
	ck_assert_msg(memcmp(&d, &back, sizeof(d)) == 0, "%a as %s", d, text);
	if (count_digits(text) > 2) {
		snprintf(fewer, sizeof(fewer), "%.*e", (int)count_digits(text) - 2, d);
		ck_assert_msg(strtod(fewer, NULL) != d, "%s is not the shortest, %s", text, fewer);
	}
}

START_TEST(doubles_round_trip)
{
	for (int e = -1074; e < 1024; e++) {
		check_double(ldexp(1, e));
		check_double(-nextafter(ldexp(1, e), 0));
		check_double(nextafter(ldexp(1, e), INFINITY));
	}
	for (int n = 0; n < 50000; n++) {
		double d = double_of(next_random());

		if (isfinite(d))
			check_double(d);
		check_double((double)(int64_t)(next_random() >> 40) / 100);
		check_double(ldexp((double)(next_random() >> 52), (int)(next_random() % 64) - 32));
	}
}
END_TEST

START_TEST(floats_round_trip)
{
	char text[NUMBER_TEXT], fewer[64];
	uint32_t bits;
	float f, back;

	for (int n = 0; n < 50000; n++) {
		bits = (uint32_t)next_random();
		memcpy(&f, &bits, sizeof(f));
		if (!isfinite(f))
			continue;
		number_format_float(text, f);
		back = number_parse_float(text, strlen(text));
		ck_assert_msg(memcmp(&f, &back, sizeof(f)) == 0, "%a as %s", (double)f, text);
		if (count_digits(text) > 2) {
			snprintf(fewer, sizeof(fewer), "%.*e", (int)count_digits(text) - 2,
			    (double)f);
			ck_assert_msg(strtof(fewer, NULL) != f, "%s is not the shortest", text);
		}
	}
}
END_TEST

/* Texts that libc reads as well, of many shapes. */
START_TEST(doubles_from_text_agree_with_libc)
{
	char text[128];

	for (int n = 0; n < 50000; n++) {
		unsigned long long a = next_random() >> (next_random() & 63);
		unsigned long long b = next_random() >> (next_random() & 63);
		int e = (int)(next_random() % 700) - 350;
		double want, got;

		switch (n % 4) {
		case 0:
			snprintf(text, sizeof(text), "%llu.%llu", a, b);
			break;
		case 1:
			snprintf(text, sizeof(text), "-%llu.%llue%d", a, b, e);
			break;
		case 2:
			snprintf(text, sizeof(text), "%llu%llu%llue%+d", a, b, a, e);
			break;
		default:
			snprintf(text, sizeof(text), "0.000%lluE%d", a, e);
			break;
		}
		want = strtod(text, NULL);
		got = number_parse_double(text, strlen(text));
		ck_assert_msg(memcmp(&want, &got, sizeof(want)) == 0, "%s", text);
	}
}
END_TEST

static void
fill_text(char *text, const char *head, char fill, size_t n, const char *tail)
{
	size_t len = strlen(head);

	memcpy(text, head, len);
	memset(text + len, fill, n);
	strcpy(text + len + n, tail);
}

START_TEST(long_numbers_round_exactly)
{
	static char text[40000];
	double d;

	/* 2^53 + 1 lies between two doubles: the even one, unless anything at all follows. */
	fill_text(text, "9007199254740993.", '0', 3000, "");
	ck_assert(number_parse_double(text, strlen(text)) == 9007199254740992.0);
	fill_text(text, "9007199254740993.", '0', 3000, "1");
	ck_assert(number_parse_double(text, strlen(text)) == 9007199254740994.0);
	/* The smallest double, written out. */
	snprintf(text, sizeof(text), "%.1075f", 4.9406564584124654e-324);
	d = number_parse_double(text, strlen(text));
	ck_assert(d == 4.9406564584124654e-324);
	/* Huge exponents that the digits take back. */
	fill_text(text, "0.", '0', 30000, "1e30001");
	ck_assert(number_parse_double(text, strlen(text)) == 1.0);
	fill_text(text, "1", '0', 30000, "e-30000");
	ck_assert(number_parse_double(text, strlen(text)) == 1.0);
	ck_assert(isinf(number_parse_double("1e400", 5)));
	ck_assert(isinf(number_parse_double("1e99999999999999999999999", 25)));
	ck_assert(number_parse_double("1e-99999999999999999999999", 26) == 0.0);
	ck_assert(number_parse_double("0e99999999999999999999999", 25) == 0.0);
	ck_assert(signbit(number_parse_double("-0e9", 4)));
}
END_TEST

/* Midpoints between neighbours written out in full: ties go to even, a hair more goes up. */
START_TEST(midpoints_round_to_even)
{
	static char text[2000];

	for (int n = 0; n < 300; n++) {
		double d = ldexp((double)(next_random() >> 11 | UINT64_C(1) << 52),
		    -1074 + (int)(next_random() % 80));
		uint64_t bits, mantissa;
		double below, above;
		size_t len;

		memcpy(&bits, &d, sizeof(bits));
		below = d;
		above = nextafter(d, INFINITY);
		mantissa = bits & 1;
		/* long double has room for the midpoint. */
		len = (size_t)snprintf(text, sizeof(text), "%.1200Lf",
		    ((long double)below + above) / 2);
		ck_assert_uint_lt(len, sizeof(text) - 1);
		ck_assert(number_parse_double(text, len) == (mantissa ? above : below));
		text[len - 1] = '1';
		ck_assert(number_parse_double(text, len) == above);
	}
}
END_TEST

START_TEST(no_locale_moves_the_point)
{
	char text[NUMBER_TEXT];

	/* Where the system has such a locale; the C functions used must not look at it. */
	if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL)
		setlocale(LC_ALL, "C.UTF-8");
	number_format_double(text, 1.2345678901234567);
	ck_assert_str_eq(text, "1.2345678901234567");
	ck_assert(number_parse_double("1.2345678901234567", 18) == 1.2345678901234567);
	setlocale(LC_ALL, "C");
}
END_TEST

START_TEST(base64_round_trips)
{
	static const struct {
		const char	*bytes, *text;
	} rows[] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "\x01\x02\x03\xff", "AQID/w==" },
		{ "\xfb\xef\xbe", "++++" },
	};
	struct arena a;
	struct buf b = { 0 };

	arena_init(&a, 0);
	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		uint8_t *back;
		size_t len = 99;

		buf_reset(&b);
		base64_encode(&b, (const uint8_t *)rows[r].bytes, strlen(rows[r].bytes));
		ck_assert_str_eq(buf_cstr(&b), rows[r].text);
		back = base64_decode(&a, rows[r].text, strlen(rows[r].text), &len);
		ck_assert_ptr_nonnull(back);
		ck_assert_uint_eq(len, strlen(rows[r].bytes));
		ck_assert_mem_eq(back, rows[r].bytes, len);
	}
	buf_free(&b);
	arena_free(&a);
}
END_TEST

START_TEST(base64_takes_nothing_else)
{
	static const char *const rows[] = { "Z", "Zg", "Zg=", "Zg= ", "Zg==\n", " Zg=", "Z===", "====",
		"=Zg=", "Zg==Zg==", "Z-_=", "Zg\n=", "Zm9v Zm", "\xC3\xA9==" };
	struct arena a;
	size_t len;

	arena_init(&a, 0);
	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++)
		ck_assert_msg(base64_decode(&a, rows[r], strlen(rows[r]), &len) == NULL,
		    "%s", rows[r]);
	arena_free(&a);
}
END_TEST

/* RFC 4648 10 in the other alphabet; each text is the only one of its bytes. */
START_TEST(base64url_is_strict)
{
	static const struct {
		const char	*text, *bytes;	/* bytes NULL: it is none */
	} rows[] = {
		{ "", "" }, { "Zg", "f" }, { "Zm8", "fo" }, { "Zm9v", "foo" }, { "Zm9vYg", "foob" }, { "Zm9vYmE", "fooba" },
		{ "Zm9vYmFy", "foobar" }, { "-_8", "\xFB\xFF" }, { "__-_", "\xFF\xFF\xBF" },
		{ "Z", NULL }, { "Zm9vY", NULL }, { "Zh", NULL }, { "Zm9", NULL }, { "Zg==", NULL }, { "Zm8=", NULL },
		{ "+_8", NULL }, { "-/8", NULL }, { " Zg", NULL }, { "Zg\n", NULL }, { "Zm 9v", NULL }, { "\xC3\xA9", NULL },
	};
	struct arena a;
	size_t len = 0;

	arena_init(&a, 0);
	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		uint8_t *back = base64url_decode(&a, rows[r].text, strlen(rows[r].text), &len);

		ck_assert_msg((back != NULL) == (rows[r].bytes != NULL), "%s", rows[r].text);
		if (back == NULL)
			continue;
		ck_assert_uint_eq(len, strlen(rows[r].bytes));
		ck_assert_str_eq((const char *)back, rows[r].bytes);
	}
	ck_assert_ptr_null(base64url_decode(&a, "Zm9v\0Zg", 7, &len));
	arena_free(&a);
}
END_TEST

/* Longer than one call of libcrypto is given. */
START_TEST(base64_of_much)
{
	size_t size = (size_t)7 << 20, len;
	uint8_t *data = malloc(size), *back;
	struct arena a;
	struct buf b = { 0 };

	ck_assert_ptr_nonnull(data);
	for (size_t i = 0; i < size; i++)
		data[i] = (uint8_t)(i * 7 + (i >> 9));
	arena_init(&a, 0);
	base64_encode(&b, data, size - 1);
	ck_assert_uint_eq(b.len, (size + 1) / 3 * 4);
	back = base64_decode(&a, (const char *)b.data, b.len, &len);
	ck_assert_ptr_nonnull(back);
	ck_assert_uint_eq(len, size - 1);
	ck_assert(memcmp(back, data, len) == 0);
	buf_free(&b);
	arena_free(&a);
	free(data);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("number");
	TCase *t = tcase_create("number");
	SRunner *r;
	int failed;

	tcase_add_test(t, int64_from_text);
	tcase_add_test(t, doubles_in_javas_layout);
	tcase_add_test(t, floats_in_javas_layout);
	tcase_add_test(t, doubles_round_trip);
	tcase_add_test(t, floats_round_trip);
	tcase_add_test(t, doubles_from_text_agree_with_libc);
	tcase_add_test(t, long_numbers_round_exactly);
	tcase_add_test(t, midpoints_round_to_even);
	tcase_add_test(t, no_locale_moves_the_point);
	tcase_add_test(t, base64_round_trips);
	tcase_add_test(t, base64_takes_nothing_else);
	tcase_add_test(t, base64url_is_strict);
	tcase_add_test(t, base64_of_much);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
