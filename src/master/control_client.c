/*
 * control_client.c: one client of the control socket. See control_client.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "master/control_client.h"
#include "master/control_request.h"
#include "master/control_socket.h"
#include "master/generation.h"
#include "util/buf.h"
#include "util/log.h"
#include "util/mem.h"

#define CLIENTS		8
#define DEADLINE_S	2
#define ANSWER_MAX	((size_t)4 << 20)
#define GROUPS		256	/* of a client, at most: those behind are not looked at */

struct client {
	struct control_asker	 asker;
	int			 fd;
	struct event		*event;		/* to read, then to write */
	struct event		*deadline;
	char			 line[CONTROL_LINE_MAX + 1];
	size_t			 len;
	struct buf		 answer;
};

static unsigned clients;

static void
end(struct client *c)
{
	event_free(c->event);
	event_free(c->deadline);
	/* what is left unread would take the answer with it */
	recv(c->fd, c->line, sizeof(c->line), 0);
	close(c->fd);
	buf_free(&c->answer);
	free(c);
	if (clients-- == CLIENTS)
		control_socket_resume(generation_master());
}

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	static struct log_limit limit;
	struct client *c = arg;

	(void)fd;
	(void)what;
	log_limited(&limit, LOG_NOTICE, "a client of the control socket (process %d) was too slow",
	    (int)c->asker.cred.pid);
	end(c);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct client *c = arg;
	ssize_t n = send(fd, c->answer.data, c->answer.len, MSG_NOSIGNAL);

	(void)what;
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		buf_drain(&c->answer, (size_t)n);
	if (n == -1 || c->answer.len == 0)
		end(c);
}

static void
answer(struct client *c)
{
	struct master *m = generation_master();

	control_request(m, c->line, &c->asker, &c->answer);
	event_free(c->event);
	c->event = event_new(m->base, c->fd, EV_WRITE | EV_PERSIST, on_writable, c);
	if (c->event == NULL || event_add(c->event, NULL) == -1)
		fatalx("no event for a client of the control socket");
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct client *c = arg;
	ssize_t n = recv(fd, c->line + c->len, CONTROL_LINE_MAX - c->len, 0);
	char *newline;

	(void)what;
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		end(c);
		return;
	}
	c->len += (size_t)n;
	newline = memchr(c->line, '\n', c->len);
	if (newline != NULL)
		*newline = '\0';
	else if (c->len == CONTROL_LINE_MAX)
		c->line[0] = '\0';	/* no request is so long */
	else
		return;
	answer(c);
}

static void
on_rested(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	if (clients < CLIENTS)
		control_socket_resume(arg);
}

static bool
in_group(int fd, const struct ucred *cred, gid_t gid)
{
	gid_t groups[GROUPS];
	socklen_t len = sizeof(groups);

	if (cred->gid == gid)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) == -1)
		return false;
	for (size_t i = 0; i < len / sizeof(groups[0]); i++)
		if (groups[i] == gid)
			return true;
	return false;
}

static bool
identify(int fd, const struct control_door *door, struct control_asker *out)
{
	socklen_t len = sizeof(out->cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &out->cred, &len) == -1)
		return false;
	out->may = out->cred.uid == 0 || out->cred.uid == door->uid ||
	    (door->has_group && in_group(fd, &out->cred, door->gid));
	return true;
}

/* Out of descriptors: it is no use to be told of the same client again and again. */
static void
rest_a_while(struct master *m)
{
	static const struct timeval tv = { 1, 0 };

	control_socket_rest(m);
	event_base_once(m->base, -1, EV_TIMEOUT, on_rested, m, &tv);
}

void
control_client_accept(struct master *m, int listener, const struct control_door *door)
{
	struct timeval tv = { DEADLINE_S, 0 };
	struct client *c;
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd == -1) {
		if (errno == EMFILE || errno == ENFILE)
			rest_a_while(m);
		return;
	}
	c = xcalloc(1, sizeof(*c));
	c->fd = fd;
	buf_init(&c->answer, ANSWER_MAX);
	c->event = event_new(m->base, fd, EV_READ | EV_PERSIST, on_readable, c);
	c->deadline = event_new(m->base, -1, 0, on_deadline, c);
	if (c->event == NULL || c->deadline == NULL || event_add(c->event, NULL) == -1 ||
	    event_add(c->deadline, &tv) == -1)
		fatalx("no events for a client of the control socket");
	if (++clients == CLIENTS)
		control_socket_rest(m);
	if (!identify(fd, door, &c->asker))
		end(c);
}
