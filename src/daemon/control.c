/*
 * control.c: packets between the master and a role. See control.h.
 */
#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "daemon/control.h"
#include "util/log.h"

int
control_pair(int fds[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds);
}

int
control_send(int sock, enum ipc_type type, const void *payload, size_t len, int fd)
{
	uint16_t head = (uint16_t)type;
	struct iovec iov[2] = { { &head, sizeof(head) }, { (void *)(uintptr_t)payload, len } };
	union {
		struct cmsghdr	hdr;
		char		room[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = len > 0 ? 2 : 1 };
	ssize_t n;

	if (fd != -1) {
		memset(&control, 0, sizeof(control));
		control.hdr.cmsg_len = CMSG_LEN(sizeof(int));
		control.hdr.cmsg_level = SOL_SOCKET;
		control.hdr.cmsg_type = SCM_RIGHTS;
		memcpy(CMSG_DATA(&control.hdr), &fd, sizeof(fd));
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(sizeof(int));
	}
	do
		n = sendmsg(sock, &msg, MSG_NOSIGNAL);
	while (n == -1 && errno == EINTR);
	return n == -1 ? -1 : 0;
}

static int
received_fd(struct msghdr *msg)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);
	int fd;

	if (c == NULL || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS ||
	    c->cmsg_len != CMSG_LEN(sizeof(int)))
		return -1;
	memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

int
control_recv(int sock, enum role_id sender, enum role_id receiver, struct control_msg *m)
{
	uint16_t head = 0;
	struct iovec iov[2] = { { &head, sizeof(head) }, { m->payload, sizeof(m->payload) } };
	_Alignas(struct cmsghdr) char room[CMSG_SPACE(sizeof(int))];
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2, .msg_control = room,
		.msg_controllen = sizeof(room) };
	const char *why;
	ssize_t n;

	do
		n = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		return errno == ECONNRESET ? 0 : -1;
	if (n == 0)
		return 0;
	m->fd = received_fd(&msg);
	m->type = (enum ipc_type)head;
	m->len = n < 2 ? 0 : (size_t)n - 2;
	why = n < 2 || (msg.msg_flags & MSG_TRUNC) ? "not a whole packet" :
	    ipc_check(ipc_row(head), sender, receiver, m->len);
	if (why == NULL)
		return 1;
	log_error("control message %u of %zu bytes from %s: %s", head, m->len, role_name(sender), why);
	if (m->fd != -1)
		close(m->fd);
	errno = EBADMSG;
	return -1;
}
