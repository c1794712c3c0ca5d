/*
 * check_tls.c: TLS of the guard over real sockets: handshakes, requests, ends
 * and streams with clients that mean well, however they cut what they send.
 * Those that do not are in check_tls_hostile.c.
 */
#include "tls_client.h"

#define GET	"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
#define HOLD	"GET /hold HTTP/1.1\r\nHost: h\r\n\r\n"
#define LATER	"GET /later HTTP/1.1\r\nHost: h\r\n\r\n"
#define LARGE	"GET /large HTTP/1.1\r\nHost: h\r\n\r\n"
#define LAST	"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
#define STREAM	"GET /stream HTTP/1.1\r\nHost: h\r\n\r\n"
#define PIECE	((size_t)10000)
#define MAX	((size_t)100000)

static void
setup(void)
{
	start_tls(&own_limits);
}

static int64_t
counted(enum counter which)
{
	return atomic_load(&s.slot.counters[which]);
}

START_TEST(any_pieces_make_a_handshake_and_requests)
{
	static const size_t pieces[] = { 1, 2, 7, 100, SIZE_MAX };
	struct tls_client *c = client_new(_i % 2 ? t.plain : t.known);

	c->piece = pieces[_i / 2];
	AWAIT(c->shaken);
	for (unsigned i = 1; i <= 5; i++) {
		say(c, GET);
		AWAIT(times(c, "body 0") == i);
	}
	say(c, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n");
	say(c, "he");
	say(c, "llo");
	AWAIT(has(c, "body 5"));
	ck_assert_int_eq(counted(COUNT_tls_handshakes), 1);
	ck_assert_int_eq(counted(COUNT_tls_failed), 0);
	ck_assert_uint_eq(s.guard.nshaking, 0);
}
END_TEST

START_TEST(requests_ahead_are_answered_in_turn)
{
	struct tls_client *c = client_shaken(t.plain);
	struct buf many = { 0 };

	for (int i = 0; i < 50; i++)
		buf_puts(&many, i % 3 ? GET : LATER);
	say(c, buf_cstr(&many));
	AWAIT(times(c, "body 0") == 50);
	for (size_t i = 0; i < many.len; i++) {
		const char one[2] = { (char)many.data[i] };

		say(c, one);
	}
	AWAIT(times(c, "body 0") == 100);
	buf_free(&many);
}
END_TEST

START_TEST(a_large_answer_is_whole)
{
	struct tls_client *c = client_shaken(t.plain);

	c->deaf = true;
	say(c, LARGE GET);
	for (int i = 0; i < 100; i++)
		spin();
	c->deaf = false;
	AWAIT(has(c, "body 0"));
	ck_assert_uint_gt(c->got.len, 8 << 20);
}
END_TEST

START_TEST(the_subject_is_the_clients_own)
{
	struct tls_client *c = client_shaken(_i ? t.known : t.plain);

	say(c, HOLD);
	AWAIT(s.held != NULL);
	if (_i)
		ck_assert_str_eq(guard_subject(s.held), "CN=billing");
	else
		ck_assert_ptr_null(guard_subject(s.held));
}
END_TEST

START_TEST(both_say_that_they_end)
{
	struct tls_client *c = client_shaken(t.plain);

	/* The client first, between requests. */
	say(c, GET);
	AWAIT(has(c, "body 0"));
	SSL_shutdown(c->ssl);
	AWAIT(c->ended && c->closed);
	ck_assert(!c->broken);
	/* The server first, with its last answer. */
	c = client_shaken(t.plain);
	say(c, LAST);
	AWAIT(c->ended && c->closed);
	ck_assert(!c->broken && has(c, "body 0"));
	/* A refusal is said whole too. */
	c = client_shaken(t.plain);
	say(c, "nonsense\r\n\r\n");
	AWAIT(c->ended);
	ck_assert(!c->broken && has(c, "HTTP/1.1 400 "));
}
END_TEST

START_TEST(the_last_request_of_a_client_is_answered)
{
	struct tls_client *c = client_shaken(t.plain);

	say(c, LATER);
	SSL_shutdown(c->ssl);
	AWAIT(c->ended && c->closed);
	ck_assert(has(c, "body 0"));
	/* The same by the end of the bytes, in the midst of what TLS would say. */
	c = client_shaken(t.plain);
	say(c, LATER);
	shutdown(c->fd, SHUT_WR);
	AWAIT(c->ended && c->closed);
	ck_assert(has(c, "body 0"));
	ck_assert_uint_eq(s.gone, 0);
}
END_TEST

START_TEST(hanging_up_is_noticed_while_an_answer_is_pending)
{
	struct tls_client *c = client_shaken(t.plain);

	say(c, HOLD);
	AWAIT(s.held != NULL);
	if (_i == 0)
		SSL_shutdown(c->ssl);
	else if (_i == 1)
		shutdown(c->fd, SHUT_WR);
	else
		client_free(c);
	AWAIT(s.gone == 1);
	ck_assert_ptr_null(s.held);
}
END_TEST

START_TEST(a_handshake_has_its_time)
{
	struct tls_client *c;

	s.guard.limits.handshake_ms = 100;
	c = client_new(t.plain);
	c->deaf = true;
	if (_i)
		step(c);
	c->deaf = false;
	for (int64_t until = clock_ms() + PATIENCE_MS; s.guard.nconns > 0 && clock_ms() < until;)
		turn();
	ck_assert_uint_eq(s.guard.nconns, 0);
	ck_assert_int_eq(counted(COUNT_tls_failed), 1);
	ck_assert_int_eq(counted(COUNT_tls_handshakes), 0);
	/* One that is done has it no more. */
	c = client_shaken(t.plain);
	for (int64_t until = clock_ms() + 300; clock_ms() < until;)
		spin();
	say(c, GET);
	AWAIT(has(c, "body 0"));
}
END_TEST

START_TEST(a_drain_lets_handshakes_be_done)
{
	struct tls_client *c = client_new(t.plain), *silent = client_new(t.plain);

	silent->deaf = true;
	s.guard.limits.handshake_ms = 100;
	guard_drain(&s.guard);
	AWAIT(c->shaken);
	say(c, GET);
	AWAIT(c->ended && c->closed);
	ck_assert(has(c, "body 0") && has(c, "Connection: close"));
	client_free(silent);
	AWAIT(s.drained == 1);
}
END_TEST

START_TEST(connections_are_bounded_and_accepted_on)
{
	struct tls_client *c[4];

	s.guard.limits.max_connections[GUARD_CLIENTS] = 3;
	for (int i = 0; i < 3; i++) {
		c[i] = client_shaken(t.plain);
		AWAIT(s.guard.nconns == (unsigned)i + 1);
		ck_assert(s.full == (i == 2));
	}
	/* A stream keeps its place; one that ends within its handshake gives it back. */
	say(c[0], STREAM);
	AWAIT(s.streams == 1);
	ck_assert(s.full);
	client_free(c[1]);
	AWAIT(!s.full);
	c[1] = client_new(t.plain);
	AWAIT(s.full);
	client_free(c[1]);
	AWAIT(!s.full && s.guard.nconns == 2);
	guard_stream_end(s.stream);
	AWAIT(c[0]->ended && s.guard.nconns == 1);
}
END_TEST

START_TEST(sessions_are_resumed_with_their_subject)
{
	SSL_CTX *ctx = _i % 2 ? t.known : t.plain;
	struct tls_client *c;
	SSL_SESSION *session;

	SSL_CTX_set_max_proto_version(ctx, _i < 2 ? TLS1_2_VERSION : TLS1_3_VERSION);
	c = client_shaken(ctx);
	say(c, GET);
	AWAIT(has(c, "body 0"));
	session = SSL_get1_session(c->ssl);
	ck_assert(SSL_SESSION_is_resumable(session));
	/* What a client sends before the handshake is done could be sent again by others (RFC 8446 8). */
	ck_assert_uint_eq(SSL_SESSION_get_max_early_data(session), 0);
	client_free(c);
	c = client_new(ctx);
	SSL_set_session(c->ssl, session);
	AWAIT(c->shaken);
	ck_assert(SSL_session_reused(c->ssl));
	say(c, HOLD);
	AWAIT(s.held != NULL);
	if (_i % 2)
		ck_assert_str_eq(guard_subject(s.held), "CN=billing");
	else
		ck_assert_ptr_null(guard_subject(s.held));
	SSL_SESSION_free(session);
}
END_TEST

START_TEST(a_stream_is_framed_and_ended)
{
	struct tls_client *c = client_shaken(t.plain);

	say(c, STREAM);
	AWAIT(has(c, "\r\n\r\n") && s.stream != NULL);
	ck_assert(has(c, "HTTP/1.1 200 OK\r\n"));
	ck_assert_int_eq(guard_stream_write(s.stream, "hello", 5, MAX), 0);
	AWAIT(has(c, "5\r\nhello\r\n"));
	/* What the client says meanwhile is dropped. */
	say(c, "what?");
	ck_assert_int_eq(SSL_key_update(c->ssl, SSL_KEY_UPDATE_REQUESTED), 1);
	say(c, "!");
	for (int i = 0; i < 20; i++)
		spin();
	ck_assert_int_eq(guard_stream_write(s.stream, "world", 5, MAX), 0);
	AWAIT(has(c, "5\r\nworld\r\n"));
	guard_stream_end(s.stream);
	AWAIT(c->ended && c->closed);
	ck_assert(!c->broken && has(c, "5\r\nworld\r\n0\r\n\r\n"));
	ck_assert_uint_eq(s.gone, 0);
	ck_assert_uint_eq(s.guard.nconns, 0);
}
END_TEST

/* What the client has not taken waits up to a bound, is told of, and comes whole. */
START_TEST(a_slow_reader_of_a_stream_gets_all)
{
	static char piece[PIECE];
	struct tls_client *c = client_shaken(t.plain);
	size_t written = 0;

	say(c, STREAM);
	AWAIT(has(c, "\r\n\r\n") && s.stream != NULL);
	buf_reset(&c->got);
	c->deaf = true;
	while (guard_stream_write(s.stream, piece, sizeof(piece), MAX) == 0) {
		written += sizeof(piece);
		turn();
	}
	ck_assert_uint_gt(guard_stream_waiting(s.stream), MAX - 2 * PIECE);
	ck_assert_uint_le(guard_stream_waiting(s.stream), MAX + PIECE);
	ck_assert_uint_eq(s.writable, 0);
	c->deaf = false;
	AWAIT(s.writable == 1);
	ck_assert_uint_eq(guard_stream_waiting(s.stream), 0);
	guard_stream_end(s.stream);
	AWAIT(c->ended);
	ck_assert_uint_ge(c->got.len, written);
	ck_assert(has(c, "\r\n0\r\n\r\n"));
}
END_TEST

START_TEST(the_end_of_a_streams_client_is_noticed)
{
	struct tls_client *c = client_shaken(t.plain);

	say(c, STREAM);
	AWAIT(s.streams == 1);
	if (_i == 0)
		SSL_shutdown(c->ssl);
	else if (_i == 1)
		shutdown(c->fd, SHUT_WR);
	else
		client_free(c);
	AWAIT(s.gone == 1 && s.streams == 0 && s.guard.nconns == 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tls");
	TCase *tc = tcase_create("tls");
	SRunner *r;
	int bad;

	tcase_set_timeout(tc, 600);
	tcase_add_checked_fixture(tc, setup, stop_tls);
	tcase_add_loop_test(tc, any_pieces_make_a_handshake_and_requests, 0, 10);
	tcase_add_test(tc, requests_ahead_are_answered_in_turn);
	tcase_add_test(tc, a_large_answer_is_whole);
	tcase_add_loop_test(tc, the_subject_is_the_clients_own, 0, 2);
	tcase_add_test(tc, both_say_that_they_end);
	tcase_add_test(tc, the_last_request_of_a_client_is_answered);
	tcase_add_loop_test(tc, hanging_up_is_noticed_while_an_answer_is_pending, 0, 3);
	tcase_add_loop_test(tc, a_handshake_has_its_time, 0, 2);
	tcase_add_test(tc, a_drain_lets_handshakes_be_done);
	tcase_add_test(tc, connections_are_bounded_and_accepted_on);
	tcase_add_loop_test(tc, sessions_are_resumed_with_their_subject, 0, 4);
	tcase_add_test(tc, a_stream_is_framed_and_ended);
	tcase_add_test(tc, a_slow_reader_of_a_stream_gets_all);
	tcase_add_loop_test(tc, the_end_of_a_streams_client_is_noticed, 0, 3);
	suite_add_tcase(suite, tc);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	bad = srunner_ntests_failed(r);
	srunner_free(r);
	return bad == 0 ? 0 : 1;
}
