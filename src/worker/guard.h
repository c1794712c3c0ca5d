/*
 * guard.h: what stands between clients and evhttp. Every byte of a connection
 * is read here first: a request is handed on only once it is whole and sound,
 * one at a time, and what is not is answered here. evhttp keeps the listeners,
 * the connections and the writing of answers; no byte that a client chose
 * reaches its parser. Knows nothing of commands.
 */
#ifndef WORKER_GUARD_H
#define WORKER_GUARD_H

#include <sys/queue.h>

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>
#include <event2/http.h>
#include <openssl/types.h>

#include "daemon/scoreboard.h"
#include "util/buf.h"
#include "worker/guard_chunk.h"
#include "worker/guard_head.h"
#include "worker/wheel.h"

struct guard;
struct guard_conn;
struct guard_tls;
struct guard_door;
struct guard_stream;

/*
 * One request, from its first byte to its answer. The owner's own struct begins with one
 * (guard_ops.size).
 */
struct guard_request {
	TAILQ_ENTRY(guard_request)	 link;
	struct guard			*guard;
	struct guard_door		*door;		/* that it came by */
	struct guard_conn		*conn;		/* NULL: it is a stream's */
	struct guard_stream		*stream;	/* since guard_stream_begin */
	struct evhttp_request		*ev;	/* set before ops.request; for answer headers */
	struct guard_head		 head;
	struct guard_chunk		 chunk;
	struct buf			 body;
	int64_t				 whole_ns;	/* clock_ns when it was whole */
	size_t				 held;		/* bytes of it that guard.held counts */
	/* the body is not wanted: it is read and forgotten */
	bool				 dropping;
	/* the body is larger than max_body, and not read */
	bool				 too_large;
	/* a body is still to come: the answer is the last */
	bool				 unread;
};

/* An answer, for those who count or write down. */
struct guard_answer {
	struct guard_request	*request;	/* NULL: not a byte of it was understood */
	bool			 refused;	/* by the guard: the request may not be whole */
	int			 status;
	const char		*content_type;	/* NULL: none */
	size_t			 len;		/* of the body; 0 for a stream */
	int			 fd;		/* of the client */
};

/* Listeners are of two kinds; the connections of each are bounded by themselves. */
enum guard_side {
	GUARD_CLIENTS,
	GUARD_ADMIN,
	GUARD_SIDES
};

struct guard_ops {
	size_t	size;	/* of the owner's struct */
	/*
	 * A request's memory is new (zeroed), or is given up for good. It is used for many
	 * requests.
	 */
	void	(*init)(struct guard_request *r);
	void	(*free)(struct guard_request *r);
	/* A head is whole: false if the request will be refused whatever its body is. */
	bool	(*head)(struct guard_request *r);
	/*
	 * A request is whole, or will be refused (dropping, too_large). Answer with guard_reply,
	 * now or later.
	 */
	void	(*request)(struct guard_request *r);
	/* An answer is about to leave. May be NULL: not wanted. */
	void	(*answered)(struct guard *g, const struct guard_answer *a);
	/*
	 * The client hung up before the answer: forget the request; guard_reply must not come
	 * any more.
	 */
	void	(*gone)(struct guard_request *r);
	/* It is over, answered or not: give back what was made for it. */
	void	(*over)(struct guard_request *r);
	/*
	 * guard_stream_begin: it stays at work for long: give back all memory that the stream
	 * does without.
	 */
	void	(*shed)(struct guard_request *r);
	/* A stream: what guard_stream_write left waiting has left. NULL: not wanted. */
	void	(*writable)(struct guard_request *r);
	/* Connections of a side reached max_connections (true), or are below it again (false). */
	void	(*full)(struct guard *g, enum guard_side side, bool full);
	/* The last connection is gone while draining. */
	void	(*drained)(struct guard *g);
};

struct guard_limits {
	size_t		max_target, max_fields, max_body;	/* bytes */
	int64_t		idle_ms, request_ms;
	unsigned	max_connections[GUARD_SIDES];
	int64_t		handshake_ms;
	unsigned	max_handshakes;
};

/* What lies behind the listeners of one kind. */
struct guard_door {
	struct guard	*guard;
	enum guard_side	 side;
	SSL_CTX		*tls;		/* NULL: not spoken here */
	struct evhttp	*http;		/* that the listeners are bound to */
};

TAILQ_HEAD(guard_conns, guard_conn);
TAILQ_HEAD(guard_requests, guard_request);
TAILQ_HEAD(guard_streams, guard_stream);

struct guard {
	struct guard_door		 doors[GUARD_SIDES][2];	/* without and with TLS */
	unsigned			 of_side[GUARD_SIDES];	/* connections; streams are counted too */
	struct event_base		*base;
	struct wheel			*wheel;
	struct board_slot		*slot;
	struct guard_limits		 limits;
	const struct guard_ops		*ops;
	void				*arg;		/* the owner's */
	struct guard_conns		 conns;
	struct guard_conns		 shaking;	/* those in a handshake, oldest first */
	unsigned			 nshaking;
	unsigned			 steps;		/* of handshakes, in this turn of the event loop */
	struct event			*turn;		/* ends it */
	struct guard_streams		 streams;
	unsigned			 nconns;	/* of all doors */
	struct guard_requests		 spare;
	unsigned			 nspare;
	struct guard_conn		*delivering;	/* whose request evhttp is being told of */
	struct evbuffer			*scratch;
	struct evbuffer			*wire;		/* what TLS made, on its way to a socket */
	int				 nowhere;	/* see guard_leave */
	size_t				 held;		/* bytes of bodies held now */
	size_t				 max_held;
	bool				 draining;
};

/* base, wheel, slot, tls and ops outlive the guard. Its doors are then ready for listeners; tls may be NULL. */
void	guard_init(struct guard *g, struct event_base *base, struct wheel *wheel,
	    struct board_slot *slot, const struct guard_limits *limits, SSL_CTX *tls,
	    const struct guard_ops *ops, void *arg);
/* The client's socket, or -1. */
int	guard_fd(const struct guard_request *r);
/* The client's address, also after it hung up; of a Unix socket its family only. NULL: not known, or a stream's request. */
const struct sockaddr *guard_peer(const struct guard_request *r);
/* The subject of the certificate that the client showed (RFC 4514), or NULL. */
const char *guard_subject(const struct guard_request *r);
/* Ends every connection at once. */
void	guard_free(struct guard *g);
/*
 * Every answer from now on is its connection's last; those that stay idle for a second end.
 * Streams are the owner's to end.
 */
void	guard_drain(struct guard *g);
/* End every connection now. */
void	guard_abort(struct guard *g);

/* Add a header field to the answer of a request. */
void	guard_header(struct guard_request *r, const char *name, const char *value);
/* Answer; body is copied. The request is over then: r is not to be used any more. */
void	guard_reply(struct guard_request *r, int status, const void *body, size_t len);
/* The guard of a request. */
struct guard *guard_of(const struct guard_request *r);

#endif
