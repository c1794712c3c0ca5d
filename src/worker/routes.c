/*
 * routes.c: the resources and the checks before a handler. See routes.h.
 */
#include <stdio.h>
#include <string.h>

#include "worker/auth.h"
#include "worker/cors.h"
#include "worker/health.h"
#include "worker/list.h"
#include "worker/metrics.h"
#include "worker/openapi.h"
#include "worker/page.h"
#include "worker/post.h"
#include "worker/read.h"
#include "worker/response.h"
#include "worker/routes.h"
#include "worker/schema_read.h"
#include "worker/schema_write.h"
#include "worker/stream.h"
#include "worker/worker.h"

static void
commands(struct exchange *x)
{
	if (x->g.head.method == METHOD_POST)
		post_command(x);
	else
		list_commands(x);
}

static void
schema(struct exchange *x)
{
	if (x->g.head.method == METHOD_PUT)
		schema_put(x);
	else if (x->g.head.method == METHOD_DELETE)
		schema_delete(x);
	else
		schema_read(x);
}

const struct route routes[] = {
	{ "/", ROUTE_BIT(GET), ROUTE_PAGE | ROUTE_OPEN, page_root, "what this is and what there is" },
	{ "/commands", ROUTE_BIT(GET) | ROUTE_BIT(POST), ROUTE_READS(CONFIG_READ_COMMANDS), commands,
	    "write a command, ?sync=true waits for the first event that answers it; read what was "
	    "written, oldest first" },
	{ "/events", ROUTE_BIT(GET), ROUTE_READS(CONFIG_READ_EVENTS), list_events,
	    "read events, oldest first; ?parent=ID those of a command" },
	{ "/commands/updates", ROUTE_BIT(GET), ROUTE_STREAM | ROUTE_READS(CONFIG_READ_COMMANDS), stream_commands,
	    "commands as they are written, as server-sent events; Last-Event-ID goes on" },
	{ "/events/updates", ROUTE_BIT(GET), ROUTE_STREAM | ROUTE_READS(CONFIG_READ_EVENTS), stream_events,
	    "events as they are written, as server-sent events; Last-Event-ID goes on" },
	{ "/events/events/updates", ROUTE_BIT(GET), ROUTE_STREAM | ROUTE_READS(CONFIG_READ_EVENTS), stream_events,
	    "the same, under its former name" },
	{ "/commands/*", ROUTE_BIT(GET), ROUTE_PAGE | ROUTE_READS(CONFIG_READ_COMMANDS), read_command,
	    "one command and the ids of its events; ?wait=N waits for the first" },
	{ "/events/*", ROUTE_BIT(GET), ROUTE_PAGE | ROUTE_READS(CONFIG_READ_EVENTS), read_event, "one event" },
	{ "/schemas", ROUTE_BIT(GET), ROUTE_READS(CONFIG_READ_SCHEMAS), schema_list, "the actions that have a JSON Schema" },
	{ "/schemas/*/versions", ROUTE_BIT(GET), ROUTE_READS(CONFIG_READ_SCHEMAS), schema_read, "all versions of the JSON Schema of an action" },
	{ "/schemas/*/versions/*", ROUTE_BIT(GET), ROUTE_READS(CONFIG_READ_SCHEMAS), schema_read, "one version of it" },
	{ "/schemas/*", ROUTE_BIT(GET) | ROUTE_BIT(PUT) | ROUTE_BIT(DELETE), ROUTE_READS(CONFIG_READ_SCHEMAS), schema,
	    "the JSON Schema of an action's data: read it, register another version, remove it" },
	{ "/health", ROUTE_BIT(GET), ROUTE_ADMIN | ROUTE_OPEN, health_alive, "200 while the process answers" },
	{ "/ready", ROUTE_BIT(GET), ROUTE_ADMIN | ROUTE_OPEN, health_ready,
	    "200 while commands can be taken, else 503" },
	{ "/openapi.json", ROUTE_BIT(GET), ROUTE_JSON | ROUTE_OPEN, openapi_get, "all of this as OpenAPI 3.1" },
	{ "/swagger.json", ROUTE_BIT(GET), ROUTE_JSON | ROUTE_OPEN, openapi_get, "the same, under its former name" },
	{ "/metrics", ROUTE_BIT(GET), ROUTE_ADMIN | ROUTE_TEXT | ROUTE_READS(CONFIG_READ_METRICS), metrics_get,
	    "what was counted, for Prometheus" },
};
const size_t routes_count = sizeof(routes) / sizeof(routes[0]);

static const struct {
	unsigned	 flag;
	const char	*type;
} only_types[] = {
	{ ROUTE_STREAM, "text/event-stream" },
	{ ROUTE_TEXT, "text/plain" },
	{ ROUTE_JSON, "application/json" },
};

/* The one media type of a route that has no other; NULL: what was negotiated. */
static const char *
only_type(const struct route *r)
{
	for (size_t i = 0; r != NULL && i < sizeof(only_types) / sizeof(only_types[0]); i++)
		if (r->flags & only_types[i].flag)
			return only_types[i].type;
	return NULL;
}

#define KNOWN_METHODS	(ROUTE_BIT(GET) | ROUTE_BIT(HEAD) | ROUTE_BIT(POST) | \
			    ROUTE_BIT(PUT) | ROUTE_BIT(DELETE) | ROUTE_BIT(OPTIONS) | \
			    ROUTE_BIT(PATCH) | ROUTE_BIT(TRACE) | ROUTE_BIT(QUERY))

static unsigned
methods_of(const struct route *r)
{
	return r->methods | ROUTE_BIT(OPTIONS) |
	    (r->methods & ROUTE_BIT(GET) ? ROUTE_BIT(HEAD) : 0);
}

static const char *
method_list(struct exchange *x, unsigned methods)
{
	char text[128] = "";
	size_t used = 0;

	for (enum guard_method m = METHOD_UNKNOWN + 1; m < METHODS; m++)
		if (methods & (1u << m))
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
			    used > 0 ? ", " : "", guard_head_method(m));
	return arena_strndup(&x->arena, text, used);
}

const char *
routes_allow(struct exchange *x, const struct route *r)
{
	return method_list(x, methods_of(r));
}

/* Segment by segment: a star is any one. As it was sent: a slash that is %2F does not part segments. */
static bool
segments_match(const char *pattern, const char *path, size_t len)
{
	const char *end = path + len;

	while (*pattern != '\0' && path < end) {
		if (*pattern == '*') {
			const char *from = path;

			while (path < end && *path != '/')
				path++;
			if (path == from)
				return false;
			pattern++;
		} else if (*pattern++ != *path++) {
			return false;
		}
	}
	return *pattern == '\0' && path == end;
}

static bool
matches(const struct exchange *x, const struct route *r, const char *path, size_t len)
{
	const struct guard_span *raw = &x->g.head.path;
	const char *star = strchr(r->path, '*');
	size_t n = strlen(r->path);

	if (star != NULL && star[1] != '\0')
		return raw->len > 0 && segments_match(r->path, guard_head_text(&x->g.head, raw), raw->len);
	if (r->path[n - 1] != '*')
		return n == len && memcmp(r->path, path, len) == 0;
	return len >= n && memcmp(r->path, path, n - 1) == 0;
}

bool
routes_here(const struct exchange *x, const struct route *r)
{
	if (exchange_worker(x)->proc->config.http.admin.count == 0)
		return true;
	return ((r->flags & ROUTE_ADMIN) != 0) == (x->g.door->side == GUARD_ADMIN);
}

static const struct route *
find(const struct exchange *x, const char *path, size_t len)
{
	for (size_t i = 0; i < routes_count; i++)
		if (matches(x, &routes[i], path, len) && routes_here(x, &routes[i]))
			return &routes[i];
	return NULL;
}

static bool
find_route(struct exchange *x)
{
	const struct guard_span *s = &x->g.head.path;
	const char *path = guard_head_text(&x->g.head, s);
	size_t len = s->len;

	if (len == 0) {
		path = "/";
		len = 1;
	} else if (memchr(path, '%', len) != NULL) {
		path = exchange_decode(x, path, len, false);
		if (path == NULL)
			return exchange_wrong(x, PROBLEM_BAD_REQUEST,
			    "The path is badly percent-encoded.");
		len = strlen(path);
	}
	if (len == 1 && path[0] == '*')
		return true;	/* OPTIONS *: about all of them */
	x->route = find(x, path, len);
	if (x->route == NULL)
		return exchange_wrong(x, PROBLEM_NOT_FOUND, x->g.door->side == GUARD_ADMIN ?
		    "There is no such resource at a listener of http.admin." :
		    "There is no such resource; GET / tells what there is.");
	if (x->route->handle == NULL)
		return exchange_wrong(x, PROBLEM_NOT_FOUND, x->route->doc);
	return true;
}

static bool
check_method(struct exchange *x)
{
	unsigned bit = 1u << x->g.head.method;

	if (x->route == NULL || (methods_of(x->route) & bit))
		return true;
	if (bit & KNOWN_METHODS)
		return exchange_wrong(x, PROBLEM_METHOD_NOT_ALLOWED, arena_printf(&x->arena,
		    "%s takes %s.", x->route->path, routes_allow(x, x->route)));
	return exchange_wrong(x, PROBLEM_NOT_IMPLEMENTED, arena_printf(&x->arena,
	    "The method %.*s is not implemented.", (int)x->g.head.method_text.len,
	    guard_head_text(&x->g.head, &x->g.head.method_text)));
}

static bool
check_accept(struct exchange *x)
{
	const char *only = only_type(x->route);

	if (x->g.head.method == METHOD_OPTIONS ||
	    (only != NULL ? media_accepts(&x->g.head, only) : x->answer != NULL))
		return true;
	return exchange_wrong(x, PROBLEM_NOT_ACCEPTABLE, arena_printf(&x->arena,
	    "Accept names nothing that can be given here, which is %s.",
	    only != NULL ? only : media_answer_types((x->route->flags & ROUTE_PAGE) != 0)));
}

/* Content-Encoding: gzip (x-gzip is the same, RFC 9110 8.4.1.3) or nothing. */
static bool
check_encoding(struct exchange *x)
{
	const struct guard_span *s = &x->g.head.field[FIELD_CONTENT_ENCODING];
	const char *text = guard_head_text(&x->g.head, s), *item;
	size_t at = 0, len;
	bool ok = true;

	while (text != NULL && ok && guard_head_list(text, s->len, &at, &item, &len)) {
		if (guard_head_is(item, len, "identity"))
			continue;
		ok = !x->gzip && (guard_head_is(item, len, "gzip") ||
		    guard_head_is(item, len, "x-gzip"));
		x->gzip = true;
	}
	return ok || exchange_wrong(x, PROBLEM_UNSUPPORTED_MEDIA_TYPE,
	    "A body's Content-Encoding must be gzip or absent.");
}

static bool
check_content_type(struct exchange *x)
{
	const struct guard_head *h = &x->g.head;
	enum negotiate_result r;

	if (h->method != METHOD_POST && h->method != METHOD_PUT)
		return true;
	if (!check_encoding(x))
		return false;
	if (h->method == METHOD_PUT)
		return schema_write_type(x);
	r = media_of_request(h, &x->body);
	if (r == NEGOTIATE_OK)
		return true;
	/* An empty body needs no type to be refused for being empty. */
	if (r == NEGOTIATE_ABSENT && !h->chunked && h->length == 0)
		return true;
	return exchange_wrong(x, PROBLEM_UNSUPPORTED_MEDIA_TYPE, arena_printf(&x->arena,
	    "%s. Set Content-Type to one of %s.", negotiate_reason(r), media_request_types()));
}

bool
routes_head(struct exchange *x)
{
	bool page;

	if (!find_route(x))
		page = false;
	else
		page = x->route != NULL && (x->route->flags & ROUTE_PAGE);
	/* First, as problems are told in it too. */
	x->answer = media_accept(&x->g.head, page);
	return auth_count(x) && x->problem.id == PROBLEM_NONE && check_method(x) && auth_enter(x) && check_accept(x) &&
	    check_content_type(x);
}

static void
refuse(struct exchange *x)
{
	const char *allow;

	if (x->problem.id == PROBLEM_METHOD_NOT_ALLOWED &&
	    (allow = routes_allow(x, x->route)) != NULL)
		response_header(x, "Allow", allow);
	if (x->problem.id == PROBLEM_UNSUPPORTED_MEDIA_TYPE) {
		response_header(x, "Accept-Post", media_request_types());
		response_header(x, "Accept-Encoding", "gzip");
	}
	response_problem(x);
}

/* OPTIONS *: what any resource takes (RFC 9110 9.3.7). */
static unsigned
all_methods(void)
{
	unsigned all = 0;

	for (size_t i = 0; i < routes_count; i++)
		all |= methods_of(&routes[i]);
	return all;
}

static void
answer_options(struct exchange *x)
{
	const char *allow = method_list(x, x->route != NULL ? methods_of(x->route) : all_methods());

	if (allow != NULL)
		response_header(x, "Allow", allow);
	cors_preflight(x, allow != NULL ? allow : "");
	response_empty(x, 204);
}

void
routes_request(struct exchange *x)
{
	if (x->problem.id == PROBLEM_NONE && x->g.too_large)
		exchange_wrong(x, PROBLEM_TOO_LARGE, arena_printf(&x->arena,
		    "The body is larger than %zu bytes (http.max_body).",
		    guard_of(&x->g)->limits.max_body));
	if (x->problem.id != PROBLEM_NONE)
		refuse(x);
	else if (x->g.head.method == METHOD_OPTIONS)
		answer_options(x);
	else
		x->route->handle(x);
}
