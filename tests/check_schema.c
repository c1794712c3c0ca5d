/*
 * check_schema.c: src/command/schema beyond what the official suite asks (schema_suite.sh): types that JSON does not have,
 * exact numbers, errors. Data is said in EDN, which has every type.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "command/schema/schema.h"
#include "value/edn.h"
#include "value/json.h"

#define MEMORY	((size_t)16 << 20)

static struct arena arena;

static void
setup(void)
{
	arena_init(&arena, MEMORY);
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
		ck_abort_msg("%s: %s", text, err.text);
	return v;
}

static struct value
edn(const char *text)
{
	struct codec_error err;
	struct value v;

	if (edn_read((const uint8_t *)text, strlen(text), &codec_request_limits, &arena, &v, &err) == -1)
		ck_abort_msg("%s: %s", text, err.text);
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
		ck_abort_msg("%s: %s: expected %s, found %s", text, errors.list[0].pointer, errors.list[0].expected,
		    errors.list[0].found);
	ck_assert_uint_eq(errors.n, 0);
	return s;
}

static const struct {
	const char	*schema, *data;		/* of several values, a vector: each is compared */
	bool		 valid;
} cases[] = {
	/* Types. */
	{ "{\"type\":\"null\"}", "[nil]", true },
	{ "{\"type\":\"boolean\"}", "[true false]", true },
	{ "{\"type\":\"integer\"}", "[1 -1 5N 18446744073709551616 2.0 2.00M 1e3 3M #byte 7 1E+2M]", true },
	{ "{\"type\":\"integer\"}", "[1.5 1.50M 1/3 \"1\" \\1 #float 2.5]", false },
	{ "{\"type\":\"number\"}", "[1 1.5 1.50M 1/3 18446744073709551616 #float 0.1 #byte -1]", true },
	{ "{\"type\":\"number\"}", "[##NaN ##Inf ##-Inf \"1\" nil]", false },
	{ "{\"type\":\"string\"}", "[\"a\" :a :a/b a a/b \\a #uuid \"6f1c1f3e-8a3a-4f53-9c3a-0d6d7a2f1b11\" "
	    "#inst \"2016-09-20T12:34:56Z\" #uri \"http://a/\" #regex \"a*\" #bytes \"00ff\"]", true },
	{ "{\"type\":\"string\"}", "[1 nil true [] {} #{} #fressian/tagged [\"x\" [1]]]", false },
	{ "{\"type\":\"array\"}", "[[] (1 2) #{1} #intarray [1 2] #objectarray [1 :a]]", true },
	{ "{\"type\":\"object\"}", "[{} {:a 1} {\"a\" 1} {1 2}]", true },
	{ "{\"type\":[\"null\",\"boolean\",\"number\",\"string\",\"array\",\"object\"]}",
	    "[#fressian/tagged [\"x\" [1]] ##NaN]", false },
	{ "{}", "[#fressian/tagged [\"x\" [1]] ##NaN nil]", true },
	{ "{\"minLength\":9,\"minimum\":9,\"minItems\":9,\"minProperties\":9}", "[#fressian/tagged [\"x\" [1]] ##NaN]", true },

	/* Texts of what is no string in JSON. */
	{ "{\"const\":\"a\"}", "[\"a\" :a a \\a #uri \"a\" #regex \"a\"]", true },
	{ "{\"const\":\"a/b\"}", "[\"a/b\" :a/b a/b]", true },
	{ "{\"const\":\":a\"}", "[:a]", false },
	{ "{\"enum\":[\"new\",\"paid\"]}", "[:new \"paid\" new]", true },
	{ "{\"enum\":[\"new\",\"paid\"]}", "[:order/new :sent nil]", false },
	{ "{\"format\":\"uuid\"}", "[#uuid \"6f1c1f3e-8a3a-4f53-9c3a-0d6d7a2f1b11\" \"6F1C1F3E-8a3a-4f53-9c3a-0d6d7a2f1b11\"]",
	    true },
	{ "{\"format\":\"uuid\"}", "[\"6f1c1f3e\" :a #inst \"2016-09-20T12:34:56Z\"]", false },
	{ "{\"format\":\"date-time\"}", "[#inst \"2016-09-20T12:34:56.789-00:00\" \"2016-09-20T12:34:56+02:00\"]", true },
	{ "{\"format\":\"date-time\"}", "[\"2016-09-20\" :a]", false },
	{ "{\"const\":\"2016-09-20T12:34:56.789Z\"}", "[#inst \"2016-09-20T14:34:56.789+02:00\"]", true },
	{ "{\"const\":\"AP8=\",\"minLength\":4,\"maxLength\":4}", "[#bytes \"00ff\"]", true },
	{ "{\"pattern\":\"^order/\"}", "[:order/new \"order/x\"]", true },
	{ "{\"pattern\":\"^:\"}", "[:a :a/b]", false },
	{ "{\"minLength\":3,\"maxLength\":3}", "[\"äöü\" \"𝄞𝄞𝄞\" :abc :a/b]", true },

	/* Numbers, exactly. */
	{ "{\"multipleOf\":0.01}", "[19.99 19.99M 1999/100 0.07 1.1 4.35 -0.57 0 3 1e300 123456789012345678901234567890.01M]",
	    true },
	{ "{\"multipleOf\":0.01}", "[19.999 19.999M 1/3 0.001 1999/1000]", false },
	{ "{\"multipleOf\":0.1}", "[#float 0.3 #float 0.1]", true },
	{ "{\"multipleOf\":3}", "[9 9.0 9.00M 300000000000000000000000000003 -3]", true },
	{ "{\"multipleOf\":3}", "[10 9.5 300000000000000000000000000001]", false },
	{ "{\"const\":1}", "[1 1.0 1N 1M 1.000M #byte 1 #float 1.0 2/2]", true },
	{ "{\"const\":0.1}", "[0.1 0.1M 0.10M 1/10 #float 0.1]", true },
	{ "{\"const\":0.1}", "[0.1000000000000000055511151231257827M 1/9]", false },
	{ "{\"const\":0}", "[-0.0 0 0.0 0M 0.00M]", true },
	{ "{\"maximum\":9007199254740992}", "[9007199254740992 9007199254740992.0 -1e300]", true },
	{ "{\"maximum\":9007199254740992}", "[9007199254740993 9007199254740992.5M 1e300 9007199254740993N]", false },
	{ "{\"minimum\":18446744073709551616}", "[18446744073709551616 1e30 1E+30M]", true },
	{ "{\"minimum\":18446744073709551616}", "[18446744073709551615 1.8e19]", false },
	{ "{\"exclusiveMinimum\":0.3}", "[0.3000000001M 1/3]", true },
	{ "{\"exclusiveMinimum\":0.3}", "[0.3 0.3M 3/10 #float 0.3]", false },
	{ "{\"maximum\":1}", "[1E-1000000000M]", true },
	{ "{\"maximum\":1}", "[1E+1000000000M]", false },
	{ "{\"type\":\"integer\"}", "[1E+1000000000M]", true },
	{ "{\"multipleOf\":0.01}", "[1E+1000000000M -7E+1000000M]", true },
	{ "{\"multipleOf\":0.01}", "[1E-1000000000M]", false },
	{ "{\"multipleOf\":3}", "[3E+1000000000M]", true },
	{ "{\"multipleOf\":3}", "[1E+1000000000M]", false },
	{ "{\"enum\":[1,2.50,100000000000000000000]}", "[2.5M 5/2 1E+20M]", true },
	{ "{\"uniqueItems\":true}", "[[1 \"1\"] [0.1 0.01] #{1 1.0} [1 true] [nil false] [{:a 1} {:a 2}] [[1 2] [2 1]]]", true },
	{ "{\"uniqueItems\":true}", "[[1 1.0] [1 1M] [:a \"a\"] [{:a 1 :b 2} {\"b\" 2.0 \"a\" 1}] [[1] (1)] [0.5 1/2]]", false },

	/* Objects: keywords and strings are names. */
	{ "{\"required\":[\"a\"],\"properties\":{\"a\":{\"type\":\"integer\"}},\"additionalProperties\":false}",
	    "[{:a 1} {\"a\" 1}]", true },
	{ "{\"required\":[\"a\"],\"properties\":{\"a\":{\"type\":\"integer\"}},\"additionalProperties\":false}",
	    "[{} {:a \"1\"} {:a 1 :b 2} {:x/a 1} {:a 1 \"b\" 2} {:a 1 2 3} {:a 1 [1] 2} {:a 1 nil 2} {a 1}]", false },
	{ "{\"properties\":{\"x/a\":{\"type\":\"integer\"}},\"required\":[\"x/a\"]}", "[{:x/a 1} {\"x/a\" 1}]", true },
	{ "{\"properties\":{\"x/a\":{\"type\":\"integer\"}},\"required\":[\"x/a\"]}", "[{:a 1} {:x/a \"1\"}]", false },
	{ "{\"additionalProperties\":{\"type\":\"string\"}}", "[{1 \"a\"} {:a \"a\"}]", true },
	{ "{\"additionalProperties\":{\"type\":\"string\"}}", "[{1 2} {:a 1}]", false },
	{ "{\"patternProperties\":{\"^x-\":{}},\"additionalProperties\":false}", "[{:x-a 1} {\"x-b\" 2}]", true },
	{ "{\"patternProperties\":{\"^x-\":{}},\"additionalProperties\":false}", "[{:a 1} {:y/x-a 1}]", false },
	{ "{\"properties\":{\"a\":{}},\"unevaluatedProperties\":false}", "[{:a 1}]", true },
	{ "{\"properties\":{\"a\":{}},\"unevaluatedProperties\":false}", "[{:a 1 2 3} {:a 1 :b 2}]", false },
	{ "{\"propertyNames\":{\"maxLength\":3}}", "[{:abc 1} {\"abc\" 1} {:a/b 1}]", true },
	{ "{\"propertyNames\":{\"maxLength\":3}}", "[{:abcd 1} {:ab/c 1}]", false },
	{ "{\"maxProperties\":1,\"minProperties\":1}", "[{:a 1} {1 2}]", true },
	{ "{\"dependentRequired\":{\"a\":[\"b\"]}}", "[{:a 1 \"b\" 2} {:b 1}]", true },
	{ "{\"dependentRequired\":{\"a\":[\"b\"]}}", "[{\"a\" 1}]", false },
	{ "{\"required\":[\"a\\u0000b\"]}", "[{\"a\\u0000b\" 1}]", true },
	{ "{\"required\":[\"a\\u0000b\"]}", "[{\"a\" 1}]", false },
	{ "{\"dependentRequired\":{\"a\":[\"b\\u0000c\"]}}", "[{\"a\" 1 \"b\" 2}]", false },

	/* Arrays. */
	{ "{\"items\":{\"type\":\"integer\"},\"minItems\":2}", "[[1 2] (1 2) #{1 2} #intarray [1 2] #longarray [1 2]]", true },
	{ "{\"items\":{\"type\":\"integer\"},\"minItems\":2}", "[[1] (1 :a) #{1} #{:a :b} #doublearray [1.5 2.0]]", false },
	{ "{\"contains\":{\"const\":\"a\"}}", "[#{:a :b} [:a] (\"a\")]", true },
};

START_TEST(test_cases)
{
	struct value values = edn(cases[_i].data);
	struct schema *s = compile(cases[_i].schema);

	for (uint32_t i = 0; i < values.n; i++) {
		struct schema_errors errors = { 0 };
		bool valid = schema_validate(s, &values.u.items[i], &arena, &errors);

		ck_assert_msg(valid == cases[_i].valid, "%s, value %u of %s: %s", cases[_i].schema, i, cases[_i].data,
		    valid ? "valid" : errors.list[0].expected);
		ck_assert_msg(valid == (errors.n == 0), "%s: %zu errors", cases[_i].schema, errors.n);
		ck_assert_msg(valid == schema_validate(s, &values.u.items[i], &arena, NULL), "%s: without errors",
		    cases[_i].schema);
	}
	schema_free(s);
}
END_TEST

/* The first error of a value. */
static const struct {
	const char	*schema, *data, *pointer, *keyword, *schema_pointer, *expected, *found;
} errors_of[] = {
	{ "{\"minLength\":3}", "\"ab\"", "", "minLength", "/minLength", "a string of at least 3 characters",
	    "\"ab\" (2 characters)" },
	{ "{\"properties\":{\"a\":{\"items\":{\"type\":\"integer\"}}}}", "{:a [1 \"x\"]}", "/a/1", "type",
	    "/properties/a/items/type", "a value of type integer", "\"x\" (1 character), of type string" },
	{ "{\"type\":[\"string\",\"null\"]}", "{}", "", "type", "/type", "a value of type null or string",
	    "an object of 0 members, of type object" },
	{ "{\"required\":[\"a/b\"]}", "{}", "/a~1b", "required", "/required", "a value: this member is required", "none" },
	{ "{\"properties\":{\"m~n\":{\"maximum\":3}}}", "{\"m~n\" 4}", "/m~0n", "maximum", "/properties/m~0n/maximum",
	    "a number of at most 3", "4" },
	{ "{\"additionalProperties\":false}", "{:b 1}", "/b", "additionalProperties", "/additionalProperties",
	    "no such member: only those that the schema names", "1" },
	{ "{\"$ref\":\"#/$defs/n\",\"$defs\":{\"n\":{\"minimum\":1}}}", "0", "", "minimum", "/$defs/n/minimum",
	    "a number of at least 1", "0" },
	{ "{\"$ref\":\"#n\",\"$defs\":{\"a/n\":{\"$anchor\":\"n\",\"minimum\":1}}}", "0", "", "minimum",
	    "/$defs/a~1n/minimum", "a number of at least 1", "0" },
	{ "{\"$ref\":\"n\",\"$defs\":{\"n\":{\"$id\":\"n\",\"$ref\":\"#/$defs/m\",\"$defs\":{\"m\":{\"minimum\":1}}}}}", "0", "",
	    "minimum", "/$defs/n/$defs/m/minimum", "a number of at least 1", "0" },
	{ "{\"$dynamicRef\":\"#d\",\"$defs\":{\"x\":{\"$dynamicAnchor\":\"d\",\"minimum\":1}}}", "0", "", "minimum",
	    "/$defs/x/minimum", "a number of at least 1", "0" },
	{ "{\"enum\":[\"a\",1,null]}", ":b", "", "enum", "/enum", "one of \"a\", 1, null", "\"b\" (1 character)" },
	{ "{\"multipleOf\":0.01}", "0.001", "", "multipleOf", "/multipleOf", "a number that is a multiple of 0.01", "0.001" },
	{ "{\"pattern\":\"^a\"}", "\"b\"", "", "pattern", "/pattern", "a string that matches ^a", "\"b\" (1 character)" },
	{ "{\"uniqueItems\":true}", "[1 2 1.0]", "", "uniqueItems", "/uniqueItems", "items that are all different",
	    "items 0 and 2 equal" },
	{ "false", "1", "", "", "", "nothing here: the schema is false", "1" },
	{ "{\"maxLength\":3}", "\"äöüß\"", "", "maxLength", "/maxLength", "a string of at most 3 characters",
	    "\"äöüß\" (4 characters)" },
};

START_TEST(test_errors)
{
	struct schema *s = compile(errors_of[_i].schema);
	struct value v = edn(errors_of[_i].data);
	struct schema_errors errors = { 0 };

	ck_assert(!schema_validate(s, &v, &arena, &errors));
	ck_assert_uint_eq(errors.n, 1);
	ck_assert_str_eq(errors.list[0].pointer, errors_of[_i].pointer);
	ck_assert_str_eq(errors.list[0].keyword, errors_of[_i].keyword);
	ck_assert_str_eq(errors.list[0].schema_pointer, errors_of[_i].schema_pointer);
	ck_assert_str_eq(errors.list[0].expected, errors_of[_i].expected);
	ck_assert_str_eq(errors.list[0].found, errors_of[_i].found);
	schema_free(s);
}
END_TEST

/* All of them, up to the caller's bound. */
START_TEST(test_many_errors)
{
	struct schema *s = compile("{\"items\":{\"type\":\"integer\"},\"minItems\":9,\"properties\":{}}");
	struct value v = edn("[:a :b 3 :c :d]");
	struct schema_errors few = { .max = 3 }, all = { .max = 100 };

	ck_assert(!schema_validate(s, &v, &arena, &few));
	ck_assert_uint_eq(few.n, 3);
	ck_assert(!schema_validate(s, &v, &arena, &all));
	ck_assert_uint_eq(all.n, 5);
	schema_free(s);
}
END_TEST

/* Schemas that are not: the first error's place and keyword, and a part of what it says. */
static const struct {
	const char	*schema, *pointer, *part;
} refused[] = {
	{ "1", "", "" },
	{ "{\"type\":\"strin\"}", "/type", "" },
	{ "{\"properties\":{\"a\":{\"minLength\":-1}}}", "/properties/a/minLength", "0" },
	{ "{\"required\":[1]}", "/required/0", "string" },
	{ "{\"pattern\":\"(\"}", "/pattern", "" },
	{ "{\"pattern\":\"(*UTF)a\"}", "/pattern", "" },
	{ "{\"pattern\":\"(?C1)a\"}", "/pattern", "" },
	{ "{\"patternProperties\":{\"[\":{}}}", "/patternProperties", "" },
	{ "{\"properties\":{\"a\":{\"$ref\":\"#/$defs/b\"}}}", "/properties/a/$ref", "#/$defs/b" },
	{ "{\"properties\":{\"a\":{\"$ref\":\"https://example.org/s\"}}}", "/properties/a/$ref", "https://example.org/s" },
	{ "{\"$ref\":\"other.json\"}", "/$ref", "other.json" },
	{ "{\"$dynamicRef\":\"#x\"}", "/$dynamicRef", "#x" },
	{ "{\"$schema\":\"https://json-schema.org/draft/2019-09/schema\"}", "", "2019-09" },
	{ "{\"$schema\":\"http://example.org/mine\"}", "", "http://example.org/mine" },
	{ "{\"multipleOf\":0}", "/multipleOf", "" },
	{ "{\"x-edn-type\":\"uid\"}", "/x-edn-type", "uuid" },
	{ "{\"properties\":{\"a\":{\"x-edn-type\":7}}}", "/properties/a/x-edn-type", "uuid" },
	{ "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"items\":[{\"type\":1}]}", "/items/0/type", "" },
	{ "{\"allOf\":[]}", "/allOf", "" },
};

START_TEST(test_refused)
{
	struct schema_options o = { .formats = true };
	struct schema_errors errors = { 0 };
	struct value document = json(refused[_i].schema);
	char text[1024];

	ck_assert_ptr_null(schema_compile(&document, &o, &arena, &errors));
	ck_assert_uint_gt(errors.n, 0);
	snprintf(text, sizeof(text), "%s, %s, %s", errors.list[0].pointer, errors.list[0].expected, errors.list[0].found);
	ck_assert_msg(strcmp(errors.list[0].pointer, refused[_i].pointer) == 0 && strstr(text, refused[_i].part) != NULL,
	    "%s: %s", refused[_i].schema, text);
}
END_TEST

/* The document may go as soon as it is compiled. */
START_TEST(test_own_memory)
{
	struct schema_options o = { .formats = true };
	struct schema_errors errors = { 0 };
	struct value document, v;
	struct schema *s;
	char text[] = "{\"properties\":{\"a/b\":{\"enum\":[\"x\",{\"k\":18446744073709551616}],\"pattern\":\"^x\"}},"
	    "\"required\":[\"a/b\"],\"title\":\"t\"}";
	struct arena gone;

	arena_init(&gone, 0);
	if (json_read((const uint8_t *)text, strlen(text), &codec_request_limits, &gone, &document, &(struct codec_error){ 0 }))
		ck_abort();
	s = schema_compile(&document, &o, &gone, &errors);
	arena_free(&gone);
	memset(text, 'z', sizeof(text));
	ck_assert_ptr_nonnull(s);
	ck_assert_uint_gt(schema_size(s), 200);
	ck_assert_uint_lt(schema_size(s), 8192);
	v = edn("{:a/b \"x\"}");
	ck_assert(schema_validate(s, &v, &arena, NULL));
	v = edn("{:a/b {:k 18446744073709551616}}");
	ck_assert(schema_validate(s, &v, &arena, NULL));
	v = edn("{}");
	ck_assert(!schema_validate(s, &v, &arena, &errors));
	ck_assert_str_eq(errors.list[0].pointer, "/a~1b");
	schema_free(s);
	schema_free(NULL);
}
END_TEST

/* format is a remark unless it is asked to assert. */
START_TEST(test_formats)
{
	struct schema_options o = { 0 };
	struct schema_errors errors = { 0 };
	struct value document = json("{\"format\":\"date\"}"), good = edn("\"2024-02-29\""), bad = edn("\"2023-02-29\"");
	struct schema *s = schema_compile(&document, &o, &arena, &errors);

	ck_assert(schema_validate(s, &good, &arena, NULL) && schema_validate(s, &bad, &arena, NULL));
	schema_free(s);
	o.formats = true;
	s = schema_compile(&document, &o, &arena, &errors);
	ck_assert(schema_validate(s, &good, &arena, NULL) && !schema_validate(s, &bad, &arena, NULL));
	schema_free(s);
}
END_TEST

/* What a $schema says nothing of is read as the dialect asked for. */
START_TEST(test_dialect)
{
	struct schema_options o = { .dialect = "http://json-schema.org/draft-07/schema#" };
	struct schema_errors errors = { 0 };
	struct value document = json("{\"items\":[{\"type\":\"integer\"}],\"additionalItems\":false}"), one = edn("[1]"),
	    two = edn("[1 2]");
	struct schema *s = schema_compile(&document, &o, &arena, &errors);

	ck_assert_ptr_nonnull(s);
	ck_assert(schema_validate(s, &one, &arena, NULL) && !schema_validate(s, &two, &arena, NULL));
	schema_free(s);
	o.dialect = "";
	ck_assert_ptr_null(schema_compile(&document, &o, &arena, &errors));
}
END_TEST

#define N(a)	(int)(sizeof(a) / sizeof((a)[0]))

int
main(void)
{
	Suite *s = suite_create("schema");
	TCase *t = tcase_create("schema");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, test_cases, 0, N(cases));
	tcase_add_loop_test(t, test_errors, 0, N(errors_of));
	tcase_add_loop_test(t, test_refused, 0, N(refused));
	tcase_add_test(t, test_many_errors);
	tcase_add_test(t, test_own_memory);
	tcase_add_test(t, test_formats);
	tcase_add_test(t, test_dialect);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
