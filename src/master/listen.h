/*
 * listen.h: the sockets that clients connect to. The master binds and holds
 * them, so that neither a worker's death nor a reload loses a connection that
 * waits in one.
 */
#ifndef MASTER_LISTEN_H
#define MASTER_LISTEN_H

#include "master/master.h"

/*
 * Bind what http.listen and http.admin name and is not bound yet, for a generation. A port in use is tried again for 5 s (a
 * former master's children are still closing it). 0, or -1 with why filled.
 */
int	listen_bind(struct master *m, const struct config *c, unsigned generation, char *why, size_t size);
/* Close those that this generation does not serve. */
void	listen_close_unused(struct master *m, unsigned generation);
/* A generation was given up: close what only it would have served. */
void	listen_withdraw(struct master *m, unsigned generation);
void	listen_close_all(struct master *m);
/* One that an earlier image of this master bound. */
void	listen_adopt(struct master *m, const char *text, int fd, unsigned generation,
	    enum listener_use use);

#endif
