/*
 * check_access_log.c: the line that each answer leaves in the access log.
 */
#include <fcntl.h>

#include "worker_client.h"

static char path[64], text[16000];

static void
begin(void)
{
	start();
	strcpy(path, "/tmp/check_access_log.XXXXXX");
	f.access_fd = mkstemp(path);
	ck_assert_int_ne(f.access_fd, -1);
	f.produce = FAKE_ACK;
}

static void
end(void)
{
	stop();
	close(f.access_fd);
	unlink(path);
}

/* The log, once it has n lines. */
static void
lines(int n)
{
	for (int i = 0; i < 2000; i++) {
		ssize_t len = pread(f.access_fd, text, sizeof(text) - 1, 0);
		int found = 0;

		ck_assert_int_ge(len, 0);
		text[len] = '\0';
		for (ssize_t j = 0; j < len; j++)
			found += text[j] == '\n';
		if (found >= n)
			return;
		usleep(1000);
	}
	ck_abort_msg("%s", text);
}

static void
says(const char *part)
{
	ck_assert_msg(strstr(text, part) != NULL, "%s not in: %s", part, text);
}

START_TEST(the_common_form)
{
	set("http.access_log", "common");
	fake_start(&f);
	dial();
	ask("POST /commands?x=\"y\"\n" JSON "User-Agent: a\\b\t\x80\r\nReferer: http://r/\r\nX-Request-Id: mine\r\n",
	    COMMAND);
	ck_assert_int_eq(answer(), 202);
	ask("GET /nothing\n", "");
	ck_assert_int_eq(answer(), 404);
	lines(2);
	says("127.0.0.1 - - [");
	says("] \"POST /commands?x=\\\"y\\\" HTTP/1.1\" 202 ");
	says("\"http://r/\" \"a\\\\b\\x09\\x80\" \"mine\" ");
	says("\"GET /nothing HTTP/1.1\" 404 ");
	ck_assert(strstr(text, "create-foo") == NULL);
	/* What is no request is told as far as it goes. */
	dial();
	ask_bytes((const uint8_t *)"nonsense\r\n\r\n", 12);
	ck_assert_int_eq(answer(), 400);
	lines(3);
	says(" 400 ");
}
END_TEST

START_TEST(the_json_form)
{
	set("http.access_log", "json");
	fake_start(&f);
	dial();
	ask("GET /health\nUser-Agent: \"q\" \x80\r\n", "");
	ck_assert_int_eq(answer(), 200);
	ask("POST /commands\n" JSON, COMMAND);
	ck_assert_int_eq(answer(), 202);
	lines(2);
	says("\"user_agent\":\"\\\"q\\\" \\ufffd\"");
	says("\"command\":\"");
	says("{\"time\":\"");
	says("\"address\":\"127.0.0.1\",\"request\":\"POST /commands HTTP/1.1\",\"status\":");
	says(",\"request_id\":\"");
}
END_TEST

START_TEST(off_is_off)
{
	fake_start(&f);
	dial();
	ask("GET /health\n", "");
	ck_assert_int_eq(answer(), 200);
	usleep(50000);
	lines(0);
	ck_assert_str_eq(text, "");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("access log");
	TCase *t = tcase_create("access log");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, the_common_form);
	tcase_add_test(t, the_json_form);
	tcase_add_test(t, off_is_off);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
