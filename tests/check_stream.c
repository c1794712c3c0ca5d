/*
 * check_stream.c: live streams: how they begin, go on, end, and what a client
 * gets that reads slowly or not at all. What the stage's clients get is checked
 * with every byte. Coming back is check_stream_resume.c's; check_stream_random.c
 * does all of it at once.
 */
#include "stream_client.h"

START_TEST(a_stream_begins_now)
{
	struct stage_client *c;

	stage_start(g);
	append(30);
	stage_tail_all(g);
	c = opened(0, "");
	ck_assert_int_eq(c->next[0], 10);
	ck_assert_int_eq(c->records, 0);
	append(3000);
	stage_tail_all(g);
	stage_until_all(g);
	ck_assert_int_eq(c->records, 3000);
	ck_assert_int_eq(stage_count(g, COUNT_sse_streams), 1);
	ck_assert_int_eq(stage_count(g, COUNT_sse_records_sent), 3000);
	stage_disconnect(c);
	while (stage_count(g, COUNT_sse_streams) > 0)
		stage_turn(g);
}
END_TEST

START_TEST(the_headers_wait_until_now_is_known)
{
	stage_start(g);
	append(30);
	stage_tail_all(g);
	stage_connect(g, &g->c[0], "", NULL);
	while (!g->f.subscribed[BOARD_EVENTS])
		stage_turn(g);
	turns(50);
	ck_assert_int_eq(g->c[0].status, 0);
	append(30);
	stage_tail_all(g);
	stage_until_answered(g, &g->c[0]);
	stage_until_all(g);
	ck_assert_int_eq(g->c[0].records, 30);
}
END_TEST

START_TEST(the_commands_topic_is_streamed_alike)
{
	stage_free(g);
	stage_init(g, BOARD_COMMANDS, 2);
	stage_start(g);
	opened(0, "");
	ck_assert(!g->f.subscribed[BOARD_EVENTS]);
	append(100);
	stage_tail_all(g);
	stage_until_all(g);
	ck_assert_int_eq(g->c[0].records, 100);
}
END_TEST

START_TEST(what_is_no_event_is_passed_over)
{
	stage_start(g);
	opened(0, "");
	stage_append(g, 0, STAGE_GARBAGE);
	stage_append(g, 0, STAGE_HOLE);
	stage_append(g, 0, STAGE_GOOD);
	stage_append(g, 1, STAGE_GARBAGE);
	stage_append(g, 2, STAGE_HOLE);
	stage_tail_all(g);
	stage_until_all(g);
	ck_assert_int_eq(g->c[0].records, 1);
}
END_TEST

START_TEST(without_a_tailer_nothing_begins)
{
	stage_start(g);
	fake_kill_tailer(&g->f);
	stage_connect(g, &g->c[0], "", NULL);
	/* One that comes back waits for the index as well, in vain. */
	stage_connect(g, &g->c[1], "", token(4711, 0, 0, 0));
	stage_until_answered(g, &g->c[0]);
	stage_until_answered(g, &g->c[1]);
	ck_assert_int_eq(g->c[0].status, 503);
	ck_assert(strstr(g->c[0].in, "Retry-After: 1") != NULL);
	ck_assert_int_eq(g->c[1].status, 503);
}
END_TEST

START_TEST(a_client_may_go_while_it_waits)
{
	stage_start(g);
	fake_kill_tailer(&g->f);
	stage_connect(g, &g->c[0], "", NULL);
	turns(20);
	stage_disconnect(&g->c[0]);
	turns(20);
	stage_restart_tailer(g);
	opened(1, "");
	append(3);
	stage_tail_all(g);
	stage_until_all(g);
	ck_assert_int_eq(stage_count(g, COUNT_sse_streams), 1);
}
END_TEST

START_TEST(a_tailer_that_starts_again_doubles_nothing)
{
	stage_start(g);
	opened(0, "");
	append(90);
	stage_tail_all(g);
	stage_until_all(g);
	stage_checkpoint(g);
	append(90);
	stage_tail_all(g);
	turns(20);
	stage_restart_tailer(g);
	append(90);
	while (!g->f.subscribed[BOARD_EVENTS])
		stage_turn(g);
	stage_tail_all(g);
	stage_until_all(g);
	ck_assert_int_eq(g->c[0].records, 270);
	ck_assert_int_eq(g->f.subscribes, 2);
}
END_TEST

START_TEST(streams_of_a_topic_made_anew_end)
{
	stage_start(g);
	opened(0, "");
	append(90);
	stage_tail_all(g);
	stage_until_all(g);
	g->epoch++;
	memset(g->sent, 0, sizeof(g->sent));
	memset(g->end, 0, sizeof(g->end));
	g->c[0].reads = false;
	stage_feed(g);
	turns(50);
	ck_assert_int_eq(stage_count(g, COUNT_sse_streams), 0);
	opened(1, "");
	append(9);
	stage_tail_all(g);
	g->c[0].open = false;
	stage_until_all(g);
	ck_assert_int_eq(g->c[1].records, 9);
}
END_TEST

START_TEST(a_new_partition_is_streamed_from_its_beginning)
{
	stage_start(g);
	opened(0, "");
	append(9);
	stage_tail_all(g);
	stage_until_all(g);
	g->partitions = 4;
	/* Its records may come before FEED tells of it. */
	stage_append(g, 3, STAGE_GOOD);
	stage_tail(g, 3, 1);
	stage_until_all(g);
	stage_feed(g);
	append(40);
	stage_tail_all(g);
	stage_until_all(g);
	ck_assert_int_eq(g->c[0].records, 50);
	/* A token from before has it at 0. */
	ck_assert_int_eq(asked(&g->c[1], "", token(4711, 3, 3, 3)), 200);
	stage_until_all(g);
	ck_assert_int_eq(g->c[1].records, 41);
}
END_TEST

START_TEST(filters_keep_back_records_not_ids)
{
	struct stage_client *c;
	char query[100];

	g->f.config.sse.recent = 3000;
	stage_start(g);
	stage_index_anew(g);
	c = opened(0, "?action=:third");
	c->action = "third";
	append(900);
	stage_tail_all(g);
	stage_index_all(g);
	stage_until_all(g);
	ck_assert_int_eq(c->records, 300);
	stage_disconnect(c);
	append(900);
	stage_tail_all(g);
	stage_index_all(g);
	strcpy(query, c->id);
	stage_connect(g, c, "?action=third", query);
	stage_until_answered(g, c);
	stage_until_all(g);
	ck_assert_int_eq(c->records, 600);
	/* No record at all, but ids now and then. */
	opened(1, "?parent=ab675ea0-7f6d-11e6-bcdd-540e9df06c05");
	g->c[1].action = "none";
	append(6000);
	stage_tail_all(g);
	stage_until_all(g);
	turns(50);
	ck_assert_int_ge(g->c[1].blocks, 2 + 5);
	ck_assert_int_eq(g->c[1].records, 0);
}
END_TEST

START_TEST(a_heartbeat_says_where_the_stream_stands)
{
	int64_t until = clock_ms() + PATIENCE_MS;

	g->f.config.sse.heartbeat = 20;
	stage_start(g);
	opened(0, "");
	opened(1, "?action=none");
	g->c[1].action = "none";
	append(30);
	stage_tail_all(g);
	while ((g->c[0].blocks < 40 || g->c[1].blocks < 10) && clock_ms() < until)
		stage_turn(g);
	ck_assert_str_eq(g->c[0].id, token(4711, 10, 10, 10));
	ck_assert_str_eq(g->c[1].id, g->c[0].id);
	/* Also while the tailer is away. */
	fake_kill_tailer(&g->f);
	for (int seen = g->c[0].blocks; g->c[0].blocks < seen + 5 && clock_ms() < until;)
		stage_turn(g);
	ck_assert(!g->c[0].ended);
	ck_assert_int_lt(clock_ms(), until);
}
END_TEST

START_TEST(a_client_that_does_not_read_is_cut)
{
	int64_t until = clock_ms() + PATIENCE_MS;

	g->value_len = 20000;
	g->f.config.sse.buffer = 100000;
	g->f.config.sse.recent = 100000;
	stage_start(g);
	opened(0, "");
	opened(1, "");
	g->c[1].reads = false;
	while (stage_count(g, COUNT_sse_cut_slow) == 0 && clock_ms() < until) {
		append(3);
		stage_tail_all(g);
		turns(5);
	}
	ck_assert_int_eq(stage_count(g, COUNT_sse_cut_slow), 1);
	stage_until_all(g);
	ck_assert(!g->c[0].ended);
	g->c[1].reads = true;
	stage_until_ended(g, &g->c[1]);
}
END_TEST

START_TEST(a_client_that_was_slow_for_a_moment_gets_all)
{
	g->value_len = 2000;
	stage_start(g);
	for (int i = 0; i < 8; i++)
		opened(i, i % 2 == 0 ? "" : "?action=third");
	for (int i = 1; i < 8; i += 2)
		g->c[i].action = "third";
	for (int i = 0; i < 4; i++)
		g->c[i].reads = false;
	append(300);
	stage_tail_all(g);
	turns(50);
	append(30);
	stage_tail_all(g);
	turns(50);
	for (int i = 0; i < 4; i++)
		g->c[i].reads = true;
	stage_until_all(g);
	append(30);
	stage_tail_all(g);
	stage_until_all(g);
	ck_assert_int_eq(stage_count(g, COUNT_sse_cut_slow), 0);
}
END_TEST

START_TEST(streams_end_with_the_worker)
{
	stage_start(g);
	for (int i = 0; i < 20; i++)
		opened(i, "");
	append(30);
	stage_tail_all(g);
	stage_until_all(g);
	fake_stop(&g->f);
	for (int i = 0; i < 20; i++)
		stage_until_ended(g, &g->c[i]);
	ck_assert_int_eq(fake_wait(&g->f), 0);
}
END_TEST

START_TEST(the_topic_is_let_go_after_the_last_stream)
{
	int64_t until = clock_ms() + PATIENCE_MS;

	stage_start(g);
	opened(0, "");
	append(30);
	stage_tail_all(g);
	stage_until_all(g);
	stage_disconnect(&g->c[0]);
	while (g->f.subscribed[BOARD_EVENTS] && clock_ms() < until)
		turns(10);
	ck_assert(!g->f.subscribed[BOARD_EVENTS]);
	/* And taken up again where it is by then. */
	append(30);
	memcpy(g->sent, g->end, sizeof(g->sent));
	g->fed = false;
	opened(1, "");
	append(30);
	stage_tail_all(g);
	stage_until_all(g);
	ck_assert_int_eq(g->c[1].records, 30);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("stream");
	TCase *tc = tcase_create("stream");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, a_stream_begins_now);
	tcase_add_test(tc, the_headers_wait_until_now_is_known);
	tcase_add_test(tc, the_commands_topic_is_streamed_alike);
	tcase_add_test(tc, what_is_no_event_is_passed_over);
	tcase_add_test(tc, without_a_tailer_nothing_begins);
	tcase_add_test(tc, a_client_may_go_while_it_waits);
	tcase_add_test(tc, a_tailer_that_starts_again_doubles_nothing);
	tcase_add_test(tc, streams_of_a_topic_made_anew_end);
	tcase_add_test(tc, a_new_partition_is_streamed_from_its_beginning);
	tcase_add_test(tc, filters_keep_back_records_not_ids);
	tcase_add_test(tc, a_heartbeat_says_where_the_stream_stands);
	tcase_add_test(tc, a_client_that_does_not_read_is_cut);
	tcase_add_test(tc, a_client_that_was_slow_for_a_moment_gets_all);
	tcase_add_test(tc, streams_end_with_the_worker);
	tcase_add_test(tc, the_topic_is_let_go_after_the_last_stream);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
