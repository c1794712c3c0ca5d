/*
 * check_submit.c: the course of a command in a worker: what is sent, and what
 * the asker is told for everything that can become of it. What the loss of a
 * link does to it: check_submit_loss.c.
 */
#include <string.h>

#include <check.h>

#include "submit_stage.h"
#include "util/clock.h"
#include "value/fressian.h"

START_TEST(an_async_command_is_published_and_acknowledged)
{
	struct submission *s;
	struct far_frame f;
	struct told t;
	struct rdr r;
	struct value v;
	struct codec_error err;
	struct buf key = { 0 };
	size_t len;

	s = ask_async(&t);
	ck_assert_ptr_nonnull(s);
	turn();
	ck_assert(far_recv(&producer, &f));
	ck_assert_uint_eq(f.type, IPC_PUBLISH);
	r = rdr_of(f.payload, f.len);
	ck_assert_uint_eq(rdr_u64(&r), s->seq);
	ck_assert_int_eq((int64_t)rdr_u64(&r), s->result.timestamp);
	command_key(&key, COMMAND_KEY_FRESSIAN, &s->result.id);
	len = rdr_u16(&r);
	ck_assert_mem_eq(rdr_bytes(&r, len), key.data, key.len);
	ck_assert_uint_eq(len, key.len);
	ck_assert_msg(fressian_read(r.p, rdr_left(&r), &codec_request_limits, &arena, &v, &err) == 0, "%s", err.text);
	ck_assert_uint_eq(v.n, 3);
	ck_assert(id_equal(value_map_get(&v, "id", false)->u.id, &s->result.id));
	ck_assert(tailer_has_nothing());
	ck_assert_int_eq(t.times, 0);
	ack(s->seq);
	turn();
	ck_assert_int_eq(t.times, 1);
	ck_assert_int_eq(t.r.outcome, SUBMIT_ACKED);
	ck_assert(t.r.acked);
	ck_assert_int_eq(t.r.partition, 2);
	ck_assert_int_eq(t.r.offset, 17);
	ck_assert_int_eq(t.r.timestamp, 1474374896801);
	ck_assert_int_eq(counted(COUNT_commands_acked), 1);
	all_done();
	buf_free(&key);
}
END_TEST

START_TEST(a_sync_command_is_answered_with_its_event)
{
	struct told t;
	struct id id;
	uint64_t seq;

	ask_sync(&t);
	ck_assert_int_eq(counted(COUNT_sync_waiting), 1);
	turn();
	id = tailer_finds(IPC_WATCH);
	seq = published();
	ack(seq);
	turn();
	ck_assert_int_eq(t.times, 0);
	send_event(&id, "the event");
	turn();
	ck_assert_int_eq(t.times, 1);
	ck_assert_int_eq(t.r.outcome, SUBMIT_EVENT);
	ck_assert(id_equal(&t.r.id, &id));
	ck_assert_str_eq(t.event, "the event");
	ck_assert_int_eq(t.r.event_partition, 1);
	ck_assert_int_eq(t.r.event_offset, 99);
	ck_assert_int_eq(t.r.event_timestamp, 1474374896900);
	ck_assert_int_eq(t.r.offset, 17);
	turn();
	ck_assert(tailer_has_nothing());	/* the event closed the watch */
	all_done();
}
END_TEST

START_TEST(an_event_that_overtakes_the_ack_is_held)
{
	struct told t;
	struct id id;

	ask_sync(&t);
	turn();
	id = tailer_finds(IPC_WATCH);
	send_event(&id, "first");
	send_event(&id, "second");
	turn();
	ck_assert_int_eq(t.times, 0);
	ack(published());
	turn();
	ck_assert_int_eq(t.times, 1);
	ck_assert_int_eq(t.r.outcome, SUBMIT_EVENT);
	ck_assert(t.r.acked);
	ck_assert_str_eq(t.event, "first");
	send_event(&id, "late");
	turn();
	ck_assert_int_eq(t.times, 1);
	all_done();
}
END_TEST

static const struct {
	enum ipc_nak		kind;
	enum submit_outcome	outcome;
	enum counter		counter;
} naks[] = {
	{ NAK_NOT_SENT, SUBMIT_NOT_SENT, COUNT_commands_not_sent },
	{ NAK_FULL, SUBMIT_FULL, COUNT_commands_full },
	{ NAK_UNREACHABLE, SUBMIT_UNREACHABLE, COUNT_commands_unreachable },
	{ NAK_UNKNOWN, SUBMIT_UNKNOWN, COUNT_commands_unknown },
	{ NAK_TOO_LARGE, SUBMIT_TOO_LARGE, COUNT_commands_too_large },
	{ NAK_REFUSED, SUBMIT_REFUSED, COUNT_commands_refused },
};

START_TEST(each_nak_is_told_for_what_it_is)
{
	struct told t;

	ask_async(&t);
	turn();
	nak(published(), naks[_i].kind);
	turn();
	ck_assert_int_eq(t.times, 1);
	ck_assert_int_eq(t.r.outcome, naks[_i].outcome);
	ck_assert(!t.r.acked);
	ck_assert_str_eq(t.text, "because");
	ck_assert_int_eq(counted(naks[_i].counter), 1);
	all_done();
}
END_TEST

START_TEST(a_failed_sync_command_closes_its_watch)
{
	struct told t;
	struct id id, closed;

	ask_sync(&t);
	turn();
	id = tailer_finds(IPC_WATCH);
	nak(published(), NAK_REFUSED);
	turn();
	ck_assert_int_eq(t.r.outcome, SUBMIT_REFUSED);
	closed = tailer_finds(IPC_UNWATCH);
	ck_assert(id_equal(&id, &closed));
	all_done();
}
END_TEST

START_TEST(an_event_proves_a_write_of_unknown_outcome)
{
	struct told t;
	struct id id;

	ask_sync(&t);
	turn();
	id = tailer_finds(IPC_WATCH);
	nak(published(), NAK_UNKNOWN);
	turn();
	ck_assert_int_eq(t.times, 0);
	send_event(&id, "proof");
	turn();
	ck_assert_int_eq(t.times, 1);
	ck_assert_int_eq(t.r.outcome, SUBMIT_EVENT);
	ck_assert(!t.r.acked);
	all_done();
}
END_TEST

START_TEST(an_event_before_an_unknown_outcome_proves_it_too)
{
	struct told t;
	struct id id;

	ask_sync(&t);
	turn();
	id = tailer_finds(IPC_WATCH);
	send_event(&id, "proof");
	turn();
	nak(published(), NAK_UNKNOWN);
	turn();
	ck_assert_int_eq(t.r.outcome, SUBMIT_EVENT);
	all_done();
}
END_TEST

START_TEST(without_an_event_an_unknown_outcome_stays_unknown)
{
	struct told t;

	ask_sized(&t, true, 1, 3);
	turn();
	nak(published(), NAK_UNKNOWN);
	wait_until_told(&t);
	ck_assert_int_eq(t.r.outcome, SUBMIT_UNKNOWN);
	turn();
	(void)tailer_finds(IPC_WATCH);
	(void)tailer_finds(IPC_UNWATCH);
	all_done();
}
END_TEST

START_TEST(no_event_in_time_is_told_once_it_is_acknowledged)
{
	struct told t;
	struct submission *s;
	uint64_t seq;

	/* First acknowledged, then over. */
	ask_sized(&t, true, 1, 3);
	turn();
	ack(published());
	wait_until_told(&t);
	ck_assert_int_eq(t.r.outcome, SUBMIT_TIMED_OUT);
	ck_assert(t.r.acked);
	turn();
	(void)tailer_finds(IPC_WATCH);
	(void)tailer_finds(IPC_UNWATCH);
	/* First over, then acknowledged. */
	s = ask_sized(&t, true, 1, 3);
	seq = s->seq;
	while (!s->expired)
		event_base_loop(proc.base, EVLOOP_ONCE);
	ck_assert_int_eq(t.times, 0);
	ck_assert_uint_eq(published(), seq);
	ack(seq);
	turn();
	ck_assert_int_eq(t.times, 1);
	ck_assert_int_eq(t.r.outcome, SUBMIT_TIMED_OUT);
	all_done();
}
END_TEST

START_TEST(a_producer_that_hangs_leaves_the_outcome_unknown)
{
	struct told t;

	proc.config.kafka.delivery_timeout = 1;
	ask_async(&t);
	wait_until_told(&t);
	ck_assert_int_eq(t.r.outcome, SUBMIT_UNKNOWN);
	/* Its late word changes nothing. */
	ack(published());
	turn();
	ck_assert_int_eq(t.times, 1);
	all_done();
}
END_TEST

START_TEST(a_client_that_hangs_up_is_not_told)
{
	struct told t;
	struct id id, closed;

	submit_cancel(ask_async(&t));
	turn();
	ack(published());
	turn();
	ck_assert_int_eq(t.times, 0);
	all_done();
	/* Sync, and published already. */
	struct submission *s = ask_sync(&t);
	turn();
	id = tailer_finds(IPC_WATCH);
	submit_cancel(s);
	turn();
	closed = tailer_finds(IPC_UNWATCH);
	ck_assert(id_equal(&id, &closed));
	ack(published());
	send_event(&id, "e");
	turn();
	ck_assert_int_eq(t.times, 0);
	all_done();
}
END_TEST

START_TEST(a_hang_up_does_not_take_a_command_back)
{
	struct told t;

	/* Its WATCH has not left: the PUBLISH follows all the same, since the client may count on it. */
	submit_cancel(ask_sync(&t));
	ck_assert(producer_has_nothing());
	turn();
	(void)tailer_finds(IPC_WATCH);
	(void)tailer_finds(IPC_UNWATCH);
	(void)published();
	ck_assert_int_eq(t.times, 0);
	all_done();
}
END_TEST

START_TEST(what_cannot_be_sent_is_refused_at_once)
{
	struct told t;

	proc.config.http.max_in_flight = 1;
	ck_assert_ptr_nonnull(ask_async(&t));
	ck_assert_ptr_null(ask_async(&t));
	ck_assert_int_eq(t.r.outcome, SUBMIT_FULL);
	proc.config.http.max_in_flight = 100;
	atomic_store(&proc.shared->tailer.at_end, 0);
	ck_assert_ptr_null(ask_sync(&t));
	ck_assert_int_eq(t.r.outcome, SUBMIT_NO_TAILER);
	ck_assert_ptr_nonnull(ask_async(&t));
	atomic_store(&proc.shared->producer.answered_ms, clock_ms() - proc.config.kafka.unreachable_after - 1000);
	ck_assert_ptr_null(ask_async(&t));
	ck_assert_int_eq(t.r.outcome, SUBMIT_UNREACHABLE);
	atomic_store(&proc.shared->producer.answered_ms, clock_ms() + LONG_WAIT);
	far_die(&producer);
	turn();
	ck_assert_ptr_null(ask_async(&t));
	ck_assert_int_eq(t.r.outcome, SUBMIT_UNREACHABLE);
	ck_assert_int_eq(t.times, 1);
	ck_assert_str_ne(t.text, "");
}
END_TEST

START_TEST(a_number_is_never_used_twice)
{
	struct told t, next;
	uint64_t seq;

	ask_async(&t);
	turn();
	seq = published();
	ack(seq);
	turn();
	ask_async(&next);
	turn();
	ck_assert_uint_ne(published(), seq);
	ack(seq);
	ack(UINT64_MAX);
	ack(0);
	turn();
	ck_assert_int_eq(next.times, 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("submit");
	TCase *tc = tcase_create("submit");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(tc, stage_open, NULL);
	tcase_add_test(tc, an_async_command_is_published_and_acknowledged);
	tcase_add_test(tc, a_sync_command_is_answered_with_its_event);
	tcase_add_test(tc, an_event_that_overtakes_the_ack_is_held);
	tcase_add_loop_test(tc, each_nak_is_told_for_what_it_is, 0, (int)(sizeof(naks) / sizeof(naks[0])));
	tcase_add_test(tc, a_failed_sync_command_closes_its_watch);
	tcase_add_test(tc, an_event_proves_a_write_of_unknown_outcome);
	tcase_add_test(tc, an_event_before_an_unknown_outcome_proves_it_too);
	tcase_add_test(tc, without_an_event_an_unknown_outcome_stays_unknown);
	tcase_add_test(tc, no_event_in_time_is_told_once_it_is_acknowledged);
	tcase_add_test(tc, a_producer_that_hangs_leaves_the_outcome_unknown);
	tcase_add_test(tc, a_client_that_hangs_up_is_not_told);
	tcase_add_test(tc, a_hang_up_does_not_take_a_command_back);
	tcase_add_test(tc, what_cannot_be_sent_is_refused_at_once);
	tcase_add_test(tc, a_number_is_never_used_twice);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
