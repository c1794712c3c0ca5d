/*
 * indexer.c: the indexer role. See indexer.h.
 */
#include "indexer/indexer.h"

static void
on_peer(struct proc *p, enum role_id role, unsigned nr, int fd)
{
	(void)p;
	(void)role;
	(void)nr;
	(void)fd;
}

static void
on_stop(struct proc *p, bool master_gone)
{
	(void)master_gone;
	event_base_loopbreak(p->base);
}

static const struct proc_ops ops = { .peer = on_peer, .stop = on_stop };

int
indexer_run(struct proc *p)
{
	proc_ready(p, &ops, NULL);
	event_base_dispatch(p->base);
	return 0;
}
