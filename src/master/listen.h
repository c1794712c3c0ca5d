/*
 * listen.h: the sockets that clients connect to. The master binds and holds
 * them, so that neither a worker's death nor a reload loses a connection that
 * waits in one.
 */
#ifndef MASTER_LISTEN_H
#define MASTER_LISTEN_H

#include <sys/socket.h>
#include <sys/un.h>

#include "master/master.h"

#define LISTEN_TEXT	(sizeof(struct sockaddr_un) + 8)	/* bytes that any address as text fits in */

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
/* This one; its socket file is removed where it is ours. */
void	listen_close(struct master *m, struct listener *l);
/* One that an earlier image of this master bound, or that was passed. */
void	listen_adopt(struct master *m, const char *text, int fd, unsigned generation,
	    enum listener_use use);
/* The adopted one of this address is someone else's, such as systemd's; dual: one of IPv6 that takes IPv4 too. */
void	listen_passed(struct master *m, const char *text, bool dual);
/* "127.0.0.1:3000", "[::]:3000", "unix:/run/cmdr/http.sock": an address of one of these three families. */
void	listen_text(const struct sockaddr_storage *ss, char *out, size_t size);
/* NULL: there is none of this address. */
struct listener *listen_find(struct master *m, const char *text);

#endif
