/*
 * cors.c: pages of other origins. See cors.h.
 */
#include <inttypes.h>
#include <string.h>

#include "worker/cors.h"
#include "worker/response.h"
#include "worker/worker.h"

/* What a client may want to send, and to read, beside what is always allowed. */
#define REQUEST_FIELDS "Accept, Authorization, Content-Type, Content-Encoding, Idempotency-Key, If-Match, If-None-Match, " \
    "Last-Event-ID, Prefer, X-Request-Id, traceparent, tracestate"
#define EXPOSED_FIELDS "Location, Content-Location, ETag, Preference-Applied, Idempotency-Replayed, Retry-After, X-Request-Id, " \
    "Accept-Post, Allow, WWW-Authenticate"

/* What Access-Control-Allow-Origin says to this request: NULL, its origin, or "*". */
static const char *
allowed(struct exchange *x)
{
	const struct config_list *list = &exchange_worker(x)->proc->config.http.cors_origins;
	const char *origin;

	if (list->count == 0 || (origin = exchange_field(x, FIELD_ORIGIN)) == NULL)
		return NULL;
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->item[i], "*") == 0)
			return "*";
		if (strcmp(list->item[i], origin) == 0)
			return origin;
	}
	return NULL;
}

void
cors_answer(struct exchange *x)
{
	const char *origin = allowed(x);

	/* Caches must not give one origin's answer to another, also where there was no origin. */
	if (exchange_worker(x)->proc->config.http.cors_origins.count > 0)
		response_header(x, "Vary", "Origin");
	if (origin == NULL)
		return;
	response_header(x, "Access-Control-Allow-Origin", origin);
	response_header(x, "Access-Control-Expose-Headers", EXPOSED_FIELDS);
}

bool
cors_preflight(struct exchange *x, const char *methods)
{
	const char *age;

	if (!x->g.head.field[FIELD_CORS_METHOD].set || allowed(x) == NULL)
		return false;
	age = arena_printf(&x->arena, "%" PRId64,
	    exchange_worker(x)->proc->config.http.cors_max_age / 1000);
	response_header(x, "Access-Control-Allow-Methods", methods);
	response_header(x, "Access-Control-Allow-Headers", REQUEST_FIELDS);
	if (age != NULL)
		response_header(x, "Access-Control-Max-Age", age);
	return true;
}
