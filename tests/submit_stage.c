/*
 * submit_stage.c: a worker's engine between a producer, a tailer and a master
 * that the test plays. See submit_stage.h.
 */
#include <string.h>

#include <check.h>

#include "daemon/control.h"
#include "submit_stage.h"
#include "util/clock.h"
#include "util/id.h"
#include "util/log.h"

static const struct role worker = { .id = ROLE_WORKER, .name = "worker" };

struct proc proc;
struct engine *engine;
struct far producer, tailer;
struct arena arena;
int master;
static struct wheel wheel;

static void
on_done(void *arg, const struct submit_result *r)
{
	struct told *t = arg;

	t->times++;
	t->r = *r;
	if (r->event_len > 0)
		memcpy(t->event, r->event, r->event_len < 63 ? r->event_len : 63);
	strncpy(t->text, r->text, sizeof(t->text) - 1);
}

/* Some turns of the loop, without waiting for anything. */
void
turn(void)
{
	for (int i = 0; i < 4; i++)
		event_base_loop(proc.base, EVLOOP_NONBLOCK);
}

void
wait_until_told(const struct told *t)
{
	while (t->times == 0)
		event_base_loop(proc.base, EVLOOP_ONCE);
	ck_assert_int_eq(t->times, 1);
}

void
link_producer(void)
{
	engine_peer(engine, ROLE_PRODUCER, 0, far_link(&producer));
	far_hello(&producer, ROLE_PRODUCER, 0, 7);
	turn();
}

/* Reads what a new link brings: HELLO, then every open watch, then SYNCED. Returns how many watches. */
int
link_tailer(void)
{
	struct far_frame f;
	int watches = 0;

	engine_peer(engine, ROLE_TAILER, 0, far_link(&tailer));
	far_hello(&tailer, ROLE_TAILER, 0, 7);
	turn();
	for (;;) {
		ck_assert(far_recv(&tailer, &f));
		if (f.type == IPC_SYNCED)
			return watches;
		ck_assert_uint_eq(f.type, IPC_WATCH);
		watches++;
	}
}

void
stage_open(void)
{
	int control[2];

	log_level(0);
	id_seed();
	arena_init(&arena, 0);
	config_defaults(&proc.config);
	proc.role = &worker;
	proc.generation = 7;
	ck_assert_int_ne(board_create(&proc.board), -1);
	proc.slot = board_slot(proc.board, ROLE_WORKER, 0, 7);
	proc.shared = board_begin(proc.board, 7);
	atomic_store(&proc.shared->producer.answered_ms, clock_ms() + LONG_WAIT);
	atomic_store(&proc.shared->tailer.assigned, 1);
	atomic_store(&proc.shared->tailer.at_end, 1);
	ck_assert_int_eq(control_pair(control), 0);
	proc.control = control[0];
	master = control[1];
	proc.base = event_base_new();
	wheel_init(&wheel, proc.base);
	engine = engine_new(&proc, &wheel);
	link_producer();
	ck_assert_int_eq(link_tailer(), 0);
	ck_assert(engine_linked(engine));
}

/* A command whose data holds size bytes of text besides. */
struct submission *
ask_sized(struct told *t, bool sync, int64_t wait_ms, size_t size)
{
	struct submit_ask ask = { .arena = &arena, .sync = sync, .wait_ms = wait_ms, .done = on_done, .arg = t };
	struct command c = { .action = value_ckeyword(&arena, "create-foo") };
	struct value *pair = arena_array(&arena, 2, sizeof(*pair));
	char *text = arena_alloc(&arena, size + 1);

	memset(text, 'x', size);
	pair[0] = value_ckeyword(&arena, "a");
	pair[1] = value_string(text, size);
	c.data = value_map(pair, 1);
	ask.command = &c;
	memset(t, 0, sizeof(*t));
	return submit(engine, &ask);
}

struct submission *
ask_sync(struct told *t)
{
	return ask_sized(t, true, LONG_WAIT, 3);
}

struct submission *
ask_async(struct told *t)
{
	return ask_sized(t, false, 0, 3);
}

/* The sequence number of the PUBLISH that the producer finds next. */
uint64_t
published(void)
{
	struct far_frame f;
	struct rdr r;

	ck_assert(far_recv(&producer, &f));
	ck_assert_uint_eq(f.type, IPC_PUBLISH);
	r = rdr_of(f.payload, f.len);
	return rdr_u64(&r);
}

bool
producer_has_nothing(void)
{
	struct far_frame f;

	return !far_recv(&producer, &f);
}

/* The tailer finds this message next; its id is put out. */
struct id
tailer_finds(enum ipc_type type)
{
	struct far_frame f;
	struct id id;

	ck_assert(far_recv(&tailer, &f));
	ck_assert_uint_eq(f.type, type);
	ck_assert_uint_eq(f.len, ID_BYTES);
	memcpy(id.b, f.payload, ID_BYTES);
	return id;
}

bool
tailer_has_nothing(void)
{
	struct far_frame f;

	return !far_recv(&tailer, &f);
}

void
ack(uint64_t seq)
{
	struct buf b = { 0 };

	buf_put_u64(&b, seq);
	buf_put_u32(&b, 2);
	buf_put_u64(&b, 17);
	buf_put_u64(&b, 1474374896801);
	far_send(&producer, IPC_ACK, b.data, b.len);
	buf_free(&b);
}

void
nak(uint64_t seq, enum ipc_nak kind)
{
	struct buf b = { 0 };

	buf_put_u64(&b, seq);
	buf_putc(&b, (int)kind);
	buf_puts(&b, "because");
	far_send(&producer, IPC_NAK, b.data, b.len);
	buf_free(&b);
}

void
send_event(const struct id *parent, const char *value)
{
	struct buf b = { 0 };

	buf_put(&b, parent->b, ID_BYTES);
	buf_put(&b, parent->b, ID_BYTES);
	buf_put_u32(&b, 1);
	buf_put_u64(&b, 99);
	buf_put_u64(&b, 1474374896900);
	buf_puts(&b, value);
	far_send(&tailer, IPC_EVENT, b.data, b.len);
	buf_free(&b);
}

int64_t
counted(enum counter c)
{
	return atomic_load(&proc.slot->counters[c]);
}

/* Nothing is left in flight, and the gauges say so. */
void
all_done(void)
{
	ck_assert_uint_eq(engine_in_flight(engine), 0);
	ck_assert_int_eq(counted(COUNT_commands_in_flight), 0);
	ck_assert_int_eq(counted(COUNT_sync_waiting), 0);
}
