/*
 * ready.h: can a command be taken now? What /ready answers, from the
 * scoreboard alone (http.md's section "Whether it is well").
 */
#ifndef WORKER_READY_H
#define WORKER_READY_H

#include "daemon/proc.h"
#include "util/arena.h"

struct ready_check {
	const char	*name;		/* "producer", "tailer", "schemas", "index", "disk" */
	bool		 ok;
	bool		 decides;	/* false: informs, without changing the answer */
	const char	*detail;	/* a sentence */
};

#define READY_CHECKS 5

/*
 * Fill all checks; one that this configuration has no use for has the name NULL. Texts are in the arena or constant. True where
 * every check that decides is ok.
 */
bool	ready_checks(const struct proc *p, struct arena *a, struct ready_check out[READY_CHECKS]);

#endif
