/*
 * control.h: the socket between the master and each role: packets of one
 * message each, some with a descriptor. SOCK_SEQPACKET, so a message is whole
 * or not there.
 */
#ifndef DAEMON_CONTROL_H
#define DAEMON_CONTROL_H

#include <stddef.h>
#include <stdint.h>

#include "daemon/ipc.h"

#define CONTROL_MAX 2048	/* bytes of a packet */

struct control_msg {
	enum ipc_type	 type;
	uint8_t		 payload[CONTROL_MAX];
	size_t		 len;
	int		 fd;	/* -1: none; the receiver owns it */
};

/* A connected pair; both ends close-on-exec. 0, or -1 with errno. */
int	control_pair(int fds[2]);
/* fd -1: none; a given fd stays the caller's. 0, or -1 with errno (EPIPE: the other is gone; EAGAIN: it does not read). */
int	control_send(int sock, enum ipc_type type, const void *payload, size_t len, int fd);
/*
 * One message, checked against ipc.def. 1; 0 when the other end is closed; -1 with errno (EAGAIN: nothing
 * there; EBADMSG: not of ipc.def, already logged).
 */
int	control_recv(int sock, enum role_id sender, enum role_id receiver, struct control_msg *m);

#endif
