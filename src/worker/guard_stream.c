/*
 * guard_stream.c: answers without an end, from the moment they leave evhttp.
 * See guard_stream.h.
 *
 * At rest a stream is one small struct, one event, and the owner's request. It
 * writes to the socket at once; only while the socket does not take everything
 * is there a buffer.
 */
#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/keyvalq_struct.h>
#include <event2/util.h>

#include "util/log.h"
#include "util/mem.h"
#include "worker/guard_conn.h"
#include "worker/guard_stream.h"

#define CHUNK_LINE	24	/* the size of a chunk, and a line end */
#define DROP_PIECE	4096

struct guard_stream {
	TAILQ_ENTRY(guard_stream)	 link;
	struct guard			*guard;
	struct guard_door		*door;
	struct guard_request		*request;	/* NULL: over, what waits still leaves */
	struct event			*event;		/* reads; writes while something waits */
	struct guard_tls		*tls;		/* NULL: none */
	struct evbuffer			*waiting;	/* NULL: nothing */
	struct wheel_timer		 deadline;	/* once it is over */
	int				 fd;
	unsigned			 dropped;	/* bytes that came behind the request */
	bool				 chunked;
};

static void on_event(evutil_socket_t fd, short what, void *arg);

static void
watch(struct guard_stream *s, short what)
{
	if (event_del(s->event) == -1 || event_assign(s->event, s->guard->base, s->fd,
	    (short)(what | EV_PERSIST), on_event, s) == -1 || event_add(s->event, NULL) == -1)
		fatalx("no event for a stream");
}

static void
let_go(struct guard_stream *s)
{
	struct guard_request *r = s->request;

	if (r == NULL)
		return;
	s->request = NULL;
	r->stream = NULL;
	guard_put_back(s->guard, r);
}

static void
stream_free(struct guard_stream *s)
{
	struct guard *g = s->guard;
	struct guard_door *d = s->door;

	let_go(s);
	wheel_clear(g->wheel, &s->deadline);
	event_free(s->event);
	if (s->waiting != NULL)
		evbuffer_free(s->waiting);
	guard_tls_free(s->tls);
	close(s->fd);
	TAILQ_REMOVE(&g->streams, s, link);
	free(s);
	guard_one_less(d);
}

/* The client is gone, or is to go. */
static void
hang_up(struct guard_stream *s)
{
	if (s->request != NULL)
		s->guard->ops->gone(s->request);
	stream_free(s);
}

static void
on_deadline(struct wheel_timer *t)
{
	stream_free(WHEEL_OWNER(t, struct guard_stream, deadline));
}

/* All that waited has left. */
static void
drained(struct guard_stream *s)
{
	evbuffer_free(s->waiting);
	s->waiting = NULL;
	if (s->request == NULL) {
		stream_free(s);
		return;
	}
	watch(s, EV_READ);
	if (s->guard->ops->writable != NULL)
		s->guard->ops->writable(s->request);
}

static struct evbuffer *
waiting(struct guard_stream *s)
{
	if (s->waiting == NULL) {
		if ((s->waiting = evbuffer_new()) == NULL)
			fatalx("no buffer for a stream");
		watch(s, EV_READ | EV_WRITE);
	}
	return s->waiting;
}

/* What is in guard.wire, as it goes over the socket. -1: the client is gone. */
static int
put_wire(struct guard_stream *s)
{
	struct evbuffer *wire = s->guard->wire;
	int r = 0;

	if (s->waiting == NULL && evbuffer_get_length(wire) > 0 && evbuffer_write(wire, s->fd) == -1 &&
	    errno != EAGAIN && errno != EINTR)
		r = -1;
	if (r == 0 && evbuffer_get_length(wire) > 0)
		evbuffer_add_buffer(waiting(s), wire);
	evbuffer_drain(wire, evbuffer_get_length(wire));
	return r;
}

static int
put_encrypted(struct guard_stream *s, const struct iovec *v, int n)
{
	struct evbuffer *all = s->guard->scratch;

	for (int i = 0; i < n; i++)
		evbuffer_add(all, v[i].iov_base, v[i].iov_len);
	if (guard_tls_move(s->tls, all, s->guard->wire) == -1)
		return -1;
	return put_wire(s);
}

/* -1: the client is gone. */
static int
put(struct guard_stream *s, const struct iovec *v, int n)
{
	ssize_t sent;
	size_t skip;

	if (s->tls != NULL)
		return put_encrypted(s, v, n);
	sent = s->waiting == NULL ? writev(s->fd, v, n) : 0;
	if (sent == -1 && errno != EAGAIN && errno != EINTR)
		return -1;
	skip = sent > 0 ? (size_t)sent : 0;
	for (; n > 0; v++, n--) {
		if (skip < v->iov_len)
			evbuffer_add(waiting(s), (const char *)v->iov_base + skip,
			    v->iov_len - skip);
		skip -= skip < v->iov_len ? skip : v->iov_len;
	}
	return 0;
}

/* What no one waits for; false when the client is gone. */
static bool
drop_encrypted(struct guard_stream *s, const void *data, size_t len)
{
	struct evbuffer *plain = s->guard->scratch;
	enum guard_tls_took took = guard_tls_take(s->tls, data, len, plain, s->guard->wire);

	evbuffer_drain(plain, evbuffer_get_length(plain));
	return put_wire(s) == 0 && took == TLS_GOES_ON;
}

/* Read what no one waits for; false when the client is gone, or sends on and on. */
static bool
drop(struct guard_stream *s)
{
	static char room[DROP_PIECE];
	ssize_t n = recv(s->fd, room, sizeof(room), 0);

	if (n == -1)
		return errno == EAGAIN || errno == EINTR;
	s->dropped += (unsigned)n;
	return n > 0 && s->dropped <= GUARD_READ_AHEAD && (s->tls == NULL || drop_encrypted(s, room, (size_t)n));
}

static void
on_event(evutil_socket_t fd, short what, void *arg)
{
	struct guard_stream *s = arg;

	if ((what & EV_READ) && !drop(s)) {
		hang_up(s);
		return;
	}
	if (!(what & EV_WRITE))
		return;
	if (evbuffer_write(s->waiting, fd) == -1 && errno != EAGAIN && errno != EINTR)
		hang_up(s);
	else if (evbuffer_get_length(s->waiting) == 0)
		drained(s);
}

static void
make_head(struct buf *out, struct guard_request *r, int status)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(r->ev);
	struct evkeyval *h;
	char date[64];

	evutil_date_rfc1123(date, sizeof(date), NULL);
	buf_printf(out, "HTTP/1.1 %d %s\r\nDate: %s\r\n", status, problem_reason(status), date);
	TAILQ_FOREACH(h, headers, next)
		buf_printf(out, "%s: %s\r\n", h->key, h->value);
	if (r->head.minor > 0)
		buf_puts(out, "Transfer-Encoding: chunked\r\n");
	buf_puts(out, "Connection: close\r\n\r\n");
}

static struct guard_stream *
stream_new(struct guard *g, struct guard_request *r, int fd, struct guard_tls *tls)
{
	struct guard_stream *s = xcalloc(1, sizeof(*s));

	s->guard = g;
	s->door = r->door;
	s->request = r;
	s->fd = fd;
	s->tls = tls;
	s->chunked = r->head.minor > 0;
	s->deadline.fire = on_deadline;
	s->event = event_new(g->base, fd, EV_READ | EV_PERSIST, on_event, s);
	if (s->event == NULL || event_add(s->event, NULL) == -1)
		fatalx("no event for a stream");
	TAILQ_INSERT_TAIL(&g->streams, s, link);
	r->stream = s;
	return s;
}

static void
shed(struct guard *g, struct guard_request *r)
{
	g->held -= r->held;
	r->held = 0;
	guard_head_reset(&r->head);
	guard_head_free(&r->head);
	guard_chunk_free(&r->chunk);
	buf_free(&r->body);
	g->ops->shed(r);
}

static void
refuse(struct guard_request *r)
{
	struct buf body = { 0 };

	evhttp_clear_headers(evhttp_request_get_output_headers(r->ev));
	guard_header(r, "Content-Type", "application/problem+json");
	guard_header(r, "Retry-After", "1");
	problem_json(&body, PROBLEM_UNAVAILABLE,
	    "No descriptor is left for a stream. It is safe to retry.");
	guard_reply(r, 503, body.data, body.len);
	buf_free(&body);
}

bool
guard_stream_begin(struct guard_request *r, int status)
{
	struct guard *g = r->guard;
	struct guard_stream *s;
	struct buf head = { 0 };
	struct guard_tls *tls;
	struct iovec v;
	char type[64];
	struct guard_answer answer = { .request = r, .status = status, .content_type = type };
	int fd;

	if (r->head.method == METHOD_HEAD) {
		guard_out_reply(r, status);
		return false;
	}
	make_head(&head, r, status);
	/* What evhttp holds goes with it. */
	snprintf(type, sizeof(type), "%s", guard_out_type(r) != NULL ? guard_out_type(r) : "");
	if ((fd = guard_leave(r->conn, &tls)) == -1) {
		buf_free(&head);
		refuse(r);
		return false;
	}
	answer.fd = fd;
	s = stream_new(g, r, fd, tls);
	guard_out_count(g, &answer);
	/* A 100 Continue that was not taken goes first. */
	if (evbuffer_get_length(g->scratch) > 0)
		evbuffer_add_buffer(waiting(s), g->scratch);
	v.iov_base = head.data;
	v.iov_len = head.len;
	/* A client that is gone is noticed in the event loop. */
	put(s, &v, 1);
	buf_free(&head);
	shed(g, r);
	return true;
}

int
guard_stream_write(struct guard_request *r, const void *data, size_t len, size_t max)
{
	struct guard_stream *s = r->stream;
	size_t would_wait = guard_stream_waiting(r);
	char size[CHUNK_LINE];
	struct iovec v[3];
	int n = 0;

	if (len == 0)
		return 0;
	if (s->chunked) {
		v[n].iov_base = size;
		v[n++].iov_len = (size_t)snprintf(size, sizeof(size), "%zx\r\n", len);
	}
	v[n].iov_base = (void *)(uintptr_t)data;
	v[n++].iov_len = len;
	if (s->chunked) {
		v[n].iov_base = "\r\n";
		v[n++].iov_len = 2;
	}
	for (int i = 0; s->waiting != NULL && i < n; i++)
		would_wait += v[i].iov_len;
	return would_wait > max ? -1 : put(s, v, n);
}

size_t
guard_stream_waiting(const struct guard_request *r)
{
	return r->stream->waiting != NULL ? evbuffer_get_length(r->stream->waiting) : 0;
}

static int
end_tls(struct guard_stream *s)
{
	if (s->tls == NULL)
		return 0;
	guard_tls_end(s->tls, s->guard->wire);
	return put_wire(s);
}

void
guard_stream_end(struct guard_request *r)
{
	struct guard_stream *s = r->stream;
	struct iovec v = { "0\r\n\r\n", 5 };

	let_go(s);
	if ((s->chunked && put(s, &v, 1) == -1) || end_tls(s) == -1 || s->waiting == NULL)
		stream_free(s);
	else
		wheel_set(s->guard->wheel, &s->deadline, s->guard->limits.idle_ms);
}

void
guard_stream_cut(struct guard_request *r)
{
	stream_free(r->stream);
}

void
guard_stream_abort(struct guard *g)
{
	struct guard_stream *s;

	while ((s = TAILQ_FIRST(&g->streams)) != NULL)
		hang_up(s);
}

int
guard_fd(const struct guard_request *r)
{
	if (r->stream != NULL)
		return r->stream->fd;
	return r->conn != NULL ? bufferevent_getfd(r->conn->socket) : -1;
}
