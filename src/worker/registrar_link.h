/*
 * registrar_link.h: a worker's link to the registrar: changes of schemas out,
 * what became of them in.
 */
#ifndef WORKER_REGISTRAR_LINK_H
#define WORKER_REGISTRAR_LINK_H

#include <sys/queue.h>

#include "command/registry.h"
#include "daemon/ipc.h"
#include "daemon/peer.h"
#include "daemon/proc.h"
#include "worker/wheel.h"

/* A change under way; the asker's memory. */
struct registering {
	TAILQ_ENTRY(registering)	 entry;
	struct registrar_link		*link;	/* NULL: not under way */
	uint64_t			 seq;
	struct wheel_timer		 bound;
	/* Called once, unless cancelled. */
	void				(*done)(struct registering *r, enum ipc_registered what, uint32_t version,
					    const char *text);
	void				*arg;
};

TAILQ_HEAD(registering_list, registering);

struct registrar_link {
	struct proc		*proc;
	struct wheel		*wheel;
	struct peer		*peer;		/* NULL: no link now */
	struct registering_list	 all;
	uint64_t		 seq;
	struct wheel_timer	 ask;
};

void	registrar_link_init(struct registrar_link *l, struct proc *p, struct wheel *wheel);
/* A link from the master (proc_ops.peer). */
void	registrar_link_peer(struct registrar_link *l, unsigned nr, int fd);
/* done and arg are set. It may be called at once. */
void	registering_start(struct registrar_link *l, struct registering *r, const struct registry_record *rec);
/* The client hung up; the change goes on. */
void	registering_cancel(struct registering *r);

#endif
