/*
 * resume.c: streams that come back with a token: whether it can be gone on
 * from, and reading the index in the order of indexing from there, at the pace
 * of the client, until the feed's list covers the rest. See stream_state.h.
 *
 * What the index has is asked first (indexed), its records then: so where there
 * are no more records, all that it had has been read, and offsets below that
 * hold none that was missed.
 */
#include <stdlib.h>
#include <string.h>

#include "util/clock.h"
#include "util/log.h"
#include "util/mem.h"
#include "worker/stream_state.h"
#include "worker/token.h"

#define RECORDS_A_STEP	100
#define STEPS_A_TURN	8
#define LOOK_ANYWAY	20
#define HEARD_MS	2000	/* brokers answer the tailer more often than this */

bool
resume_parse(struct stream *s, const char *token)
{
	static int64_t next[BOARD_PARTITIONS];
	size_t n;

	if (token_parse(token, strlen(token), &s->source, next, &n) == -1)
		return false;
	s->at = vector_new(next, n);
	return true;
}

void
resume_free(struct stream_topic *t)
{
	free(t->indexed.next);
	free(t->indexed.low);
}

static void
put_position(struct stream_indexed *in, const struct index_position *p)
{
	size_t n = (size_t)p->partition + 1;

	if (p->partition < 0 || p->partition >= BOARD_PARTITIONS)
		return;
	if (n > in->n) {
		in->next = xreallocarray(in->next, n, sizeof(*in->next));
		in->low = xreallocarray(in->low, n, sizeof(*in->low));
		memset(in->next + in->n, 0, (n - in->n) * sizeof(*in->next));
		memset(in->low + in->n, -1, (n - in->n) * sizeof(*in->low));
		in->n = n;
	}
	in->next[p->partition] = p->next;
	in->low[p->partition] = p->low;
}

/* Of the others nothing is known: not even where they begin. */
static bool
is_known(const struct stream_indexed *in, int32_t partition)
{
	return partition >= 0 && (size_t)partition < in->n && in->low[partition] >= 0;
}

/* Ask the index where it stands, if anything was committed since. NULL: it is not there. */
static struct index_reader *
look(struct stream_topic *t, bool again)
{
	struct streams *ss = t->all;
	struct index_reader *r = ss->index(ss->index_arg);
	int64_t commits = atomic_load(&ss->proc->board->index.commits);
	struct stream_indexed *in = &t->indexed;
	struct index_position *list;
	size_t n;

	if (r == NULL)
		return NULL;
	if (!again && in->known && in->commits == commits &&
	    in->generation == index_reader_generation(r))
		return r;
	in->known = index_reader_positions(r, (enum index_topic)t->feed.topic, &t->feed.arena,
	    &list, &n) == INDEX_OK;
	in->n = 0;
	in->commits = commits;
	in->generation = index_reader_generation(r);
	for (size_t i = 0; in->known && i < n; i++)
		put_position(in, &list[i]);
	arena_reset(&t->feed.arena);
	return in->known ? r : NULL;
}

static bool
joinable(const struct stream *s)
{
	const struct feed *f = &s->topic->feed;

	return f->known && vector_reaches(s->at, f->floor, f->n);
}

/* Does the index lack records that the stream is still to get? */
static bool
is_lost(const struct stream *s)
{
	const struct stream_indexed *in = &s->topic->indexed;

	return !vector_reaches(s->at, in->low, in->n);
}

static struct board_tailer *
tailer_of(const struct stream_topic *t)
{
	struct board_generation *g = t->all->proc->shared;

	return t->feed.topic == BOARD_EVENTS ? &g->tailer : &g->commands;
}

/* The furthest that anyone here knows a partition to go. */
static int64_t
known_end(const struct stream_topic *t, size_t i)
{
	const struct board_index *b = &t->all->proc->board->index;
	struct board_tailer *tailer = tailer_of(t);
	int64_t ends[] = {
		t->feed.known && i < t->feed.n ? t->feed.next[i] : 0,
		t->indexed.known && i < t->indexed.n ? t->indexed.next[i] : 0,
		atomic_load(&b->end[t->feed.topic][i]),
		t->feed.topic == BOARD_COMMANDS ? atomic_load(&t->all->proc->board->acked[i]) : 0,
		(int32_t)i < atomic_load(&tailer->partitions) ? atomic_load(&tailer->positions[i]) : 0,
	}, most = 0;

	for (size_t k = 0; k < sizeof(ends) / sizeof(ends[0]); k++)
		if (ends[k] > most)
			most = ends[k];
	return most;
}

static bool
is_ahead(const struct stream *s)
{
	for (size_t i = 0; i < s->at->n; i++)
		if (s->at->next[i] > known_end(s->topic, i))
			return true;
	return false;
}

static void
refuse_gone(struct stream *s, const char *why)
{
	stream_refuse(s, PROBLEM_GONE, why);
}

static void
open_and(struct stream *s, void (*then)(struct stream *))
{
	board_add(s->topic->all->proc->slot, COUNT_sse_resumed, 1);
	if (stream_open(s))
		then(s);
}

bool
resume_try(struct stream *s)
{
	struct feed *f = &s->topic->feed;

	if (!s->topic->all->proc->config.index.enabled) {
		refuse_gone(s, "Streams cannot be resumed here: there is no index (index.enabled). "
		    "Without Last-Event-ID a stream begins now.");
		return true;
	}
	if (!feed_has_source(f))
		return false;
	if (s->source != f->source) {
		refuse_gone(s, "Last-Event-ID is of another Kafka cluster or topic. Without it a "
		    "stream begins now.");
		return true;
	}
	if (joinable(s) && vector_within(s->at, f->next, f->n)) {
		open_and(s, live_join);
		return true;
	}
	if (look(s->topic, false) == NULL)
		return false;
	if (is_lost(s)) {
		refuse_gone(s, "Records behind Last-Event-ID are kept no longer. Without it a stream "
		    "begins now; GET /commands and /events list what is kept.");
		return true;
	}
	/* Another machine may have read further than anything here, but not for long. */
	if (is_ahead(s))
		return false;
	open_and(s, resume_begin);
	return true;
}

/*
 * Does the topic end before it? For sure only if a broker was heard while s waited; and what they
 * say there is may still be on its way.
 */
static bool
is_beyond(const struct stream *s)
{
	const struct stream_topic *t = s->topic;
	const struct proc *p = t->all->proc;
	struct board_tailer *tailer = tailer_of(t);

	if (!t->feed.live || clock_ms() - atomic_load(&p->shared->tailer.answered_ms) > HEARD_MS)
		return false;
	for (size_t i = 0; i < s->at->n; i++)
		if (s->at->next[i] > known_end(t, i) && s->at->next[i] > atomic_load(&tailer->ends[i]))
			return true;
	return false;
}

void
resume_give_up(struct stream *s)
{
	if (look(s->topic, true) == NULL)
		stream_refuse(s, PROBLEM_UNAVAILABLE,
		    "The index, which a stream is resumed from, is not there now.");
	else if (!is_beyond(s))
		stream_refuse(s, PROBLEM_UNAVAILABLE, "Whether Last-Event-ID is of this topic cannot "
		    "be told: Kafka, or the process that reads it, is away.");
	else
		refuse_gone(s, "Last-Event-ID points behind the end of the topic, which must have "
		    "been made anew. Without it a stream begins now.");
}

void
resume_begin(struct stream *s)
{
	s->state = STREAM_CATCHING;
	s->generation = 0;
	stream_move(s, &s->topic->catching);
	streams_work(s->topic->all);
}

static void
await(struct stream *s)
{
	stream_move(s, &s->topic->awaiting);
}

/* Where to read from, in this index. False: s waits. */
static bool
find_place(struct stream *s, struct index_reader *r)
{
	struct stream_topic *t = s->topic;

	if (index_reader_seek(r, (enum index_topic)t->feed.topic, s->at->next, s->at->n,
	    &s->seq) != INDEX_OK) {
		await(s);
		return false;
	}
	s->generation = t->indexed.generation;
	return true;
}

/* No record is left: what the index had when it was asked where it stands has all been read. */
static void
at_end(struct stream *s)
{
	struct stream_topic *t = s->topic;
	const struct stream_indexed *in = &t->indexed;

	for (size_t i = 0; i < in->n; i++)
		if (in->next[i] > vector_at(s->at, i))
			vector_set(&s->at, i, in->next[i]);
	if (joinable(s))
		live_join(s);
	else
		await(s);
}

static void
put_record(struct stream *s, const struct index_record *rec, struct stream_piece *p)
{
	struct feed *f = &s->topic->feed;
	struct block_record from = {
		.topic = f->topic, .name = f->name, .partition = rec->partition,
		.offset = rec->offset, .timestamp = rec->timestamp,
		.key = rec->id.b, .key_len = ID_BYTES,
		.value = rec->value, .value_len = rec->value_len,
	};
	struct block b;
	bool passes;

	vector_set(&s->at, (size_t)rec->partition, rec->offset + 1);
	if (block_make(&b, &from, f->source, s->at->next, s->at->n, &f->arena) == -1)
		return;
	arena_reset(&f->arena);
	passes = block_passes(&b, s->filter);
	if (passes || ++s->passed >= STREAM_TELL_AT) {
		s->passed = 0;
		buf_put(&p->out, b.data, passes ? b.len : b.id_len);
		if (!passes)
			buf_putc(&p->out, '\n');
	}
	p->records += passes;
	block_free(&b);
}

/* Sends what it puts together. False: s is gone. */
static bool
send_records(struct stream *s, const struct index_record *list, size_t n)
{
	struct stream_piece *p = &s->topic->all->piece;

	p->cached = false;
	p->records = 0;
	buf_reset(&p->out);
	for (size_t i = 0; i < n && p->out.len < STREAM_ENOUGH; i++) {
		s->seq = list[i].seq;
		if (list[i].partition >= 0 && list[i].partition < BOARD_PARTITIONS &&
		    list[i].offset >= vector_at(s->at, (size_t)list[i].partition))
			put_record(s, &list[i], p);
	}
	board_add(s->topic->all->proc->slot, COUNT_sse_records_sent, p->records);
	return p->out.len == 0 || stream_send(s, &p->out);
}

static void
end_lost(struct stream *s)
{
	log_info("a stream ends: records that it was to get next are kept no longer");
	stream_end(s);
}

/* Rows left the index from its beginning, or there is a partition that has not been heard of. */
static bool
has_news(const struct stream *s, const struct index_record *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!is_known(&s->topic->indexed, list[i].partition))
			return true;
	return list[0].seq != s->seq + 1;
}

static void
read_on(struct stream *s, struct index_reader *r)
{
	struct stream_topic *t = s->topic;
	struct index_record *list;
	size_t n;

	if (index_reader_scan(r, (enum index_topic)t->feed.topic, s->seq, RECORDS_A_STEP,
	    STREAM_ENOUGH, &t->all->arena, &list, &n) != INDEX_OK) {
		await(s);
		return;
	}
	if (n == 0) {
		at_end(s);
		return;
	}
	if (has_news(s, list, n) && (look(t, true) == NULL || is_lost(s)))
		end_lost(s);
	else if (send_records(s, list, n))
		stream_move(s, &t->catching);
}

static void
step(struct stream *s)
{
	struct index_reader *r;

	if (stream_unread(s) > STREAM_ENOUGH)
		stream_move(s, &s->topic->parked);
	else if (joinable(s))
		live_join(s);
	else if ((r = look(s->topic, false)) == NULL)
		await(s);
	else if (is_lost(s))
		end_lost(s);
	else if (s->generation == s->topic->indexed.generation || find_place(s, r))
		read_on(s, r);
}

bool
resume_work(struct stream_topic *t)
{
	struct stream *s;

	for (int i = 0; i < STEPS_A_TURN && (s = TAILQ_FIRST(&t->catching)) != NULL; i++) {
		step(s);
		arena_reset(&t->all->arena);
	}
	return !TAILQ_EMPTY(&t->catching);
}

void
resume_look(struct stream_topic *t)
{
	struct stream *s;

	if (TAILQ_EMPTY(&t->awaiting) || look(t, false) == NULL)
		return;
	/* Now and then in any case: other things than commits may be what they lacked. */
	if (t->indexed.commits == t->looked && ++t->looks % LOOK_ANYWAY != 0)
		return;
	t->looked = t->indexed.commits;
	while ((s = TAILQ_FIRST(&t->awaiting)) != NULL)
		stream_move(s, &t->catching);
	streams_work(t->all);
}
