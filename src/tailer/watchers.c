/*
 * watchers.c: the tailer's links to the workers. See watchers.h.
 */
#include <stdlib.h>
#include <string.h>

#include "tailer/watchers.h"
#include "util/log.h"
#include "util/mem.h"

/* A worker that leaves this much unread is stuck: it is cut, and told again when it comes back. */
#define QUEUE_MAX	((size_t)256 << 20)
#define WATCHES_MAX	((size_t)1 << 20)

void
watchers_init(struct watchers *ls, struct proc *p)
{
	memset(ls, 0, sizeof(*ls));
	TAILQ_INIT(&ls->list);
	ls->proc = p;
	match_init(&ls->matcher, p);
}

static int
read_id(struct rdr *r, struct id *id)
{
	const uint8_t *b = rdr_bytes(r, ID_BYTES);

	if (b == NULL)
		return -1;
	memcpy(id->b, b, ID_BYTES);
	return 0;
}

static int
handle_watch(struct peer *p, struct rdr *r)
{
	struct watcher *l = peer_arg(p);
	struct id id;

	if (read_id(r, &id) == -1)
		return -1;
	if (l->nwatches == WATCHES_MAX) {
		log_error("worker %u watches for more than %zu events", l->nr, WATCHES_MAX);
		return -1;
	}
	l->nwatches++;
	match_watch(&l->all->matcher, l, &id);
	return 0;
}

static int
handle_unwatch(struct peer *p, struct rdr *r)
{
	struct watcher *l = peer_arg(p);
	struct id id;

	if (read_id(r, &id) == -1)
		return -1;
	if (l->nwatches > 0)
		l->nwatches--;
	match_unwatch(&l->all->matcher, l, &id);
	return 0;
}

static int
read_topic(struct watcher *l, struct rdr *r)
{
	unsigned topic = rdr_u8(r);

	if (topic < BOARD_TOPICS)
		return (int)topic;
	log_error("worker %u asks for topic %u, which there is not", l->nr, topic);
	return -1;
}

static int
handle_subscribe(struct peer *p, struct rdr *r)
{
	struct watcher *l = peer_arg(p);
	int topic = read_topic(l, r);

	if (topic == -1)
		return -1;
	l->subscribed[topic] = true;
	l->fed[topic] = false;
	l->all->subscribed(l->all->arg, (enum board_topic)topic);
	return 0;
}

static int
handle_unsubscribe(struct peer *p, struct rdr *r)
{
	struct watcher *l = peer_arg(p);
	int topic = read_topic(l, r);

	if (topic == -1)
		return -1;
	l->subscribed[topic] = l->fed[topic] = false;
	return 0;
}

static int
handle_synced(struct peer *p, struct rdr *r)
{
	struct watcher *l = peer_arg(p);
	struct watchers *ls = l->all;
	unsigned nr = l->nr % BOARD_WORKERS;

	(void)r;
	l->synced = true;
	if (ls->lossy[nr]) {
		ls->lossy[nr] = false;
		/* It died: nobody waits any more. It lives and waits: it must be told again. */
		if (!TAILQ_EMPTY(&l->watches))
			ls->lost(ls->arg, l->nr);
	}
	ls->changed(ls->arg);
	return 0;
}

static const struct peer_handler handlers[] = {
	{ IPC_WATCH, handle_watch },
	{ IPC_UNWATCH, handle_unwatch },
	{ IPC_SUBSCRIBE, handle_subscribe },
	{ IPC_UNSUBSCRIBE, handle_unsubscribe },
	{ IPC_SYNCED, handle_synced },
};

static void
sent(struct peer *p)
{
	struct watcher *l = peer_arg(p);

	l->all->changed(l->all->arg);
}

static void
closed(struct peer *p, const char *why)
{
	struct watcher *l = peer_arg(p);
	struct watchers *ls = l->all;

	log_info("the link to worker %u ended: %s", l->nr, why);
	ls->lossy[l->nr % BOARD_WORKERS] = true;
	match_forget(&ls->matcher, l);
	TAILQ_REMOVE(&ls->list, l, entry);
	free(l);
	peer_retire(p);
	ls->changed(ls->arg);
}

static const struct peer_ops ops = {
	.handlers = handlers,
	.nhandlers = sizeof(handlers) / sizeof(handlers[0]),
	.sent = sent,
	.closed = closed,
};

static struct watcher *
find(struct watchers *ls, unsigned nr)
{
	struct watcher *l;

	TAILQ_FOREACH(l, &ls->list, entry)
		if (l->nr == nr)
			return l;
	return NULL;
}

void
watchers_add(struct watchers *ls, unsigned nr, int fd)
{
	struct peer_self self = proc_self(ls->proc);
	struct watcher *l = find(ls, nr);

	if (l != NULL)
		peer_break(l->peer, "the master sent a new one");
	l = xcalloc(1, sizeof(*l));
	l->all = ls;
	l->nr = nr;
	TAILQ_INIT(&l->watches);
	TAILQ_INSERT_TAIL(&ls->list, l, entry);
	l->peer = peer_new(ls->proc->base, fd, &self, ROLE_WORKER, nr, &ops, QUEUE_MAX, l);
}

bool
watchers_synced(const struct watchers *ls)
{
	const struct watcher *l;

	if (!ls->peers_done)
		return false;
	TAILQ_FOREACH(l, &ls->list, entry)
		if (!l->synced)
			return false;
	return true;
}

bool
watchers_empty(const struct watchers *ls)
{
	return TAILQ_EMPTY(&ls->list);
}

bool
watchers_whole(const struct watchers *ls)
{
	for (unsigned i = 0; i < BOARD_WORKERS; i++)
		if (ls->lossy[i])
			return false;
	return true;
}

void
watchers_drain(struct watchers *ls)
{
	struct watcher *l, *next;

	for (l = TAILQ_FIRST(&ls->list); l != NULL; l = next) {
		next = TAILQ_NEXT(l, entry);
		peer_drain(l->peer);
	}
}

void
watchers_flush(struct watchers *ls)
{
	struct watcher *l, *next;

	for (l = TAILQ_FIRST(&ls->list); l != NULL; l = next) {
		next = TAILQ_NEXT(l, entry);
		if (peer_waiting(l->peer) > 0)
			peer_flush(l->peer);
	}
}

void
watchers_checkpoint(struct watchers *ls)
{
	struct watcher *l;

	TAILQ_FOREACH(l, &ls->list, entry)
		l->checkpoint = l->owed;
}

bool
watchers_checkpoint_passed(const struct watchers *ls)
{
	const struct watcher *l;

	if (!watchers_whole(ls))
		return false;
	TAILQ_FOREACH(l, &ls->list, entry)
		if (peer_sent(l->peer) < l->checkpoint)
			return false;
	return true;
}

void
watcher_send_event(struct watcher *l, const struct id *parent, const struct id *event,
    const struct match_record *r)
{
	struct buf *b;

	if (l->nwatches > 0)
		l->nwatches--;
	b = peer_begin(l->peer, IPC_EVENT, 2 * ID_BYTES + 20 + r->value_len);
	if (b == NULL)
		return;
	buf_put(b, parent->b, ID_BYTES);
	buf_put(b, event->b, ID_BYTES);
	buf_put_u32(b, (uint32_t)r->partition);
	buf_put_u64(b, (uint64_t)r->offset);
	buf_put_u64(b, (uint64_t)r->timestamp);
	buf_put(b, r->value, r->value_len);
	watcher_put(l);
}

void
watcher_put(struct watcher *l)
{
	/*
	 * A checkpoint taken within peer_end, which may send, is right without this frame: its record does not
	 * count as read yet. If the link broke, it is lossy.
	 */
	peer_end(l->peer);
	l->owed = peer_queued(l->peer);
}
