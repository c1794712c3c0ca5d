/*
 * problem.h: what can be wrong, one row each, and how it is told: RFC 9457
 * problem details. The rows are contract: clients match on type.
 */
#ifndef WORKER_PROBLEM_H
#define WORKER_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command/command.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/id.h"
#include "value/value.h"

/* name, status, slug, title */
#define PROBLEMS(X)									\
	X(MALFORMED, 400, "malformed", "The request cannot be parsed")			\
	X(BAD_REQUEST, 400, "bad-request", "The request is not valid")			\
	X(UNAUTHORIZED, 401, "unauthorized", "This needs credentials")		\
	X(FORBIDDEN, 403, "forbidden", "This is not allowed")				\
	X(NOT_FOUND, 404, "not-found", "There is nothing here")				\
	X(METHOD_NOT_ALLOWED, 405, "method-not-allowed", "This method is not for this resource") \
	X(NOT_ACCEPTABLE, 406, "not-acceptable", "No acceptable media type")		\
	X(TIMEOUT, 408, "timeout", "The request did not arrive in time")		\
	X(GONE, 410, "gone", "This is kept no longer")					\
	X(TOO_LARGE, 413, "too-large", "The request is too large")			\
	X(URI_TOO_LONG, 414, "uri-too-long", "The request target is too long")		\
	X(UNSUPPORTED_MEDIA_TYPE, 415, "unsupported-media-type",		\
	    "This media type is not accepted")						\
	X(PRECONDITION_FAILED, 412, "precondition-failed",			\
	    "It is not as the request expects it")					\
	X(SCHEMA_INCOMPATIBLE, 409, "schema-incompatible",			\
	    "The schema refuses what the one before took")				\
	X(UNKNOWN_ACTION, 422, "unknown-action", "No schema is known for this action") \
	X(SCHEMA_VIOLATION, 422, "schema-violation", "The data does not match its schema") \
	X(IDEMPOTENCY_IN_PROGRESS, 409, "idempotency-in-progress",		\
	    "The same command is being written now")					\
	X(IDEMPOTENCY_KEY_REUSED, 422, "idempotency-key-reused",		\
	    "This Idempotency-Key was used for another command")			\
	X(INVALID_COMMAND, 422, "invalid-command", "The command is not valid")		\
	X(TOO_MANY, 429, "too-many", "Too many requests")			\
	X(HEADERS_TOO_LARGE, 431, "headers-too-large", "The header fields are too large") \
	X(NOT_IMPLEMENTED, 501, "not-implemented", "This is not implemented")		\
	X(UNAVAILABLE, 503, "unavailable", "The service is not available now")		\
	X(OUTCOME_UNKNOWN, 504, "outcome-unknown",					\
	    "It is not known whether the command was written")				\
	X(HTTP_VERSION, 505, "http-version", "This HTTP version is not supported")

enum problem_id {
	PROBLEM_NONE,
#define X(name, status, slug, title) PROBLEM_##name,
	PROBLEMS(X)
#undef X
};

#define PROBLEM_TYPE	"urn:cmdr:problem:"	/* and the slug */

struct problem_row {
	int		 status;
	const char	*type;	/* PROBLEM_TYPE and the slug */
	const char	*title;
};

/* The row of an id other than PROBLEM_NONE. */
const struct problem_row *problem_row(enum problem_id id);
/* The reason phrase of a status that this server sends (RFC 9110 15, 6585 5). */
const char *problem_reason(int status);

/*
 * {"type":…,"title":…,"status":…,"detail":…} as JSON, for what has to be said without a codec.
 * detail is plain
 * ASCII; quotes, backslashes and controls in it are escaped.
 */
void	 problem_json(struct buf *out, enum problem_id id, const char *detail);

/*
 * A problem as it is told to a client: the members that its kind has. Texts are in an arena or
 * constant.
 */
struct problem {
	enum problem_id			 id;
	const char			*detail;
	const struct command_faults	*faults;	/* NULL: none */
	const struct value		*errors;	/* "errors", made already; NULL: faults */
	unsigned			 line, column;	/* 0: none */
	bool				 has_offset;
	size_t				 offset;
	bool				 has_command;
	struct id			 command;	/* "id": the command it is about */
};

/* The map of a problem, in the arena. VALUE_NIL where the arena is full. */
struct value problem_value(struct arena *a, const struct problem *p);

#endif
