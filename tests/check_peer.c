/*
 * check_peer.c: the links between roles: framing however the bytes come, what
 * HELLO must say, what breaks a link, and what its counts of bytes mean.
 */
#include <sys/socket.h>

#include <string.h>
#include <unistd.h>

#include <check.h>

#include "daemon/peer.h"
#include "far_end.h"
#include "util/log.h"

#define QUEUE_MAX 4096

static struct event_base *base;
static struct far far;
static struct peer *peer;
static int ups, frames, closes, sents, refuse, retire;
static uint8_t last[256];
static size_t last_len;
static char why_closed[128];

static int
handle_publish(struct peer *p, struct rdr *r)
{
	frames++;
	last_len = rdr_left(r);
	memcpy(last, rdr_bytes(r, last_len), last_len < sizeof(last) ? last_len : sizeof(last));
	if (retire)
		peer_retire(p);
	return refuse ? -1 : 0;
}

static void
up(struct peer *p)
{
	ck_assert(peer_is_up(p));
	ups++;
}

static void
sent(struct peer *p)
{
	(void)p;
	sents++;
}

static void
closed(struct peer *p, const char *why)
{
	ck_assert(!peer_is_up(p));
	closes++;
	strncpy(why_closed, why, sizeof(why_closed) - 1);
}

static const struct peer_handler handlers[] = { { IPC_PUBLISH, handle_publish } };
static const struct peer_ops ops = { handlers, 1, up, sent, closed };
static const struct peer_ops deaf_ops = { NULL, 0, NULL, NULL, closed };

static void
turn(void)
{
	for (int i = 0; i < 4; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
}

/* Ours is the producer's end of the link to worker 3, generation 7. */
static void
open_with(const struct peer_ops *o)
{
	struct peer_self self = { ROLE_PRODUCER, 0, 7 };

	log_level(0);
	base = event_base_new();
	peer = peer_new(base, far_link(&far), &self, ROLE_WORKER, 3, o, QUEUE_MAX, &far);
}

static void
setup(void)
{
	open_with(&ops);
}

static void
greet(void)
{
	far_hello(&far, ROLE_WORKER, 3, 7);
	turn();
	ck_assert_int_eq(ups, 1);
}

static void
publish(const char *payload)
{
	far_send(&far, IPC_PUBLISH, payload, strlen(payload));
}

static void
expect_broken(const char *why)
{
	turn();
	ck_assert_int_eq(closes, 1);
	ck_assert_msg(strstr(why_closed, why) != NULL, "%s", why_closed);
	ck_assert(!peer_is_up(peer));
	ck_assert_ptr_null(peer_begin(peer, IPC_ACK, 28));
	ck_assert_int_eq(peer_drain(peer), -1);
	turn();
	ck_assert_int_eq(closes, 1);
}

START_TEST(both_say_hello_first)
{
	struct far_frame f;
	struct rdr r;

	turn();
	ck_assert(far_recv_any(&far, &f));
	ck_assert_uint_eq(f.type, IPC_HELLO);
	r = rdr_of(f.payload, f.len);
	ck_assert_uint_eq(rdr_u16(&r), IPC_VERSION);
	ck_assert_uint_eq(rdr_u16(&r), ROLE_PRODUCER);
	ck_assert_uint_eq(rdr_u16(&r), 0);
	ck_assert_uint_eq(rdr_u32(&r), 7);
	ck_assert_uint_eq(rdr_u32(&r), (uint32_t)getpid());
	ck_assert(!peer_is_up(peer));
	greet();
	ck_assert(peer_is_up(peer));
	ck_assert_int_eq(peer_role(peer), ROLE_WORKER);
	ck_assert_uint_eq(peer_nr(peer), 3);
	ck_assert_ptr_eq(peer_arg(peer), &far);
}
END_TEST

START_TEST(a_frame_may_come_a_byte_at_a_time)
{
	static const uint8_t frame[] = { 18, 0, 0, 0, IPC_PUBLISH, 0, 0, 0,
		'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h' };

	greet();
	for (size_t i = 0; i < sizeof(frame); i++) {
		ck_assert_int_eq(frames, 0);
		ck_assert_int_eq(send(far.fd, frame + i, 1, 0), 1);
		turn();
	}
	ck_assert_int_eq(frames, 1);
	ck_assert_uint_eq(last_len, 18);
	ck_assert_mem_eq(last, frame + 8, 18);
}
END_TEST

START_TEST(many_frames_may_come_at_once)
{
	far_hello(&far, ROLE_WORKER, 3, 7);
	for (int i = 0; i < 100; i++)
		publish("a payload of some bytes");
	turn();
	ck_assert_int_eq(frames, 100);
	ck_assert_int_eq(closes, 0);
}
END_TEST

START_TEST(a_frame_may_be_large)
{
	enum { SIZE = 1 << 20 };
	static uint8_t payload[SIZE];
	struct buf b = { 0 };

	greet();
	buf_put_u32(&b, SIZE);
	buf_put_u16(&b, IPC_PUBLISH);
	buf_put_u16(&b, 0);
	buf_put(&b, payload, SIZE);
	for (size_t done = 0; done < b.len;) {
		ssize_t n = send(far.fd, b.data + done, b.len - done, MSG_DONTWAIT);

		done += n > 0 ? (size_t)n : 0;
		turn();
	}
	turn();
	ck_assert_int_eq(frames, 1);
	ck_assert_uint_eq(last_len, SIZE);
	buf_free(&b);
}
END_TEST

static const struct {
	enum role_id	role;
	unsigned	nr, generation;
} strangers[] = {
	{ ROLE_TAILER, 3, 7 },
	{ ROLE_WORKER, 4, 7 },
	{ ROLE_WORKER, 3, 8 },
};

START_TEST(a_stranger_is_not_let_in)
{
	far_hello(&far, strangers[_i].role, strangers[_i].nr, strangers[_i].generation);
	expect_broken("may not send");
	ck_assert_int_eq(ups, 0);
}
END_TEST

START_TEST(another_version_is_not_let_in)
{
	uint8_t hello[14] = { IPC_VERSION + 1, 0, ROLE_WORKER, 0, 3, 0, 7, 0, 0, 0 };

	far_send(&far, IPC_HELLO, hello, sizeof(hello));
	expect_broken("may not send");
	ck_assert_int_eq(ups, 0);
}
END_TEST

START_TEST(nothing_goes_before_hello)
{
	publish("a payload of some bytes");
	expect_broken("may not send");
	ck_assert_int_eq(frames, 0);
}
END_TEST

/* Heads that ipc.def does not allow from a worker to a producer. */
static const uint8_t heads[][8] = {
	{ 0, 0, 0, 0, 99, 0, 0, 0 },				/* no such message */
	{ 0, 0, 0, 0, 0, 0, 0, 0 },
	{ 16, 0, 0, 0, IPC_WATCH, 0, 0, 0 },			/* not to a producer */
	{ 28, 0, 0, 0, IPC_ACK, 0, 0, 0 },			/* not from a worker */
	{ 0, 0, 0, 0, IPC_STOP, 0, 0, 0 },			/* not over a link */
	{ 17, 0, 0, 0, IPC_PUBLISH, 0, 0, 0 },			/* too short */
	{ 0xff, 0xff, 0xff, 0xff, IPC_PUBLISH, 0, 0, 0 },	/* too long */
	{ 1, 0, 0, 5, IPC_PUBLISH, 0, 0, 0 },
	{ 'G', 'E', 'T', ' ', '/', ' ', 'H', 'T' },
};

START_TEST(what_is_not_allowed_breaks_the_link)
{
	greet();
	ck_assert_int_eq(send(far.fd, heads[_i], 8, 0), 8);
	expect_broken("may not send");
	ck_assert_int_eq(frames, 0);
}
END_TEST

START_TEST(a_message_needs_a_handler)
{
	peer_free(peer);
	event_base_free(base);
	far_die(&far);
	open_with(&deaf_ops);
	far_hello(&far, ROLE_WORKER, 3, 7);
	publish("a payload of some bytes");
	expect_broken("may not send");
}
END_TEST

START_TEST(a_handler_may_break_the_link)
{
	greet();
	refuse = 1;
	publish("a payload of some bytes");
	publish("a payload of some bytes");
	expect_broken("may not send");
	ck_assert_int_eq(frames, 1);
}
END_TEST

START_TEST(a_handler_may_retire_its_peer)
{
	greet();
	retire = 1;
	publish("a payload of some bytes");
	publish("a payload of some bytes");
	turn();
	ck_assert_int_eq(frames, 1);
	ck_assert_int_eq(closes, 0);
	peer_retire(NULL);
	peer_free(NULL);
}
END_TEST

START_TEST(what_came_before_the_end_is_read)
{
	greet();
	publish("a payload of some bytes");
	publish("another payload of bytes");
	ck_assert_int_eq(send(far.fd, "\x12", 1, 0), 1);
	shutdown(far.fd, SHUT_WR);
	expect_broken("it closed the link");
	ck_assert_int_eq(frames, 2);
}
END_TEST

START_TEST(a_full_queue_breaks_the_link)
{
	static const uint8_t ack[28];
	int puts = 0;

	greet();
	/* Within one turn nothing leaves. */
	while (peer_put(peer, IPC_ACK, ack, sizeof(ack)) == 0)
		puts++;
	ck_assert_int_eq(puts, QUEUE_MAX / (8 + 28));
	ck_assert_uint_le(peer_waiting(peer), QUEUE_MAX);
	expect_broken("queue is full");
}
END_TEST

START_TEST(what_is_sent_is_counted)
{
	static const uint8_t ack[28];
	struct far_frame f;
	uint64_t first;
	struct buf *b;

	greet();
	sents = 0;
	ck_assert_uint_eq(peer_queued(peer), peer_sent(peer));
	ck_assert_int_eq(peer_put(peer, IPC_ACK, ack, sizeof(ack)), 0);
	first = peer_queued(peer);
	ck_assert_uint_eq(first - peer_sent(peer), 8 + 28);
	b = peer_begin(peer, IPC_NAK, 12);
	ck_assert_ptr_nonnull(b);
	buf_put(b, "12345678\001abc", 12);
	peer_end(peer);
	ck_assert_uint_eq(peer_queued(peer) - first, 8 + 12);
	ck_assert_int_eq(sents, 0);
	turn();
	ck_assert_int_eq(sents, 1);
	ck_assert_uint_eq(peer_queued(peer), peer_sent(peer));
	ck_assert_uint_eq(peer_waiting(peer), 0);
	ck_assert(far_recv(&far, &f));
	ck_assert_uint_eq(f.type, IPC_ACK);
	ck_assert(far_recv(&far, &f));
	ck_assert_uint_eq(f.type, IPC_NAK);
	ck_assert_mem_eq(f.payload, "12345678\001abc", 12);
}
END_TEST

START_TEST(flush_and_drain_need_no_turn)
{
	static const uint8_t ack[28];
	struct far_frame f;

	greet();
	peer_put(peer, IPC_ACK, ack, sizeof(ack));
	peer_flush(peer);
	ck_assert(far_recv(&far, &f));
	publish("a payload of some bytes");
	ck_assert_int_eq(peer_drain(peer), 0);
	ck_assert_int_eq(frames, 1);
	ck_assert_int_eq(peer_drain(peer), 0);
	far_die(&far);
	ck_assert_int_eq(peer_drain(peer), -1);
	ck_assert_int_eq(closes, 1);
}
END_TEST

START_TEST(the_end_counts_only_when_all_is_read)
{
	static const uint8_t ack[28];

	greet();
	publish("a payload of some bytes");
	far_die(&far);
	/* Sending fails first; what waits to be read is not lost by it. */
	peer_put(peer, IPC_ACK, ack, sizeof(ack));
	peer_flush(peer);
	ck_assert_int_eq(closes, 0);
	turn();
	ck_assert_int_eq(frames, 1);
	ck_assert_int_eq(closes, 1);
	ck_assert_uint_lt(peer_sent(peer), peer_queued(peer));
}
END_TEST

START_TEST(an_owner_may_give_up)
{
	greet();
	peer_break(peer, "enough");
	peer_break(peer, "again");
	expect_broken("enough");
	peer_free(peer);
	ck_assert(!far.ended);
	ck_assert(!far_recv(&far, &(struct far_frame){ 0 }));
	ck_assert(far.ended);
}
END_TEST

START_TEST(no_two_messages_have_one_number)
{
#define IPC(type, number, senders, receivers, least, most, doc) \
	ck_assert_str_eq(ipc_row(number)->name, #type);
#include "daemon/ipc.def"
#undef IPC
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("peer");
	TCase *tc = tcase_create("peer");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, both_say_hello_first);
	tcase_add_test(tc, a_frame_may_come_a_byte_at_a_time);
	tcase_add_test(tc, many_frames_may_come_at_once);
	tcase_add_test(tc, a_frame_may_be_large);
	tcase_add_loop_test(tc, a_stranger_is_not_let_in, 0, (int)(sizeof(strangers) / sizeof(strangers[0])));
	tcase_add_test(tc, another_version_is_not_let_in);
	tcase_add_test(tc, nothing_goes_before_hello);
	tcase_add_loop_test(tc, what_is_not_allowed_breaks_the_link, 0, (int)(sizeof(heads) / sizeof(heads[0])));
	tcase_add_test(tc, a_message_needs_a_handler);
	tcase_add_test(tc, a_handler_may_break_the_link);
	tcase_add_test(tc, a_handler_may_retire_its_peer);
	tcase_add_test(tc, what_came_before_the_end_is_read);
	tcase_add_test(tc, a_full_queue_breaks_the_link);
	tcase_add_test(tc, what_is_sent_is_counted);
	tcase_add_test(tc, flush_and_drain_need_no_turn);
	tcase_add_test(tc, the_end_counts_only_when_all_is_read);
	tcase_add_test(tc, an_owner_may_give_up);
	tcase_add_test(tc, no_two_messages_have_one_number);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
