/*
 * check_schema_compat.c: src/command/schema/compat*.c: the table of verdicts, and random pairs of schemas: where the answer
 * is yes, no value may be found that the former takes and the next does not.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "command/schema/schema.h"
#include "tsv.h"
#include "value/json.h"

static struct arena arena;

static struct value
json(const char *text)
{
	struct codec_error err;
	struct value v;

	if (json_read((const uint8_t *)text, strlen(text), &codec_request_limits, &arena, &v, &err) == -1)
		ck_abort_msg("%s: %s", text, err.text);
	return v;
}

static bool
compiles(const struct value *v)
{
	struct schema_options o = { .formats = true };
	struct schema_errors errors = { 0 };
	struct schema *s = schema_compile(v, &o, &arena, &errors);

	schema_free(s);
	return s != NULL;
}

static void
check_row(const struct tsv *t)
{
	struct value former = json(t->field[2]), next = json(t->field[3]);
	bool yes = strcmp(t->field[0], "yes") == 0, answer;
	struct schema_errors errors = { 0 };

	ck_assert_msg(compiles(&former) && compiles(&next), "row %u: not a schema", t->line);
	answer = schema_compatible(&former, &next, &arena, &errors);
	ck_assert_msg(answer == yes, "row %u, %s: answered %s (%s: expected %s, found %s)", t->line, t->field[4],
	    answer ? "yes" : "no", errors.n > 0 ? errors.list[0].pointer : "", errors.n > 0 ? errors.list[0].expected : "",
	    errors.n > 0 ? errors.list[0].found : "");
	ck_assert_msg((errors.n == 0) == yes, "row %u: %zu errors", t->line, errors.n);
	ck_assert_msg(yes || strcmp(errors.list[0].pointer, t->field[1]) == 0, "row %u: error at %s, not %s", t->line,
	    errors.n > 0 ? errors.list[0].pointer : "", t->field[1]);
	ck_assert_msg(schema_compatible(&former, &former, &arena, NULL) && schema_compatible(&next, &next, &arena, NULL),
	    "row %u: a schema is not compatible with itself", t->line);
}

START_TEST(test_rows)
{
	struct tsv t;

	tsv_open(&t, "schema-compatible.tsv");
	while (tsv_next(&t)) {
		ck_assert_uint_eq(t.n, 5);
		arena_init(&arena, 0);
		check_row(&t);
		arena_free(&arena);
	}
	tsv_close(&t);
}
END_TEST

/* Remarks, which the schema with itself differs in, must not hide that the rest is the same. */
START_TEST(test_itself_with_remarks)
{
	struct tsv t;

	tsv_open(&t, "schema-compatible.tsv");
	while (tsv_next(&t)) {
		struct value former, next;
		char text[4096];

		if (t.field[2][0] != '{' || t.field[2][1] == '}')
			continue;
		arena_init(&arena, 0);
		former = json(t.field[2]);
		snprintf(text, sizeof(text), "{\"title\":\"t\",%s", t.field[2] + 1);
		next = json(text);
		ck_assert_msg(schema_compatible(&former, &next, &arena, NULL), "row %u: with a title", t.line);
		arena_free(&arena);
	}
	tsv_close(&t);
}
END_TEST

/* splitmix64 */
static uint64_t seed;

static unsigned
below(unsigned n)
{
	uint64_t x = seed += UINT64_C(0x9E3779B97F4A7C15);

	x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
	return (unsigned)((x ^ x >> 31) % n);
}

static const char *const scalars[] = {
	"null", "true", "false", "0", "1", "2", "3", "6", "2.5", "-1", "\"\"", "\"a\"", "\"ab\"", "\"abc\"", "\"b\"",
};
#define NSCALARS (sizeof(scalars) / sizeof(scalars[0]))

static void
put_instance(struct buf *b, unsigned depth)
{
	unsigned kind = depth == 0 ? 0 : below(4), n = below(4);

	if (kind < 2) {
		buf_puts(b, scalars[below(NSCALARS)]);
		return;
	}
	buf_putc(b, kind == 2 ? '[' : '{');
	for (unsigned i = 0; i < n; i++) {
		buf_puts(b, i > 0 ? "," : "");
		if (kind == 3)
			buf_printf(b, "\"%.*s%c\":", (int)(i % 2), "x", "abc"[i % 3]);
		put_instance(b, depth - 1);
	}
	buf_putc(b, kind == 2 ? ']' : '}');
}

static void	put_schema(struct buf *b, unsigned depth);

static void
put_list(struct buf *b, const char *keyword, unsigned depth)
{
	unsigned n = 1 + below(3);

	buf_printf(b, "\"%s\":[", keyword);
	for (unsigned i = 0; i < n; i++) {
		buf_puts(b, i > 0 ? "," : "");
		put_schema(b, depth);
	}
	buf_putc(b, ']');
}

static void
put_map(struct buf *b, const char *keyword, const char *const *names, unsigned n, unsigned depth)
{
	bool first = true;

	buf_printf(b, "\"%s\":{", keyword);
	for (unsigned i = 0; i < n; i++) {
		if (below(2) == 0)
			continue;
		buf_printf(b, "%s\"%s\":", first ? "" : ",", names[i]);
		put_schema(b, depth);
		first = false;
	}
	buf_putc(b, '}');
}

static const char *const member_names[] = { "a", "b", "c", "xb" };
static const char *const name_patterns[] = { "^x", "b$" };

static void
put_scalar_keyword(struct buf *b)
{
	static const char *const types[] = { "\"null\"", "\"string\"", "\"integer\"", "\"number\"", "\"object\"", "\"array\"",
		"[\"string\",\"integer\"]", "[\"object\",\"null\"]", "\"boolean\"" };
	static const char *const counts[] = { "minLength", "maxLength", "minItems", "maxItems", "minProperties",
		"maxProperties" };
	static const char *const bounds[] = { "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum" };
	unsigned a = below(NSCALARS), c = (a + 1 + below(NSCALARS - 1)) % NSCALARS;

	switch (below(9)) {
	case 0: buf_printf(b, "\"%s\":%u", counts[below(6)], below(4)); break;
	case 1: buf_printf(b, "\"%s\":%u", bounds[below(4)], below(4)); break;
	case 2: buf_printf(b, "\"multipleOf\":%u", 1 + below(3)); break;
	case 3: buf_printf(b, "\"enum\":[%s,%s]", scalars[a], scalars[c]); break;
	case 4: buf_printf(b, "\"const\":%s", scalars[a]); break;
	case 5: buf_printf(b, "\"required\":[\"%s\"]", member_names[below(4)]); break;
	case 6: buf_printf(b, "\"uniqueItems\":%s", below(2) ? "true" : "false"); break;
	default: buf_printf(b, "\"type\":%s", types[below(9)]); break;
	}
}

static void
put_keyword(struct buf *b, unsigned depth)
{
	static const char *const ones[] = { "additionalProperties", "unevaluatedProperties", "items", "unevaluatedItems",
		"contains", "not", "propertyNames" };

	switch (depth == 0 ? 0 : below(12)) {
	case 3: put_list(b, "allOf", depth - 1); break;
	case 4: put_list(b, "anyOf", depth - 1); break;
	case 5: put_list(b, "oneOf", depth - 1); break;
	case 6: put_map(b, "properties", member_names, 4, depth - 1); break;
	case 7: put_map(b, "patternProperties", name_patterns, 2, depth - 1); break;
	case 8: put_map(b, "dependentSchemas", member_names, 4, depth - 1); break;
	case 9:
		buf_puts(b, "\"if\":");
		put_schema(b, depth - 1);
		buf_puts(b, ",\"then\":");
		put_schema(b, depth - 1);
		buf_puts(b, ",\"else\":");
		put_schema(b, depth - 1);
		break;
	case 10:
		buf_printf(b, "\"%s\":", ones[below(7)]);
		put_schema(b, depth - 1);
		break;
	case 11: put_list(b, "prefixItems", depth - 1); break;
	default: put_scalar_keyword(b); break;
	}
}

/* A keyword that comes twice: the last one stands. */
static void
put_schema(struct buf *b, unsigned depth)
{
	unsigned n = 1 + below(3);

	if (below(12) == 0) {
		buf_puts(b, below(2) ? "true" : "false");
		return;
	}
	buf_putc(b, '{');
	for (unsigned i = 0; i < n; i++) {
		buf_puts(b, i > 0 ? "," : "");
		put_keyword(b, depth);
	}
	buf_putc(b, '}');
}

/* A small change somewhere in a text of JSON: a digit, or a type. */
static void
change(struct buf *b)
{
	size_t digits = 0, chosen;

	for (size_t i = 0; i < b->len; i++)
		digits += b->data[i] >= '0' && b->data[i] <= '9';
	if (digits == 0)
		return;
	chosen = below((unsigned)digits);
	for (size_t i = 0; i < b->len; i++)
		if (b->data[i] >= '0' && b->data[i] <= '9' && chosen-- == 0)
			b->data[i] = (uint8_t)('1' + below(4));
}

static bool
valid(const struct schema *s, const struct value *v)
{
	return schema_validate(s, v, &arena, NULL);
}

/* Values that former takes must be taken by next. */
static void
try_values(const struct schema *former, const struct schema *next, const char *a, const char *b)
{
	for (int i = 0; i < 200; i++) {
		struct buf text = { 0 };
		struct value v;

		put_instance(&text, 2);
		v = json(buf_cstr(&text));
		if (valid(former, &v) && !valid(next, &v))
			ck_abort_msg("%s is told to be compatible with %s, and differs at %s", b, a, buf_cstr(&text));
		buf_free(&text);
	}
}

static bool
try_pair(unsigned how)
{
	struct schema_options o = { 0 };
	struct schema_errors errors = { 0 };
	struct buf a = { 0 }, b = { 0 };
	struct schema *former, *next;
	struct value x, y;
	uint64_t start = seed;
	bool yes = false;

	arena_init(&arena, 0);
	put_schema(&a, 2);
	if (how % 2 == 0) {
		buf_put(&b, a.data, a.len);
		change(&b);
	} else {
		put_schema(&b, 1 + how % 2);
	}
	x = json(buf_cstr(&a));
	y = json(buf_cstr(&b));
	former = schema_compile(&x, &o, &arena, &errors);
	next = schema_compile(&y, &o, &arena, &errors);
	if (former != NULL && next != NULL) {
		ck_assert_msg(schema_compatible(&x, &x, &arena, NULL), "seed %" PRIu64 ": %s with itself", start, buf_cstr(&a));
		if ((yes = schema_compatible(&x, &y, &arena, NULL)))
			try_values(former, next, buf_cstr(&a), buf_cstr(&b));
	}
	schema_free(former);
	schema_free(next);
	buf_free(&a);
	buf_free(&b);
	arena_free(&arena);
	return yes;
}

START_TEST(test_random)
{
	unsigned pairs = getenv("SCHEMA_PAIRS") != NULL ? (unsigned)atoi(getenv("SCHEMA_PAIRS")) : 3000, yes = 0;

	for (unsigned i = 0; i < pairs; i++) {
		seed = i * UINT64_C(1000003);
		yes += try_pair(i);
	}
	ck_assert_msg(yes > pairs / 20, "only %u of %u are compatible: nothing was tried", yes, pairs);
}
END_TEST

/* Schemas that branch at every level: an answer comes, and it is no. */
START_TEST(test_bounded)
{
	struct buf a = { 0 }, b = { 0 };
	struct schema_errors errors = { 0 };
	struct value x, y;

	arena_init(&arena, 0);
	for (int i = 0; i < 12; i++) {
		buf_puts(&a, "{\"anyOf\":[{\"minLength\":1},{\"minimum\":1},{\"minItems\":1}],\"properties\":{\"a\":");
		buf_puts(&b, "{\"anyOf\":[{\"minLength\":1},{\"minimum\":1},{\"minItems\":2}],\"properties\":{\"a\":");
	}
	buf_puts(&a, "{\"type\":\"string\"}");
	buf_puts(&b, "{\"type\":\"integer\"}");
	for (int i = 0; i < 12; i++) {
		buf_puts(&a, "}}");
		buf_puts(&b, "}}");
	}
	x = json(buf_cstr(&a));
	y = json(buf_cstr(&b));
	ck_assert(!schema_compatible(&x, &y, &arena, &errors));
	ck_assert_uint_gt(errors.n, 0);
	buf_free(&a);
	buf_free(&b);
	arena_free(&arena);
}
END_TEST

/* As many errors as were asked for, each with its sentence. */
START_TEST(test_errors)
{
	struct schema_errors errors = { .max = 2 };
	struct value x, y;

	arena_init(&arena, 0);
	x = json("{\"properties\":{\"name\":{\"type\":\"string\",\"maxLength\":20},\"n\":{\"type\":\"integer\"}}}");
	y = json("{\"required\":[\"n\"],\"properties\":{\"name\":{\"type\":\"string\",\"maxLength\":10},"
	    "\"n\":{\"type\":\"string\"}}}");
	ck_assert(!schema_compatible(&x, &y, &arena, &errors));
	ck_assert_uint_eq(errors.n, 2);
	ck_assert_str_eq(errors.list[0].pointer, "/required");
	ck_assert_str_eq(errors.list[0].expected, "nothing required that was not before");
	ck_assert_str_eq(errors.list[0].found, "\"n\" (1 character)");
	ck_assert_str_eq(errors.list[1].pointer, "/properties/name/maxLength");
	ck_assert_str_eq(errors.list[1].keyword, "maxLength");
	ck_assert_str_eq(errors.list[1].expected, "20, as before, or less strict");
	ck_assert_str_eq(errors.list[1].found, "10");
	arena_free(&arena);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("schema_compat");
	TCase *tc = tcase_create("all");
	SRunner *sr;
	int failed;

	tcase_add_test(tc, test_rows);
	tcase_add_test(tc, test_itself_with_remarks);
	tcase_add_test(tc, test_random);
	tcase_add_test(tc, test_bounded);
	tcase_add_test(tc, test_errors);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed > 0;
}
