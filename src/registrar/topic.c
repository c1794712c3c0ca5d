/*
 * topic.c: the topic of the schemas. See topic.h.
 */
#include <sys/eventfd.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/kafka.h"
#include "daemon/kafka_scout.h"
#include "registrar/record.h"
#include "registrar/topic.h"
#include "util/log.h"
#include "util/mem.h"

#define BATCH		100
#define CREATE_MS	5000
#define LOOK_AGAIN	30	/* ticks between looks once it is followed: is it another one? */

struct topic {
	struct shelf		*shelf;
	const struct topic_ops	*ops;
	void			*arg;
	const char		*name;
	struct kafka		*kafka;
	rd_kafka_queue_t	*records, *answers;	/* answers: of its creation */
	struct kafka_scout	*scout;
	int			 records_fd, scout_fd;
	struct event		*on_records, *on_scout;
	struct registry		*shadowed;	/* records of actions that have a file */
	struct arena		 arena;
	int64_t			 end;		/* at the start; -1: not known */
	int64_t			 next;
	unsigned		 ticks;
	bool			 followed, loaded, creating;
};

static void
set_state(struct topic *t, enum registry_state state)
{
	shelf_state(t->shelf, state);
	t->ops->state(t->arg, state);
}

static void
check_loaded(struct topic *t)
{
	if (t->loaded || t->end == -1 || t->next < t->end)
		return;
	t->loaded = true;
	set_state(t, REGISTRY_LOADED);
}

/* Only the name matters, and whether it has a schema. */
static void
shadow(struct topic *t, const struct registry_record *rec)
{
	struct registry_record kept = *rec;
	const struct registry_entry *e = registry_find(t->shadowed, rec->action, rec->action_len);

	/* Lives as long as the process: there are few, and each is an error. */
	kept.action = e != NULL ? e->versions[0].action : xstrndup(rec->action, rec->action_len);
	kept.text = kept.by = NULL;
	kept.text_len = kept.by_len = 0;
	registry_take(t->shadowed, &kept, NULL);
	if (t->loaded)
		log_error("topic %s has a schema of action %.*s, which has a file in schemas.dir: the file holds",
		    t->name, (int)rec->action_len, rec->action);
}

static void
note(const struct topic *t, const struct registry_record *rec, enum registry_verdict v)
{
	if (!t->loaded)
		return;
	if (v == REGISTRY_LOST)
		log_info("topic %s, offset %" PRId64 ": another version of the schema of %.*s came before this one",
		    t->name, rec->offset, (int)rec->action_len, rec->action);
	else if (v == REGISTRY_TAKEN)
		log_notice("action %.*s: version %" PRIu32 " of its schema %s%s%.*s", (int)rec->action_len,
		    rec->action, rec->version, rec->removed ? "removes it" : "holds now",
		    rec->by_len > 0 ? ", by " : "", (int)rec->by_len, rec->by != NULL ? rec->by : "");
}

static void
take_record(struct topic *t, const rd_kafka_message_t *m)
{
	struct registry_record rec;
	enum registry_verdict v;
	char sentence[1024];
	const char *why = NULL;
	struct id id;
	bool full = false;

	if (m->payload == NULL)
		return;		/* somebody's tombstone removes nothing: history stays */
	if (record_read(m->payload, m->len, &t->arena, &rec, &id, &why) == -1) {
		log_error("topic %s, offset %" PRId64 " is passed over: %s", t->name, m->offset, why);
		return;
	}
	rec.offset = m->offset;
	if (!rec.removed && !shelf_sound(t->shelf, &rec, sentence, sizeof(sentence))) {
		log_error("topic %s, offset %" PRId64 ", action %.*s is passed over: %s", t->name, m->offset,
		    (int)rec.action_len, rec.action, sentence);
		return;
	}
	v = shelf_take(t->shelf, &rec, &full);
	if (v == REGISTRY_CLASH)
		shadow(t, &rec);
	if (full)
		set_state(t, REGISTRY_FULL);
	else
		note(t, &rec, v);
	t->ops->judged(t->arg, &id, v, full, rec.version);
}

static void
passed(struct topic *t, int64_t next)
{
	t->next = next;
	atomic_store(&t->shelf->log.head->next_offset, next);
	check_loaded(t);
}

static void
take_error(struct topic *t, const rd_kafka_message_t *m)
{
	static struct log_limit limit;

	switch (m->err) {
	case RD_KAFKA_RESP_ERR__PARTITION_EOF:
		passed(t, m->offset);
		break;
	case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
	case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
		log_error("topic %s was made anew: what was registered holds on here, and what is on it now is read "
		    "as well", t->name);
		t->followed = false;
		break;
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
		if (!t->loaded)
			set_state(t, REGISTRY_REFUSED);
		/* fall through */
	default:
		log_limited(&limit, LOG_WARNING, "reading topic %s: %s", t->name, rd_kafka_message_errstr(m));
	}
}

static void
drain_eventfd(int fd)
{
	uint64_t n;

	if (read(fd, &n, sizeof(n)) == -1 && errno != EAGAIN)
		fatal("reading an eventfd");
}

static void
on_records(evutil_socket_t fd, short what, void *arg)
{
	rd_kafka_message_t *batch[BATCH];
	struct topic *t = arg;
	ssize_t n;

	(void)what;
	drain_eventfd(fd);
	n = rd_kafka_consume_batch_queue(t->records, 0, batch, BATCH);
	for (ssize_t i = 0; i < n; i++) {
		if (batch[i]->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
			take_error(t, batch[i]);
		} else {
			take_record(t, batch[i]);
			passed(t, batch[i]->offset + 1);
		}
		arena_reset(&t->arena);
		rd_kafka_message_destroy(batch[i]);
	}
	if (n == BATCH)
		event_active(t->on_records, EV_READ, 1);
}

static void
follow(struct topic *t, const struct kafka_scout_range *r)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	int64_t from = atomic_load(&t->shelf->log.head->next_offset);
	rd_kafka_resp_err_t err;

	if (from < r->low || from > r->high)
		from = r->low;
	rd_kafka_topic_partition_list_add(list, t->name, 0)->offset = from;
	err = rd_kafka_assign(t->kafka->rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
		log_error("following topic %s: %s", t->name, rd_kafka_err2str(err));
		return;
	}
	log_debug("topic %s from offset %" PRId64 ", end %" PRId64, t->name, from, r->high);
	t->followed = true;
	if (t->end == -1)
		t->end = r->high;
	passed(t, from);
}

/* cleanup.policy=compact: no record of it is ever dropped for its age. */
static void
create(struct topic *t)
{
	rd_kafka_AdminOptions_t *options;
	rd_kafka_NewTopic_t *topic;
	char err[512];

	if (t->creating || (topic = rd_kafka_NewTopic_new(t->name, 1, -1, err, sizeof(err))) == NULL)
		return;
	options = rd_kafka_AdminOptions_new(t->kafka->rk, RD_KAFKA_ADMIN_OP_CREATETOPICS);
	rd_kafka_AdminOptions_set_request_timeout(options, CREATE_MS, err, sizeof(err));
	rd_kafka_NewTopic_set_config(topic, "cleanup.policy", "compact");
	t->creating = true;
	log_notice("topic %s is not there: making it, compacted, with one partition", t->name);
	rd_kafka_CreateTopics(t->kafka->rk, &topic, 1, options, t->answers);
	rd_kafka_NewTopic_destroy(topic);
	rd_kafka_AdminOptions_destroy(options);
}

static void
created(struct topic *t, rd_kafka_event_t *ev)
{
	const rd_kafka_CreateTopics_result_t *r = rd_kafka_event_CreateTopics_result(ev);
	const rd_kafka_topic_result_t **topics = NULL;
	rd_kafka_resp_err_t err = rd_kafka_event_error(ev);
	const char *text = rd_kafka_event_error_string(ev);
	size_t n = 0;

	t->creating = false;
	if (r != NULL && err == RD_KAFKA_RESP_ERR_NO_ERROR)
		topics = rd_kafka_CreateTopics_result_topics(r, &n);
	if (n == 1) {
		err = rd_kafka_topic_result_error(topics[0]);
		text = rd_kafka_topic_result_error_string(topics[0]);
	}
	/* Another machine may have been faster. */
	if (err == RD_KAFKA_RESP_ERR_NO_ERROR || err == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
		return;
	log_error("topic %s could not be made: %s; make it with one partition and cleanup.policy=compact", t->name,
	    text != NULL ? text : rd_kafka_err2str(err));
	set_state(t, REGISTRY_NO_TOPIC);
}

static void
on_scout(evutil_socket_t fd, short what, void *arg)
{
	static struct log_limit limit;
	struct kafka_scout_report *r;
	struct topic *t = arg;

	(void)what;
	drain_eventfd(fd);
	if ((r = kafka_scout_take(t->scout)) == NULL)
		return;
	if (r->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || r->err == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC) {
		t->followed = false;
		create(t);
	} else if (r->err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
		if (!t->loaded)
			set_state(t, REGISTRY_REFUSED);
	} else if (r->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
		log_limited(&limit, LOG_WARNING, "looking at topic %s: %s", t->name, rd_kafka_err2str(r->err));
	} else if (r->partitions != 1) {
		set_state(t, REGISTRY_PARTITIONS);
	} else if (r->nranges == 1 && !t->followed) {
		follow(t, &r->ranges[0]);
	}
	kafka_scout_report_free(r);
}

void
topic_tick(struct topic *t)
{
	rd_kafka_event_t *ev = rd_kafka_queue_poll(t->answers, 0);

	if (ev != NULL) {
		created(t, ev);
		rd_kafka_event_destroy(ev);
	}
	if (!t->creating && (!t->followed || t->ticks++ % LOOK_AGAIN == 0))
		kafka_scout_ask(t->scout, 0, NULL, 0);
}

bool
topic_usable(const struct topic *t)
{
	return t->followed && t->loaded;
}

bool
topic_mixed(struct topic *t)
{
	struct registry_entry *e[16];
	size_t n = registry_list(t->shadowed, NULL, 0, e, 16);

	for (size_t i = 0; i < n; i++)
		log_error("action %.*s has a schema both in topic %s and in schemas.dir: remove one of them",
		    (int)e[i]->versions[0].action_len, e[i]->versions[0].action, t->name);
	return n > 0;
}

static struct event *
make_event(struct topic *t, int fd, event_callback_fn callback)
{
	struct event *ev = event_new(t->shelf->proc->base, fd, EV_READ | EV_PERSIST, callback, t);

	if (ev == NULL || event_add(ev, NULL) == -1)
		fatalx("no event");
	return ev;
}

struct topic *
topic_new(struct shelf *s, const struct topic_ops *ops, void *arg, char *err, size_t errsize)
{
	struct topic *t = xcalloc(1, sizeof(*t));

	t->shelf = s;
	t->ops = ops;
	t->arg = arg;
	t->name = s->proc->config.topics.schemas;
	t->end = -1;
	t->kafka = kafka_new(s->proc, kafka_existing(s->proc, KAFKA_READ), &s->log.head->answered_ms, err, errsize);
	if (t->kafka == NULL) {
		free(t);
		return NULL;
	}
	arena_init(&t->arena, s->proc->config.schemas.max_size * 64 + ((size_t)1 << 20));
	t->shadowed = registry_new();
	t->records = rd_kafka_queue_get_consumer(t->kafka->rk);
	t->answers = rd_kafka_queue_new(t->kafka->rk);
	t->records_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	t->scout_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (t->records_fd == -1 || t->scout_fd == -1)
		fatal("eventfd");
	t->on_records = make_event(t, t->records_fd, on_records);
	t->on_scout = make_event(t, t->scout_fd, on_scout);
	kafka_wake(t->records, t->records_fd);
	t->scout = kafka_scout_new(t->kafka->rk, t->name, t->scout_fd);
	kafka_scout_ask(t->scout, 0, NULL, 0);
	return t;
}

bool
topic_free(struct topic *t, int wait_ms)
{
	bool whole;

	if (t == NULL)
		return true;
	kafka_scout_free(t->scout);
	event_free(t->on_records);
	event_free(t->on_scout);
	rd_kafka_queue_io_event_enable(t->records, -1, NULL, 0);
	rd_kafka_queue_destroy(t->records);
	rd_kafka_queue_destroy(t->answers);
	whole = kafka_free(t->kafka, wait_ms);
	registry_free(t->shadowed, NULL);
	arena_free(&t->arena);
	close(t->records_fd);
	close(t->scout_fd);
	free(t);
	return whole;
}
