/*
 * tailer.c: the tailer: follows the events topic on every partition and sends
 * each worker the events that it watches for. The order of one turn is what
 * makes that no reply is missed: see turn().
 */
#include <sys/eventfd.h>

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "daemon/kafka.h"
#include "tailer/follow.h"
#include "tailer/watchers.h"
#include "tailer/tailer.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/mem.h"

#define BATCH		1000
#define LOOK_EVERY_S	1
#define READY_AFTER_MS	3000	/* without a broker: a start must not hang on it */
#define CLOSE_MS	1500

struct tailer {
	struct proc		*proc;
	struct kafka		*kafka;		/* NULL until there is an address */
	rd_kafka_queue_t	*queue;
	struct follow		 follow;
	struct watchers		 watchers;
	int			 records_fd, scout_fd;
	struct event		*on_records, *on_scout, *on_look, *on_grace;
	rd_kafka_message_t	*batch[BATCH];
	int64_t			 started_ms;
	bool			 told_ready, checkpoint_open, ending;
};

static void
take_record(struct tailer *t, const rd_kafka_message_t *msg)
{
	rd_kafka_timestamp_type_t type;
	struct match_record r = {
		.partition = msg->partition,
		.offset = msg->offset,
		.timestamp = rd_kafka_message_timestamp(msg, &type),
		.key = msg->key, .key_len = msg->key_len,
		.value = msg->payload, .value_len = msg->len,
	};

	match_record(&t->watchers.matcher, &r);
	follow_read(&t->follow, msg->partition, msg->offset);
}

static void
take_error(struct tailer *t, const rd_kafka_message_t *msg)
{
	static struct log_limit limit;

	switch (msg->err) {
	case RD_KAFKA_RESP_ERR__PARTITION_EOF:
		follow_at_end(&t->follow, msg->partition, msg->offset);
		break;
	case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
	case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
		follow_out_of_range(&t->follow, msg->partition);
		break;
	default:
		log_limited(&limit, LOG_WARNING, "reading partition %" PRId32 ": %s", msg->partition,
		    rd_kafka_message_errstr(msg));
	}
}

static void
commit_if_passed(struct tailer *t)
{
	if (t->checkpoint_open && watchers_checkpoint_passed(&t->watchers)) {
		follow_commit(&t->follow);
		t->checkpoint_open = false;
	}
}

/* What was read is safe to pass over only once every EVENT that came of it has left. */
static void
settle(struct tailer *t)
{
	commit_if_passed(t);
	if (t->checkpoint_open)
		return;
	follow_checkpoint(&t->follow);
	watchers_checkpoint(&t->watchers);
	t->checkpoint_open = true;
	commit_if_passed(t);
}

/*
 * One turn. A worker writes WATCH, and PUBLISH only when send(2) has taken the WATCH. So for any event that was
 * on the log when the batch was fetched, the WATCH lies in a socket by now: in one that we have, or in one that
 * waits in the control socket. Fetch, *then* accept links, *then* read all of them dry, *then* match.
 */
static bool
turn(struct tailer *t)
{
	ssize_t n = rd_kafka_consume_batch_queue(t->queue, 0, t->batch, BATCH);

	if (n <= 0)
		return false;
	proc_hear_now(t->proc);
	watchers_drain(&t->watchers);
	for (ssize_t i = 0; i < n; i++) {
		if (t->batch[i]->err == RD_KAFKA_RESP_ERR_NO_ERROR)
			take_record(t, t->batch[i]);
		else
			take_error(t, t->batch[i]);
		rd_kafka_message_destroy(t->batch[i]);
	}
	watchers_flush(&t->watchers);
	settle(t);
	return n == BATCH;
}

static void
on_records(evutil_socket_t fd, short what, void *arg)
{
	struct tailer *t = arg;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) == -1 && errno != EAGAIN)
		log_warn("reading an eventfd failed");
	if (t->ending)
		return;
	/* A full batch may not be all; the loop gets its turn in between. */
	if (turn(t))
		event_active(t->on_records, EV_READ, 1);
}

static void
tell_ready(struct tailer *t)
{
	if (t->told_ready || (atomic_load(&t->follow.board->assigned) == 0 &&
	    clock_ms() - t->started_ms < READY_AFTER_MS))
		return;
	t->told_ready = true;
	proc_ready(t->proc, NULL, NULL);
}

static void
on_scout(evutil_socket_t fd, short what, void *arg)
{
	struct tailer *t = arg;
	struct kafka_scout_report *r;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) == -1 && errno != EAGAIN)
		log_warn("reading an eventfd failed");
	/* Not one record is read before every worker has told what it waits for. */
	if (t->ending || !watchers_synced(&t->watchers) || (r = kafka_scout_take(t->follow.scout)) == NULL)
		return;
	follow_found(&t->follow, r);
	kafka_scout_report_free(r);
	tell_ready(t);
}

static void
on_look(evutil_socket_t fd, short what, void *arg)
{
	struct tailer *t = arg;

	(void)fd;
	(void)what;
	if (t->ending)
		return;
	if (t->kafka != NULL && watchers_synced(&t->watchers))
		follow_look(&t->follow);
	tell_ready(t);
}

static void
leave(struct tailer *t)
{
	t->ending = true;
	event_base_loopbreak(t->proc->base);
}

static void
on_grace(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	leave(arg);
}

static void
watchers_changed(void *arg)
{
	struct tailer *t = arg;

	settle(t);
	if (t->proc->stopping && watchers_empty(&t->watchers))
		leave(t);
}

/* Beginning anew from the positions in the scoreboard is the way that a crash goes too. */
static void
watchers_lost(void *arg, unsigned worker)
{
	log_warn("worker %u may have missed events: starting again from what was surely sent", worker);
	leave(arg);
}

static void
connect_to_kafka(struct tailer *t)
{
	char err[512];

	t->kafka = kafka_new(t->proc, KAFKA_READ, &t->proc->shared->tailer.answered_ms, err, sizeof(err));
	if (t->kafka == NULL)
		fatalx("%s", err);
	rd_kafka_poll_set_consumer(t->kafka->rk);
	t->queue = rd_kafka_queue_get_consumer(t->kafka->rk);
	kafka_wake(t->queue, t->records_fd);
	follow_init(&t->follow, t->proc, t->kafka, t->scout_fd);
}

static void
on_peer(struct proc *p, enum role_id role, unsigned nr, int fd)
{
	struct tailer *t = p->arg;

	if (role != ROLE_WORKER)
		fatalx("a link to %s %u, which the tailer does not speak with", role_name(role), nr);
	watchers_add(&t->watchers, nr, fd);
}

static void
on_peers_done(struct proc *p)
{
	struct tailer *t = p->arg;

	t->watchers.peers_done = true;
	event_active(t->on_look, EV_TIMEOUT, 1);
}

static void
on_bootstrap(struct proc *p)
{
	struct tailer *t = p->arg;

	log_notice("the embedded broker is another one: starting again with it");
	follow_forget(&t->follow);
	leave(t);
}

static void
on_stop(struct proc *p, bool master_gone)
{
	struct tailer *t = p->arg;
	struct timeval grace = { p->config.shutdown.grace / 1000, 0 };

	/* The master stops workers first. Without it they still drain: stay for as long as one is there. */
	if (!master_gone || watchers_empty(&t->watchers))
		leave(t);
	else
		event_add(t->on_grace, &grace);
}

static const struct proc_ops ops = {
	.peer = on_peer,
	.peers_done = on_peers_done,
	.bootstrap = on_bootstrap,
	.stop = on_stop,
};

static struct event *
make_event(struct tailer *t, int fd, event_callback_fn callback)
{
	struct event *ev = event_new(t->proc->base, fd, (short)(fd == -1 ? EV_PERSIST :
	    EV_READ | EV_PERSIST), callback, t);

	if (ev == NULL)
		fatalx("no event");
	return ev;
}

static void
init(struct tailer *t, struct proc *p)
{
	struct timeval every = { LOOK_EVERY_S, 0 };

	t->proc = p;
	p->arg = t;
	t->started_ms = clock_ms();
	watchers_init(&t->watchers, p);
	t->watchers.changed = watchers_changed;
	t->watchers.lost = watchers_lost;
	t->watchers.arg = t;
	t->records_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	t->scout_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (t->records_fd == -1 || t->scout_fd == -1)
		fatal("eventfd");
	t->on_records = make_event(t, t->records_fd, on_records);
	t->on_scout = make_event(t, t->scout_fd, on_scout);
	t->on_look = make_event(t, -1, on_look);
	t->on_grace = make_event(t, -1, on_grace);
	if (event_add(t->on_records, NULL) == -1 || event_add(t->on_scout, NULL) == -1 ||
	    event_add(t->on_look, &every) == -1)
		fatalx("no event");
}

static void
finish(struct tailer *t)
{
	follow_close(&t->follow);
	rd_kafka_queue_destroy(t->queue);
	if (!kafka_free(t->kafka, CLOSE_MS))
		_exit(0);
}

int
tailer_run(struct proc *p)
{
	struct tailer *t = xcalloc(1, sizeof(*t));

	if (p->bootstrap == NULL)
		fatalx("the master told no broker's address");
	init(t, p);
	connect_to_kafka(t);
	proc_hear(p, &ops);
	event_base_dispatch(p->base);
	finish(t);
	return 0;
}
