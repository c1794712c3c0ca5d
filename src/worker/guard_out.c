/*
 * guard_out.c: what goes to a client: answers that evhttp composed, those to
 * requests that evhttp never sees, and the end of a connection. See
 * guard_conn.h.
 *
 * An answer is written to the socket at once; only what the socket does not
 * take waits in the bufferevent. The next request is read when all has left,
 * so that a client that does not read its answers holds one of them.
 */
#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>

#include <event2/util.h>

#include "util/log.h"
#include "worker/guard_conn.h"

#define LINGER_MS	2000
#define BEHIND_MAX	((size_t)16 << 10)	/* of what TLS itself says, behind an answer that is not taken */

static size_t
waiting(const struct guard_conn *c)
{
	return evbuffer_get_length(bufferevent_get_output(c->socket));
}

/* Bytes as they go over the socket: at once, or behind what waits in dst. */
static void
push(struct guard_conn *c, struct evbuffer *src, struct evbuffer *dst)
{
	if (evbuffer_get_length(src) > 0 && evbuffer_get_length(dst) == 0 &&
	    evbuffer_write(src, bufferevent_getfd(c->socket)) == -1 && errno != EAGAIN &&
	    errno != EINTR) {
		c->broken = true;
		evbuffer_drain(src, evbuffer_get_length(src));
	}
	if (evbuffer_get_length(src) > 0) {
		evbuffer_add_buffer(dst, src);
		bufferevent_enable(c->socket, EV_WRITE);
	}
}

void
guard_out_wire(struct guard_conn *c)
{
	push(c, c->guard->wire, bufferevent_get_output(c->socket));
}

bool
guard_out_own(struct guard_conn *c)
{
	c->behind = waiting(c) > 0 ? c->behind + evbuffer_get_length(c->guard->wire) : 0;
	guard_out_wire(c);
	return c->behind <= BEHIND_MAX;
}

/*
 * evhttp closes by freeing, with what still waits: so for a last answer it is never told that
 * all is written.
 */
enum bufferevent_filter_result
guard_out_filter(struct evbuffer *src, struct evbuffer *dst, ev_ssize_t limit,
    enum bufferevent_flush_mode mode, void *arg)
{
	struct guard_conn *c = arg;

	(void)limit;
	(void)mode;
	if (c->tls != NULL) {
		if (guard_tls_move(c->tls, src, c->guard->wire) == -1)
			c->broken = true;
		src = c->guard->wire;
	}
	push(c, src, dst);
	return c->last ? BEV_NEED_MORE : BEV_OK;
}

static void
close_after(struct guard_conn *c)
{
	c->state = CONN_CLOSING;
	if (c->tls != NULL) {
		guard_tls_end(c->tls, c->guard->wire);
		guard_out_wire(c);
	}
	if (c->paused) {
		c->paused = false;
		guard_reading(c, true);
	}
	if (c->broken)
		guard_end(c);
	else if (waiting(c) > 0)
		wheel_set(c->guard->wheel, &c->deadline, c->guard->limits.idle_ms);
	else
		guard_out_drained(c);
}

void
guard_out_drained(struct guard_conn *c)
{
	if (c->state == CONN_WRITING) {
		guard_rest(c);
		return;
	}
	if (c->state != CONN_CLOSING)
		return;
	shutdown(bufferevent_getfd(c->socket), SHUT_WR);
	if (c->linger && !c->half_closed)
		wheel_set(c->guard->wheel, &c->deadline, LINGER_MS);
	else
		guard_end(c);
}

void
guard_header(struct guard_request *r, const char *name, const char *value)
{
	evhttp_add_header(evhttp_request_get_output_headers(r->ev), name, value);
}

void
guard_out_count(struct guard *g, const struct guard_answer *a)
{
	int status = a->status;

	if (g->ops->answered != NULL)
		g->ops->answered(g, a);
	if (status < 300)
		board_add(g->slot, COUNT_http_2xx, 1);
	else if (status >= 400 && status < 500)
		board_add(g->slot, COUNT_http_4xx, 1);
	else if (status >= 500)
		board_add(g->slot, COUNT_http_5xx, 1);
}

const char *
guard_out_type(const struct guard_request *r)
{
	return evhttp_find_header(evhttp_request_get_output_headers(r->ev), "Content-Type");
}

/*
 * An answer to HEAD says how long that to GET would be (RFC 9110 9.3.2); evhttp would send the
 * body. 204 has no length, and that of a 304, which is the 200's, is not known here (8.6).
 */
static void
head_length(struct guard_request *r, int status, size_t len)
{
	char text[24];

	if (status == 204 || status == 304)
		return;
	snprintf(text, sizeof(text), "%zu", len);
	guard_header(r, "Content-Length", text);
}

void
guard_out_reply(struct guard_request *r, int status)
{
	struct guard_conn *c = r->conn;
	struct guard *g = c->guard;
	struct guard_answer answer = { .request = r, .status = status,
		.len = evbuffer_get_length(g->scratch), .fd = bufferevent_getfd(c->socket) };

	c->last = r->head.close || r->unread || g->draining;
	c->linger = r->unread;
	if (c->last)
		guard_header(r, "Connection", "close");
	else if (r->head.minor == 0)
		guard_header(r, "Connection", "keep-alive");
	answer.content_type = guard_out_type(r);
	guard_out_count(g, &answer);
	/*
	 * evhttp ends a request in two ways, both without us: after the flush below, or with the
	 * connection.
	 */
	evhttp_send_reply(r->ev, status, problem_reason(status), g->scratch);
	r->ev = NULL;
	c->state = CONN_WRITING;
	/* The filter layer would write only once something more is added. */
	bufferevent_flush(c->filter, EV_WRITE, BEV_NORMAL);
	guard_release(c);
	if (c->last)
		close_after(c);
	else if (c->broken)
		guard_end(c);
	else if (waiting(c) > 0)
		wheel_set(g->wheel, &c->deadline, g->limits.idle_ms);
	else
		guard_rest(c);
}

void
guard_reply(struct guard_request *r, int status, const void *body, size_t len)
{
	if (r->head.method == METHOD_HEAD)
		head_length(r, status, len);
	else
		evbuffer_add(r->guard->scratch, body, len);
	guard_out_reply(r, status);
}

/* Write beside evhttp, which is between two requests. */
static void
send_plain(struct guard_conn *c, const void *data, size_t len)
{
	ssize_t n = 0;

	if (c->tls != NULL) {
		if (guard_tls_put(c->tls, data, len, c->guard->wire) == -1)
			c->broken = true;
		guard_out_wire(c);
		return;
	}
	if (waiting(c) == 0)
		n = send(bufferevent_getfd(c->socket), data, len, MSG_NOSIGNAL);
	if (n == -1 && errno != EAGAIN && errno != EINTR) {
		c->broken = true;
		return;
	}
	if (n < (ssize_t)len) {
		n = n < 0 ? 0 : n;
		bufferevent_write(c->socket, (const char *)data + n, len - (size_t)n);
		bufferevent_enable(c->socket, EV_WRITE);
	}
}

void
guard_out_continue(struct guard_conn *c)
{
	static const char line[] = "HTTP/1.1 100 Continue\r\n\r\n";

	send_plain(c, line, sizeof(line) - 1);
}

void
guard_out_refuse(struct guard_conn *c, enum problem_id problem, const char *detail)
{
	const struct problem_row *row = problem_row(problem);
	bool head = c->request != NULL && c->request->head.method == METHOD_HEAD;
	struct buf body = { 0 }, out = { 0 };
	struct guard_answer answer = { .request = c->request, .refused = true, .status = row->status,
		.content_type = "application/problem+json", .fd = bufferevent_getfd(c->socket) };
	char date[64];

	problem_json(&body, problem, detail);
	answer.len = body.len;
	evutil_date_rfc1123(date, sizeof(date), NULL);
	buf_printf(&out, "HTTP/1.1 %d %s\r\nDate: %s\r\nContent-Type: application/problem+json\r\n"
	    "Cache-Control: no-store\r\nContent-Length: %zu\r\nConnection: close\r\n%s\r\n", row->status,
	    problem_reason(row->status), date, body.len,
	    problem == PROBLEM_UNAVAILABLE ? "Retry-After: 1\r\n" : "");
	if (!head)
		buf_put(&out, body.data, body.len);
	board_add(c->guard->slot, COUNT_http_refused, 1);
	guard_out_count(c->guard, &answer);
	send_plain(c, out.data, out.len);
	buf_free(&body);
	buf_free(&out);
	guard_release(c);
	c->last = c->linger = true;
	close_after(c);
}
