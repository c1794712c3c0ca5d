/*
 * check_guard.c: src/worker/guard*: raw bytes in, statuses out. Each row is sent
 * whole and one byte at a time, to evhttp behind the guard over real sockets.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "util/clock.h"
#include "worker/guard.h"

#include "guard_rows.h"
#include "guard_server.h"
#include "guard_client.h"

/* How long the answer at c.got + at is; 0: not whole. */
static size_t
answer_len(size_t at)
{
	const char *from = c.got + at, *end, *length;

	if (at >= c.len || (end = memmem(from, c.len - at, "\r\n\r\n", 4)) == NULL)
		return 0;
	end += 4;
	length = memmem(from, (size_t)(end - from), "Content-Length: ", 16);
	if (length != NULL)
		end += strtoul(length + 16, NULL, 10);
	return end <= c.got + c.len ? (size_t)(end - from) : 0;
}

/* "200 400": the statuses of all whole answers; 100s are told too. */
static const char *
statuses(void)
{
	static char out[256];
	size_t at = 0, n, used = 0;

	out[0] = '\0';
	while ((n = answer_len(at)) > 0 && used < sizeof(out) - 8) {
		ck_assert(memcmp(c.got + at, "HTTP/1.1 ", 9) == 0);
		used += (size_t)snprintf(out + used, sizeof(out) - used, "%s%.3s",
		    used > 0 ? " " : "", c.got + at + 9);
		at += n;
	}
	return out;
}

static void
await(const char *want)
{
	int64_t until = clock_ms() + PATIENCE_MS;

	while (strcmp(statuses(), want) != 0 && !c.closed && clock_ms() < until)
		spin();
}

static void
serves_on(const char *before)
{
	static const char next[] = "GET /next HTTP/1.1\r\n" H "\r\n";
	char want[300];

	snprintf(want, sizeof(want), "%s 200", before);
	send_bytes(next, sizeof(next) - 1, sizeof(next));
	await(want);
	ck_assert_str_eq(statuses(), want);
	ck_assert(!c.closed);
}

static void
run_row(const struct row *r, size_t piece)
{
	connect_client();
	send_bytes(r->raw, r->len, piece);
	await(r->want);
	ck_assert_msg(strcmp(statuses(), r->want) == 0, "%s: got %s, want %s", r->raw, statuses(),
	    r->want);
	if (r->end == CLOSE) {
		ck_assert_ptr_nonnull(memmem(c.got, c.len, "\r\nConnection: close\r\n", 21));
		await_close();
		ck_assert_msg(strcmp(statuses(), r->want) == 0, "%s: at last %s, want %s", r->raw,
		    statuses(), r->want);
	} else {
		serves_on(r->want);
	}
	disconnect();
	ck_assert_uint_eq(s.guard.held, 0);
}

START_TEST(a_row_sent_whole)
{
	run_row(&rows[_i], SIZE_MAX);
}
END_TEST

START_TEST(a_row_sent_byte_by_byte)
{
	run_row(&rows[_i], 1);
}
END_TEST

static void
expect_end(const char *want)
{
	await(want);
	ck_assert_str_eq(statuses(), want);
	await_close();
	disconnect();
}

START_TEST(sizes_are_bounded)
{
	static char text[200000];

	/* The target, complete or not. */
	for (int whole = 0; whole < 2; whole++) {
		connect_client();
		snprintf(text, sizeof(text), "GET /%0400d%s", 0,
		    whole ? " HTTP/1.1\r\n" H "\r\n" : "");
		send_text(text);
		expect_end("414");
	}
	connect_client();
	snprintf(text, sizeof(text), "GET /%0255d HTTP/1.1\r\n" H "\r\n", 0);
	send_text(text);
	await("200");
	ck_assert_str_eq(statuses(), "200");
	disconnect();
	/* One long field; many short ones; a line without end. */
	for (int kind = 0; kind < 3; kind++) {
		connect_client();
		send_text("GET / HTTP/1.1\r\n" H);
		if (kind == 1)
			for (int i = 0; i < 300; i++)
				send_text("X: y\r\n");
		snprintf(text, sizeof(text), "X: %02000d%s", 0, kind == 0 ? "\r\n\r\n" : "");
		send_text(kind == 1 ? "\r\n" : text);
		expect_end("431");
	}
	/* Chunk extensions and trailers. */
	for (int kind = 0; kind < 2; kind++) {
		connect_client();
		send_text("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n");
		snprintf(text, sizeof(text),
		    kind == 0 ? "0;%02000d\r\n\r\n" : "0\r\nX: %02000d\r\n\r\n", 0);
		send_text(text);
		expect_end("431");
	}
	/* The largest body, whole and in chunks. */
	connect_client();
	send_text("POST / HTTP/1.1\r\n" H "Content-Length: 100000\r\n\r\n");
	snprintf(text, sizeof(text), "%0100000d", 0);
	send_text(text);
	send_text("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n186a0\r\n");
	send_text(text);
	send_text("\r\n0\r\n\r\n");
	await("200 200");
	ck_assert_str_eq(statuses(), "200 200");
	ck_assert_ptr_nonnull(memmem(c.got, c.len, "body 100000", 11));
	disconnect();
}
END_TEST

START_TEST(expectations_are_met_by_the_guard)
{
	connect_client();
	send_text("POST / HTTP/1.1\r\n" H "Expect: 100-Continue\r\nContent-Length: 5\r\n\r\n");
	await("100");
	ck_assert_str_eq(statuses(), "100");
	send_text("hello");
	await("100 200");
	ck_assert_str_eq(statuses(), "100 200");
	/* A body that is there already needs no invitation; nor does HTTP/1.0. */
	send_text("POST / HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello");
	await("100 200 200");
	ck_assert_str_eq(statuses(), "100 200 200");
	send_text("POST / HTTP/1.0\r\nConnection: keep-alive\r\nExpect: 100-continue\r\n"
	    "Content-Length: 5\r\n\r\n");
	spin();
	spin();
	ck_assert_str_eq(statuses(), "100 200 200");
	send_text("hello");
	await("100 200 200 200");
	ck_assert_str_eq(statuses(), "100 200 200 200");
	disconnect();
	connect_client();
	send_text("POST / HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 200000\r\n\r\n");
	expect_end("413");
}
END_TEST

START_TEST(a_refusal_survives_what_the_client_still_sends)
{
	static char text[90000];

	connect_client();
	send_text("POST / HTTP/1.1\r\n" H "Content-Length: 10000000\r\n\r\n");
	snprintf(text, sizeof(text), "%080000d", 0);
	for (int i = 0; i < 10; i++)
		send_text(text);
	expect_end("413");
}
END_TEST

static void
await_held(void)
{
	int64_t until = clock_ms() + PATIENCE_MS;

	while (s.held == NULL && clock_ms() < until)
		spin();
	ck_assert_ptr_nonnull(s.held);
}

static void
await_gone(void)
{
	int64_t until = clock_ms() + PATIENCE_MS;

	while (s.gone == 0 && clock_ms() < until)
		spin();
	ck_assert_uint_eq(s.gone, 1);
	s.gone = 0;
}

START_TEST(hanging_up_is_noticed_while_an_answer_is_pending)
{
	static char text[100000];

	/* Closed, half-closed, and closed behind more requests than are read ahead. */
	for (int kind = 0; kind < 3; kind++) {
		connect_client();
		send_text("GET /hold HTTP/1.1\r\n" H "\r\n");
		await_held();
		if (kind == 2) {
			snprintf(text, sizeof(text), "%090000d", 0);
			send_text(text);
		}
		if (kind == 1)
			shutdown(c.fd, SHUT_WR);
		else
			close(c.fd);
		c.fd = kind == 1 ? c.fd : -1;
		await_gone();
		if (kind == 1)
			disconnect();
	}
	ck_assert_uint_eq(s.guard.nconns, 0);
}
END_TEST

START_TEST(a_half_closed_client_still_gets_an_answer_that_is_soon)
{
	connect_client();
	send_text("GET /later HTTP/1.1\r\n" H "\r\nGET /2 HTTP/1.1\r\n" H "\r\n");
	shutdown(c.fd, SHUT_WR);
	expect_end("200 200");
	connect_client();
	send_text("GET / HT");
	shutdown(c.fd, SHUT_WR);
	expect_end("400");
	connect_client();
	send_text("POST / HTTP/1.1\r\n" H "Content-Length: 10\r\n\r\nhello");
	shutdown(c.fd, SHUT_WR);
	expect_end("400");
	connect_client();
	shutdown(c.fd, SHUT_WR);
	expect_end("");
}
END_TEST

START_TEST(slow_requests_meet_an_absolute_deadline)
{
	s.guard.limits.request_ms = 300;
	connect_client();
	for (int i = 0; i < 1000 && !c.closed && c.len == 0; i++) {
		send_bytes(i == 0 ? "G" : "E", 1, 1);
		usleep(10000);
	}
	expect_end("408");
	connect_client();
	send_text("POST / HTTP/1.1\r\n" H "Content-Length: 10\r\n\r\n");
	expect_end("408");
	s.guard.limits.idle_ms = 300;
	connect_client();
	expect_end("");
	/* A connection that has served waits as long. */
	connect_client();
	send_text("GET / HTTP/1.1\r\n" H "\r\n");
	expect_end("200");
}
END_TEST

START_TEST(answers_that_are_not_taken_stop_the_reading)
{
	static const char large[] = "GET /large HTTP/1.1\r\n" H "\r\n";
	int64_t until = clock_ms() + PATIENCE_MS;

	connect_client();
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(send(c.fd, large, sizeof(large) - 1, 0), sizeof(large) - 1);
	for (int i = 0; i < 20; i++)
		event_base_loop(s.base, EVLOOP_NONBLOCK);
	/* One answer is made, the others wait for it to be taken. */
	ck_assert_int_eq(atomic_load(&s.slot.counters[COUNT_http_2xx]), 1);
	while (atomic_load(&s.slot.counters[COUNT_http_2xx]) < 5 && clock_ms() < until) {
		spin();
		c.len = 0;
	}
	ck_assert_int_eq(atomic_load(&s.slot.counters[COUNT_http_2xx]), 5);
	disconnect();
}
END_TEST

START_TEST(a_drain_answers_and_closes)
{
	connect_client();
	send_text("GET /hold HTTP/1.1\r\n" H "\r\n");
	await_held();
	guard_drain(&s.guard);
	ck_assert_uint_eq(s.drained, 0);
	own_answer(s.held);
	expect_end("200");
	ck_assert_uint_eq(s.drained, 1);
}
END_TEST

START_TEST(idle_connections_end_at_a_drain)
{
	connect_client();
	send_text("GET / HTTP/1.1\r\n" H "\r\n");
	await("200");
	guard_drain(&s.guard);
	expect_end("200");
	ck_assert_uint_eq(s.drained, 1);
}
END_TEST

START_TEST(unix_sockets_serve_too)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	snprintf(un.sun_path, sizeof(un.sun_path), "check_guard.%d.sock", (int)getpid());
	unlink(un.sun_path);
	listen_at((struct sockaddr *)&un, sizeof(un), false);
	c.fd = socket(AF_UNIX, SOCK_STREAM, 0);
	c.len = 0;
	c.closed = false;
	ck_assert_int_eq(connect(c.fd, (struct sockaddr *)&un, sizeof(un)), 0);
	unlink(un.sun_path);
	send_text("GET / HTTP/1.1\r\n" H "\r\n");
	await("200");
	ck_assert_str_eq(statuses(), "200");
	disconnect();
}
END_TEST

START_TEST(repeated_lists_are_joined)
{
	static const char text[] = "GET / HTTP/1.1\r\n" H
	    "Accept: a/b\r\nPrefer: wait=1\r\nACCEPT:c/d;q=1 \r\n"
	    "Prefer: respond-async\r\nAccept: e/f\r\n\r\n";
	struct guard_head h;
	size_t used;

	guard_head_init(&h, 100, 1000);
	ck_assert_int_eq(guard_head_feed(&h, (const uint8_t *)text, sizeof(text) - 1, &used),
	    FED_DONE);
	ck_assert_mem_eq(guard_head_text(&h, &h.field[FIELD_ACCEPT]), "a/b, c/d;q=1, e/f", 17);
	ck_assert_uint_eq(h.field[FIELD_ACCEPT].len, 17);
	ck_assert_mem_eq(guard_head_text(&h, &h.field[FIELD_PREFER]), "wait=1, respond-async",
	    21);
	ck_assert_uint_eq(h.field[FIELD_PREFER].len, 21);
	guard_head_free(&h);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("guard");
	TCase *t = tcase_create("guard");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, start, stop);
	tcase_add_loop_test(t, a_row_sent_whole, 0, NROWS);
	tcase_add_loop_test(t, a_row_sent_byte_by_byte, 0, NROWS);
	tcase_add_test(t, sizes_are_bounded);
	tcase_add_test(t, expectations_are_met_by_the_guard);
	tcase_add_test(t, a_refusal_survives_what_the_client_still_sends);
	tcase_add_test(t, hanging_up_is_noticed_while_an_answer_is_pending);
	tcase_add_test(t, a_half_closed_client_still_gets_an_answer_that_is_soon);
	tcase_add_test(t, slow_requests_meet_an_absolute_deadline);
	tcase_add_test(t, answers_that_are_not_taken_stop_the_reading);
	tcase_add_test(t, a_drain_answers_and_closes);
	tcase_add_test(t, idle_connections_end_at_a_drain);
	tcase_add_test(t, unix_sockets_serve_too);
	tcase_add_test(t, repeated_lists_are_joined);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
