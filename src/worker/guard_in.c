/*
 * guard_in.c: what comes from a client: head and body put together until a
 * request is whole, which evhttp is then told of. See guard_conn.h.
 */
#include <string.h>

#include "util/clock.h"
#include "util/log.h"
#include "worker/guard_conn.h"

/* of a body that is not wanted; a longer one ends the connection */
#define DROP_AT_MOST	((size_t)64 << 10)
#define LINGER_BYTES	((size_t)16 << 20)

/* What evhttp is told: whether the answer has a body hangs on the method, and on nothing else. */
static const char plain_line[] = "GET / HTTP/1.1\r\n\r\n";
static const char head_line[] = "HEAD / HTTP/1.1\r\n\r\n";

static void
deliver(struct guard_conn *c)
{
	struct guard *g = c->guard;
	bool head = c->request->head.method == METHOD_HEAD;

	board_add(g->slot, COUNT_http_requests, 1);
	wheel_clear(g->wheel, &c->deadline);
	c->state = CONN_PENDING;
	c->request->whole_ns = clock_ns();
	g->delivering = c;
	evbuffer_add(bufferevent_get_input(c->filter), head ? head_line : plain_line,
	    (head ? sizeof(head_line) : sizeof(plain_line)) - 1);
	bufferevent_trigger(c->filter, EV_READ, 0);
	if (g->delivering == c)
		fatalx("evhttp did not take a request");
	if (c->state != CONN_PENDING)
		return;
	if (c->half_closed)
		wheel_set(g->wheel, &c->deadline, GUARD_HALF_CLOSED_MS);
}

/* The answer is known already: it need not wait for a body that is long or held back. */
static bool
answer_early(const struct guard_request *r)
{
	return r->too_large || r->head.expects_continue || r->head.length > DROP_AT_MOST;
}

static void
deliver_unread(struct guard_conn *c)
{
	c->request->unread = true;
	deliver(c);
}

static void
head_done(struct guard_conn *c)
{
	struct guard *g = c->guard;
	struct guard_request *r = c->request;
	bool wanted = g->ops->head(r);

	if (!r->head.chunked && r->head.length == 0) {
		deliver(c);
		return;
	}
	r->too_large = r->head.length > g->limits.max_body;
	r->dropping = !wanted || r->too_large;
	if (r->dropping && answer_early(r)) {
		deliver_unread(c);
		return;
	}
	guard_chunk_reset(&r->chunk, r->dropping ? DROP_AT_MOST : g->limits.max_body);
	c->state = CONN_BODY;
	if (r->head.expects_continue &&
	    evbuffer_get_length(bufferevent_get_input(c->socket)) == 0)
		guard_out_continue(c);
}

static void
read_head(struct guard_conn *c, struct evbuffer *in, const uint8_t *data, size_t len)
{
	struct guard_request *r = c->request != NULL ? c->request : guard_take(c);
	enum guard_fed fed;
	size_t used;

	c->state = CONN_HEAD;
	fed = guard_head_feed(&r->head, data, len, &used);
	evbuffer_drain(in, used);
	if (fed == FED_REFUSED)
		guard_out_refuse(c, r->head.problem, r->head.detail);
	else if (fed == FED_DONE)
		head_done(c);
}

/* All bodies together are bounded too. */
static void
hold(struct guard *g, struct guard_request *r)
{
	g->held += r->body.len - r->held;
	r->held = r->body.len;
}

static void
read_plain(struct guard_conn *c, struct evbuffer *in, const uint8_t *data, size_t len)
{
	struct guard_request *r = c->request;

	if (len > r->head.length)
		len = (size_t)r->head.length;
	if (!r->dropping) {
		buf_put(&r->body, data, len);
		hold(c->guard, r);
	}
	r->head.length -= len;
	evbuffer_drain(in, len);
	if (r->head.length == 0)
		deliver(c);
}

static void
read_chunked(struct guard_conn *c, struct evbuffer *in, const uint8_t *data, size_t len)
{
	struct guard_request *r = c->request;
	enum guard_fed fed;
	size_t used;

	fed = guard_chunk_feed(&r->chunk, data, len, &used, r->dropping ? NULL : &r->body);
	hold(c->guard, r);
	evbuffer_drain(in, used);
	if (fed == FED_DONE) {
		deliver(c);
	} else if (fed == FED_REFUSED && r->chunk.problem == PROBLEM_TOO_LARGE) {
		r->too_large = !r->dropping;
		r->dropping = true;
		deliver_unread(c);
	} else if (fed == FED_REFUSED) {
		guard_out_refuse(c, r->chunk.problem, r->chunk.detail);
	}
}

static void
read_body(struct guard_conn *c, struct evbuffer *in, const uint8_t *data, size_t len)
{
	struct guard_request *r = c->request;

	if (!r->dropping && c->guard->held + len > c->guard->max_held)
		guard_out_refuse(c, PROBLEM_UNAVAILABLE,
		    "Too many request bodies are being read at once. It is safe to retry.");
	else if (r->head.chunked)
		read_chunked(c, in, data, len);
	else
		read_plain(c, in, data, len);
}

static void
drop(struct guard_conn *c, struct evbuffer *in, size_t len)
{
	c->dropped += len;
	evbuffer_drain(in, len);
	if (c->dropped > LINGER_BYTES)
		guard_end(c);
}

/* One step with the first piece of what is there; false when there is nothing more to do now. */
static bool
step(struct guard_conn *c)
{
	struct evbuffer *in = bufferevent_get_input(c->socket);
	size_t len = evbuffer_get_contiguous_space(in);
	const uint8_t *data;

	if (c->state == CONN_DEAD || c->state == CONN_SHAKING)
		return false;
	if (c->state == CONN_PENDING || c->state == CONN_WRITING) {
		if (evbuffer_get_length(in) > GUARD_READ_AHEAD && !c->paused) {
			c->paused = true;
			guard_reading(c, false);
			if (c->state == CONN_PENDING && !c->half_closed)
				wheel_set(c->guard->wheel, &c->deadline, GUARD_HALF_CLOSED_MS);
		}
		return false;
	}
	if (len == 0) {
		if (c->state == CONN_IDLE && c->half_closed)
			guard_end(c);
		return false;
	}
	data = evbuffer_pullup(in, (ev_ssize_t)len);
	if (c->state == CONN_CLOSING)
		drop(c, in, len);
	else if (c->state == CONN_BODY)
		read_body(c, in, data, len);
	else
		read_head(c, in, data, len);
	return true;
}

void
guard_in_read(struct guard_conn *c)
{
	if (c->feeding)
		return;
	c->feeding = true;
	while (step(c))
		continue;
	c->feeding = false;
	/* From its first byte a request has its own deadline, absolute. */
	if ((c->state == CONN_HEAD || c->state == CONN_BODY) && !c->timed) {
		c->timed = true;
		wheel_set(c->guard->wheel, &c->deadline, c->guard->limits.request_ms);
	}
}
