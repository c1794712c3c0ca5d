/*
 * activation.c: listening sockets that were passed to us. See activation.h.
 */
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "master/activation.h"
#include "master/listen.h"
#include "util/log.h"
#include "util/mem.h"

/* As many as http.listen and http.admin can name. */
#define PASSED_MAX	64

static struct {
	int	 fd[PASSED_MAX];	/* -1: none was open at this number */
	int	 count;
	int	 more;			/* that were closed unseen */
	char	*names;			/* LISTEN_FDNAMES; NULL */
	char	*other;			/* LISTEN_PID where it is another process; NULL */
} passed;

/* A number without sign or rest; -1 if it is none. */
static long
number(const char *text)
{
	size_t len = text == NULL ? 0 : strlen(text);

	if (len == 0 || len > 9 || strspn(text, "0123456789") != len)
		return -1;
	return strtol(text, NULL, 10);
}

static void
take(int first, int count)
{
	passed.count = count < PASSED_MAX ? count : PASSED_MAX;
	passed.more = count - passed.count;
	for (int i = 0; i < passed.count; i++)
		passed.fd[i] = fcntl(first + i, F_SETFD, FD_CLOEXEC) == -1 ? -1 : first + i;
	if (passed.more > 0)
		close_range((unsigned)(first + PASSED_MAX), (unsigned)(first + count - 1), 0);
}

void
activation_take(int first)
{
	const char *pid = getenv("LISTEN_PID"), *names = getenv("LISTEN_FDNAMES");
	long count = number(getenv("LISTEN_FDS"));

	memset(&passed, 0, sizeof(passed));
	if (pid != NULL && number(pid) != (long)getpid())
		passed.other = xstrdup(pid);
	if (pid != NULL && passed.other == NULL && count > 0) {
		passed.names = names == NULL ? NULL : xstrdup(names);
		take(first, (int)count);
	}
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
}

/* The name that the service manager has for the socket, or its place among them. */
static const char *
name_of(int nr, char *out, size_t size)
{
	const char *s = passed.names;

	for (int i = 0; s != NULL && i < nr; i++)
		if ((s = strchr(s, ':')) != NULL)
			s++;
	if (s == NULL || strcspn(s, ":") == 0)
		snprintf(out, size, "%d", nr + 1);
	else
		snprintf(out, size, "%d (%.*s)", nr + 1, (int)strcspn(s, ":"), s);
	return out;
}

static int
option(int fd, int level, int name)
{
	int value = 0;
	socklen_t len = sizeof(value);

	return getsockopt(fd, level, name, &value, &len) == -1 ? -1 : value;
}

/* Its address; or why nobody can be served at it. */
static const char *
look_at(int fd, struct sockaddr_storage *ss)
{
	socklen_t len = sizeof(*ss);

	memset(ss, 0, sizeof(*ss));
	if (fd == -1)
		return "is not open";
	if (option(fd, SOL_SOCKET, SO_TYPE) != SOCK_STREAM)
		return "is no stream socket";
	if (option(fd, SOL_SOCKET, SO_ACCEPTCONN) != 1)
		return "does not listen (Accept=yes in its unit?)";
	if (getsockname(fd, (struct sockaddr *)ss, &len) == -1)
		return strerror(errno);
	if (ss->ss_family != AF_INET && ss->ss_family != AF_INET6 && ss->ss_family != AF_UNIX)
		return "is of a family that HTTP is not spoken over here";
	return NULL;
}

/* Does this one, at an address of IPv6, take connections of IPv4 besides? */
static bool
takes_both(int fd, const struct sockaddr_storage *ss)
{
	const struct sockaddr_in6 *in6 = (const void *)ss;

	return ss->ss_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr) &&
	    option(fd, IPPROTO_IPV6, IPV6_V6ONLY) == 0;
}

static void
offer(struct master *m, int nr)
{
	int fd = passed.fd[nr], flags;
	struct sockaddr_storage ss;
	char name[96], text[LISTEN_TEXT];
	const char *wrong = look_at(fd, &ss);

	name_of(nr, name, sizeof(name));
	if (wrong == NULL)
		listen_text(&ss, text, sizeof(text));
	if (wrong == NULL && listen_find(m, text) != NULL)
		wrong = "has the address of one before it";
	if (wrong == NULL && ((flags = fcntl(fd, F_GETFL)) == -1 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1))
		wrong = strerror(errno);
	if (wrong != NULL) {
		log_warn("passed socket %s %s: it is closed", name, wrong);
		if (fd != -1)
			close(fd);
		return;
	}
	listen_adopt(m, text, fd, 0, LISTENER_NONE);
	listen_passed(m, text, takes_both(fd, &ss));
	log_info("passed socket %s is %s%s", name, text, takes_both(fd, &ss) ? ", for IPv4 as well" : "");
}

void
activation_offer(struct master *m)
{
	if (passed.other != NULL)
		log_info("LISTEN_PID is %.20s, not this process: its sockets are not for us", passed.other);
	if (passed.more > 0)
		log_warn("%d sockets too many were passed: they are closed", passed.more);
	for (int i = 0; i < passed.count; i++)
		offer(m, i);
	free(passed.names);
	free(passed.other);
	memset(&passed, 0, sizeof(passed));
}

void
activation_close_unnamed(struct master *m, unsigned generation)
{
	struct listener *l, *next;

	for (l = TAILQ_FIRST(&m->listeners); l != NULL; l = next) {
		next = TAILQ_NEXT(l, entry);
		if (!l->passed || l->use[generation & 1] != LISTENER_NONE)
			continue;
		log_warn("passed socket %s is named by neither http.listen nor http.admin: it is closed", l->text);
		listen_close(m, l);
	}
}
