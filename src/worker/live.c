/*
 * live.c: streams that are given what comes from the tailer. See
 * stream_state.h.
 *
 * Nearly all stand at one place, the end of the list: the crowd "live", whose
 * next is NULL. When records come its next is the first of them, and a round
 * begins: live and todo change places, each stream of todo is written what
 * came, and goes back to live. What came meanwhile is the next round's. A
 * client whose socket is full goes to "behind" with a place of its own, and so
 * does one that joins from the index, until it has reached the end.
 */
#include <string.h>

#include "util/log.h"
#include "worker/stream_state.h"

#define PIECE		((size_t)64 << 10)	/* bytes put together for one write */
#define ROUND_AT	((uint64_t)256 << 10)	/* bytes that may come before a round must be */
#define STREAMS_A_TURN	512
#define SLOW_MS		1000

void
live_init(struct stream_topic *t)
{
	for (int i = 0; i < 2; i++)
		TAILQ_INIT(&t->crowds[i].list);
	t->live = &t->crowds[0];
	t->todo = &t->crowds[1];
}

static void
place(struct feed *f, struct feed_record **at, struct feed_record *r)
{
	struct feed_record *before = *at;

	if (r != NULL)
		feed_hold(r);
	*at = r;
	if (before != NULL)
		feed_release(f, before);
}

void
live_leave(struct stream *s)
{
	place(&s->topic->feed, &s->next, NULL);
}

void
live_tidy(struct stream_topic *t)
{
	if (TAILQ_EMPTY(&t->todo->list)) {
		place(&t->feed, &t->todo->next, NULL);
		if (TAILQ_EMPTY(&t->live->list))
			place(&t->feed, &t->live->next, NULL);
	}
}

static struct feed_record *
next_of(const struct stream *s)
{
	if (s->state != STREAM_LIVE)
		return s->next;
	return s->in == &s->topic->live->list ? s->topic->live->next : s->topic->todo->next;
}

/* Before a record everything is sent up to the one before it, whose token says so. */
bool
live_id(struct stream *s, struct buf *out)
{
	struct feed *f = &s->topic->feed;
	struct feed_record *next = next_of(s);

	if (s->at != NULL) {
		block_id(out, f->source, s->at->next, s->at->n);
		return true;
	}
	if (next == NULL) {
		buf_put(out, feed_beat(f)->data, feed_beat(f)->len - 1);
		return true;
	}
	if ((next = TAILQ_PREV(next, feed_list, entry)) == NULL)
		return false;
	buf_put(out, next->block.data, next->block.id_len);
	return true;
}

/* A stream with a vector of its own may be further on some partition than the list's tokens. */
static void
put_block(struct stream *s, const struct feed_record *r, struct stream_piece *p)
{
	const struct feed *f = &s->topic->feed;
	const struct block *b = &r->block;
	bool passes;

	if (s->at != NULL && r->offset < vector_at(s->at, (size_t)r->partition))
		return;
	if (s->at != NULL)
		vector_set(&s->at, (size_t)r->partition, r->offset + 1);
	passes = block_passes(b, s->filter);
	if (!passes && ++s->passed < STREAM_TELL_AT)
		return;
	s->passed = 0;
	if (s->at != NULL)
		block_id(&p->out, f->source, s->at->next, s->at->n);
	else
		buf_put(&p->out, b->data, b->id_len);
	if (passes)
		buf_put(&p->out, b->data + b->id_len, b->len - b->id_len);
	else
		buf_putc(&p->out, '\n');
	p->records += passes;
}

/* What s is to get from r on, to `last` at most; p->end is what follows, NULL behind last. */
static struct stream_piece *
make_piece(struct stream *s, struct feed_record *r, const struct feed_record *last)
{
	struct stream_piece *p = &s->topic->all->piece;
	bool common = s->at == NULL && s->filter == NULL;

	if (common && p->cached && p->from == r->start && p->last == last->start)
		return p;
	p->cached = common;
	p->from = r->start;
	p->last = last->start;
	p->records = 0;
	buf_reset(&p->out);
	for (p->end = r; p->end != NULL && p->out.len < PIECE;) {
		put_block(s, p->end, p);
		p->end = p->end == last ? NULL : TAILQ_NEXT(p->end, entry);
	}
	return p;
}

static bool
send_piece(struct stream *s, const struct stream_piece *p)
{
	if (p->out.len == 0)
		return true;
	board_add(s->topic->all->proc->slot, COUNT_sse_records_sent, p->records);
	return stream_send(s, &p->out);
}

/* A burst that was not to be read so soon is no slowness yet: for a second sse.recent more is let pass. */
bool
live_check_slow(struct stream *s, bool in_time)
{
	struct streams *ss = s->topic->all;
	size_t most = ss->proc->config.sse.buffer, unread = stream_unread(s);

	if (s->next != NULL)
		unread += s->topic->feed.total - s->next->start;
	if (unread > most + (in_time ? ss->proc->config.sse.recent : 0)) {
		board_add(ss->proc->slot, COUNT_sse_cut_slow, 1);
		stream_cut(s);
		return false;
	}
	if (unread > most && !s->slow) {
		s->slow = true;
		wheel_set(ss->wheel, &s->timer, SLOW_MS);
	}
	return true;
}

/* At the end of the list: is it one of the crowd from now on? */
static void
settle(struct stream *s)
{
	struct stream_topic *t = s->topic;

	if (s->at != NULL && vector_within(s->at, t->feed.next, t->feed.n)) {
		vector_free(s->at);
		s->at = NULL;
	}
	if (s->at != NULL || t->live->next != NULL)
		return;
	s->state = STREAM_LIVE;
	stream_move(s, &t->live->list);
}

bool
live_go_on(struct stream *s)
{
	struct feed *f = &s->topic->feed;

	while (s->next != NULL && stream_unread(s) <= STREAM_ENOUGH) {
		struct stream_piece *p = make_piece(s, s->next, TAILQ_LAST(&f->list, feed_list));

		place(f, &s->next, p->end);
		if (!send_piece(s, p))
			return false;
	}
	if (s->next == NULL)
		settle(s);
	return live_check_slow(s, true);
}

void
live_join(struct stream *s)
{
	struct stream_topic *t = s->topic;

	s->state = STREAM_BEHIND;
	stream_move(s, &t->behind);
	place(&t->feed, &s->next, t->feed.oldest);
	live_go_on(s);
}

/* One stream of todo is given what the round is about. */
static void
serve(struct stream *s)
{
	struct stream_topic *t = s->topic;
	struct feed_record *r = t->todo->next;

	while (r != NULL && stream_unread(s) <= STREAM_ENOUGH) {
		struct stream_piece *p = make_piece(s, r, t->last);

		r = p->end;
		if (!send_piece(s, p))
			return;
	}
	if (r == NULL) {
		stream_move(s, &t->live->list);
		return;
	}
	s->state = STREAM_BEHIND;
	stream_move(s, &t->behind);
	place(&t->feed, &s->next, r);
	live_check_slow(s, true);
}

static void
begin_round(struct stream_topic *t)
{
	struct crowd *c = t->todo;

	t->todo = t->live;
	t->live = c;
	t->last = TAILQ_LAST(&t->feed.list, feed_list);
	t->pumped = t->feed.total;
}

static void
go_on_behind(struct stream_topic *t)
{
	struct stream *s, *next;

	for (s = TAILQ_FIRST(&t->behind); s != NULL; s = next) {
		next = TAILQ_NEXT(s, entry);
		live_go_on(s);
	}
}

bool
live_work(struct stream_topic *t, bool all)
{
	int left = STREAMS_A_TURN;
	struct stream *s;

	if (TAILQ_EMPTY(&t->todo->list) && t->live->next != NULL)
		begin_round(t);
	while ((s = TAILQ_FIRST(&t->todo->list)) != NULL && (all || left-- > 0))
		serve(s);
	if (s != NULL)
		return true;
	live_tidy(t);
	go_on_behind(t);
	return t->live->next != NULL;
}

static void
on_live(struct feed *f)
{
	stream_try_waiting(f->arg);
}

static void
on_grew(struct feed *f, struct feed_record *r)
{
	struct stream_topic *t = f->arg;
	struct stream *s;

	if (t->live->next == NULL &&
	    (!TAILQ_EMPTY(&t->live->list) || !TAILQ_EMPTY(&t->todo->list)))
		place(f, &t->live->next, r);
	TAILQ_FOREACH(s, &t->behind, entry)
		if (s->next == NULL)
			place(f, &s->next, r);
	/* Clients get what came before so much more has come that it would be too much for them. */
	if (f->total - t->pumped > ROUND_AT) {
		t->pumped = f->total;
		while (live_work(t, true))
			continue;
	} else {
		streams_work(t->all);
	}
}

static struct vector *
vector_before(const struct feed *f, const struct feed_record *next)
{
	struct vector *v = vector_new(f->next, f->n);

	if (next != NULL)
		feed_before(f, next, v->next);
	return v;
}

/* s loses its place in the list; at v it goes on in the index, if there is one. */
static void
fall_back(struct stream *s)
{
	if (s->topic->all->proc->config.index.enabled)
		resume_begin(s);
	else
		stream_end(s);
}

static void
crowd_falls_back(struct stream_topic *t, struct crowd *c)
{
	struct vector *v = vector_before(&t->feed, c->next);
	struct stream *s;

	while ((s = TAILQ_FIRST(&c->list)) != NULL) {
		s->at = vector_share(v);
		fall_back(s);
	}
	vector_free(v);
}

static void
on_gap(struct feed *f)
{
	struct stream_topic *t = f->arg;
	struct stream *s;

	crowd_falls_back(t, t->todo);
	crowd_falls_back(t, t->live);
	live_tidy(t);
	while ((s = TAILQ_FIRST(&t->behind)) != NULL) {
		if (s->at == NULL)
			s->at = vector_before(f, s->next);
		live_leave(s);
		fall_back(s);
	}
}

static void
end_all(struct stream_list *list)
{
	struct stream *s;

	while ((s = TAILQ_FIRST(list)) != NULL)
		stream_end(s);
}

static void
on_anew(struct feed *f)
{
	struct stream_topic *t = f->arg;

	end_all(&t->todo->list);
	end_all(&t->live->list);
	end_all(&t->behind);
	end_all(&t->catching);
	end_all(&t->parked);
	end_all(&t->awaiting);
}

const struct feed_ops live_ops = {
	.live = on_live, .grew = on_grew, .gap = on_gap, .anew = on_anew,
};
