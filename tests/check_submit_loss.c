/*
 * check_submit_loss.c: a command in a worker, and links that stop, break and
 * are replaced: the order of WATCH and PUBLISH, and not sent told from unknown.
 */
#include <sys/socket.h>

#include <check.h>

#include "daemon/control.h"
#include "submit_stage.h"

/* Fill the link to the tailer until it takes no more. */
static void
block_tailer(void)
{
	struct id id = id_make();

	while (peer_waiting(engine->tailer) == 0) {
		for (int i = 0; i < 1000; i++)
			tailer_link_unwatch(engine, &id);
		turn();
	}
}

START_TEST(the_publish_waits_until_its_watch_has_left)
{
	struct told t;
	struct far_frame f;
	bool watched = false;

	block_tailer();
	ask_sync(&t);
	turn();
	ck_assert(producer_has_nothing());
	/* An async command need not wait for that. */
	ask_async(&(struct told){ 0 });
	turn();
	(void)published();
	ck_assert(producer_has_nothing());
	while (!watched) {
		turn();
		while (far_recv(&tailer, &f))
			watched = f.type == IPC_WATCH;
	}
	turn();
	(void)published();
}
END_TEST

START_TEST(a_tailer_that_dies_first_leaves_nothing_published)
{
	struct told t;

	block_tailer();
	ask_sync(&t);
	turn();
	far_die(&tailer);
	turn();
	ck_assert_int_eq(t.times, 1);
	ck_assert_int_eq(t.r.outcome, SUBMIT_NO_TAILER);
	ck_assert(producer_has_nothing());
	all_done();
}
END_TEST

START_TEST(a_new_tailer_is_told_the_open_watches)
{
	struct told t, refused;
	struct id id;

	ask_sync(&t);
	turn();
	id = tailer_finds(IPC_WATCH);
	ack(published());
	far_die(&tailer);
	turn();
	ck_assert_int_eq(t.times, 0);
	ck_assert_ptr_null(ask_sync(&refused));
	ck_assert_int_eq(refused.r.outcome, SUBMIT_NO_TAILER);
	ck_assert_ptr_nonnull(ask_async(&refused));
	ck_assert_int_eq(link_tailer(), 1);
	send_event(&id, "e");
	turn();
	ck_assert_int_eq(t.r.outcome, SUBMIT_EVENT);
	ck_assert_uint_eq(engine_in_flight(engine), 1);
}
END_TEST

START_TEST(a_lost_producer_tells_unsent_from_unknown)
{
	struct told sent, acked, part, unsent, waiting;
	struct id id;

	ask_async(&sent);
	ask_async(&acked);
	ask_sync(&waiting);
	turn();
	(void)published();
	ack(published());
	id = tailer_finds(IPC_WATCH);
	/* More than the socket takes: its last byte stays here. */
	ask_sized(&part, false, 0, 8 << 20);
	ask_async(&unsent);
	for (int i = 0; i < 2; i++)
		event_base_loop(proc.base, EVLOOP_NONBLOCK);
	ck_assert_uint_gt(peer_waiting(engine->producer), 0);
	far_die(&producer);
	turn();
	ck_assert_int_eq(acked.r.outcome, SUBMIT_ACKED);
	ck_assert_int_eq(sent.r.outcome, SUBMIT_UNKNOWN);
	ck_assert_int_eq(part.r.outcome, SUBMIT_NOT_SENT);
	ck_assert_int_eq(unsent.r.outcome, SUBMIT_NOT_SENT);
	ck_assert_int_eq(sent.times + acked.times + part.times + unsent.times, 4);
	ck_assert_int_eq(waiting.times, 0);
	send_event(&id, "proof");
	turn();
	ck_assert_int_eq(waiting.r.outcome, SUBMIT_EVENT);
	all_done();
}
END_TEST

START_TEST(what_a_producer_said_before_its_end_counts)
{
	struct told t;

	ask_async(&t);
	turn();
	ack(published());
	/* The master's new link may be there before the old one was seen to end. */
	struct far old = producer;
	engine_peer(engine, ROLE_PRODUCER, 0, far_link(&producer));
	ck_assert_int_eq(t.times, 1);
	ck_assert_int_eq(t.r.outcome, SUBMIT_ACKED);
	far_die(&old);
	turn();
	all_done();
}
END_TEST

START_TEST(a_replaced_producer_leaves_what_it_had_unknown)
{
	struct told t, next;

	ask_async(&t);
	turn();
	struct far old = producer;
	link_producer();
	ck_assert_int_eq(t.times, 1);
	ck_assert_int_eq(t.r.outcome, SUBMIT_UNKNOWN);
	far_die(&old);
	ask_async(&next);
	turn();
	ack(published());
	turn();
	ck_assert_int_eq(next.r.outcome, SUBMIT_ACKED);
	all_done();
}
END_TEST

START_TEST(a_missing_link_is_asked_for)
{
	struct control_msg m;
	struct rdr r;

	far_die(&producer);
	turn();
	ck_assert(!engine_linked(engine));
	while (recv(master, &(uint8_t){ 0 }, 1, MSG_PEEK | MSG_DONTWAIT) == -1)
		event_base_loop(proc.base, EVLOOP_ONCE);
	ck_assert_int_eq(control_recv(master, ROLE_WORKER, ROLE_MASTER, &m), 1);
	ck_assert_int_eq(m.type, IPC_PEER_LOST);
	r = rdr_of(m.payload, m.len);
	ck_assert_uint_eq(rdr_u16(&r), ROLE_PRODUCER);
	link_producer();
	ck_assert(engine_linked(engine));
}
END_TEST

START_TEST(a_peer_that_talks_nonsense_is_cut)
{
	struct told t;

	ask_async(&t);
	turn();
	nak(published(), (enum ipc_nak)77);
	turn();
	ck_assert_int_eq(t.r.outcome, SUBMIT_UNKNOWN);
	ck_assert(!engine_linked(engine));
	far_send(&tailer, IPC_ACK, "1234567890123456789012345678", 28);
	turn();
	ck_assert_ptr_null(engine->tailer);
	all_done();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("submit loss");
	TCase *tc = tcase_create("submit loss");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(tc, stage_open, NULL);
	tcase_add_test(tc, the_publish_waits_until_its_watch_has_left);
	tcase_add_test(tc, a_tailer_that_dies_first_leaves_nothing_published);
	tcase_add_test(tc, a_new_tailer_is_told_the_open_watches);
	tcase_add_test(tc, a_lost_producer_tells_unsent_from_unknown);
	tcase_add_test(tc, what_a_producer_said_before_its_end_counts);
	tcase_add_test(tc, a_replaced_producer_leaves_what_it_had_unknown);
	tcase_add_test(tc, a_missing_link_is_asked_for);
	tcase_add_test(tc, a_peer_that_talks_nonsense_is_cut);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
