/*
 * control_socket.c: the socket that cmdrctl speaks to the master over. See
 * control_socket.h.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "master/control_client.h"
#include "master/control_socket.h"
#include "master/detach.h"
#include "master/generation.h"
#include "util/log.h"
#include "util/mem.h"

#define BACKLOG		16

static void
on_client(evutil_socket_t fd, short what, void *arg)
{
	struct master *m = generation_master();

	(void)what;
	control_client_accept(m, fd, arg);
}

static int
say(char *why, size_t size, const char *path, const char *what)
{
	snprintf(why, size, "control.socket: %s: %s", path, what);
	return -1;
}

/* Who listens at a socket that answered. */
static int
owner_of(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 ? (int)peer.pid : 0;
}

/* A former process's file is taken away. 0, or -1 with why where the path is someone's. */
static int
clear_path(const struct sockaddr_un *un, char *why, size_t size)
{
	struct stat st;
	char text[96];
	int fd, result = 0;

	if (lstat(un->sun_path, &st) == -1)
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return say(why, size, un->sun_path, "there is a file of this name that is no socket");
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) == -1)
		return say(why, size, un->sun_path, strerror(errno));
	if (connect(fd, (const struct sockaddr *)un, sizeof(*un)) == 0 || errno == EAGAIN) {
		snprintf(text, sizeof(text), "process %d answers there: another cmdrd runs; name another path",
		    owner_of(fd));
		result = say(why, size, un->sun_path, text);
	} else if (errno == ECONNREFUSED) {
		unlink(un->sun_path);
	}
	close(fd);
	return result;
}

/* A listening socket at path, which nobody else may connect to yet. -1 with why. */
static int
make(const char *path, char *why, size_t size)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	mode_t mask;
	int fd, failed;

	if (strlen(path) >= sizeof(un.sun_path))
		return say(why, size, path, "the path is too long for a socket");
	memcpy(un.sun_path, path, strlen(path));
	detach_make_directory_of(path);
	if (clear_path(&un, why, size) == -1)
		return -1;
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) == -1)
		return say(why, size, path, strerror(errno));
	mask = umask(0177);
	failed = bind(fd, (const struct sockaddr *)&un, sizeof(un)) == -1 || listen(fd, BACKLOG) == -1;
	umask(mask);
	if (failed) {
		say(why, size, path, strerror(errno));
		close(fd);
		return -1;
	}
	return fd;
}

/* Give the file to the accounts of the configuration. 0, or -1 with why. */
static int
own(struct control_door *door, const struct config *c, char *why, size_t size)
{
	struct passwd *pw;
	struct group *gr;

	door->uid = geteuid();
	door->has_group = false;
	if (geteuid() == 0 && c->user[0] != '\0') {
		if ((pw = getpwnam(c->user)) == NULL)
			return say(why, size, door->path, "the user of the configuration does not exist");
		if ((gr = getgrnam(c->group)) == NULL)
			return say(why, size, door->path, "the group of the configuration does not exist");
		door->uid = pw->pw_uid;
		door->gid = gr->gr_gid;
		door->has_group = true;
	}
	if (chown(door->path, (uid_t)-1, door->has_group ? door->gid : (gid_t)-1) == -1 ||
	    chmod(door->path, 0660) == -1)
		return say(why, size, door->path, strerror(errno));
	return 0;
}

static void
listen_at(struct master *m, struct control_door *door)
{
	door->event = event_new(m->base, door->fd, EV_READ | EV_PERSIST, on_client, door);
	if (door->event == NULL || event_add(door->event, NULL) == -1)
		fatalx("no event for the control socket");
}

static void
close_door(struct control_door *door)
{
	if (door->path == NULL)
		return;
	if (door->event != NULL)
		event_free(door->event);
	unlink(door->path);
	close(door->fd);
	free(door->path);
	memset(door, 0, sizeof(*door));
	door->fd = -1;
}

int
control_socket_open(struct master *m, const struct config *c, char *why, size_t size)
{
	const char *path = c->control.socket;
	struct control_door *door = &m->control[1];

	if (*path == '\0' || (m->control[0].path != NULL && strcmp(m->control[0].path, path) == 0))
		return 0;
	if ((door->fd = make(path, why, size)) == -1)
		return -1;
	door->path = xstrdup(path);
	if (own(door, c, why, size) == -1) {
		close_door(door);
		return -1;
	}
	listen_at(m, door);
	log_info("the control socket is %s", path);
	return 0;
}

void
control_socket_settle(struct master *m, const struct config *c)
{
	struct control_door *serves = &m->control[0], *next = &m->control[1];

	if (next->path != NULL || c->control.socket[0] == '\0')
		close_door(serves);
	if (next->path == NULL) {
		control_socket_own(m, c);
		return;
	}
	*serves = *next;
	memset(next, 0, sizeof(*next));
	next->fd = -1;
	/* its event was made with the address it has left */
	event_free(serves->event);
	listen_at(m, serves);
}

void
control_socket_withdraw(struct master *m)
{
	close_door(&m->control[1]);
}

void
control_socket_adopt(struct master *m, int fd, const char *path)
{
	struct control_door *door = &m->control[0];

	door->fd = fd;
	door->path = xstrdup(path);
	listen_at(m, door);
}

void
control_socket_own(struct master *m, const struct config *c)
{
	char why[256];

	if (m->control[0].path != NULL && own(&m->control[0], c, why, sizeof(why)) == -1)
		log_error("%s", why);
}

void
control_socket_close_all(struct master *m)
{
	close_door(&m->control[0]);
	close_door(&m->control[1]);
}

void
control_socket_rest(struct master *m)
{
	for (int i = 0; i < 2; i++)
		if (m->control[i].event != NULL)
			event_del(m->control[i].event);
}

void
control_socket_resume(struct master *m)
{
	for (int i = 0; i < 2; i++)
		if (m->control[i].event != NULL)
			event_add(m->control[i].event, NULL);
}
