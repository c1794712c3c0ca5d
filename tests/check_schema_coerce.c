/*
 * check_schema_coerce.c: x-edn-type: data as JSON clients send it, given the types that the schema names. What must come
 * out is said in EDN.
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
	arena_init(&arena, (size_t)16 << 20);
}

static void
teardown(void)
{
	arena_free(&arena);
}

/* JSON, or where it begins with a space EDN. */
static struct value
read_text(const char *text)
{
	codec_read_fn *read = text[0] == ' ' ? edn_read : json_read;
	struct codec_error err;
	struct value v;

	if (read((const uint8_t *)text, strlen(text), &codec_request_limits, &arena, &v, &err) == -1)
		ck_abort_msg("%s: %s", text, err.text);
	return v;
}

static struct schema *
compile(const char *text)
{
	struct schema_options o = { 0 };
	struct schema_errors errors = { 0 };
	struct value document = read_text(text);
	struct schema *s = schema_compile(&document, &o, &arena, &errors);

	if (s == NULL)
		ck_abort_msg("%s: %s: expected %s, found %s", text, errors.list[0].pointer, errors.list[0].expected,
		    errors.list[0].found);
	return s;
}

#define T(type)		"{\"x-edn-type\":\"" type "\"}"
#define LIST(type)	"{\"items\":{\"x-edn-type\":\"" type "\"}}"
#define UUID		"6f1c1f3e-8a3a-4f53-9c3a-0d6d7a2f1b11"

static const struct {
	const char	*schema, *data, *out;
} cases[] = {
	/* Each type. */
	{ T("uuid"), "\"" UUID "\"", " #uuid \"" UUID "\"" },
	{ T("uuid"), "\"6F1C1F3E-8A3A-4F53-9C3A-0D6D7A2F1B11\"", " #uuid \"" UUID "\"" },
	{ LIST("keyword"), "[\"a\",\"a/b\",\"a/b/c\",\"/\"]", " [:a :a/b #kw [\"a\" \"b/c\"] :/]" },
	{ LIST("symbol"), "[\"a\",\"a/b\"]", " [a a/b]" },
	{ LIST("inst"), "[\"2016-09-20T12:34:56Z\",\"2016-09-20T14:34:56.789123+02:00\"]",
	    " [#inst \"2016-09-20T12:34:56Z\" #inst \"2016-09-20T12:34:56.789Z\"]" },
	{ T("uri"), "\"http://example.org/\"", " #uri \"http://example.org/\"" },
	{ LIST("bytes"), "[\"AP8=\",\"\"]", " [#bytes \"00ff\" #bytes \"\"]" },
	{ LIST("char"), "[\"a\",\"\xc3\xa4\"]", " [\\a \\\xc3\xa4]" },
	{ LIST("integer"), "[1,5.0,5e2,18446744073709551616,-0.0]", " [1 5 500 18446744073709551616 0]" },
	{ LIST("bigint"), "[1,5.0,-3]", " [1N 5N -3N]" },
	{ LIST("bigdec"), "[19.99,\"10.00\",\"1E-3\",3,10.0,18446744073709551616]",
	    " [19.99M 10.00M 0.001M 3M 10M 18446744073709551616M]" },
	{ LIST("double"), "[1,1.5,-3]", " [1.0 1.5 -3.0]" },
	{ LIST("float"), "[1,0.1]", " [#float 1.0 #float 0.1]" },
	{ T("set"), "[1,2,\"a\"]", " #{1 2 \"a\"}" },
	{ T("list"), "[1,2]", " (1 2)" },

	/* Of that type already, or of another that JSON does not have: as it is. */
	{ T("uuid"), " #uuid \"" UUID "\"", " #uuid \"" UUID "\"" },
	{ LIST("keyword"), " [:a/b \\a #uuid \"" UUID "\"]", " [:a/b \\a #uuid \"" UUID "\"]" },
	{ LIST("bigdec"), " [1.50M 1/3 1N]", " [1.50M 1/3 1M]" },
	{ T("set"), " #{1}", " #{1}" },
	{ LIST("uuid"), "[1,null,true,[],{}]", "[1,null,true,[],{}]" },
	{ LIST("bigdec"), "[null,true,[],{}]", "[null,true,[],{}]" },

	/* Where it reaches. */
	{ "{\"properties\":{\"a\":" T("keyword") "}}", "{\"a\":\"x\",\"b\":\"y\"}", " {:a :x :b \"y\"}" },
	{ "{\"patternProperties\":{\"-id$\":" T("uuid") "}}", "{\"x-id\":\"" UUID "\",\"y\":\"z\"}",
	    " {:x-id #uuid \"" UUID "\" :y \"z\"}" },
	{ "{\"properties\":{\"a\":{}},\"additionalProperties\":" T("keyword") "}", "{\"a\":\"x\",\"b\":\"y\"}", " {:a \"x\" :b :y}" },
	{ "{\"additionalProperties\":" T("keyword") "}", " {1 \"x\"}", " {1 :x}" },
	{ "{\"prefixItems\":[" T("keyword") "],\"items\":" T("symbol") "}", "[\"a\",\"b\",\"c\"]", " [:a b c]" },
	{ "{\"items\":{\"items\":" T("keyword") "}}", "[[\"a\"],[],[\"b\",1]]", " [[:a] [] [:b 1]]" },
	{ "{\"$ref\":\"#/$defs/k\",\"$defs\":{\"k\":" T("keyword") "}}", "\"a\"", " :a" },
	{ "{\"properties\":{\"v\":" T("keyword") ",\"next\":{\"$ref\":\"#\"}}}", "{\"v\":\"a\",\"next\":{\"v\":\"b\",\"next\":{}}}",
	    " {:v :a :next {:v :b :next {}}}" },
	{ "{\"allOf\":[{\"properties\":{\"a\":" T("keyword") "}},{\"properties\":{\"b\":" T("symbol") "}}]}",
	    "{\"a\":\"x\",\"b\":\"y\"}", " {:a :x :b y}" },
	{ "{\"dependentSchemas\":{\"k\":{\"properties\":{\"a\":" T("keyword") "}}}}", "{\"k\":1,\"a\":\"x\"}", " {:k 1 :a :x}" },
	{ "{\"dependentSchemas\":{\"k\":{\"properties\":{\"a\":" T("keyword") "}}}}", "{\"a\":\"x\"}", "{\"a\":\"x\"}" },
	{ "{\"anyOf\":[{\"maxLength\":1,\"x-edn-type\":\"keyword\"},{\"x-edn-type\":\"symbol\"}]}", "\"a\"", " :a" },
	{ "{\"anyOf\":[{\"maxLength\":1,\"x-edn-type\":\"keyword\"},{\"x-edn-type\":\"symbol\"}]}", "\"ab\"", " ab" },
	{ "{\"oneOf\":[{\"maxLength\":1,\"x-edn-type\":\"keyword\"},{\"minLength\":2,\"x-edn-type\":\"symbol\"}]}", "\"ab\"", " ab" },
	{ "{\"if\":{\"maxLength\":1},\"then\":" T("keyword") ",\"else\":" T("symbol") "}", "\"a\"", " :a" },
	{ "{\"if\":{\"maxLength\":1},\"then\":" T("keyword") ",\"else\":" T("symbol") "}", "\"ab\"", " ab" },
	{ "{\"if\":" T("keyword") "}", "\"a\"", " :a" },
	/* Where it does not. */
	{ "{\"not\":{\"maxLength\":1,\"x-edn-type\":\"keyword\"}}", "\"ab\"", "\"ab\"" },
	{ "{\"contains\":" T("keyword") "}", "[\"a\"]", "[\"a\"]" },
	{ "{\"propertyNames\":" T("symbol") "}", "{\"a\":1}", "{\"a\":1}" },
	{ "{\"unevaluatedProperties\":" T("keyword") "}", "{\"a\":\"x\"}", "{\"a\":\"x\"}" },
	{ "{\"unevaluatedItems\":" T("keyword") "}", "[\"a\"]", "[\"a\"]" },
	{ "{\"$defs\":{\"k\":" T("keyword") "}}", "\"a\"", "\"a\"" },

	/* Two of them: what is applied comes before what stands beside it, and the first gives the type. */
	{ "{\"allOf\":[" T("symbol") "," T("keyword") "],\"x-edn-type\":\"uri\"}", "\"a\"", " a" },
	{ "{\"x-edn-type\":\"set\",\"items\":" T("keyword") "}", "[\"a\",\"b\"]", " #{:a :b}" },

	/* The order and the other members stay. */
	{ "{\"properties\":{\"b\":" T("keyword") "}}", "{\"c\":{\"d\":[1]},\"b\":\"x\",\"a\":null}", " {:c {:d [1]} :b :x :a nil}" },
};

START_TEST(test_cases)
{
	struct schema *s = compile(cases[_i].schema);
	struct value v = read_text(cases[_i].data), before = read_text(cases[_i].data), expected = read_text(cases[_i].out), out;
	struct schema_errors errors = { 0 };
	struct buf text = { 0 };
	struct codec_error err;

	ck_assert(schema_validate(s, &v, &arena, &errors));
	if (!schema_coerce(s, &v, &arena, &out, &errors))
		ck_abort_msg("%s of %s: %s", cases[_i].schema, cases[_i].data, errors.n > 0 ? errors.list[0].expected : "");
	edn_write(&text, &out, &err);
	ck_assert_msg(value_equal(&out, &expected), "%s of %s is %s", cases[_i].schema, cases[_i].data, buf_cstr(&text));
	ck_assert_msg(value_equal(&v, &before), "%s changed what it was given: %s", cases[_i].schema, cases[_i].data);
	/* What came out has its types: a second time changes nothing. */
	ck_assert(schema_coerce(s, &out, &arena, &before, &errors));
	ck_assert(value_equal(&out, &before));
	buf_free(&text);
	schema_free(s);
}
END_TEST

static const struct {
	const char	*schema, *data, *pointer, *expected;
} refused[] = {
	{ T("uuid"), "\"6f1c1f3e\"", "", "UUID" },
	{ T("uuid"), "\"\"", "", "UUID" },
	{ "{\"properties\":{\"a/b\":{\"items\":" T("inst") "}}}", "{\"a/b\":[\"2016-09-20T12:34:56Z\",\"yesterday\"]}", "/a~1b/1",
	    "RFC 3339" },
	{ T("keyword"), "\"\"", "", "keyword" },
	{ T("bytes"), "\"AP8\"", "", "base64" },
	{ T("bytes"), "\"A*8=\"", "", "base64" },
	{ T("char"), "\"ab\"", "", "one character" },
	{ T("char"), "\"\"", "", "one character" },
	{ T("char"), "\"\xf0\x9d\x84\x9e\"", "", "one character" },
	{ T("integer"), "1.5", "", "whole number" },
	{ T("bigint"), "1.5", "", "whole number" },
	{ T("bigdec"), "\"ten\"", "", "decimal" },
	{ T("bigdec"), "\"\"", "", "decimal" },
	{ T("float"), "1e300", "", "float" },
	{ T("set"), "[1,1]", "", "different" },
	{ "{\"x-edn-type\":\"set\",\"items\":" T("integer") "}", "[1,1.0]", "", "different" },
};

START_TEST(test_refused)
{
	struct schema *s = compile(refused[_i].schema);
	struct value v = read_text(refused[_i].data), out;
	struct schema_errors errors = { 0 };

	ck_assert(schema_validate(s, &v, &arena, &errors));
	ck_assert_msg(!schema_coerce(s, &v, &arena, &out, &errors), "%s took %s", refused[_i].schema, refused[_i].data);
	ck_assert_uint_eq(errors.n, 1);
	ck_assert_str_eq(errors.list[0].keyword, "x-edn-type");
	ck_assert_str_eq(errors.list[0].pointer, refused[_i].pointer);
	ck_assert_msg(strstr(errors.list[0].expected, refused[_i].expected) != NULL, "%s", errors.list[0].expected);
	schema_free(s);
}
END_TEST

/* Nothing is copied where nothing changes. */
START_TEST(test_shared)
{
	struct schema *s = compile("{\"properties\":{\"a\":" T("keyword") ",\"b\":" LIST("uuid") "}}");
	struct schema_errors errors = { 0 };
	struct value v, out;

	v = read_text("{\"b\":[1,2],\"c\":[3]}");
	ck_assert(schema_coerce(s, &v, &arena, &out, &errors));
	ck_assert_ptr_eq(out.u.items, v.u.items);
	v = read_text("{\"a\":\"x\",\"b\":[1,2],\"c\":[3]}");
	ck_assert(schema_coerce(s, &v, &arena, &out, &errors));
	ck_assert_ptr_ne(out.u.items, v.u.items);
	ck_assert_ptr_eq(out.u.items[3].u.items, v.u.items[3].u.items);
	ck_assert_uint_eq(out.spare, 0);
	ck_assert_uint_eq(out.u.items[1].spare, 0);
	schema_free(s);
}
END_TEST

#define N(a)	(int)(sizeof(a) / sizeof((a)[0]))

int
main(void)
{
	Suite *s = suite_create("schema_coerce");
	TCase *t = tcase_create("coerce");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, test_cases, 0, N(cases));
	tcase_add_loop_test(t, test_refused, 0, N(refused));
	tcase_add_test(t, test_shared);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
