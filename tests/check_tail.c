/*
 * check_tail.c: the tailer's side of waiting, without Kafka: workers that the
 * test plays open and close watches, records are matched, and a checkpoint
 * passes only when what was owed has left.
 */
#include <string.h>

#include <check.h>

#include "daemon/proc.h"
#include "far_end.h"
#include "tailer/watchers.h"
#include "util/log.h"
#include "value/fressian.h"

static const struct role role = { .id = ROLE_TAILER, .name = "tailer" };

static struct proc proc;
static struct watchers watchers;
static struct far worker[2];
static int changes, losses;
static unsigned last_lost;
static struct arena arena;

static void
on_changed(void *arg)
{
	(void)arg;
	changes++;
}

static void
on_lost(void *arg, unsigned nr)
{
	(void)arg;
	losses++;
	last_lost = nr;
}

static void
turn(void)
{
	for (int i = 0; i < 4; i++)
		event_base_loop(proc.base, EVLOOP_NONBLOCK);
}

static void
link_worker(unsigned nr)
{
	watchers_add(&watchers, nr, far_link(&worker[nr]));
	far_hello(&worker[nr], ROLE_WORKER, nr, 7);
	turn();
}

static void
setup(void)
{
	log_level(0);
	id_seed();
	arena_init(&arena, 0);
	config_defaults(&proc.config);
	proc.role = &role;
	proc.generation = 7;
	ck_assert_int_ne(board_create(&proc.board), -1);
	proc.slot = board_slot(proc.board, ROLE_TAILER, 0, 7);
	proc.base = event_base_new();
	watchers_init(&watchers, &proc);
	watchers.changed = on_changed;
	watchers.lost = on_lost;
	watchers.peers_done = true;
	link_worker(0);
	link_worker(1);
}

static void
tell(unsigned nr, enum ipc_type type, const struct id *id)
{
	far_send(&worker[nr], type, id != NULL ? id->b : NULL, id != NULL ? ID_BYTES : 0);
	turn();
}

/* A record with this parent, read from partition 2 at this offset. */
static void
record_at(const struct id *parent, int64_t offset)
{
	struct id id = id_make();
	struct value items[] = {
		value_ckeyword(&arena, "id"), value_uuid(&arena, &id),
		value_ckeyword(&arena, "parent"), value_uuid(&arena, parent),
	};
	struct value map = value_map(items, 2);
	struct match_record r = { .partition = 2, .offset = offset, .timestamp = 1474374896801 };
	struct codec_error err;
	struct buf b = { 0 };

	ck_assert_int_eq(fressian_write(&b, &map, &err), 0);
	r.value = b.data;
	r.value_len = b.len;
	match_record(&watchers.matcher, &r);
	watchers_flush(&watchers);
	buf_free(&b);
}

static void
record(const struct id *parent)
{
	record_at(parent, 41);
}

static bool
has_nothing(unsigned nr)
{
	return !far_recv(&worker[nr], &(struct far_frame){ 0 });
}

/* The worker finds the event of this parent next. */
static void
finds_event(unsigned nr, const struct id *parent)
{
	struct far_frame f;
	struct rdr r;

	ck_assert(far_recv(&worker[nr], &f));
	ck_assert_uint_eq(f.type, IPC_EVENT);
	r = rdr_of(f.payload, f.len);
	ck_assert_mem_eq(rdr_bytes(&r, ID_BYTES), parent->b, ID_BYTES);
	ck_assert_ptr_nonnull(rdr_bytes(&r, ID_BYTES));
	ck_assert_uint_eq(rdr_u32(&r), 2);
	ck_assert_uint_eq(rdr_u64(&r), 41);
	ck_assert_uint_eq(rdr_u64(&r), 1474374896801);
	ck_assert_uint_gt(rdr_left(&r), 0);
}

static int64_t
counted(enum counter c)
{
	return atomic_load(&proc.slot->counters[c]);
}

START_TEST(an_event_reaches_who_watches_for_it)
{
	struct id a = id_make(), b = id_make();

	tell(0, IPC_WATCH, &a);
	tell(1, IPC_WATCH, &b);
	ck_assert_int_eq(counted(COUNT_tail_watches), 2);
	record(&b);
	ck_assert(has_nothing(0));
	finds_event(1, &b);
	record(&a);
	finds_event(0, &a);
	ck_assert_int_eq(counted(COUNT_tail_watches), 0);
	ck_assert_int_eq(counted(COUNT_tail_matched), 2);
	/* The first event closed the watch. */
	tell(0, IPC_WATCH, &b);
	record(&a);
	ck_assert(has_nothing(0));
	ck_assert(has_nothing(1));
}
END_TEST

START_TEST(two_workers_may_watch_for_one_event)
{
	struct id a = id_make();

	tell(0, IPC_WATCH, &a);
	tell(0, IPC_WATCH, &a);
	tell(1, IPC_WATCH, &a);
	record(&a);
	finds_event(0, &a);
	finds_event(1, &a);
	ck_assert(has_nothing(0));
	tell(0, IPC_WATCH, &a);
	tell(1, IPC_WATCH, &a);
	tell(0, IPC_UNWATCH, &a);
	record(&a);
	ck_assert(has_nothing(0));
	finds_event(1, &a);
	ck_assert_int_eq(counted(COUNT_tail_watches), 0);
}
END_TEST

START_TEST(a_watch_that_was_closed_gets_nothing)
{
	struct id a = id_make(), b = id_make();

	tell(0, IPC_WATCH, &a);
	tell(0, IPC_UNWATCH, &a);
	tell(0, IPC_UNWATCH, &b);
	tell(1, IPC_UNWATCH, &a);
	record(&a);
	ck_assert(has_nothing(0));
	ck_assert_int_eq(counted(COUNT_tail_watches), 0);
}
END_TEST

START_TEST(a_watch_in_the_socket_is_known_after_a_drain)
{
	struct id a = id_make();

	far_send(&worker[0], IPC_WATCH, a.b, ID_BYTES);
	watchers_drain(&watchers);
	record(&a);
	finds_event(0, &a);
}
END_TEST

START_TEST(what_is_no_event_is_counted_and_passed_over)
{
	struct match_record r = { .offset = 1 };
	struct id a = id_make();

	/* Nobody waits: not even read. */
	match_record(&watchers.matcher, &r);
	ck_assert_int_eq(counted(COUNT_tail_undecodable), 0);
	tell(0, IPC_WATCH, &a);
	match_record(&watchers.matcher, &r);
	r.value = (const uint8_t *)"{\"parent\":1}";
	r.value_len = 12;
	match_record(&watchers.matcher, &r);
	ck_assert_int_eq(counted(COUNT_tail_undecodable), 2);
	ck_assert_int_eq(counted(COUNT_tail_records), 3);
	record(&a);
	finds_event(0, &a);
}
END_TEST

START_TEST(workers_are_synced_when_all_have_said_so)
{
	ck_assert(!watchers_synced(&watchers));
	tell(0, IPC_SYNCED, NULL);
	ck_assert(!watchers_synced(&watchers));
	tell(1, IPC_SYNCED, NULL);
	ck_assert(watchers_synced(&watchers));
	watchers.peers_done = false;
	ck_assert(!watchers_synced(&watchers));
	/* One that is gone need not say so; one that came anew must. */
	watchers.peers_done = true;
	far_die(&worker[1]);
	turn();
	ck_assert(watchers_synced(&watchers));
	link_worker(1);
	ck_assert(!watchers_synced(&watchers));
}
END_TEST

START_TEST(a_dead_workers_watches_are_closed)
{
	struct id a = id_make();

	tell(0, IPC_WATCH, &a);
	tell(1, IPC_WATCH, &a);
	far_die(&worker[0]);
	turn();
	ck_assert_int_eq(counted(COUNT_tail_watches), 1);
	record(&a);
	finds_event(1, &a);
	ck_assert(!watchers_empty(&watchers));
	far_die(&worker[1]);
	turn();
	ck_assert(watchers_empty(&watchers));
}
END_TEST

/* Put events for worker 0 until its socket takes no more. Returns how many. */
static int
block_worker(void)
{
	struct watcher *w = TAILQ_FIRST(&watchers.list);
	struct id a = id_make();
	int n = 0;

	for (; peer_waiting(w->peer) == 0; n++) {
		far_send(&worker[0], IPC_WATCH, a.b, ID_BYTES);
		watchers_drain(&watchers);
		record(&a);
	}
	return n;
}

START_TEST(a_checkpoint_passes_when_all_has_left)
{
	struct far_frame f;
	int owed, got = 0;

	watchers_checkpoint(&watchers);
	ck_assert(watchers_checkpoint_passed(&watchers));
	owed = block_worker();
	watchers_checkpoint(&watchers);
	ck_assert(!watchers_checkpoint_passed(&watchers));
	while (got < owed) {
		while (far_recv(&worker[0], &f))
			got++;
		turn();
	}
	ck_assert(watchers_checkpoint_passed(&watchers));
	ck_assert_int_gt(changes, 0);
}
END_TEST

START_TEST(a_worker_that_dies_unserved_stops_checkpoints)
{
	block_worker();
	watchers_checkpoint(&watchers);
	far_die(&worker[0]);
	turn();
	ck_assert(!watchers_checkpoint_passed(&watchers));
	watchers_checkpoint(&watchers);
	ck_assert(!watchers_checkpoint_passed(&watchers));
	/* Its successor waits for nothing: all is well again. */
	link_worker(0);
	tell(0, IPC_SYNCED, NULL);
	ck_assert(watchers_checkpoint_passed(&watchers));
	ck_assert_int_eq(losses, 0);
}
END_TEST

START_TEST(a_worker_that_lives_and_waits_must_be_told_again)
{
	struct id a = id_make();

	far_die(&worker[1]);
	turn();
	link_worker(1);
	tell(1, IPC_WATCH, &a);
	tell(1, IPC_SYNCED, NULL);
	ck_assert_int_eq(losses, 1);
	ck_assert_uint_eq(last_lost, 1);
}
END_TEST

START_TEST(a_new_link_replaces_the_old_one)
{
	struct far old = worker[0];
	struct id a = id_make();

	tell(0, IPC_WATCH, &a);
	link_worker(0);
	ck_assert_int_eq(counted(COUNT_tail_watches), 0);
	tell(0, IPC_WATCH, &a);
	record(&a);
	finds_event(0, &a);
	far_die(&old);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("tail");
	TCase *tc = tcase_create("tail");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, an_event_reaches_who_watches_for_it);
	tcase_add_test(tc, two_workers_may_watch_for_one_event);
	tcase_add_test(tc, a_watch_that_was_closed_gets_nothing);
	tcase_add_test(tc, a_watch_in_the_socket_is_known_after_a_drain);
	tcase_add_test(tc, what_is_no_event_is_counted_and_passed_over);
	tcase_add_test(tc, workers_are_synced_when_all_have_said_so);
	tcase_add_test(tc, a_dead_workers_watches_are_closed);
	tcase_add_test(tc, a_checkpoint_passes_when_all_has_left);
	tcase_add_test(tc, a_worker_that_dies_unserved_stops_checkpoints);
	tcase_add_test(tc, a_worker_that_lives_and_waits_must_be_told_again);
	tcase_add_test(tc, a_new_link_replaces_the_old_one);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
