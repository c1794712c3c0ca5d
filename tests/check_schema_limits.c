/*
 * check_schema_limits.c: schemas and data that would take for ever, or more memory than there is: each gets an answer, and
 * it is never that the data is valid.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "command/schema/schema.h"
#include "value/edn.h"
#include "value/json.h"

static struct arena arena;

static void
setup(void)
{
	arena_init(&arena, (size_t)256 << 20);
}

static void
teardown(void)
{
	arena_free(&arena);
}

static struct value
json(const char *text)
{
	struct codec_error err;
	struct value v;

	if (json_read((const uint8_t *)text, strlen(text), &codec_request_limits, &arena, &v, &err) == -1)
		ck_abort_msg("%.80s: %s", text, err.text);
	return v;
}

static struct schema *
compile(const char *text)
{
	struct schema_options o = { .formats = true };
	struct schema_errors errors = { 0 };
	struct value document = json(text);
	struct schema *s = schema_compile(&document, &o, &arena, &errors);

	if (s == NULL)
		ck_abort_msg("%.80s: %s: expected %s, found %s", text, errors.list[0].pointer, errors.list[0].expected,
		    errors.list[0].found);
	return s;
}

/* Refused, with an error that says that it was given up. */
static void
given_up(const char *schema, const struct value *v)
{
	struct schema *s = compile(schema);
	struct schema_errors errors = { 0 };
	bool told = false;

	ck_assert_msg(!schema_validate(s, v, &arena, &errors), "%.80s: valid", schema);
	for (size_t i = 0; i < errors.n; i++)
		told = told || strstr(errors.list[i].found, "too long") != NULL;
	ck_assert_msg(told, "%.80s: expected %s, found %s", schema, errors.list[0].expected, errors.list[0].found);
	ck_assert(!schema_validate(s, v, &arena, NULL));
	schema_free(s);
}

/* c, n times, and what follows. */
static struct value
text_of(char c, size_t n, const char *end)
{
	char *s = arena_alloc(&arena, n + strlen(end) + 1);

	memset(s, c, n);
	strcpy(s + n, end);
	return value_cstring(s);
}

/* References that come back to the same value. */
static const char *const endless[] = {
	"{\"$ref\":\"#\"}",
	"{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"$ref\":\"#/$defs/a\"}}}",
	"{\"not\":{\"$ref\":\"#\"}}",
	"{\"anyOf\":[{\"$ref\":\"#\"},{\"$ref\":\"#\"}]}",
	"{\"oneOf\":[{\"type\":\"integer\"},{\"not\":{\"$ref\":\"#\"}}]}",
	"{\"if\":{\"$ref\":\"#\"},\"then\":true}",
	"{\"$dynamicAnchor\":\"a\",\"allOf\":[{\"$dynamicRef\":\"#a\"}]}",
	"{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"allOf\":[{\"$ref\":\"#\"}]}",
};

START_TEST(test_endless)
{
	struct value v = value_int(1);

	given_up(endless[_i], &v);
}
END_TEST

/* Two branches at each of 30 levels. */
START_TEST(test_exponential)
{
	struct buf b = { 0 };
	struct value v = value_int(1);

	buf_puts(&b, "{\"$ref\":\"#/$defs/l0\",\"$defs\":{");
	for (int i = 0; i < 30; i++)
		buf_printf(&b, "\"l%d\":{\"anyOf\":[{\"allOf\":[{\"$ref\":\"#/$defs/l%d\"}]},{\"$ref\":\"#/$defs/l%d\"}]},", i, i + 1, i + 1);
	buf_puts(&b, "\"l30\":{\"type\":\"string\"}}}");
	given_up(buf_cstr(&b), &v);
	buf_free(&b);
}
END_TEST

static const struct {
	const char	*pattern;
	char		 c;
	size_t		 n;
	const char	*end;
} slow[] = {
	{ "^(a+)+$", 'a', 40, "b" },
	{ "^(a|aa)+$", 'a', 60, "b" },
	{ "^(a|a)*$", 'a', 60, "b" },
	{ "(.*a){20}", 'a', 30, "b" },
	{ "^(([a-z])+.)+[A-Z]([a-z])+$", 'a', 60, "" },
	{ "(a?){60}a{60}$", 'a', 60, "b" },
	/* Quadratic, at each place where a search may begin. */
	{ "a*[bc]", 'a', 1000000, "" },
	{ "\\\\s+$", ' ', 90000, "x" },
	{ "(?=.*b)a", 'a', 1000000, "" },
};

START_TEST(test_slow_patterns)
{
	struct value v = text_of(slow[_i].c, slow[_i].n, slow[_i].end), key[2] = { v, value_int(1) }, map = value_map(key, 1);
	struct buf b = { 0 };

	buf_printf(&b, "{\"pattern\":\"%s\"}", slow[_i].pattern);
	given_up(buf_cstr(&b), &v);
	buf_reset(&b);
	buf_printf(&b, "{\"not\":{\"pattern\":\"%s\"}}", slow[_i].pattern);
	given_up(buf_cstr(&b), &v);
	buf_reset(&b);
	buf_printf(&b, "{\"anyOf\":[{\"pattern\":\"%s\"},true]}", slow[_i].pattern);
	given_up(buf_cstr(&b), &v);
	buf_reset(&b);
	buf_printf(&b, "{\"patternProperties\":{\"%s\":false}}", slow[_i].pattern);
	given_up(buf_cstr(&b), &map);
	buf_free(&b);
}
END_TEST

/* Each of many texts takes a little less than too long. */
START_TEST(test_many_slow)
{
	struct value *items = arena_array(&arena, 20000, sizeof(*items)), v = value_seq(VALUE_VECTOR, items, 20000);

	for (size_t i = 0; i < 20000; i++)
		items[i] = text_of('a', 14, "b");
	given_up("{\"items\":{\"not\":{\"pattern\":\"^(a+)+$\"}}}", &v);
}
END_TEST

/* Patterns of clients are only compiled, and that takes long enough. */
START_TEST(test_many_regexes)
{
	struct value *items = arena_array(&arena, 50000, sizeof(*items)), v = value_seq(VALUE_VECTOR, items, 50000);

	for (size_t i = 0; i < 50000; i++)
		items[i] = value_cstring("(?:abcdefgh){200}");
	given_up("{\"items\":{\"format\":\"regex\"}}", &v);
}
END_TEST

/* And what is only long is compared. */
static const struct {
	const char	*pattern;
	char		 c;
	size_t		 n;
	const char	*end;
} long_texts[] = {
	{ "^(a|b)*$", 'a', 5000, "" },
	{ "^[a-z ]*$", 'a', 1000000, "" },
	{ "^([a-z]+\\\\s?)+$", 'a', 5000, "" },
	{ "needle", 'a', 1000000, "needle" },
	{ "b$", 'a', 1000000, "b" },
};

START_TEST(test_long_texts)
{
	struct value v = text_of(long_texts[_i].c, long_texts[_i].n, long_texts[_i].end);
	struct schema_errors errors = { 0 };
	struct buf b = { 0 };
	struct schema *s;

	buf_printf(&b, "{\"pattern\":\"%s\"}", long_texts[_i].pattern);
	s = compile(buf_cstr(&b));
	ck_assert_msg(schema_validate(s, &v, &arena, &errors), "%s: %s", long_texts[_i].pattern, errors.list[0].found);
	schema_free(s);
	buf_free(&b);
}
END_TEST

/* Two large objects that are equal, the one in the other's reverse order; and many of one hash each. */
START_TEST(test_large_objects)
{
	enum { MEMBERS = 60000 };
	struct value *items[2], pair[2], v;
	struct schema *s = compile("{\"uniqueItems\":true}");
	struct schema_errors errors = { 0 };

	for (int k = 0; k < 2; k++) {
		items[k] = arena_array(&arena, 2 * MEMBERS, sizeof(struct value));
		for (int i = 0; i < MEMBERS; i++) {
			int at = k == 0 ? i : MEMBERS - 1 - i;

			items[k][2 * at] = value_cstring(arena_printf(&arena, "member%d", i));
			items[k][2 * at + 1] = value_int(i);
		}
		pair[k] = value_map(items[k], MEMBERS);
	}
	v = value_seq(VALUE_VECTOR, pair, 2);
	ck_assert(!schema_validate(s, &v, &arena, &errors));
	ck_assert_str_eq(errors.list[0].found, "items 0 and 1 equal");
	items[1][1] = value_int(7);
	ck_assert(schema_validate(s, &v, &arena, NULL));
	schema_free(s);
}
END_TEST

/* An arena that is full: what could not be looked at is not valid. */
static const char *const hungry[] = {
	"{\"additionalProperties\":false}",
	"{\"properties\":{\"a\":{}},\"unevaluatedProperties\":false}",
	"{\"propertyNames\":{\"maxLength\":3}}",
	"{\"additionalProperties\":{\"pattern\":\"^x\"}}",
	"{\"not\":{\"additionalProperties\":{\"const\":\"a/b\"}}}",
};

START_TEST(test_full_arena)
{
	struct value *items = arena_array(&arena, 20000, sizeof(*items)), v = value_map(items, 10000);
	struct schema *s = compile(hungry[_i]);
	struct schema_errors errors = { 0 };
	struct arena small;

	for (int i = 0; i < 10000; i++) {
		char *name = arena_printf(&arena, "n%d", i);

		items[2 * i] = value_keyword(&arena, "ns", 2, name, strlen(name));
		items[2 * i + 1] = value_keyword(&arena, "a", 1, "b", 1);
	}
	for (size_t size = 4096; size < 200000; size += 8192) {
		arena_init(&small, size);
		ck_assert_msg(!schema_validate(s, &v, &small, NULL), "valid in %zu bytes", size);
		arena_free(&small);
		arena_init(&small, size);
		errors = (struct schema_errors){ 0 };
		ck_assert_msg(!schema_validate(s, &v, &small, &errors), "valid in %zu bytes, with errors", size);
		arena_free(&small);
	}
	schema_free(s);
}
END_TEST

/* A coercion that has no room fails. */
START_TEST(test_full_coercion)
{
	struct value *items = arena_array(&arena, 10000, sizeof(*items)), v = value_seq(VALUE_VECTOR, items, 10000), out;
	struct schema *s = compile("{\"items\":{\"x-edn-type\":\"keyword\"}}");
	struct schema_errors errors = { 0 };
	struct arena small;

	for (int i = 0; i < 10000; i++)
		items[i] = value_cstring("a");
	arena_init(&small, 200000);
	ck_assert(!schema_coerce(s, &v, &small, &out, &errors));
	arena_free(&small);
	schema_free(s);
}
END_TEST

/* Numbers whose digits written out would fill the machine. */
START_TEST(test_far_numbers)
{
	static const char *const schemas[] = { "{\"multipleOf\":0.01}", "{\"multipleOf\":3}", "{\"multipleOf\":1e-300}",
		"{\"minimum\":0.5}", "{\"const\":1e308}", "{\"type\":\"integer\"}", "{\"uniqueItems\":true}" };
	static const char text[] = "[1E+2147483647M 1E-2147483647M 7E+1000000000M -3E-1000000M 1e308 5e-324]";
	struct codec_error err;
	struct value v;

	ck_assert_int_eq(edn_read((const uint8_t *)text, strlen(text), &codec_request_limits, &arena, &v, &err), 0);
	for (size_t i = 0; i < sizeof(schemas) / sizeof(schemas[0]); i++) {
		struct schema *s = compile(schemas[i]);

		for (uint32_t j = 0; j < v.n; j++)
			schema_validate(s, &v.u.items[j], &arena, NULL);
		schema_validate(s, &v, &arena, NULL);
		schema_free(s);
	}
}
END_TEST

/* Schemas that are too large or too deep are refused. */
START_TEST(test_large_schema)
{
	struct schema_options o = { 0 };
	struct schema_errors errors = { 0 };
	struct buf b = { 0 };
	struct value v;

	buf_puts(&b, "{\"allOf\":[true");
	for (int i = 0; i < 30000; i++)
		buf_puts(&b, ",{\"minLength\":1}");
	buf_puts(&b, "]}");
	v = json(buf_cstr(&b));
	ck_assert_ptr_null(schema_compile(&v, &o, &arena, &errors));
	ck_assert_uint_gt(errors.n, 0);
	buf_free(&b);
}
END_TEST

#define N(a)	(int)(sizeof(a) / sizeof((a)[0]))

int
main(void)
{
	Suite *s = suite_create("schema_limits");
	TCase *t = tcase_create("limits");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, test_endless, 0, N(endless));
	tcase_add_test(t, test_exponential);
	tcase_add_loop_test(t, test_slow_patterns, 0, N(slow));
	tcase_add_test(t, test_many_slow);
	tcase_add_test(t, test_many_regexes);
	tcase_add_loop_test(t, test_long_texts, 0, N(long_texts));
	tcase_add_test(t, test_large_objects);
	tcase_add_loop_test(t, test_full_arena, 0, N(hungry));
	tcase_add_test(t, test_full_coercion);
	tcase_add_test(t, test_far_numbers);
	tcase_add_test(t, test_large_schema);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
