/*
 * openapi.h: GET /openapi.json: what this service is, as OpenAPI 3.1, made at run
 * time from the tables that the service itself goes by: routes, media types,
 * problems, limits; and from the rows here about each operation.
 */
#ifndef WORKER_OPENAPI_H
#define WORKER_OPENAPI_H

#include "util/jsonw.h"
#include "worker/exchange.h"
#include "worker/schemas.h"

/* INT64_MAX / 2, which list.c takes. */
#define OPENAPI_MOST	"4611686018427387903"
#define OPENAPI_TIME "{\"anyOf\":[{\"type\":\"integer\",\"minimum\":-" OPENAPI_MOST ",\"maximum\":" OPENAPI_MOST "}," \
    "{\"type\":\"string\",\"format\":\"date-time\"}]}"
/* A quoted string or a bare token, of 255 characters (RFC 8941 3.3.3, 3.3.4). */
#define OPENAPI_KEYS "{\"type\":\"string\",\"pattern\":" \
    "\"^(\\\"([ !#-\\\\[\\\\]-~]|\\\\\\\\[\\\"\\\\\\\\]){1,255}\\\"|[A-Za-z0-9!#$%&'*+.^_`|~:/-]{1,255})$\"," \
    "\"examples\":[\"\\\"8e03978e-40d5-43e8-bc93-6894a57f9324\\\"\"]}"

/* A parameter of operations: a bit of openapi_op.parameters each. name, in, JSON Schema, doc */
#define OPENAPI_PARAMETERS(X)									\
	X(ID, "id", "path", "{\"type\":\"string\",\"format\":\"uuid\"}", "The record's id.")	\
	X(SYNC, "sync", "query", "{\"type\":\"boolean\"}",					\
	    "Wait for the first event that answers the command.")				\
	X(ATOMIC, "atomic", "query", "{\"type\":\"boolean\"}",					\
	    "Of a batch: write none where one is not valid.")					\
	X(WAIT, "wait", "query", "{\"type\":\"integer\",\"minimum\":0}",			\
	    "Seconds to wait for a first child.")						\
	X(LIMIT, "limit", "query", "{\"type\":\"integer\",\"minimum\":1,\"maximum\":1000,\"default\":100}", \
	    "Records of a page, at most.")							\
	X(OFFSET, "offset", "query", "{\"type\":\"integer\",\"minimum\":0,\"maximum\":" OPENAPI_MOST "}", \
	    "Records to pass over.")								\
	X(AFTER, "after", "query", "{\"type\":\"string\",\"minLength\":1}",			\
	    "What an answer to the same question had as next.")					\
	X(ACTION, "action", "query",								\
	    "{\"type\":\"string\",\"pattern\":\"^(:[^\\\\u0000]|[^:\\\\u0000])[^\\\\u0000]*$\"}",	\
	    "Of this action only.")								\
	X(PARENT, "parent", "query", "{\"type\":\"string\",\"format\":\"uuid\"}",		\
	    "Events of this command only.")							\
	X(SINCE, "since", "query", OPENAPI_TIME,					\
	    "From this time on: milliseconds since 1970, or RFC 3339.")				\
	X(UNTIL, "until", "query", OPENAPI_TIME,					\
	    "Before this time: milliseconds since 1970, or RFC 3339.")				\
	X(LAST_ID, "last_event_id", "query", "{\"type\":\"string\"}",				\
	    "As Last-Event-ID, for clients that cannot send it.")				\
	X(LAST_EVENT_ID, "Last-Event-ID", "header", "{\"type\":\"string\"}",			\
	    "The id of the last message that was seen: the stream goes on behind it.")		\
	X(KEY, "Idempotency-Key", "header", OPENAPI_KEYS,					\
	    "The same command with the same key is written once.")				\
	X(PREFER, "Prefer", "header", "{\"type\":\"string\"}",					\
	    "respond-async, or wait=N: seconds to wait for the event (RFC 7240).")		\
	X(IF_NONE_MATCH, "If-None-Match", "header", "{\"type\":\"string\"}",			\
	    "The ETag of an answer that is there already.")					\
	X(REQUEST_ID, "X-Request-Id", "header", "{\"type\":\"string\"}",			\
	    "Comes back with the answer; made where it is absent.")				\
	X(SCHEMA_ACTION, "action", "path", "{\"$ref\":\"#/components/schemas/Action\"}",		\
	    "The action, its slash as %2F.")							\
	X(VERSION, "version", "path", "{\"type\":\"integer\",\"minimum\":1,\"maximum\":4294967295}",	\
	    "Of the schema.")									\
	X(DRY_RUN, "dry_run", "query", "{\"type\":\"boolean\"}", "Say what would come of it, change nothing.") \
	X(COMPATIBILITY, "compatibility", "query", "{\"enum\":[\"none\",\"backward\"]}",		\
	    "none: do not compare it with the version before.")					\
	X(IF_MATCH, "If-Match", "header", "{\"type\":\"string\"}",				\
	    "Change it only where it still has this ETag.")					\
	X(AFTER_ACTION, "after", "query", "{\"type\":\"string\",\"pattern\":\"^[^\\u0000]+$\"}",		\
	    "What an answer had as next.")							\
	X(TRACEPARENT, "traceparent", "header", "{\"type\":\"string\"}",			\
	    "W3C Trace Context: passed on as a header of the Kafka record.")

enum openapi_parameter_bit {
#define X(name, text, in, schema, doc) OPENAPI_##name,
	OPENAPI_PARAMETERS(X)
#undef X
	OPENAPI_NPARAMETERS
};

struct openapi_parameter {
	const char	*name, *in, *schema, *doc;
};

extern const struct openapi_parameter openapi_parameters[OPENAPI_NPARAMETERS];

#define OPENAPI_BIT(name)	(1u << OPENAPI_##name)

#define OPENAPI_REFUSED		"ProblemOrResults"

/* An answer of an operation. */
struct openapi_answer {
	int		 status;
	/* Of components; NULL: no body. "Problem": in the problem's types; OPENAPI_REFUSED: or a batch of them. */
	const char	*schema;
	const char	*doc;
};

struct openapi_op {
	const char	*path;		/* of routes.c */
	const char	*shown;		/* as a template; NULL: the path, {id} for its star */
	enum guard_method method;
	const char	*id, *summary;
	unsigned	 parameters;	/* OPENAPI_BITs */
	const char	*body;		/* schema of the body; NULL: none */
	struct openapi_answer answers[14];	/* up to status 0 */
};

extern const struct openapi_op openapi_ops[];
extern const size_t openapi_nops;

/* What an answer leads to: a parameter of another operation stands in it. */
struct openapi_link {
	const char	*from;		/* an operation's id */
	int		 status;	/* of its answer */
	const char	*name, *to, *parameter, *value;	/* value: a runtime expression (OpenAPI 4.8.20.4) */
};

extern const struct openapi_link openapi_links[];
extern const size_t openapi_nlinks;

/* The route's handler. */
void	openapi_get(struct exchange *x);
/* The document, appended. public_url "" : none. methods: CONFIG_AUTH bits. schemas NULL: of no action. */
void	openapi_write(struct buf *out, const char *public_url, unsigned methods, struct schemas *schemas);
/* The members of components/schemas that say what a command is: one for each action that has a schema (openapi_actions.c). */
void	openapi_actions(struct jsonw *w, struct schemas *schemas);

#endif
