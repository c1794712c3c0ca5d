/*
 * exchange.h: one request and its answer as the routes handle them, on top of
 * what the guard made sure of.
 */
#ifndef WORKER_EXCHANGE_H
#define WORKER_EXCHANGE_H

#include "access/access.h"
#include "command/command.h"
#include "util/arena.h"
#include "util/buf.h"
#include "worker/guard.h"
#include "worker/media.h"
#include "worker/problem.h"

struct route;
struct schema_write;
struct stream;
struct submission;
struct worker;

struct exchange {
	struct guard_request	 g;		/* first: the guard makes and reuses these */
	struct arena		 arena;		/* values, texts; given back after the answer */
	struct buf		 inflated;	/* a gzip body's content */
	const struct route	*route;		/* NULL: none */
	/* NULL: nothing acceptable was named; problems are JSON then */
	const struct media	*answer;
	const struct codec	*body;		/* what the body is in */
	bool			 gzip;		/* the body is */
	bool			 by_encoding;	/* the answer hangs on Accept-Encoding */
	struct problem		 problem;	/* id PROBLEM_NONE: nothing wrong as yet */

	struct identity		 who;		/* auth.c; its texts in the arena */
	bool			 bad_token;	/* a token was shown, and is not good */
	unsigned		 retry_s;	/* of a 429 */

	/* A command being submitted (post.c). */
	struct command		 command;
	struct command_faults	 faults;
	struct course		*course;	/* NULL: none is under way */
	struct batch		*batch;		/* NULL: the body is one command, or was not read yet */
	bool			 sync;
	bool			 atomic;	/* of a batch: all or none */
	int64_t			 wait_ms;
	const char		*applied;	/* Preference-Applied, or NULL */

	/* for the access log */
	const char		*request_id;	/* X-Request-Id of the answer; NULL: none yet */
	bool			 has_logged;
	struct id		 logged;	/* the command that it is about */
	struct schema_write	*schema_write;	/* a schema is being changed (schema_write.c) */
	struct reading		*reading;	/* its answer is held (read.c) */
	struct stream		*stream;	/* it is a live stream, or waits to be one (stream.c) */
};

struct worker *exchange_worker(const struct exchange *x);
/* A field's text in the arena, NUL-terminated; NULL if absent or the arena is full. */
const char *exchange_field(struct exchange *x, enum guard_field f);
/*
 * The value of a query parameter, decoded, in the arena. 1: found; 0: absent; -1: twice, or
 * badly encoded.
 */
int	exchange_parameter(struct exchange *x, const char *name, const char **out);
/* Decode %XX (and + where plus) of s into the arena. NULL: badly encoded, or a NUL. */
const char *exchange_decode(struct exchange *x, const char *s, size_t len, bool plus);
/*
 * Note what is wrong, to be told with response_problem. detail NULL: the arena is full. Returns
 * false.
 */
bool	exchange_wrong(struct exchange *x, enum problem_id id, const char *detail);

#endif
