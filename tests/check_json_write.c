/*
 * check_json_write.c: src/value/json_write.c against the mapping table, and JSON there and back.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <check.h>

#include "gen_value.h"
#include "mapping_rows.h"
#include "tsv.h"
#include "value/bignum.h"
#include "value/edn.h"
#include "value/json.h"

/* What JSON says exactly: doubles stand apart, because NaN becomes text. */
#define EXACT	(GEN_KIND(VALUE_NIL) | GEN_KIND(VALUE_BOOL) | GEN_KIND(VALUE_INT) | \
	    GEN_KIND(VALUE_STRING) | GEN_KIND(VALUE_VECTOR))

static struct arena arena;
static struct codec_error error;

/* The JSON text of a value, in the arena. */
static const char *
write_ok(const struct value *v, size_t *len)
{
	struct buf out = { 0 };
	char *text;

	ck_assert_msg(json_write(&out, v, &error) == 0, "%s", error.text);
	text = arena_strndup(&arena, (const char *)out.data, out.len);
	*len = out.len;
	buf_free(&out);
	return text;
}

static struct value
read_ok(const char *text, size_t len)
{
	struct value v;

	ck_assert_msg(json_read((const uint8_t *)text, len, &codec_event_limits, &arena, &v,
	    &error) == 0, "%s: %s", error.text, text);
	return v;
}

static struct value
edn_ok(const char *text)
{
	struct value v;

	ck_assert_msg(edn_read((const uint8_t *)text, strlen(text), &codec_event_limits, &arena,
	    &v, &error) == 0, "%s: %s", text, error.text);
	return v;
}

START_TEST(mapping_rows_are_read)
{
	ck_assert_uint_gt(mapping_rows_check("application/json", json_read), 70);
}
END_TEST

START_TEST(mapping_rows_are_written)
{
	unsigned rows = 0;
	struct tsv t;

	for (tsv_open(&t, "mapping.tsv"); tsv_next(&t);) {
		struct value v;
		size_t len, want;

		if (strcmp(t.field[1], "application/json") != 0 || strcmp(t.field[2], "out") != 0)
			continue;
		want = strcmp(t.field[3], "hex") == 0 ? tsv_hex(t.field[4]) : strlen(t.field[4]);
		v = edn_ok(t.field[5]);
		ck_assert_msg(strncmp(write_ok(&v, &len), t.field[4], want) == 0 && len == want,
		    "%s: %s", t.field[0], write_ok(&v, &len));
		rows++;
	}
	tsv_close(&t);
	ck_assert_uint_gt(rows, 40);
}
END_TEST

static const struct {
	const char	*edn, *json;
} written[] = {
	{ "{nil 1 true 2 1.5 3 ##NaN 4 ##-Inf 5 5N 6 1.50M 7 1/3 8}",
	    "{\"\":1,\"true\":2,\"1.5\":3,\"NaN\":4,\"-Infinity\":5,\"5\":6,\"1.50\":7,"
	    "\"1/3\":8}" },
	{ "{\\a 1 s/t 2 #uri \"u\" 3 #regex \"r\" 4 #bytes \"ff\" 5 #float 0.1 6}",
	    "{\"a\":1,\"s/t\":2,\"u\":3,\"r\":4,\"/w==\":5,\"0.1\":6}" },
	{ "{[1 \"a\" :k] 1 {:a [nil]} 2 #{} 3}",
	    "{\"[1 \\\"a\\\" :k]\":1,\"{:a [nil]}\":2,\"#{}\":3}" },
	{ "{\"a\\n\\\"\" 1 #kw [\"n\\n\" \"\\\\\"] 2}", "{\"a\\n\\\"\":1,\"n\\n/\\\\\":2}" },
	{ "[#float ##NaN #byte 5 #intarray [] #objectarray [:a #{1}] #float 1.5]",
	    "[\"NaN\",5,[],[\"a\",[1]],1.5]" },
	{ "#fressian/tagged [\"t\" []]", "{\"tag\":\"t\",\"value\":[]}" },
	{ "{#fressian/tagged [\"t\" [1]] 1}", "{\"#fressian/tagged [\\\"t\\\" [1]]\":1}" },
	{ "[\"\" \"plain text without an escape\" \"one\\u0000two\\u001f\" \"\\\\\"]",
	    "[\"\",\"plain text without an escape\",\"one\\u0000two\\u001F\",\"\\\\\"]" },
	{ "[#bytes \"\"]", "[\"\"]" },
	{ "[\\ud83d]", "[\"\xEF\xBF\xBD\"]" },
};

START_TEST(values_in_json)
{
	struct value v = edn_ok(written[_i].edn);
	size_t len;

	ck_assert_str_eq(write_ok(&v, &len), written[_i].json);
}
END_TEST

/* Whatever the value, what is written is read; only a bigdec may be beyond what is taken back. */
START_TEST(random_values_become_json)
{
	struct gen g;

	gen_init(&g, 1);
	for (int i = 0; i < 3000; i++) {
		struct value v = gen_value(&g, &arena, 5,
		    GEN_ALL & ~GEN_KIND(VALUE_BIGDEC)), once, twice;
		size_t len;
		const char *text = write_ok(&v, &len);

		once = read_ok(text, len);
		text = write_ok(&once, &len);
		twice = read_ok(text, len);
		ck_assert_msg(value_equal(&once, &twice), "%s", text);
		arena_reset(&arena);
	}
}
END_TEST

START_TEST(what_json_can_say_comes_back)
{
	struct gen g;

	gen_init(&g, 2);
	for (int i = 0; i < 3000; i++) {
		struct value v = gen_value(&g, &arena, 6, EXACT), back;
		size_t len;
		const char *text = write_ok(&v, &len);

		back = read_ok(text, len);
		ck_assert_msg(value_equal(&v, &back), "%s", text);
		arena_reset(&arena);
	}
}
END_TEST

START_TEST(doubles_come_back)
{
	struct gen g;

	gen_init(&g, 3);
	for (int i = 0; i < 3000; i++) {
		struct value v = gen_value(&g, &arena, 1, GEN_KIND(VALUE_DOUBLE)), back;
		size_t len;
		const char *text = write_ok(&v, &len);

		if (!isfinite(v.u.real))
			continue;
		back = read_ok(text, len);
		ck_assert_msg(value_equal(&v, &back), "%s", text);
	}
	arena_reset(&arena);
}
END_TEST

START_TEST(writing_is_bounded)
{
	static uint8_t bytes[BIGNUM_MAX_BYTES + 1] = { 0x7F };
	struct value deep[2000], v = { .kind = VALUE_BIGINT, .n = sizeof(bytes) };
	struct buf out;

	/* Into a buffer that is too small. */
	buf_init(&out, 300);
	deep[0] = value_string((const char *)bytes, 200);
	ck_assert_int_eq(json_write(&out, &deep[0], &error), -1);
	ck_assert_int_eq(error.class, E_LIMIT);
	buf_free(&out);
	buf_init(&out, 0);
	v.u.bytes = bytes;
	ck_assert_int_eq(json_write(&out, &v, &error), -1);
	ck_assert_int_eq(error.class, E_ENCODE);
	deep[0] = value_nil();
	for (int i = 1; i < 2000; i++)
		deep[i] = value_seq(VALUE_VECTOR, &deep[i - 1], 1);
	buf_reset(&out);
	ck_assert_int_eq(json_write(&out, &deep[1999], &error), -1);
	ck_assert_int_eq(error.class, E_ENCODE);
	buf_reset(&out);
	ck_assert_int_eq(json_write(&out, &deep[900], &error), 0);
	buf_free(&out);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("json_write");
	TCase *t = tcase_create("json_write");
	SRunner *r;
	int failed;

	arena_init(&arena, 0);
	tcase_add_test(t, mapping_rows_are_read);
	tcase_add_test(t, mapping_rows_are_written);
	tcase_add_loop_test(t, values_in_json, 0, sizeof(written) / sizeof(written[0]));
	tcase_add_test(t, random_values_become_json);
	tcase_add_test(t, what_json_can_say_comes_back);
	tcase_add_test(t, doubles_come_back);
	tcase_add_test(t, writing_is_bounded);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	arena_free(&arena);
	return failed == 0 ? 0 : 1;
}
