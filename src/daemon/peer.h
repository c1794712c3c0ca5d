/*
 * peer.h: a link between two roles: frames over a non-blocking stream socket.
 * A frame is u32 length of payload, u16 type, u16 zero, payload. What is put
 * within one turn of the loop leaves in one write at its end.
 */
#ifndef DAEMON_PEER_H
#define DAEMON_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>

#include "daemon/ipc.h"
#include "util/buf.h"

struct peer;

/* A row of a role's dispatch table: the sender was checked against ipc.def before the handler runs. */
struct peer_handler {
	enum ipc_type	type;
	/* The payload is valid until the handler returns. Returns 0, or -1 to break the link (say why in the log). */
	int		(*handle)(struct peer *p, struct rdr *payload);
};

struct peer_ops {
	const struct peer_handler	*handlers;
	size_t				 nhandlers;
	/* The other said HELLO: it lives and speaks our version. May be NULL. */
	void	(*up)(struct peer *p);
	/* More bytes were taken by send(2): peer_sent() grew. May be NULL. */
	void	(*sent)(struct peer *p);
	/* The link is broken (once); the owner retires the peer, or frees it later. why is a sentence for the log. */
	void	(*closed)(struct peer *p, const char *why);
};

struct peer_self {
	enum role_id	role;
	unsigned	nr;
	unsigned	generation;
};

/*
 * Take over fd (made non-blocking) and send HELLO. max_queue bounds the bytes waiting to be sent: putting more
 * breaks the link. arg is the owner's (peer_arg).
 */
struct peer	*peer_new(struct event_base *base, int fd, const struct peer_self *self, enum role_id other,
		    unsigned other_nr, const struct peer_ops *ops, size_t max_queue, void *arg);
/* Closes. NULL is allowed. Not from within a handler of this peer, nor from closed(): peer_retire there. */
void		 peer_free(struct peer *p);
/* Nothing comes from it any more; it is freed at the end of this turn of the loop. From anywhere. */
void		 peer_retire(struct peer *p);
void		*peer_arg(const struct peer *p);
enum role_id	 peer_role(const struct peer *p);
unsigned	 peer_nr(const struct peer *p);
bool		 peer_is_up(const struct peer *p);

/*
 * Begin a frame: put exactly len bytes of payload into the returned buffer, then peer_end. NULL where the link
 * is broken or its queue is full (the link is then broken too).
 */
struct buf	*peer_begin(struct peer *p, enum ipc_type type, size_t len);
void		 peer_end(struct peer *p);
/* A frame of one piece. 0, or -1 as above. */
int		 peer_put(struct peer *p, enum ipc_type type, const void *payload, size_t len);

/* Bytes ever put, and ever taken by send(2): a frame ending at queued() == x has left once sent() >= x. */
uint64_t	 peer_queued(const struct peer *p);
uint64_t	 peer_sent(const struct peer *p);
/* Bytes waiting. */
size_t		 peer_waiting(const struct peer *p);
/* Send now what can be sent. */
void		 peer_flush(struct peer *p);
/* Give the link up: closed is called with why, as if the other had gone. */
void		 peer_break(struct peer *p, const char *why);
/* Read and dispatch until nothing more is there (EAGAIN). Returns 0, or -1 if the link broke (closed was called). */
int		 peer_drain(struct peer *p);

#endif
