/*
 * generation.h: all the roles that serve one reading of the configuration:
 * started wave by wave, replaced as a whole by a reload, drained in the
 * reverse order.
 */
#ifndef MASTER_GENERATION_H
#define MASTER_GENERATION_H

#include "master/master.h"

/* The one master, for callbacks that only know a child. */
struct master	*generation_master(void);
void		 generation_init(struct master *m);
/* A new generation of this configuration (taken over), not started. The descriptors are its own then; -1 for none. */
struct generation *generation_new(struct master *m, unsigned nr, struct config *config, int secrets_fd, int files_fd);
/* Start its roles, first wave first; the end is told by master (first) or the log (reload). */
void		 generation_start(struct master *m, struct generation *g);
/* Stop its roles, last wave first; it goes away with the last of them. */
void		 generation_drain(struct master *m, struct generation *g);
/* Take one back that was made by an earlier image of this master. */
void		 generation_resume(struct master *m, struct generation *g);
/* What a child said. */
void		 generation_hear(struct child *c);
/* A child is dead (reaped, control closed). True: start it again. */
bool		 generation_child_died(struct master *m, struct child *c);
struct generation *generation_current(struct master *m);

#endif
