/*
 * accept.h: the listening sockets of a worker: turned on and off by their kind
 * (http.listen, http.admin).
 */
#ifndef WORKER_ACCEPT_H
#define WORKER_ACCEPT_H

#include <stdbool.h>

#include <event2/http.h>

#include "daemon/proc.h"
#include "worker/guard.h"
#include "worker/wheel.h"

struct accept {
	struct evhttp_bound_socket	*sockets[PROC_LISTENERS];
	struct guard_door		*doors[PROC_LISTENERS];
	unsigned			 n;
	struct wheel			*wheel;
	struct wheel_timer		 rest;	/* out of descriptors: set while resting */
	bool				 full[GUARD_SIDES];	/* as many connections as allowed */
};

/* Take over the listening sockets of p and accept connections for g. One to a process. */
void	accept_start(struct accept *a, struct proc *p, struct wheel *wheel, struct guard *g);
/* No more connections until full is false again: they wait in the kernel's backlog. */
void	accept_full(struct accept *a, enum guard_side side, bool full);
/* Close the listening sockets. */
void	accept_close(struct accept *a);

#endif
