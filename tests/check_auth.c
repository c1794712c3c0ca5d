/*
 * check_auth.c: who may do what, through a worker's HTTP face: 401 and 403, and the line of the audit log for each.
 */
#include "value/codec.h"
#include "value/edn.h"

#include "auth_stage.h"

#define OTHER_USER	"ab675ea0-7f6d-11e6-bcdd-540e9df06c06"
#define KEY		"Idempotency-Key: \"k\"\r\n"
#define NOTHING		"GET /commands/" USER "\n"

static const struct {
	const char	*head, *body;
	int		 status;
	const char	*says;		/* NULL: nothing of interest */
} requests[] = {
	/* Nothing is shown. */
	{ "POST /commands\n" JSON, FOO, 401, "\r\nWWW-Authenticate: Bearer realm=\"cmdr\"\r\n" },
	{ NOTHING, "", 401, "Without credentials one may not read /commands/*" },
	{ "HEAD /commands\n", "", 401, "WWW-Authenticate" },
	{ "GET /metrics\n", "", 401, NULL },
	{ "GET /commands/updates\n", "", 401, NULL },
	{ "PUT /schemas/create-foo\n" JSON, "{}", 401, NULL },
	{ "DELETE /schemas/create-foo\n", "", 401, NULL },
	/* Before what else is wrong with it, which is nobody's business. */
	{ "POST /commands\nContent-Type: text/csv\r\n", FOO, 401, NULL },
	{ "GET /commands\nAccept: text/csv\r\n", "", 401, NULL },
	{ "POST /commands\n" JSON, "", 401, NULL },
	/* Other spellings of a path lead to the same rule. */
	{ "GET /%63ommands\n", "", 401, NULL },
	{ "GET /commands%2Fupdates\n", "", 401, NULL },
	{ "GET /%65vents/" USER "\n", "", 401, NULL },
	{ "GET http://h/commands\n", "", 401, NULL },
	{ "GET http://h/metrics?x=y\n", "", 401, NULL },
	{ "GET //commands\n", "", 404, NULL },
	{ "GET /commands/\n", "", 404, NULL },
	{ "GET /commands/../metrics\n", "", 401, NULL },
	{ "GET /Commands\n", "", 404, NULL },
	/* Everybody may. */
	{ "GET /\n", "", 200, NULL },
	{ "GET /health\n", "", 200, NULL },
	{ "GET /ready\n", "", 200, NULL },
	{ "GET /openapi.json\n", "", 200, "\r\nVary: Authorization\r\n" },
	{ "GET /openapi.json\nAuthorization: Bearer x\r\n", "", 200, NULL },
	{ "GET /health\nAuthorization: Bearer x\r\n", "", 200, NULL },
	{ "OPTIONS /commands\n", "", 204, "POST" },
	{ "OPTIONS *\n", "", 204, NULL },
	{ "GET /none\n", "", 404, NULL },
	{ "PATCH /commands\n", "", 405, NULL },
	/* What is shown is not good. */
	{ "GET /commands\nAuthorization: Bearer x\r\n", "", 401,
	    "error=\"invalid_token\", error_description=\"The credentials are not good: the token is not known.\"\r\n" },
	{ "GET /commands\nAuthorization: Basic YTpi\r\n", "", 401, "WWW-Authenticate: Bearer realm=\"cmdr\"\r\n" },
	{ "GET /commands\nAuthorization:\r\n", "", 401, "WWW-Authenticate: Bearer realm=\"cmdr\"\r\n" },
	{ "GET /commands\nAuthorization: Bearer a\"b\r\n", "", 401, "the token is not known" },
	{ "GET /commands\n" AS("billing") AS("billing"), "", 400, "more than once" },
	{ "GET /commands?access_token=billing-secret\n", "", 401, NULL },
	{ "OPTIONS /commands\nAuthorization: Bearer x\r\n", "", 204, NULL },
	/* The rules. */
	{ "POST /commands\n" JSON AS("billing"), FOO, 202, NULL },
	{ "POST /commands\n" JSON AS("billing2"), "{\"action\":\"invoice/create\",\"data\":{}}", 202, NULL },
	{ "POST /commands\n" JSON AS("billing"), "{\"action\":\"a-*z\",\"data\":{}}", 202, NULL },
	{ "POST /commands\n" JSON AS("billing"), BAR, 403, "token:billing may not send create-bar (auth.rules)." },
	{ "POST /commands\n" JSON AS("billing"), "{\"action\":\"*\",\"data\":{}}", 403, NULL },
	{ "POST /commands\n" JSON AS("billing"), "{\"action\":\"create-foo*\",\"data\":{}}", 403, NULL },
	{ "POST /commands\n" JSON AS("billing"), "{\"action\":\"create-foo/x\",\"data\":{}}", 403, NULL },
	{ "POST /commands\n" JSON AS("billing"), "{\"action\":\"Create-foo\",\"data\":{}}", 403, NULL },
	{ "POST /commands\n" JSON AS("billing"), "{\"action\":\"create-bar\",\"action\":\"create-foo\",\"data\":{}}", 202,
	    "\"action\":\"create-foo\"" },
	{ "POST /commands\n" JSON AS("billing"), "{\"action\":\"create-foo\",\"action\":\"create-bar\",\"data\":{}}", 403, NULL },
	/* What cannot be an action is told before; no rule sees it. */
	{ "POST /commands\n" JSON AS("billing"), "{\"action\":\"create-foo\\u0000\",\"data\":{}}", 422, NULL },
	{ "POST /commands\n" JSON AS("billing"), "{\"action\":\"invoice/\",\"data\":{}}", 422, NULL },
	{ "POST /commands\n" JSON AS("billing"), "{\"action\":\"invoice/a/b\",\"data\":{}}", 422, NULL },
	{ "POST /commands\n" JSON AS("billing"), "{\"action\":\"/\",\"data\":{}}", 422, NULL },
	{ "POST /commands\n" JSON AS("billing"), "{\"action\":\"invoice/\xc3\xa4\",\"data\":{}}", 422, NULL },
	{ "POST /commands\nContent-Type: application/edn\r\n" AS("billing"), "{:action :create-bar :data {}}", 403, NULL },
	{ "POST /commands\nContent-Type: application/x-www-form-urlencoded\r\n" AS("billing"), "action=create-bar&data[a]=1", 403, NULL },
	{ "POST /commands\n" JSON AS("reader"), FOO, 403, "token:reader may not send commands" },
	{ "POST /commands\n" JSON AS("reader"), "no JSON", 403, NULL },
	{ "POST /commands?sync=true\n" JSON AS("nobody"), FOO, 403, NULL },
	{ "GET /commands\n" AS("billing"), "", 200, NULL },
	{ "GET /events\n" AS("billing"), "", 200, NULL },
	{ "HEAD /events\n" AS("billing"), "", 200, NULL },
	{ "GET /schemas\n" AS("billing"), "", 403, NULL },
	{ "GET /schemas/create-foo/versions\n" AS("billing"), "", 403, NULL },
	{ "GET /schemas/create-foo/versions/1\n" AS("billing"), "", 403, NULL },
	{ "GET /schemas/create%2Dfoo\n" AS("billing"), "", 403, NULL },
	{ "GET /metrics\n" AS("billing"), "", 403, "token:billing may not read /metrics" },
	{ "GET /metrics\n" AS("reader"), "", 200, NULL },
	{ "GET /metrics\n" AS("slow"), "", 200, NULL },
	{ "GET /commands\n" AS("user"), "", 403, NULL },
	{ "PUT /schemas/create-foo\n" JSON AS("billing"), "{}", 403, "may not write schemas" },
	{ "PUT /schemas/create-foo?dry_run=true\n" JSON AS("billing"), "{}", 403, "may not write schemas" },
	{ "DELETE /schemas/create-foo\n" AS("reader"), "", 403, NULL },
	{ "GET /commands\n" AS("nobody"), "", 403, NULL },
	{ "GET /events/updates\n" AS("nobody") "Last-Event-ID: x\r\n", "", 403, NULL },
	{ "GET /events/events/updates?parent=" USER "\n" AS("schemer"), "", 403, NULL },
};

START_TEST(each_request_has_its_answer)
{
	int denied = 0, written = 0;

	go();
	for (size_t i = 0; i < COUNT(requests); i++) {
		int status = say(requests[i].head, requests[i].body);

		ck_assert_msg(status == requests[i].status && (requests[i].says == NULL || has(requests[i].says)),
		    "%s%s: %s", requests[i].head, requests[i].body, c.got);
		denied += status == 401 || status == 403;
		written += status == 202;
	}
	ck_assert_int_eq(f.publishes, written);
	lines(denied + written);
	ck_assert(!logged("secret"));
	ck_assert(logged("\"principal\":\"token:billing2\",\"address\":\"127.0.0.1\",\"request_id\":\""));
	ck_assert(logged("\"what\":\"denied\",\"principal\":\"anonymous\""));
	ck_assert(logged(",\"request\":\"GET /commands%2Fupdates\",\"status\":401,\"detail\":\""));
	ck_assert(logged(",\"action\":\":invoice/create\",\"command\":\""));
}
END_TEST

/* A request that needs nobody leaves nobody behind for the next of its connection. */
START_TEST(each_request_of_a_connection_is_asked)
{
	static const char both[] = "GET /commands HTTP/1.1\r\nHost: h\r\n" AS("billing") "\r\n"
	    "GET /commands HTTP/1.1\r\nHost: h\r\n\r\n"
	    "GET /none HTTP/1.1\r\nHost: h\r\n\r\n"
	    "GET /metrics HTTP/1.1\r\nHost: h\r\n" AS("billing") "\r\n"
	    "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
	static const char *const answers[] = { "HTTP/1.1 200", "HTTP/1.1 401", "HTTP/1.1 404", "HTTP/1.1 403", "HTTP/1.1 200" };
	int64_t until = clock_ms() + PATIENCE_MS;
	const char *at;

	go();
	ask_bytes(both, sizeof(both) - 1);
	while (clock_ms() < until && strstr(c.got, "\"What this is") == NULL && c.len < 100000) {
		int n = 0;

		spin();
		for (at = c.got; (at = strstr(at, "HTTP/1.1 ")) != NULL; at++)
			n++;
		if (n == COUNT(answers))
			break;
	}
	at = c.got;
	for (size_t i = 0; i < COUNT(answers); i++) {
		ck_assert_msg((at = strstr(at, "HTTP/1.1 ")) != NULL && strncmp(at, answers[i], strlen(answers[i])) == 0,
		    "%zu: %s", i, at != NULL ? at : c.got);
		at++;
	}
}
END_TEST

START_TEST(a_batch_is_judged_command_by_command)
{
	go();
	ck_assert_int_eq(say("POST /commands\n" JSON AS("billing"), "[" FOO "," BAR "," FOO "]"), 207);
	ck_assert_msg(has("{\"status\":202,") && has("{\"status\":403,\"problem\":{\"type\":\"urn:cmdr:problem:forbidden\""), "%s",
	    c.got);
	ck_assert_int_eq(f.publishes, 2);
	ck_assert_int_eq(say("POST /commands\nContent-Type: application/x-ndjson\r\n" AS("billing"), FOO "\n" BAR "\n{\n"), 207);
	ck_assert(has("\"status\":403") && has("\"status\":400"));
	ck_assert_int_eq(f.publishes, 3);
	ck_assert_int_eq(say("POST /commands\n" JSON AS("billing"), "[" BAR "," BAR "]"), 403);
	ck_assert(has("\"results\""));
	ck_assert_int_eq(say("POST /commands?atomic=true\n" JSON AS("billing"), "[" FOO "," BAR "]"), 422);
	ck_assert_msg(has("\"pointer\":\"/1\"") && has("may not send create-bar"), "%s", c.got);
	ck_assert_int_eq(f.publishes, 3);
	/* A line for each that was written and each that was denied; one for the answer that denies as a whole. */
	lines(3 + 2 + 2 + 1 + 1);
}
END_TEST

START_TEST(keys_belong_to_their_principal)
{
	struct id first;

	go();
	ck_assert_int_eq(say("POST /commands\n" JSON KEY AS("billing"), FOO), 202);
	ck_assert(f.once);
	first = f.once_id;
	ck_assert_int_eq(say("POST /commands\n" JSON KEY AS("billing2"), FOO), 202);
	ck_assert(!id_equal(&first, &f.once_id));
	ck_assert_int_eq(say("POST /commands\n" JSON KEY AS("billing"), FOO), 202);
	ck_assert(id_equal(&first, &f.once_id));
	/* Who may not send it learns nothing of what its key was used for. */
	ck_assert_int_eq(say("POST /commands\n" JSON KEY AS("billing"), BAR), 403);
}
END_TEST

/* The same command in every media type that is taken, from a text of EDN. */
static int
send_as(const struct codec *codec, const char *edn, const char *fields)
{
	struct buf body = { 0 }, head = { 0 };
	struct codec_error err;
	struct arena a;
	struct value v;
	int status;

	arena_init(&a, 0);
	ck_assert_int_eq(edn_read((const uint8_t *)edn, strlen(edn), &codec_request_limits, &a, &v, &err), 0);
	ck_assert_int_eq(codec->write(&body, &v, &err), 0);
	buf_printf(&head, "POST /commands HTTP/1.1\r\nHost: h\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s\r\n", codec->type,
	    body.len, fields);
	buf_put(&head, body.data, body.len);
	dial();
	c.head = false;
	ask_bytes(head.data, head.len);
	status = answer();
	buf_free(&body);
	buf_free(&head);
	arena_free(&a);
	return status;
}

START_TEST(nobody_forges_a_user)
{
	static const char own[] = "{:action :a :data {} :user #uuid \"" USER "\"}",
	    other[] = "{:action :a :data {} :user #uuid \"" OTHER_USER "\"}",
	    text_own[] = "{:action :a :data {} :user \"" USER "\"}", text_other[] = "{:action :a :data {} :user \"" OTHER_USER "\"}",
	    none[] = "{:action :a :data {}}";
	int n = 0;

	f.config.auth.user = CONFIG_USER_PRINCIPAL;
	go();
	for (size_t i = 0; i < codecs_count; i++) {
		const struct codec *codec = &codecs[i];

		if (codec->read == NULL || codec->write == NULL)
			continue;
		n++;
		ck_assert_msg(send_as(codec, none, AS("user")) == 202 && has("\"user\":\"" USER "\""), "%s: %s", codec->name, c.got);
		ck_assert_msg(send_as(codec, own, AS("user")) == 202 && has("\"user\":\"" USER "\""), "%s: %s", codec->name, c.got);
		ck_assert_msg(send_as(codec, other, AS("user")) == 403 && has("auth.user"), "%s: %s", codec->name, c.got);
		ck_assert_msg(send_as(codec, text_other, AS("user")) == 403 || has("422"), "%s: %s", codec->name, c.got);
		ck_assert_msg(send_as(codec, text_own, AS("user")) == 202 || has("422"), "%s: %s", codec->name, c.got);
	}
	ck_assert_int_ge(n, 5);
	ck_assert_int_eq(say("POST /commands\nContent-Type: application/x-www-form-urlencoded\r\n" AS("user"), "action=a&data[a]=1&user=" OTHER_USER),
	    403);
	ck_assert_int_eq(say("POST /commands\n" JSON AS("user"), "[{\"action\":\"a\",\"data\":{},\"user\":\"" OTHER_USER "\"}]"), 403);
	/* Who has no user cannot have one. */
	ck_assert_int_eq(say("POST /commands\n" JSON AS("billing"), FOO), 202);
	ck_assert(!has("\"user\""));
	ck_assert_int_eq(say("POST /commands\n" JSON AS("billing"), "{\"action\":\"create-foo\",\"data\":{},\"user\":\"" USER "\"}"), 403);
	ck_assert_int_eq(say("POST /commands\n" JSON AS("billing"), "{\"action\":\"create-foo\",\"data\":{},\"user\":null}"), 422);
}
END_TEST

START_TEST(anonymous_may_what_its_own_rule_says)
{
	add_rule("send=* read=* principal=*");
	add_rule("send=create-foo read=events principal=anonymous");
	go();
	ck_assert_int_eq(say("POST /commands\n" JSON, FOO), 202);
	ck_assert_int_eq(say("POST /commands\n" JSON, BAR), 401);
	ck_assert(has("WWW-Authenticate: Bearer realm=\"cmdr\"\r\n"));
	ck_assert_int_eq(say("POST /commands\n" JSON, "[" FOO "," BAR "]"), 207);
	ck_assert(has("\"status\":401"));
	ck_assert_int_eq(say("GET /events\n", ""), 200);
	ck_assert_int_eq(say("GET /commands\n", ""), 401);
	/* Bad credentials are not the same as none. */
	ck_assert_int_eq(say("GET /events\nAuthorization: Bearer x\r\n", ""), 401);
}
END_TEST

START_TEST(listeners_of_admin_ask_nobody)
{
	struct sockaddr_in clients;

	fake_admin(&f);
	clients = f.addr;
	go();
	ck_assert_int_eq(say("GET /metrics\n" AS("reader"), ""), 404);
	f.addr = f.admin_addr;
	ck_assert_int_eq(say("GET /metrics\n", ""), 200);
	ck_assert_int_eq(say("GET /metrics\nAuthorization: Bearer x\r\n", ""), 200);
	ck_assert_int_eq(say("GET /commands\n" AS("billing"), ""), 404);
	ck_assert_int_eq(say("POST /commands\n" JSON, FOO), 404);
	f.addr = clients;
	ck_assert_int_eq(say("GET /commands\n", ""), 401);
}
END_TEST

START_TEST(none_asks_nobody)
{
	set("auth.methods", "none");
	f.config.auth.user = CONFIG_USER_PRINCIPAL;
	f.config.limits.principal_rate = 1;
	go();
	ck_assert_int_eq(let("POST /commands\n" JSON, BAR, 10), 10);
	ck_assert_int_eq(say("GET /metrics\nAuthorization: Bearer x\r\n", ""), 200);
	ck_assert_int_eq(say("GET /openapi.json\n", ""), 200);
	ck_assert(has("\"security\":[],"));
	ck_assert(!has("Vary: Authorization"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("auth");
	TCase *t = tcase_create("auth");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, each_request_has_its_answer);
	tcase_add_test(t, each_request_of_a_connection_is_asked);
	tcase_add_test(t, a_batch_is_judged_command_by_command);
	tcase_add_test(t, keys_belong_to_their_principal);
	tcase_add_test(t, nobody_forges_a_user);
	tcase_add_test(t, anonymous_may_what_its_own_rule_says);
	tcase_add_test(t, listeners_of_admin_ask_nobody);
	tcase_add_test(t, none_asks_nobody);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
