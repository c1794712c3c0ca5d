/*
 * check_edn.c: EDN against the mapping table, the literals of both tables,
 * what clojure.edn accepts and refuses, and random values.
 */
#include <stdio.h>
#include <string.h>

#include <check.h>

#include "gen_value.h"
#include "tsv.h"
#include "value/edn.h"

#define ROWS(a)	(sizeof(a) / sizeof((a)[0]))
#define MEMORY	((size_t)256 << 20)

static struct arena arena;
static struct buf out;
static struct codec_error err;

static int
read_bytes(const char *s, size_t len, struct value *v)
{
	return edn_read((const uint8_t *)s, len, &codec_event_limits, &arena, v, &err);
}

static int
read_text(const char *s, struct value *v)
{
	return read_bytes(s, strlen(s), v);
}

static struct value
value_of(const char *name, const char *s)
{
	struct value v;

	ck_assert_msg(read_text(s, &v) == 0, "%s: %s at %u:%u: %s", name,
	    codec_class_name(err.class), err.line, err.column, err.text);
	return v;
}

static const char *
text_of(const char *name, const struct value *v)
{
	buf_reset(&out);
	ck_assert_msg(edn_write(&out, v, &err) == 0, "%s: %s", name, err.text);
	return buf_cstr(&out);
}

/* The body of a row, and its length. */
static size_t
body_of(struct tsv *t)
{
	return strcmp(t->field[3], "hex") == 0 ? tsv_hex(t->field[4]) : strlen(t->field[4]);
}

static void
check_in(struct tsv *t, bool command)
{
	const char *name = t->field[0], *edn = t->field[5];
	struct value v, expected;
	int got = read_bytes(t->field[4], body_of(t), &v);

	if (strcmp(edn, "#error malformed") == 0) {
		/* That an empty body is none is said before anyone reads it. */
		ck_assert_msg(got == -1 || *t->field[4] == '\0', "%s: read", name);
		return;
	}
	ck_assert_msg(got == 0, "%s: %s", name, err.text);
	if (command)
		return;
	expected = value_of(name, edn);
	ck_assert_msg(value_equal(&v, &expected), "%s: %s", name, text_of(name, &v));
}

START_TEST(mapping_rows_are_read_and_written)
{
	unsigned rows = 0;
	struct value v;
	struct tsv t;

	for (tsv_open(&t, "mapping.tsv"); tsv_next(&t);) {
		if (strcmp(t.field[1], "application/edn") != 0)
			continue;
		rows++;
		if (strcmp(t.field[2], "out") != 0) {
			check_in(&t, strcmp(t.field[2], "command") == 0);
			continue;
		}
		v = value_of(t.field[0], t.field[5]);
		ck_assert_str_eq(text_of(t.field[0], &v), t.field[4]);
	}
	tsv_close(&t);
	printf("mapping: %u rows of application/edn\n", rows);
	ck_assert_uint_eq(rows, 104);
}
END_TEST

/* What is written reads back, and is then written the same. */
static void
check_round_trip(const char *name, const struct value *v, bool equal)
{
	const char *text = text_of(name, v);
	size_t len = out.len;
	char *first = arena_strndup(&arena, text, len);
	struct value again;

	ck_assert_msg(read_bytes(first, len, &again) == 0, "%s: %s in %s", name, err.text, first);
	if (equal)
		ck_assert_msg(value_equal(v, &again), "%s: %s", name, first);
	text_of(name, &again);
	ck_assert_msg(out.len == len && memcmp(out.data, first, len) == 0, "%s: %s", name, first);
}

START_TEST(literals_of_the_tables_are_read_and_read_back)
{
	static const struct {
		const char	*name;
		unsigned	 field;
	} tables[] = { { "fressian-vectors.tsv", 1 }, { "mapping.tsv", 5 } };
	struct value v;
	struct tsv t;

	for (size_t i = 0; i < ROWS(tables); i++) {
		for (tsv_open(&t, tables[i].name); tsv_next(&t);) {
			const char *edn = t.field[tables[i].field];

			if (strncmp(edn, "#error ", 7) == 0)
				continue;
			v = value_of(t.field[0], edn);
			check_round_trip(t.field[0], &v, strstr(edn, "#float ") == NULL);
			arena_reset(&arena);
		}
		tsv_close(&t);
	}
}
END_TEST

START_TEST(random_values_read_back)
{
	struct gen g;
	struct value v;

	gen_init(&g, 11);
	for (int i = 0; i < 3000; i++) {
		v = gen_value(&g, &arena, 5, GEN_ALL & ~GEN_KIND(VALUE_FLOAT));
		check_round_trip("random", &v, true);
		arena_reset(&arena);
	}
}
END_TEST

/* Read as the second text says; the first column is what clojure.edn 1.11.1 reads so, too. */
START_TEST(forms_of_the_reference_are_read)
{
	static const struct {
		const char *in, *written;
	} rows[] = {
		{ ":/", "#kw [nil \"/\"]" }, { ":a//", "#kw [\"a\" \"/\"]" },
		{ "a//", "#sym [\"a\" \"/\"]" },
		{ ":1/x", "#kw [\"1\" \"x\"]" }, { "'a", "#sym [nil \"'a\"]" }, { ":'a", ":'a" },
		{ "a'", "a'" }, { ":a/b/c", "#kw [\"a\" \"b/c\"]" }, { "a:b", "a:b" },
		{ "a#", "a#" },
		{ ":-1", "#kw [nil \"-1\"]" }, { "ns/nil", "ns/nil" }, { "...", "..." },
		{ "(1 . 2)", "(1 . 2)" }, { "1#_2", "1" }, { "[1#{2}]", "[1 #{2}]" },
		{ "[1\"a\"\\b[:c]]", "[1 \"a\" \\b [:c]]" }, { "#: n {:a 1}", "{:n/a 1}" },
		{ "#:n{a 1 _/b 2 \"s\" 3}", "{n/a 1, b 2, \"s\" 3}" }, { "{:a #_1 2}", "{:a 2}" },
		{ "#_1", "nil" }, { "; x", "nil" }, { "; x\r1", "1" }, { "1 ; x", "1" },
		{ "1 #_x", "1" },
		{ "\"\\377\"", "\"ÿ\"" }, { "\"\\1\\0\"", NULL }, { "\"\\101 \\60[\"", "\"A 0[\"" },
		{ "\"\\ud83d\\ude00\"", "\"😀\"" }, { "\"\\u0000\"", NULL },
		{ "\\o377", "\\ÿ" }, { "\\o", "\\o" }, { "\\u", "\\u" }, { "\\u0041", "\\A" },
		{ "\\ ", "\\space" }, { "[\\ ]", "[\\space]" }, { "\\,", "\\," }, { "\\(", "\\(" },
		{ "\\o0", "\\u0000" }, { "\\€", "\\€" }, { "\\backspace", "\\backspace" },
		{ "1.M", "1M" }, { "1M", "1M" }, { "01.5", "1.5" }, { "1e400M", "1E+400M" },
		{ "1E5", "100000.0" },
		{ "-0x1F", "-31" }, { "0xFFN", "255N" }, { "+017", "15" }, { "-2r11", "-3" },
		{ "017N", "15N" },
		{ "36rZZN", "46643" }, { "0xFFFFFFFFFFFFFFFF", "18446744073709551615N" },
		{ "-9223372036854775808", "-9223372036854775808" }, { "00", "0" }, { "-0N", "0N" },
		{ "4/2", "2" }, { "+1/3", "1/3" }, { "08/2", "4" }, { "-0.0", "-0.0" },
		{ "##  NaN", "##NaN" }, { "## #_x Inf", "##Inf" }, { "^:a ^{:b 1} [1]", "[1]" },
		{ "#^{:a 1} {}", "{}" }, { "^\"s\" x", "x" }, { "^x (1)", "(1)" },
		{ "#uuid \"1-1-1-1-1\"", "#uuid \"00000001-0001-0001-0001-000000000001\"" },
		{ "#inst #_0 \"2016\"", "#inst \"2016-01-01T00:00:00.000-00:00\"" },
		{ "[a\xE2\x80\xA8""b]", "[a b]" },
		{ "[a\xC2\xA0""b]", "[#sym [nil \"a\xC2\xA0""b\"]]" },
		{ "{}", "{}" }, { "()", "()" }, { "#{}", "#{}" }, { ",[],", "[]" },
		{ ":é/ü", ":é/ü" },
	};
	struct value v;

	for (size_t i = 0; i < ROWS(rows); i++) {
		v = value_of(rows[i].in, rows[i].in);
		if (rows[i].written != NULL)
			ck_assert_str_eq(text_of(rows[i].in, &v), rows[i].written);
	}
}
END_TEST

START_TEST(literals_are_read)
{
	static const struct {
		const char *in, *written;	/* written NULL: as in */
	} rows[] = {
		{ "#bytes \"00Ff\"", "#bytes \"00ff\"" }, { "#bytes \"\"", NULL },
		{ "#byte -128", NULL },
		{ "#float 1.5", "1.5" }, { "#float ##-Inf", "##-Inf" }, { "#float 1", "1.0" },
		{ "#floatarray [0.1 1 ##NaN #_2 -0.0]", "#floatarray [0.1 1.0 ##NaN -0.0]" },
		{ "#doublearray [0.1 ##Inf]", NULL },
		{ "#intarray [-2147483648 2147483647]", NULL },
		{ "#longarray []", NULL }, { "#booleanarray [true false]", NULL },
		{ "#objectarray [[] #objectarray [nil]]", NULL }, { "#uri \"a\\\"b\"", NULL },
		{ "#regex \"\\\\d\"", NULL },
		{ "#inst-ms -1", "#inst \"1969-12-31T23:59:59.999-00:00\"" },
		{ "#inst-ms 9223372036854775807", NULL }, { "#kw [nil \"a\"]", ":a" },
		{ "#kw [\"\" \"\"]", NULL }, { "#kw [\"a\" \"b\"]", ":a/b" },
		{ "#sym [nil \"true\"]", NULL },
		{ "#sym [nil \"a b\"]", NULL }, { "#sym [nil \"+1\"]", NULL },
		{ "#kw [nil \"a::b\"]", NULL },
		{ "#kw [nil \"a:\"]", NULL }, { "#kw [nil \"#a\"]", NULL },
		{ "#kw [nil \"a\\nb\"]", NULL },
		{ "#fressian/tagged [nil ()]", "#fressian/tagged [nil []]" },
		{ "#fressian/tagged [:a/b [1 #fressian/tagged [\"x\" [2]]]]", NULL },
		{ "#transit/tagged [\"point\" [1 2]]", "#fressian/tagged [\"point\" [[1 2]]]" },
		{ "#strrep [[\"ab\" 2] [\"\" 9223372036854775807] [\"c\" 3] [\"d\" 0]]", "\"ababccc\"" },
		{ "#bytesrep [[\"0aFf\" 2] [\"01\" 1]]", "#bytes \"0aff0aff01\"" },
		{ "#strrep []", "\"\"" },
		{ "\\ud83d", NULL },
	};
	struct value v;

	for (size_t i = 0; i < ROWS(rows); i++) {
		v = value_of(rows[i].in, rows[i].in);
		ck_assert_str_eq(text_of(rows[i].in, &v),
		    rows[i].written == NULL ? rows[i].in : rows[i].written);
	}
}
END_TEST

START_TEST(errors_say_what_and_where)
{
	static const struct {
		const char		*in;
		enum codec_class	 class;
		unsigned		 line, column;
	} rows[] = {
		{ "[1 2", E_EOF, 1, 5 }, { "{:a\n 1\n", E_EOF, 3, 1 }, { "\n \"abc", E_EOF, 2, 2 },
		{ "\"abc\\", E_EOF, 1, 1 }, { "#", E_EOF, 1, 2 }, { "#inst", E_EOF, 1, 6 },
		{ "\\", E_EOF, 1, 2 },
		{ "#_", E_EOF, 1, 3 }, { "^:a", E_EOF, 1, 4 }, { "[1 #_", E_EOF, 1, 6 },
		{ "#:n", E_EOF, 1, 4 },
		{ "]", E_SYNTAX, 1, 1 }, { "[1 #_]", E_SYNTAX, 1, 6 }, { "(1\n ]", E_SYNTAX, 2, 2 },
		{ "1 2", E_TRAILING, 1, 3 }, { "1]", E_TRAILING, 1, 2 },
		{ "1 \"x", E_TRAILING, 1, 3 },
		{ "{:a 1 :b}", E_MAP, 1, 1 }, { "[{:a 1 :a 2}]", E_DUPKEY, 1, 2 },
		{ "#{1 2 1}", E_DUPKEY, 1, 1 },
		{ "#:n{:a 1 :n/a 2}", E_DUPKEY, 1, 4 }, { "é\n[é \"\\x\"]", E_TRAILING, 2, 1 },
		{ "[é \"\\x\"]", E_SYNTAX, 1, 5 }, { "\"\\u12\"", E_SYNTAX, 1, 4 },
		{ "\"\\08\"", E_SYNTAX, 1, 4 },
		{ "\"\\477\"", E_SYNTAX, 1, 6 }, { "\"\\ud83d\"", E_UTF8, 1, 2 },
		{ "\"\\ude00\"", E_UTF8, 1, 2 },
		{ "\"\\ud83d\\u0041\"", E_UTF8, 1, 2 }, { "[\xFF]", E_UTF8, 1, 2 },
		{ "; \xC0\x80\n1", E_UTF8, 1, 3 },
		{ "\xEF\xBB\xBF{}", E_SYNTAX, 1, 1 }, { "08", E_SYNTAX, 1, 1 },
		{ "1a", E_SYNTAX, 1, 1 },
		{ "0x", E_SYNTAX, 1, 1 }, { "1.5.5", E_SYNTAX, 1, 1 }, { "1e", E_SYNTAX, 1, 1 },
		{ "1r0", E_SYNTAX, 1, 1 }, { "37r1", E_SYNTAX, 1, 1 }, { "0r1", E_SYNTAX, 1, 1 },
		{ "2r102", E_SYNTAX, 1, 1 }, { "2r101N", E_SYNTAX, 1, 1 }, { "1/", E_SYNTAX, 1, 1 },
		{ "1/-2", E_SYNTAX, 1, 1 }, { "1/0", E_VALUE, 1, 1 }, { "1e400", E_VALUE, 1, 1 },
		{ "-1e400", E_VALUE, 1, 1 }, { "1NN", E_SYNTAX, 1, 1 }, { "1'2", E_SYNTAX, 1, 1 },
		{ "1.5N", E_SYNTAX, 1, 1 }, { "1e99999999999M", E_LIMIT, 1, 1 },
		{ "::a", E_SYNTAX, 1, 1 }, { ":", E_SYNTAX, 1, 1 }, { ":a/", E_SYNTAX, 1, 1 },
		{ "/x", E_SYNTAX, 1, 1 },
		{ ":/x", E_SYNTAX, 1, 1 }, { "a/1", E_SYNTAX, 1, 1 }, { "a:", E_SYNTAX, 1, 1 },
		{ "a:/b", E_SYNTAX, 1, 1 },
		{ "a::b", E_SYNTAX, 1, 1 }, { "://", E_SYNTAX, 1, 1 }, { "@a", E_SYNTAX, 1, 1 },
		{ "[a~]", E_SYNTAX, 1, 3 },
		{ "`a", E_SYNTAX, 1, 1 }, { "\\ab", E_SYNTAX, 1, 1 }, { "\\o400", E_SYNTAX, 1, 1 },
		{ "\\u12345", E_SYNTAX, 1, 1 }, { "\\😀", E_SYNTAX, 1, 1 },
		{ "#\"re\"", E_SYNTAX, 1, 1 },
		{ "#<x>", E_SYNTAX, 1, 1 }, { "# inst \"2016\"", E_SYNTAX, 1, 1 },
		{ "#foo 1", E_VALUE, 1, 1 },
		{ "#_ #foo 1 2", E_VALUE, 1, 4 }, { "#error malformed", E_VALUE, 1, 1 },
		{ "##Foo", E_SYNTAX, 1, 1 },
		{ "#inst \"2016-13\"", E_VALUE, 1, 1 }, { "#inst 2016", E_VALUE, 1, 1 },
		{ "#uuid \"x\"", E_VALUE, 1, 1 },
		{ "#uuid \"123456789-1-1-1-1\"", E_VALUE, 1, 1 },
		{ "#uuid \"1-1-1-1\"", E_VALUE, 1, 1 },
		{ "#uuid \"1-1-1-1-1-1\"", E_VALUE, 1, 1 }, { "#uuid \"1-1-1-1-\"", E_VALUE, 1, 1 },
		{ "#bytes \"0\"", E_VALUE, 1, 1 }, { "#bytes \"0g\"", E_VALUE, 1, 1 },
		{ "#byte 128", E_VALUE, 1, 1 },
		{ "#float 1e39", E_VALUE, 1, 8 }, { "#float \"1\"", E_VALUE, 1, 1 },
		{ "#float 1M", E_SYNTAX, 1, 8 },
		{ "#intarray [2147483648]", E_VALUE, 1, 1 }, { "#longarray [1N]", E_VALUE, 1, 1 },
		{ "#doublearray [1]", E_VALUE, 1, 1 }, { "#floatarray [[1]]", E_VALUE, 1, 1 },
		{ "#booleanarray (true)", E_VALUE, 1, 1 }, { "#kw [nil]", E_VALUE, 1, 1 },
		{ "#kw [1 \"a\"]", E_VALUE, 1, 1 },
		{ "#kw \"a\"", E_VALUE, 1, 1 }, { "#fressian/tagged [\"a\" 1]", E_VALUE, 1, 1 },
		{ "#transit/tagged [\"a\"]", E_VALUE, 1, 1 },
		{ "#strrep [[\"a\" -1]]", E_VALUE, 1, 1 },
		{ "#strrep [[\"a\" 9223372036854775807]]", E_LIMIT, 1, 36 },
		{ "#strrep [[\"a\" 3999999] [\"a\" 3999999]]", E_LIMIT, 1, 38 },
		{ "[#strrep [[\"a\" 3000000]] #bytesrep [[\"61\" 3000000]]]", E_LIMIT, 1, 52 },
		{ "#bytesrep [[\"abc\" 2]]", E_VALUE, 1, 1 },
		{ "#bytesrep [[\"xx\" 2]]", E_VALUE, 1, 1 },
		{ "#:n 1", E_SYNTAX, 1, 5 }, { "#:a/b{}", E_SYNTAX, 1, 1 },
		{ "#:1{}", E_SYNTAX, 1, 1 },
		{ "^:a 1", E_TYPE, 1, 1 }, { "^1 []", E_TYPE, 1, 1 },
	};
	struct value v;

	for (size_t i = 0; i < ROWS(rows); i++) {
		ck_assert_msg(read_text(rows[i].in, &v) == -1, "%s: read", rows[i].in);
		ck_assert_msg(err.class == rows[i].class && err.line == rows[i].line &&
		    err.column == rows[i].column, "%s: %s at %u:%u: %s", rows[i].in,
		    codec_class_name(err.class), err.line, err.column, err.text);
	}
}
END_TEST

START_TEST(errors_name_the_key_and_stay_text)
{
	struct value v;

	ck_assert_int_eq(read_text("{:a 1, \"k\" 2, \"k\" 3}", &v), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "\"k\""));
	ck_assert_int_eq(read_text("#ééééééééééééééééééééééééééééééééééééééé 1", &v), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "é..."));
}
END_TEST

static char *
repeat(const char *s, size_t n, const char *middle, const char *end)
{
	size_t len = strlen(s), end_len = strlen(end);
	char *text = arena_alloc(&arena, n * (len + end_len) + strlen(middle) + 1), *p = text;

	for (size_t i = 0; i < n; i++, p += len)
		memcpy(p, s, len);
	p = stpcpy(p, middle);
	for (size_t i = 0; i < n; i++, p += end_len)
		memcpy(p, end, end_len);
	*p = '\0';
	return text;
}

START_TEST(depth_is_bounded)
{
	static const struct {
		const char	*open, *middle, *close;
		size_t		 deepest;	/* how many of them are read; 0: any error will do */
	} rows[] = {
		{ "[", "", "]", 256 }, { "[", "1", "]", 256 },
		{ "[", "#kw [nil \"a b\"]", "]", 256 },
		{ "[", "#strrep [[\"a\" 2]]", "]", 256 }, { "{1 ", "#inst \"2016\"", "}", 256 },
		{ "{", "x", " 1}", 256 }, { "#{", "", "}", 256 }, { "#:a{:b ", "1", "}", 256 },
		{ "#objectarray [", "", "]", 256 }, { "^:a [", "", "]", 256 },
		{ "[#_[] ", "", "]", 255 },
		{ "#fressian/tagged [0 [", "", "]]", 128 }, { "#_ ", "", "x ", 0 },
		{ "^:a ", "[]", "", 0 },
		{ "#kw [", "", "]", 0 }, { "#inst ", "", "", 0 }, { "## ", "", "", 0 },
		{ "#: ", "", "{} ", 0 },
		{ "#strrep [[", "", "]]", 0 }, { "^{", "", "} x", 0 },
		{ "#fressian/tagged [", "x", " []]", 0 },
	};
	struct value v;

	for (size_t i = 0; i < ROWS(rows); i++) {
		size_t n = rows[i].deepest;

		if (n > 0) {
			v = value_of(rows[i].open, repeat(rows[i].open, n, rows[i].middle, rows[i].close));
			ck_assert_int_eq(read_text(repeat(rows[i].open, n + 1, rows[i].middle,
			    rows[i].close), &v), -1);
			ck_assert_int_eq(err.class, E_LIMIT);
		}
		ck_assert_msg(read_text(repeat(rows[i].open, 100000, rows[i].middle, rows[i].close),
		    &v) == -1, "%s", rows[i].open);
		arena_reset(&arena);
	}
}
END_TEST

START_TEST(memory_is_bounded)
{
	static const struct {
		const char *in, *close;
	} rows[] = { { "[1 2 3 4] ", "]" }, { ":a ", "]" },
	{ "\"\\n0123456789012345678901\"", "]" },
		{ "123456789012345678901234567890 ", "]" }, { "1/3 ", "]" }, { "1.5M ", "]" },
		{ "1 ", "]" } };
	struct arena small;
	struct value v;
	char *text;

	for (size_t i = 0; i < ROWS(rows); i++) {
		text = repeat(rows[i].in, 20000, rows[i].close, "");
		text = arena_printf(&arena, "[%s", text);
		arena_init(&small, 100000);
		ck_assert_int_eq(edn_read((uint8_t *)text, strlen(text), &codec_request_limits, &small, &v,
		    &err), -1);
		ck_assert_msg(err.class == E_LIMIT, "%s: %s", rows[i].in, err.text);
		arena_free(&small);
	}
}
END_TEST

START_TEST(long_numbers_are_refused)
{
	struct value v;

	value_of("digits", repeat("9", 9800, "N", ""));
	ck_assert_int_eq(read_text(repeat("9", 9801, "", ""), &v), -1);
	ck_assert_int_eq(err.class, E_LIMIT);
	ck_assert_int_eq(read_text(repeat("9", 9801, ".5M", ""), &v), -1);
	ck_assert_int_eq(err.class, E_LIMIT);
	ck_assert_int_eq(read_text(repeat("9", 2000, "/7", ""), &v), -1);
	ck_assert_int_eq(err.class, E_LIMIT);
	ck_assert_int_eq(read_text(arena_printf(&arena, "0x%s", repeat("f", 9800, "", "")), &v), -1);
	ck_assert_int_eq(err.class, E_LIMIT);
	value_of("double", repeat("0", 20000, "1.5", ""));
}
END_TEST

START_TEST(a_full_buffer_fails)
{
	struct value v = value_of("text", "[\"0123456789\" {:a [1 2 3]}]");
	struct buf small;

	for (size_t max = 1; max < 27; max++) {
		buf_init(&small, max);
		ck_assert_int_eq(edn_write(&small, &v, &err), -1);
		ck_assert_int_eq(err.class, E_LIMIT);
		buf_free(&small);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("edn");
	TCase *t = tcase_create("edn");
	SRunner *r;
	int failed;

	arena_init(&arena, MEMORY);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, mapping_rows_are_read_and_written);
	tcase_add_test(t, literals_of_the_tables_are_read_and_read_back);
	tcase_add_test(t, random_values_read_back);
	tcase_add_test(t, forms_of_the_reference_are_read);
	tcase_add_test(t, literals_are_read);
	tcase_add_test(t, errors_say_what_and_where);
	tcase_add_test(t, errors_name_the_key_and_stay_text);
	tcase_add_test(t, depth_is_bounded);
	tcase_add_test(t, memory_is_bounded);
	tcase_add_test(t, long_numbers_are_refused);
	tcase_add_test(t, a_full_buffer_fails);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	arena_free(&arena);
	buf_free(&out);
	return failed == 0 ? 0 : 1;
}
