/*
 * children.h: starting a role's process, hearing it, reaping and restarting it.
 */
#ifndef MASTER_CHILDREN_H
#define MASTER_CHILDREN_H

#include "master/master.h"

/* A new child of a generation, and its process. */
void		 child_new(struct master *m, struct generation *g, const struct role *role, unsigned nr);
/* Begin to hear a child that an earlier image of this master started. */
void		 child_adopt(struct master *m, struct child *c);
/* It has no process: start it again after a pause, which doubles while it dies early. */
void		 child_rest(struct master *m, struct child *c);
/* Ask it to stop (once). */
void		 child_stop(struct child *c);
/* Reap all that died; generation.h is told of each. */
void		 children_reap(struct master *m);
void		 child_free(struct master *m, struct child *c);
/* "worker 2" */
const char	*child_name(const struct child *c, char *out, size_t size);
/* Send everyone (or only where the role may receive it) a message without payload but a descriptor. */
void		 children_send_log(struct master *m);
void		 children_send_bootstrap(struct master *m);
void		 children_kill_all(struct master *m);
struct child	*children_find(struct master *m, const struct generation *g, enum role_id role, unsigned nr);

#endif
