/*
 * check_worker.c: src/worker as a process between clients and roles that fail
 * in every way: what a client is told is true, and nothing waits for ever.
 */
#include "worker_client.h"

START_TEST(a_command_is_acknowledged)
{
	int64_t before = clock_wall_ms();

	fake_start(&f);
	ck_assert_int_eq(post(POST), 202);
	ck_assert(has("\r\nLocation: /commands/"));
	ck_assert(has("\"action\":\"create-foo\",\"data\":{\"a\":1},\"timestamp\":"));
	ck_assert(has("\"topic\":\"commands\",\"partition\":3,\"offset\":17}"));
	ck_assert(!has("children"));
	ck_assert_int_ge(f.timestamp, before);
	ck_assert_int_eq(f.watches, 0);
	/* The same connection again, and more at once than are answered one by one. */
	ask(POST, COMMAND);
	ck_assert_int_eq(answer(), 202);
}
END_TEST

START_TEST(pipelined_commands_are_answered_in_order)
{
	char text[4000];
	size_t used = 0;
	int64_t until = clock_ms() + PATIENCE_MS;
	const char *at;

	fake_start(&f);
	dial();
	for (int i = 0; i < 10; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "POST /commands HTTP/1.1\r\nHost: h\r\n"
		    JSON "Content-Length: 33\r\n\r\n{\"action\":\"a-%d\",\"data\":{\"a\":1}}  ", i);
	ask_bytes(text, used);
	while (!has("\"a-9\"") && clock_ms() < until)
		spin();
	at = c.got;
	for (int i = 0; i < 10; i++) {
		snprintf(text, sizeof(text), "\"a-%d\"", i);
		at = strstr(at, text);
		ck_assert_ptr_nonnull(at);
	}
	ck_assert_int_eq(f.publishes, 10);
}
END_TEST

START_TEST(a_sync_command_gets_its_event)
{
	f.emit = true;
	fake_start(&f);
	ck_assert_int_eq(post(SYNC), 201);
	ck_assert(has("\"offset\":17,\"children\":[\""));
	ck_assert(has("\"],\"events\":[{\"id\":\""));
	ck_assert(has("\"action\":\"foo-created\",\"data\":{},\"timestamp\":1474374896801,"
	    "\"topic\":\"events\",\"partition\":2,\"offset\":5}]}"));
	ck_assert_int_eq(f.watches, 1);
	ck_assert_int_eq(f.unwatches, 0);
}
END_TEST

START_TEST(an_event_before_the_acknowledgement_is_held)
{
	f.emit = true;
	f.emit_early = true;
	f.produce = FAKE_SILENT;
	fake_start(&f);
	dial();
	ask(SYNC, COMMAND);
	until_publishes(1);
	for (int i = 0; i < 100; i++)
		spin();
	ck_assert_uint_eq(c.len, 0);
	fake_ack(&f, f.seq);
	ck_assert_int_eq(answer(), 201);
	ck_assert(has("\"offset\":17,\"children\":[\""));
}
END_TEST

START_TEST(no_event_in_time_is_told_so)
{
	static const char *const statuses[] = { "202", "409", "504" };

	set("sync.timeout", "50ms");
	set("sync.timeout_status", statuses[_i]);
	fake_start(&f);
	ck_assert_int_eq(post(SYNC), atoi(statuses[_i]));
	ck_assert(has("\"offset\":17,\"children\":[],\"events\":[],"
	    "\"error\":\"timed out waiting for completion event\"}"));
	ck_assert(has("\r\nLocation: /commands/"));
	while (f.unwatches == 0)
		spin();
	ck_assert(!has("Preference-Applied"));
}
END_TEST

static const struct {
	const char	*head;
	int		 status;
	const char	*applied;	/* NULL: none */
} preferences[] = {
	{ "POST /commands\nPrefer: respond-async\r\n" JSON, 202, "respond-async" },
	{ "POST /commands\nPrefer: wait=1\r\n" JSON, 201, "wait=1" },
	{ "POST /commands\nprefer: foo, WAIT=\"2\"; a=b\r\n" JSON, 201, "wait=2" },
	{ "POST /commands\nPrefer: wait=1, wait=2\r\n" JSON, 201, "wait=1" },
	{ "POST /commands\nPrefer: wait=1\r\nPrefer: respond-async\r\n" JSON, 201, "wait=1" },
	{ "POST /commands\nPrefer: wait=99999999999999999999\r\n" JSON, 201, "wait=60" },
	{ "POST /commands\nPrefer: wait\r\n" JSON, 202, NULL },
	{ "POST /commands\nPrefer: wait=\r\n" JSON, 202, NULL },
	{ "POST /commands\nPrefer: wait=-1\r\n" JSON, 202, NULL },
	{ "POST /commands\nPrefer: wait=1x\r\n" JSON, 202, NULL },
	{ "POST /commands\nPrefer: ,,=\"\r\n" JSON, 202, NULL },
	{ "POST /commands\nPrefer: a=\"wait=1, wait=2\"\r\n" JSON, 202, NULL },
	{ "POST /commands?sync=false\nPrefer: wait=1\r\n" JSON, 202, NULL },
	{ "POST /commands?sync=true\nPrefer: wait=1\r\n" JSON, 201, "wait=1" },
	{ "POST /commands?sync=true\nPrefer: respond-async\r\n" JSON, 201, NULL },
	{ "POST /commands?x=y&s%79nc=tr%75e\n" JSON, 201, NULL },
	{ "POST /commands?async=true&&sync=false&=\n" JSON, 202, NULL },
	{ "POST /commands?sync=1\n" JSON, 400, NULL },
	{ "POST /commands?sync\n" JSON, 400, NULL },
	{ "POST /commands?sync=true&sync=true\n" JSON, 400, NULL },
	{ "POST /commands?sync=%zz\n" JSON, 400, NULL },
};

START_TEST(preferences_decide_as_agreed)
{
	char want[100];

	f.emit = true;
	f.emit_early = true;
	fake_start(&f);
	for (size_t i = 0; i < sizeof(preferences) / sizeof(preferences[0]); i++) {
		ck_assert_msg(post(preferences[i].head) == preferences[i].status, "%s: %s",
		    preferences[i].head, c.got);
		snprintf(want, sizeof(want), "\r\nPreference-Applied: %s\r\n",
		    preferences[i].applied != NULL ? preferences[i].applied : "");
		ck_assert_msg(has(preferences[i].applied != NULL ? want : "Preference-Applied") ==
		    (preferences[i].applied != NULL), "%s: %s", preferences[i].head, c.got);
	}
}
END_TEST

static const struct {
	enum ipc_nak	 kind;
	int		 status;
	const char	*slug;
	bool		 safe;
} naks[] = {
	{ NAK_NOT_SENT, 503, "unavailable", true },
	{ NAK_FULL, 503, "unavailable", true },
	{ NAK_UNREACHABLE, 503, "unavailable", true },
	{ NAK_UNKNOWN, 504, "outcome-unknown", false },
	{ NAK_TOO_LARGE, 413, "too-large", false },
	{ NAK_REFUSED, 503, "unavailable", false },
};

START_TEST(a_failure_is_told_for_what_it_is)
{
	char slug[64];

	f.produce = FAKE_NAK;
	f.nak_kind = naks[_i].kind;
	set("sync.timeout", "50ms");
	fake_start(&f);
	for (int sync = 0; sync < 2; sync++) {
		ck_assert_int_eq(post(sync ? SYNC : POST), naks[_i].status);
		snprintf(slug, sizeof(slug), "urn:cmdr:problem:%s\"", naks[_i].slug);
		ck_assert_msg(has(slug), "%s", c.got);
		ck_assert_int_eq(has("safe to retry"), naks[_i].safe);
		ck_assert_int_eq(has("\r\nRetry-After: "), naks[_i].status == 503);
		ck_assert_int_eq(has("\r\nLocation: /commands/"), naks[_i].kind == NAK_UNKNOWN);
		ck_assert_int_eq(has("\"id\":\""), naks[_i].kind == NAK_UNKNOWN);
		ck_assert(has("the test says so") || (sync && naks[_i].kind == NAK_UNKNOWN));
	}
}
END_TEST

START_TEST(an_event_proves_what_is_unknown)
{
	f.produce = FAKE_NAK;
	f.nak_kind = NAK_UNKNOWN;
	fake_start(&f);
	dial();
	ask(SYNC, COMMAND);
	until_publishes(1);
	for (int i = 0; i < 50; i++)
		spin();
	fake_event(&f, &f.watched);
	ck_assert_int_eq(answer(), 201);
	ck_assert(has("\"partition\":null,\"offset\":null,\"children\":[\""));
}
END_TEST

START_TEST(a_producer_that_dies_leaves_the_outcome_unknown)
{
	f.produce = FAKE_DIE;
	set("sync.timeout", "50ms");
	fake_start(&f);
	ck_assert_int_eq(post(POST), 504);
	ck_assert(has("outcome-unknown"));
	/* Without a link nothing can be written; that is told at once. */
	ck_assert_int_eq(post(POST), 503);
	ck_assert(has("safe to retry"));
	f.produce = FAKE_ACK;
	fake_link_producer(&f);
	for (int i = 0; i < 100; i++)
		spin();
	ck_assert_int_eq(post(POST), 202);
	f.produce = FAKE_DIE;
	ck_assert_int_eq(post(SYNC), 504);
}
END_TEST

START_TEST(a_producer_that_is_silent_bounds_the_wait)
{
	f.produce = FAKE_SILENT;
	set("kafka.delivery_timeout", "1s");
	set("sync.timeout", "10ms");
	fake_start(&f);
	ck_assert_int_eq(post(_i ? SYNC : POST), 504);
	ck_assert(has("outcome-unknown") && has("\"id\":\""));
}
END_TEST

START_TEST(a_new_tailer_is_told_of_open_watches)
{
	f.produce = FAKE_SILENT;
	fake_start(&f);
	dial();
	ask(SYNC, COMMAND);
	until_publishes(1);
	ck_assert_int_eq(f.synced, 1);
	fake_kill_tailer(&f);
	for (int i = 0; i < 50; i++)
		spin();
	fake_link_tailer(&f);
	while (f.synced < 2)
		spin();
	ck_assert_int_eq(f.watches, 2);
	fake_event(&f, &f.watched);
	fake_ack(&f, f.seq);
	ck_assert_int_eq(answer(), 201);
}
END_TEST

START_TEST(sync_is_refused_without_a_tailer_at_its_end)
{
	fake_start(&f);
	atomic_store(&f.shared->tailer.assigned, 0);
	ck_assert_int_eq(post(SYNC), 503);
	ck_assert(has("safe to retry"));
	ck_assert_int_eq(f.publishes, 0);
	ck_assert_int_eq(f.watches, 0);
	ck_assert_int_eq(post(POST), 202);
	dial();
	ask("GET /ready\n", "");
	ck_assert_int_eq(answer(), 503);
	ck_assert(has("{\"ready\":false,\"checks\":[{\"name\":\"producer\",\"ok\":true"));
	ck_assert(has("{\"name\":\"tailer\",\"ok\":false,"));
	ck_assert(has("{\"name\":\"index\",\"ok\":false,"));
	ck_assert(has("{\"name\":\"disk\",\"ok\":true,"));
	atomic_store(&f.shared->tailer.assigned, 1);
	ask("GET /ready\n", "");
	ck_assert_int_eq(answer(), 200);
	ask("GET /health\n", "");
	ck_assert_int_eq(answer(), 200);
}
END_TEST

START_TEST(an_unreachable_kafka_is_told_at_once)
{
	fake_start(&f);
	atomic_store(&f.shared->producer.answered_ms, clock_ms() - 3600000);
	ck_assert_int_eq(post(POST), 503);
	ck_assert(has("safe to retry") && has("\r\nRetry-After: "));
	ck_assert_int_eq(f.publishes, 0);
	dial();
	ask("GET /ready\n", "");
	ck_assert_int_eq(answer(), 503);
	atomic_store(&f.shared->producer.answered_ms, clock_ms());
	atomic_store(&f.shared->producer.queued, f.config.kafka.max_queued);
	ask("GET /ready\n", "");
	ck_assert_int_eq(answer(), 503);
}
END_TEST

START_TEST(commands_in_flight_are_bounded)
{
	int other;

	set("http.max_in_flight", "1");
	f.produce = FAKE_SILENT;
	fake_start(&f);
	dial();
	ask(POST, COMMAND);
	until_publishes(1);
	other = dup(c.fd);
	ck_assert_int_eq(post(POST), 503);
	ck_assert(has("safe to retry"));
	/* The first client hangs up: its place is free again. */
	close(other);
	until_none_in_flight();
	dial();
	ask(POST, COMMAND);
	until_publishes(2);
	fake_ack(&f, f.seq);
	ck_assert_int_eq(answer(), 202);
}
END_TEST

START_TEST(a_client_that_hangs_up_frees_what_waits)
{
	int64_t until = clock_ms() + PATIENCE_MS;

	fake_start(&f);
	dial();
	ask(SYNC, COMMAND);
	until_publishes(1);
	if (_i == 0)
		close(c.fd);
	else
		shutdown(c.fd, SHUT_WR);
	c.fd = _i == 0 ? -1 : c.fd;
	while (f.unwatches == 0 && clock_ms() < until)
		spin();
	ck_assert_int_eq(f.unwatches, 1);
	until_none_in_flight();
	/* An event for it that comes all the same is nothing to anyone. */
	fake_event(&f, &f.watched);
	f.emit = true;
	ck_assert_int_eq(post(SYNC), 201);
}
END_TEST

START_TEST(a_stop_finishes_what_is_in_flight)
{
	int64_t until = clock_ms() + PATIENCE_MS;
	int idle, busy;

	f.produce = FAKE_SILENT;
	fake_start(&f);
	dial();
	ask("GET /health\n", "");
	ck_assert_int_eq(answer(), 200);
	idle = dup(c.fd);
	dial();
	ask(POST, COMMAND);
	until_publishes(1);
	fake_stop(&f);
	/* The listener is closed, the idle connection ends, the busy one waits. */
	while (recv(idle, c.got, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN && clock_ms() < until)
		spin();
	ck_assert_int_eq(recv(idle, c.got, 1, MSG_DONTWAIT), 0);
	busy = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(busy, (struct sockaddr *)&f.addr, sizeof(f.addr)), -1);
	fake_ack(&f, f.seq);
	ck_assert_int_eq(answer(), 202);
	ck_assert(has("\r\nConnection: close\r\n"));
	ck_assert_int_eq(fake_wait(&f), 0);
	close(idle);
	close(busy);
}
END_TEST

START_TEST(a_stop_is_bounded_by_the_grace)
{
	set("shutdown.grace", "100ms");
	f.produce = FAKE_SILENT;
	fake_start(&f);
	dial();
	ask(POST, COMMAND);
	until_publishes(1);
	fake_stop(&f);
	ck_assert_int_eq(fake_wait(&f), 0);
	ck_assert_int_eq(answer(), 0);
}
END_TEST

START_TEST(readiness_ends_before_the_listeners)
{
	f.produce = FAKE_SILENT;
	fake_start(&f);
	dial();
	ask("GET /health\n", "");
	ck_assert_int_eq(answer(), 200);
	fake_stop(&f);
	/* Sent before the drain looks at idle connections: it is answered, and the answer is no. */
	ask("GET /ready\n", "");
	ck_assert_int_eq(answer(), 503);
	ck_assert(has("\"worker\",\"ok\":false"));
	ck_assert_int_eq(fake_wait(&f), 0);
}
END_TEST

START_TEST(connections_are_bounded)
{
	int fds[3];

	set("http.max_connections", "2");
	fake_start(&f);
	for (int i = 0; i < 2; i++) {
		dial();
		ask("GET /health\n", "");
		ck_assert_int_eq(answer(), 200);
		fds[i] = dup(c.fd);
	}
	/* The third waits in the backlog until one is gone. */
	dial();
	ask("GET /health\n", "");
	for (int i = 0; i < 100; i++)
		spin();
	ck_assert_uint_eq(c.len, 0);
	shutdown(fds[0], SHUT_RDWR);
	ck_assert_int_eq(answer(), 200);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

START_TEST(a_master_that_vanishes_is_noticed)
{
	fake_start(&f);
	close(f.control);
	f.control = -1;
	ck_assert_int_eq(fake_wait(&f), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("worker");
	TCase *t = tcase_create("worker");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, start, stop);
	tcase_add_test(t, a_command_is_acknowledged);
	tcase_add_test(t, pipelined_commands_are_answered_in_order);
	tcase_add_test(t, a_sync_command_gets_its_event);
	tcase_add_test(t, an_event_before_the_acknowledgement_is_held);
	tcase_add_loop_test(t, no_event_in_time_is_told_so, 0, 3);
	tcase_add_test(t, preferences_decide_as_agreed);
	tcase_add_loop_test(t, a_failure_is_told_for_what_it_is, 0, 6);
	tcase_add_test(t, an_event_proves_what_is_unknown);
	tcase_add_test(t, a_producer_that_dies_leaves_the_outcome_unknown);
	tcase_add_loop_test(t, a_producer_that_is_silent_bounds_the_wait, 0, 2);
	tcase_add_test(t, a_new_tailer_is_told_of_open_watches);
	tcase_add_test(t, sync_is_refused_without_a_tailer_at_its_end);
	tcase_add_test(t, an_unreachable_kafka_is_told_at_once);
	tcase_add_test(t, commands_in_flight_are_bounded);
	tcase_add_loop_test(t, a_client_that_hangs_up_frees_what_waits, 0, 2);
	tcase_add_test(t, a_stop_finishes_what_is_in_flight);
	tcase_add_test(t, a_stop_is_bounded_by_the_grace);
	tcase_add_test(t, readiness_ends_before_the_listeners);
	tcase_add_test(t, connections_are_bounded);
	tcase_add_test(t, a_master_that_vanishes_is_noticed);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
