/*
 * manual_words.c: what cmdr-http(7) says of rows that have no words of their own. See manual_words.h.
 */
#include <stddef.h>
#include <string.h>

#include "manual_words.h"

/* What a client does about it. */
static const struct {
	const char	*name, *doc;
} problems[] = {
	{ "malformed", "Mend the body or the request: line and column of a text, offset of a binary type say where it cannot be "
	    "read any further. A form of HTTP that two readers could take in two ways has this too; the connection is "
	    "closed then." },
	{ "bad-request", "Mend the parameter, the path or the header field that detail names." },
	{ "unauthorized", "Send credentials, or others: WWW-Authenticate says of which kind. Nothing was done." },
	{ "forbidden", "Do not repeat it: detail says what is not allowed here and who could allow it." },
	{ "not-found", "Look at the path or the id. A record of another machine is here once this one's index has it." },
	{ "method-not-allowed", "Use one of the methods in Allow." },
	{ "not-acceptable", "Ask for one of the types that detail names, or leave Accept out. Nothing was written." },
	{ "timeout", "The request was not whole within http.request_timeout, so nothing was done with it: send it again." },
	{ "gone", "Ask without the cursor or the token: for the first page, or for a stream from now on." },
	{ "precondition-failed", "Get it again, with its ETag of now, and decide anew." },
	{ "schema-incompatible", "Mend the schema; errors says what it refuses that was taken. If that is meant: "
	    "?compatibility=none." },
	{ "idempotency-in-progress", "Send the same again with its key, a second later: the answer is that of the first." },
	{ "too-large", "Send less: detail names the limit. Split a batch; a record that is too large for its topic stays so." },
	{ "uri-too-long", "Shorten the target (http.max_uri)." },
	{ "unsupported-media-type", "Set Content-Type to one of Accept-Post, and Content-Encoding to gzip or nothing." },
	{ "invalid-command", "Mend the command: errors has a pointer to each fault." },
	{ "unknown-action", "Mend the action's name, for which detail knows names that are spelt nearly so; or register its schema." },
	{ "schema-violation", "Mend the data: errors has for each fault a pointer, what was expected and what was found." },
	{ "idempotency-key-reused", "Mend the program: a key is one command's for good." },
	{ "too-many", "Send it again after Retry-After. Nothing was written." },
	{ "headers-too-large", "Send fewer or shorter header fields (http.max_headers)." },
	{ "not-implemented", "Use another method, or no other transfer coding than chunked." },
	{ "unavailable", "Send it again after Retry-After where detail says that this is safe: the command was certainly not "
	    "written. Else Kafka refuses it, and the operator has to act." },
	{ "outcome-unknown", "Send it again only with its Idempotency-Key, or look for its event first: id names it." },
	{ "http-version", "Speak HTTP/1.1 or HTTP/1.0." },
};

/* The header fields that are looked at and are no parameter of an operation. */
static const struct {
	const char	*name, *doc;
} fields[] = {
	{ "host", "Once, in every request of HTTP/1.1. No answer depends on it." },
	{ "accept", "The types that the answer may have, with their q." },
	{ "accept-encoding", "gzip: answers of 1 KiB and more are compressed." },
	{ "authorization", "Who asks." },
	{ "x-forwarded-for", "From a proxy of http.proxies: the client's address, for logs and limits." },
	{ "content-type", "What the body is in; a charset must be utf-8 or us-ascii." },
	{ "content-encoding", "gzip, or absent; http.max_body is of what is inflated." },
	{ "content-length", "How long the body is; neither this nor chunked is an empty body." },
	{ "transfer-encoding", "chunked, or absent." },
	{ "connection", "close: the connection ends with the answer." },
	{ "expect", "100-continue: the body is asked for once its head is good." },
	{ "tracestate", "Passed on with traceparent." },
	{ "origin", "The page that asks; see http.cors_origins." },
	{ "access-control-request-method", "Of a browser that asks beforehand." },
	{ "user-agent", "For the access log." },
	{ "referer", "For the access log." },
};

#define FIND(rows, wanted) do {							\
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)		\
		if (strcmp(rows[i].name, wanted) == 0)				\
			return rows[i].doc;					\
	return NULL;								\
} while (0)

const char *
words_problem(const char *slug)
{
	FIND(problems, slug);
}

const char *
words_field(const char *name)
{
	FIND(fields, name);
}
