/*
 * check_guard_stream.c: src/worker/guard_stream.c: answers without an end, byte
 * for byte, over real sockets, and what clients do to them.
 */
#include <sys/resource.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <dirent.h>
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
#include "worker/guard_stream.h"

#include "guard_server.h"
#include "guard_client.h"

#define GET	"GET /stream HTTP/1.1\r\nHost: h\r\n\r\n"
#define GET_10	"GET /stream HTTP/1.0\r\n\r\n"
#define MANY	1000
#define PIECE	((size_t)10000)
#define MAX	((size_t)100000)

/* Until what is expected; a bound for a test that hangs. */
#define AWAIT(what) do {							\
	for (int64_t until_ = clock_ms() + PATIENCE_MS; !(what) && clock_ms() < until_;) \
		spin();								\
	ck_assert(what);							\
} while (0)

static void
open_stream(const char *request)
{
	connect_client();
	send_text(request);
	AWAIT(memmem(c.got, c.len, "\r\n\r\n", 4) != NULL);
	ck_assert_mem_eq(c.got, "HTTP/1.1 200 OK\r\n", 17);
}

static const char *
body(void)
{
	const char *end = memmem(c.got, c.len, "\r\n\r\n", 4);

	ck_assert_ptr_nonnull(end);
	return end + 4;
}

static bool
has_header(const char *line)
{
	return memmem(c.got, (size_t)(body() - c.got), line, strlen(line)) != NULL;
}

static void
expect_body(const char *want)
{
	size_t len = strlen(want);

	AWAIT(c.closed || c.len - (size_t)(body() - c.got) >= len);
	ck_assert_uint_eq(c.len - (size_t)(body() - c.got), len);
	ck_assert_mem_eq(body(), want, len);
}

static void
write_text(const char *text)
{
	ck_assert_int_eq(guard_stream_write(s.stream, text, strlen(text), MAX), 0);
}

START_TEST(chunks_are_framed)
{
	open_stream(GET);
	ck_assert(has_header("\r\nDate: "));
	ck_assert(has_header("\r\nContent-Type: text/event-stream\r\n"));
	ck_assert(has_header("\r\nTransfer-Encoding: chunked\r\n"));
	ck_assert(has_header("\r\nConnection: close\r\n"));
	ck_assert(!has_header("Content-Length"));
	expect_body("");
	write_text("hello");
	expect_body("5\r\nhello\r\n");
	/* Nothing would be the last chunk. */
	write_text("");
	write_text("0123456789abcdefg");
	expect_body("5\r\nhello\r\n11\r\n0123456789abcdefg\r\n");
	guard_stream_end(s.stream);
	expect_body("5\r\nhello\r\n11\r\n0123456789abcdefg\r\n0\r\n\r\n");
	await_close();
	ck_assert_uint_eq(s.guard.nconns, 0);
	ck_assert_uint_eq(s.gone, 0);
	disconnect();
}
END_TEST

START_TEST(http_1_0_ends_with_the_connection)
{
	open_stream(GET_10);
	ck_assert(!has_header("Transfer-Encoding"));
	ck_assert(has_header("\r\nConnection: close\r\n"));
	write_text("hello\n");
	write_text("world\n");
	guard_stream_end(s.stream);
	await_close();
	expect_body("hello\nworld\n");
	disconnect();
}
END_TEST

START_TEST(head_gets_the_headers_alone)
{
	open_stream("HEAD /stream HTTP/1.1\r\nHost: h\r\n\r\n");
	ck_assert(has_header("\r\nContent-Type: text/event-stream\r\n"));
	ck_assert(!has_header("Content-Length"));
	ck_assert(!has_header("Connection: close"));
	ck_assert_ptr_null(s.stream);
	ck_assert_uint_eq(s.guard.nspare, 1);
	c.len = 0;
	send_text("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	AWAIT(c.len > 6 && memcmp(c.got + c.len - 6, "body 0", 6) == 0);
	disconnect();
}
END_TEST

START_TEST(what_the_request_held_is_given_back)
{
	open_stream("POST /stream HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
	ck_assert_uint_eq(s.guard.held, 0);
	ck_assert_ptr_null(s.stream->body.data);
	ck_assert_ptr_null(s.stream->head.raw.data);
	ck_assert_ptr_null(s.stream->ev);
	ck_assert_ptr_null(s.stream->conn);
	ck_assert_ptr_null(TAILQ_FIRST(&s.guard.conns));
	ck_assert_uint_eq(s.guard.nconns, 1);
	ck_assert_ptr_eq(guard_of(s.stream), &s.guard);
	guard_stream_end(s.stream);
	await_close();
	disconnect();
}
END_TEST

/* Without reading, until no more is taken. Returns the bytes. */
static size_t
fill(void)
{
	static char piece[PIECE];
	size_t n = 0;

	memset(piece, 'x', sizeof(piece));
	while (guard_stream_write(s.stream, piece, sizeof(piece), MAX) == 0)
		n += sizeof(piece);
	ck_assert_uint_le(guard_stream_waiting(s.stream), MAX);
	ck_assert_uint_gt(guard_stream_waiting(s.stream), MAX - 2 * PIECE);
	return n;
}

START_TEST(a_slow_reader_is_bounded)
{
	size_t n, waiting;

	open_stream(GET_10);
	n = fill();
	waiting = guard_stream_waiting(s.stream);
	ck_assert_int_eq(guard_stream_write(s.stream, "y", 1, waiting), -1);
	ck_assert_int_eq(guard_stream_write(s.stream, "y", 1, waiting + 1), 0);
	ck_assert_uint_eq(guard_stream_waiting(s.stream), waiting + 1);
	AWAIT(guard_stream_waiting(s.stream) == 0);
	ck_assert_uint_eq(s.writable, 1);
	guard_stream_end(s.stream);
	await_close();
	ck_assert_uint_eq(c.len - (size_t)(body() - c.got), n + 1);
	ck_assert_uint_eq(strspn(body(), "x"), n);
	disconnect();
}
END_TEST

START_TEST(one_long_message_passes_whatever_max_is)
{
	size_t len = 8 << 20;
	char *text = malloc(len);

	memset(text, 'x', len);
	open_stream(GET_10);
	ck_assert_int_eq(guard_stream_write(s.stream, text, len, 10), 0);
	ck_assert_uint_gt(guard_stream_waiting(s.stream), 10);
	ck_assert_int_eq(guard_stream_write(s.stream, text, 1, 10), -1);
	/* What waits still leaves when the stream is over. */
	guard_stream_end(s.stream);
	ck_assert_ptr_null(s.stream);
	await_close();
	ck_assert_uint_eq(c.len - (size_t)(body() - c.got), len);
	free(text);
	disconnect();
}
END_TEST

START_TEST(what_is_not_taken_at_the_end_has_a_deadline)
{
	s.guard.limits.idle_ms = 100;
	open_stream(GET);
	fill();
	guard_stream_end(s.stream);
	for (int64_t until = clock_ms() + PATIENCE_MS;
	    s.guard.nconns > 0 && clock_ms() < until; usleep(1000))
		event_base_loop(s.base, EVLOOP_NONBLOCK);
	ck_assert_uint_eq(s.guard.nconns, 0);
	disconnect();
}
END_TEST

START_TEST(hanging_up_is_noticed_at_once)
{
	for (int kind = 0; kind < 4; kind++) {
		open_stream(GET);
		/* Closed and half-closed, idle and while something waits. */
		if (kind & 2)
			fill();
		if (kind & 1) {
			shutdown(c.fd, SHUT_WR);
		} else {
			close(c.fd);
			c.fd = -1;
		}
		AWAIT(s.gone == 1);
		ck_assert_uint_eq(s.streams, 0);
		s.gone = 0;
		if (kind & 1)
			disconnect();
	}
	/* Half-closed before the answer. */
	connect_client();
	send_bytes(GET, sizeof(GET) - 2, SIZE_MAX);
	ck_assert_int_eq(send(c.fd, "\n", 1, 0), 1);
	shutdown(c.fd, SHUT_WR);
	AWAIT(s.gone == 1);
	disconnect();
}
END_TEST

START_TEST(writing_to_a_client_that_is_gone_fails)
{
	int tries = 0;

	open_stream(GET);
	close(c.fd);
	c.fd = -1;
	while (guard_stream_write(s.stream, "x", 1, MAX) == 0 && ++tries < 100)
		usleep(1000);
	ck_assert_int_lt(tries, 100);
	ck_assert_uint_eq(s.gone, 0);
	guard_stream_cut(s.stream);
	ck_assert_uint_eq(s.gone, 0);
	ck_assert_uint_eq(s.streams, 0);
	ck_assert_uint_eq(s.guard.nconns, 0);
}
END_TEST

START_TEST(a_cut_leaves_the_answer_unfinished)
{
	open_stream(GET);
	write_text("hello");
	guard_stream_cut(s.stream);
	await_close();
	expect_body("5\r\nhello\r\n");
	ck_assert_uint_eq(s.gone, 0);
	disconnect();
}
END_TEST

START_TEST(what_comes_behind_the_request_is_dropped)
{
	static char garbage[100000];

	/* At once, and later. */
	open_stream(GET "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
	send_text("GET /3 HTTP/1.1\r\nHost: h\r\n\r\nGARBAGE");
	for (int i = 0; i < 10; i++)
		spin();
	write_text("hello");
	expect_body("5\r\nhello\r\n");
	ck_assert_int_eq(atomic_load(&s.slot.counters[COUNT_http_requests]), 1);
	/* Not for ever. */
	memset(garbage, 'x', sizeof(garbage));
	send_bytes(garbage, sizeof(garbage), SIZE_MAX);
	AWAIT(s.gone == 1);
	disconnect();
}
END_TEST

START_TEST(a_drain_waits_for_streams)
{
	open_stream(GET);
	guard_drain(&s.guard);
	for (int i = 0; i < 10; i++)
		spin();
	write_text("hello");
	expect_body("5\r\nhello\r\n");
	ck_assert_uint_eq(s.drained, 0);
	guard_stream_end(s.stream);
	expect_body("5\r\nhello\r\n0\r\n\r\n");
	await_close();
	ck_assert_uint_eq(s.drained, 1);
	disconnect();
}
END_TEST

START_TEST(an_abort_ends_streams)
{
	open_stream(GET);
	fill();
	guard_abort(&s.guard);
	ck_assert_uint_eq(s.gone, 1);
	ck_assert_uint_eq(s.streams, 0);
	ck_assert_uint_eq(s.guard.nconns, 0);
	await_close();
	disconnect();
}
END_TEST

START_TEST(without_a_descriptor_a_stream_is_refused)
{
	struct rlimit was, none;

	connect_client();
	spin();
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &was), 0);
	none = was;
	none.rlim_cur = 3;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	send_text(GET);
	AWAIT(memmem(c.got, c.len, "safe to retry", 13) != NULL);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &was), 0);
	ck_assert_mem_eq(c.got, "HTTP/1.1 503 ", 13);
	ck_assert(has_header("\r\nContent-Type: application/problem+json\r\n"));
	ck_assert(!has_header("event-stream"));
	ck_assert_ptr_null(s.stream);
	disconnect();
}
END_TEST

static int
descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

START_TEST(many_come_and_go)
{
	struct rlimit most;
	static int fds[MANY];
	int before = descriptors();

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &most), 0);
	most.rlim_cur = most.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &most), 0);
	for (int i = 0; i < MANY; i++) {
		open_stream(i % 2 == 0 ? GET : GET_10);
		fds[i] = c.fd;
	}
	c.fd = -1;
	ck_assert_uint_eq(s.streams, MANY);
	ck_assert_int_eq(descriptors(), before + 2 * MANY);
	for (int i = 0; i < MANY; i++)
		close(fds[(i * 7) % MANY]);
	AWAIT(s.guard.nconns == 0);
	ck_assert_uint_eq(s.streams, 0);
	ck_assert_uint_eq(s.gone, MANY);
	ck_assert_int_eq(descriptors(), before);
	ck_assert_int_eq(atomic_load(&s.slot.counters[COUNT_http_open]), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("guard_stream");
	TCase *t = tcase_create("guard_stream");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, start, stop);
	tcase_add_test(t, chunks_are_framed);
	tcase_add_test(t, http_1_0_ends_with_the_connection);
	tcase_add_test(t, head_gets_the_headers_alone);
	tcase_add_test(t, what_the_request_held_is_given_back);
	tcase_add_test(t, a_slow_reader_is_bounded);
	tcase_add_test(t, one_long_message_passes_whatever_max_is);
	tcase_add_test(t, what_is_not_taken_at_the_end_has_a_deadline);
	tcase_add_test(t, hanging_up_is_noticed_at_once);
	tcase_add_test(t, writing_to_a_client_that_is_gone_fails);
	tcase_add_test(t, a_cut_leaves_the_answer_unfinished);
	tcase_add_test(t, what_comes_behind_the_request_is_dropped);
	tcase_add_test(t, a_drain_waits_for_streams);
	tcase_add_test(t, an_abort_ends_streams);
	tcase_add_test(t, without_a_descriptor_a_stream_is_refused);
	tcase_add_test(t, many_come_and_go);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
