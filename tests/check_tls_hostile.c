/*
 * check_tls_hostile.c: TLS of the guard with clients that do not mean well:
 * garbage, handshakes that stop, floods of what TLS makes a server answer.
 */
#include "worker/guard_conn.h"

#include "tls_client.h"

#define GET	"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
#define HOLD	"GET /hold HTTP/1.1\r\nHost: h\r\n\r\n"
#define LARGE	"GET /large HTTP/1.1\r\nHost: h\r\n\r\n"
#define STREAM	"GET /stream HTTP/1.1\r\nHost: h\r\n\r\n"
#define FLOOD	5000		/* messages, at most */
#define OWN_MAX	((size_t)64 << 10)

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

/* Bytes that wait for clients. */
static size_t
waiting(void)
{
	struct guard_conn *c;
	size_t n = 0;

	TAILQ_FOREACH(c, &s.guard.conns, link)
		n += evbuffer_get_length(bufferevent_get_output(c->socket));
	return n;
}

static void
update_keys(struct tls_client *c, int type)
{
	ck_assert_int_eq(SSL_key_update(c->ssl, type), 1);
	/* Such a message goes with the next that is said, or by itself: */
	ck_assert_int_eq(SSL_do_handshake(c->ssl), 1);
	flush(c);
}

START_TEST(the_oldest_handshake_makes_room)
{
	struct tls_client *c[5];

	s.guard.limits.max_handshakes = 3;
	for (int i = 0; i < 5; i++) {
		c[i] = client_new(t.plain);
		c[i]->deaf = true;
	}
	for (int64_t until = clock_ms() + PATIENCE_MS; counted(COUNT_tls_failed) < 2 && clock_ms() < until;)
		turn();
	ck_assert_int_eq(counted(COUNT_tls_failed), 2);
	ck_assert_uint_eq(s.guard.nshaking, 3);
	for (int i = 0; i < 5; i++)
		c[i]->deaf = false;
	AWAIT(c[0]->closed && c[1]->closed);
	AWAIT(c[2]->shaken && c[3]->shaken && c[4]->shaken);
	say(c[4], GET);
	AWAIT(has(c[4], "body 0"));
	ck_assert_int_eq(counted(COUNT_tls_handshakes), 3);
}
END_TEST

/* A request is answered in the turn that it comes in, whoever else wants to shake hands. */
START_TEST(handshakes_do_not_hold_requests_off)
{
	struct tls_client *honest = client_shaken(t.plain), *c[20];
	unsigned answered = 0;
	char byte;

	for (int i = 0; i < 20; i++)
		c[i] = client_new(t.plain);
	for (int i = 0; i < 5; i++)
		turn();
	for (int i = 0; i < 20; i++)
		step(c[i]);
	say(honest, GET);
	event_base_loop(s.base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	for (int i = 0; i < 20; i++)
		answered += recv(c[i]->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
	ck_assert_uint_gt(answered, 0);
	ck_assert_uint_lt(answered, 10);
	step(honest);
	ck_assert(has(honest, "body 0"));
	for (int i = 0; i < 20; i++)
		AWAIT(c[i]->shaken);
}
END_TEST

START_TEST(an_end_within_a_handshake_is_a_failed_one)
{
	struct tls_client *c = client_new(t.plain);

	c->piece = 1;
	if (_i > 0)
		AWAIT(c->shaken || s.guard.nshaking == 1);
	if (_i == 1)
		shutdown(c->fd, SHUT_WR);
	else
		client_free(c);
	for (int64_t until = clock_ms() + PATIENCE_MS; s.guard.nconns > 0 && clock_ms() < until;)
		turn();
	ck_assert_uint_eq(s.guard.nconns, 0);
	ck_assert_int_eq(counted(COUNT_tls_failed), 1);
}
END_TEST

START_TEST(a_request_without_tls_is_told)
{
	struct tls_client *c = client_new(t.plain);
	char text[4096] = "";
	size_t n = 0;

	c->deaf = true;
	if (_i == 0)
		send(c->fd, GET, strlen(GET), 0);
	for (size_t i = 0; _i == 1 && i < strlen(GET); i++) {
		send(c->fd, &GET[i], 1, MSG_NOSIGNAL);
		turn();
	}
	for (int64_t until = clock_ms() + PATIENCE_MS; strstr(text, "use https") == NULL && clock_ms() < until;) {
		ssize_t r = recv(c->fd, text + n, sizeof(text) - 1 - n, MSG_DONTWAIT);

		n += r > 0 ? (size_t)r : 0;
		turn();
	}
	ck_assert_ptr_nonnull(strstr(text, "HTTP/1.1 400 "));
	ck_assert_ptr_nonnull(strstr(text, "use https"));
	ck_assert_int_eq(counted(COUNT_tls_failed), 1);
}
END_TEST

START_TEST(what_is_no_tls_ends_the_connection)
{
	static const char *const bad[] = { ("\x16\x03\x01\xff\xff" "aaaaaaaaaa"), "\x15\x03\x03\x00\x02\x02\x28",
		"\x15\x03\x03\x00\x02\x01\x00", "\x17\x03\x03\x00\x05hello", "\x80\x2e\x01\x03\x01\x00\x15\x00",
		"\x14\x03\x03\x00\x01\x01\x14\x03\x03\x00\x01\x01" };
	static const size_t len[] = { 15, 7, 7, 10, 8, 12 };
	struct tls_client *c = client_new(t.plain);

	c->deaf = true;
	send(c->fd, bad[_i], len[_i], 0);
	shutdown(c->fd, SHUT_WR);
	for (int64_t until = clock_ms() + PATIENCE_MS; s.guard.nconns > 0 && clock_ms() < until;)
		turn();
	ck_assert_uint_eq(s.guard.nconns, 0);
	ck_assert_int_eq(counted(COUNT_tls_failed), 1);
}
END_TEST

/* A record that was changed on its way: no byte of it is taken, also none of a request that waits. */
START_TEST(a_changed_record_ends_the_connection)
{
	struct tls_client *c = client_shaken(t.plain);
	char *data;
	size_t n;

	if (_i) {
		say(c, HOLD);
		AWAIT(s.held != NULL);
	}
	ck_assert_int_eq(SSL_write_ex(c->ssl, GET, strlen(GET), &n), 1);
	ck_assert_int_gt(BIO_get_mem_data(SSL_get_wbio(c->ssl), &data), 10);
	data[9] ^= 1;
	AWAIT(c->broken && c->closed);
	ck_assert_int_eq(c->reason, SSL_R_SSLV3_ALERT_BAD_RECORD_MAC);
	ck_assert_uint_eq(s.gone, (unsigned)_i);
	ck_assert(!has(c, "body"));
	ck_assert_uint_eq(s.guard.nconns, 0);
	/* The handshake was one that succeeded. */
	ck_assert_int_eq(counted(COUNT_tls_failed), 0);
}
END_TEST

/* Within a request, before its answer, and hundreds between requests: all of it is no harm. */
START_TEST(keys_are_updated_in_mid_request)
{
	struct tls_client *c = client_shaken(t.plain);

	say(c, "POST / HTTP/1.1\r\nHost: h\r\nContent-");
	update_keys(c, SSL_KEY_UPDATE_REQUESTED);
	say(c, "Length: 5\r\n\r\nhe");
	update_keys(c, SSL_KEY_UPDATE_NOT_REQUESTED);
	say(c, "llo");
	AWAIT(has(c, "body 5"));
	for (unsigned i = 1; i <= 300; i++) {
		update_keys(c, i % 2 ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED);
		say(c, GET);
		AWAIT(times(c, "body 0") == 1);
		buf_reset(&c->got);
	}
}
END_TEST

/*
 * A client that says nothing but what TLS must answer loses its connection soon, in whatever state it is, and
 * nothing piles up meanwhile.
 */
START_TEST(a_flood_of_key_updates_is_cut)
{
	static const char *const before[] = { "", HOLD, LARGE, STREAM, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n" };
	struct tls_client *c = client_shaken(t.plain);
	size_t base = 0;
	int i;

	if (before[_i / 2][0] != '\0')
		say(c, before[_i / 2]);
	c->deaf = true;
	for (i = 0; i < 100; i++)
		turn();
	base = waiting();
	for (i = 0; i < FLOOD && s.guard.nconns > 0; i++) {
		update_keys(c, _i % 2 ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED);
		turn();
		ck_assert_uint_le(waiting(), base + OWN_MAX);
	}
	ck_assert_int_lt(i, FLOOD);
}
END_TEST

/* The same with a byte of a request between: the bytes that wait are bounded by themselves. */
START_TEST(what_waits_for_one_that_reads_nothing_is_bounded)
{
	struct tls_client *c = client_shaken(t.plain);
	size_t base;

	say(c, LARGE);
	c->deaf = true;
	for (int i = 0; i < 100; i++)
		turn();
	base = waiting();
	ck_assert_uint_gt(base, 0);
	for (int i = 0; i < FLOOD && s.guard.nconns > 0; i++) {
		update_keys(c, SSL_KEY_UPDATE_REQUESTED);
		say(c, "G");
		turn();
		ck_assert_uint_le(waiting(), base + OWN_MAX);
	}
	ck_assert_uint_eq(s.guard.nconns, 0);
}
END_TEST

START_TEST(renegotiation_is_refused)
{
	struct tls_client *c;

	SSL_CTX_set_max_proto_version(t.plain, TLS1_2_VERSION);
	c = client_shaken(t.plain);
	say(c, GET);
	AWAIT(has(c, "body 0"));
	ck_assert_int_eq(SSL_renegotiate(c->ssl), 1);
	c->shaken = false;
	AWAIT(c->broken);
	ck_assert_int_eq(c->reason, SSL_R_NO_RENEGOTIATION);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tls_hostile");
	TCase *tc = tcase_create("tls_hostile");
	SRunner *r;
	int bad;

	tcase_set_timeout(tc, 600);
	tcase_add_checked_fixture(tc, setup, stop_tls);
	tcase_add_test(tc, the_oldest_handshake_makes_room);
	tcase_add_test(tc, handshakes_do_not_hold_requests_off);
	tcase_add_loop_test(tc, an_end_within_a_handshake_is_a_failed_one, 0, 3);
	tcase_add_loop_test(tc, a_request_without_tls_is_told, 0, 2);
	tcase_add_loop_test(tc, what_is_no_tls_ends_the_connection, 0, 6);
	tcase_add_loop_test(tc, a_changed_record_ends_the_connection, 0, 2);
	tcase_add_test(tc, keys_are_updated_in_mid_request);
	tcase_add_loop_test(tc, a_flood_of_key_updates_is_cut, 0, 10);
	tcase_add_test(tc, what_waits_for_one_that_reads_nothing_is_bounded);
	tcase_add_test(tc, renegotiation_is_refused);
	suite_add_tcase(suite, tc);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	bad = srunner_ntests_failed(r);
	srunner_free(r);
	return bad == 0 ? 0 : 1;
}
