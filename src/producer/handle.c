/*
 * handle.c: one librdkafka producer and the records that are with it. See
 * handle.h; what is said of a record that failed is outcome.c's concern.
 */
#include <sys/eventfd.h>
#include <sys/queue.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/kafka.h"
#include "producer/ends.h"
#include "producer/handle.h"
#include "producer/outcome.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/mem.h"

#define EVENTS_A_TURN	64	/* delivery reports (a batch each) before the links are served again */
#define REPORTS_A_CALL	256
#define RETIRED_MS	2000	/* what a retired handle's records get to be reported on */

/* A record between PUBLISH and its delivery report. */
struct record {
	TAILQ_ENTRY(record)	 entry;
	struct link		*link;		/* NULL: the worker went away */
	uint64_t		 seq;
	int64_t			 timestamp;
	int64_t			 queued_ms;
	uint64_t		 requests;	/* kafka.produce_requests before it was queued */
	size_t			 bytes;
	bool			 once;
	struct id		 id;		/* once: its id */
};

TAILQ_HEAD(record_list, record);

struct handle {
	struct proc			*proc;
	const struct handle_ops		*ops;
	void				*arg;
	struct kafka			*kafka;
	struct ends			*ends;
	rd_kafka_topic_t		*topic;
	rd_kafka_queue_t		*queue;
	int				 wake_fd;
	struct event			*wake, *deadline;
	struct record_list		 records, spare;
	size_t				 nrecords;
	int64_t				 born_ms;
	bool				 retired;
};

static void
count(struct handle *h, int records, int64_t bytes)
{
	struct board_producer *b = &h->proc->shared->producer;

	h->nrecords += (size_t)records;
	atomic_fetch_add_explicit(&b->queued, records, memory_order_relaxed);
	atomic_fetch_add_explicit(&b->queued_bytes, bytes, memory_order_relaxed);
	board_add(h->proc->slot, COUNT_produce_queued, records);
	board_add(h->proc->slot, COUNT_produce_queued_bytes, bytes);
}

static struct record *
record_take(struct handle *h, struct link *l, const struct link_record *r)
{
	struct record *rec = TAILQ_FIRST(&h->spare);

	if (rec != NULL)
		TAILQ_REMOVE(&h->spare, rec, entry);
	else
		rec = xmalloc(sizeof(*rec));
	rec->link = l;
	rec->seq = r->seq;
	rec->timestamp = r->timestamp;
	rec->queued_ms = clock_ms();
	rec->bytes = r->key_len + r->value_len;
	rec->once = r->once != NULL;
	if (rec->once)
		rec->id = r->once->id;
	TAILQ_INSERT_TAIL(&h->records, rec, entry);
	count(h, 1, (int64_t)rec->bytes);
	return rec;
}

static void
record_give(struct handle *h, struct record *rec)
{
	TAILQ_REMOVE(&h->records, rec, entry);
	TAILQ_INSERT_HEAD(&h->spare, rec, entry);
	count(h, -1, -(int64_t)rec->bytes);
}

/* Ours, unless the topic says LogAppendTime. The embedded broker always claims that, with a time it made up. */
static int64_t
timestamp_of(const struct handle *h, const struct record *rec, const rd_kafka_message_t *m)
{
	rd_kafka_timestamp_type_t type;
	int64_t timestamp = rd_kafka_message_timestamp(m, &type);

	if (type != RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME ||
	    strcmp(h->proc->config.kafka.servers, CONFIG_EMBEDDED) == 0)
		return rec->timestamp;
	return timestamp;
}

static void
acked(struct handle *h, struct record *rec, const rd_kafka_message_t *m, bool offset_known)
{
	struct once_place place = { m->partition, offset_known ? m->offset : -1, timestamp_of(h, rec, m) };

	board_add(h->proc->slot, COUNT_produce_acked, 1);
	board_acked(h->proc->board, place.partition, place.offset);
	if (rec->once)
		h->ops->settled(h->arg, &rec->id, NAK_NONE, &place);
	if (rec->link != NULL)
		link_ack(rec->link, rec->seq, place.partition, place.offset, place.timestamp);
	record_give(h, rec);
}

static void
complain(enum ipc_nak kind, rd_kafka_resp_err_t error, const char *topic)
{
	static struct log_limit limit;
	const char *advice = outcome_advice(error);
	bool refused = kind == NAK_REFUSED || kind == NAK_TOO_LARGE;

	log_limited(&limit, refused ? LOG_ERR : LOG_WARNING, "a command was %s topic %s: %s%s%s",
	    refused ? "refused by" : kind == NAK_UNKNOWN ? "perhaps not written to" : "not written to",
	    topic, rd_kafka_err2str(error), advice[0] != '\0' ? ": " : "", advice);
}

static void
failed(struct handle *h, struct record *rec, rd_kafka_resp_err_t error, bool alone)
{
	/*
	 * Why no request can hide here: rec->requests was read before rd_kafka_produceva had the record, so a
	 * request that holds it was built, sent and counted after that; and it was counted (on_request_sent, on
	 * the thread that sent it) before that thread could queue this report or hand the record to another
	 * thread, both of which happen under locks that we took after it to get here. What was not handed to
	 * the kernel to its last byte is not counted; a broker does not act on a request that is not whole.
	 */
	struct outcome_facts facts = {
		.requests = atomic_load(&h->kafka->produce_requests) - rec->requests,
		.age_ms = clock_ms() - rec->queued_ms,
		.alone = alone,
	};
	enum ipc_nak kind = outcome_of(error, &facts);

	board_add(h->proc->slot, COUNT_produce_failed, 1);
	complain(kind, error, h->proc->config.topics.commands);
	if (rec->once)
		h->ops->settled(h->arg, &rec->id, kind, NULL);
	if (rec->link != NULL)
		link_nak(rec->link, rec->seq, kind, rd_kafka_err2str(error));
	record_give(h, rec);
}

/* All of a report's records were in one batch, in this order. */
static void
on_reports(struct handle *h, rd_kafka_event_t *ev)
{
	const rd_kafka_message_t *m[REPORTS_A_CALL];
	bool alone = rd_kafka_event_message_count(ev) == 1, offset_known = true, first = true;
	size_t n;

	while ((n = rd_kafka_event_message_array(ev, m, REPORTS_A_CALL)) > 0) {
		/* librdkafka counts on from "unknown" (-1, -1001) and so comes to offsets that nobody gave. */
		if (first)
			offset_known = m[0]->offset >= 0;
		first = false;
		for (size_t i = 0; i < n; i++) {
			struct record *rec = m[i]->_private;

			if (m[i]->err == RD_KAFKA_RESP_ERR_NO_ERROR)
				acked(h, rec, m[i], offset_known);
			else
				failed(h, rec, m[i]->err, alone);
		}
	}
}

static void
on_error(struct handle *h, rd_kafka_event_t *ev)
{
	static struct log_limit limit;
	rd_kafka_resp_err_t error = rd_kafka_event_error(ev);
	char why[512];

	if (!rd_kafka_event_error_is_fatal(ev)) {
		log_limited(&limit, error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
		    error == RD_KAFKA_RESP_ERR__AUTHENTICATION ? LOG_ERR : LOG_WARNING, "kafka: %s",
		    rd_kafka_event_error_string(ev));
		return;
	}
	error = rd_kafka_fatal_error(h->kafka->rk, why, sizeof(why));
	if (!h->retired)
		h->ops->fatal(h->arg, h, why, error == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED ||
		    error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
}

static void
serve(struct handle *h)
{
	rd_kafka_event_t *ev;
	int n = 0;

	while (n < EVENTS_A_TURN && (ev = rd_kafka_queue_poll(h->queue, 0)) != NULL) {
		if (rd_kafka_event_type(ev) == RD_KAFKA_EVENT_DR)
			on_reports(h, ev);
		else if (rd_kafka_event_type(ev) == RD_KAFKA_EVENT_ERROR)
			on_error(h, ev);
		rd_kafka_event_destroy(ev);
		n++;
	}
	/* The queue writes to wake_fd only when it stops being empty, so what is left must be come back to. */
	if (n == EVENTS_A_TURN)
		event_active(h->wake, EV_READ, 1);
	if (n > 0)
		h->ops->eased(h->arg);
	if (h->retired && h->nrecords == 0)
		h->ops->done(h->arg, h);
}

static void
on_wake(evutil_socket_t fd, short what, void *arg)
{
	uint64_t count_of_wakes;

	(void)what;
	if (read(fd, &count_of_wakes, sizeof(count_of_wakes)) == -1 && errno != EAGAIN)
		fatal("reading an eventfd");
	serve(arg);
}

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct handle *h = arg;

	(void)fd;
	(void)what;
	h->ops->done(h->arg, h);
}

struct handle *
handle_new(struct proc *p, const struct handle_ops *ops, void *arg, struct once *once, char *err,
    size_t errsize)
{
	struct handle *h = xcalloc(1, sizeof(*h));

	h->proc = p;
	h->ops = ops;
	h->arg = arg;
	TAILQ_INIT(&h->records);
	TAILQ_INIT(&h->spare);
	h->born_ms = clock_ms();
	h->kafka = kafka_new(p, KAFKA_WRITE, &p->shared->producer.answered_ms, err, errsize);
	if (h->kafka == NULL) {
		free(h);
		return NULL;
	}
	/* Held from the start, so that the topic's metadata is there when the first record comes. */
	h->topic = rd_kafka_topic_new(h->kafka->rk, p->config.topics.commands, NULL);
	h->ends = ends_new(h->kafka->rk, p->config.topics.commands, once);
	h->queue = rd_kafka_queue_get_main(h->kafka->rk);
	h->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (h->topic == NULL || h->wake_fd == -1)
		fatal("a topic handle and an eventfd");
	h->wake = event_new(p->base, h->wake_fd, EV_READ | EV_PERSIST, on_wake, h);
	h->deadline = evtimer_new(p->base, on_deadline, h);
	if (h->wake == NULL || h->deadline == NULL || event_add(h->wake, NULL) == -1)
		fatalx("no events for a Kafka handle");
	kafka_wake(h->queue, h->wake_fd);
	event_active(h->wake, EV_READ, 1);
	return h;
}

bool
handle_free(struct handle *h, int wait_ms)
{
	struct record *rec;
	bool whole;

	if (h == NULL)
		return true;
	while ((rec = TAILQ_FIRST(&h->records)) != NULL) {
		board_add(h->proc->slot, COUNT_produce_failed, 1);
		if (rec->once)
			h->ops->settled(h->arg, &rec->id, NAK_UNKNOWN, NULL);
		if (rec->link != NULL)
			link_nak(rec->link, rec->seq, NAK_UNKNOWN, "the producer stopped before Kafka answered");
		record_give(h, rec);
	}
	while ((rec = TAILQ_FIRST(&h->spare)) != NULL) {
		TAILQ_REMOVE(&h->spare, rec, entry);
		free(rec);
	}
	event_free(h->wake);
	event_free(h->deadline);
	rd_kafka_queue_io_event_enable(h->queue, -1, NULL, 0);
	close(h->wake_fd);
	rd_kafka_queue_destroy(h->queue);
	ends_free(h->ends);
	rd_kafka_topic_destroy(h->topic);
	whole = kafka_free(h->kafka, wait_ms);
	free(h);
	return whole;
}

/* librdkafka would hold it for kafka.delivery_timeout; better to say at once that nothing came of it. */
static bool
unreachable(const struct handle *h)
{
	return kafka_silence(h->kafka->answered_ms, h->born_ms) >
	    h->proc->config.kafka.unreachable_after;
}

void
handle_write(struct handle *h, struct link *l, const struct link_record *r)
{
	struct record *rec;
	rd_kafka_error_t *error;
	rd_kafka_resp_err_t code;

	if (unreachable(h)) {
		board_add(h->proc->slot, COUNT_produce_failed, 1);
		if (r->once != NULL)
			h->ops->settled(h->arg, &r->once->id, NAK_UNREACHABLE, NULL);
		link_nak(l, r->seq, NAK_UNREACHABLE, "no Kafka broker answers");
		return;
	}
	rec = record_take(h, l, r);
	rec->requests = atomic_load(&h->kafka->produce_requests);
	/* Copied: one allocation holds librdkafka's record, key and value, which is cheaper than owning them apart. */
	rd_kafka_vu_t arguments[6 + IPC_HEADERS_MAX] = {
		{ .vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = h->topic },
		{ .vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY },
		{ .vtype = RD_KAFKA_VTYPE_KEY,
		    .u.mem = { (void *)(uintptr_t)r->key, r->key_len } },
		{ .vtype = RD_KAFKA_VTYPE_VALUE,
		    .u.mem = { (void *)(uintptr_t)r->value, r->value_len } },
		{ .vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = r->timestamp },
		{ .vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = rec },
	};
	for (unsigned i = 0; i < r->nheaders; i++) {
		rd_kafka_vu_t *a = &arguments[6 + i];

		a->vtype = RD_KAFKA_VTYPE_HEADER;
		a->u.header.name = r->headers[i].name;
		a->u.header.val = r->headers[i].value;
		a->u.header.size = (ssize_t)r->headers[i].len;
	}
	error = rd_kafka_produceva(h->kafka->rk, arguments, 6 + r->nheaders);
	if (error == NULL)
		return;
	code = rd_kafka_error_code(error);
	rd_kafka_error_destroy(error);
	/* It was not queued, so whatever left meanwhile did not hold it. */
	rec->requests = atomic_load(&h->kafka->produce_requests);
	failed(h, rec, code, true);
}

void
handle_retire(struct handle *h, bool gone)
{
	struct timeval tv = { RETIRED_MS / 1000, RETIRED_MS % 1000 * 1000 };

	h->retired = true;
	/* What was never sent is reported as purged, what was sent keeps waiting for its answer if there can be one. */
	rd_kafka_purge(h->kafka->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_NON_BLOCKING |
	    (gone ? RD_KAFKA_PURGE_F_INFLIGHT : 0));
	event_add(h->deadline, &tv);
	event_active(h->wake, EV_READ, 1);
}

void
handle_forget(struct handle *h, const struct link *l)
{
	struct record *rec;

	TAILQ_FOREACH(rec, &h->records, entry)
		if (rec->link == l)
			rec->link = NULL;
}

void
handle_tick(struct handle *h)
{
	ends_tick(h->ends);
}

bool
handle_heard(const struct handle *h)
{
	return atomic_load_explicit(h->kafka->answered_ms, memory_order_relaxed) >= h->born_ms;
}

size_t
handle_records(const struct handle *h)
{
	return h->nrecords;
}
