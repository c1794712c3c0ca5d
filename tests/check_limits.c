/*
 * check_limits.c: how often a client may ask, through a worker's HTTP face; and the audit log where much or nothing fits.
 */
#include "auth_stage.h"

START_TEST(an_address_has_a_rate)
{
	f.config.limits.address_rate = 1;
	f.config.limits.address_burst = 5;
	go();
	/* Whatever it asks for: what is not there, too. */
	ck_assert_int_le(let("GET /none\n", "", 20), 15);
	ck_assert_int_eq(say("PATCH /commands\n", ""), 429);
	ck_assert_msg(has("\r\nRetry-After: ") && has("urn:cmdr:problem:too-many") && has("limits.address_rate"), "%s", c.got);
	ck_assert_int_eq(say("POST /commands\n" JSON AS("billing"), FOO), 429);
	ck_assert_int_eq(f.publishes, 0);
	ck_assert_int_eq(let("GET /health\n", "", 10), 10);
	ck_assert_int_eq(let("GET /metrics\n" AS("reader"), "", 10), 10);
	/* But guessing is counted there as well. */
	ck_assert_int_eq(say("GET /metrics\nAuthorization: Bearer x\r\n", ""), 429);
	ck_assert_int_gt(gauge(COUNT_http_limited), 10);
}
END_TEST

START_TEST(a_principal_has_a_rate)
{
	f.config.limits.principal_rate = 1000000;
	go();
	ck_assert_int_lt(let("POST /commands\n" JSON AS("slow"), FOO, 10), 10);
	ck_assert_int_eq(say("POST /commands\n" JSON AS("slow"), FOO), 429);
	ck_assert_msg(has("token:slow came with more than 1 requests a second (rate in auth.rules)"), "%s", c.got);
	ck_assert_int_eq(let("POST /commands\n" JSON AS("billing"), FOO, 10), 10);
	ck_assert_int_eq(let("GET /\n" AS("slow"), "", 10), 10);
}
END_TEST

/* What it may not do is counted as well. */
START_TEST(denials_are_counted)
{
	f.config.limits.principal_rate = 1;
	f.config.limits.principal_burst = 3;
	go();
	ck_assert_int_lt(let("GET /metrics\n" AS("billing"), "", 20), 20);
	ck_assert_int_eq(say("POST /commands\n" JSON AS("billing"), FOO), 429);
	ck_assert_int_eq(say("POST /commands\n" JSON AS("user"), FOO), 202);
}
END_TEST

START_TEST(a_batch_counts_as_many_as_it_holds)
{
	char body[20000] = "[" FOO;
	const char *const who = "POST /commands\n" JSON AS("slow");
	const char *const heads[] = { who, "POST /commands?atomic=true\n" JSON AS("slow") };

	for (int i = 1; i < 400; i++)
		strcat(body, "," FOO);
	/* One that is wrong as a whole took as much to find out. */
	strcat(body, _i == 1 ? ",{\"action\":1}]" : "]");
	go();
	/* With a bucket of one there is never more than the first: the rest is owed, not given. */
	ck_assert_int_eq(say(heads[_i], body), _i == 1 ? 422 : 202);
	ck_assert_int_eq(say(who, FOO), 429);
	ck_assert_msg(has("\r\nRetry-After: 4") || has("\r\nRetry-After: 39"), "%s", c.got);
	sleep(2);
	ck_assert_int_eq(say(who, FOO), 429);
}
END_TEST

START_TEST(a_batch_counts_for_its_address)
{
	f.config.limits.address_rate = 1;
	f.config.limits.address_burst = 1;
	go();
	ck_assert_int_eq(say("POST /commands\n" JSON AS("billing"), "[" FOO "," FOO "," FOO "," FOO "," FOO "," FOO "," FOO "," FOO "]"),
	    202);
	sleep(2);
	ck_assert_int_eq(say("GET /none\n", ""), 429);
}
END_TEST

/* More lines in one turn than wait for a write. */
START_TEST(no_line_of_a_large_batch_is_lost)
{
	static char body[400000];
	size_t used = 0;
	int n = 6000;

	f.config.http.max_batch = n;
	go();
	used = (size_t)snprintf(body, sizeof(body), "POST /commands HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-ndjson\r\n"
	    AS("billing") "Content-Length: %d\r\n\r\n", n * 35);
	for (int i = 0; i < n; i++)
		used += (size_t)snprintf(body + used, sizeof(body) - used, "{\"action\":\"create-bar\",\"data\":{}}\r\n");
	for (size_t at = 0; at < used;) {
		ssize_t m = send(c.fd, body + at, used - at, MSG_NOSIGNAL);

		ck_assert_int_gt(m, 0);
		at += (size_t)m;
	}
	while (strstr(c.got, "\r\n\r\n") == NULL && !c.closed)
		spin();
	ck_assert_ptr_eq(strstr(c.got, "HTTP/1.1 403"), c.got);
	for (int i = 0; i < 10000; i++) {
		struct stat st;

		ck_assert_int_eq(fstat(f.audit_fd, &st), 0);
		if (st.st_size > n * 200)
			break;
		usleep(1000);
	}
	ck_assert_int_eq(gauge(COUNT_http_unlogged), 0);
}
END_TEST

START_TEST(a_full_disk_stops_nothing)
{
	close(f.audit_fd);
	f.audit_fd = open("/dev/full", O_WRONLY);
	ck_assert_int_ne(f.audit_fd, -1);
	go();
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(say("POST /commands\n" JSON AS("billing"), FOO), 202);
	for (int i = 0; i < 1000 && gauge(COUNT_http_unlogged) < 20; i++)
		spin();
	ck_assert_int_eq(gauge(COUNT_http_unlogged), 20);
}
END_TEST

/* What may have been written is told with its id, and whose it was, though the client is gone. */
START_TEST(who_hangs_up_leaves_a_line)
{
	f.produce = FAKE_SILENT;
	go();
	ask("POST /commands\n" JSON AS("billing"), FOO);
	until_publishes(1);
	close(c.fd);
	c.fd = -1;
	lines(1);
	ck_assert_msg(logged("\"principal\":\"token:billing\",\"address\":\"127.0.0.1\"") && logged("\"command\":\"") &&
	    logged("\"outcome\":\"unknown: the client hung up\"}"), "%s", text);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("limits");
	TCase *t = tcase_create("limits");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, an_address_has_a_rate);
	tcase_add_test(t, a_principal_has_a_rate);
	tcase_add_test(t, denials_are_counted);
	tcase_add_loop_test(t, a_batch_counts_as_many_as_it_holds, 0, 2);
	tcase_add_test(t, a_batch_counts_for_its_address);
	tcase_add_test(t, no_line_of_a_large_batch_is_lost);
	tcase_add_test(t, a_full_disk_stops_nothing);
	tcase_add_test(t, who_hangs_up_leaves_a_line);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
