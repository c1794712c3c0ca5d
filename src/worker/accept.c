/*
 * accept.c: the listening sockets of a worker. See accept.h.
 */
#include <sys/socket.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>

#include <event2/listener.h>

#include "util/log.h"
#include "worker/accept.h"

#define REST_MS	100

/* libevent's callback gets evhttp's argument, not ours. */
static struct accept *resting;

static void
set_all(struct accept *a)
{
	for (unsigned i = 0; i < a->n; i++) {
		struct evconnlistener *l = evhttp_bound_socket_get_listener(a->sockets[i]);

		if (!a->full[a->doors[i]->side] && a->rest.slot == NULL)
			evconnlistener_enable(l);
		else
			evconnlistener_disable(l);
	}
}

static void
on_rested(struct wheel_timer *t)
{
	set_all((struct accept *)(void *)((char *)t - offsetof(struct accept, rest)));
}

/* The connection that could not be accepted stays ready: trying at once again would spin. */
static void
on_error(struct evconnlistener *l, void *arg)
{
	static struct log_limit limit;
	int err = EVUTIL_SOCKET_ERROR();

	(void)l;
	(void)arg;
	log_limited(&limit, LOG_ERR, "accepting a connection: %s; resting %d ms", strerror(err),
	    REST_MS);
	wheel_set(resting->wheel, &resting->rest, REST_MS);
	set_all(resting);
}

/* Accepted sockets inherit both: answers leave at once, and a client that vanished is found out. */
static void
tune(int fd)
{
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
}

static struct evhttp_bound_socket *
listen_for(struct event_base *base, struct evhttp *http, int fd)
{
	struct evconnlistener *l = evconnlistener_new(base, NULL, NULL,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	struct evhttp_bound_socket *bound = l == NULL ? NULL : evhttp_bind_listener(http, l);

	if (bound == NULL)
		fatalx("no listener for a socket");
	evconnlistener_set_error_cb(l, on_error);
	return bound;
}

void
accept_start(struct accept *a, struct proc *p, struct wheel *wheel, struct guard *g)
{
	resting = a;
	a->wheel = wheel;
	a->rest.fire = on_rested;
	a->n = p->nlisteners;
	for (unsigned i = 0; i < a->n; i++) {
		bool tls = (p->listener_use[i] & PROC_LISTENER_TLS) != 0;

		a->doors[i] = &g->doors[p->listener_use[i] & PROC_LISTENER_ADMIN ? GUARD_ADMIN : GUARD_CLIENTS][tls];
		tune(p->listeners[i]);
		a->sockets[i] = listen_for(p->base, a->doors[i]->http, p->listeners[i]);
	}
	/* They are ours to close now. */
	p->nlisteners = 0;
}

void
accept_full(struct accept *a, enum guard_side side, bool full)
{
	a->full[side] = full;
	set_all(a);
}

void
accept_close(struct accept *a)
{
	for (unsigned i = 0; i < a->n; i++)
		evhttp_del_accept_socket(a->doors[i]->http, a->sockets[i]);
	a->n = 0;
	if (a->wheel != NULL)
		wheel_clear(a->wheel, &a->rest);
}
