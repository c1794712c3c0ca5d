/*
 * tailer_link.c: the worker's end of the link to the tailer: WATCH and UNWATCH
 * out, EVENT in; and what passes for live streams. A new tailer is told every
 * open watch, and every topic that streams want, before SYNCED.
 */
#include <string.h>

#include "util/log.h"
#include "worker/engine.h"

/* Watches are small; a tailer that leaves this much unread is stuck. */
#define QUEUE_MAX ((size_t)16 << 20)

static int
handle_event(struct peer *p, struct rdr *r)
{
	const uint8_t *parent = rdr_bytes(r, ID_BYTES), *id = rdr_bytes(r, ID_BYTES);
	struct submit_event event = { .partition = (int32_t)rdr_u32(r) };

	event.offset = (int64_t)rdr_u64(r);
	event.timestamp = (int64_t)rdr_u64(r);
	if (r->failed)
		return -1;
	memcpy(event.parent.b, parent, ID_BYTES);
	memcpy(event.id.b, id, ID_BYTES);
	event.len = rdr_left(r);
	event.value = rdr_bytes(r, event.len);
	submission_event(peer_arg(p), &event);
	return 0;
}

static int
handle_feed(struct peer *p, struct rdr *r)
{
	struct engine *e = peer_arg(p);

	return e->streams != NULL ? streams_feed(e->streams, r) : 0;
}

static int
handle_record(struct peer *p, struct rdr *r)
{
	struct engine *e = peer_arg(p);

	return e->streams != NULL ? streams_record(e->streams, r) : 0;
}

static int
handle_passed(struct peer *p, struct rdr *r)
{
	struct engine *e = peer_arg(p);

	return e->streams != NULL ? streams_passed(e->streams, r) : 0;
}

static const struct peer_handler handlers[] = {
	{ IPC_EVENT, handle_event },
	{ IPC_FEED, handle_feed },
	{ IPC_RECORD, handle_record },
	{ IPC_PASSED, handle_passed },
};

static void
up(struct peer *p)
{
	engine_check_linked(peer_arg(p));
}

static void
sent(struct peer *p)
{
	submissions_release(peer_arg(p), peer_sent(p));
}

static void
closed(struct peer *p, const char *why)
{
	struct engine *e = peer_arg(p);

	log_warn("the link to the tailer broke: %s", why);
	engine_lost(e, p);
	if (e->streams != NULL)
		streams_unlinked(e->streams);
	submissions_tailer_gone(e);
}

static const struct peer_ops ops = {
	.handlers = handlers,
	.nhandlers = sizeof(handlers) / sizeof(handlers[0]),
	.up = up,
	.sent = sent,
	.closed = closed,
};

/* Every open watch again: the tailer reads no record until it has all of them from all workers. */
static void
tell_watches(struct engine *e, struct peer *p)
{
	struct submission *s;

	TAILQ_FOREACH(s, &e->pending.all, entry)
		if (s->sync && peer_put(p, IPC_WATCH, s->result.id.b, ID_BYTES) == -1)
			return;
	if (e->streams != NULL)
		streams_linked(e->streams, p);
	peer_put(p, IPC_SYNCED, NULL, 0);
}

struct peer *
tailer_link_new(struct engine *e, unsigned nr, int fd)
{
	struct peer_self self = proc_self(e->proc);
	struct peer *p = peer_new(e->proc->base, fd, &self, ROLE_TAILER, nr, &ops, QUEUE_MAX, e);

	tell_watches(e, p);
	return p;
}

uint64_t
tailer_link_watch(struct engine *e, const struct id *id)
{
	if (e->tailer == NULL || peer_put(e->tailer, IPC_WATCH, id->b, ID_BYTES) == -1)
		return 0;
	return e->tailer == NULL ? 0 : peer_queued(e->tailer);
}

void
tailer_link_unwatch(struct engine *e, const struct id *id)
{
	if (e->tailer != NULL)
		peer_put(e->tailer, IPC_UNWATCH, id->b, ID_BYTES);
}
