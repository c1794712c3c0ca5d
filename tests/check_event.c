/*
 * check_event.c: events found in records, and the maps that answer with them.
 */
#include <string.h>

#include <check.h>

#include "command/event.h"
#include "value/fressian.h"

static struct arena arena;
static struct buf bytes, key;
static struct codec_error err;

static const struct id event_id = { { 0x07, 0x54, 0x15, 0xa0, 0x7f, 0x6e, 0x11, 0xe6, 0xbc, 0xdd, 0x54, 0x0e,
	0x9d, 0xf0, 0x6c, 0x05 } };
static const struct id parent_id = { { 0xab, 0x67, 0x5e, 0xa0, 0x7f, 0x6d, 0x11, 0xe6, 0xbc, 0xdd, 0x54, 0x0e,
	0x9d, 0xf0, 0x6c, 0x05 } };
#define EVENT_TEXT "075415a0-7f6e-11e6-bcdd-540e9df06c05"
#define PARENT_TEXT "AB675EA0-7f6d-11e6-bcdd-540e9df06c05"

static void
setup(void)
{
	arena_init(&arena, 1 << 20);
	buf_init(&bytes, 0);
	buf_init(&key, 0);
}

static void
teardown(void)
{
	arena_free(&arena);
	buf_free(&bytes);
	buf_free(&key);
}

static struct value
name(const char *s, bool keyword)
{
	return keyword ? value_ckeyword(&arena, s) : value_cstring(s);
}

/* The record of a map, parsed. */
static int
parse(const struct value *items, size_t pairs, struct event *e)
{
	struct value map = value_map(items, pairs);

	buf_reset(&bytes);
	ck_assert_int_eq(fressian_write(&bytes, &map, &err), 0);
	return event_parse(key.len > 0 ? key.data : NULL, key.len, bytes.data, bytes.len, &arena, e, &err);
}

static int
parse_pair(const char *k, struct value v, struct event *e)
{
	struct value items[] = { name(k, true), v };

	return parse(items, 1, e);
}

static void
check_parsed(bool keywords, bool uuids)
{
	struct value items[] = {
		name("id", keywords), uuids ? value_uuid(&arena, &event_id) : value_cstring(EVENT_TEXT),
		name("parent", keywords), uuids ? value_uuid(&arena, &parent_id) : value_cstring(PARENT_TEXT),
		name("action", keywords), value_ckeyword(&arena, "foo-created"),
		name("data", keywords), value_int(7),
	};
	struct event e;

	ck_assert_msg(parse(items, 4, &e) == 0, "%s", err.text);
	ck_assert(id_equal(&e.id, &event_id));
	ck_assert(e.has_parent);
	ck_assert(id_equal(&e.parent, &parent_id));
	ck_assert(value_named(&e.action, "foo-created", false));
	ck_assert_int_eq(e.data.u.integer, 7);
	ck_assert_uint_eq(e.map.n, 4);
}

START_TEST(keys_and_ids_in_every_form)
{
	for (int i = 0; i < 4; i++)
		check_parsed(i & 1, i & 2);
}
END_TEST

START_TEST(the_id_may_be_the_records_key)
{
	struct value uuid = value_uuid(&arena, &event_id);
	struct event e;

	for (int form = 0; form < 4; form++) {
		buf_reset(&key);
		if (form == 0)
			buf_put(&key, EVENT_TEXT, ID_TEXT);
		else if (form == 1)
			buf_put(&key, event_id.b, ID_BYTES);
		else
			ck_assert_int_eq((form == 2 ? fressian_write : fressian_write_bare)(&key, &uuid, &err), 0);
		ck_assert_msg(parse_pair("data", value_nil(), &e) == 0, "form %d: %s", form, err.text);
		ck_assert(id_equal(&e.id, &event_id));
		ck_assert(!e.has_parent);
	}
}
END_TEST

START_TEST(the_values_id_wins_over_the_key)
{
	struct event e;

	buf_put(&key, PARENT_TEXT, ID_TEXT);
	ck_assert_int_eq(parse_pair("id", value_uuid(&arena, &event_id), &e), 0);
	ck_assert(id_equal(&e.id, &event_id));
}
END_TEST

START_TEST(what_is_no_event_is_said)
{
	struct value five = value_int(5);
	struct event e;

	ck_assert_int_eq(parse_pair("action", value_int(1), &e), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "found none"));
	ck_assert_int_eq(parse_pair("id", value_cstring("not an id"), &e), -1);
	ck_assert_ptr_nonnull(strstr(err.text, ":id"));
	buf_put(&key, event_id.b, ID_BYTES);
	ck_assert_int_eq(parse_pair("parent", value_int(3), &e), -1);
	ck_assert_ptr_nonnull(strstr(err.text, ":parent, found integer"));
	ck_assert_int_eq(parse_pair("parent", value_nil(), &e), 0);
	ck_assert(!e.has_parent);
	buf_reset(&bytes);
	ck_assert_int_eq(fressian_write(&bytes, &five, &err), 0);
	ck_assert_int_eq(event_parse(key.data, key.len, bytes.data, bytes.len, &arena, &e, &err), -1);
	ck_assert_int_eq(err.class, E_TYPE);
	ck_assert_int_eq(event_parse(key.data, key.len, NULL, 0, &arena, &e, &err), -1);
	ck_assert_int_eq(event_parse(key.data, key.len, (const uint8_t *)"{\"id\":1}", 8, &arena, &e, &err), -1);
}
END_TEST

START_TEST(an_answer_holds_everything_once)
{
	static const char *const expected[] = { "id", "parent", "action", "data", "extra", "timestamp", "topic",
		"partition", "offset" };
	struct value items[] = {
		name("extra", false), value_int(1),
		name("topic", true), value_cstring("mine"),
		name("id", true), value_uuid(&arena, &event_id),
		name("parent", false), value_uuid(&arena, &parent_id),
		name("offset", false), value_int(99),
	};
	struct record_place place = { "events", 2, 5, 1474374896801 };
	struct value answer;
	struct event e;

	ck_assert_int_eq(parse(items, 5, &e), 0);
	answer = event_answer(&arena, &e, &place);
	ck_assert_int_eq(answer.kind, VALUE_MAP);
	ck_assert_uint_eq(answer.n, 9);
	for (size_t i = 0; i < 9; i++)
		ck_assert(value_named(&answer.u.items[2 * i], expected[i], true));
	ck_assert_int_eq(value_map_get(&answer, "offset", false)->u.integer, 5);
	ck_assert_int_eq(value_map_get(&answer, "action", false)->kind, VALUE_NIL);
	place.offset = -1;
	answer = event_answer(&arena, &e, &place);
	ck_assert_int_eq(value_map_get(&answer, "offset", false)->kind, VALUE_NIL);
}
END_TEST

START_TEST(an_answer_fails_whole)
{
	struct record_place place = { "events", 2, 5, 1474374896801 };
	struct arena small;
	struct event e;

	ck_assert_int_eq(parse_pair("id", value_uuid(&arena, &event_id), &e), 0);
	arena_init(&small, 64);
	ck_assert_int_eq(event_answer(&small, &e, &place).kind, VALUE_NIL);
	arena_free(&small);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("event");
	TCase *tc = tcase_create("event");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, keys_and_ids_in_every_form);
	tcase_add_test(tc, the_id_may_be_the_records_key);
	tcase_add_test(tc, the_values_id_wins_over_the_key);
	tcase_add_test(tc, what_is_no_event_is_said);
	tcase_add_test(tc, an_answer_holds_everything_once);
	tcase_add_test(tc, an_answer_fails_whole);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
