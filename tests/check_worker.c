/*
 * check_worker.c: src/worker as a process between clients and roles that fail
 * in every way: what a client is told is true, and nothing waits for ever.
 */
#include <sys/socket.h>

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>
#include <zlib.h>

#include "util/clock.h"

#include "fake_roles.h"

#define PATIENCE_MS	20000	/* a bound for a test that hangs, not a measure */

#define JSON	"Content-Type: application/json\r\n"
#define COMMAND	"{\"action\":\"create-foo\",\"data\":{\"a\":1}}"

static struct fake f;

/* A client and the answer it got. */
static struct {
	int	 fd;
	char	 got[200000];
	size_t	 len;
	bool	 closed;
	bool	 head;		/* the answer to HEAD has no body */
} c = { .fd = -1 };

static void
start(void)
{
	fake_init(&f, 0);
}

static void
stop(void)
{
	if (c.fd != -1)
		close(c.fd);
	c.fd = -1;
	fake_free(&f);
}

static void
set(const char *key, const char *value)
{
	struct config_error err;

	ck_assert_msg(config_set(&f.config, key, value, &err) == 0, "%s", err.text);
}

static void
spin(void)
{
	ssize_t n;

	fake_turn(&f);
	if (c.fd == -1 || c.closed)
		return;
	n = recv(c.fd, c.got + c.len, sizeof(c.got) - 1 - c.len, MSG_DONTWAIT);
	if (n > 0)
		c.len += (size_t)n;
	else if (n == 0 || errno != EAGAIN)
		c.closed = true;
	else
		usleep(500);
	c.got[c.len] = '\0';
}

static void
dial(void)
{
	if (c.fd != -1)
		close(c.fd);
	c.fd = socket(AF_INET, SOCK_STREAM, 0);
	c.len = 0;
	c.got[0] = '\0';
	c.closed = false;
	ck_assert_int_eq(connect(c.fd, (struct sockaddr *)&f.addr, sizeof(f.addr)), 0);
}

static void
ask_bytes(const void *data, size_t len)
{
	c.len = 0;
	ck_assert_int_eq(send(c.fd, data, len, MSG_NOSIGNAL), (ssize_t)len);
}

/* head: "METHOD TARGET\nFIELD: VALUE\r\n…" */
static void
ask(const char *head, const char *body)
{
	const char *fields = strchr(head, '\n');
	char text[70000];
	int n = snprintf(text, sizeof(text), "%.*s HTTP/1.1\r\nHost: h\r\nContent-Length: %zu\r\n%s\r\n%s",
	    (int)(fields - head), head, strlen(body), fields + 1, body);

	c.head = strncmp(head, "HEAD", 4) == 0;
	ask_bytes(text, (size_t)n);
}

/* A whole answer: its status; 0: the server closed without one. */
static int
answer(void)
{
	int64_t until = clock_ms() + PATIENCE_MS;
	const char *end, *length;

	while (clock_ms() < until && !c.closed) {
		spin();
		end = strstr(c.got, "\r\n\r\n");
		length = strstr(c.got, "\r\nContent-Length: ");
		if (end == NULL || c.len == 0)
			continue;
		if (c.head || length == NULL || length > end || strncmp(c.got, "HTTP/1.1 100", 12) == 0 ||
		    (size_t)(end + 4 - c.got) + strtoul(length + 18, NULL, 10) <= c.len)
			return atoi(c.got + 9);
	}
	return 0;
}

static bool
has(const char *text)
{
	return strstr(c.got, text) != NULL;
}

/* "POST /commands\nFIELDS", as a command. */
static int
post(const char *head)
{
	dial();
	ask(head, COMMAND);
	return answer();
}

#define POST	"POST /commands\n" JSON
#define SYNC	"POST /commands?sync=true\n" JSON

static void
until_publishes(int n)
{
	int64_t until = clock_ms() + PATIENCE_MS;

	while (f.publishes < n && clock_ms() < until)
		spin();
	ck_assert_int_eq(f.publishes, n);
}

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
		used += (size_t)snprintf(text + used, sizeof(text) - used, "POST /commands HTTP/1.1\r\nHost: h\r\n"
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
	ck_assert(has("\"action\":\"foo-created\",\"data\":{},\"timestamp\":1474374896801,\"topic\":\"events\","
	    "\"partition\":2,\"offset\":5}]}"));
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
	ck_assert(has("{\"name\":\"index\",\"ok\":true,") && has("{\"name\":\"disk\",\"ok\":true,"));
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

static int64_t
gauge(enum counter which)
{
	return atomic_load(&board_slot(f.board, ROLE_WORKER, 0, 1)->counters[which]);
}

static void
until_none_in_flight(void)
{
	int64_t until = clock_ms() + PATIENCE_MS;

	while (gauge(COUNT_commands_in_flight) > 0 && clock_ms() < until)
		spin();
	ck_assert_int_eq(gauge(COUNT_commands_in_flight), 0);
	ck_assert_int_eq(gauge(COUNT_sync_waiting), 0);
}

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

static const struct {
	const char	*head, *body;
	int		 status;
	const char	*says;
} refusals[] = {
	{ "GET /nothing\n", "", 404, "urn:cmdr:problem:not-found" },
	{ "POST /commands/\n", "", 404, "not-found" },
	{ "GET /commands/ab675ea0-7f6d-11e6-bcdd-540e9df06c05\n", "", 404, "no index" },
	{ "BREW /nothing\n", "", 404, "not-found" },
	{ "BREW /commands\n", "", 501, "not-implemented" },
	{ "GET /commands\n", "", 405, "\r\nAllow: POST, OPTIONS\r\n" },
	{ "POST /health\n", "", 405, "\r\nAllow: GET, HEAD, OPTIONS\r\n" },
	{ "PUT /\nAccept: text/none\r\n", "x", 405, "method-not-allowed" },
	{ "POST /commands\nAccept: text/none\r\n", "{", 406, "application/edn" },
	{ "POST /commands\nAccept: text/html\r\n" JSON, COMMAND, 406, "not-acceptable" },
	{ "POST /commands\n", COMMAND, 415, "\r\nAccept-Post: application/json, " },
	{ "POST /commands\nContent-Type: text/plain\r\n", COMMAND, 415, "unsupported-media-type" },
	{ "POST /commands\nContent-Type: application/json; charset=latin1\r\n", COMMAND, 415, "charset" },
	{ "POST /commands\nContent-Type: json\r\n", COMMAND, 415, "type/subtype" },
	{ POST "Content-Encoding: br\r\n", COMMAND, 415, "gzip" },
	{ POST "Content-Encoding: gzip, gzip\r\n", COMMAND, 415, "gzip" },
	{ "POST /commands\nContent-Type: application/x-www-form-urlencoded\r\n", COMMAND, 415, "curl" },
	{ POST, "", 400, "urn:cmdr:problem:malformed" },
	{ "POST /commands\n", "", 400, "malformed" },
	{ POST, "{\"action\":\n\"a\",}", 400, "\"line\":2,\"column\":" },
	{ "POST /commands\nContent-Type: application/fressian\r\n", "\xC0\xDF", 400, "\"offset\":" },
	{ POST "Content-Encoding: gzip\r\n", COMMAND, 400, "not whole gzip" },
	{ POST "Idempotency-Key: \"a\"\r\n", COMMAND, 400, "Idempotency-Key" },
	{ "GET /%zz\n", "", 400, "bad-request" },
	{ POST, "{\"action\":\"a\"}", 422, "\"errors\":[{\"pointer\":\"/data\"" },
	{ POST, "{\"action\":\":a\",\"data\":{}}", 422, "colon" },
	{ POST, "{\"action\":\"a\",\"data\":{},\"id\":1}", 422, "\"pointer\":\"/id\"" },
	{ POST, "[" COMMAND "]", 422, "Batches" },
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
	ck_assert_msg(has("\r\nContent-Length: 15\r\n") && strstr(c.got, "\r\n\r\n")[4] == 0, "%s", c.got);
	ask("OPTIONS /commands\nAccept: text/none\r\n", "");
	ck_assert_int_eq(answer(), 204);
	ck_assert(has("\r\nAllow: POST, OPTIONS\r\n"));
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
	ask("POST /commands\nContent-Type: application/x-www-form-urlencoded\r\n", "action=a&data[b]=c");
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
	tcase_add_test(t, what_is_wrong_is_told);
	tcase_add_test(t, other_answers_have_their_form);
	tcase_add_test(t, location_is_absolute_where_configured);
	tcase_add_test(t, gzip_bodies_are_inflated_within_bounds);
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
