/*
 * course.c: the way of one command from a request. See course.h.
 *
 * Who asks the producer has looked into the index before. What that look could not see (a record on its way into the
 * index) the producer knows, or knows that it cannot know: then it says LOOK, and both are asked again.
 */
#include <stdlib.h>
#include <string.h>

#include "command/event.h"
#include "util/clock.h"
#include "util/mem.h"
#include "value/fressian.h"
#include "worker/audit.h"
#include "worker/course.h"
#include "worker/read.h"
#include "worker/trace.h"
#include "worker/worker.h"

#define AGAIN_MS	20

static void	look(struct course *c);

static void
finish(struct course *c, const struct submit_result *r)
{
	struct worker *w = exchange_worker(c->x);

	wheel_clear(&w->wheel, &c->again);
	free(c->ends);
	c->ends = NULL;
	c->submission = NULL;
	c->running = false;
	audit_command(c->x, c->command, r);
	if (r->replayed)
		board_add(w->proc->slot, COUNT_commands_replayed, 1);
	c->done(c, r);
}

/* Not taken: nothing was written. */
static void
refuse(struct course *c, enum submit_outcome outcome, const char *text)
{
	struct submit_result r = { .outcome = outcome, .id = c->once.id, .text = text };

	finish(c, &r);
}

static void
on_again(struct wheel_timer *t)
{
	look(WHEEL_OWNER(t, struct course, again));
}

static void
look_later(struct course *c)
{
	if (clock_ms() >= c->give_up_ms)
		refuse(c, SUBMIT_NOT_SENT, "the index has not passed what was on the topic before, so it cannot be told "
		    "whether this Idempotency-Key is new");
	else
		wheel_set(&exchange_worker(c->x)->wheel, &c->again, AGAIN_MS);
}

static void
on_done(void *arg, const struct submit_result *r)
{
	struct course *c = arg;

	c->submission = NULL;
	if (r->outcome == SUBMIT_LOOK)
		look_later(c);
	else
		finish(c, r);
}

static struct submit_ask
ask_of(struct course *c, struct submit_header headers[TRACE_HEADERS])
{
	struct exchange *x = c->x;

	return (struct submit_ask){ .command = c->command, .arena = &x->arena,
		.headers = headers, .nheaders = trace_headers(x, headers),
		.once = c->keyed ? &c->once : NULL, .received_ns = x->g.whole_ns, .sync = x->sync,
		.wait_ms = x->wait_ms, .done = on_done, .arg = c };
}

static void
hand_over(struct course *c)
{
	struct submit_header headers[TRACE_HEADERS];
	struct submit_ask ask = ask_of(c, headers);
	struct submission *s = submit(exchange_worker(c->x)->engine, &ask);

	/* Where it was answered on the spot, c may be another request's by now. */
	if (s != NULL)
		c->submission = s;
}

/* What the command is on the log, as it will be read there: what Fressian does to values is done to it. */
static bool
as_written(struct course *c, struct value *out)
{
	struct arena *a = &c->x->arena;
	struct value v = command_value(a, &c->once.id, c->command);
	struct codec_error err;
	struct buf b = { 0 };
	size_t len;
	char *copy;

	if (v.kind == VALUE_NIL || fressian_write(&b, &v, &err) == -1) {
		buf_free(&b);
		return false;
	}
	len = b.len;
	copy = arena_strndup(a, (const char *)b.data, len);
	buf_free(&b);
	return copy != NULL &&
	    fressian_read((const uint8_t *)copy, len, &codec_event_limits, a, out, &err) == 0;
}

/* It was written before: the same answer as it would have now. */
static void
replay(struct course *c, const struct index_record *rec)
{
	struct submit_place place = { rec->partition, rec->offset, rec->timestamp };
	struct submit_result r = { .outcome = SUBMIT_ACKED, .id = rec->id, .acked = true, .replayed = true,
		.partition = rec->partition, .offset = rec->offset, .timestamp = rec->timestamp, .text = "" };
	struct submit_header headers[TRACE_HEADERS];
	struct submit_ask ask = ask_of(c, headers);
	struct submission *s;

	if (!c->x->sync) {
		finish(c, &r);
		return;
	}
	s = submit_wait(exchange_worker(c->x)->engine, &ask, &place);
	if (s != NULL)
		c->submission = s;
}

static void
found(struct course *c, const struct index_record *rec)
{
	struct codec_error err;
	struct value mine;
	struct event e;

	if (!as_written(c, &mine))
		refuse(c, SUBMIT_TOO_LARGE, "the command does not fit into the memory of one request");
	else if (event_parse(rec->id.b, ID_BYTES, rec->value, rec->value_len, &c->x->arena, &e, &err) == 0 &&
	    value_equal(&e.map, &mine))
		replay(c, rec);
	else
		refuse(c, SUBMIT_REUSED, "the key was used for another command");
}

/* While another generation's producer lives, what it has written must be in the index first. */
static void
note_ends(struct course *c)
{
	struct proc *p = exchange_worker(c->x)->proc;
	int n = BOARD_PARTITIONS;

	if (c->ends != NULL || atomic_load(&board_of(p->board, p->generation + 1)->producer.alive) == 0)
		return;
	while (n > 0 && atomic_load(&p->board->acked[n - 1]) == 0)
		n--;
	c->ends = xcalloc((size_t)n + 1, sizeof(*c->ends));
	c->nends = n;
	for (int i = 0; i < n; i++)
		c->ends[i] = atomic_load(&p->board->acked[i]);
}

static bool
passed(const struct course *c)
{
	const struct proc *p = exchange_worker(c->x)->proc;

	for (int i = 0; c->ends != NULL && i < c->nends; i++)
		if (atomic_load(&p->board->index.next[BOARD_COMMANDS][i]) < c->ends[i])
			return false;
	return atomic_load(&board_of(p->board, p->generation + 1)->producer.once_busy) == 0;
}

static void
look(struct course *c)
{
	struct worker *w = exchange_worker(c->x);
	struct index_record rec;
	enum index_result r;

	note_ends(c);
	if (!passed(c)) {
		look_later(c);
		return;
	}
	if (w->index == NULL) {
		refuse(c, SUBMIT_NOT_SENT, "the index is not open, so it cannot be told whether this Idempotency-Key is new");
		return;
	}
	c->once.looked_ms = clock_ms();
	r = index_reader_get(w->index, INDEX_COMMANDS, &c->once.id, &c->x->arena, &rec);
	if (r == INDEX_OK)
		found(c, &rec);
	else if (r == INDEX_NONE)
		hand_over(c);
	else
		refuse(c, SUBMIT_NOT_SENT, index_result_text(r));
}

void
course_start(struct course *c, const struct idempotency_key *key)
{
	struct value mine;

	c->running = true;
	if (key == NULL) {
		hand_over(c);
		return;
	}
	c->keyed = true;
	c->once.id = idempotency_id(c->x->who.principal, key, c->item);
	c->again.fire = on_again;
	c->give_up_ms = clock_ms() + exchange_worker(c->x)->proc->config.kafka.delivery_timeout;
	if (!as_written(c, &mine)) {
		refuse(c, SUBMIT_TOO_LARGE, "the command does not fit into the memory of one request");
		return;
	}
	c->once.fingerprint = value_hash(&mine);
	look(c);
}

void
course_cancel(struct course *c)
{
	if (!c->running)
		return;
	wheel_clear(&exchange_worker(c->x)->wheel, &c->again);
	if (c->submission != NULL) {
		audit_abandoned(c->x, c->command, submit_id(c->submission));
		submit_cancel(c->submission);
	}
	c->submission = NULL;
	c->running = false;
	free(c->ends);
	c->ends = NULL;
}
