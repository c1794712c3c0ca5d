/*
 * check_trace.c: which traceparent is passed on (W3C Trace Context 3.2), and
 * that it comes to the producer as headers of the record.
 */
#include "worker/trace.h"

#include "worker_client.h"

#define PARENT "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

static const struct {
	const char	*text;
	bool		 valid;
} rows[] = {
	{ PARENT, true },
	{ "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", true },
	{ "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true },
	{ "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-comes-later", true },
	{ "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.what", false },
	{ "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", false },
	{ "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false },
	{ "00-00000000000000000000000000000000-b7ad6b7169203331-01", false },
	{ "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false },
	{ "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", false },
	{ "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0", false },
	{ "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false },
	{ "00-0af7651916cd43dd8448eb211c80319-cb7ad6b7169203331-01", false },
	{ "", false },
	{ "00", false },
};

START_TEST(the_text_is_read_strictly)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(trace_valid(rows[i].text, strlen(rows[i].text)) == rows[i].valid, "%s", rows[i].text);
}
END_TEST

START_TEST(it_goes_with_the_record)
{
	f.produce = FAKE_ACK;
	fake_start(&f);
	dial();
	ask("POST /commands\n" JSON "traceparent: " PARENT "\r\ntracestate: a=1\r\nTraceState: b=2\r\n", COMMAND);
	ck_assert_int_eq(answer(), 202);
	ck_assert_uint_eq(f.nheaders, 2);
	ck_assert_str_eq(f.headers[0], "traceparent=" PARENT);
	ck_assert_str_eq(f.headers[1], "tracestate=a=1, b=2");
	ask("POST /commands\n" JSON "traceparent: 00-x\r\ntracestate: a=1\r\n", COMMAND);
	ck_assert_int_eq(answer(), 202);
	ck_assert_uint_eq(f.nheaders, 0);
	ask("POST /commands\n" JSON "traceparent: " PARENT "\r\n", "[" COMMAND "]");
	ck_assert_int_eq(answer(), 202);
	ck_assert_uint_eq(f.nheaders, 1);
}
END_TEST

START_TEST(every_answer_has_a_request_id)
{
	fake_start(&f);
	dial();
	ask("GET /health\n", "");
	ck_assert_int_eq(answer(), 200);
	ck_assert(has("\r\nX-Request-Id: "));
	ask("GET /nothing\nX-Request-Id: mine-7\r\n", "");
	ck_assert_int_eq(answer(), 404);
	ck_assert(has("\r\nX-Request-Id: mine-7\r\n"));
	ask("GET /health\nX-Request-Id: \xc3\xa4\r\n", "");
	ck_assert_int_eq(answer(), 200);
	ck_assert(has("\r\nX-Request-Id: ") && !has("\xc3\xa4"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("trace");
	TCase *t = tcase_create("trace");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, start, stop);
	tcase_add_test(t, the_text_is_read_strictly);
	tcase_add_test(t, it_goes_with_the_record);
	tcase_add_test(t, every_answer_has_a_request_id);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
