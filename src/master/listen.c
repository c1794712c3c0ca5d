/*
 * listen.c: the sockets that clients connect to. See listen.h.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/config_listen.h"
#include "daemon/proc.h"
#include "master/listen.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/mem.h"

#define ANY_IPV4	"0.0.0.0:"
#define BACKLOG		1024
#define RETRY_MS	5000
#define RETRY_EVERY_US	100000

/* One of the configuration's lists of addresses. */
struct list {
	const char			*key;
	const struct config_list	*items;
	enum listener_use		 use;
};

void
listen_text(const struct sockaddr_storage *ss, char *out, size_t size)
{
	const struct sockaddr_in *in = (const void *)ss;
	const struct sockaddr_in6 *in6 = (const void *)ss;
	const struct sockaddr_un *un = (const void *)ss;
	char host[INET6_ADDRSTRLEN];

	switch (ss->ss_family) {
	case AF_INET:
		inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
		snprintf(out, size, "%s:%u", host, ntohs(in->sin_port));
		break;
	case AF_INET6:
		inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
		snprintf(out, size, "[%s]:%u", host, ntohs(in6->sin6_port));
		break;
	default:
		/* One that is not in the file system begins with a zero byte. */
		snprintf(out, size, "unix:%s%s", un->sun_path[0] == '\0' ? "@" : "",
		    un->sun_path + (un->sun_path[0] == '\0'));
	}
}

/* A socket file that nobody listens at is a former process's: take it away. */
static void
clear_stale(const struct sockaddr_storage *ss, socklen_t len)
{
	const struct sockaddr_un *un = (const void *)ss;
	struct stat st;
	int fd;

	if (ss->ss_family != AF_UNIX || lstat(un->sun_path, &st) == -1 || !S_ISSOCK(st.st_mode))
		return;
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1)
		return;
	if (connect(fd, (const struct sockaddr *)ss, len) == -1 && errno == ECONNREFUSED)
		unlink(un->sun_path);
	close(fd);
}

static int
bind_once(const struct sockaddr_storage *ss, socklen_t len)
{
	int on = 1, saved;
	int fd = socket(ss->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd == -1)
		return -1;
	if (ss->ss_family != AF_UNIX)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (ss->ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	clear_stale(ss, len);
	if (bind(fd, (const struct sockaddr *)ss, len) == 0 && listen(fd, BACKLOG) == 0) {
		if (ss->ss_family == AF_UNIX)
			chmod(((const struct sockaddr_un *)ss)->sun_path, 0666);
		return fd;
	}
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

static int
bind_patiently(const struct sockaddr_storage *ss, socklen_t len)
{
	int64_t until = clock_ms() + RETRY_MS;
	int fd;

	while ((fd = bind_once(ss, len)) == -1 && errno == EADDRINUSE && clock_ms() < until)
		usleep(RETRY_EVERY_US);
	return fd;
}

struct listener *
listen_find(struct master *m, const char *text)
{
	struct listener *l;

	TAILQ_FOREACH(l, &m->listeners, entry)
		if (strcmp(l->text, text) == 0)
			return l;
	return NULL;
}

/* The one that takes this address: its own, or one of every IPv6 address that takes IPv4 too. */
static struct listener *
find_taker(struct master *m, const char *text)
{
	struct listener *l = listen_find(m, text);
	char six[LISTEN_TEXT];

	if (l != NULL || strncmp(text, ANY_IPV4, strlen(ANY_IPV4)) != 0)
		return l;
	snprintf(six, sizeof(six), "[::]:%s", text + strlen(ANY_IPV4));
	l = listen_find(m, six);
	return l != NULL && l->dual ? l : NULL;
}

void
listen_adopt(struct master *m, const char *text, int fd, unsigned generation, enum listener_use use)
{
	struct listener *l = listen_find(m, text);

	if (l == NULL) {
		l = xcalloc(1, sizeof(*l));
		l->text = xstrdup(text);
		l->fd = fd;
		TAILQ_INSERT_TAIL(&m->listeners, l, entry);
	}
	l->use[generation & 1] = use;
}

void
listen_passed(struct master *m, const char *text, bool dual)
{
	struct listener *l = listen_find(m, text);

	if (l != NULL) {
		l->passed = true;
		l->dual = dual;
	}
}

/* A socket that is there already serves this generation too. -1 where it has two purposes. */
static int
reuse(struct listener *l, const char *text, unsigned generation, const struct list *list, enum listener_use wanted,
    char *why, size_t size)
{
	enum listener_use *use = &l->use[generation & 1];

	if (l->dual && *use != LISTENER_NONE && *use != wanted) {
		snprintf(why, size, "%s: %s: the passed socket %s takes IPv4 as well, for another entry: "
		    "BindIPv6Only=ipv6-only in its unit makes it two", list->key, text, l->text);
		return -1;
	}
	*use = wanted;
	return 0;
}

static int
bind_address(struct master *m, const struct sockaddr_storage *ss, socklen_t len, unsigned generation,
    const struct list *list, bool tls, char *why, size_t size)
{
	const enum listener_use use = tls ? list->use | LISTENER_TLS : list->use;
	char text[LISTEN_TEXT];
	struct listener *l;
	int fd;

	listen_text(ss, text, sizeof(text));
	if ((l = find_taker(m, text)) != NULL)
		return reuse(l, text, generation, list, use, why, size);
	if ((fd = bind_patiently(ss, len)) == -1) {
		/* A host without IPv6 still serves a bare port over IPv4. */
		if (errno == EAFNOSUPPORT && ss->ss_family == AF_INET6) {
			log_notice("not listening on %s: this host has no IPv6", text);
			return 0;
		}
		snprintf(why, size, "%s: cannot listen on %s: %s%s", list->key, text, strerror(errno),
		    errno == EADDRINUSE ? " (another program has it: see ss -ltnp)" : "");
		return -1;
	}
	log_info("listening on %s%s", text, tls ? " (TLS)" : "");
	listen_adopt(m, text, fd, generation, use);
	return 0;
}

static int
bind_list(struct master *m, const struct list *list, unsigned generation, char *why, size_t size)
{
	struct config_listen parsed;
	const char *wrong;

	for (size_t i = 0; i < list->items->count; i++) {
		wrong = config_listen_parse(list->items->item[i], &parsed);
		if (wrong != NULL) {
			snprintf(why, size, "%s: %s: %s", list->key, list->items->item[i], wrong);
			return -1;
		}
		for (int j = 0; j < parsed.count; j++)
			if (bind_address(m, &parsed.addr[j], parsed.len[j], generation, list, parsed.tls,
			    why, size) == -1)
				return -1;
	}
	return 0;
}

int
listen_bind(struct master *m, const struct config *c, unsigned generation, char *why, size_t size)
{
	const struct list lists[] = {
		{ "http.listen", &c->http.listen, LISTENER_CLIENTS },
		{ "http.admin", &c->http.admin, LISTENER_ADMIN },
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (bind_list(m, &lists[i], generation, why, size) == -1)
			return -1;
	return 0;
}

void
listen_close(struct master *m, struct listener *l)
{
	TAILQ_REMOVE(&m->listeners, l, entry);
	if (!l->passed && strncmp(l->text, "unix:", 5) == 0)
		unlink(l->text + 5);
	close(l->fd);
	free(l->text);
	free(l);
}

void
listen_close_unused(struct master *m, unsigned generation)
{
	struct listener *l, *next;

	for (l = TAILQ_FIRST(&m->listeners); l != NULL; l = next) {
		next = TAILQ_NEXT(l, entry);
		l->use[(generation & 1) ^ 1] = LISTENER_NONE;
		if (l->use[generation & 1] == LISTENER_NONE) {
			log_info("no longer listening on %s", l->text);
			listen_close(m, l);
		}
	}
}

void
listen_withdraw(struct master *m, unsigned generation)
{
	listen_close_unused(m, generation + 1);
}

void
listen_close_all(struct master *m)
{
	struct listener *l;

	while ((l = TAILQ_FIRST(&m->listeners)) != NULL)
		listen_close(m, l);
}
