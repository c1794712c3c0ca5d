/*
 * state.h: what one image of the master tells the next across its re-execution:
 * children, listening sockets, scoreboard, generations. Descriptors stay open;
 * a memfd holds their numbers as lines of text.
 */
#ifndef MASTER_STATE_H
#define MASTER_STATE_H

#include "master/master.h"

/* Lay everything down and put its descriptor into the environment. 0, or -1 with errno. */
int	state_save(struct master *m);
/* The execution failed: descriptors are close-on-exec again. */
void	state_discard(struct master *m);
/* Were we re-executed? */
bool	state_present(void);
/* Take everything up. 0, or -1 where it cannot be understood (logged). */
int	state_restore(struct master *m);

#endif
