/*
 * check_tail_feed.c: the tailer's side of live streams, without Kafka: workers
 * that the test plays subscribe to topics, are told where these stand, get
 * every record from there on, and positions wait until all of it has left.
 */
#include <stdlib.h>

#include <check.h>

#include "daemon/proc.h"
#include "far_end.h"
#include "tailer/feeder.h"
#include "util/log.h"

static const struct role role = { .id = ROLE_TAILER, .name = "tailer" };

static struct proc proc;
static struct watchers watchers;
static struct follow follow[BOARD_TOPICS];
static struct followed parts[BOARD_TOPICS][3];
static struct far worker[2];
static bool taking;
static int taken;

/* As the tailer does: whatever left, a checkpoint is taken then. */
static void
on_changed(void *arg)
{
	(void)arg;
	if (taking)
		watchers_checkpoint(&watchers);
	taken += taking;
}

static void
on_lost(void *arg, unsigned nr)
{
	(void)arg;
	(void)nr;
}

/* As the tailer does where the topic is being followed. */
static void
on_subscribed(void *arg, enum board_topic topic)
{
	(void)arg;
	if (follow_ready(&follow[topic]))
		feeder_tell(&watchers, topic, &follow[topic], false);
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
	config_defaults(&proc.config);
	proc.role = &role;
	proc.generation = 7;
	ck_assert_int_ne(board_create(&proc.board), -1);
	proc.slot = board_slot(proc.board, ROLE_TAILER, 0, 7);
	proc.shared = board_begin(proc.board, 7);
	proc.base = event_base_new();
	watchers_init(&watchers, &proc);
	watchers.changed = on_changed;
	watchers.lost = on_lost;
	watchers.subscribed = on_subscribed;
	watchers.peers_done = true;
	for (int t = 0; t < BOARD_TOPICS; t++) {
		follow[t].board = t == BOARD_EVENTS ? &proc.shared->tailer : &proc.shared->commands;
		follow[t].parts = parts[t];
		follow[t].nparts = 3;
		for (int i = 0; i < 3; i++) {
			parts[t][i].assigned = true;
			parts[t][i].next = 100 * t + 10 * i;
		}
	}
	link_worker(0);
	link_worker(1);
}

static void
tell(unsigned nr, enum ipc_type type, enum board_topic topic)
{
	uint8_t t = (uint8_t)topic;

	far_send(&worker[nr], type, &t, 1);
	turn();
}

static void
record(enum board_topic topic, int32_t partition, int64_t offset)
{
	struct match_record r = { .partition = partition, .offset = offset, .timestamp = 1474374896801,
		.key = (const uint8_t *)"key", .key_len = 3, .value = (const uint8_t *)"value", .value_len = 5 };

	feeder_record(&watchers, topic, &r);
	follow_read(&follow[topic], partition, offset);
	watchers_flush(&watchers);
}

static bool
has_nothing(unsigned nr)
{
	return !far_recv(&worker[nr], &(struct far_frame){ 0 });
}

static struct rdr
finds(unsigned nr, unsigned type, enum board_topic topic)
{
	struct far_frame f;
	struct rdr r;

	ck_assert(far_recv(&worker[nr], &f));
	ck_assert_uint_eq(f.type, type);
	r = rdr_of(f.payload, f.len);
	ck_assert_uint_eq(rdr_u8(&r), topic);
	return r;
}

static void
finds_feed(unsigned nr, enum board_topic topic, unsigned epoch, uint64_t a, uint64_t b, uint64_t c)
{
	struct rdr r = finds(nr, IPC_FEED, topic);

	ck_assert_uint_eq(rdr_u32(&r), epoch);
	ck_assert_uint_eq(rdr_u32(&r), 3);
	ck_assert_uint_eq(rdr_u64(&r), a);
	ck_assert_uint_eq(rdr_u64(&r), b);
	ck_assert_uint_eq(rdr_u64(&r), c);
	ck_assert_uint_eq(rdr_left(&r), 0);
}

static void
finds_record(unsigned nr, enum board_topic topic, uint32_t partition, uint64_t offset)
{
	struct rdr r = finds(nr, IPC_RECORD, topic);

	ck_assert_uint_eq(rdr_u32(&r), partition);
	ck_assert_uint_eq(rdr_u64(&r), offset);
	ck_assert_uint_eq(rdr_u64(&r), 1474374896801);
	ck_assert_uint_eq(rdr_u16(&r), 3);
	ck_assert_mem_eq(rdr_bytes(&r, 3), "key", 3);
	ck_assert_uint_eq(rdr_left(&r), 5);
	ck_assert_mem_eq(rdr_bytes(&r, 5), "value", 5);
}

START_TEST(a_subscriber_gets_all_from_where_it_was_told)
{
	record(BOARD_EVENTS, 1, 110);
	tell(0, IPC_SUBSCRIBE, BOARD_EVENTS);
	finds_feed(0, BOARD_EVENTS, 0, 100, 111, 120);
	record(BOARD_EVENTS, 1, 111);
	record(BOARD_EVENTS, 0, 100);
	record(BOARD_COMMANDS, 0, 0);
	finds_record(0, BOARD_EVENTS, 1, 111);
	finds_record(0, BOARD_EVENTS, 0, 100);
	ck_assert(has_nothing(0));
	ck_assert(has_nothing(1));
	/* Another comes later, and this one for the other topic too. */
	tell(1, IPC_SUBSCRIBE, BOARD_EVENTS);
	finds_feed(1, BOARD_EVENTS, 0, 101, 112, 120);
	tell(0, IPC_SUBSCRIBE, BOARD_COMMANDS);
	finds_feed(0, BOARD_COMMANDS, 0, 1, 10, 20);
	record(BOARD_EVENTS, 2, 125);
	record(BOARD_COMMANDS, 2, 20);
	finds_record(0, BOARD_EVENTS, 2, 125);
	finds_record(0, BOARD_COMMANDS, 2, 20);
	finds_record(1, BOARD_EVENTS, 2, 125);
	ck_assert(has_nothing(1));
	ck_assert_int_eq(atomic_load(&proc.slot->counters[COUNT_tail_fed]), 5);
}
END_TEST

START_TEST(a_subscriber_waits_until_every_partition_has_its_offset)
{
	parts[BOARD_EVENTS][1].assigned = false;
	tell(0, IPC_SUBSCRIBE, BOARD_EVENTS);
	record(BOARD_EVENTS, 0, 100);
	ck_assert(has_nothing(0));
	parts[BOARD_EVENTS][1].assigned = true;
	feeder_tell(&watchers, BOARD_EVENTS, &follow[BOARD_EVENTS], false);
	feeder_tell(&watchers, BOARD_EVENTS, &follow[BOARD_EVENTS], false);
	turn();
	finds_feed(0, BOARD_EVENTS, 0, 101, 110, 120);
	ck_assert(has_nothing(0));
	ck_assert(has_nothing(1));
}
END_TEST

START_TEST(all_are_told_again_when_positions_moved)
{
	tell(0, IPC_SUBSCRIBE, BOARD_EVENTS);
	finds_feed(0, BOARD_EVENTS, 0, 100, 110, 120);
	atomic_fetch_add(&proc.shared->tailer.epoch, 1);
	parts[BOARD_EVENTS][2].next = 0;
	feeder_tell(&watchers, BOARD_EVENTS, &follow[BOARD_EVENTS], true);
	turn();
	finds_feed(0, BOARD_EVENTS, 1, 100, 110, 0);
	ck_assert(has_nothing(1));
}
END_TEST

START_TEST(what_holds_no_record_is_told)
{
	struct rdr r;

	tell(0, IPC_SUBSCRIBE, BOARD_EVENTS);
	finds_feed(0, BOARD_EVENTS, 0, 100, 110, 120);
	ck_assert(!follow_at_end(&follow[BOARD_EVENTS], 1, 110));
	ck_assert(follow_at_end(&follow[BOARD_EVENTS], 1, 113));
	feeder_passed(&watchers, BOARD_EVENTS, 1, 113);
	turn();
	r = finds(0, IPC_PASSED, BOARD_EVENTS);
	ck_assert_uint_eq(rdr_u32(&r), 1);
	ck_assert_uint_eq(rdr_u64(&r), 113);
	tell(1, IPC_SUBSCRIBE, BOARD_EVENTS);
	finds_feed(1, BOARD_EVENTS, 0, 100, 113, 120);
}
END_TEST

START_TEST(nothing_comes_once_it_is_not_wanted)
{
	ck_assert(!feeder_wanted(&watchers, BOARD_EVENTS));
	tell(0, IPC_SUBSCRIBE, BOARD_EVENTS);
	tell(1, IPC_SUBSCRIBE, BOARD_EVENTS);
	finds_feed(0, BOARD_EVENTS, 0, 100, 110, 120);
	ck_assert(feeder_wanted(&watchers, BOARD_EVENTS));
	ck_assert(!feeder_wanted(&watchers, BOARD_COMMANDS));
	tell(0, IPC_UNSUBSCRIBE, BOARD_EVENTS);
	record(BOARD_EVENTS, 0, 100);
	ck_assert(has_nothing(0));
	far_die(&worker[1]);
	turn();
	ck_assert(!feeder_wanted(&watchers, BOARD_EVENTS));
	ck_assert(!watchers_whole(&watchers));
	link_worker(1);
	ck_assert(!feeder_wanted(&watchers, BOARD_EVENTS));
	far_send(&worker[1], IPC_SYNCED, NULL, 0);
	turn();
	ck_assert(watchers_whole(&watchers));
}
END_TEST

START_TEST(a_topic_that_there_is_not_breaks_the_link)
{
	uint8_t topic = BOARD_TOPICS;

	far_send(&worker[0], IPC_SUBSCRIBE, &topic, 1);
	turn();
	has_nothing(0);
	ck_assert(worker[0].ended);
}
END_TEST

START_TEST(a_value_that_no_frame_holds_is_sent_empty)
{
	size_t large = IPC_MAX_PAYLOAD;
	uint8_t *value = calloc(1, large);
	struct match_record r = { .partition = 0, .offset = 100, .key = value, .key_len = UINT16_MAX + 1,
		.value = value, .value_len = large };
	struct rdr f;

	tell(0, IPC_SUBSCRIBE, BOARD_EVENTS);
	finds_feed(0, BOARD_EVENTS, 0, 100, 110, 120);
	feeder_record(&watchers, BOARD_EVENTS, &r);
	turn();
	f = finds(0, IPC_RECORD, BOARD_EVENTS);
	rdr_bytes(&f, 20);
	ck_assert_uint_eq(rdr_u16(&f), 0);
	ck_assert_uint_eq(rdr_left(&f), 0);
	free(value);
}
END_TEST

/* A position passes over a record only when every subscriber has it. */
START_TEST(positions_wait_for_what_was_fed)
{
	struct far_frame f;
	int64_t offset = 100;
	int got = 0;

	tell(0, IPC_SUBSCRIBE, BOARD_EVENTS);
	finds_feed(0, BOARD_EVENTS, 0, 100, 110, 120);
	watchers_checkpoint(&watchers);
	ck_assert(watchers_checkpoint_passed(&watchers));
	while (peer_waiting(TAILQ_FIRST(&watchers.list)->peer) == 0)
		record(BOARD_EVENTS, 0, offset++);
	watchers_checkpoint(&watchers);
	ck_assert(!watchers_checkpoint_passed(&watchers));
	while (got < offset - 100) {
		while (far_recv(&worker[0], &f))
			got++;
		turn();
	}
	ck_assert(watchers_checkpoint_passed(&watchers));
}
END_TEST

/* A queue that grows long is sent while a frame is being put. */
START_TEST(a_checkpoint_taken_amid_a_frame_passes)
{
	static uint8_t value[60000];
	struct match_record r = { .partition = 0, .offset = 100, .value = value, .value_len = sizeof(value) };
	struct far_frame f;

	tell(0, IPC_SUBSCRIBE, BOARD_EVENTS);
	finds_feed(0, BOARD_EVENTS, 0, 100, 110, 120);
	taking = true;
	for (; taken == 0; r.offset++)
		feeder_record(&watchers, BOARD_EVENTS, &r);
	taking = false;
	ck_assert_int_ge(r.offset, 102);
	for (int i = 0; i < 4; i++) {
		while (far_recv(&worker[0], &f))
			;
		turn();
	}
	ck_assert(watchers_checkpoint_passed(&watchers));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("tail_feed");
	TCase *tc = tcase_create("tail_feed");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, a_subscriber_gets_all_from_where_it_was_told);
	tcase_add_test(tc, a_subscriber_waits_until_every_partition_has_its_offset);
	tcase_add_test(tc, all_are_told_again_when_positions_moved);
	tcase_add_test(tc, what_holds_no_record_is_told);
	tcase_add_test(tc, nothing_comes_once_it_is_not_wanted);
	tcase_add_test(tc, a_topic_that_there_is_not_breaks_the_link);
	tcase_add_test(tc, a_value_that_no_frame_holds_is_sent_empty);
	tcase_add_test(tc, positions_wait_for_what_was_fed);
	tcase_add_test(tc, a_checkpoint_taken_amid_a_frame_passes);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
