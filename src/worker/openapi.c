/*
 * openapi.c: GET /openapi.json. See openapi.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "build-config.h"
#include "util/jsonw.h"
#include "worker/auth.h"
#include "worker/media.h"
#include "worker/openapi.h"
#include "worker/openapi_schemas.h"
#include "worker/response.h"
#include "worker/routes.h"
#include "worker/worker.h"

const struct openapi_parameter openapi_parameters[OPENAPI_NPARAMETERS] = {
#define X(name, text, in, schema, doc) { text, in, schema, doc },
	OPENAPI_PARAMETERS(X)
#undef X
};

static const struct {
	int		 status;
	const char	*slug, *title;
} problems[] = {
#define X(name, status, slug, title) { status, slug, title },
	PROBLEMS(X)
#undef X
};

/* A member that is JSON already. */
static void
raw(struct jsonw *w, const char *key, const char *json)
{
	buf_printf(w->out, "%s\"%s\":%s", w->comma ? "," : "", key, json);
	w->comma = true;
}

static void
put_ref(struct jsonw *w, const char *key, const char *schema)
{
	char ref[128];

	snprintf(ref, sizeof(ref), "{\"$ref\":\"#/components/schemas/%s\"}", schema);
	raw(w, key, ref);
}

static void
put_media(struct jsonw *w, const char *type, const char *parameter, const char *schema)
{
	char key[128];

	snprintf(key, sizeof(key), "%s%s", type, parameter != NULL ? parameter : "");
	jsonw_begin(w, key, '{');
	if (schema != NULL)
		put_ref(w, "schema", schema);
	jsonw_end(w, '}');
}

/* Binary forms and EDN have no JSON Schema: they hold the same map. */
static void
put_forms(struct jsonw *w, const char *schema)
{
	for (size_t i = 0; i < codecs_count; i++)
		if (codecs[i].write != NULL)
			put_media(w, codecs[i].type, codecs[i].parameter,
			    strcmp(codecs[i].type, "application/json") == 0 ? schema : NULL);
}

/* Two codecs of one type differ by a parameter in answers only. */
static void
put_body(struct jsonw *w, const char *schema)
{
	bool is_schema = strcmp(schema, "Schema") == 0;

	jsonw_begin(w, "requestBody", '{');
	jsonw_bool(w, "required", true);
	jsonw_begin(w, "content", '{');
	for (size_t i = 0; i < codecs_count; i++)
		if (codecs[i].read != NULL && (!is_schema || i == 0) && (i == 0 || strcmp(codecs[i].type, codecs[i - 1].type) != 0))
			put_media(w, codecs[i].type, NULL,
			    strcmp(codecs[i].type, "application/json") == 0 ? schema : NULL);
	if (is_schema)
		put_media(w, "application/schema+json", NULL, schema);
	else
		put_media(w, media_ndjson()->type, NULL, NULL);
	jsonw_end(w, '}');
	jsonw_end(w, '}');
}

static void
put_content(struct jsonw *w, const struct route *r, const struct openapi_answer *a)
{
	if (a->schema == NULL)
		return;
	jsonw_begin(w, "content", '{');
	if (strcmp(a->schema, "Problem") == 0 || strcmp(a->schema, OPENAPI_REFUSED) == 0) {
		put_media(w, "application/problem+json", NULL, "Problem");
		if (strcmp(a->schema, OPENAPI_REFUSED) == 0)
			put_media(w, "application/json", NULL, "Results");
		for (size_t i = 0; i < codecs_count; i++)
			if (codecs[i].write != NULL && strcmp(codecs[i].type, "application/json") != 0)
				put_media(w, codecs[i].type, codecs[i].parameter, NULL);
	} else if (strcmp(a->schema, "Stream") == 0) {
		put_media(w, "text/event-stream", NULL, a->schema);
	} else if (strcmp(a->schema, "Text") == 0) {
		put_media(w, "text/plain", NULL, a->schema);
	} else if (strcmp(a->schema, "Json") == 0) {
		put_media(w, "application/json", NULL, a->schema);
	} else {
		put_forms(w, a->schema);
		if (r != NULL && (r->flags & ROUTE_PAGE))
			put_media(w, "text/html", NULL, NULL);
	}
	jsonw_end(w, '}');
}

static const struct route *
route_of(const char *path)
{
	for (size_t i = 0; i < routes_count; i++)
		if (strcmp(routes[i].path, path) == 0)
			return &routes[i];
	return NULL;
}

static void
put_header(struct jsonw *w, const char *name, const char *doc)
{
	jsonw_begin(w, name, '{');
	jsonw_string(w, "description", doc);
	raw(w, "schema", "{\"type\":\"string\"}");
	jsonw_end(w, '}');
}

static void
put_headers(struct jsonw *w, const struct openapi_op *op, int status)
{
	jsonw_begin(w, "headers", '{');
	put_header(w, "X-Request-Id", "The request's, or one that was made.");
	if (op->method == METHOD_POST && (status == 201 || status == 202 || status == 504)) {
		put_header(w, "Location", "Where the command can be read.");
		put_header(w, "Preference-Applied", "What of Prefer decided.");
		put_header(w, "Idempotency-Replayed", "true where nothing was written now.");
	}
	if (op->parameters & OPENAPI_BIT(IF_NONE_MATCH))
		put_header(w, "ETag", "Changes with the answer.");
	if (status == 503)
		put_header(w, "Retry-After", "Seconds.");
	if (status == 415)
		put_header(w, "Accept-Post", "The types that are taken.");
	jsonw_end(w, '}');
}

static void
put_links(struct jsonw *w, const char *id, int status)
{
	bool any = false;

	for (size_t i = 0; i < openapi_nlinks; i++) {
		const struct openapi_link *l = &openapi_links[i];

		if (strcmp(l->from, id) != 0 || l->status != status)
			continue;
		if (!any)
			jsonw_begin(w, "links", '{');
		any = true;
		jsonw_begin(w, l->name, '{');
		jsonw_string(w, "operationId", l->to);
		jsonw_begin(w, "parameters", '{');
		jsonw_string(w, l->parameter, l->value);
		jsonw_end(w, '}');
		jsonw_end(w, '}');
	}
	if (any)
		jsonw_end(w, '}');
}

static void
put_answers(struct jsonw *w, const struct openapi_op *op)
{
	const struct route *r = route_of(op->path);
	char status[8];

	jsonw_begin(w, "responses", '{');
	for (const struct openapi_answer *a = op->answers; a->status != 0; a++) {
		snprintf(status, sizeof(status), "%d", a->status);
		jsonw_begin(w, status, '{');
		jsonw_string(w, "description", a->doc);
		put_headers(w, op, a->status);
		put_content(w, r, a);
		put_links(w, op->id, a->status);
		jsonw_end(w, '}');
	}
	jsonw_begin(w, "default", '{');
	jsonw_string(w, "description", "Anything else that can be wrong with a request.");
	jsonw_begin(w, "content", '{');
	put_media(w, "application/problem+json", NULL, "Problem");
	jsonw_end(w, '}');
	jsonw_end(w, '}');
	jsonw_end(w, '}');
}

static const char *
method_key(enum guard_method m)
{
	switch (m) {
	case METHOD_POST:
		return "post";
	case METHOD_PUT:
		return "put";
	case METHOD_DELETE:
		return "delete";
	default:
		return "get";
	}
}

static void
put_op(struct jsonw *w, const struct openapi_op *op)
{
	const struct route *r = route_of(op->path);

	jsonw_begin(w, method_key(op->method), '{');
	jsonw_string(w, "operationId", op->id);
	jsonw_string(w, "summary", op->summary);
	jsonw_begin(w, "parameters", '[');
	for (unsigned i = 0; i < OPENAPI_NPARAMETERS; i++) {
		if (!(op->parameters & (1u << i)))
			continue;
		jsonw_begin(w, NULL, '{');
		jsonw_string(w, "name", openapi_parameters[i].name);
		jsonw_string(w, "in", openapi_parameters[i].in);
		jsonw_string(w, "description", openapi_parameters[i].doc);
		if (strcmp(openapi_parameters[i].in, "path") == 0)
			jsonw_bool(w, "required", true);
		raw(w, "schema", openapi_parameters[i].schema);
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
	if (op->body != NULL)
		put_body(w, op->body);
	if (r != NULL && (r->flags & ROUTE_OPEN))
		raw(w, "security", "[]");
	put_answers(w, op);
	jsonw_end(w, '}');
}

/* "/commands/{id}" for what ends in a star and has no template of its own. */
static void
template_of(const struct openapi_op *op, char *out, size_t size)
{
	size_t n = strlen(op->path);

	if (op->shown != NULL)
		snprintf(out, size, "%s", op->shown);
	else
		snprintf(out, size, "%.*s%s", (int)(op->path[n - 1] == '*' ? n - 1 : n), op->path,
		    op->path[n - 1] == '*' ? "{id}" : "");
}

/* The paths of all operations, each once with its methods; rows of a path follow each other. */
static void
put_paths(struct jsonw *w)
{
	char path[128], before[128] = "";

	for (size_t i = 0; i < openapi_nops; i++) {
		template_of(&openapi_ops[i], path, sizeof(path));
		if (strcmp(path, before) != 0) {
			if (before[0] != '\0')
				jsonw_end(w, '}');
			jsonw_begin(w, path, '{');
			snprintf(before, sizeof(before), "%s", path);
		}
		put_op(w, &openapi_ops[i]);
	}
	jsonw_end(w, '}');
}

/* Clients match on type: all that there are. */
static void
put_problem_schema(struct jsonw *w)
{
	char text[128];

	jsonw_begin(w, "Problem", '{');
	jsonw_string(w, "description", "Problem details (RFC 9457).");
	raw(w, "type", "\"object\"");
	raw(w, "required", "[\"type\",\"title\",\"status\",\"detail\"]");
	jsonw_begin(w, "properties", '{');
	jsonw_begin(w, "type", '{');
	jsonw_begin(w, "enum", '[');
	for (size_t i = 0; i < sizeof(problems) / sizeof(problems[0]); i++) {
		snprintf(text, sizeof(text), PROBLEM_TYPE "%s", problems[i].slug);
		jsonw_string(w, NULL, text);
	}
	jsonw_end(w, ']');
	jsonw_end(w, '}');
	raw(w, "title", "{\"type\":\"string\"}");
	raw(w, "status", "{\"type\":\"integer\"}");
	raw(w, "detail", "{\"type\":\"string\"}");
	raw(w, "errors", "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"pointer\":"
	    "{\"type\":\"string\"},\"detail\":{\"type\":\"string\"}}}}");
	raw(w, "line", "{\"type\":\"integer\"}");
	raw(w, "column", "{\"type\":\"integer\"}");
	raw(w, "offset", "{\"type\":\"integer\"}");
	raw(w, "id", "{\"type\":\"string\",\"format\":\"uuid\"}");
	jsonw_end(w, '}');
	jsonw_end(w, '}');
}

static const struct {
	unsigned	 methods;	/* any of these */
	const char	*name, *scheme;
} schemes[] = {
	{ CONFIG_AUTH_BEARER | CONFIG_AUTH_JWT, "token", "{\"type\":\"http\",\"scheme\":\"bearer\"}" },
	{ CONFIG_AUTH_CERTIFICATE, "certificate", "{\"type\":\"mutualTLS\"}" },
};

/* One of the ways will do. */
static void
put_security(struct jsonw *w, unsigned methods)
{
	jsonw_begin(w, "security", '[');
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		if (!(methods & schemes[i].methods))
			continue;
		jsonw_begin(w, NULL, '{');
		raw(w, schemes[i].name, "[]");
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
}

static void
put_security_schemes(struct jsonw *w, unsigned methods)
{
	jsonw_begin(w, "securitySchemes", '{');
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (methods & schemes[i].methods)
			raw(w, schemes[i].name, schemes[i].scheme);
	jsonw_end(w, '}');
}

void
openapi_write(struct buf *out, const char *public_url, unsigned methods, struct schemas *schemas)
{
	struct jsonw w = jsonw_of(out);
	const char *inside = strchr(schemas_json, '{') + 1;

	jsonw_begin(&w, NULL, '{');
	jsonw_string(&w, "openapi", "3.1.0");
	jsonw_begin(&w, "info", '{');
	jsonw_string(&w, "title", "cmdr");
	jsonw_string(&w, "version", PACKAGE_VERSION);
	jsonw_string(&w, "description", "The one door through which commands enter a log-centric system.");
	jsonw_end(&w, '}');
	jsonw_begin(&w, "servers", '[');
	jsonw_begin(&w, NULL, '{');
	jsonw_string(&w, "url", public_url[0] != '\0' ? public_url : "/");
	jsonw_end(&w, '}');
	jsonw_end(&w, ']');
	put_security(&w, methods);
	jsonw_begin(&w, "paths", '{');
	put_paths(&w);
	jsonw_end(&w, '}');
	jsonw_begin(&w, "components", '{');
	put_security_schemes(&w, methods);
	jsonw_begin(&w, "schemas", '{');
	put_problem_schema(&w);
	openapi_actions(&w, schemas);
	buf_putc(out, ',');
	buf_put(out, inside, (size_t)(strrchr(inside, '}') - inside));
	w.comma = true;
	jsonw_end(&w, '}');
	jsonw_end(&w, '}');
	jsonw_end(&w, '}');
}

void
openapi_get(struct exchange *x)
{
	/* The same as long as no schema changes: without the actions' schemas, and with them for who may read these. */
	static struct buf documents[2];
	static uint64_t at;
	struct worker *w = exchange_worker(x);
	bool whole = auth_may_read(x, CONFIG_READ_SCHEMAS);
	struct buf *document = &documents[whole];

	schemas_refresh(&w->schemas);
	if (at != w->schemas.at) {
		buf_reset(&documents[0]);
		buf_reset(&documents[1]);
		at = w->schemas.at;
	}
	if (document->len == 0)
		openapi_write(document, w->proc->config.http.public_url, w->who.methods, whole ? &w->schemas : NULL);
	if (access_asks(&w->who))
		response_header(x, "Vary", "Authorization");
	response_header(x, "Cache-Control", "no-cache");
	response_text(x, 200, media_json()->content_type, document->data, document->len);
}
