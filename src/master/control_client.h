/*
 * control_client.h: one client of the control socket: a line in, an answer
 * out, the end; all of it within two seconds, and never waited for.
 */
#ifndef MASTER_CONTROL_CLIENT_H
#define MASTER_CONTROL_CLIENT_H

#include <sys/socket.h>

#include "master/master.h"
#include "util/jsonw.h"

#define CONTROL_LINE_MAX	256	/* bytes of a request with its newline */

/* Who asks, for handlers and the log. */
struct control_asker {
	struct ucred	 cred;
	bool		 may;		/* root, or an account that the configuration names */
};

/* Take the client that waits at fd, door's. */
void	control_client_accept(struct master *m, int fd, const struct control_door *door);

#endif
