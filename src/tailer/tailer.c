/*
 * tailer.c: the tailer: follows the events topic on every partition and sends
 * each worker the events that it watches for. The order of one turn is what
 * makes that no reply is missed: see turn().
 */
#include <sys/eventfd.h>

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "daemon/kafka.h"
#include "tailer/feeder.h"
#include "tailer/follow.h"
#include "tailer/watchers.h"
#include "tailer/tailer.h"
#include "util/clock.h"
#include "util/hash.h"
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
	struct follow		 follow[BOARD_TOPICS];	/* commands only while a worker wants them */
	struct watchers		 watchers;
	int			 records_fd, scout_fd;
	struct event		*on_records, *on_scout, *on_look, *on_grace;
	rd_kafka_message_t	*batch[BATCH];
	int64_t			 started_ms;
	bool			 told_ready, checkpoint_open, ending;
};

static enum board_topic
topic_of(const struct tailer *t, const rd_kafka_message_t *msg)
{
	return msg->rkt != NULL && strcmp(rd_kafka_topic_name(msg->rkt),
	    t->follow[BOARD_COMMANDS].topic) == 0 ? BOARD_COMMANDS : BOARD_EVENTS;
}

static void
take_record(struct tailer *t, enum board_topic topic, const rd_kafka_message_t *msg)
{
	rd_kafka_timestamp_type_t type;
	struct match_record r = {
		.partition = msg->partition,
		.offset = msg->offset,
		.timestamp = rd_kafka_message_timestamp(msg, &type),
		.key = msg->key, .key_len = msg->key_len,
		.value = msg->payload, .value_len = msg->len,
	};

	if (topic == BOARD_EVENTS)
		match_record(&t->watchers.matcher, &r);
	feeder_record(&t->watchers, topic, &r);
	follow_read(&t->follow[topic], msg->partition, msg->offset);
}

static void
take_error(struct tailer *t, enum board_topic topic, const rd_kafka_message_t *msg)
{
	struct follow *f = &t->follow[topic];
	static struct log_limit limit;

	switch (msg->err) {
	case RD_KAFKA_RESP_ERR__PARTITION_EOF:
		if (follow_at_end(f, msg->partition, msg->offset))
			feeder_passed(&t->watchers, topic, msg->partition, msg->offset);
		break;
	case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
	case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
		follow_out_of_range(f, msg->partition);
		break;
	default:
		log_limited(&limit, LOG_WARNING, "reading topic %s, partition %" PRId32 ": %s", f->topic,
		    msg->partition, rd_kafka_message_errstr(msg));
	}
}

static void
commit_if_passed(struct tailer *t)
{
	if (!t->checkpoint_open || !watchers_checkpoint_passed(&t->watchers))
		return;
	for (int i = 0; i < BOARD_TOPICS; i++)
		follow_commit(&t->follow[i]);
	t->checkpoint_open = false;
}

/* What was read is safe to pass over only once every EVENT and RECORD that came of it has left. */
static void
settle(struct tailer *t)
{
	commit_if_passed(t);
	if (t->checkpoint_open)
		return;
	for (int i = 0; i < BOARD_TOPICS; i++)
		follow_checkpoint(&t->follow[i]);
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
		enum board_topic topic = topic_of(t, t->batch[i]);

		if (t->batch[i]->err == RD_KAFKA_RESP_ERR_NO_ERROR)
			take_record(t, topic, t->batch[i]);
		else
			take_error(t, topic, t->batch[i]);
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
	if (t->told_ready || (atomic_load(&t->proc->shared->tailer.assigned) == 0 &&
	    clock_ms() - t->started_ms < READY_AFTER_MS))
		return;
	t->told_ready = true;
	proc_ready(t->proc, NULL, NULL);
}

/* Tokens of streams carry which cluster their offsets are of. Without waiting: NULL until brokers have told. */
static void
learn_cluster(struct tailer *t)
{
	uint64_t hash;
	char *id;

	if (t->kafka == NULL || atomic_load(&t->proc->shared->cluster) != 0 ||
	    (id = rd_kafka_clusterid(t->kafka->rk, 0)) == NULL)
		return;
	hash = hash_more(HASH_START, id, strlen(id));
	atomic_store(&t->proc->shared->cluster, hash != 0 ? hash : 1);
	rd_kafka_mem_free(t->kafka->rk, id);
}

/* What a worker gets it can give out only with tokens. */
static bool
can_tell(const struct tailer *t, const struct follow *f)
{
	return follow_ready(f) && atomic_load(&t->proc->shared->cluster) != 0;
}

static void
take_look(struct tailer *t, enum board_topic topic)
{
	struct follow *f = &t->follow[topic];
	struct kafka_scout_report *r;

	if (!f->on || (r = kafka_scout_take(f->scout)) == NULL)
		return;
	follow_found(f, r);
	kafka_scout_report_free(r);
	if (!can_tell(t, f))
		return;
	feeder_tell(&t->watchers, topic, f, f->moved);
	f->moved = false;
}

static void
on_scout(evutil_socket_t fd, short what, void *arg)
{
	struct tailer *t = arg;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) == -1 && errno != EAGAIN)
		log_warn("reading an eventfd failed");
	/* Not one record is read before every worker has told what it waits for. */
	if (t->ending || !watchers_synced(&t->watchers))
		return;
	learn_cluster(t);
	for (int i = 0; i < BOARD_TOPICS; i++)
		take_look(t, (enum board_topic)i);
	tell_ready(t);
}

/* Positions of the commands topic are kept for as long as a worker may come back that wants them. */
static void
let_commands_go(struct tailer *t)
{
	struct follow *f = &t->follow[BOARD_COMMANDS];

	if ((f->on || atomic_load(&f->board->partitions) > 0) && watchers_whole(&t->watchers) &&
	    !feeder_wanted(&t->watchers, BOARD_COMMANDS))
		follow_end(f);
}

static void
on_look(evutil_socket_t fd, short what, void *arg)
{
	struct tailer *t = arg;

	(void)fd;
	(void)what;
	if (t->ending)
		return;
	if (t->kafka != NULL && watchers_synced(&t->watchers)) {
		let_commands_go(t);
		for (int i = 0; i < BOARD_TOPICS; i++)
			if (t->follow[i].on) {
				follow_look(&t->follow[i]);
				follow_ends(&t->follow[i]);
			}
	}
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

/*
 * FEED goes out at once where the topic is being followed: it says what the records that were not taken yet come
 * behind. Else once every partition has its offset.
 */
static void
watchers_subscribed(void *arg, enum board_topic topic)
{
	struct tailer *t = arg;
	struct follow *f = &t->follow[topic];

	if (t->kafka == NULL || t->ending)
		return;
	if (!f->on) {
		follow_begin(f);
		if (watchers_synced(&t->watchers))
			follow_look(f);
	} else if (can_tell(t, f)) {
		feeder_tell(&t->watchers, topic, f, false);
	}
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
	follow_init(&t->follow[BOARD_COMMANDS], t->proc, t->kafka, t->proc->config.topics.commands,
	    &t->proc->shared->commands, t->scout_fd);
	follow_init(&t->follow[BOARD_EVENTS], t->proc, t->kafka, t->proc->config.topics.events,
	    &t->proc->shared->tailer, t->scout_fd);
	follow_begin(&t->follow[BOARD_EVENTS]);
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
	for (int i = 0; i < BOARD_TOPICS; i++)
		follow_forget(&t->follow[i]);
	atomic_store(&p->shared->cluster, 0);
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
	t->watchers.subscribed = watchers_subscribed;
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
	for (int i = 0; i < BOARD_TOPICS; i++)
		follow_close(&t->follow[i]);
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
