/*
 * check_bignum.c: src/value/bignum.c, bignum_decimal.c and instant.c: big
 * numbers and points in time against rows of text.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "value/bignum.h"
#include "value/instant.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static struct arena arena;
static struct buf out;

static const char *
text_of(const struct value *bigint)
{
	buf_reset(&out);
	ck_assert_int_eq(bignum_format(&out, bigint->u.bytes, bigint->n), 0);
	return buf_cstr(&out);
}

static const char *
hex_of(const struct value *bigint)
{
	buf_reset(&out);
	for (uint32_t i = 0; i < bigint->n; i++)
		buf_printf(&out, "%02x", bigint->u.bytes[i]);
	return buf_cstr(&out);
}

START_TEST(bytes_are_minimal_twos_complement)
{
	static const struct {
		const char *text, *hex;
	} rows[] = {
		{ "0", "00" }, { "-0", "00" }, { "+1", "01" }, { "-1", "ff" }, { "127", "7f" },
		{ "128", "0080" }, { "-128", "80" }, { "-129", "ff7f" }, { "255", "00ff" },
		{ "-256", "ff00" }, { "-32768", "8000" }, { "32768", "008000" },
		{ "9223372036854775807", "7fffffffffffffff" },
		{ "-9223372036854775808", "8000000000000000" },
		{ "9223372036854775808", "008000000000000000" },
		{ "-9223372036854775809", "ff7fffffffffffffff" },
		{ "18446744073709551616", "010000000000000000" },
		{ "-18446744073709551616", "ff0000000000000000" },
		{ "340282366920938463463374607431768211455", "00ffffffffffffffffffffffffffffffff" },
		{ "-170141183460469231731687303715884105728", "80000000000000000000000000000000" },
	};
	struct value v;

	for (size_t i = 0; i < ROWS(rows); i++) {
		const char *s = rows[i].text;

		ck_assert_int_eq(bignum_parse(&arena, s, strlen(s), 10, &v), 0);
		ck_assert_int_eq(v.kind, VALUE_BIGINT);
		ck_assert_str_eq(hex_of(&v), rows[i].hex);
		if (strcmp(s, "-0") == 0)
			s = "0";
		ck_assert_str_eq(text_of(&v), s + (*s == '+'));
	}
}
END_TEST

START_TEST(radices_and_int64_limits)
{
	static const struct {
		const char	*text;
		unsigned	 radix;
		enum value_kind	 kind;
		const char	*decimal;
	} rows[] = {
		{ "9223372036854775807", 10, VALUE_INT, "9223372036854775807" },
		{ "9223372036854775808", 10, VALUE_BIGINT, "9223372036854775808" },
		{ "-9223372036854775808", 10, VALUE_INT, "-9223372036854775808" },
		{ "-9223372036854775809", 10, VALUE_BIGINT, "-9223372036854775809" },
		{ "00000000000000000000000000012", 10, VALUE_INT, "12" },
		{ "ff", 16, VALUE_INT, "255" }, { "-FF", 16, VALUE_INT, "-255" },
		{ "fffffffffffffffff", 16, VALUE_BIGINT, "295147905179352825855" },
		{ "zz", 36, VALUE_INT, "1295" }, { "101", 2, VALUE_INT, "5" },
		{ "zzzzzzzzzzzzzzzzzzzz", 36, VALUE_BIGINT, "13367494538843734067838845976575" },
	};
	struct value v;

	for (size_t i = 0; i < ROWS(rows); i++) {
		ck_assert_int_eq(bignum_parse_int(&arena, rows[i].text, strlen(rows[i].text),
		    rows[i].radix, &v), 0);
		ck_assert_int_eq(v.kind, rows[i].kind);
		if (v.kind == VALUE_INT)
			bignum_of_int64(&arena, v.u.integer, &v);
		ck_assert_str_eq(text_of(&v), rows[i].decimal);
	}
}
END_TEST

START_TEST(what_is_no_number_is_refused)
{
	static const struct {
		const char	*text;
		unsigned	 radix;
	} rows[] = {
		{ "", 10 }, { "-", 10 }, { "+", 10 }, { "1a", 10 }, { "--1", 10 }, { "12 ", 10 },
		{ "2", 2 }, { "99999999999999999999x", 10 }, { "1", 0 }, { "1", 1 }, { "1", 37 },
	};
	static char digits[BIGNUM_MAX_DIGITS + 2];
	struct arena small;
	struct value v;

	for (size_t i = 0; i < ROWS(rows); i++) {
		size_t len = strlen(rows[i].text);

		ck_assert_int_eq(bignum_parse(&arena, rows[i].text, len, rows[i].radix, &v), -1);
		ck_assert_int_eq(bignum_parse_int(&arena, rows[i].text, len, rows[i].radix, &v), -1);
	}
	memset(digits, '9', sizeof(digits));
	ck_assert_int_eq(bignum_parse(&arena, digits, BIGNUM_MAX_DIGITS, 10, &v), 0);
	ck_assert_int_eq(strncmp(text_of(&v), digits, BIGNUM_MAX_DIGITS), 0);
	ck_assert_uint_eq(strlen(text_of(&v)), BIGNUM_MAX_DIGITS);
	ck_assert_int_eq(bignum_parse(&arena, digits, BIGNUM_MAX_DIGITS + 1, 10, &v), -1);
	memset(digits, 'f', sizeof(digits));
	ck_assert_int_eq(bignum_parse(&arena, digits, BIGNUM_MAX_DIGITS, 16, &v), -1);
	arena_init(&small, 8);
	ck_assert_int_eq(bignum_parse(&small, "123456789012345678901234567890", 30, 10, &v), -1);
	arena_free(&small);
}
END_TEST

START_TEST(trimming_keeps_the_value)
{
	static const uint8_t a[] = { 0, 0, 0, 0x80 }, b[] = { 0xFF, 0xFF, 0x80 }, c[] = { 0, 0 };
	const uint8_t *p = a;
	size_t len = sizeof(a);

	bignum_trim(&p, &len);
	ck_assert_uint_eq(len, 2);
	ck_assert_ptr_eq(p, a + 2);
	p = b;
	len = sizeof(b);
	bignum_trim(&p, &len);
	ck_assert_uint_eq(len, 1);
	p = c;
	len = sizeof(c);
	bignum_trim(&p, &len);
	ck_assert_uint_eq(len, 1);
}
END_TEST

START_TEST(doubles_are_the_nearest)
{
	static const struct {
		const char	*text;
		double		 d;
	} rows[] = {
		{ "5", 5 }, { "-5", -5 },
		{ "9007199254740993", 9007199254740992.0 },	/* tie to even */
		{ "36893488147419107329", 36893488147419111424.0 },	/* a tie but for its last bit */
		{ "-123456789012345678901234567890", -123456789012345678901234567890.0 },
		{ "36893488147419103233", 36893488147419103232.0 },
	};
	char large[400];
	struct value v;

	for (size_t i = 0; i < ROWS(rows); i++) {
		ck_assert_int_eq(bignum_parse(&arena, rows[i].text, strlen(rows[i].text), 10, &v), 0);
		ck_assert_double_eq(bignum_to_double(v.u.bytes, v.n), rows[i].d);
		ck_assert_double_eq(bignum_to_double(v.u.bytes, v.n), strtod(rows[i].text, NULL));
	}
	memset(large, '9', sizeof(large));
	ck_assert_int_eq(bignum_parse(&arena, large, 308, 10, &v), 0);
	ck_assert_double_eq(bignum_to_double(v.u.bytes, v.n), 1e308);
	ck_assert_int_eq(bignum_parse(&arena, large, 309, 10, &v), 0);
	ck_assert(isinf(bignum_to_double(v.u.bytes, v.n)));
	large[0] = '-';
	ck_assert_int_eq(bignum_parse(&arena, large, 400, 10, &v), 0);
	ck_assert_double_eq(bignum_to_double(v.u.bytes, v.n), -INFINITY);
}
END_TEST

static struct value
int_or_big(const char *s)
{
	struct value v;

	ck_assert_int_eq(bignum_parse_int(&arena, s, strlen(s), 10, &v), 0);
	return v;
}

START_TEST(ratios_are_reduced)
{
	static const struct {
		const char	*num, *den, *n, *d;	/* d NULL: a whole number */
		double		 real;
	} rows[] = {
		{ "1", "3", "1", "3", 1.0 / 3 }, { "4", "2", "2", NULL, 0 },
		{ "-3", "6", "-1", "2", -0.5 },
		{ "3", "-6", "-1", "2", -0.5 }, { "-3", "-6", "1", "2", 0.5 },
		{ "0", "5", "0", NULL, 0 },
		{ "2", "3", "2", "3", 2.0 / 3 },
		{ "123456789012345678901234567890", "-10", "-12345678901234567890123456789", NULL, 0 },
		{ "1", "123456789012345678901234567890", "1", "123456789012345678901234567890", 8.1000000729e-30 },
		{ "-9223372036854775808", "3", "-9223372036854775808", "3", -9223372036854775808.0 / 3 },
		{ "100000000000000000000000000", "3", "100000000000000000000000000", "3", 1e26 / 3 },
	};
	struct value v, num, den;

	for (size_t i = 0; i < ROWS(rows); i++) {
		num = int_or_big(rows[i].num);
		den = int_or_big(rows[i].den);
		ck_assert_int_eq(bignum_ratio(&arena, &num, &den, &v), 0);
		if (rows[i].d == NULL) {
			if (v.kind == VALUE_INT)
				bignum_of_int64(&arena, v.u.integer, &v);
			ck_assert_str_eq(text_of(&v), rows[i].n);
			continue;
		}
		ck_assert_int_eq(v.kind, VALUE_RATIO);
		ck_assert_int_eq(v.u.items[0].kind, VALUE_BIGINT);
		ck_assert_str_eq(text_of(&v.u.items[0]), rows[i].n);
		ck_assert_str_eq(text_of(&v.u.items[1]), rows[i].d);
		ck_assert_double_eq(bignum_ratio_to_double(&v), rows[i].real);
	}
	num = value_int(1);
	den = value_int(0);
	ck_assert_int_eq(bignum_ratio(&arena, &num, &den, &v), -1);
}
END_TEST

START_TEST(small_ratios_round_once_into_subnormals)
{
	struct value v, num = value_int(3), den;
	char text[330] = "2";

	/* 3 / (2 * 10^323): between the first and the second subnormal, 3.04 of them. */
	memset(text + 1, '0', 323);
	den = int_or_big(text);
	ck_assert_int_eq(bignum_ratio(&arena, &num, &den, &v), 0);
	ck_assert_double_eq(bignum_ratio_to_double(&v), 1.5e-323);
}
END_TEST

START_TEST(bigdecs_keep_their_scale)
{
	static const struct {
		const char	*in, *out;	/* out NULL: refused */
	} rows[] = {
		{ "1.50", "1.50" }, { "1E+3", "1E+3" }, { "1e3", "1E+3" }, { "1E-10", "1E-10" },
		{ "0", "0" }, { "0.0", "0.0" }, { "-0.001", "-0.001" }, { "100.00", "100.00" },
		{ "0.000001", "0.000001" }, { "0.0000001", "1E-7" }, { "12.5e-9", "1.25E-8" },
		{ "123456789012345678901234567890.123456789", "123456789012345678901234567890.123456789" },
		{ "1.", "1" }, { "+1.5", "1.5" }, { "-15e1", "-1.5E+2" }, { "0e3", "0E+3" },
		{ "0.00e-5", "0E-7" }, { "1E2147483647", "1E+2147483647" },
		{ "1E-2147483647", "1E-2147483647" }, { "007.0", "7.0" },
		{ "1E2147483649", NULL }, { "1E99999999999999999999", NULL }, { "", NULL },
		{ ".5", NULL }, { "1.5.5", NULL }, { "1e", NULL }, { "1e+", NULL }, { "-", NULL },
		{ "1x", NULL }, { "1 ", NULL },
	};
	struct value v;

	for (size_t i = 0; i < ROWS(rows); i++) {
		int expected = rows[i].out == NULL ? -1 : 0;

		ck_assert_msg(bignum_parse_bigdec(&arena, rows[i].in, strlen(rows[i].in), &v) == expected,
		    "%s", rows[i].in);
		if (expected == -1)
			continue;
		buf_reset(&out);
		ck_assert_int_eq(bignum_format_bigdec(&out, v.u.bigdec), 0);
		ck_assert_str_eq(buf_cstr(&out), rows[i].out);
	}
}
END_TEST

START_TEST(instants_of_rfc_3339)
{
	static const struct {
		const char	*text;
		int64_t		 ms;
		const char	*printed;	/* NULL: as text; "": text is refused */
	} rows[] = {
		{ "2016-09-20T12:34:56.789Z", 1474374896789, NULL },
		{ "2016-09-20T12:34:56Z", 1474374896000, NULL },
		{ "2016-09-20t12:34:56z", 1474374896000, "2016-09-20T12:34:56Z" },
		{ "2016-09-20T12:34:56.7891234567890123Z", 1474374896789, "2016-09-20T12:34:56.789Z" },
		{ "2016-09-20T13:34:56.5+01:00", 1474374896500, "2016-09-20T12:34:56.500Z" },
		{ "2016-09-20T12:34:56-00:00", 1474374896000, "2016-09-20T12:34:56Z" },
		{ "1969-12-31T23:59:59.999Z", -1, NULL },
		{ "1600-02-29T00:00:00Z", -11670998400000, NULL },
		{ "0000-01-01T00:00:00Z", -62167219200000, NULL },
		{ "-0001-12-31T23:59:59.999Z", -62167219200001, NULL },
		{ "+10000-01-01T00:00:00Z", 253402300800000, NULL },
		{ "10000-01-01T00:00:00Z", 253402300800000, "+10000-01-01T00:00:00Z" },
		{ "+292278994-08-17T07:12:55.807Z", INT64_MAX, NULL },
		{ "-292275055-05-16T16:47:04.192Z", INT64_MIN, NULL },
		{ "2016-12-31T23:59:60Z", 1483228800000, "2017-01-01T00:00:00Z" },
		{ "+292278994-08-17T07:12:55.808Z", 0, "" }, { "2016-02-30T00:00:00Z", 0, "" },
		{ "2015-02-29T00:00:00Z", 0, "" }, { "1900-02-29T00:00:00Z", 0, "" },
		{ "2016-13-01T00:00:00Z", 0, "" }, { "2016-00-01T00:00:00Z", 0, "" },
		{ "2016-01-01T24:00:00Z", 0, "" }, { "2016-01-01T00:60:00Z", 0, "" },
		{ "2016-01-01T00:00:60Z", 0, "" }, { "2016-01-01T00:00:00", 0, "" },
		{ "2016-01-01T00:00:00+24:00", 0, "" }, { "2016-01-01T00:00:00.Z", 0, "" },
		{ "2016-01-01", 0, "" }, { "2016-01-01T00:00:00Z ", 0, "" }, { "", 0, "" },
		{ "16-01-01T00:00:00Z", 0, "" }, { "2016-1-1T00:00:00Z", 0, "" },
		{ "2016-01-01 00:00:00Z", 0, "" }, { "9999999999-01-01T00:00:00Z", 0, "" },
	};
	char printed[INSTANT_TEXT];
	int64_t ms;

	for (size_t i = 0; i < ROWS(rows); i++) {
		const char *s = rows[i].text, *expected = rows[i].printed == NULL ? s : rows[i].printed;

		ck_assert_msg(instant_parse(s, strlen(s), &ms) == (*expected == '\0' ? -1 : 0), "%s", s);
		if (*expected == '\0')
			continue;
		ck_assert_msg(ms == rows[i].ms, "%s: %lld", s, (long long)ms);
		ck_assert_uint_eq(instant_format(printed, ms, false), strlen(expected));
		ck_assert_str_eq(printed, expected);
		instant_format(printed, ms, true);
		ck_assert_int_eq(instant_parse(printed, strlen(printed), &ms), 0);
		ck_assert(ms == rows[i].ms);
	}
}
END_TEST

/* Expected values are those of clojure.edn 1.11.1. */
START_TEST(instants_of_edn)
{
	static const struct {
		const char	*text;
		int64_t		 ms;
		bool		 refused;
	} rows[] = {
		{ "2016", 1451606400000, false }, { "2016Z", 1451606400000, false },
		{ "2016-05", 1462060800000, false }, { "2016-05-02", 1462147200000, false },
		{ "2016-05-02T03", 1462158000000, false },
		{ "2016-05-02T03:04", 1462158240000, false },
		{ "2016-09-20T12:34:56.789-00:00", 1474374896789, false },
		{ "2016-09-20T12:34:56.789123456Z", 1474374896789, false },
		{ "2016-09-20T12:34:56+01:00", 1474371296000, false },
		{ "2016-05:30", 1451626200000, false }, { "2016-05-05:30", 1462080600000, false },
		{ "2016-01-01T00:59:60Z", 1451610000000, false },
		{ "1582-10-15", -12219292800000, false }, { "1582-10-14", -12218515200000, false },
		{ "1582-10-10", -12218860800000, false }, { "1582-10-04", -12219379200000, false },
		{ "1500-01-01T00:00:00Z", -14830992000000, false },
		{ "0001-01-01", -62135769600000, false },
		{ "9999-12-31T23:59:59.999", 253402300799999, false },
		{ "0000", 0, true }, { "2016-13-01", 0, true }, { "2016-02-30", 0, true },
		{ "1500-02-29", 0, true }, { "2016T", 0, true }, { "2016T12", 0, true },
		{ "", 0, true },
		{ "2016-05-02T", 0, true }, { "2016-5", 0, true }, { "x", 0, true },
		{ "10000", 0, true },
		{ "2016-01-01t00", 0, true }, { "2016-01-01T00:00:00.", 0, true },
		{ "2016+1:00", 0, true },
		{ "2016-01-01T00:00:60Z", 0, true }, { "2016+24:00", 0, true },
		{ "2016ZZ", 0, true },
	};
	int64_t ms;

	for (size_t i = 0; i < ROWS(rows); i++) {
		const char *s = rows[i].text;

		ck_assert_msg(instant_parse_edn(s, strlen(s), &ms) == (rows[i].refused ? -1 : 0), "%s", s);
		ck_assert_msg(rows[i].refused || ms == rows[i].ms, "%s: %lld", s, (long long)ms);
	}
}
END_TEST

START_TEST(edn_text_is_written_only_where_it_is_read_back)
{
	char text[INSTANT_TEXT];

	ck_assert_uint_eq(instant_format_edn(text, 1474374896789), 29);
	ck_assert_str_eq(text, "2016-09-20T12:34:56.789-00:00");
	ck_assert_uint_ne(instant_format_edn(text, -12219292800000), 0);
	ck_assert_str_eq(text, "1582-10-15T00:00:00.000-00:00");
	ck_assert_uint_eq(instant_format_edn(text, -12219292800001), 0);
	ck_assert_uint_ne(instant_format_edn(text, 253402300799999), 0);
	ck_assert_str_eq(text, "9999-12-31T23:59:59.999-00:00");
	ck_assert_uint_eq(instant_format_edn(text, 253402300800000), 0);
	ck_assert_uint_eq(instant_format_edn(text, INT64_MIN), 0);
}
END_TEST

START_TEST(every_day_of_the_calendar_is_read_back)
{
	char text[INSTANT_TEXT];
	int64_t ms;

	for (int64_t day = -800000; day < 3000000; day += 131) {
		size_t len = instant_format(text, day * 86400000, false);

		ck_assert_int_eq(instant_parse(text, len, &ms), 0);
		ck_assert(ms == day * 86400000);
		if ((len = instant_format_edn(text, ms)) == 0)
			continue;
		ck_assert_int_eq(instant_parse_edn(text, len, &ms), 0);
		ck_assert(ms == day * 86400000);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("bignum");
	TCase *big = tcase_create("bignum"), *inst = tcase_create("instant");
	SRunner *r;
	int failed;

	tcase_set_timeout(big, 60);
	tcase_set_timeout(inst, 60);
	tcase_add_test(big, bytes_are_minimal_twos_complement);
	tcase_add_test(big, radices_and_int64_limits);
	tcase_add_test(big, what_is_no_number_is_refused);
	tcase_add_test(big, trimming_keeps_the_value);
	tcase_add_test(big, doubles_are_the_nearest);
	tcase_add_test(big, ratios_are_reduced);
	tcase_add_test(big, small_ratios_round_once_into_subnormals);
	tcase_add_test(big, bigdecs_keep_their_scale);
	tcase_add_test(inst, instants_of_rfc_3339);
	tcase_add_test(inst, instants_of_edn);
	tcase_add_test(inst, edn_text_is_written_only_where_it_is_read_back);
	tcase_add_test(inst, every_day_of_the_calendar_is_read_back);
	suite_add_tcase(s, big);
	suite_add_tcase(s, inst);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	arena_free(&arena);
	buf_free(&out);
	return failed == 0 ? 0 : 1;
}
