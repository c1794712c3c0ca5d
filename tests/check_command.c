/*
 * check_command.c: which maps are commands, what is said of those that are
 * not, and the bytes of a command's value and key.
 */
#include <stdio.h>
#include <string.h>

#include <check.h>

#include "command/action.h"
#include "command/command.h"
#include "value/edn.h"
#include "value/fressian.h"

#define ID_TEXT_1 "ab675ea0-7f6d-11e6-bcdd-540e9df06c05"

static struct arena arena;
static struct command command;
static struct command_faults faults;

static void
setup(void)
{
	arena_init(&arena, 8 << 20);
}

static void
teardown(void)
{
	arena_free(&arena);
}

static struct value
edn(const char *text)
{
	struct codec_error err;
	struct value v;

	ck_assert_msg(edn_read((const uint8_t *)text, strlen(text), &codec_request_limits, &arena, &v, &err) == 0,
	    "%s: %s", text, err.text);
	return v;
}

static int
parse(const char *text, bool strings)
{
	struct value v = edn(text);

	return command_parse(&v, strings, &arena, &command, &faults);
}

static const char *
written(const struct value *v)
{
	struct codec_error err;
	struct buf b = { 0 };
	char *text;

	ck_assert_int_eq(edn_write(&b, v, &err), 0);
	text = arena_strndup(&arena, (const char *)b.data, b.len);
	buf_free(&b);
	return text;
}

/* What is taken, and what becomes of it. */
static const struct {
	const char	*text;
	bool		 strings;
	const char	*action, *data;
} good[] = {
	{ "{:action :create-foo :data {:a 1}}", false, ":create-foo", "{:a 1}" },
	{ "{:data {} :action :a/b}", false, ":a/b", "{}" },
	{ "{:action \"create-foo\" :data {}}", false, ":create-foo", "{}" },
	{ "{:action \"shop/create-foo\" :data {}}", false, ":shop/create-foo", "{}" },
	{ "{:action :a.b/c? :data {}}", false, ":a.b/c?", "{}" },
	{ "{:action :a :data {\"x\" {\"y\" 1}}}", false, ":a", "{:x {\"y\" 1}}" },
	{ "{:action :a :data {\"n/x\" 1}}", false, ":a", "{:n/x 1}" },
	{ "{:action :a :data {:x 1 :y 2 \"x\" 3}}", false, ":a", "{:x 3 :y 2}" },
	{ "{\"action\" :a \"data\" {:x 1}}", true, ":a", "{:x 1}" },
	{ "{:action :a :data {:nested {1 2}}}", false, ":a", "{:nested {1 2}}" },
};

START_TEST(commands_are_taken)
{
	struct value expected = edn(good[_i].data);

	ck_assert_msg(parse(good[_i].text, good[_i].strings) == 0, "%s: %s", good[_i].text,
	    faults.n > 0 ? faults.list[0].detail : "");
	ck_assert_str_eq(written(&command.action), good[_i].action);
	ck_assert_msg(value_equal(&command.data, &expected), "%s: %s", good[_i].text, written(&command.data));
	ck_assert(!command.has_user && !command.has_system);
}
END_TEST

/* What is refused: where, and a part of what is said. */
static const struct {
	const char	*text;
	const char	*pointer, *said;
} bad[] = {
	{ "[1]", "", "this is of type vector" },
	{ "{:action :a}", "/data", "missing" },
	{ "{:data {}}", "/action", "missing" },
	{ "{:action 5 :data {}}", "/action", "of type integer" },
	{ "{:action \"\" :data {}}", "/action", "empty" },
	{ "{:action \":create\" :data {}}", "/action", "colon" },
	{ "{:action \"a b\" :data {}}", "/action", "byte 2" },
	{ "{:action \"1a\" :data {}}", "/action", "number" },
	{ "{:action \"-1a\" :data {}}", "/action", "number" },
	{ "{:action \"a/b/c\" :data {}}", "/action", "slash" },
	{ "{:action \"a/\" :data {}}", "/action", "empty" },
	{ "{:action \"/a\" :data {}}", "/action", "namespace" },
	{ "{:action \"caf\u00e9\" :data {}}", "/action", "byte 4" },
	{ "{:action :a :data [1]}", "/data", "of type vector" },
	{ "{:action :a :data nil}", "/data", "of type nil" },
	{ "{:action :a :data {:x 1 2 3}}", "/data", "key 2 is of type integer" },
	{ "{:action :a :data {} :id 1}", "/id", "leave it out" },
	{ "{:action :a :data {} :other 1}", "/other", "no other" },
	{ "{:action :a :data {} \"n/o~x\" 1}", "/n~1o~0x", "keywords in this media type" },
	{ "{:action :a :data {} 7 1}", "", "of type integer" },
	{ "{:action :a :data {} \"user\" 1}", "/user", "keywords in this media type" },
	{ "{:action :a :data {} :user 1}", "/user", "this is integer" },
	{ "{:action :a :data {} :user \"me\"}", "/user", "another string" },
	{ "{:action :a :data {} :system nil}", "/system", "this is nil" },
	{ "{:action :a :data {} :n/action :b}", "/n~1action", "no other" },
};

START_TEST(what_is_no_command_is_said)
{
	ck_assert_msg(parse(bad[_i].text, false) == -1, "%s", bad[_i].text);
	ck_assert_uint_eq(faults.n, 1);
	ck_assert_msg(strcmp(faults.list[0].pointer, bad[_i].pointer) == 0, "%s: at %s", bad[_i].text,
	    faults.list[0].pointer);
	ck_assert_msg(strstr(faults.list[0].detail, bad[_i].said) != NULL, "%s: %s", bad[_i].text,
	    faults.list[0].detail);
}
END_TEST

START_TEST(every_fault_is_listed_up_to_a_bound)
{
	char text[1024] = "{";

	ck_assert_int_eq(parse("{:action 1 :data 2 :user 3 :x 4}", false), -1);
	ck_assert_uint_eq(faults.n, 4);
	for (int i = 0; i < 40; i++)
		sprintf(text + strlen(text), ":k%d %d ", i, i);
	strcat(text, "}");
	ck_assert_int_eq(parse(text, false), -1);
	ck_assert_uint_eq(faults.n, COMMAND_FAULTS);
}
END_TEST

/* One action of n bytes. */
static const char *
fault_of_length(size_t n)
{
	char *text = arena_alloc(&arena, n + 1);
	struct value v;

	memset(text, 'x', n);
	v = value_keyword_split(&arena, text, n);
	return action_fault(&arena, v.u.name);
}

START_TEST(an_action_is_bounded)
{
	ck_assert_ptr_null(fault_of_length(COMMAND_ACTION_MAX));
	ck_assert_ptr_nonnull(strstr(fault_of_length(COMMAND_ACTION_MAX + 1), "255 bytes"));
}
END_TEST

START_TEST(every_byte_of_an_action_is_judged)
{
	const char *allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.*+!-_?$%&=<>#'";

	for (int c = 0; c < 256; c++) {
		char text[3] = { 'a', (char)c, 'a' };
		struct value v = value_keyword(&arena, NULL, 0, text, 3);
		bool good_byte = c != 0 && strchr(allowed, c) != NULL;

		ck_assert_msg((action_fault(&arena, v.u.name) == NULL) == good_byte, "byte %d", c);
	}
}
END_TEST

START_TEST(user_and_system_are_passed_on)
{
	struct id id, user;
	struct value v, expected;

	ck_assert_int_eq(id_parse(ID_TEXT_1, ID_TEXT, &id), 0);
	ck_assert_int_eq(id_parse("075415a0-7f6e-11e6-bcdd-540e9df06c05", ID_TEXT, &user), 0);
	ck_assert_int_eq(parse("{:system #uuid \"" ID_TEXT_1 "\" :data {} :action :a"
	    " :user \"075415A0-7f6e-11e6-bcdd-540e9df06c05\"}", false), 0);
	ck_assert(command.has_user && id_equal(&command.user, &user));
	ck_assert(command.has_system && id_equal(&command.system, &id));
	v = command_value(&arena, &id, &command);
	expected = edn("{:id #uuid \"" ID_TEXT_1 "\" :action :a :data {}"
	    " :user #uuid \"075415a0-7f6e-11e6-bcdd-540e9df06c05\" :system #uuid \"" ID_TEXT_1 "\"}");
	ck_assert_str_eq(written(&v), written(&expected));
}
END_TEST

START_TEST(a_value_has_its_keys_in_their_order)
{
	struct value v;
	struct id id;

	ck_assert_int_eq(id_parse(ID_TEXT_1, ID_TEXT, &id), 0);
	ck_assert_int_eq(parse("{:data {:a \"x\"} :action :create-foo}", false), 0);
	v = command_value(&arena, &id, &command);
	ck_assert_str_eq(written(&v),
	    "{:id #uuid \"" ID_TEXT_1 "\", :action :create-foo, :data {:a \"x\"}}");
}
END_TEST

START_TEST(a_full_arena_is_told)
{
	struct value v = edn("{:action :a :data {\"x\" 1}}");
	struct id id = { 0 };
	struct arena small;

	arena_init(&small, 16);
	ck_assert_int_eq(command_parse(&v, false, &small, &command, &faults), -1);
	ck_assert_uint_ge(faults.n, 1);
	ck_assert_ptr_nonnull(strstr(faults.list[0].detail, "memory"));
	ck_assert_int_eq(parse("{:action :a :data {}}", false), 0);
	ck_assert_int_eq(command_value(&small, &id, &command).kind, VALUE_NIL);
	arena_free(&small);
}
END_TEST

START_TEST(a_key_has_three_forms)
{
	/* clojure.data.fressian's of a uuid, with footer. */
	static const uint8_t magic[4] = { 0xcf, 0xcf, 0xcf, 0xcf };
	struct codec_error err;
	struct buf b = { 0 };
	struct value v;
	struct id id;

	ck_assert_int_eq(id_parse(ID_TEXT_1, ID_TEXT, &id), 0);
	command_key(&b, COMMAND_KEY_STRING, &id);
	ck_assert_uint_eq(b.len, ID_TEXT);
	ck_assert_mem_eq(b.data, ID_TEXT_1, ID_TEXT);
	buf_reset(&b);
	command_key(&b, COMMAND_KEY_BINARY, &id);
	ck_assert_uint_eq(b.len, ID_BYTES);
	ck_assert_mem_eq(b.data, id.b, ID_BYTES);
	buf_reset(&b);
	command_key(&b, COMMAND_KEY_FRESSIAN, &id);
	ck_assert_int_eq(fressian_read(b.data, b.len, &codec_request_limits, &arena, &v, &err), 0);
	ck_assert(v.kind == VALUE_UUID && id_equal(v.u.id, &id));
	ck_assert_uint_gt(b.len, 12);
	ck_assert_mem_eq(b.data + b.len - 12, magic, 4);
	buf_free(&b);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("command");
	TCase *tc = tcase_create("command");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, commands_are_taken, 0, (int)(sizeof(good) / sizeof(good[0])));
	tcase_add_loop_test(tc, what_is_no_command_is_said, 0, (int)(sizeof(bad) / sizeof(bad[0])));
	tcase_add_test(tc, every_fault_is_listed_up_to_a_bound);
	tcase_add_test(tc, an_action_is_bounded);
	tcase_add_test(tc, every_byte_of_an_action_is_judged);
	tcase_add_test(tc, user_and_system_are_passed_on);
	tcase_add_test(tc, a_value_has_its_keys_in_their_order);
	tcase_add_test(tc, a_full_arena_is_told);
	tcase_add_test(tc, a_key_has_three_forms);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
