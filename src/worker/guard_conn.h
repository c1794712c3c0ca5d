/*
 * guard_conn.h: one connection as the files of the guard share it: guard.c
 * (its life), guard_shake.c (TLS), guard_in.c (what comes), guard_out.c (what
 * goes). For them only.
 */
#ifndef WORKER_GUARD_CONN_H
#define WORKER_GUARD_CONN_H

#include <event2/buffer.h>
#include <event2/bufferevent.h>

#include "worker/guard.h"
#include "worker/guard_tls.h"

enum guard_state {
	CONN_IDLE,	/* between requests */
	CONN_HEAD,	/* within a head */
	CONN_BODY,
	CONN_PENDING,	/* a request is whole and waits for its answer */
	CONN_WRITING,	/* the answer is given, the client has not taken it all */
	CONN_CLOSING,	/* the last answer is given; what still comes is dropped */
	CONN_SHAKING,	/* within the handshake of TLS */
	CONN_DEAD,
};

struct guard_conn {
	TAILQ_ENTRY(guard_conn)	 link;
	TAILQ_ENTRY(guard_conn)	 shake;		/* while shaking */
	struct guard		*guard;
	struct guard_door	*door;
	struct bufferevent	*filter;	/* evhttp's */
	struct bufferevent	*socket;	/* below it; it writes, and holds what was read */
	struct event		*readable;	/* reads; NULL once the connection is over */
	struct wheel_timer	 deadline;
	struct guard_request	*request;
	struct guard_tls	*tls;		/* NULL: what is sent is what is read */
	enum guard_state	 state;
	size_t			 dropped;	/* bytes, while closing */
	size_t			 behind;	/* bytes that TLS said by itself while others waited */
	bool			 shaking;	/* in guard.shaking */
	bool			 feeding;	/* guard_in_read is on the stack */
	bool			 timed;		/* the deadline is that of the request being read */
	bool			 paused;	/* enough is read ahead: reading is off */
	bool			 half_closed;	/* the client will send no more */
	bool			 broken;	/* writing failed */
	bool			 last;		/* the connection ends with this answer */
	/* the client's address, also once it hung up; of a Unix socket its family only */
	union {
		struct sockaddr		any;
		struct sockaddr_in	four;
		struct sockaddr_in6	six;
	} peer;
	/* wait for the client's end, so that it can read the answer */
	bool			 linger;
};

/* The client has this long, having closed its sending side, to be answered. */
#define GUARD_HALF_CLOSED_MS	500
/* Bytes of further requests that are read while one waits for its answer. */
#define GUARD_READ_AHEAD	((size_t)64 << 10)

/* So long those that are idle at a drain are waited for: they may be about to ask. */
#define GUARD_DRAIN_IDLE_MS	1000

/* Bytes came, or a request is over: go on with what is there. */
void	guard_in_read(struct guard_conn *c);
/* Read from the socket, or leave it alone. */
void	guard_reading(struct guard_conn *c, bool on);
/* Over: tell evhttp and the owner. c lives until the event loop frees it. */
void	guard_end(struct guard_conn *c);
/*
 * The client sends no more: a half-close counts as hanging up, but what it asked may still be
 * answered shortly.
 */
void	guard_half_close(struct guard_conn *c);
/* No request is at work: wait for the next. */
void	guard_rest(struct guard_conn *c);
/* Put the request back for the next one. */
void	guard_release(struct guard_conn *c);
void	guard_put_back(struct guard *g, struct guard_request *r);
/*
 * The request at work becomes a stream: c is over, evhttp too is done with it. Returns the
 * descriptor and the TLS over it (NULL: none), the caller's now, and what it did not take yet in
 * guard.scratch; -1 with nothing changed if no descriptor is left.
 */
int	guard_leave(struct guard_conn *c, struct guard_tls **tls);
/* A connection or stream is over. */
void	guard_one_less(struct guard_door *d);
/* End every stream now. */
void	guard_stream_abort(struct guard *g);
struct guard_request *guard_take(struct guard_conn *c);

/* A connection with TLS is new. */
void	guard_shake_begin(struct guard_conn *c);
/* Its handshake is done, or it is over: where it was not done, it failed. */
void	guard_shake_leave(struct guard_conn *c, bool done);
/* Leave what came for a later turn of the event loop: this one has done enough for handshakes. */
bool	guard_shake_later(struct guard_conn *c);
void	guard_shake_on_turn(evutil_socket_t fd, short what, void *arg);
/* Bytes from its socket. */
void	guard_shake_take(struct guard_conn *c, const void *data, size_t len);

/* Answer what is no sound request, and close. */
void	guard_out_refuse(struct guard_conn *c, enum problem_id problem, const char *detail);
void	guard_out_continue(struct guard_conn *c);
/* Answer with the body that is in guard.scratch. r is over. */
void	guard_out_reply(struct guard_request *r, int status);
/* Count an answer; r NULL: to what is no sound request. */
void	guard_out_count(struct guard *g, const struct guard_answer *a);
/* The Content-Type that was added to the answer, or NULL. */
const char *guard_out_type(const struct guard_request *r);
/* Send what is in guard.wire, bytes as they go over the socket; what it does not take waits. */
void	guard_out_wire(struct guard_conn *c);
/* The same with what TLS itself answers to what came. false: too much of that waits, as the client takes nothing. */
bool	guard_out_own(struct guard_conn *c);
/* All that was to be sent has left. */
void	guard_out_drained(struct guard_conn *c);
/* The filter's output side. */
enum bufferevent_filter_result guard_out_filter(struct evbuffer *src, struct evbuffer *dst,
    ev_ssize_t limit, enum bufferevent_flush_mode mode, void *arg);

#endif
