/*
 * streams.c: all live streams of a worker: what passes between them and the
 * tailer, the index, the loop. See stream.h.
 */
#include <stdlib.h>

#include "util/log.h"
#include "util/mem.h"
#include "worker/stream_state.h"

#define POLL_MS		50
#define CALL_MEMORY	((size_t)64 << 20)

void
streams_work(struct streams *ss)
{
	static const struct timeval now;

	/* By a timer, not by event_active: the loop looks at its sockets in between. */
	if (!evtimer_pending(ss->work, NULL))
		event_add(ss->work, &now);
}

void
streams_poll(struct streams *ss)
{
	if (ss->poll.slot == NULL)
		wheel_set(ss->wheel, &ss->poll, POLL_MS);
}

/* A different time for each, so that what many do regularly does not fall on one moment. */
int64_t
streams_spread(struct streams *ss, int64_t ms)
{
	ss->spread = (ss->spread + 618034) % 1000000;
	return ms * ss->spread / 1000000;
}

static void
on_work(evutil_socket_t fd, short what, void *arg)
{
	struct streams *ss = arg;
	bool more = false;

	(void)fd;
	(void)what;
	for (int i = 0; i < BOARD_TOPICS; i++) {
		more |= live_work(&ss->topics[i], false);
		more |= resume_work(&ss->topics[i]);
		if (!TAILQ_EMPTY(&ss->topics[i].awaiting))
			streams_poll(ss);
	}
	if (more)
		streams_work(ss);
}

static void
on_poll(struct wheel_timer *timer)
{
	struct streams *ss = WHEEL_OWNER(timer, struct streams, poll);

	for (int i = 0; i < BOARD_TOPICS; i++) {
		struct stream_topic *t = &ss->topics[i];

		stream_try_waiting(t);
		resume_look(t);
		if (!TAILQ_EMPTY(&t->waiting) || !TAILQ_EMPTY(&t->awaiting))
			streams_poll(ss);
	}
}

static void
on_linger(struct wheel_timer *timer)
{
	feed_unwant(&WHEEL_OWNER(timer, struct stream_topic, linger)->feed);
}

static void
topic_init(struct stream_topic *t, struct streams *ss, enum board_topic topic)
{
	struct stream_list *lists[] = {
		&t->waiting, &t->catching, &t->parked, &t->awaiting, &t->behind,
	};

	t->all = ss;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		TAILQ_INIT(lists[i]);
	t->linger.fire = on_linger;
	feed_init(&t->feed, topic, ss->proc, &live_ops, t);
	live_init(t);
}

struct streams *
streams_new(struct proc *p, struct wheel *wheel, stream_index_fn *index, void *arg)
{
	struct streams *ss = xcalloc(1, sizeof(*ss));

	ss->proc = p;
	ss->wheel = wheel;
	ss->index = index;
	ss->index_arg = arg;
	ss->poll.fire = on_poll;
	arena_init(&ss->arena, CALL_MEMORY);
	if ((ss->work = evtimer_new(p->base, on_work, ss)) == NULL)
		fatalx("no event for streams");
	for (int i = 0; i < BOARD_TOPICS; i++)
		topic_init(&ss->topics[i], ss, (enum board_topic)i);
	return ss;
}

void
streams_free(struct streams *ss)
{
	wheel_clear(ss->wheel, &ss->poll);
	for (int i = 0; i < BOARD_TOPICS; i++) {
		wheel_clear(ss->wheel, &ss->topics[i].linger);
		feed_free(&ss->topics[i].feed);
		resume_free(&ss->topics[i]);
	}
	event_free(ss->work);
	buf_free(&ss->piece.out);
	arena_free(&ss->arena);
	free(ss);
}

static void
end_soon(struct streams *ss, struct stream_list *list, int64_t within)
{
	struct stream *s;

	TAILQ_FOREACH(s, list, entry)
		wheel_set(ss->wheel, &s->timer, streams_spread(ss, within));
}

void
streams_stop(struct streams *ss)
{
	int64_t half = ss->proc->config.shutdown.grace / 2, within = half < STREAM_END_MS ? half : STREAM_END_MS;

	ss->stopping = true;
	for (int i = 0; i < BOARD_TOPICS; i++) {
		struct stream_topic *t = &ss->topics[i];

		end_soon(ss, &t->waiting, within);
		end_soon(ss, &t->catching, within);
		end_soon(ss, &t->parked, within);
		end_soon(ss, &t->awaiting, within);
		end_soon(ss, &t->behind, within);
		end_soon(ss, &t->crowds[0].list, within);
		end_soon(ss, &t->crowds[1].list, within);
	}
}

void
streams_linked(struct streams *ss, struct peer *link)
{
	for (int i = 0; i < BOARD_TOPICS; i++)
		feed_linked(&ss->topics[i].feed, link);
}

void
streams_unlinked(struct streams *ss)
{
	for (int i = 0; i < BOARD_TOPICS; i++)
		feed_unlinked(&ss->topics[i].feed);
}

static int
take(struct streams *ss, struct rdr *r, int (*into)(struct feed *, struct rdr *))
{
	unsigned topic = rdr_u8(r);

	return topic < BOARD_TOPICS ? into(&ss->topics[topic].feed, r) : -1;
}

int
streams_feed(struct streams *ss, struct rdr *r)
{
	return take(ss, r, feed_take);
}

int
streams_record(struct streams *ss, struct rdr *r)
{
	return take(ss, r, feed_record);
}

int
streams_passed(struct streams *ss, struct rdr *r)
{
	return take(ss, r, feed_passed);
}
