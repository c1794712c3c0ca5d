/*
 * engine.c: the links of a worker: taken from the master, replaced, asked for
 * again, buried. What goes over them is submit.c's concern.
 */
#include <string.h>

#include "util/log.h"
#include "util/mem.h"
#include "worker/engine.h"

/* The master makes the links of a role that died when it starts it again; ask only where none comes. */
#define ASK_AFTER_MS	1000
#define LOOK_EVERY_MS	250

static void
ask_for_links(struct wheel_timer *t)
{
	struct engine *e = WHEEL_OWNER(t, struct engine, ask);

	if (e->producer == NULL)
		proc_peer_lost(e->proc, ROLE_PRODUCER, 0);
	if (e->tailer == NULL)
		proc_peer_lost(e->proc, ROLE_TAILER, 0);
	if (e->producer == NULL || e->tailer == NULL)
		wheel_set(e->wheel, &e->ask, ASK_AFTER_MS);
}

static void
look_into_index(struct wheel_timer *t)
{
	struct engine *e = WHEEL_OWNER(t, struct engine, look);

	if (submissions_look(e))
		wheel_set(e->wheel, &e->look, LOOK_EVERY_MS);
}

void
engine_look(struct engine *e)
{
	if (e->look.slot == NULL)
		wheel_set(e->wheel, &e->look, LOOK_EVERY_MS);
}

void
engine_lost(struct engine *e, struct peer *p)
{
	if (e->producer == p)
		e->producer = NULL;
	if (e->tailer == p)
		e->tailer = NULL;
	if (e->tailer == NULL)
		engine_look(e);
	if (!e->proc->stopping)
		wheel_set(e->wheel, &e->ask, ASK_AFTER_MS);
	peer_retire(p);
}

struct engine *
engine_new(struct proc *p, struct wheel *wheel)
{
	struct engine *e = xcalloc(1, sizeof(*e));

	e->proc = p;
	e->wheel = wheel;
	pending_init(&e->pending);
	TAILQ_INIT(&e->held);
	buf_init(&e->scratch, IPC_MAX_PAYLOAD);
	e->ask.fire = ask_for_links;
	e->look.fire = look_into_index;
	return e;
}

void
engine_peer(struct engine *e, enum role_id role, unsigned nr, int fd)
{
	struct peer **link = role == ROLE_PRODUCER ? &e->producer : &e->tailer, *former;

	/* What the former one sent before it died still counts: read it to its end first. */
	if (*link != NULL)
		peer_drain(*link);
	if ((former = *link) != NULL) {
		*link = NULL;
		peer_break(former, "the master sent a new one");
	}
	*link = role == ROLE_PRODUCER ? producer_link_new(e, nr, fd) : tailer_link_new(e, nr, fd);
}

bool
engine_linked(const struct engine *e)
{
	return e->producer != NULL && peer_is_up(e->producer) && e->tailer != NULL &&
	    peer_is_up(e->tailer);
}

void
engine_check_linked(struct engine *e)
{
	if (e->linked == NULL || !engine_linked(e))
		return;
	e->linked(e->linked_arg);
	e->linked = NULL;
}

void
engine_on_linked(struct engine *e, void (*linked)(void *), void *arg)
{
	e->linked = linked;
	e->linked_arg = arg;
	engine_check_linked(e);
}

void
engine_feeds(struct engine *e, struct streams *ss)
{
	e->streams = ss;
}

void
engine_find(struct engine *e, submit_find_fn *find, void *arg)
{
	e->find = find;
	e->find_arg = arg;
}

size_t
engine_in_flight(const struct engine *e)
{
	return e->pending.count;
}
