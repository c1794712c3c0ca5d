/*
 * check_worker_face.c: src/worker as a process: what it answers to requests
 * that it refuses, and the forms of those answers that are no commands.
 */
#include <zlib.h>

#include "worker_client.h"

static const struct {
	const char	*head, *body;
	int		 status;
	const char	*says;
} refusals[] = {
	{ "GET /nothing\n", "", 404, "urn:cmdr:problem:not-found" },
	{ "POST /commands/\n", "", 404, "not-found" },
	{ "GET /commands/ab675ea0-7f6d-11e6-bcdd-540e9df06c05\n", "", 503, "not open yet" },
	{ "GET /events\n", "", 503, "not open yet" },
	{ "POST /events\n", "", 405, "\r\nAllow: GET, HEAD, OPTIONS\r\n" },
	{ "BREW /nothing\n", "", 404, "not-found" },
	{ "BREW /commands\n", "", 501, "not-implemented" },
	{ "PUT /commands\n", "", 405, "\r\nAllow: GET, HEAD, POST, OPTIONS\r\n" },
	{ "POST /health\n", "", 405, "\r\nAllow: GET, HEAD, OPTIONS\r\n" },
	{ "PUT /\nAccept: text/none\r\n", "x", 405, "method-not-allowed" },
	{ "POST /commands\nAccept: text/none\r\n", "{", 406, "application/edn" },
	{ "POST /commands\nAccept: text/html\r\n" JSON, COMMAND, 406, "not-acceptable" },
	{ "GET /openapi.json\nAccept: application/json;q=0, */*;q=0\r\n", "", 406, "which is application/json" },
	{ "POST /commands\n", COMMAND, 415, "\r\nAccept-Post: application/json, " },
	{ "POST /commands\nContent-Type: text/plain\r\n", COMMAND, 415,
	    "\"detail\":\"This media type is not accepted here. Set Content-Type to one of application/json, " },
	{ "POST /commands\nContent-Type: application/json; charset=latin1\r\n", COMMAND, 415,
	    "charset" },
	{ "POST /commands\nContent-Type: json\r\n", COMMAND, 415, "type/subtype" },
	{ POST "Content-Encoding: br\r\n", COMMAND, 415, "gzip" },
	{ POST "Content-Encoding: gzip, gzip\r\n", COMMAND, 415, "gzip" },
	{ "POST /commands\nContent-Type: application/x-www-form-urlencoded\r\n", COMMAND, 415,
	    "curl" },
	{ POST, "", 400, "urn:cmdr:problem:malformed" },
	{ "POST /commands\n", "", 400, "malformed" },
	{ POST, "{\"action\":\n\"a\",}", 400, "\"line\":2,\"column\":" },
	{ "POST /commands\nContent-Type: application/fressian\r\n", "\xC0\xDF", 400,
	    "\"offset\":" },
	{ POST "Content-Encoding: gzip\r\n", COMMAND, 400, "not whole gzip" },
	{ POST "Idempotency-Key: \"a\r\n", COMMAND, 400, "Idempotency-Key" },
	{ POST "Idempotency-Key: \"a\"\r\n", COMMAND, 503, "index is not open" },
	{ "GET /%zz\n", "", 400, "bad-request" },
	{ POST, "{\"action\":\"a\"}", 422, "\"errors\":[{\"pointer\":\"/data\"" },
	{ POST, "{\"action\":\":a\",\"data\":{}}", 422, "colon" },
	{ POST, "{\"action\":\"a\",\"data\":{},\"id\":1}", 422, "\"pointer\":\"/id\"" },
	{ POST, "[]", 400, "batch is empty" },
	{ "POST /commands?atomic=x\n" JSON, "[" COMMAND "]", 400, "atomic" },
	{ POST, "7", 422, "invalid-command" },
};

START_TEST(what_is_wrong_is_told)
{
	fake_start(&f);
	dial();
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		int status;

		ask(refusals[i].head, refusals[i].body);
		status = answer();
		ck_assert_msg(status == refusals[i].status, "%s: %s", refusals[i].head, c.got);
		ck_assert_msg(has(refusals[i].says), "%s: %s", refusals[i].head, c.got);
		ck_assert_msg(has("Content-Type: application/problem+json\r\n"), "%s", c.got);
		ck_assert_msg(has("\r\nVary: Accept\r\n"), "%s", c.got);
		ck_assert_msg(!has("<html"), "%s", c.got);
	}
	ck_assert_int_eq(f.publishes, 0);
}
END_TEST

START_TEST(other_answers_have_their_form)
{
	fake_start(&f);
	dial();
	ask("GET /\nAccept: text/html,*/*;q=0.1\r\n", "");
	ck_assert_int_eq(answer(), 200);
	ck_assert(has("\r\nContent-Type: text/html; charset=utf-8\r\n") && has("<!DOCTYPE html>"));
	ask("GET /\n", "");
	ck_assert_int_eq(answer(), 200);
	ck_assert(has("\r\nContent-Type: application/json; charset=utf-8\r\n"));
	ask("HEAD /health\n", "");
	ck_assert_int_eq(answer(), 200);
	ck_assert_msg(has("\r\nContent-Length: 15\r\n"), "%s", c.got);
	ck_assert_msg(strstr(c.got, "\r\n\r\n")[4] == '\0', "%s", c.got);
	ask("OPTIONS /commands\nAccept: text/none\r\n", "");
	ck_assert_int_eq(answer(), 204);
	ck_assert(has("\r\nAllow: GET, HEAD, POST, OPTIONS\r\n"));
	ask("OPTIONS *\n", "");
	ck_assert_int_eq(answer(), 204);
	ask(POST "X-Request-Id: abc-1\r\n", COMMAND);
	ck_assert_int_eq(answer(), 202);
	ck_assert(has("\r\nX-Request-Id: abc-1\r\n"));
	ask("GET /%68ealth?x=y\n", "");
	ck_assert_int_eq(answer(), 200);
	ask("POST /commands\nAccept: application/fressian\r\n", "");
	ck_assert_int_eq(answer(), 400);
	ck_assert(has("\r\nContent-Type: application/fressian\r\n"));
	ask("POST /commands\nContent-Type: application/x-www-form-urlencoded\r\n",
	    "action=a&data[b]=c");
	ck_assert_int_eq(answer(), 202);
	ck_assert(has("\"action\":\"a\",\"data\":{\"b\":\"c\"}"));
	ask("POST http://elsewhere/commands\n" JSON, COMMAND);
	ck_assert_int_eq(answer(), 202);
	ck_assert(has("\r\nLocation: /commands/"));
}
END_TEST

START_TEST(location_is_absolute_where_configured)
{
	set("http.public_url", "https://cmdr.example.com");
	fake_start(&f);
	ck_assert_int_eq(post(POST), 202);
	ck_assert(has("\r\nLocation: https://cmdr.example.com/commands/"));
}
END_TEST

static size_t
zip(const void *in, size_t len, uint8_t *out, size_t room)
{
	z_stream z;

	memset(&z, 0, sizeof(z));
	ck_assert_int_eq(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)in;
	z.avail_in = (uInt)len;
	z.next_out = out;
	z.avail_out = (uInt)room;
	ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return room - z.avail_out;
}

static int
post_bytes(const void *body, size_t len)
{
	static uint8_t text[70000];
	int n = snprintf((char *)text, sizeof(text), "POST /commands HTTP/1.1\r\nHost: h\r\n" JSON
	    "Content-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n", len);

	memcpy(text + n, body, len);
	dial();
	ask_bytes(text, (size_t)n + len);
	return answer();
}

START_TEST(gzip_bodies_are_inflated_within_bounds)
{
	static uint8_t zipped[60000];
	size_t n, large = 2 << 20;
	char *zeros;

	fake_start(&f);
	n = zip(COMMAND, strlen(COMMAND), zipped, sizeof(zipped));
	ck_assert_int_eq(post_bytes(zipped, n), 202);
	ck_assert_int_eq(post_bytes(zipped, n - 1), 400);
	zipped[n] = 'x';
	ck_assert_int_eq(post_bytes(zipped, n + 1), 400);
	zipped[n - 5] ^= 1;
	ck_assert_int_eq(post_bytes(zipped, n), 400);
	/* Two members are one body. */
	n = zip("{\"action\":\"a\",", 14, zipped, sizeof(zipped));
	n += zip("\"data\":{}}", 10, zipped + n, sizeof(zipped) - n);
	ck_assert_int_eq(post_bytes(zipped, n), 202);
	/* A bomb. */
	zeros = malloc(large);
	memset(zeros, ' ', large);
	n = zip(zeros, large, zipped, sizeof(zipped));
	free(zeros);
	ck_assert_int_eq(post_bytes(zipped, n), 413);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("worker face");
	TCase *t = tcase_create("worker face");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, start, stop);
	tcase_add_test(t, what_is_wrong_is_told);
	tcase_add_test(t, other_answers_have_their_form);
	tcase_add_test(t, location_is_absolute_where_configured);
	tcase_add_test(t, gzip_bodies_are_inflated_within_bounds);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
