/*
 * writer.c: changes of schemas on their way to the topic. See writer.h. The
 * Kafka handle is made when the first change comes: most hosts never see one.
 */
#include <sys/eventfd.h>
#include <sys/queue.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/kafka.h"
#include "registrar/record.h"
#include "registrar/writer.h"
#include "util/buf.h"
#include "util/log.h"
#include "util/mem.h"

struct letter {
	TAILQ_ENTRY(letter)	 entry;
	struct id		 id;
	uint64_t		 requests;	/* that had left before it was queued */
};

TAILQ_HEAD(letter_list, letter);

struct writer {
	struct proc			*proc;
	const struct writer_ops		*ops;
	void				*arg;
	struct kafka			*kafka;		/* NULL: none yet, or the last one failed for good */
	rd_kafka_queue_t		*queue;
	int				 wake_fd;
	struct event			*wake;
	struct letter_list		 letters;
	_Atomic int64_t			 answered_ms;
	bool				 whole;
};

static const struct {
	rd_kafka_resp_err_t	 err;
	enum ipc_registered	 kind;
} refusals[] = {
	{ RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, REGISTERED_TOO_LARGE },
	{ RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, REGISTERED_TOO_LARGE },
	{ RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, REGISTERED_REFUSED },
	{ RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, REGISTERED_REFUSED },
	{ RD_KAFKA_RESP_ERR_POLICY_VIOLATION, REGISTERED_REFUSED },
	{ RD_KAFKA_RESP_ERR_INVALID_RECORD, REGISTERED_REFUSED },
};

/* Where a request left since it was queued, only a refusal by the leader is certain. */
static enum ipc_registered
kind_of(const struct writer *w, const struct letter *l, rd_kafka_resp_err_t err)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (refusals[i].err == err)
			return refusals[i].kind;
	return w->kafka == NULL || atomic_load(&w->kafka->produce_requests) == l->requests ?
	    REGISTERED_NOT_SENT : REGISTERED_UNKNOWN;
}

static void
letter_free(struct writer *w, struct letter *l)
{
	TAILQ_REMOVE(&w->letters, l, entry);
	free(l);
}

static void
fail(struct writer *w, struct letter *l, rd_kafka_resp_err_t err)
{
	log_warn("topic %s: a schema was not acknowledged: %s", w->proc->config.topics.schemas,
	    rd_kafka_err2str(err));
	w->ops->failed(w->arg, &l->id, kind_of(w, l, err), rd_kafka_err2str(err));
	letter_free(w, l);
}

/* All that is with the handle is lost with it. */
static void
let_go(struct writer *w, int wait_ms)
{
	struct letter *l;

	if (w->kafka == NULL)
		return;
	while ((l = TAILQ_FIRST(&w->letters)) != NULL)
		fail(w, l, RD_KAFKA_RESP_ERR__FATAL);
	event_free(w->wake);
	rd_kafka_queue_io_event_enable(w->queue, -1, NULL, 0);
	rd_kafka_queue_destroy(w->queue);
	close(w->wake_fd);
	w->whole = kafka_free(w->kafka, wait_ms) && w->whole;
	w->kafka = NULL;
}

static void
on_reports(struct writer *w, rd_kafka_event_t *ev)
{
	const rd_kafka_message_t *m;

	while ((m = rd_kafka_event_message_next(ev)) != NULL) {
		struct letter *l = m->_private;

		if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
			fail(w, l, m->err);
			continue;
		}
		w->ops->acked(w->arg, &l->id);
		letter_free(w, l);
	}
}

static void
on_wake(evutil_socket_t fd, short what, void *arg)
{
	struct writer *w = arg;
	rd_kafka_event_t *ev;
	bool fatal_error = false;
	uint64_t n;

	(void)what;
	if (read(fd, &n, sizeof(n)) == -1 && errno != EAGAIN)
		fatal("reading an eventfd");
	while ((ev = rd_kafka_queue_poll(w->queue, 0)) != NULL) {
		if (rd_kafka_event_type(ev) == RD_KAFKA_EVENT_DR) {
			on_reports(w, ev);
		} else if (rd_kafka_event_type(ev) == RD_KAFKA_EVENT_ERROR) {
			log_warn("kafka: %s", rd_kafka_event_error_string(ev));
			fatal_error = fatal_error || rd_kafka_event_error_is_fatal(ev);
		}
		rd_kafka_event_destroy(ev);
	}
	if (fatal_error)
		let_go(w, 0);
}

static bool
connect_to_kafka(struct writer *w, char *err, size_t errsize)
{
	if (w->kafka != NULL)
		return true;
	w->kafka = kafka_new(w->proc, kafka_existing(w->proc, KAFKA_WRITE), &w->answered_ms, err, errsize);
	if (w->kafka == NULL)
		return false;
	w->queue = rd_kafka_queue_get_main(w->kafka->rk);
	w->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->wake_fd == -1)
		fatal("eventfd");
	w->wake = event_new(w->proc->base, w->wake_fd, EV_READ | EV_PERSIST, on_wake, w);
	if (w->wake == NULL || event_add(w->wake, NULL) == -1)
		fatalx("no event");
	kafka_wake(w->queue, w->wake_fd);
	/* It writes only when the queue stops being empty, which it may be no more. */
	event_active(w->wake, EV_READ, 1);
	return true;
}

struct writer *
writer_new(struct proc *p, const struct writer_ops *ops, void *arg)
{
	struct writer *w = xcalloc(1, sizeof(*w));

	w->proc = p;
	w->ops = ops;
	w->arg = arg;
	w->whole = true;
	TAILQ_INIT(&w->letters);
	return w;
}

static void
produce(struct writer *w, struct letter *l, const struct buf *key, const struct buf *value, int64_t timestamp)
{
	rd_kafka_resp_err_t err = rd_kafka_producev(w->kafka->rk, RD_KAFKA_V_TOPIC(w->proc->config.topics.schemas),
	    RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
	    RD_KAFKA_V_KEY(key->data, key->len), RD_KAFKA_V_VALUE(value->data, value->len),
	    RD_KAFKA_V_TIMESTAMP(timestamp), RD_KAFKA_V_OPAQUE(l), RD_KAFKA_V_END);

	if (err == RD_KAFKA_RESP_ERR_NO_ERROR)
		return;
	/* It was not queued: whatever left meanwhile did not hold it. */
	l->requests = atomic_load(&w->kafka->produce_requests);
	fail(w, l, err);
}

void
writer_put(struct writer *w, const struct registry_record *rec, const struct id *id)
{
	struct buf key = { 0 }, value = { 0 };
	struct letter *l;
	char err[512];

	if (!connect_to_kafka(w, err, sizeof(err))) {
		w->ops->failed(w->arg, id, REGISTERED_NOT_SENT, err);
		return;
	}
	l = xcalloc(1, sizeof(*l));
	l->id = *id;
	l->requests = atomic_load(&w->kafka->produce_requests);
	TAILQ_INSERT_TAIL(&w->letters, l, entry);
	record_key(&key, rec, id);
	record_value(&value, rec, id);
	produce(w, l, &key, &value, rec->timestamp);
	buf_free(&key);
	buf_free(&value);
}

bool
writer_free(struct writer *w, int wait_ms)
{
	bool whole;

	let_go(w, wait_ms);
	whole = w->whole;
	free(w);
	return whole;
}
