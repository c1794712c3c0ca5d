/*
 * stream.c: the life of a live stream. See stream.h.
 */
#include <stdlib.h>
#include <string.h>

#include "util/clock.h"
#include "util/log.h"
#include "util/mem.h"
#include "worker/guard_stream.h"
#include "worker/response.h"
#include "worker/stream_state.h"
#include "worker/worker.h"

#define WAIT_MS		5000	/* before the headers, for the tailer or the index */
#define LINGER_MS	5000	/* a client that comes back soon finds the topic followed */

static void
count(const struct stream *s, enum counter c, int64_t n)
{
	board_add(s->topic->all->proc->slot, c, n);
}

void
stream_move(struct stream *s, struct stream_list *to)
{
	if (s->in != NULL)
		TAILQ_REMOVE(s->in, s, entry);
	s->in = to;
	TAILQ_INSERT_TAIL(to, s, entry);
}

static void
filter_free(struct block_filter *f)
{
	if (f != NULL)
		free(f->action);
	free(f);
}

static void
stream_free(struct stream *s)
{
	struct stream_topic *t = s->topic;
	struct streams *ss = t->all;

	if (s->state != STREAM_WAITING)
		count(s, COUNT_sse_streams, -1);
	wheel_clear(ss->wheel, &s->timer);
	live_leave(s);
	TAILQ_REMOVE(s->in, s, entry);
	live_tidy(t);
	vector_free(s->at);
	filter_free(s->filter);
	free(s);
	if (--t->count == 0)
		wheel_set(ss->wheel, &t->linger, LINGER_MS);
}

/* The exchange goes on, or ends, without it. */
static struct exchange *
part(struct stream *s)
{
	struct exchange *x = s->x;

	x->stream = NULL;
	stream_free(s);
	return x;
}

void
stream_refuse(struct stream *s, enum problem_id id, const char *detail)
{
	struct exchange *x = part(s);

	exchange_wrong(x, id, detail);
	response_problem(x);
}

void
stream_end(struct stream *s)
{
	guard_stream_end(&part(s)->g);
}

void
stream_cut(struct stream *s)
{
	guard_stream_cut(&part(s)->g);
}

void
stream_gone(struct exchange *x)
{
	part(x->stream);
}

size_t
stream_unread(const struct stream *s)
{
	return guard_stream_waiting(&s->x->g);
}

bool
stream_send(struct stream *s, const struct buf *data)
{
	/* Whether there is room was looked at before. */
	if (guard_stream_write(&s->x->g, data->data, data->len, SIZE_MAX) == 0)
		return true;
	stream_cut(s);
	return false;
}

bool
stream_send_id(struct stream *s)
{
	struct buf *out = &s->topic->all->piece.out;

	s->topic->all->piece.cached = false;
	buf_reset(out);
	if (!live_id(s, out))
		return true;
	buf_putc(out, '\n');
	s->passed = 0;
	return stream_send(s, out);
}

/* A client that takes nothing from one heartbeat to the next is as good as gone. */
static void
beat(struct stream *s)
{
	struct streams *ss = s->topic->all;
	size_t unread = stream_unread(s);

	if (unread > 0 && unread == s->waited) {
		count(s, COUNT_sse_cut_slow, 1);
		stream_cut(s);
		return;
	}
	s->waited = unread;
	wheel_set(ss->wheel, &s->timer, ss->proc->config.sse.heartbeat);
	if (unread == 0)
		stream_send_id(s);
}

/* The last id is as new as can be: what comes next need not be looked for. */
static void
finish(struct stream *s)
{
	if (stream_unread(s) > 0 || stream_send_id(s))
		stream_end(s);
}

static void
give_up(struct stream *s)
{
	if (s->at != NULL)
		resume_give_up(s);
	else
		stream_refuse(s, PROBLEM_UNAVAILABLE, "The topic is not being followed now: Kafka, or "
		    "the process that reads it, is away. GET /ready tells more.");
}

/* Until its first heartbeat, or its first since it was slow. */
static void
rest(struct stream *s)
{
	struct streams *ss = s->topic->all;

	s->slow = false;
	wheel_set(ss->wheel, &s->timer, streams_spread(ss, ss->stopping ?
	    STREAM_END_MS : ss->proc->config.sse.heartbeat));
}

static void
on_timer(struct wheel_timer *timer)
{
	struct stream *s = WHEEL_OWNER(timer, struct stream, timer);

	if (s->state == STREAM_WAITING)
		give_up(s);
	else if (s->topic->all->stopping || s->x->who.end_s <= clock_wall_ms() / 1000)
		finish(s);
	else if (!s->slow)
		beat(s);
	else if (live_check_slow(s, false))
		rest(s);
}

bool
stream_open(struct stream *s)
{
	static const char retry[] = "retry: 2000\n\n";
	struct streams *ss = s->topic->all;
	struct exchange *x = s->x;
	struct buf *out = &ss->piece.out;

	x->stream = NULL;
	if (!response_stream(x)) {
		stream_free(s);
		return false;
	}
	x->stream = s;
	s->state = STREAM_BEHIND;
	stream_move(s, &s->topic->behind);
	count(s, COUNT_sse_streams, 1);
	rest(s);
	ss->piece.cached = false;
	buf_reset(out);
	buf_put(out, retry, sizeof(retry) - 1);
	live_id(s, out);
	buf_putc(out, '\n');
	return stream_send(s, out);
}

/* False: it waits on. */
static bool
try(struct stream *s)
{
	if (s->at != NULL)
		return resume_try(s);
	if (!s->topic->feed.live)
		return false;
	if (stream_open(s))
		live_go_on(s);
	return true;
}

void
stream_try_waiting(struct stream_topic *t)
{
	struct stream *s, *next;

	for (s = TAILQ_FIRST(&t->waiting); s != NULL; s = next) {
		next = TAILQ_NEXT(s, entry);
		try(s);
	}
}

/* 400 is told where false. */
static bool
read_parameter(struct exchange *x, const char *name, const char **out)
{
	*out = NULL;
	if (exchange_parameter(x, name, out) != -1)
		return true;
	return exchange_wrong(x, PROBLEM_BAD_REQUEST, arena_printf(&x->arena,
	    "The query parameter %s must stand once, and be well percent-encoded.", name));
}

/* As GET /events takes them: a colon before the action is meant well. Commands have no parent. */
static bool
read_filter(struct exchange *x, enum board_topic topic, struct block_filter *f, const char **action)
{
	const char *parent = NULL;

	if (!read_parameter(x, "action", action) ||
	    (topic == BOARD_EVENTS && !read_parameter(x, "parent", &parent)))
		return false;
	if (*action != NULL && **action == ':')
		(*action)++;
	if (*action != NULL && **action == '\0')
		return exchange_wrong(x, PROBLEM_BAD_REQUEST,
		    "The query parameter action must be an action, such as create-foo.");
	f->has_parent = parent != NULL;
	if (parent != NULL && id_parse(parent, strlen(parent), &f->parent) == -1)
		return exchange_wrong(x, PROBLEM_BAD_REQUEST,
		    "The query parameter parent must be the 36 characters of a UUID.");
	return true;
}

/* Last-Event-ID, or else ?last_event_id=; an empty one is none. */
static bool
read_token(struct exchange *x, const char **token)
{
	if (!read_parameter(x, "last_event_id", token))
		return false;
	if (x->g.head.field[FIELD_LAST_EVENT_ID].set)
		*token = exchange_field(x, FIELD_LAST_EVENT_ID);
	if (*token != NULL && **token == '\0')
		*token = NULL;
	return true;
}

static struct stream *
stream_new(struct stream_topic *t, struct exchange *x, const struct block_filter *filter,
    const char *action)
{
	struct stream *s = xcalloc(1, sizeof(*s));

	s->topic = t;
	s->x = x;
	s->timer.fire = on_timer;
	if (action != NULL || filter->has_parent) {
		s->filter = xcalloc(1, sizeof(*s->filter));
		*s->filter = *filter;
		s->filter->action = action != NULL ? xstrdup(action) : NULL;
	}
	x->stream = s;
	stream_move(s, &t->waiting);
	t->count++;
	wheel_clear(t->all->wheel, &t->linger);
	wheel_set(t->all->wheel, &s->timer, WAIT_MS);
	return s;
}

static void
handle(struct exchange *x, enum board_topic topic)
{
	struct stream_topic *t = &exchange_worker(x)->streams->topics[topic];
	struct block_filter filter = { 0 };
	const char *action, *token;
	struct stream *s;

	if (!read_filter(x, topic, &filter, &action) || !read_token(x, &token)) {
		response_problem(x);
		return;
	}
	s = stream_new(t, x, &filter, action);
	if (token != NULL && !resume_parse(s, token)) {
		stream_refuse(s, PROBLEM_BAD_REQUEST, "Last-Event-ID is no id of a stream of this "
		    "service; without one a stream begins now.");
		return;
	}
	if (x->g.head.method == METHOD_HEAD) {
		response_stream(part(s));
		return;
	}
	feed_want(&t->feed);
	if (!try(s))
		streams_poll(t->all);
}

void
stream_commands(struct exchange *x)
{
	handle(x, BOARD_COMMANDS);
}

void
stream_events(struct exchange *x)
{
	handle(x, BOARD_EVENTS);
}

void
stream_writable(struct exchange *x)
{
	struct stream *s = x->stream;

	if (s->state == STREAM_CATCHING) {
		stream_move(s, &s->topic->catching);
		streams_work(s->topic->all);
	} else if (s->state == STREAM_BEHIND) {
		live_go_on(s);
	}
}
