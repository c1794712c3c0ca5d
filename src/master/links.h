/*
 * links.h: the socketpairs that tie roles together, as src/roles.c says who
 * links to whom. No link has a name anywhere, so nobody else can open one.
 */
#ifndef MASTER_LINKS_H
#define MASTER_LINKS_H

#include "master/master.h"

/* Links between a process just started and all its peers of the same generation, then PEERS_DONE. */
void	links_make(struct master *m, struct child *c);
/* A new link in the place of one that broke though both sides live. */
void	links_renew(struct master *m, struct child *c, enum role_id role, unsigned nr);

#endif
