/*
 * batch.c: records from the topics into the index. See batch.h.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "command/event.h"
#include "indexer/batch.h"
#include "util/log.h"
#include "util/mem.h"

/* What one record may take decoded: a hostile one expands no further. */
#define RECORD_MEMORY	((size_t)256 << 20)
#define ACTION_MAX	1024	/* of an event: a processor's choice; a longer one is not found by ?action= */

void
batch_init(struct batch *b, struct proc *p)
{
	memset(b, 0, sizeof(*b));
	b->proc = p;
	b->max = (size_t)p->config.index.batch_records;
	b->messages = xcalloc(b->max, sizeof(*b->messages));
	arena_init(&b->arena, RECORD_MEMORY);
}

void
batch_drop(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		rd_kafka_message_destroy(b->messages[i]);
	b->n = 0;
	b->held = false;
}

void
batch_free(struct batch *b)
{
	batch_drop(b);
	free(b->messages);
	arena_free(&b->arena);
}

bool
batch_fetch(struct batch *b)
{
	ssize_t n;

	if (b->held)
		return true;
	n = rd_kafka_consume_batch_queue(b->intake->queue, 0, b->messages, b->max);
	b->n = n > 0 ? (size_t)n : 0;
	b->held = n > 0;
	return b->held;
}

/* "name" or "ns/name", from a keyword or a string; "" for anything else. */
static const char *
action_text(struct arena *a, const struct value *v)
{
	const struct value_name *name = v->u.name;
	const char *text = NULL;

	if (v->kind == VALUE_KEYWORD && name->ns != NULL)
		text = arena_printf(a, "%.*s/%.*s", (int)name->ns_len, name->ns, (int)name->name_len, name->name);
	else if (v->kind == VALUE_KEYWORD)
		text = arena_strndup(a, name->name, name->name_len);
	else if (v->kind == VALUE_STRING)
		text = arena_strndup(a, v->u.text, v->n);
	return text != NULL && strlen(text) <= ACTION_MAX ? text : "";
}

static enum index_result
put_undecodable(struct index_writer *w, const struct intake_topic *t, const rd_kafka_message_t *m, int64_t timestamp,
    const struct codec_error *err)
{
	struct index_undecodable u = {
		.topic = t->topic, .partition = m->partition, .offset = m->offset, .timestamp = timestamp,
		.reason = err->text, .key = m->key, .key_len = m->key_len, .value = m->payload,
		.value_len = m->len, .value_full = m->len,
	};

	return index_writer_undecodable(w, &u);
}

static void
complain(struct batch *b, const struct intake_topic *t, const rd_kafka_message_t *m, const struct codec_error *err)
{
	static struct log_limit limit;

	board_add(b->proc->slot, COUNT_index_undecodable, 1);
	log_limited(&limit, LOG_WARNING, "topic %s, partition %" PRId32 ", offset %" PRId64
	    " cannot be read and is kept aside (cmdrctl undecodable): %s at byte %zu", t->name, m->partition,
	    m->offset, err->text, err->offset);
}

static enum index_result
put_record(struct batch *b, struct index_writer *w, struct intake_topic *t, const rd_kafka_message_t *m)
{
	rd_kafka_timestamp_type_t type;
	struct index_record rec = { .partition = m->partition, .offset = m->offset,
		.timestamp = rd_kafka_message_timestamp(m, &type), .value = m->payload, .value_len = m->len };
	static const struct id none;
	struct codec_error err;
	struct event e;
	bool good = event_parse(m->key, m->key_len, m->payload, m->len, &b->arena, &e, &err) == 0;

	if (intake_record(t, m, good ? &e.id : &none) != INTAKE_TAKE)
		return INDEX_OK;
	if (!good) {
		complain(b, t, m, &err);
		return put_undecodable(w, t, m, rec.timestamp, &err);
	}
	rec.id = e.id;
	rec.has_parent = t->topic == INDEX_EVENTS && e.has_parent;
	rec.parent = e.parent;
	rec.action = action_text(&b->arena, &e.action);
	board_add(b->proc->slot, COUNT_index_records, 1);
	return index_writer_add(w, t->topic, &rec);
}

static enum index_result
put_messages(struct batch *b, struct index_writer *w)
{
	enum index_result r = INDEX_OK;

	for (size_t i = 0; i < b->n && r == INDEX_OK && !b->intake->anew; i++) {
		const rd_kafka_message_t *m = b->messages[i];
		struct intake_topic *t = intake_topic(b->intake, m);

		if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR)
			intake_error(b->intake, m);
		else if (t != NULL)
			r = put_record(b, w, t, m);
		arena_reset(&b->arena);
	}
	return r;
}

static enum index_result
put_positions(struct batch *b, struct index_writer *w)
{
	enum index_result r = INDEX_OK;

	for (int i = 0; i < INDEX_TOPICS; i++) {
		struct intake_topic *t = &b->intake->topics[i];

		for (int p = 0; p < t->nparts && r == INDEX_OK; p++)
			if (t->parts[p].moved)
				r = index_writer_position(w, t->topic, &t->parts[p].at);
	}
	return r;
}

static void
positions_are_written(struct batch *b)
{
	for (int i = 0; i < INDEX_TOPICS; i++)
		for (int p = 0; p < b->intake->topics[i].nparts; p++) {
			b->intake->topics[i].parts[p].moved = false;
			b->intake->topics[i].parts[p].at.low = 0;
		}
}

/* The positions as they were, for a transaction that is undone. */
static struct intake_part *
save(const struct intake_topic *t)
{
	struct intake_part *copy = xcalloc((size_t)t->nparts + 1, sizeof(*copy));

	if (t->nparts > 0)
		memcpy(copy, t->parts, (size_t)t->nparts * sizeof(*copy));
	return copy;
}

static void
restore(struct batch *b, struct intake_part *saved[INDEX_TOPICS], bool undo)
{
	for (int i = 0; i < INDEX_TOPICS; i++) {
		struct intake_topic *t = &b->intake->topics[i];

		if (undo && t->nparts > 0)
			memcpy(t->parts, saved[i], (size_t)t->nparts * sizeof(*saved[i]));
		free(saved[i]);
	}
}

enum index_result
batch_write(struct batch *b, struct index_writer *w)
{
	struct intake_part *saved[INDEX_TOPICS] = { save(&b->intake->topics[0]), save(&b->intake->topics[1]) };
	enum index_result r = index_writer_begin(w);

	if (r == INDEX_OK)
		r = put_messages(b, w);
	if (r == INDEX_OK && b->intake->anew) {
		index_writer_rollback(w);
		restore(b, saved, true);
		return INDEX_OK;
	}
	if (r == INDEX_OK && (r = put_positions(b, w)) == INDEX_OK)
		r = index_writer_commit(w);
	if (r != INDEX_OK)
		index_writer_rollback(w);
	restore(b, saved, r != INDEX_OK);
	if (r != INDEX_OK)
		return r;
	positions_are_written(b);
	batch_drop(b);
	return INDEX_OK;
}
