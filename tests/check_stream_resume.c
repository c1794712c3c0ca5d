/*
 * check_stream_resume.c: live streams that come back with a token, or lose their
 * place: what they go on from, in memory or in the index, and what is refused.
 */
#include "stream_client.h"

START_TEST(a_token_joins_what_is_in_memory)
{
	struct stage_client *c;

	stage_start(g);
	c = opened(0, "");
	opened(1, "");
	append(30);
	stage_tail_all(g);
	stage_until_all(g);
	stage_disconnect(c);
	append(300);
	stage_tail_all(g);
	turns(20);
	/* There is no index: nothing else can it come from. */
	ck_assert_int_eq(come_back(c), 200);
	append(30);
	stage_tail_all(g);
	stage_until_all(g);
	ck_assert_int_eq(c->records, 360);
	ck_assert_int_eq(stage_count(g, COUNT_sse_resumed), 1);
}
END_TEST

START_TEST(the_query_may_carry_the_token)
{
	char query[600];

	stage_start(g);
	opened(0, "");
	opened(1, "");
	append(30);
	stage_tail_all(g);
	stage_until_all(g);
	snprintf(query, sizeof(query), "?last_event_id=%s", token(4711, 0, 0, 0));
	ck_assert_int_eq(asked(&g->c[2], query, NULL), 200);
	stage_until_all(g);
	ck_assert_int_eq(g->c[2].records, 30);
	/* The header wins; an empty one is none. */
	snprintf(query, sizeof(query), "?last_event_id=%s", token(1, 0, 0, 0));
	ck_assert_int_eq(asked(&g->c[3], query, token(4711, 9, 9, 9)), 200);
	ck_assert_int_eq(asked(&g->c[4], "?last_event_id=", NULL), 200);
}
END_TEST

START_TEST(an_old_token_reads_the_index)
{
	struct stage_client *c;

	g->f.config.sse.recent = 3000;
	stage_start(g);
	c = opened(0, "");
	opened(1, "");
	stage_index_anew(g);
	append(30);
	stage_tail_all(g);
	stage_until_all(g);
	stage_disconnect(c);
	append(3000);
	stage_tail_all(g);
	stage_index_all(g);
	ck_assert_int_eq(come_back(c), 200);
	stage_until_all(g);
	append(300);
	stage_tail_all(g);
	stage_until_all(g);
	ck_assert_int_eq(c->records, 3330);
}
END_TEST

START_TEST(a_stream_waits_for_the_index_to_reach_the_tailer)
{
	struct stage_client *c;

	g->f.config.sse.recent = 3000;
	stage_start(g);
	stage_index_anew(g);
	c = opened(0, "");
	opened(1, "");
	append(300);
	stage_tail_all(g);
	stage_until_all(g);
	stage_index_all(g);
	stage_disconnect(c);
	append(600);
	stage_tail_all(g);
	turns(20);
	ck_assert_int_eq(come_back(c), 200);
	turns(100);
	ck_assert_int_eq(c->records, 300);
	stage_index(g, 0, 150);
	stage_index(g, 1, 1000);
	turns(100);
	stage_index(g, 0, 1000);
	turns(100);
	/* The last partition is all that is missing; of that the last is in memory. */
	ck_assert(!stage_has_all(g, c));
	stage_index(g, 2, 195);
	stage_until_all(g);
	ck_assert_int_eq(c->records, 900);
}
END_TEST

/* What follows the last record are offsets without one, of which the index alone knows. */
START_TEST(holes_keep_no_one_from_joining)
{
	struct stage_client *c;

	g->f.config.sse.recent = 3000;
	stage_start(g);
	stage_index_anew(g);
	c = opened(0, "");
	append(300);
	stage_tail_all(g);
	stage_until_all(g);
	stage_disconnect(c);
	stage_append(g, 1, STAGE_HOLE);
	stage_append(g, 1, STAGE_HOLE);
	stage_index_all(g);
	/* A tailer that begins behind them. */
	memcpy(g->sent, g->end, sizeof(g->sent));
	memcpy(g->safe, g->end, sizeof(g->safe));
	stage_restart_tailer(g);
	ck_assert_int_eq(come_back(c), 200);
	for (int i = 0; i < 10; i++)
		stage_append(g, 0, STAGE_GOOD);
	turns(20);
	stage_tail_all(g);
	stage_until_all(g);
	ck_assert_int_eq(c->records, 310);
}
END_TEST

START_TEST(tokens_that_are_none_are_refused)
{
	stage_start(g);
	opened(0, "");
	append(30);
	stage_tail_all(g);
	stage_until_all(g);
	ck_assert_int_eq(asked(&g->c[1], "", "x"), 400);
	ck_assert_int_eq(asked(&g->c[1], "", "AQECAwQFBgQBrAIAAg=="), 400);
	ck_assert_int_eq(asked(&g->c[1], "?last_event_id=%zz", NULL), 400);
	ck_assert_int_eq(asked(&g->c[1], "?last_event_id=a&last_event_id=b", NULL), 400);
	ck_assert_int_eq(asked(&g->c[1], "?parent=x", NULL), 400);
	ck_assert_int_eq(asked(&g->c[1], "?action=%zz", NULL), 400);
	ck_assert_int_eq(asked(&g->c[1], "?action=:", NULL), 400);
	ck_assert_int_eq(asked(&g->c[1], "", token(4712, 1, 1, 1)), 410);
	ck_assert(strstr(g->c[1].in, "urn:cmdr:problem:gone") != NULL);
	ck_assert_int_eq(stage_count(g, COUNT_sse_streams), 1);
}
END_TEST

START_TEST(a_token_ahead_of_everything_is_refused)
{
	stage_start(g);
	stage_index_anew(g);
	opened(0, "");
	append(30);
	stage_tail_all(g);
	stage_index_all(g);
	ck_assert_int_eq(asked(&g->c[1], "", token(4711, 10, 11, 10)), 410);
	ck_assert(strstr(g->c[1].in, "behind the end") != NULL);
}
END_TEST

/* Cut off from Kafka, this machine knows less than another may: gone would be taken for lost. */
START_TEST(a_token_ahead_is_not_refused_for_good_on_hearsay)
{
	stage_start(g);
	stage_index_anew(g);
	opened(0, "");
	append(30);
	stage_tail_all(g);
	stage_index_all(g);
	atomic_store(&g->f.shared->tailer.answered_ms, clock_ms() - 3000);
	ck_assert_int_eq(asked(&g->c[1], "", token(4711, 10, 11, 10)), 503);
	/* A broker answers, and says that there is more. */
	atomic_store(&g->f.shared->tailer.answered_ms, clock_ms() + 3600000);
	atomic_store(&g->f.shared->tailer.ends[1], 11);
	ck_assert_int_eq(asked(&g->c[1], "", token(4711, 10, 11, 10)), 503);
	ck_assert_int_eq(asked(&g->c[1], "", token(4711, 10, 12, 10)), 410);
}
END_TEST

START_TEST(a_token_of_a_machine_that_is_further_waits)
{
	stage_start(g);
	stage_index_anew(g);
	opened(0, "");
	append(30);
	stage_tail_all(g);
	stage_index_all(g);
	stage_connect(g, &g->c[1], "", token(4711, 10, 12, 10));
	turns(100);
	ck_assert_int_eq(g->c[1].status, 0);
	for (int i = 0; i < 4; i++)
		stage_append(g, 1, STAGE_GOOD);
	stage_tail(g, 1, 4);
	stage_until_answered(g, &g->c[1]);
	ck_assert_int_eq(g->c[1].status, 200);
	stage_until_all(g);
	ck_assert_int_eq(g->c[1].records, 2);
}
END_TEST

START_TEST(without_an_index_no_token_is_taken)
{
	g->f.config.index.enabled = 0;
	stage_start(g);
	opened(0, "");
	ck_assert_int_eq(asked(&g->c[1], "", token(4711, 0, 0, 0)), 410);
	ck_assert(strstr(g->c[1].in, "index.enabled") != NULL);
}
END_TEST

/* The tailer goes on further than where it was: this worker was cut off, or Kafka kept no more. */
static void
make_gap(void)
{
	fake_kill_tailer(&g->f);
	append(300);
	memcpy(g->safe, g->end, sizeof(g->safe));
	stage_restart_tailer(g);
	append(30);
	while (!g->f.subscribed[BOARD_EVENTS])
		stage_turn(g);
	stage_tail_all(g);
}

START_TEST(streams_fall_back_to_the_index_over_a_gap)
{
	stage_start(g);
	stage_index_anew(g);
	opened(0, "");
	opened(1, "?action=third");
	g->c[1].action = "third";
	append(90);
	stage_tail_all(g);
	stage_until_all(g);
	make_gap();
	turns(50);
	ck_assert_int_eq(g->c[0].records, 90);
	stage_index_all(g);
	stage_until_all(g);
	ck_assert_int_eq(g->c[0].records, 420);
	append(30);
	stage_tail_all(g);
	stage_until_all(g);
}
END_TEST

START_TEST(a_gap_finds_slow_clients_where_they_are)
{
	g->value_len = 20000;
	g->f.config.sse.buffer = (size_t)1 << 30;
	stage_start(g);
	stage_index_anew(g);
	opened(0, "");
	opened(1, "");
	g->c[0].reads = false;
	for (int i = 0; i < 30; i++) {
		append(30);
		stage_tail_all(g);
		turns(10);
	}
	stage_until_all(g);
	make_gap();
	stage_index_all(g);
	turns(50);
	ck_assert_int_eq(g->c[0].records, 0);
	g->c[0].reads = true;
	stage_until_all(g);
	ck_assert_int_eq(g->c[0].records, 900 + 330);
}
END_TEST

START_TEST(without_an_index_they_end_there)
{
	g->f.config.index.enabled = 0;
	stage_start(g);
	opened(0, "");
	append(90);
	stage_tail_all(g);
	stage_until_all(g);
	make_gap();
	stage_until_ended(g, &g->c[0]);
	ck_assert_int_eq(g->c[0].records, 90);
	opened(1, "");
}
END_TEST

static void
trim(int n)
{
	struct index_retention how = { .older_than = INT64_MAX, .now = INT64_MAX };
	int removed;

	ck_assert_int_eq(index_writer_trim(g->w, &how, n, &removed), INDEX_OK);
	ck_assert_int_eq(removed, n);
}

START_TEST(what_is_kept_no_longer_is_not_missed_in_silence)
{
	g->f.config.sse.recent = 3000;
	g->value_len = 10000;
	stage_start(g);
	stage_index_anew(g);
	opened(0, "");
	append(900);
	stage_tail_all(g);
	stage_index_all(g);
	stage_until_all(g);
	trim(30);
	/* By partition: the first 30 of partition 0 are gone. */
	ck_assert_int_eq(asked(&g->c[1], "", token(4711, 29, 0, 0)), 410);
	ck_assert(strstr(g->c[1].in, "kept no longer") != NULL);
	stage_connect(g, &g->c[2], "", token(4711, 30, 0, 0));
	stage_until_answered(g, &g->c[2]);
	ck_assert_int_eq(g->c[2].status, 200);
	/* It does not read, and more goes than it has taken. */
	g->c[2].reads = false;
	turns(100);
	trim(850);
	g->c[2].reads = true;
	stage_until_ended(g, &g->c[2]);
	ck_assert(!stage_has_all(g, &g->c[2]));
	ck_assert_int_eq(come_back(&g->c[2]), 410);
}
END_TEST

START_TEST(an_index_made_anew_is_read_from_where_a_stream_stands)
{
	g->f.config.sse.recent = 3000;
	g->value_len = 10000;
	stage_start(g);
	stage_index_anew(g);
	opened(0, "");
	append(900);
	stage_tail_all(g);
	stage_index_all(g);
	stage_until_all(g);
	stage_connect(g, &g->c[1], "", token(4711, 5, 10, 20));
	stage_until_answered(g, &g->c[1]);
	g->c[1].reads = false;
	turns(100);
	stage_index_anew(g);
	g->c[1].reads = true;
	turns(100);
	ck_assert(!stage_has_all(g, &g->c[1]));
	/* In another order than before. */
	stage_index(g, 2, 100);
	turns(100);
	stage_index(g, 1, 1000);
	stage_index_all(g);
	stage_until_all(g);
	ck_assert_int_eq(g->c[1].records, 865);
}
END_TEST

START_TEST(an_index_that_begins_later_loses_nothing_in_silence)
{
	g->f.config.sse.recent = 3000;
	stage_start(g);
	stage_index_anew(g);
	opened(0, "");
	append(900);
	stage_tail_all(g);
	stage_until_all(g);
	/* Kafka kept no more of partition 1 when this index was begun. */
	g->low[1] = 150;
	stage_index(g, 0, 1000);
	stage_connect(g, &g->c[1], "", token(4711, 100, 100, 100));
	stage_until_answered(g, &g->c[1]);
	ck_assert_int_eq(g->c[1].status, 200);
	turns(50);
	stage_index(g, 2, 1000);
	turns(50);
	stage_index(g, 1, 1000);
	stage_until_ended(g, &g->c[1]);
	ck_assert_int_eq(come_back(&g->c[1]), 410);
	ck_assert_int_eq(asked(&g->c[2], "", token(4711, 100, 150, 100)), 200);
	stage_until_all(g);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("stream_resume");
	TCase *tc = tcase_create("stream_resume");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, a_token_joins_what_is_in_memory);
	tcase_add_test(tc, the_query_may_carry_the_token);
	tcase_add_test(tc, an_old_token_reads_the_index);
	tcase_add_test(tc, a_stream_waits_for_the_index_to_reach_the_tailer);
	tcase_add_test(tc, holes_keep_no_one_from_joining);
	tcase_add_test(tc, tokens_that_are_none_are_refused);
	tcase_add_test(tc, a_token_ahead_of_everything_is_refused);
	tcase_add_test(tc, a_token_ahead_is_not_refused_for_good_on_hearsay);
	tcase_add_test(tc, a_token_of_a_machine_that_is_further_waits);
	tcase_add_test(tc, without_an_index_no_token_is_taken);
	tcase_add_test(tc, streams_fall_back_to_the_index_over_a_gap);
	tcase_add_test(tc, a_gap_finds_slow_clients_where_they_are);
	tcase_add_test(tc, without_an_index_they_end_there);
	tcase_add_test(tc, what_is_kept_no_longer_is_not_missed_in_silence);
	tcase_add_test(tc, an_index_made_anew_is_read_from_where_a_stream_stands);
	tcase_add_test(tc, an_index_that_begins_later_loses_nothing_in_silence);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
