/*
 * check_json.c: src/value/json_lex.c, json_read.c: what is taken, what is refused, and where and
 * why the error says so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "value/json.h"

static struct arena arena;
static struct codec_error error;

static int
read_text(const char *text, size_t len, struct value *out)
{
	return json_read((const uint8_t *)text, len, &codec_request_limits, &arena, out, &error);
}

static struct value
read_ok(const char *text)
{
	struct value v;

	ck_assert_msg(read_text(text, strlen(text), &v) == 0, "%s: %s", text, error.text);
	return v;
}

START_TEST(a_command)
{
	static const char text[] =
	    "{\"action\":\"create-foo\",\"data\":{\"a\":\"map data payload\"}}";
	struct value v = read_ok(text);
	const struct value *data, *a;

	ck_assert_int_eq(v.kind, VALUE_MAP);
	ck_assert_uint_eq(v.n, 2);
	ck_assert(value_named(&v.u.items[0], "action", false));
	ck_assert(value_named(&v.u.items[1], "create-foo", true));
	data = value_map_get(&v, "data", false);
	ck_assert_ptr_nonnull(data);
	a = value_map_get(data, "a", false);
	ck_assert_ptr_nonnull(a);
	ck_assert_int_eq(a->kind, VALUE_STRING);
	/* Text without escapes is not copied. */
	ck_assert_ptr_eq(a->u.text, strstr(text, "map data"));
}
END_TEST

START_TEST(repeated_keys_take_the_last_value_in_the_first_place)
{
	struct value v = read_ok("{\"a\":1,\"b\":2,\"\\u0061\":3}");

	ck_assert_uint_eq(v.n, 2);
	ck_assert(value_named(&v.u.items[0], "a", false));
	ck_assert_int_eq(v.u.items[1].u.integer, 3);
	ck_assert_int_eq(v.u.items[3].u.integer, 2);
}
END_TEST

/* More keys than the marks can tell apart, each twice. */
START_TEST(many_repeated_keys)
{
	char text[20000], *p = text;
	struct value v;

	*p++ = '{';
	for (int i = 0; i < 1000; i++)
		p += sprintf(p, "%s\"k%d\":%d", i > 0 ? "," : "", i % 500, i);
	*p++ = '}';
	*p = '\0';
	v = read_ok(text);
	ck_assert_uint_eq(v.n, 500);
	for (int i = 0; i < 500; i++)
		ck_assert_int_eq(v.u.items[2 * i + 1].u.integer, 500 + i);
}
END_TEST

START_TEST(repeated_keys_are_refused_where_that_is_asked_for)
{
	static const struct codec_limits unique = { .depth = 8, .unique = true };
	static const struct {
		const char	*text;
		size_t		 offset;	/* of the error; 0: it is taken */
	} rows[] = {
		{ "{\"a\":1,\"b\":2}", 0 }, { "{\"a\":{\"a\":1},\"b\":[{\"a\":1},{\"a\":2}]}", 0 },
		/* Alike to the marks, not the same. */
		{ "{\"axa\":1,\"aya\":2,\"a/a\":3,\"/aa\":4,\"A\":5,\"a\":6}", 0 },
		{ "{\"a\":1,\"a\":1}", 12 }, { "{\"a\":1,\"b\":2,\"\\u0061\":3}", 23 },
		{ "[{\"x\":{\"\":1,\"\":2}}]", 16 }, { "{\"a/b\":1,\"a\\/b\":2}", 17 },
	};
	struct value v;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int rc = json_read((const uint8_t *)rows[i].text, strlen(rows[i].text), &unique, &arena, &v, &error);

		ck_assert_msg(rc == (rows[i].offset == 0 ? 0 : -1), "%s", rows[i].text);
		if (rc == 0)
			continue;
		ck_assert_int_eq(error.class, E_DUPKEY);
		ck_assert_msg(error.offset == rows[i].offset, "%s: at %zu", rows[i].text, error.offset);
	}
}
END_TEST

START_TEST(numbers)
{
	struct value v = read_ok("[-0, 999999999999999999, 9223372036854775807,"
	    " -9223372036854775808, 9223372036854775808, -1.5e-3, 1e3, -0.0, 0]");

	ck_assert_int_eq(v.u.items[0].kind, VALUE_INT);
	ck_assert_int_eq(v.u.items[0].u.integer, 0);
	ck_assert_int_eq(v.u.items[1].u.integer, INT64_C(999999999999999999));
	ck_assert_int_eq(v.u.items[2].u.integer, INT64_MAX);
	ck_assert_int_eq(v.u.items[3].u.integer, INT64_MIN);
	ck_assert_int_eq(v.u.items[4].kind, VALUE_BIGINT);
	ck_assert_uint_eq(v.u.items[4].n, 9);
	ck_assert_int_eq(v.u.items[5].kind, VALUE_DOUBLE);
	ck_assert(v.u.items[5].u.real == -1.5e-3);
	ck_assert_int_eq(v.u.items[6].kind, VALUE_DOUBLE);
	ck_assert(v.u.items[6].u.real == 1000);
	ck_assert(v.u.items[7].u.real == 0 && __builtin_signbit(v.u.items[7].u.real));
}
END_TEST

/* A string of every length around the eight bytes that are looked at together, at every offset. */
START_TEST(strings_of_every_length)
{
	char text[128];
	struct value v;

	for (int indent = 0; indent < 9; indent++) {
		for (int len = 0; len < 40; len++) {
			int n = sprintf(text, "%*s\"%.*s\"%s", indent, "", len,
			    "abcdefghijklmnopqrstuvwxyz0123456789!#$%", "   ");

			ck_assert_int_eq(read_text(text, (size_t)(n - (len & 3)), &v), 0);
			ck_assert_uint_eq(v.n, (unsigned)len);
			ck_assert_mem_eq(v.u.text, text + indent + 1, (size_t)len);
			/* Cut anywhere it is an error. */
			ck_assert_int_eq(read_text(text, (size_t)(indent + 1 + len), &v), -1);
			ck_assert_int_eq(error.class, E_EOF);
		}
	}
}
END_TEST

/* Every byte in every place of a word. */
START_TEST(every_byte_in_a_string)
{
	char text[32];
	struct value v;

	for (int at = 0; at < 12; at++) {
		for (int c = 0; c < 256; c++) {
			bool plain = c >= 0x20 && c < 0x80 && c != '"' && c != '\\';

			strcpy(text, "\"aaaaaaaaaaaa\"");
			text[1 + at] = (char)c;
			ck_assert_msg((read_text(text, 14, &v) == 0) == plain, "%d at %d", c, at);
			if (!plain && c != '"' && c != '\\')
				ck_assert_uint_eq(error.offset, (size_t)at + 1);
		}
	}
}
END_TEST

START_TEST(escapes)
{
	static const char want[] = "\"\\/\b\f\n\r\t\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80|\0|";
	struct value v = read_ok("\"\\\"\\\\\\/\\b\\f\\n\\r\\t"
	    "\\u00e9\\u20AC\\ud83d\\uDE00|\\u0000|\"");

	ck_assert_uint_eq(v.n, sizeof(want) - 1);
	ck_assert_mem_eq(v.u.text, want, v.n);
}
END_TEST

static const struct {
	const char	*text;
	enum codec_class class;
	unsigned	 line, column;
	const char	*says;
} refused[] = {
	{ "", E_EOF, 1, 1, "the body is empty" },
	{ " \n", E_EOF, 1, 1, "the body is empty" },
	{ "\xEF\xBB\xBF{}", E_SYNTAX, 1, 1, "byte order mark" },
	{ "[1] x", E_TRAILING, 1, 5, "nothing more after the value, found 'x'" },
	{ "[1] /* c */", E_TRAILING, 1, 5, "found '/'" },
	{ "{} {}", E_TRAILING, 1, 4, "found '{'" },
	{ "1 2", E_TRAILING, 1, 3, "found '2'" },
	{ "{\"a\":1,}", E_SYNTAX, 1, 8, "expected a key in double quotes, found '}'" },
	{ "{\"a\":1,\n b:1}", E_SYNTAX, 2, 2, "found 'b'" },
	{ "{\"a\" 1}", E_SYNTAX, 1, 6, "expected ':' after the key, found '1'" },
	{ "{\"a\":1 \"b\"", E_SYNTAX, 1, 8, "expected ',' or '}'" },
	{ "{\"a\":}", E_SYNTAX, 1, 6, "expected a JSON value, found '}'" },
	{ "{\"a\":1", E_EOF, 1, 7, "found the end" },
	{ "{\"a\"", E_EOF, 1, 5, "found the end" },
	{ "{", E_EOF, 1, 2, "found the end" },
	{ "[1,]", E_SYNTAX, 1, 4, "expected a JSON value, found ']'" },
	{ "[1 2]", E_SYNTAX, 1, 4, "expected ',' or ']', found '2'" },
	{ "[1", E_EOF, 1, 3, "expected ',' or ']', found the end" },
	{ "[", E_EOF, 1, 2, "found the end" },
	{ "[\"\xC3\xA9\", \xC3\xA9]", E_SYNTAX, 1, 7, "found '\xC3\xA9'" },
	{ "[\xFF]", E_SYNTAX, 1, 2, "found byte 0xFF" },
	{ "[\x7F]", E_SYNTAX, 1, 2, "found byte 0x7F" },
	{ "}", E_SYNTAX, 1, 1, "found '}'" },
	{ "tru", E_EOF, 1, 4, "expected true, found the end" },
	{ "trUe", E_SYNTAX, 1, 3, "expected true, found 'U'" },
	{ "nul", E_EOF, 1, 4, "expected null" },
	{ "[NaN]", E_SYNTAX, 1, 2, "found 'N'" },
	{ "[01]", E_SYNTAX, 1, 2, "needless 0" },
	{ "[-01]", E_SYNTAX, 1, 3, "needless 0" },
	{ "[+1]", E_SYNTAX, 1, 2, "found '+'" },
	{ "[.5]", E_SYNTAX, 1, 2, "found '.'" },
	{ "[5.]", E_SYNTAX, 1, 4, "a digit after the decimal point, found ']'" },
	{ "[5e]", E_SYNTAX, 1, 4, "a digit in the exponent" },
	{ "[5e+]", E_SYNTAX, 1, 5, "a digit in the exponent" },
	{ "-", E_EOF, 1, 2, "a digit after '-', found the end" },
	{ "[-a]", E_SYNTAX, 1, 3, "a digit after '-', found 'a'" },
	{ "[0x1]", E_SYNTAX, 1, 3, "found 'x'" },
	{ "[1E400]", E_VALUE, 1, 2, "send it as a string" },
	{ "[-1E400]", E_VALUE, 1, 2, "send it as a string" },
	{ "[\"abc", E_EOF, 1, 6, "end of the string" },
	{ "\"\\", E_EOF, 1, 3, "end of the string" },
	{ "[\"\\x\"]", E_SYNTAX, 1, 3, "unknown escape" },
	{ "[\"\\u12\"34\"]", E_SYNTAX, 1, 3, "four hex digits" },
	{ "[\"\\u00g0\"]", E_SYNTAX, 1, 3, "four hex digits" },
	{ "[\"a\tb\"]", E_SYNTAX, 1, 4, "\\u0009" },
	{ "[\"\\ud83d\"]", E_UTF8, 1, 3, "half of a surrogate pair" },
	{ "[\"\\ud83dx\"]", E_UTF8, 1, 3, "half of a surrogate pair" },
	{ "[\"\\ud83d\\n\"]", E_UTF8, 1, 3, "half of a surrogate pair" },
	{ "[\"\\ud83d\\u0041\"]", E_UTF8, 1, 3, "half of a surrogate pair" },
	{ "[\"\\ud83d\\ud83d\"]", E_UTF8, 1, 3, "half of a surrogate pair" },
	{ "[\"\\ude00\"]", E_UTF8, 1, 3, "half of a surrogate pair" },
	{ "[\"ab\xFF\"]", E_UTF8, 1, 5, "not valid UTF-8" },
	{ "[\"\xED\xA0\x80\"]", E_UTF8, 1, 3, "not valid UTF-8" },
	{ "[\"\xC0\x80\"]", E_UTF8, 1, 3, "not valid UTF-8" },
	{ "[\"\\n\xC3\"]", E_UTF8, 1, 5, "not valid UTF-8" },
	{ "{\"a\xFF\":1}", E_UTF8, 1, 4, "not valid UTF-8" },
};

START_TEST(refused_with_a_reason)
{
	const char *text = refused[_i].text;
	struct value v;

	ck_assert_msg(read_text(text, strlen(text), &v) == -1, "%s was taken", text);
	ck_assert_msg(error.class == refused[_i].class, "%s: %s", text,
	    codec_class_name(error.class));
	ck_assert_msg(error.line == refused[_i].line && error.column == refused[_i].column,
	    "%s: line %u, column %u", text, error.line, error.column);
	ck_assert_msg(strstr(error.text, refused[_i].says) != NULL, "%s: %s", text, error.text);
}
END_TEST

static void
check_depth(const char *open, const char *inside, const char *close, unsigned depth)
{
	char text[4096];
	size_t n = 0;
	struct value v;

	for (unsigned i = 0; i < depth; i++)
		n += (size_t)sprintf(text + n, "%s", open);
	n += (size_t)sprintf(text + n, "%s", inside);
	for (unsigned i = 0; i < depth; i++)
		n += (size_t)sprintf(text + n, "%s", close);
	if (depth <= codec_request_limits.depth) {
		ck_assert_int_eq(read_text(text, n, &v), 0);
	} else {
		ck_assert_int_eq(read_text(text, n, &v), -1);
		ck_assert_int_eq(error.class, E_LIMIT);
	}
}

START_TEST(depth_is_bounded)
{
	check_depth("[", "", "]", 100);
	check_depth("[", "", "]", 101);
	check_depth("{\"a\":", "1", "}", 100);
	check_depth("{\"a\":", "1", "}", 101);
}
END_TEST

START_TEST(memory_is_bounded)
{
	size_t len = 200000;
	char *text = malloc(len);
	struct arena small;
	struct value v;

	ck_assert_ptr_nonnull(text);
	memset(text, ',', len);
	for (size_t i = 1; i < len; i += 2)
		text[i] = '0';
	text[0] = '[';
	text[len - 1] = ']';
	text[len - 2] = ' ';
	text[len - 3] = '0';
	arena_init(&small, 100000);
	ck_assert_int_eq(json_read((const uint8_t *)text, len, &codec_request_limits, &small, &v,
	    &error), -1);
	ck_assert_int_eq(error.class, E_LIMIT);
	arena_free(&small);
	arena_init(&small, 16 << 20);
	ck_assert_msg(json_read((const uint8_t *)text, len, &codec_request_limits, &small, &v,
	    &error) == 0, "%s", error.text);
	ck_assert_uint_eq(v.n, 99999);
	arena_free(&small);
	/* One integer longer than is taken. */
	memset(text, '1', len);
	ck_assert_int_eq(read_text(text, len, &v), -1);
	ck_assert_int_eq(error.class, E_LIMIT);
	free(text);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("json");
	TCase *t = tcase_create("json");
	SRunner *r;
	int failed;

	arena_init(&arena, 0);
	tcase_add_test(t, a_command);
	tcase_add_test(t, repeated_keys_take_the_last_value_in_the_first_place);
	tcase_add_test(t, many_repeated_keys);
	tcase_add_test(t, repeated_keys_are_refused_where_that_is_asked_for);
	tcase_add_test(t, numbers);
	tcase_add_test(t, strings_of_every_length);
	tcase_add_test(t, every_byte_in_a_string);
	tcase_add_test(t, escapes);
	tcase_add_loop_test(t, refused_with_a_reason, 0, sizeof(refused) / sizeof(refused[0]));
	tcase_add_test(t, depth_is_bounded);
	tcase_add_test(t, memory_is_bounded);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	arena_free(&arena);
	return failed == 0 ? 0 : 1;
}
