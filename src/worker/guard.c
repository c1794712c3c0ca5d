/*
 * guard.c: the life of a connection: how it comes to be between evhttp and the
 * socket, its deadlines, and how it ends. See guard.h.
 *
 * The bufferevent that evhttp gets is a filter over one that only writes; what
 * comes is read by an event of ours. It stays on while an answer is pending: a
 * read of 0 is how a hang-up is noticed. EV_CLOSED would not do, as libevent
 * reports a reset to readers and writers only and then spins. A bufferevent
 * that read would be switched off and on by evhttp with each request, and ask
 * before each read how much there is: three system calls more.
 */
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/log.h"
#include "util/mem.h"
#include "worker/guard_conn.h"

#define SPARE_REQUESTS	256
#define HELD_BODIES	64	/* bodies of the largest size that may be held at once … */
#define HELD_AT_LEAST	((size_t)256 << 20)	/* … or this many bytes */
#define KEEP_BODY	((size_t)64 << 10)
#define READ_AT_MOST	((size_t)32 << 10)

static void
on_read(struct bufferevent *bev, void *arg)
{
	(void)bev;
	guard_in_read(arg);
}

static void
on_write(struct bufferevent *bev, void *arg)
{
	(void)bev;
	guard_out_drained(arg);
}

void
guard_half_close(struct guard_conn *c)
{
	c->half_closed = true;
	switch (c->state) {
	case CONN_HEAD:
	case CONN_BODY:
		guard_out_refuse(c, PROBLEM_MALFORMED, "The connection ended within the request.");
		break;
	case CONN_PENDING:
		wheel_set(c->guard->wheel, &c->deadline, GUARD_HALF_CLOSED_MS);
		break;
	case CONN_WRITING:
		break;
	case CONN_CLOSING:
		if (evbuffer_get_length(bufferevent_get_output(c->socket)) > 0)
			break;
		/* FALLTHROUGH */
	case CONN_IDLE:
		/* What was read ahead is still gone through. */
		if (evbuffer_get_length(bufferevent_get_input(c->socket)) > 0)
			break;
		/* FALLTHROUGH */
	default:
		guard_end(c);
	}
}

/* Writing failed. */
static void
on_event(struct bufferevent *bev, short what, void *arg)
{
	(void)bev;
	(void)what;
	guard_end(arg);
}

void
guard_reading(struct guard_conn *c, bool on)
{
	/* An end of file would be read again and again. */
	if (c->readable == NULL || (on && c->half_closed))
		return;
	if ((on ? event_add(c->readable, NULL) : event_del(c->readable)) == -1)
		fatalx("no event for a connection");
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	static uint8_t room[READ_AT_MOST];
	struct guard_conn *c = arg;
	ssize_t n;

	(void)what;
	if (guard_shake_later(c))
		return;
	n = recv(fd, room, sizeof(room), 0);
	if (n > 0 && c->tls != NULL) {
		guard_shake_take(c, room, (size_t)n);
	} else if (n > 0) {
		evbuffer_add(bufferevent_get_input(c->socket), room, (size_t)n);
		guard_in_read(c);
	} else if (n == 0) {
		guard_reading(c, false);
		guard_half_close(c);
	} else if (errno != EAGAIN && errno != EINTR) {
		guard_end(c);
	}
}

/* Now, as a socket whose client hung up does not know any more whose it was. */
static void
note_peer(struct guard_conn *c)
{
	socklen_t len = sizeof(c->peer);

	if (getpeername(bufferevent_getfd(c->socket), &c->peer.any, &len) == -1)
		c->peer.any.sa_family = AF_UNSPEC;
}

/* evhttp has set the descriptor by now. */
static void
on_born(evutil_socket_t fd, short what, void *arg)
{
	struct guard_conn *c = arg;

	(void)fd;
	(void)what;
	if (event_assign(c->readable, c->guard->base, bufferevent_getfd(c->socket),
	    EV_READ | EV_PERSIST, on_readable, c) == -1)
		fatalx("no event for a connection");
	note_peer(c);
	guard_reading(c, true);
}

/* Reading is off: look whether the client is still there. */
static void
look_for_hangup(struct guard_conn *c)
{
	struct pollfd p = { .fd = bufferevent_getfd(c->socket), .events = POLLRDHUP };

	if (poll(&p, 1, 0) == 1 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR)))
		guard_end(c);
	else
		wheel_set(c->guard->wheel, &c->deadline, GUARD_HALF_CLOSED_MS);
}

static void
on_deadline(struct wheel_timer *t)
{
	struct guard_conn *c = (void *)((char *)t - offsetof(struct guard_conn, deadline));

	if (c->state == CONN_HEAD || c->state == CONN_BODY)
		guard_out_refuse(c, PROBLEM_TIMEOUT,
		    "The request was not whole in time (http.request_timeout).");
	else if (c->state == CONN_PENDING && !c->half_closed)
		look_for_hangup(c);
	else
		guard_end(c);
}

/* Before evhttp closes the descriptor. */
static void
unlist(struct guard_conn *c)
{
	struct guard *g = c->guard;

	guard_shake_leave(c, false);
	wheel_clear(g->wheel, &c->deadline);
	event_free(c->readable);
	c->readable = NULL;
	TAILQ_REMOVE(&g->conns, c, link);
}

void
guard_one_less(struct guard_door *d)
{
	struct guard *g = d->guard;

	board_add(g->slot, COUNT_http_open, -1);
	if (g->of_side[d->side]-- == g->limits.max_connections[d->side])
		g->ops->full(g, d->side, false);
	if (--g->nconns == 0 && g->draining)
		g->ops->drained(g);
}

/*
 * evhttp frees the connection at an end of file; a request that was not answered it lets go of.
 */
static void
end_evhttp(struct guard_conn *c, struct evhttp_request *ev)
{
	bufferevent_trigger_event(c->filter, BEV_EVENT_READING | BEV_EVENT_EOF, 0);
	if (ev != NULL)
		evhttp_request_free(ev);
}

static void
forget(struct guard_conn *c)
{
	unlist(c);
	guard_one_less(c->door);
}

void
guard_end(struct guard_conn *c)
{
	struct guard_request *r = c->request;
	struct evhttp_request *ev = r != NULL ? r->ev : NULL;

	if (c->state == CONN_DEAD)
		return;
	if (c->state == CONN_PENDING) {
		board_add(c->guard->slot, COUNT_http_hangups, 1);
		c->guard->ops->gone(r);
	}
	if (c->tls != NULL && evbuffer_get_length(bufferevent_get_output(c->socket)) == 0) {
		guard_tls_end(c->tls, c->guard->wire);
		guard_out_wire(c);
	}
	c->state = CONN_DEAD;
	guard_release(c);
	end_evhttp(c, ev);
	forget(c);
}

/*
 * evhttp shuts down and closes the descriptor that it knows by its number: so the socket goes on
 * under another number, and evhttp's stands for a socket that leads nowhere.
 */
int
guard_leave(struct guard_conn *c, struct guard_tls **tls)
{
	struct guard_request *r = c->request;
	struct evhttp_request *ev = r->ev;
	int old = bufferevent_getfd(c->socket), fd = fcntl(old, F_DUPFD_CLOEXEC, 0);

	if (fd == -1)
		return -1;
	r->conn = NULL;
	r->ev = NULL;
	*tls = c->tls;
	c->tls = NULL;
	c->request = NULL;
	c->state = CONN_DEAD;
	/* No event may be left that watches the socket by its old number. */
	unlist(c);
	bufferevent_disable(c->socket, EV_WRITE);
	evbuffer_unfreeze(bufferevent_get_output(c->socket), 1);
	evbuffer_add_buffer(c->guard->scratch, bufferevent_get_output(c->socket));
	if (dup3(c->guard->nowhere, old, O_CLOEXEC) == -1)
		fatal("no descriptor to leave to evhttp");
	end_evhttp(c, ev);
	return fd;
}

/* The filter is freed, for whatever reason. */
static void
on_filter_free(void *arg)
{
	struct guard_conn *c = arg;

	if (c->state != CONN_DEAD) {
		if (c->state == CONN_PENDING)
			c->guard->ops->gone(c->request);
		c->state = CONN_DEAD;
		guard_release(c);
		forget(c);
	}
	guard_tls_free(c->tls);
	free(c);
}

void
guard_rest(struct guard_conn *c)
{
	c->state = CONN_IDLE;
	c->timed = false;
	if (!c->half_closed)
		wheel_set(c->guard->wheel, &c->deadline, c->guard->limits.idle_ms);
	if (c->paused) {
		c->paused = false;
		guard_reading(c, true);
	}
	/*
	 * What was read ahead, or nothing more to come: from the event loop, so that the stack
	 * stays flat.
	 */
	if (!c->feeding && (c->half_closed ||
	    evbuffer_get_length(bufferevent_get_input(c->socket)) > 0))
		bufferevent_trigger(c->socket, EV_READ, BEV_TRIG_DEFER_CALLBACKS);
}

struct guard_request *
guard_take(struct guard_conn *c)
{
	struct guard *g = c->guard;
	struct guard_request *r = TAILQ_FIRST(&g->spare);

	if (r != NULL) {
		TAILQ_REMOVE(&g->spare, r, link);
		g->nspare--;
	} else {
		r = xcalloc(1, g->ops->size);
		guard_head_init(&r->head, g->limits.max_target, g->limits.max_fields);
		guard_chunk_init(&r->chunk, g->limits.max_body, g->limits.max_fields);
		g->ops->init(r);
	}
	r->guard = g;
	r->door = c->door;
	r->conn = c;
	c->request = r;
	return r;
}

static void
free_request(struct guard *g, struct guard_request *r)
{
	g->ops->free(r);
	guard_head_free(&r->head);
	guard_chunk_free(&r->chunk);
	buf_free(&r->body);
	free(r);
}

void
guard_release(struct guard_conn *c)
{
	struct guard_request *r = c->request;

	c->request = NULL;
	if (r != NULL)
		guard_put_back(c->guard, r);
}

void
guard_put_back(struct guard *g, struct guard_request *r)
{
	g->ops->over(r);
	g->held -= r->held;
	r->held = 0;
	if (g->nspare >= SPARE_REQUESTS) {
		free_request(g, r);
		return;
	}
	r->ev = NULL;
	r->dropping = r->too_large = r->unread = false;
	guard_head_reset(&r->head);
	buf_reset(&r->body);
	if (r->body.cap > KEEP_BODY)
		buf_free(&r->body);
	TAILQ_INSERT_HEAD(&g->spare, r, link);
	g->nspare++;
}

/*
 * evhttp asks for the bufferevent of a connection it has accepted; it sets the descriptor
 * afterwards.
 */
static struct bufferevent *
make_bufferevent(struct event_base *base, void *arg)
{
	struct guard_door *d = arg;
	struct guard *g = d->guard;
	struct guard_conn *c = xcalloc(1, sizeof(*c));

	c->guard = g;
	c->door = d;
	c->deadline.fire = on_deadline;
	if (d->tls != NULL && (c->tls = guard_tls_new(d->tls)) == NULL)
		fatalx("no memory for TLS");
	c->socket = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
	if (c->socket == NULL)
		fatalx("no bufferevent for a connection");
	c->filter = bufferevent_filter_new(c->socket, NULL, guard_out_filter, BEV_OPT_CLOSE_ON_FREE,
	    on_filter_free, c);
	if (c->filter == NULL)
		fatalx("no bufferevent for a connection");
	bufferevent_setcb(c->socket, on_read, on_write, on_event, c);
	/*
	 * It would say at once that nothing is to be written; what has to wait turns it on.
	 * Reading is ours.
	 */
	bufferevent_disable(c->socket, EV_READ | EV_WRITE);
	evbuffer_unfreeze(bufferevent_get_input(c->socket), 0);
	if ((c->readable = event_new(base, -1, 0, on_born, c)) == NULL)
		fatalx("no event for a connection");
	event_active(c->readable, EV_READ, 1);
	TAILQ_INSERT_TAIL(&g->conns, c, link);
	board_add(g->slot, COUNT_http_connections, 1);
	board_add(g->slot, COUNT_http_open, 1);
	g->nconns++;
	if (++g->of_side[d->side] == g->limits.max_connections[d->side])
		g->ops->full(g, d->side, true);
	if (d->tls != NULL)
		guard_shake_begin(c);
	else
		wheel_set(g->wheel, &c->deadline, g->limits.idle_ms);
	return c->filter;
}

static void
on_request(struct evhttp_request *ev, void *arg)
{
	struct guard *g = ((struct guard_door *)arg)->guard;
	struct guard_conn *c = g->delivering;

	if (c == NULL)
		fatalx("evhttp has a request that the guard did not give it");
	g->delivering = NULL;
	c->request->ev = ev;
	g->ops->request(c->request);
}

/* evhttp does not say which listener a connection came from: so each kind of them has an evhttp. */
static void
make_door(struct guard *g, enum guard_side side, SSL_CTX *tls)
{
	struct guard_door *d = &g->doors[side][tls != NULL];

	d->guard = g;
	d->side = side;
	d->tls = tls;
	if ((d->http = evhttp_new(g->base)) == NULL)
		fatalx("no HTTP server");
	evhttp_set_bevcb(d->http, make_bufferevent, d);
	evhttp_set_gencb(d->http, on_request, d);
	evhttp_set_default_content_type(d->http, NULL);
}

void
guard_init(struct guard *g, struct event_base *base, struct wheel *wheel, struct board_slot *slot,
    const struct guard_limits *limits, SSL_CTX *tls, const struct guard_ops *ops, void *arg)
{
	g->base = base;
	g->wheel = wheel;
	g->slot = slot;
	g->limits = *limits;
	g->ops = ops;
	g->arg = arg;
	TAILQ_INIT(&g->conns);
	TAILQ_INIT(&g->shaking);
	TAILQ_INIT(&g->streams);
	TAILQ_INIT(&g->spare);
	g->nconns = g->nspare = g->nshaking = g->steps = 0;
	g->delivering = NULL;
	g->held = 0;
	g->max_held = limits->max_body * HELD_BODIES > HELD_AT_LEAST ?
	    limits->max_body * HELD_BODIES : HELD_AT_LEAST;
	g->draining = false;
	if ((g->scratch = evbuffer_new()) == NULL || (g->wire = evbuffer_new()) == NULL)
		fatalx("no buffer for answers");
	if ((g->nowhere = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1)
		fatal("no socket that leads nowhere");
	if ((g->turn = event_new(base, -1, 0, guard_shake_on_turn, g)) == NULL)
		fatalx("no event for handshakes");
	for (int i = 0; i < GUARD_SIDES; i++) {
		g->of_side[i] = 0;
		make_door(g, (enum guard_side)i, NULL);
		if (tls != NULL)
			make_door(g, (enum guard_side)i, tls);
	}
}

void
guard_free(struct guard *g)
{
	struct guard_request *r;

	guard_abort(g);
	for (int i = 0; i < GUARD_SIDES; i++)
		for (int tls = 0; tls < 2; tls++)
			if (g->doors[i][tls].http != NULL)
				evhttp_free(g->doors[i][tls].http);
	evbuffer_free(g->scratch);
	evbuffer_free(g->wire);
	event_free(g->turn);
	close(g->nowhere);
	while ((r = TAILQ_FIRST(&g->spare)) != NULL) {
		TAILQ_REMOVE(&g->spare, r, link);
		free_request(g, r);
	}
}

void
guard_drain(struct guard *g)
{
	struct guard_conn *c;

	g->draining = true;
	/*
	 * A client that is just about to ask is still answered; to close at once would fail its
	 * request.
	 */
	TAILQ_FOREACH(c, &g->conns, link)
		if (c->state == CONN_IDLE)
			wheel_set(g->wheel, &c->deadline, GUARD_DRAIN_IDLE_MS);
	if (g->nconns == 0)
		g->ops->drained(g);
}

void
guard_abort(struct guard *g)
{
	struct guard_conn *c;

	while ((c = TAILQ_FIRST(&g->conns)) != NULL)
		guard_end(c);
	guard_stream_abort(g);
}

const struct sockaddr *
guard_peer(const struct guard_request *r)
{
	return r->conn != NULL && r->conn->peer.any.sa_family != AF_UNSPEC ? &r->conn->peer.any : NULL;
}

const char *
guard_subject(const struct guard_request *r)
{
	const struct guard_tls *t = r->conn != NULL ? r->conn->tls : NULL;

	return t != NULL ? guard_tls_subject(t) : NULL;
}

struct guard *
guard_of(const struct guard_request *r)
{
	return r->guard;
}
