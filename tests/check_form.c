/*
 * check_form.c: src/value/form.c. What a form means is said in JSON, whose values are the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "mapping_rows.h"
#include "value/form.h"
#include "value/json.h"

static struct arena arena;
static struct codec_error error;

static int
read_form(const char *text, size_t len, struct value *out)
{
	return form_read((const uint8_t *)text, len, &codec_request_limits, &arena, out, &error);
}

static const struct {
	const char	*form, *json;
} taken[] = {
	{ "a=1", "{\"a\":\"1\"}" },
	{ "a=", "{\"a\":\"\"}" },
	{ "a", "{\"a\":\"\"}" },
	{ "=1", "{\"\":\"1\"}" },
	{ "a=b=c", "{\"a\":\"b=c\"}" },
	{ "&&a=1&&b=2&", "{\"a\":\"1\",\"b\":\"2\"}" },
	{ "a+b=c+d%2Be%20f", "{\"a b\":\"c d+e f\"}" },
	{ "a=%26%3d%25", "{\"a\":\"&=%\"}" },
	{ "a=%00", "{\"a\":\"\\u0000\"}" },
	{ "a=\xC3\xA9%c3%A9", "{\"a\":\"\xC3\xA9\xC3\xA9\"}" },
	{ "a/b=1", "{\"a/b\":\"1\"}" },
	{ "a=1&b=2&a=3", "{\"a\":\"3\",\"b\":\"2\"}" },
	{ "a[b]=1", "{\"a\":{\"b\":\"1\"}}" },
	{ "a%5Bb%5D=1&a[c]=2", "{\"a\":{\"b\":\"1\",\"c\":\"2\"}}" },
	{ "a[b][c][]=1&a[b][c][]=2", "{\"a\":{\"b\":{\"c\":[\"1\",\"2\"]}}}" },
	{ "a[]=1", "{\"a\":[\"1\"]}" },
	{ "a[0]=x", "{\"a\":{\"0\":\"x\"}}" },
	{ "a[b c]=1", "{\"a\":{\"b c\":\"1\"}}" },
	{ "a[b]=1&x[b]=2&a[d]=3", "{\"a\":{\"b\":\"1\",\"d\":\"3\"},\"x\":{\"b\":\"2\"}}" },
};

START_TEST(forms_are_read)
{
	const char *form = taken[_i].form, *json = taken[_i].json;
	struct value got, want;

	ck_assert_msg(read_form(form, strlen(form), &got) == 0, "%s: %s", form, error.text);
	ck_assert_int_eq(json_read((const uint8_t *)json, strlen(json), &codec_request_limits,
	    &arena, &want, &error), 0);
	ck_assert_msg(value_equal(&got, &want), "%s", form);
	/* In the same order too. */
	for (uint32_t i = 0; i < got.n; i++)
		ck_assert_msg(value_equal(&got.u.items[2 * i], &want.u.items[2 * i]), "%s", form);
}
END_TEST

static const struct {
	const char	*form;
	enum codec_class class;
	unsigned	 column;
	const char	*says;
} refused[] = {
	{ "", E_EOF, 1, "the body is empty" },
	{ "&&", E_EOF, 1, "the body is empty" },
	{ "a=%", E_SYNTAX, 3, "two hex digits" },
	{ "a=%2", E_SYNTAX, 3, "two hex digits" },
	{ "a=%2&b=%20", E_SYNTAX, 3, "two hex digits" },
	{ "a=%2g", E_SYNTAX, 3, "two hex digits" },
	{ "%zz=1", E_SYNTAX, 1, "two hex digits" },
	{ "b=1&a=%FF", E_UTF8, 7, "not UTF-8" },
	{ "a=\xFF", E_UTF8, 3, "not UTF-8" },
	{ "a=%ED%A0%80", E_UTF8, 3, "not UTF-8" },
	{ "b=1&a[b=1", E_SYNTAX, 5, "brackets" },
	{ "a[b]c=1", E_SYNTAX, 1, "brackets" },
	{ "a]b=1", E_SYNTAX, 1, "brackets" },
	{ "a[b]]=1", E_SYNTAX, 1, "brackets" },
	{ "a[[b]]=1", E_SYNTAX, 1, "brackets" },
	{ "a[b[c]]=1", E_SYNTAX, 1, "brackets" },
	{ "[a]=1", E_SYNTAX, 1, "a name before the bracket" },
	{ "a[][b]=1", E_SYNTAX, 1, "nothing may follow" },
	{ "a[][]=1", E_SYNTAX, 1, "nothing may follow" },
	{ "a=1&a[b]=2", E_SYNTAX, 5, "'a' is a map (name[key]) here, but was a text before" },
	{ "a[b]=1&a=2", E_SYNTAX, 8, "'a' is a text here, but was a map" },
	{ "a[]=1&a[b]=2", E_SYNTAX, 7, "'a' is a map (name[key]) here, but was a list" },
	{ "a[b]=1&a[]=2", E_SYNTAX, 8, "'a' is a list (name[]) here, but was a map" },
	{ "a=1&a[]=2", E_SYNTAX, 5, "'a' is a list (name[]) here, but was a text" },
	{ "a[]=1&a=2", E_SYNTAX, 7, "'a' is a text here, but was a list" },
};

START_TEST(forms_are_refused)
{
	const char *form = refused[_i].form;
	struct value v;

	ck_assert_msg(read_form(form, strlen(form), &v) == -1, "%s was taken", form);
	ck_assert_msg(error.class == refused[_i].class, "%s: %s", form, error.text);
	ck_assert_msg(error.column == refused[_i].column, "%s: %u", form, error.column);
	ck_assert_msg(strstr(error.text, refused[_i].says) != NULL, "%s: %s", form, error.text);
}
END_TEST

START_TEST(mapping_rows_are_read)
{
	ck_assert_uint_eq(mapping_rows_check("application/x-www-form-urlencoded", form_read), 18);
}
END_TEST

/* a is a map at depth 2, and so on. */
START_TEST(depth_is_bounded)
{
	char text[1024];
	struct value v;

	for (unsigned brackets = 98; brackets <= 100; brackets++) {
		size_t n = 1;

		text[0] = 'a';
		for (unsigned i = 0; i < brackets; i++, n += 3)
			memcpy(text + n, "[b]", 3);
		ck_assert_int_eq(read_form(text, n, &v), brackets < 100 ? 0 : -1);
	}
	ck_assert_int_eq(error.class, E_LIMIT);
}
END_TEST

START_TEST(memory_is_bounded)
{
	size_t len = 100000;
	char *text = malloc(len);
	struct arena small;
	struct value v;

	ck_assert_ptr_nonnull(text);
	for (size_t i = 0; i < len; i += 4)
		memcpy(text + i, "a[]&", 4);
	arena_init(&small, 100000);
	ck_assert_int_eq(form_read((const uint8_t *)text, len, &codec_request_limits, &small, &v,
	    &error), -1);
	ck_assert_int_eq(error.class, E_LIMIT);
	arena_free(&small);
	ck_assert_int_eq(read_form(text, len, &v), 0);
	ck_assert_uint_eq(v.u.items[1].n, 25000);
	free(text);
}
END_TEST

/* So many that the table of names grows; every one is found again. */
START_TEST(many_names)
{
	char *text = malloc(400000);
	struct value v;
	size_t n = 0;

	ck_assert_ptr_nonnull(text);
	for (int i = 0; i < 20000; i++)
		n += (size_t)sprintf(text + n, "n%d[k%d]=%d&", i % 100, i % 5000, i);
	ck_assert_int_eq(read_form(text, n, &v), 0);
	ck_assert_uint_eq(v.n, 100);
	for (unsigned i = 0; i < v.n; i++)
		ck_assert_uint_eq(v.u.items[2 * i + 1].n, 50);
	free(text);
}
END_TEST

START_TEST(json_and_edn_are_recognized)
{
	static const struct {
		const char	*text;
		bool		 other;
	} rows[] = {
		{ "{\"action\":\"create-foo\"}", true },
		{ " \r\n\t{:action :create-foo}", true },
		{ "[1,2]", true },
		{ "(1 2)", true },
		{ "#{1}", true },
		{ "\"text\"", true },
		{ "; comment", true },
		{ "{\"a\":\"b&c=d\"}", true },
		{ "action=create-foo", false },
		{ "{=1", false },
		{ "action", false },
		{ "", false },
		{ "  ", false },
		{ "&{}", false },
	};

	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++)
		ck_assert_msg(form_looks_like_other((const uint8_t *)rows[r].text,
		    strlen(rows[r].text)) == rows[r].other, "%s", rows[r].text);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("form");
	TCase *t = tcase_create("form");
	SRunner *r;
	int failed;

	arena_init(&arena, 0);
	tcase_add_loop_test(t, forms_are_read, 0, sizeof(taken) / sizeof(taken[0]));
	tcase_add_loop_test(t, forms_are_refused, 0, sizeof(refused) / sizeof(refused[0]));
	tcase_add_test(t, mapping_rows_are_read);
	tcase_add_test(t, depth_is_bounded);
	tcase_add_test(t, memory_is_bounded);
	tcase_add_test(t, many_names);
	tcase_add_test(t, json_and_edn_are_recognized);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	arena_free(&arena);
	return failed == 0 ? 0 : 1;
}
