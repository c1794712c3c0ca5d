/*
 * control_socket.h: the socket in the file system that cmdrctl speaks to the
 * master over (control.socket): made, handed on at a reload, taken away. What
 * a client may say is control_request.h's concern.
 */
#ifndef MASTER_CONTROL_SOCKET_H
#define MASTER_CONTROL_SOCKET_H

#include "master/master.h"

/*
 * For a generation that is about to start: make the socket that its configuration names, unless that is the one that
 * serves already. A file that nobody listens at is replaced. 0, or -1 with why filled, a sentence.
 */
int	control_socket_open(struct master *m, const struct config *c, char *why, size_t size);
/* The generation runs: its socket is the one, and its accounts are those that may use it. */
void	control_socket_settle(struct master *m, const struct config *c);
/* The generation was given up: take its socket away. */
void	control_socket_withdraw(struct master *m);
/* The one that an earlier image of this master made. */
void	control_socket_adopt(struct master *m, int fd, const char *path);
/* Let these accounts use the one that serves; logs what hinders it. */
void	control_socket_own(struct master *m, const struct config *c);
void	control_socket_close_all(struct master *m);

/* Accept no client for a while, and again: control_client.h has a bound. */
void	control_socket_rest(struct master *m);
void	control_socket_resume(struct master *m);

#endif
