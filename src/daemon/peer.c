/*
 * peer.c: a link between two roles. See peer.h.
 */
#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/peer.h"
#include "util/log.h"
#include "util/mem.h"

#define HEAD		((size_t)8)
#define READ_CHUNK	((size_t)64 << 10)
#define READS_A_TURN	8
#define FLUSH_AT	((size_t)128 << 10)	/* do not wait for the turn's end with more than this */
#define KEEP_AT_MOST	((size_t)1 << 20)	/* a buffer that grew past this is given back when empty */

struct peer {
	int			 fd;
	struct peer_self	 self;
	enum role_id		 other;
	unsigned		 other_nr;
	const struct peer_ops	*ops;
	void			*arg;
	struct event		*readable, *writable, *flush;
	struct buf		 in, out;
	size_t			 in_done;	/* bytes of in already dispatched */
	size_t			 out_done;	/* bytes of out already sent */
	size_t			 max_queue;
	uint64_t		 queued, sent;
	size_t			 frame_end;	/* where out must end at peer_end */
	bool			 up, broken, flushing, dispatching;
	bool			 deaf;		/* send(2) failed: nothing more can leave */
};

void
peer_break(struct peer *p, const char *why)
{
	if (p->broken)
		return;
	p->broken = true;
	event_del(p->readable);
	event_del(p->writable);
	event_del(p->flush);
	p->ops->closed(p, why);
}

static int
handle_hello(struct peer *p, struct rdr *r)
{
	unsigned version = rdr_u16(r), role = rdr_u16(r), nr = rdr_u16(r), generation = rdr_u32(r);

	if (version != IPC_VERSION || role != p->other || nr != p->other_nr ||
	    generation != p->self.generation) {
		log_error("a peer said it is role %u number %u generation %u, protocol %u; "
		    "expected %s %u generation %u, protocol %u", role, nr, generation, version,
		    role_name(p->other), p->other_nr, p->self.generation, IPC_VERSION);
		return -1;
	}
	p->up = true;
	if (p->ops->up != NULL)
		p->ops->up(p);
	return 0;
}

static int
dispatch_frame(struct peer *p, unsigned type, const uint8_t *payload, size_t len)
{
	struct rdr r = rdr_of(payload, len);

	if (type == IPC_HELLO)
		return handle_hello(p, &r);
	if (!p->up) {
		log_error("%s %u spoke before its HELLO", role_name(p->other), p->other_nr);
		return -1;
	}
	for (size_t i = 0; i < p->ops->nhandlers; i++)
		if (p->ops->handlers[i].type == type)
			return p->ops->handlers[i].handle(p, &r);
	log_error("no handler for message %u from %s %u", type, role_name(p->other), p->other_nr);
	return -1;
}

/* Dispatch every whole frame of p->in. -1: the link is to be broken. */
static int
dispatch(struct peer *p)
{
	while (p->in.len - p->in_done >= HEAD && !p->broken) {
		struct rdr r = rdr_of(p->in.data + p->in_done, p->in.len - p->in_done);
		size_t len = rdr_u32(&r);
		unsigned type = rdr_u16(&r);
		const char *why;

		(void)rdr_u16(&r);
		why = ipc_check(ipc_row(type), p->other, p->self.role, len);
		if (why != NULL) {
			log_error("message %u of %zu bytes from %s %u: %s", type, len,
			    role_name(p->other), p->other_nr, why);
			return -1;
		}
		if (len > rdr_left(&r)) {
			buf_reserve(&p->in, HEAD + len - rdr_left(&r));
			break;
		}
		p->in_done += HEAD + len;
		if (dispatch_frame(p, type, r.p, len) == -1)
			return -1;
	}
	buf_drain(&p->in, p->in_done);
	p->in_done = 0;
	if (p->in.len == 0 && p->in.cap > KEEP_AT_MOST)
		buf_free(&p->in);
	return 0;
}

/* 1: read something; 0: nothing there; -1: broken (closed was called). */
static int
read_some(struct peer *p)
{
	uint8_t *room = buf_reserve(&p->in, READ_CHUNK);
	size_t space = p->in.cap - p->in.len;
	ssize_t n;

	if (room == NULL)
		fatalx("no room to read from a peer");
	n = recv(p->fd, room, space, 0);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0) {
		peer_break(p, n == 0 ? "it closed the link" : strerror(errno));
		return -1;
	}
	buf_commit(&p->in, (size_t)n);
	if (dispatch(p) == -1) {
		peer_break(p, "it sent what it may not send");
		return -1;
	}
	return p->broken ? -1 : 1;
}

int
peer_drain(struct peer *p)
{
	int r = 0;

	if (p->broken)
		return -1;
	/* A handler that drains again would dispatch the same bytes twice. */
	if (p->dispatching)
		return 0;
	p->dispatching = true;
	while ((r = read_some(p)) == 1)
		continue;
	p->dispatching = false;
	return r;
}

/* One that sends faster than its frames can be dealt with must not keep the loop from all else. */
static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct peer *p = arg;

	(void)fd;
	(void)what;
	if (p->dispatching)
		return;
	p->dispatching = true;
	for (int i = 0; i < READS_A_TURN && read_some(p) == 1; i++)
		continue;
	p->dispatching = false;
}

static void
compact(struct peer *p)
{
	if (p->out_done == p->out.len) {
		p->out_done = 0;
		buf_reset(&p->out);
		if (p->out.cap > KEEP_AT_MOST)
			buf_free(&p->out);
	} else if (p->out_done > FLUSH_AT) {
		buf_drain(&p->out, p->out_done);
		p->out_done = 0;
	}
}

void
peer_flush(struct peer *p)
{
	ssize_t n = 0;
	bool progress = false;

	if (p->broken || p->deaf)
		return;
	while (p->out_done < p->out.len) {
		n = send(p->fd, p->out.data + p->out_done, p->out.len - p->out_done, MSG_NOSIGNAL);
		if (n == -1)
			break;
		p->out_done += (size_t)n;
		p->sent += (uint64_t)n;
		progress = true;
	}
	/* The other end is gone. What it sent before that still waits to be read, so the link breaks at its end of file. */
	if (n == -1 && errno != EAGAIN && errno != EINTR)
		p->deaf = true;
	if (p->out_done < p->out.len && !p->deaf)
		event_add(p->writable, NULL);
	compact(p);
	if (progress && p->ops->sent != NULL)
		p->ops->sent(p);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct peer *p = arg;

	(void)fd;
	(void)what;
	p->flushing = false;
	peer_flush(p);
}

struct buf *
peer_begin(struct peer *p, enum ipc_type type, size_t len)
{
	if (p->broken)
		return NULL;
	if (peer_waiting(p) + HEAD + len > p->max_queue) {
		peer_break(p, "it does not read what we send: its queue is full");
		return NULL;
	}
	buf_put_u32(&p->out, (uint32_t)len);
	buf_put_u16(&p->out, (uint16_t)type);
	buf_put_u16(&p->out, 0);
	p->frame_end = p->out.len + len;
	return &p->out;
}

void
peer_end(struct peer *p)
{
	if (p->out.len != p->frame_end)
		fatalx("a frame of %zu bytes too %s", p->out.len > p->frame_end ?
		    p->out.len - p->frame_end : p->frame_end - p->out.len,
		    p->out.len > p->frame_end ? "many" : "few");
	p->queued = p->sent + (p->out.len - p->out_done);
	if (peer_waiting(p) >= FLUSH_AT && !event_pending(p->writable, EV_WRITE, NULL)) {
		peer_flush(p);
	} else if (!p->flushing) {
		/* Runs behind every event that is active now: at this turn's end. */
		p->flushing = true;
		event_active(p->flush, EV_WRITE, 1);
	}
}

int
peer_put(struct peer *p, enum ipc_type type, const void *payload, size_t len)
{
	struct buf *b = peer_begin(p, type, len);

	if (b == NULL)
		return -1;
	buf_put(b, payload, len);
	peer_end(p);
	return 0;
}

static void
say_hello(struct peer *p)
{
	struct buf *b = peer_begin(p, IPC_HELLO, 14);

	buf_put_u16(b, IPC_VERSION);
	buf_put_u16(b, (uint16_t)p->self.role);
	buf_put_u16(b, (uint16_t)p->self.nr);
	buf_put_u32(b, p->self.generation);
	buf_put_u32(b, (uint32_t)getpid());
	peer_end(p);
}

struct peer *
peer_new(struct event_base *base, int fd, const struct peer_self *self, enum role_id other,
    unsigned other_nr, const struct peer_ops *ops, size_t max_queue, void *arg)
{
	struct peer *p = xcalloc(1, sizeof(*p));

	evutil_make_socket_nonblocking(fd);
	p->fd = fd;
	p->self = *self;
	p->other = other;
	p->other_nr = other_nr;
	p->ops = ops;
	p->max_queue = max_queue;
	p->arg = arg;
	p->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, p);
	p->writable = event_new(base, fd, EV_WRITE, on_writable, p);
	p->flush = event_new(base, -1, 0, on_writable, p);
	if (p->readable == NULL || p->writable == NULL || p->flush == NULL ||
	    event_add(p->readable, NULL) == -1)
		fatalx("no events for a peer");
	say_hello(p);
	return p;
}

void
peer_free(struct peer *p)
{
	if (p == NULL)
		return;
	p->broken = true;
	event_free(p->readable);
	event_free(p->writable);
	event_free(p->flush);
	close(p->fd);
	buf_free(&p->in);
	buf_free(&p->out);
	free(p);
}

static void
on_retired(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	peer_free(arg);
}

void
peer_retire(struct peer *p)
{
	static const struct timeval now;

	if (p == NULL)
		return;
	p->broken = true;
	event_del(p->readable);
	event_del(p->writable);
	event_del(p->flush);
	if (event_base_once(event_get_base(p->readable), -1, EV_TIMEOUT, on_retired, p, &now) == -1)
		fatalx("no event to free a peer");
}

void *
peer_arg(const struct peer *p)
{
	return p->arg;
}

enum role_id
peer_role(const struct peer *p)
{
	return p->other;
}

unsigned
peer_nr(const struct peer *p)
{
	return p->other_nr;
}

bool
peer_is_up(const struct peer *p)
{
	return p->up && !p->broken;
}

uint64_t
peer_queued(const struct peer *p)
{
	return p->queued;
}

uint64_t
peer_sent(const struct peer *p)
{
	return p->sent;
}

size_t
peer_waiting(const struct peer *p)
{
	return p->out.len - p->out_done;
}
