/*
 * check_registry.c: which schema holds for which action, and the memory that it is handed on in.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command/registry.h"
#include "daemon/registry_log.h"
#include "registrar/record.h"

static struct registry_record
rec(const char *action, uint32_t base, const char *text)
{
	return (struct registry_record){ .action = action, .action_len = strlen(action), .base = base,
		.version = base + 1, .text = text, .text_len = text == NULL ? 0 : strlen(text),
		.removed = text == NULL, .by = "", .timestamp = 7, .offset = base };
}

static enum registry_verdict
take(struct registry *r, const char *action, uint32_t base, const char *text)
{
	struct registry_record x = rec(action, base, text);

	return registry_take(r, &x, NULL);
}

START_TEST(the_first_that_follows_a_version_wins)
{
	struct registry *r = registry_new();
	struct registry_entry *e;

	ck_assert_int_eq(take(r, "a", 0, "1"), REGISTRY_TAKEN);
	ck_assert_int_eq(take(r, "a", 1, "2"), REGISTRY_TAKEN);
	ck_assert_int_eq(take(r, "a", 1, "3"), REGISTRY_LOST);
	ck_assert_int_eq(take(r, "a", 0, "4"), REGISTRY_LOST);
	e = registry_find(r, "a", 1);
	ck_assert_uint_eq(registry_newest(e), 2);
	ck_assert_str_eq(registry_current(e)->text, "2");
	ck_assert_str_eq(registry_version(e, 1)->text, "1");
	ck_assert_ptr_null(registry_version(e, 3));
	ck_assert_ptr_null(registry_version(e, 0));
	registry_free(r, NULL);
}
END_TEST

START_TEST(a_removed_one_can_come_again)
{
	struct registry *r = registry_new();

	ck_assert_int_eq(take(r, "a", 0, "1"), REGISTRY_TAKEN);
	ck_assert_int_eq(take(r, "a", 1, NULL), REGISTRY_TAKEN);
	ck_assert_ptr_null(registry_current(registry_find(r, "a", 1)));
	ck_assert_uint_eq(registry_count(r), 0);
	ck_assert_int_eq(take(r, "a", 2, "3"), REGISTRY_TAKEN);
	ck_assert_uint_eq(registry_count(r), 1);
	ck_assert_uint_eq(registry_newest(registry_find(r, "a", 1)), 3);
	registry_free(r, NULL);
}
END_TEST

/* What was read first is where it begins, should the topic have lost its head. */
START_TEST(versions_may_begin_anywhere)
{
	struct registry *r = registry_new();

	ck_assert_int_eq(take(r, "a", 41, "x"), REGISTRY_TAKEN);
	ck_assert_str_eq(registry_version(registry_find(r, "a", 1), 42)->text, "x");
	ck_assert_ptr_null(registry_version(registry_find(r, "a", 1), 41));
	registry_free(r, NULL);
}
END_TEST

START_TEST(files_and_topic_do_not_mix)
{
	struct registry *r = registry_new();
	struct registry_record f = rec("a", 0, "{}");

	f.from_file = true;
	ck_assert_int_eq(registry_take(r, &f, NULL), REGISTRY_TAKEN);
	ck_assert_int_eq(take(r, "a", 1, "{}"), REGISTRY_CLASH);
	registry_free(r, NULL);
}
END_TEST

START_TEST(lists_come_in_the_order_of_names_and_go_on)
{
	struct registry *r = registry_new();
	struct registry_entry *out[10];
	static char names[500][16];

	for (int i = 499; i >= 0; i--) {
		snprintf(names[i], sizeof(names[i]), "name-%03d", i);
		ck_assert_int_eq(take(r, names[i], 0, "{}"), REGISTRY_TAKEN);
	}
	ck_assert_int_eq(take(r, names[7], 1, NULL), REGISTRY_TAKEN);
	ck_assert_uint_eq(registry_count(r), 499);
	ck_assert_uint_eq(registry_list(r, "name-005", 8, out, 3), 3);
	ck_assert_str_eq(out[0]->versions[0].action, "name-006");
	ck_assert_str_eq(out[1]->versions[0].action, "name-008");
	ck_assert_uint_eq(registry_list(r, "name-499", 8, out, 3), 0);
	ck_assert_uint_eq(registry_list(r, NULL, 0, out, 10), 10);
	registry_free(r, NULL);
}
END_TEST

START_TEST(near_names_are_found)
{
	struct registry *r = registry_new();
	const struct registry_record *near[3];

	take(r, "create-foo", 0, "{}");
	take(r, "create-bar", 0, "{}");
	take(r, "delete-foo", 0, "{}");
	ck_assert_uint_eq(registry_near(r, "creat-foo", 9, near, 3), 1);
	ck_assert_str_eq(near[0]->action, "create-foo");
	ck_assert_uint_eq(registry_near(r, "something-else", 14, near, 3), 0);
	registry_free(r, NULL);
}
END_TEST

START_TEST(the_log_hands_on_what_is_put_into_it)
{
	int fd = registry_log_create(8192), reader = registry_log_reader(fd);
	struct registry_item item = { .action = "a/b", .action_len = 3, .text = "{}", .text_len = 2, .by = "me",
		.by_len = 2, .version = 5, .base = 4, .timestamp = -1, .offset = 9 }, got;
	struct registry_log w, r;
	uint64_t at = 0;
	int n = 0;

	ck_assert_int_ne(reader, -1);
	ck_assert_int_eq(registry_log_map(&w, fd, true), 0);
	ck_assert_int_eq(registry_log_map(&r, reader, false), 0);
	ck_assert(!registry_log_next(&r, &at, &got));
	ck_assert_int_eq(registry_log_append(&w, &item), 0);
	ck_assert(registry_log_next(&r, &at, &got));
	ck_assert_mem_eq(got.action, "a/b", 3);
	ck_assert_mem_eq(got.text, "{}", 2);
	ck_assert_mem_eq(got.by, "me", 2);
	ck_assert_uint_eq(got.version, 5);
	ck_assert_int_eq(got.offset, 9);
	ck_assert(!registry_log_next(&r, &at, &got));
	while (registry_log_append(&w, &item) == 0)
		n++;
	ck_assert_int_gt(n, 10);
	while (registry_log_next(&r, &at, &got))
		n--;
	ck_assert_int_eq(n, 0);
	registry_log_unmap(&w);
	registry_log_unmap(&r);
	close(fd);
	close(reader);
}
END_TEST

/* What a reader finds is never trusted further than the memory goes. */
START_TEST(a_log_that_is_not_sound_ends)
{
	int fd = registry_log_create(8192);
	struct registry_log w;
	struct registry_item got;
	uint64_t at = 0;

	ck_assert_int_eq(registry_log_map(&w, fd, true), 0);
	memset(w.items, 0xff, w.room);
	atomic_store(&w.head->used, w.room);
	ck_assert(!registry_log_next(&w, &at, &got));
	memset(w.items, 0, w.room);
	ck_assert(!registry_log_next(&w, &at, &got));
	atomic_store(&w.head->used, UINT64_MAX);
	ck_assert(!registry_log_next(&w, &at, &got));
	registry_log_unmap(&w);
	close(fd);
}
END_TEST

START_TEST(records_of_the_topic_come_back_as_they_were)
{
	struct registry_record in = rec("ns/name", 3, "{\"type\":\"object\"}"), out;
	struct id id = id_make(), back;
	struct buf b = { 0 };
	struct arena a;
	const char *why;

	in.by = "someone";
	in.by_len = 7;
	in.any = true;
	arena_init(&a, 0);
	record_value(&b, &in, &id);
	ck_assert_int_eq(record_read(b.data, b.len, &a, &out, &back, &why), 0);
	ck_assert(id_equal(&id, &back));
	ck_assert_uint_eq(out.version, 4);
	ck_assert_uint_eq(out.base, 3);
	ck_assert_uint_eq(out.text_len, in.text_len);
	ck_assert_mem_eq(out.text, in.text, in.text_len);
	ck_assert_mem_eq(out.by, "someone", 7);
	ck_assert(out.any);
	ck_assert(!out.removed);
	arena_free(&a);
	buf_free(&b);
}
END_TEST

static const char *const bad_records[] = {
	"", "[]", "{}", "{\"action\":7,\"schema\":{}}", "{\"action\":\"a b\",\"schema\":{}}",
	"{\"action\":\"a\",\"version\":1,\"base\":0,\"id\":\"x\",\"at\":1,\"schema\":{}}",
	"{\"action\":\"a\",\"version\":0,\"base\":0,\"id\":\"ab675ea0-7f6d-11e6-bcdd-540e9df06c05\",\"at\":1,\"schema\":{}}",
	"{\"action\":\"a\",\"version\":1,\"base\":0,\"id\":\"ab675ea0-7f6d-11e6-bcdd-540e9df06c05\",\"at\":1}",
};

START_TEST(what_is_no_record_is_told)
{
	struct registry_record out;
	struct arena a;
	const char *why = NULL;
	struct id id;

	arena_init(&a, 0);
	ck_assert_int_eq(record_read(bad_records[_i], strlen(bad_records[_i]), &a, &out, &id, &why), -1);
	ck_assert_ptr_nonnull(why);
	arena_free(&a);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("registry");
	TCase *t = tcase_create("registry");
	SRunner *r;
	int failed;

	tcase_add_test(t, the_first_that_follows_a_version_wins);
	tcase_add_test(t, a_removed_one_can_come_again);
	tcase_add_test(t, versions_may_begin_anywhere);
	tcase_add_test(t, files_and_topic_do_not_mix);
	tcase_add_test(t, lists_come_in_the_order_of_names_and_go_on);
	tcase_add_test(t, near_names_are_found);
	tcase_add_test(t, the_log_hands_on_what_is_put_into_it);
	tcase_add_test(t, a_log_that_is_not_sound_ends);
	tcase_add_test(t, records_of_the_topic_come_back_as_they_were);
	tcase_add_loop_test(t, what_is_no_record_is_told, 0, sizeof(bad_records) / sizeof(bad_records[0]));
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
