/*
 * submit.c: the course of a command: WATCH, PUBLISH, acknowledgement, event;
 * and every way in which that can fail. See submit.h.
 *
 *	async	PUBLISHED -> ACK: acked | NAK: its kind | link broke: not sent or unknown
 *	sync	HELD (until its WATCH has left) -> PUBLISHED -> ACKED -> event or time-out
 *		PUBLISHED -> UNKNOWN -> event (it is the proof) or time-out (unknown)
 */
#include <string.h>

#include "daemon/config.h"
#include "util/clock.h"
#include "util/log.h"
#include "value/fressian.h"
#include "worker/engine.h"

/* The producer bounds each record by kafka.delivery_timeout; only a producer that hangs is later than this. */
#define BOUND_MARGIN_MS	2000
#define LOOK_AT_ONCE	500	/* commands that wait, looked for in the index while there is no tailer */

static void
count(struct engine *e, enum counter c, int64_t n)
{
	board_add(e->proc->slot, c, n);
}

/* A stage of its way is over. */
static void
measure(struct submission *s, enum histogram_id stage)
{
	int64_t now = clock_ns();

	board_measure(s->engine->proc->slot, stage, now - s->mark_ns);
	s->mark_ns = now;
}

static void
forget(struct submission *s)
{
	struct engine *e = s->engine;

	wheel_clear(e->wheel, &s->wait);
	wheel_clear(e->wheel, &s->bound);
	if (s->stage == STAGE_HELD)
		TAILQ_REMOVE(&e->held, s, held);
	count(e, COUNT_commands_in_flight, -1);
	if (s->sync)
		count(e, COUNT_sync_waiting, -1);
	pending_remove(&e->pending, s);
}

static const enum counter outcome_counter[] = {
	[SUBMIT_ACKED] = COUNT_commands_acked,
	[SUBMIT_EVENT] = COUNT_sync_answered,
	[SUBMIT_TIMED_OUT] = COUNT_sync_timed_out,
	[SUBMIT_NOT_SENT] = COUNT_commands_not_sent,
	[SUBMIT_FULL] = COUNT_commands_full,
	[SUBMIT_UNREACHABLE] = COUNT_commands_unreachable,
	[SUBMIT_NO_TAILER] = COUNT_commands_no_tailer,
	[SUBMIT_TOO_LARGE] = COUNT_commands_too_large,
	[SUBMIT_REFUSED] = COUNT_commands_refused,
	[SUBMIT_UNKNOWN] = COUNT_commands_unknown,
	[SUBMIT_BUSY] = COUNT_commands_busy,
	[SUBMIT_REUSED] = COUNT_commands_reused,
	[SUBMIT_LOOK] = COUNT_commands_looked,
};

/*
 * A command that had been written before took none of the stages; one that has to be looked for again is not at its
 * end.
 */
static void
measure_total(struct submission *s, enum submit_outcome outcome)
{
	int64_t now;

	if (outcome == SUBMIT_LOOK)
		return;
	if (outcome == SUBMIT_EVENT && s->result.acked && !s->result.replayed)
		measure(s, HISTOGRAM_stage_event);
	/* Where the acknowledgement ended it, that was just now. */
	now = outcome == SUBMIT_ACKED && !s->result.replayed ? s->mark_ns : clock_ns();
	board_measure(s->engine->proc->slot, s->sync ? HISTOGRAM_total_event : HISTOGRAM_total_kafka,
	    now - s->received_ns);
}

/* Nobody here waits for it any more, unless for another request. */
static void
unwatch(struct submission *s)
{
	struct submission *first = pending_by_id(&s->engine->pending, &s->result.id);

	if (first == s && s->same == NULL)
		tailer_link_unwatch(s->engine, &s->result.id);
}

/* The end: tell the asker, then let go. The watch is closed where no event closed it. */
static void
finish(struct submission *s, enum submit_outcome outcome, const char *text)
{
	struct engine *e = s->engine;

	if (!s->orphan) {
		count(e, outcome_counter[outcome], 1);
		measure_total(s, outcome);
	}
	if (s->sync && !s->has_event)
		unwatch(s);
	s->result.outcome = outcome;
	s->result.text = text;
	if (s->has_event) {
		s->result.event = s->event.data;
		s->result.event_len = s->event.len;
	}
	if (!s->orphan)
		s->done(s->arg, &s->result);
	forget(s);
}

static void
finish_with_event(struct submission *s)
{
	finish(s, SUBMIT_EVENT, "");
}

/* It cannot be told whether it was written. A sync command still waits for the event that would prove it. */
static void
unknown(struct submission *s, const char *text)
{
	wheel_clear(s->engine->wheel, &s->bound);
	if (s->has_event)
		finish_with_event(s);
	else if (s->sync && !s->expired && !s->orphan)
		s->stage = STAGE_UNKNOWN;
	else
		finish(s, SUBMIT_UNKNOWN, text);
}

static bool	find_in_index(struct submission *);

static void
on_wait_over(struct wheel_timer *t)
{
	struct submission *s = WHEEL_OWNER(t, struct submission, wait);

	if ((s->stage == STAGE_ACKED || s->stage == STAGE_UNKNOWN) && !s->orphan && find_in_index(s))
		finish_with_event(s);
	else if (s->stage == STAGE_ACKED)
		finish(s, SUBMIT_TIMED_OUT, "");
	else if (s->stage == STAGE_UNKNOWN)
		finish(s, SUBMIT_UNKNOWN, "Kafka did not confirm the write, and no event came in time");
	else
		s->expired = true;	/* what became of the write is still to be told */
}

static void
on_bound_over(struct wheel_timer *t)
{
	struct submission *s = WHEEL_OWNER(t, struct submission, bound);

	log_warn("the producer has not told what became of a command within its time");
	unknown(s, "the producer did not answer within kafka.delivery_timeout");
}

void
submission_acked(struct engine *e, uint64_t seq, int32_t partition, int64_t offset, int64_t timestamp)
{
	struct submission *s = pending_by_seq(&e->pending, seq);

	if (s == NULL)
		return;		/* its client hung up */
	if (!s->result.replayed)
		measure(s, HISTOGRAM_stage_publish);
	s->result.acked = true;
	s->result.partition = partition;
	s->result.offset = offset;
	s->result.timestamp = timestamp;
	if (!s->sync) {
		finish(s, SUBMIT_ACKED, "");
		return;
	}
	count(e, COUNT_commands_acked, 1);
	s->stage = STAGE_ACKED;
	wheel_clear(e->wheel, &s->bound);
	if (s->has_event)
		finish_with_event(s);
	else if (s->expired)
		finish(s, SUBMIT_TIMED_OUT, "");
}

/* Its event may have come long ago. */
static void
wait_for_former(struct submission *s)
{
	s->result.replayed = true;
	if (find_in_index(s))
		finish_with_event(s);
	else
		engine_look(s->engine);
}

void
submission_known(struct engine *e, uint64_t seq, const struct submit_place *place)
{
	struct submission *s = pending_by_seq(&e->pending, seq);

	if (s == NULL)
		return;
	s->result.replayed = true;
	submission_acked(e, seq, place->partition, place->offset, place->timestamp);
	if ((s = pending_by_seq(&e->pending, seq)) != NULL)
		wait_for_former(s);
}

static const enum submit_outcome nak_outcome[] = {
	[NAK_NOT_SENT] = SUBMIT_NOT_SENT,
	[NAK_FULL] = SUBMIT_FULL,
	[NAK_UNREACHABLE] = SUBMIT_UNREACHABLE,
	[NAK_UNKNOWN] = SUBMIT_UNKNOWN,
	[NAK_TOO_LARGE] = SUBMIT_TOO_LARGE,
	[NAK_REFUSED] = SUBMIT_REFUSED,
	[NAK_BUSY] = SUBMIT_BUSY,
	[NAK_REUSED] = SUBMIT_REUSED,
	[NAK_LOOK] = SUBMIT_LOOK,
};

void
submission_failed(struct engine *e, uint64_t seq, enum ipc_nak kind, const char *text)
{
	struct submission *s = pending_by_seq(&e->pending, seq);

	if (s == NULL)
		return;
	if (kind == NAK_UNKNOWN)
		unknown(s, text);
	else
		finish(s, nak_outcome[kind], text);
}

static void
take_event(struct submission *s, const struct submit_event *event)
{
	s->has_event = true;
	s->result.event_id = event->id;
	s->result.event_partition = event->partition;
	s->result.event_offset = event->offset;
	s->result.event_timestamp = event->timestamp;
	buf_put(&s->event, event->value, event->len);
}

void
submission_event(struct engine *e, const struct submit_event *event)
{
	struct submission *s, *next;

	for (s = pending_by_id(&e->pending, &event->parent); s != NULL; s = next) {
		next = s->same;
		if (s->has_event)
			continue;	/* a second event */
		take_event(s, event);
		/* One that overtakes the acknowledgement is held until that comes. */
		if (s->stage == STAGE_ACKED || s->stage == STAGE_UNKNOWN)
			finish_with_event(s);
	}
}

/* The index may have what the tailer did not tell, being away. */
static bool
find_in_index(struct submission *s)
{
	struct engine *e = s->engine;
	struct submit_event event;

	if (e->find == NULL || s->has_event || !e->find(e->find_arg, &s->result.id, &event))
		return s->has_event;
	/* The watch is still open: it is closed here, as no event did that. */
	unwatch(s);
	take_event(s, &event);
	return true;
}

/*
 * Now and then, not more than so many at a time: those that wait without a tailer, and those whose command was written
 * before, so that the tailer may have passed its event before it was watched for.
 */
bool
submissions_look(struct engine *e)
{
	struct submission *s, *next;
	int left = LOOK_AT_ONCE;
	bool more = false;

	for (s = TAILQ_FIRST(&e->pending.all); s != NULL && left > 0; s = next) {
		next = TAILQ_NEXT(s, entry);
		if (!s->sync || (s->stage != STAGE_ACKED && s->stage != STAGE_UNKNOWN) ||
		    (e->tailer != NULL && !s->result.replayed))
			continue;
		left--;
		more = true;
		if (find_in_index(s))
			finish_with_event(s);
	}
	return more || e->tailer == NULL;
}

void
submissions_producer_gone(struct engine *e, uint64_t sent)
{
	struct submission *s, *next;

	for (s = TAILQ_FIRST(&e->pending.all); s != NULL; s = next) {
		next = TAILQ_NEXT(s, entry);
		if (s->stage == STAGE_HELD ||
		    (s->stage == STAGE_PUBLISHED && s->publish_end > sent))
			finish(s, SUBMIT_NOT_SENT, "the producer was lost before it had the command");
		else if (s->stage == STAGE_PUBLISHED)
			unknown(s, "the producer was lost before it told what became of the command");
	}
}

void
submissions_tailer_gone(struct engine *e)
{
	struct submission *s;

	while ((s = TAILQ_FIRST(&e->held)) != NULL)
		finish(s, SUBMIT_NO_TAILER, "the tailer was lost before it knew of the command");
}

/* Hand the record over. An orphan is done with that. */
static void
publish(struct submission *s, const void *payload, size_t len)
{
	struct engine *e = s->engine;

	uint64_t end;

	if (e->producer == NULL) {
		finish(s, SUBMIT_NOT_SENT, "the producer was lost before it had the command");
		return;
	}
	/* A link that breaks meanwhile ends every command that is not sent, this one too. */
	if ((end = producer_link_publish(e, s->once, payload, len)) == 0)
		return;
	s->publish_end = end;
	count(e, COUNT_commands_published, 1);
	wheel_set(e->wheel, &s->bound, e->proc->config.kafka.delivery_timeout + BOUND_MARGIN_MS);
	if (s->orphan)
		forget(s);
}

void
submissions_release(struct engine *e, uint64_t sent)
{
	struct submission *s;
	struct buf record;

	while ((s = TAILQ_FIRST(&e->held)) != NULL && s->watch_end <= sent) {
		TAILQ_REMOVE(&e->held, s, held);
		s->stage = STAGE_PUBLISHED;
		s->publish_end = UINT64_MAX;	/* not sent, should the link break while it is put */
		record = s->record;
		memset(&s->record, 0, sizeof(s->record));
		publish(s, record.data, record.len);
		buf_free(&record);
	}
}

static void
put_headers(struct buf *b, const struct submit_ask *ask)
{
	buf_putc(b, (int)ask->nheaders);
	for (unsigned i = 0; i < ask->nheaders; i++) {
		const struct submit_header *h = &ask->headers[i];
		size_t len = strlen(h->name);

		buf_putc(b, (int)len);
		buf_put(b, h->name, len);
		buf_put_u16(b, (uint16_t)h->len);
		buf_put(b, h->value, h->len);
	}
}

/* The payload of PUBLISH: sequence, timestamp, key, value. 0, or -1 where it cannot be encoded. */
static int
encode(struct engine *e, const struct submission *s, const struct submit_ask *ask)
{
	struct buf *b = &e->scratch;
	struct codec_error err;
	struct value v;
	size_t key_at, key_len;

	buf_reset(b);
	buf_put_u64(b, s->seq);
	buf_put_u64(b, (uint64_t)s->result.timestamp);
	if (ask->once != NULL) {
		buf_put(b, ask->once->id.b, ID_BYTES);
		buf_put_u64(b, ask->once->fingerprint);
		buf_put_u64(b, (uint64_t)ask->once->looked_ms);
	}
	buf_put_u16(b, 0);
	key_at = b->len;
	command_key(b, (enum command_key)e->proc->config.topics.key, &s->result.id);
	key_len = b->len - key_at;
	if (ask->nheaders > 0) {
		put_headers(b, ask);
		key_len |= IPC_HEADERS;
	}
	b->data[key_at - 2] = (uint8_t)key_len;
	b->data[key_at - 1] = (uint8_t)(key_len >> 8);
	v = command_value(ask->arena, &s->result.id, ask->command);
	if (v.kind == VALUE_NIL || fressian_write(b, &v, &err) == -1 || b->overflow)
		return -1;
	return 0;
}

static bool
producer_answers(const struct engine *e)
{
	const struct board_producer *b = &e->proc->shared->producer;
	int64_t answered = atomic_load_explicit(&b->answered_ms, memory_order_relaxed);

	return answered != 0 && clock_ms() - answered <= e->proc->config.kafka.unreachable_after;
}

static bool
tailer_follows(const struct engine *e)
{
	const struct board_tailer *b = &e->proc->shared->tailer;

	return e->tailer != NULL && atomic_load(&b->assigned) != 0 && atomic_load(&b->at_end) != 0;
}

/* May it be sent at all? Nothing has been written yet, so every refusal is a safe one. */
static const char *
refusal(const struct engine *e, bool sync, enum submit_outcome *outcome)
{
	if (e->pending.count >= (size_t)e->proc->config.http.max_in_flight) {
		*outcome = SUBMIT_FULL;
		return "too many commands are in flight (http.max_in_flight)";
	}
	*outcome = SUBMIT_UNREACHABLE;
	if (e->producer == NULL || !peer_is_up(e->producer))
		return "the producer is being started";
	if (!producer_answers(e))
		return "no Kafka broker answers";
	*outcome = SUBMIT_NO_TAILER;
	if (sync && !tailer_follows(e))
		return "the events topic is not being followed now, so no reply could be awaited";
	return NULL;
}

static struct submission *
start(struct engine *e, const struct submit_ask *ask)
{
	struct id id = ask->once != NULL ? ask->once->id : id_make();
	struct submission *s = pending_add(&e->pending, &id, ask->sync);

	s->engine = e;
	s->once = ask->once != NULL;
	s->stage = STAGE_PUBLISHED;
	s->publish_end = UINT64_MAX;
	s->done = ask->done;
	s->arg = ask->arg;
	s->received_ns = s->mark_ns = ask->received_ns;
	s->result.timestamp = clock_wall_ms();
	s->result.partition = -1;
	s->result.offset = -1;
	s->wait.fire = on_wait_over;
	s->bound.fire = on_bound_over;
	count(e, COUNT_commands_in_flight, 1);
	if (ask->sync)
		count(e, COUNT_sync_waiting, 1);
	return s;
}

/* The PUBLISH is put only when send(2) has taken the WATCH's last byte: no event can come before it is known. */
static void
watch_first(struct submission *s, const struct submit_ask *ask)
{
	struct engine *e = s->engine;
	uint64_t end;

	s->stage = STAGE_HELD;
	TAILQ_INSERT_TAIL(&e->held, s, held);
	buf_put(&s->record, e->scratch.data, e->scratch.len);
	s->watch_end = UINT64_MAX;
	wheel_set(e->wheel, &s->wait, ask->wait_ms);
	if ((end = tailer_link_watch(e, &s->result.id)) != 0)
		s->watch_end = end;
}

struct submission *
submit(struct engine *e, const struct submit_ask *ask)
{
	struct submit_result refused = { .outcome = SUBMIT_NOT_SENT };
	struct submission *s;
	uint64_t seq;

	refused.text = refusal(e, ask->sync, &refused.outcome);
	if (refused.text != NULL) {
		count(e, outcome_counter[refused.outcome], 1);
		ask->done(ask->arg, &refused);
		return NULL;
	}
	s = start(e, ask);
	if (encode(e, s, ask) == -1) {
		finish(s, SUBMIT_TOO_LARGE, "the command does not fit into the memory of one request");
		return NULL;
	}
	measure(s, HISTOGRAM_stage_parse);
	seq = s->seq;
	if (ask->sync)
		watch_first(s, ask);
	else
		publish(s, e->scratch.data, e->scratch.len);
	/* A link that broke on the way has ended it already. */
	return pending_by_seq(&e->pending, seq);
}

struct submission *
submit_wait(struct engine *e, const struct submit_ask *ask, const struct submit_place *known)
{
	struct submit_result full = { .outcome = SUBMIT_FULL,
		.text = "too many commands are in flight (http.max_in_flight)" };
	struct submission *s;
	uint64_t seq;

	if (e->pending.count >= (size_t)e->proc->config.http.max_in_flight) {
		count(e, COUNT_commands_full, 1);
		ask->done(ask->arg, &full);
		return NULL;
	}
	s = start(e, ask);
	seq = s->seq;
	s->stage = STAGE_ACKED;
	s->result.acked = true;
	s->result.partition = known->partition;
	s->result.offset = known->offset;
	s->result.timestamp = known->timestamp;
	wheel_set(e->wheel, &s->wait, ask->wait_ms);
	/* Should this break the link, the index is looked at all the same. */
	tailer_link_watch(e, &s->result.id);
	wait_for_former(s);
	return pending_by_seq(&e->pending, seq);
}

const struct id *
submit_id(const struct submission *s)
{
	return &s->result.id;
}

void
submit_cancel(struct submission *s)
{
	if (s->sync && !s->has_event)
		unwatch(s);
	if (s->stage != STAGE_HELD) {
		forget(s);
		return;
	}
	s->orphan = true;
}
