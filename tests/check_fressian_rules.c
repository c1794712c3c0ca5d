/*
 * check_fressian_rules.c: what the Fressian codec does beyond the tables of
 * vectors: limits, shared values, what cannot be written, where errors point,
 * and CESU-8 by itself.
 */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "util/mem.h"
#include "value/cesu8.h"
#include "value/fressian.h"

#define ROWS(a)	(sizeof(a) / sizeof((a)[0]))
#define MEMORY	((size_t)64 << 20)
/* A literal's bytes without its NUL. */
#define READ(s, v) \
	fressian_read((const uint8_t *)(s), sizeof(s) - 1, &codec_event_limits, &arena, (v), &err)

static struct arena arena;
static struct buf out;
static struct codec_error err;

static void
setup(void)
{
	arena_init(&arena, MEMORY);
	memset(&out, 0, sizeof(out));
	memset(&err, 0, sizeof(err));
}

static void
teardown(void)
{
	arena_free(&arena);
	buf_free(&out);
}

static int
read_out(struct value *v)
{
	return fressian_read(out.data, out.len, &codec_event_limits, &arena, v, &err);
}

static struct value
tagged(const struct value *tag, const struct value *fields, uint32_t n)
{
	struct value_tagged *t = arena_alloc(&arena, sizeof(*t));

	*t = (struct value_tagged){ tag, fields };
	return (struct value){ .kind = VALUE_TAGGED, .n = n, .u.tagged = t };
}

START_TEST(errors_point_at_the_byte)
{
	static const struct {
		const char	*bytes;
		size_t		 len, offset;
		enum codec_class class;
		const char	*text;
	} rows[] = {
		{ "\xE6\x01\xB6", 3, 2, E_CODE,
		    "expected a value, found byte B6, which starts no value" },
		{ "\xC0\xE5\x01", 3, 1, E_MAP,
		    "expected keys and values in pairs, found 1 items" },
		{ "\xCA\xF7\x05", 3, 2, E_TYPE, "expected string as a name, found integer" },
		{ "\xDD" "ab\xFF", 4, 3, E_UTF8,
		    "expected text in UTF-8 (CESU-8), found byte FF" },
		{ "\xE2\x01" "a\xDC" "b\xFF", 6, 5, E_UTF8,
		    "expected text in UTF-8 (CESU-8), found byte FF" },
		{ "\xE7\x01\x81\x02", 4, 2, E_CACHE,
		    "expected the number of one of 0 cached values, found 1" },
		{ "\xEC\x05\x01\x02", 4, 1, E_COUNT,
		    "expected a count of at most 2, for the bytes left, found 5" },
		{ "\xE3\x08" "abc", 5, 5, E_EOF, "expected 8 bytes of a string, found 3" },
		{ "\x05\x06", 2, 1, E_TRAILING, "expected the end, found 1 bytes more" },
	};
	struct value v;

	for (size_t i = 0; i < ROWS(rows); i++) {
		int r = fressian_read((const uint8_t *)rows[i].bytes, rows[i].len,
		    &codec_event_limits, &arena, &v, &err);

		ck_assert_int_eq(r, -1);
		ck_assert_str_eq(codec_class_name(err.class), codec_class_name(rows[i].class));
		ck_assert_str_eq(err.text, rows[i].text);
		ck_assert_uint_eq(err.offset, rows[i].offset);
		ck_assert_uint_eq(err.line, 0);
	}
}
END_TEST

START_TEST(plain_text_and_bytes_are_not_copied)
{
	static const char message[] = "\xE6\xE3\x09" "123456789" "\xD2\x01\x02";
	struct value v;

	ck_assert_int_eq(READ(message, &v), 0);
	ck_assert_ptr_eq(v.u.items[0].u.text, message + 3);
	ck_assert_ptr_eq(v.u.items[1].u.bytes, message + 13);
}
END_TEST

START_TEST(cached_values_are_shared)
{
	struct value v;

	/* [L {1 3} L] where L = [1 2 1 3] is cached, and the content of the map. */
	ck_assert_int_eq(READ("\xE7\xCD\xE8\x01\x02\x01\x03\xC0\x80\x80", &v), 0);
	ck_assert_uint_eq(v.u.items[0].n, 4);
	ck_assert_ptr_eq(v.u.items[0].u.items, v.u.items[2].u.items);
	ck_assert_int_eq(v.u.items[0].u.items[1].u.integer, 2);
	ck_assert_uint_eq(v.u.items[1].n, 1);
	ck_assert_int_eq(v.u.items[1].u.items[1].u.integer, 3);
}
END_TEST

/* Each list holds the one before, which is cached: the reader itself is never deep. */
START_TEST(depth_counts_through_the_cache)
{
	struct value v;

	for (unsigned levels = 100; levels <= 300; levels += 200) {
		buf_reset(&out);
		buf_puts(&out, "\xED\xCD\xE4");
		for (unsigned i = 0; i < levels; i++) {
			buf_puts(&out, "\xCD\xE5\xCC");
			buf_put_be(&out, 0x5000 + i, 2);
		}
		buf_putc(&out, 0xFD);
		ck_assert_int_eq(read_out(&v), levels == 100 ? 0 : -1);
	}
	ck_assert_int_eq(err.class, E_LIMIT);
}
END_TEST

START_TEST(the_depth_limit_is_exact)
{
	struct value v;

	for (unsigned levels = 256; levels <= 257; levels++) {
		buf_reset(&out);
		for (unsigned i = 1; i < levels; i++)
			buf_putc(&out, 0xE5);
		buf_putc(&out, 0x05);
		ck_assert_int_eq(read_out(&v), levels == 256 ? 0 : -1);
	}
	ck_assert_int_eq(err.class, E_LIMIT);
	ck_assert_uint_eq(err.offset, 256);
}
END_TEST

/* A count may promise what the bytes left can hold, but not to every level anew. */
START_TEST(counts_cannot_promise_the_same_bytes_twice)
{
	size_t n = 100000, taken;
	struct value v;

	for (int i = 0; i < 200; i++) {
		buf_putc(&out, 0xEC);
		buf_put_be(&out, 0x72000000 + n, 4);
	}
	while (out.len < n + 1000)
		buf_putc(&out, 0xF7);
	taken = arena.taken;
	ck_assert_int_eq(read_out(&v), -1);
	ck_assert_int_eq(err.class, E_COUNT);
	ck_assert_uint_lt(arena.taken - taken, 4 * n * sizeof(v));
}
END_TEST

START_TEST(memory_is_limited)
{
	struct arena small;
	struct value v;

	arena_init(&small, 4096);
	buf_putc(&out, 0xED);
	for (int i = 0; i < 1000; i++)
		buf_putc(&out, 0x05);
	buf_putc(&out, 0xFD);
	ck_assert_int_eq(fressian_read(out.data, out.len, &codec_event_limits, &small, &v, &err),
	    -1);
	ck_assert_int_eq(err.class, E_LIMIT);
	arena_free(&small);
}
END_TEST

/* Plain data is never too much work, however deep and large. */
START_TEST(nested_maps_are_not_work)
{
	struct value v;

	for (int i = 0; i < 100; i++)
		buf_put(&out, "\xC0\xE8\xDB" "a\x01\xDB" "b", 7);
	buf_puts(&out, "\xED");
	for (int i = 0; i < 500000; i++)
		buf_putc(&out, 0x05);
	buf_putc(&out, 0xFD);
	ck_assert_msg(read_out(&v) == 0, "%s", err.text);
}
END_TEST

START_TEST(keys_of_keys_are_work)
{
	struct value v;

	for (int i = 0; i < 100; i++)
		buf_put(&out, "\xC1\xE6\x01", 3);
	buf_puts(&out, "\xED");
	for (int i = 0; i < 500000; i++)
		buf_putc(&out, 0x05);
	buf_putc(&out, 0xFD);
	ck_assert_int_eq(read_out(&v), -1);
	ck_assert_int_eq(err.class, E_LIMIT);
}
END_TEST

START_TEST(text_is_checked_over_chunks)
{
	static const struct {
		const char	*bytes;
		size_t		 len;
		const char	*text;	/* NULL: E_UTF8 */
	} rows[] = {
		{ "\xE2\x03\xED\xA0\xBD\xE2\x00\xDD\xED\xB8\x80", 11, "😀" },
		{ "\xE2\x03\xED\xA0\xBD\xDA", 6, "\uFFFD" },
		{ "\xE2\x03\xED\xA0\xBD\xE2\x03\xED\xA0\xBD\xDD\xED\xB8\x80", 14, "\uFFFD😀" },
		{ "\xE2\x04\xF0\x9F\x98\x80\xDB" "x", 8, "😀x" },
		{ "\xE2\x01\xC3\xDB\xA9", 5, NULL },
		{ "\xE2\x01\xC0\xDB\x80", 5, NULL },
	};
	struct value v;

	for (size_t i = 0; i < ROWS(rows); i++) {
		int r = fressian_read((const uint8_t *)rows[i].bytes, rows[i].len,
		    &codec_event_limits, &arena, &v, &err);

		if (rows[i].text == NULL) {
			ck_assert_int_eq(r, -1);
			ck_assert_int_eq(err.class, E_UTF8);
			continue;
		}
		ck_assert_int_eq(r, 0);
		ck_assert_uint_eq(v.n, strlen(rows[i].text));
		ck_assert_mem_eq(v.u.text, rows[i].text, v.n);
	}
}
END_TEST

/* A character before, at and behind each place where a chunk may end, of each length. */
START_TEST(chunk_edges_survive)
{
	static const char *const chars[] = { "a", "é", "€", "😀" };
	char *text = xmalloc(70000);
	struct value v, back;

	for (size_t c = 0; c < ROWS(chars); c++)
		for (size_t before = 65528; before < 65540; before++) {
			size_t len = before;

			memset(text, 'x', before);
			for (int i = 0; i < 8; i++, len += strlen(chars[c]))
				memcpy(text + len, chars[c], strlen(chars[c]));
			v = value_string(text, len);
			buf_reset(&out);
			ck_assert_int_eq(fressian_write(&out, &v, &err), 0);
			ck_assert_int_eq(read_out(&back), 0);
			ck_assert(value_equal(&v, &back));
			arena_reset(&arena);
		}
	free(text);
}
END_TEST

START_TEST(cesu8_differs_where_there_are_four_bytes)
{
	char text[64];

	for (size_t len = 4; len < 40; len++)
		for (size_t at = 0; at + 4 <= len; at++) {
			memset(text, 'x', sizeof(text));
			ck_assert(!cesu8_differs((const uint8_t *)text, len));
			memcpy(text + at, "\xF0\x9F\x98\x80", 4);
			ck_assert(cesu8_differs((const uint8_t *)text, len));
			memcpy(text + at, "\xEF\xBF\xBFx", 4);
			ck_assert(!cesu8_differs((const uint8_t *)text, len));
		}
}
END_TEST

/* The reference looks at the tag alone, and would write a struct that cannot be read. */
START_TEST(a_tag_with_other_fields_is_another_type)
{
	struct value tag = value_cstring("t"), fields[] = { value_int(1), value_int(2) };
	struct value items[3], v, back;

	items[0] = tagged(&tag, fields, 1);
	items[1] = tagged(&tag, fields, 2);
	items[2] = tagged(&tag, fields, 1);
	v = value_seq(VALUE_VECTOR, items, 3);
	ck_assert_int_eq(fressian_write_bare(&out, &v, &err), 0);
	ck_assert_uint_eq(out.len, 14);
	ck_assert_mem_eq(out.data, "\xE7\xEF\xDBt\x01\x01\xEF\xDBt\x02\x01\x02\xA0\x01", 14);
	ck_assert_int_eq(read_out(&back), 0);
	ck_assert(value_equal(&v, &back));
}
END_TEST

START_TEST(a_tag_that_is_a_struct_comes_first)
{
	struct value inner = value_cstring("in"), one = value_int(1), tag, items[2], v, back;

	tag = tagged(&inner, &one, 1);
	items[0] = tagged(&tag, &one, 1);
	items[1] = tagged(&inner, &one, 1);
	v = value_seq(VALUE_VECTOR, items, 2);
	ck_assert_int_eq(fressian_write(&out, &v, &err), 0);
	ck_assert_int_eq(read_out(&back), 0);
	ck_assert(value_equal(&v, &back));
}
END_TEST

START_TEST(tags_of_our_own_types_are_not_written)
{
	static const char *const tags[] = { "map", "uuid", "key", "int[]", "ratio",
	    "char", "byte" };

	for (size_t i = 0; i < ROWS(tags); i++) {
		struct value tag = value_cstring(tags[i]), one = value_int(1), v;

		v = tagged(&tag, &one, 1);

		ck_assert_int_eq(fressian_write(&out, &v, &err), -1);
		ck_assert_int_eq(err.class, E_ENCODE);
	}
}
END_TEST

START_TEST(output_is_limited)
{
	struct value v = value_cstring("a string of more than thirty bytes");

	for (size_t max = 1; max < 60; max++) {
		buf_free(&out);
		buf_init(&out, max);
		ck_assert_int_eq(fressian_write(&out, &v, &err), max < 48 ? -1 : 0);
		ck_assert(max >= 48 || err.class == E_LIMIT);
		ck_assert_uint_le(out.len, max);
	}
}
END_TEST

START_TEST(values_too_deep_are_not_written)
{
	struct value *v = xreallocarray(NULL, FRESSIAN_WRITE_DEPTH + 1, sizeof(*v));

	v[0] = value_int(1);
	for (size_t i = 1; i <= FRESSIAN_WRITE_DEPTH; i++)
		v[i] = value_seq(VALUE_VECTOR, &v[i - 1], 1);
	ck_assert_int_eq(fressian_write(&out, &v[FRESSIAN_WRITE_DEPTH - 1], &err), 0);
	ck_assert_int_eq(fressian_write(&out, &v[FRESSIAN_WRITE_DEPTH], &err), -1);
	ck_assert_int_eq(err.class, E_LIMIT);
	free(v);
}
END_TEST

/* The footer covers what this call wrote, not what stood before. */
START_TEST(a_message_may_be_appended)
{
	struct value v = value_nil();

	buf_puts(&out, "before");
	ck_assert_int_eq(fressian_write(&out, &v, &err), 0);
	ck_assert_uint_eq(out.len, 6 + 13);
	ck_assert_mem_eq(out.data + 6, "\xF7\xCF\xCF\xCF\xCF\x00\x00\x00\x01\x1D\xBF\x04\x35", 13);
	out.len = 0;
	ck_assert_int_eq(fressian_write_bare(&out, &v, &err), 0);
	ck_assert_uint_eq(out.len, 1);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("fressian rules");
	TCase *t = tcase_create("rules");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, errors_point_at_the_byte);
	tcase_add_test(t, plain_text_and_bytes_are_not_copied);
	tcase_add_test(t, cached_values_are_shared);
	tcase_add_test(t, depth_counts_through_the_cache);
	tcase_add_test(t, the_depth_limit_is_exact);
	tcase_add_test(t, counts_cannot_promise_the_same_bytes_twice);
	tcase_add_test(t, memory_is_limited);
	tcase_add_test(t, nested_maps_are_not_work);
	tcase_add_test(t, keys_of_keys_are_work);
	tcase_add_test(t, text_is_checked_over_chunks);
	tcase_add_test(t, chunk_edges_survive);
	tcase_add_test(t, cesu8_differs_where_there_are_four_bytes);
	tcase_add_test(t, a_tag_with_other_fields_is_another_type);
	tcase_add_test(t, a_tag_that_is_a_struct_comes_first);
	tcase_add_test(t, tags_of_our_own_types_are_not_written);
	tcase_add_test(t, output_is_limited);
	tcase_add_test(t, values_too_deep_are_not_written);
	tcase_add_test(t, a_message_may_be_appended);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
