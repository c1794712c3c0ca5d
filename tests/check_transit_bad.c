/*
 * check_transit_bad.c: transit that is refused: with which class, where, and
 * within which bounds.
 */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "tsv.h"
#include "util/mem.h"
#include "value/transit.h"

static struct arena arena;
static struct codec_error err;

static void
start(void)
{
	arena_init(&arena, (size_t)1 << 20);
}

static void
stop(void)
{
	arena_free(&arena);
}

/* text, class, offset from 0 */
static const struct row {
	const char		*text;
	enum codec_class	 class;
	size_t			 offset;
} json_rows[] = {
	{ "", E_EOF, 0 },
	{ " \n ", E_EOF, 3 },
	{ "[1", E_EOF, 2 },
	{ "[1,", E_EOF, 3 },
	{ "{\"a\"", E_EOF, 4 },
	{ "{\"a\":", E_EOF, 5 },
	{ "[1,]", E_SYNTAX, 3 },
	{ "[,1]", E_SYNTAX, 1 },
	{ "[1 2]", E_SYNTAX, 3 },
	{ "{\"a\" 1}", E_SYNTAX, 5 },
	{ "{1:2}", E_SYNTAX, 1 },
	{ "{\"a\":1,}", E_SYNTAX, 7 },
	{ "{\"a\":1]", E_SYNTAX, 6 },
	{ "nul", E_EOF, 3 },
	{ "[1] 2", E_TRAILING, 4 },
	{ "1e400", E_VALUE, 0 },
	{ "[\"\xFF\"]", E_UTF8, 2 },
	{ "[\"~c\\ud83d\"]", E_UTF8, 4 },
	{ "[\"^0\"]", E_CACHE, 1 },
	{ "[\"^\"]", E_CACHE, 1 },
	{ "[\"~:abcd\",\"^1\"]", E_CACHE, 10 },
	{ "[\"~:abcd\",\"^/\"]", E_CACHE, 10 },
	{ "[\"~:abcd\",\"^0x\"]", E_CACHE, 10 },
	{ "[\"~:abcd\",\"^000\"]", E_CACHE, 10 },
	{ "[\"^ \",\"a\"]", E_MAP, 0 },
	{ "[\"~#cmap\",[1,2,3]]", E_MAP, 0 },
	{ "[\"~#set\"]", E_SYNTAX, 8 },
	{ "[\"~#set\",[1],2]", E_SYNTAX, 13 },
	{ "[1,\"~#set\"]", E_SYNTAX, 3 },
	{ "\"~#set\"", E_SYNTAX, 0 },
	{ "[\"^ \",\"~#set\",[1]]", E_SYNTAX, 6 },
	{ "{\"~#set\":[1],\"a\":2}", E_SYNTAX, 13 },
	{ "{\"a\":2,\"~#set\":[1]}", E_SYNTAX, 7 },
	{ "[\"~#set\",5]", E_TYPE, 0 },
	{ "[\"~#list\",{}]", E_TYPE, 0 },
	{ "[\"~#cmap\",null]", E_TYPE, 0 },
	{ "[\"~#ratio\",[1]]", E_TYPE, 0 },
	{ "[\"~#ratio\",[1,\"2\"]]", E_TYPE, 0 },
	{ "[\"~#ratio\",[1,0]]", E_VALUE, 0 },
	{ "[\"~#u\",[1]]", E_TYPE, 0 },
	{ "[\"~#m\",1.5]", E_TYPE, 0 },
	{ "[\"~#with-meta\",[1]]", E_TYPE, 0 },
	{ "[\"~#link\",[\"^ \",\"href\",1]]", E_TYPE, 0 },
	{ "[\"~#link\",[\"^ \",\"hrefs\",\"~rx\"]]", E_VALUE, 0 },
	{ "[\"~#fressian/tagged\",[\"t\"]]", E_TYPE, 0 },
	{ "[\"~#regex\",1]", E_TYPE, 0 },
	{ "[\"~#:\",1]", E_TYPE, 0 },
	{ "[\"~i\"]", E_VALUE, 1 },
	{ "[\"~i1.5\"]", E_VALUE, 1 },
	{ "[\"~i9223372036854775808\"]", E_VALUE, 1 },
	{ "[\"~n1x\"]", E_VALUE, 1 },
	{ "[\"~f\"]", E_VALUE, 1 },
	{ "[\"~d1.\"]", E_VALUE, 1 },
	{ "[\"~d0x1p3\"]", E_VALUE, 1 },
	{ "[\"~d1e400\"]", E_VALUE, 1 },
	{ "[\"~zinf\"]", E_VALUE, 1 },
	{ "[\"~?true\"]", E_VALUE, 1 },
	{ "[\"~_x\"]", E_VALUE, 1 },
	{ "[\"~c\"]", E_VALUE, 1 },
	{ "[\"~cab\"]", E_VALUE, 1 },
	{ "[\"~c\xF0\x9F\x98\x80\"]", E_VALUE, 1 },
	{ "[\"~bAQ\"]", E_VALUE, 1 },
	{ "[\"~b*\"]", E_VALUE, 1 },
	{ "[\"~ux\"]", E_VALUE, 1 },
	{ "[\"~mx\"]", E_VALUE, 1 },
	{ "[\"~tx\"]", E_VALUE, 1 },
};

START_TEST(json)
{
	const struct row *r = &json_rows[_i];
	struct value v;

	ck_assert_msg(transit_json_read((const uint8_t *)r->text, strlen(r->text),
	    &codec_request_limits, &arena, &v, &err) == -1, "%s was read", r->text);
	ck_assert_msg(err.class == r->class && err.offset == r->offset, "%s: %s at %zu: %s",
	    r->text, codec_class_name(err.class), err.offset, err.text);
	ck_assert_uint_gt(err.line, 0);
	ck_assert_uint_gt(err.column, 0);
	ck_assert_uint_gt(strlen(err.text), 0);
}
END_TEST

/* hex, class, offset from 0 */
static const struct row msgpack_rows[] = {
	{ "", E_EOF, 0 },
	{ "91", E_COUNT, 0 },
	{ "81a161", E_EOF, 3 },
	{ "81", E_COUNT, 0 },
	{ "c1", E_CODE, 0 },
	{ "91c1", E_CODE, 1 },
	{ "d40000", E_CODE, 0 },
	{ "c70100", E_CODE, 0 },
	{ "0101", E_TRAILING, 1 },
	{ "cd01", E_EOF, 2 },
	{ "a3616263a0", E_TRAILING, 4 },
	{ "a36162", E_EOF, 3 },
	{ "dbffffffff61", E_EOF, 6 },
	{ "ddffffffff01", E_COUNT, 0 },
	{ "dfffffffff01", E_COUNT, 0 },
	{ "df8000000001", E_COUNT, 0 },
	{ "a2c328", E_UTF8, 1 },
	{ "a3eda080", E_UTF8, 1 },
	{ "c402fffe", E_UTF8, 2 },
	{ "cf8000000000000000", E_VALUE, 0 },
	{ "91a25e30", E_CACHE, 1 },
	{ "91a57e23736574", E_SYNTAX, 7 },
	{ "93a57e2373657490c0", E_SYNTAX, 8 },
	{ "82a57e2373657490a16101", E_SYNTAX, 8 },
	{ "9201a57e23736574", E_SYNTAX, 2 },
	{ "92a57e2373657401", E_TYPE, 0 },
	{ "92a67e23636d61709101", E_MAP, 0 },
};

START_TEST(msgpack)
{
	const struct row *r = &msgpack_rows[_i];
	char *hex = xstrdup(r->text);
	size_t len = tsv_hex(hex);
	struct value v;

	ck_assert_msg(transit_msgpack_read((const uint8_t *)hex, len, &codec_request_limits, &arena,
	    &v, &err) == -1, "%s was read", r->text);
	ck_assert_msg(err.class == r->class && err.offset == r->offset, "%s: %s at %zu: %s",
	    r->text, codec_class_name(err.class), err.offset, err.text);
	ck_assert_uint_eq(err.line, 0);
	free(hex);
}
END_TEST

/* n times `open`, then middle, then n times `close`. */
static struct buf
nested(unsigned n, const char *open, const char *middle, const char *close)
{
	struct buf b = { 0 };

	for (unsigned i = 0; i < n; i++)
		buf_puts(&b, open);
	buf_puts(&b, middle);
	for (unsigned i = 0; i < n; i++)
		buf_puts(&b, close);
	return b;
}

static enum codec_class
read_nested(codec_read_fn *read, unsigned n, const char *open, const char *middle,
    const char *close)
{
	struct buf b = nested(n, open, middle, close);
	struct value v;
	int r = read(b.data, b.len, &codec_request_limits, &arena, &v, &err);

	buf_free(&b);
	return r == 0 ? E_NONE : err.class;
}

/* The outermost value is depth 1; what a value costs on the wire does not matter. */
START_TEST(depth_is_counted_in_values)
{
	static const char *const shapes[][3] = {
		{ "[", "1", "]" },
		{ "{\"a\":", "1", "}" },
		{ "[\"^ \",\"a\",", "1", "]" },
		{ "[\"~#list\",[", "1", "]]" },
		{ "{\"~#set\":[", "1", "]}" },
		{ "[\"~#cmap\",[1,", "1", "]]" },
		{ "[\"~#unknown\",", "1", "]" },
		{ "[\"~#fressian/tagged\",[\"t\",[", "1", "]]]" },
	};
	codec_read_fn *read = transit_json_read;

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		const char *const *s = shapes[i];

		ck_assert_msg(read_nested(read, 100, s[0], s[1], s[2]) == E_NONE, "%s: %s", s[0],
		    err.text);
		ck_assert_msg(read_nested(read, 101, s[0], s[1], s[2]) == E_LIMIT, "%s", s[0]);
		ck_assert_msg(read_nested(read, 10000, s[0], s[1], s[2]) == E_LIMIT, "%s", s[0]);
	}
	ck_assert_int_eq(read_nested(transit_msgpack_read, 100, "\x91", "\x01", ""), E_NONE);
	ck_assert_int_eq(read_nested(transit_msgpack_read, 101, "\x91", "\x01", ""), E_LIMIT);
	ck_assert_int_eq(read_nested(transit_msgpack_read, 10000, "\x91", "\x01", ""), E_LIMIT);
}
END_TEST

/* Quotes and metadata make no values, yet do not nest without end. */
START_TEST(wrappers_are_bounded)
{
	ck_assert_int_eq(read_nested(transit_json_read, 400, "[\"~#'\",", "1", "]"), E_NONE);
	ck_assert_int_eq(read_nested(transit_json_read, 500, "[\"~#'\",", "1", "]"), E_LIMIT);
	ck_assert_int_eq(read_nested(transit_json_read, 100000, "[\"~#'\",", "1", "]"), E_LIMIT);
	ck_assert_int_eq(read_nested(transit_json_read, 100000, "[\"~#with-meta\",[", "1",
	    ",null]]"), E_LIMIT);
	ck_assert_int_eq(read_nested(transit_json_read, 100000, "{\"~#'\":", "1", "}"), E_LIMIT);
}
END_TEST

/* Every item takes 16 bytes, however short its text: here 3.2 MB of a limit of 1. */
START_TEST(arena_limit_holds)
{
	struct buf b = nested(200000, "[],", "[]]", "");
	struct value v;

	b.data[1] = '0';	/* [0,[],[],… */
	ck_assert_int_eq(transit_json_read(b.data, b.len, &codec_request_limits, &arena, &v, &err),
	    -1);
	ck_assert_msg(err.class == E_LIMIT, "%s", err.text);
	buf_free(&b);
}
END_TEST

/* One long key and its code many times over: small, and large when written out. */
START_TEST(cache_codes_do_not_expand_without_bound)
{
	struct buf b = { 0 };
	struct value v;

	buf_puts(&b, "[\"~:");
	for (unsigned i = 0; i < 20000; i++)
		buf_puts(&b, "k");
	for (unsigned i = 0; i < 100; i++)
		buf_puts(&b, "\",\"^0");
	buf_puts(&b, "\"]");
	ck_assert_int_eq(transit_json_read(b.data, b.len, &codec_request_limits, &arena, &v, &err),
	    -1);
	ck_assert_int_eq(err.class, E_LIMIT);
	buf_free(&b);
}
END_TEST

START_TEST(writers_say_what_they_cannot)
{
	struct value half = { .kind = VALUE_CHAR, .u.integer = 0xD83D },
	    text = value_cstring("0123456789");
	struct buf small;

	buf_init(&small, 8);
	ck_assert_int_eq(transit_json_write(&small, &text, &err), -1);
	ck_assert_int_eq(err.class, E_LIMIT);
	buf_reset(&small);
	ck_assert_int_eq(transit_msgpack_write(&small, &text, &err), -1);
	ck_assert_int_eq(err.class, E_LIMIT);
	buf_free(&small);
	buf_init(&small, 0);
	ck_assert_int_eq(transit_verbose_write(&small, &half, &err), -1);
	ck_assert_int_eq(err.class, E_ENCODE);
	buf_free(&small);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("transit, refused");
	TCase *tc = tcase_create("bad");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, start, stop);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, json, 0, (int)(sizeof(json_rows) / sizeof(json_rows[0])));
	tcase_add_loop_test(tc, msgpack, 0, (int)(sizeof(msgpack_rows) / sizeof(msgpack_rows[0])));
	tcase_add_test(tc, depth_is_counted_in_values);
	tcase_add_test(tc, wrappers_are_bounded);
	tcase_add_test(tc, arena_limit_holds);
	tcase_add_test(tc, cache_codes_do_not_expand_without_bound);
	tcase_add_test(tc, writers_say_what_they_cannot);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
