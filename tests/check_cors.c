/*
 * check_cors.c: what pages of other origins are told by a worker.
 */
#include "worker_client.h"

#define PREFLIGHT "Access-Control-Request-Method: POST\r\n"

START_TEST(nothing_is_said_unless_configured)
{
	fake_start(&f);
	dial();
	ask("GET /health\nOrigin: https://app.example.com\r\n", "");
	ck_assert_int_eq(answer(), 200);
	ck_assert(!has("Access-Control") && !has("Vary: Origin"));
	ask("OPTIONS /commands\nOrigin: https://app.example.com\r\n" PREFLIGHT, "");
	ck_assert_int_eq(answer(), 204);
	ck_assert(!has("Access-Control"));
}
END_TEST

START_TEST(an_origin_on_the_list_may)
{
	set("http.cors_origins", "https://app.example.com");
	fake_start(&f);
	dial();
	ask("GET /health\nOrigin: https://app.example.com\r\n", "");
	ck_assert_int_eq(answer(), 200);
	ck_assert(has("\r\nAccess-Control-Allow-Origin: https://app.example.com\r\n"));
	ck_assert(has("\r\nVary: Origin\r\n") && has("Access-Control-Expose-Headers: Location, "));
	ask("OPTIONS /commands\nOrigin: https://app.example.com\r\n" PREFLIGHT, "");
	ck_assert_int_eq(answer(), 204);
	ck_assert_msg(has("Access-Control-Allow-Methods: ") && has("POST"), "%s", c.got);
	ck_assert(has("Idempotency-Key") && has("\r\nAccess-Control-Max-Age: 600\r\n"));
	/* A problem is an answer that the page must be able to read. */
	ask("GET /nothing\nOrigin: https://app.example.com\r\n", "");
	ck_assert_int_eq(answer(), 404);
	ck_assert(has("\r\nAccess-Control-Allow-Origin: https://app.example.com\r\n"));
}
END_TEST

START_TEST(another_origin_may_not)
{
	set("http.cors_origins", "https://app.example.com");
	fake_start(&f);
	dial();
	ask("GET /health\nOrigin: https://app.example.com.evil.example\r\n", "");
	ck_assert_int_eq(answer(), 200);
	ck_assert(!has("Access-Control") && has("\r\nVary: Origin\r\n"));
	ask("OPTIONS /commands\nOrigin: null\r\n" PREFLIGHT, "");
	ck_assert_int_eq(answer(), 204);
	ck_assert(!has("Access-Control"));
	ask("GET /health\n", "");
	ck_assert_int_eq(answer(), 200);
	ck_assert(!has("Access-Control") && has("\r\nVary: Origin\r\n"));
}
END_TEST

START_TEST(every_origin_may_where_a_star_stands)
{
	set("http.cors_origins", "*");
	fake_start(&f);
	dial();
	ask("GET /health\nOrigin: null\r\n", "");
	ck_assert_int_eq(answer(), 200);
	ck_assert(has("\r\nAccess-Control-Allow-Origin: *\r\n"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("cors");
	TCase *t = tcase_create("cors");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, start, stop);
	tcase_add_test(t, nothing_is_said_unless_configured);
	tcase_add_test(t, an_origin_on_the_list_may);
	tcase_add_test(t, another_origin_may_not);
	tcase_add_test(t, every_origin_may_where_a_star_stands);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
