/*
 * guard_head.h: the head of a request: request line and field lines, read
 * strictly (RFC 9112), a piece at a time. What two readers could take in two
 * ways is refused. Pure: bytes in, a struct out; no sockets.
 */
#ifndef WORKER_GUARD_HEAD_H
#define WORKER_GUARD_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "worker/problem.h"

#define GUARD_METHODS(X)	\
	X(GET) X(HEAD) X(POST) X(PUT) X(DELETE) X(OPTIONS) X(PATCH) X(TRACE) \
	X(QUERY) X(CONNECT)

enum guard_method {
	METHOD_UNKNOWN,
#define X(name) METHOD_##name,
	GUARD_METHODS(X)
#undef X
	METHODS
};

#define GUARD_METHOD_MAX	32	/* bytes of a method's name; longer ones are 501 */

/* What happens when a field comes more than once. */
enum guard_repeat {
	REPEAT_REFUSE,
	REPEAT_JOIN,	/* a list: the lines are joined with ", " (RFC 9110 5.3) */
};

/* name, lower-case text, when repeated. Other fields are checked and forgotten. */
#define GUARD_FIELDS(X)							\
	X(HOST, "host", REPEAT_REFUSE)					\
	X(ACCEPT, "accept", REPEAT_JOIN)				\
	X(CONTENT_TYPE, "content-type", REPEAT_REFUSE)			\
	X(CONTENT_LENGTH, "content-length", REPEAT_REFUSE)		\
	X(TRANSFER_ENCODING, "transfer-encoding", REPEAT_REFUSE)	\
	X(CONTENT_ENCODING, "content-encoding", REPEAT_JOIN)		\
	X(CONNECTION, "connection", REPEAT_JOIN)			\
	X(EXPECT, "expect", REPEAT_JOIN)				\
	X(PREFER, "prefer", REPEAT_JOIN)				\
	X(X_REQUEST_ID, "x-request-id", REPEAT_REFUSE)			\
	X(IDEMPOTENCY_KEY, "idempotency-key", REPEAT_REFUSE)		\
	X(LAST_EVENT_ID, "last-event-id", REPEAT_REFUSE)		\
	X(IF_NONE_MATCH, "if-none-match", REPEAT_JOIN)			\
	X(IF_MATCH, "if-match", REPEAT_JOIN)				\
	X(ACCEPT_ENCODING, "accept-encoding", REPEAT_JOIN)		\
	X(USER_AGENT, "user-agent", REPEAT_JOIN)			\
	X(REFERER, "referer", REPEAT_JOIN)				\
	X(TRACEPARENT, "traceparent", REPEAT_JOIN)			\
	X(TRACESTATE, "tracestate", REPEAT_JOIN)			\
	X(ORIGIN, "origin", REPEAT_REFUSE)				\
	X(X_FORWARDED_FOR, "x-forwarded-for", REPEAT_JOIN)		\
	X(AUTHORIZATION, "authorization", REPEAT_REFUSE)		\
	X(CORS_METHOD, "access-control-request-method", REPEAT_REFUSE)

enum guard_field {
#define X(name, text, repeat) FIELD_##name,
	GUARD_FIELDS(X)
#undef X
	FIELDS
};

/* A piece of the head's text. */
struct guard_span {
	uint32_t	off, len;
	bool		set;
};

struct guard_head {
	size_t			max_target, max_fields;
	struct buf		raw;		/* the lines as they came */
	size_t			line;		/* where the line that is being read begins */
	/* where the field lines begin; 0: the request line is not whole */
	size_t			fields_at;
	/* the empty line that may come before a request has come */
	bool			blank;

	enum guard_method	method;
	struct guard_span	method_text;
	struct guard_span	path, query;	/* as sent, not decoded; an empty path means "/" */
	unsigned		minor;		/* of HTTP/1: 0, or 1 for anything later */
	struct guard_span	field[FIELDS];
	/* bits of REPEAT_JOIN fields that came more than once */
	unsigned		repeated;
	bool			has_length, chunked, close, keep_alive, expects_continue;
	/* Content-Length; UINT64_MAX for what does not fit */
	uint64_t		length;

	enum problem_id		problem;	/* why it was refused */
	char			detail[200];
};

enum guard_fed {
	FED_MORE,	/* everything was taken, more is needed */
	FED_DONE,	/* whole */
	FED_REFUSED,	/* problem and detail say why */
};

/* max_target: bytes of the request target; max_fields: of all field lines together. */
void	guard_head_init(struct guard_head *h, size_t max_target, size_t max_fields);
void	guard_head_free(struct guard_head *h);
/* Make ready for the next request; memory is kept. */
void	guard_head_reset(struct guard_head *h);
/* Take bytes. *used is how many of them belong to this head. */
enum guard_fed guard_head_feed(struct guard_head *h, const uint8_t *in, size_t len, size_t *used);
/*
 * The text of a piece: not NUL-terminated; NULL if it is not set. Valid until the next feed or
 * reset.
 */
const char *guard_head_text(const struct guard_head *h, const struct guard_span *s);

/* "GET"; "" for METHOD_UNKNOWN. */
const char *guard_head_method(enum guard_method m);
/*
 * Is a line (without its CRLF) a field line (RFC 9112 5)? Returns 0 and the bounds of name and
 * value, or -1 and a
 * sentence. Also for trailers.
 */
int	guard_head_field_line(const uint8_t *line, size_t len, size_t *name_len, size_t *value_at,
	    size_t *value_len, const char **why);
/*
 * The next element of a comma-separated list from *at: its bounds without white space; false at
 * the end.
 */
bool	guard_head_list(const char *s, size_t len, size_t *at, const char **item, size_t *item_len);
/* Case-insensitive comparison with a lower-case text. */
bool	guard_head_is(const char *s, size_t len, const char *lower);

#endif
