/*
 * check_once.c: commands with an Idempotency-Key in the producer: what is told
 * to whom, and when nothing can be told before the index was looked at again.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "producer/once.h"

static struct board *board;
static struct once *o;

static struct once_question
question(uint8_t name, uint64_t fingerprint, int64_t looked_ms)
{
	struct once_question q = { .fingerprint = fingerprint, .looked_ms = looked_ms };

	memset(q.id.b, name, sizeof(q.id.b));
	return q;
}

static enum once_verdict
ask(uint8_t name, uint64_t fingerprint, int64_t looked_ms, int64_t now_ms)
{
	struct once_question q = question(name, fingerprint, looked_ms);
	struct once_place place;

	return once_ask(o, &q, now_ms, &place);
}

static void
index_at(int partition, int64_t next)
{
	atomic_store(&board->index.next[BOARD_COMMANDS][partition], next);
}

static void
begin(void)
{
	board = calloc(1, sizeof(*board));
	o = once_new(board);
}

static void
end(void)
{
	once_free(o);
	free(board);
}

/* A producer whose log is empty knows all there is at once. */
static void
with_empty_log(void)
{
	begin();
	once_ends(o, (const int64_t[]){ 0, 0 }, 2, 100);
	ck_assert_int_eq(ask(99, 0, 50, 110), ONCE_LOOK);
}

START_TEST(a_new_one_is_written_once)
{
	struct once_place place = { 1, 7, 1234 }, seen;
	struct once_question q = question(1, 5, 120);

	ck_assert_int_eq(ask(1, 5, 120, 121), ONCE_WRITE);
	ck_assert_uint_eq(once_busy(o), 1);
	ck_assert_int_eq(ask(1, 5, 130, 131), ONCE_BUSY);
	ck_assert_int_eq(ask(1, 6, 130, 131), ONCE_REUSED);
	once_written(o, &q.id, &place, 140);
	ck_assert_uint_eq(once_busy(o), 0);
	ck_assert_int_eq(once_ask(o, &q, 150, &seen), ONCE_KNOWN);
	ck_assert_int_eq(seen.partition, 1);
	ck_assert_int_eq(seen.offset, 7);
	ck_assert_int_eq(seen.timestamp, 1234);
	ck_assert_int_eq(ask(1, 6, 150, 151), ONCE_REUSED);
}
END_TEST

START_TEST(one_that_was_not_written_may_be)
{
	struct once_question q = question(1, 5, 120);

	ck_assert_int_eq(ask(1, 5, 120, 121), ONCE_WRITE);
	once_not_written(o, &q.id);
	ck_assert_int_eq(ask(1, 6, 130, 131), ONCE_WRITE);
}
END_TEST

/* What a former process wrote is known only when the index has passed the ends, to those who look after that. */
START_TEST(a_new_process_waits_for_the_index)
{
	ck_assert(once_wants_ends(o));
	ck_assert_int_eq(ask(1, 5, 90, 91), ONCE_LOOK);
	once_ends(o, (const int64_t[]){ 10, 0, 3 }, 3, 100);
	ck_assert(!once_wants_ends(o));
	index_at(0, 10);
	index_at(2, 2);
	ck_assert_int_eq(ask(1, 5, 110, 111), ONCE_LOOK);
	index_at(2, 3);
	ck_assert_int_eq(ask(1, 5, 112, 120), ONCE_LOOK);
	ck_assert_int_eq(ask(1, 5, 120, 121), ONCE_LOOK);
	ck_assert_int_eq(ask(1, 5, 121, 122), ONCE_WRITE);
}
END_TEST

START_TEST(an_unknown_outcome_waits_for_later_ends)
{
	struct once_question q = question(1, 5, 120);

	ck_assert_int_eq(ask(1, 5, 120, 121), ONCE_WRITE);
	once_unknown(o, &q.id, 200);
	ck_assert(once_wants_ends(o));
	ck_assert_int_eq(ask(1, 5, 210, 211), ONCE_LOOK);
	ck_assert_int_eq(ask(1, 6, 210, 211), ONCE_REUSED);
	/* Others are not held up by it. */
	ck_assert_int_eq(ask(2, 5, 210, 211), ONCE_WRITE);
	once_ends(o, (const int64_t[]){ 4, 0 }, 2, 220);
	ck_assert_int_eq(ask(1, 5, 230, 231), ONCE_LOOK);
	index_at(0, 4);
	ck_assert_int_eq(ask(1, 5, 232, 240), ONCE_LOOK);
	ck_assert_int_eq(ask(1, 5, 241, 242), ONCE_WRITE);
}
END_TEST

/* A look that is old proves nothing: what it missed may have come and gone here. */
START_TEST(an_old_look_is_repeated)
{
	ck_assert_int_eq(ask(1, 5, 120, 9000), ONCE_LOOK);
	ck_assert_int_eq(ask(1, 5, 9001, 9002), ONCE_WRITE);
}
END_TEST

START_TEST(what_the_index_tells_is_forgotten)
{
	struct once_place place = { 0, 7, 1234 };
	struct once_question q = question(1, 5, 120);

	ck_assert_int_eq(ask(1, 5, 120, 121), ONCE_WRITE);
	once_written(o, &q.id, &place, 130);
	ck_assert_int_eq(ask(1, 5, 60000, 60001), ONCE_KNOWN);
	index_at(0, 8);
	ck_assert_int_eq(ask(1, 5, 5000, 5001), ONCE_KNOWN);
	/* The worker that asks so late has looked, and would have found it: here it is new. */
	ck_assert_int_eq(ask(1, 5, 60002, 60003), ONCE_WRITE);
}
END_TEST

START_TEST(the_table_has_an_end)
{
	struct once_question q = question(0, 1, 120);
	struct once_place place;
	uint32_t n = 0;

	do {
		memcpy(q.id.b, &n, sizeof(n));
		n++;
	} while (once_ask(o, &q, 121, &place) == ONCE_WRITE);
	ck_assert_uint_gt(n, 100000);
	ck_assert_int_eq(once_ask(o, &q, 121, &place), ONCE_FULL);
	memset(q.id.b, 0, 4);
	ck_assert_int_eq(once_ask(o, &q, 121, &place), ONCE_BUSY);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("once");
	TCase *known = tcase_create("known"), *fresh = tcase_create("fresh");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(known, with_empty_log, end);
	tcase_add_test(known, a_new_one_is_written_once);
	tcase_add_test(known, one_that_was_not_written_may_be);
	tcase_add_test(known, an_unknown_outcome_waits_for_later_ends);
	tcase_add_test(known, an_old_look_is_repeated);
	tcase_add_test(known, what_the_index_tells_is_forgotten);
	tcase_add_test(known, the_table_has_an_end);
	suite_add_tcase(s, known);
	tcase_add_checked_fixture(fresh, begin, end);
	tcase_add_test(fresh, a_new_process_waits_for_the_index);
	suite_add_tcase(s, fresh);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
