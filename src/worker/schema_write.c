/*
 * schema_write.c: PUT and DELETE of /schemas/ACTION. See schema_write.h. The
 * checks that need no Kafka are made here; that nobody else changed the schema
 * meanwhile is the registrar's to say.
 */
#include <inttypes.h>
#include <string.h>

#include "command/schema/schema.h"
#include "value/json.h"
#include "worker/auth.h"
#include "worker/inflate.h"
#include "worker/registrar_link.h"
#include "worker/response.h"
#include "worker/schema_target.h"
#include "worker/schema_write.h"
#include "worker/worker.h"

/* A change under way, in the exchange's arena. */
struct schema_write {
	struct registering	 registering;	/* first */
	struct exchange		*x;
	struct registry_record	 rec;
};

bool
schema_write_type(struct exchange *x)
{
	const struct guard_head *h = &x->g.head;
	const struct offer offers[] = { { "application/json", NULL, "" }, { "application/schema+json", NULL, "" } };
	const struct guard_span *s = &h->field[FIELD_CONTENT_TYPE];
	const char *text = guard_head_text(h, s);
	const struct offer *o;

	if (negotiate_content_type(text, text == NULL ? 0 : s->len, offers, 2, &o) == NEGOTIATE_OK)
		return true;
	return exchange_wrong(x, PROBLEM_UNSUPPORTED_MEDIA_TYPE,
	    "A schema is sent as application/schema+json or application/json: set Content-Type.");
}

static bool
writable(struct exchange *x)
{
	const struct worker *w = exchange_worker(x);

	if (!w->schemas_writable)
		return exchange_wrong(x, PROBLEM_FORBIDDEN, "Schemas cannot be changed over HTTP here "
		    "(schemas.writable).");
	if (w->proc->config.topics.schemas[0] == '\0')
		return exchange_wrong(x, PROBLEM_FORBIDDEN, "Schemas cannot be changed over HTTP: there is no topic "
		    "to keep them (topics.schemas), only files.");
	return true;
}

/* Which schema, and whether it may be changed now. */
static bool
aim(struct exchange *x, struct schema_target *t)
{
	const char *why;
	uint32_t version;

	if (!schema_target(x, t) || !writable(x) || !auth_schema(x, t->action, t->len))
		return false;
	if (t->what != SCHEMA_NEWEST)
		return exchange_wrong(x, PROBLEM_METHOD_NOT_ALLOWED, "Versions are never changed.");
	if (!schemas_known(&exchange_worker(x)->schemas, &why))
		return exchange_wrong(x, PROBLEM_UNAVAILABLE, arena_printf(&x->arena, "Nothing was changed: %s.", why));
	if (t->current != NULL && t->current->from_file)
		return exchange_wrong(x, PROBLEM_FORBIDDEN, "This action's schema is a file of schemas.dir: change it "
		    "there.");
	version = t->current != NULL ? t->current->version : 0;
	if ((x->g.head.field[FIELD_IF_MATCH].set && !schema_version_listed(x, FIELD_IF_MATCH, version)) ||
	    schema_version_listed(x, FIELD_IF_NONE_MATCH, version))
		return exchange_wrong(x, PROBLEM_PRECONDITION_FAILED, version != 0 ? arena_printf(&x->arena,
		    "The action has version %" PRIu32 " of a schema: GET it and decide anew.", t->current->version) :
		    "The action has no schema.");
	return true;
}

static bool
flag(struct exchange *x, const char *name, const char *yes, const char *no, bool *out)
{
	const char *text;
	int given = exchange_parameter(x, name, &text);

	if (given == 0)
		return true;
	*out = given == 1 && strcmp(text, yes) == 0;
	if (*out || (given == 1 && strcmp(text, no) == 0))
		return true;
	return exchange_wrong(x, PROBLEM_BAD_REQUEST, arena_printf(&x->arena,
	    "The query parameter %s must be %s or %s, and stand once.", name, yes, no));
}

static bool
read_schema(struct exchange *x, struct value *v, struct registry_record *rec)
{
	size_t max = exchange_worker(x)->proc->config.schemas.max_size;
	const uint8_t *body = x->g.body.data;
	size_t len = x->g.body.len;
	struct codec_error err;
	struct buf b = { 0 };

	if (x->gzip && len > 0) {
		buf_reset(&x->inflated);
		if (inflate_gzip(body, len, max, &x->inflated) != INFLATE_OK)
			return exchange_wrong(x, PROBLEM_MALFORMED, "The body is not whole gzip, or too large.");
		body = x->inflated.data;
		len = x->inflated.len;
	}
	if (len > max)
		return exchange_wrong(x, PROBLEM_TOO_LARGE, arena_printf(&x->arena,
		    "The schema is larger than %zu bytes (schemas.max_size).", max));
	if (len == 0 || json_read(body, len, &codec_request_limits, &x->arena, v, &err) == -1) {
		x->problem.line = len == 0 ? 1 : err.line;
		x->problem.column = len == 0 ? 1 : err.column;
		return exchange_wrong(x, PROBLEM_MALFORMED, len == 0 ? "The body is empty." :
		    arena_printf(&x->arena, "The body is not JSON: %s.", err.text));
	}
	if (json_write(&b, v, &err) == 0)
		rec->text = arena_strndup(&x->arena, (const char *)b.data, b.len);
	rec->text_len = b.len;
	buf_free(&b);
	return rec->text != NULL || exchange_wrong(x, PROBLEM_TOO_LARGE, NULL);
}

/* errors as a problem's member. */
static bool
told(struct exchange *x, enum problem_id id, const char *detail, const struct schema_errors *errors)
{
	struct value *list = arena_array(&x->arena, errors->n + 1, sizeof(*list)),
	    *v = arena_alloc(&x->arena, sizeof(*v)), *items;

	for (size_t i = 0; list != NULL && i < errors->n; i++) {
		const struct schema_error *e = &errors->list[i];

		if ((items = arena_array(&x->arena, 6, sizeof(*items))) == NULL)
			return exchange_wrong(x, id, detail);
		items[0] = value_ckeyword(&x->arena, "pointer");
		items[1] = value_cstring(e->pointer);
		items[2] = value_ckeyword(&x->arena, "detail");
		items[3] = value_cstring(arena_printf(&x->arena, "expected %s, found %s", e->expected, e->found));
		items[4] = value_ckeyword(&x->arena, "keyword");
		items[5] = value_cstring(e->keyword != NULL ? e->keyword : "");
		list[i] = value_map(items, 3);
	}
	if (list != NULL && v != NULL) {
		*v = value_seq(VALUE_VECTOR, list, errors->n);
		x->problem.errors = v;
	}
	return exchange_wrong(x, id, detail);
}

static bool
check_schema(struct exchange *x, const struct value *v)
{
	const struct config *c = &exchange_worker(x)->proc->config;
	struct schema_options o = { .formats = c->schemas.formats != 0 };
	struct schema_errors errors = { .max = (size_t)c->schemas.max_errors };
	struct schema *s = schema_compile(v, &o, &x->arena, &errors);

	if (s == NULL)
		return told(x, PROBLEM_SCHEMA_VIOLATION, errors.n == 0 ? "This is no JSON Schema that can be used." :
		    arena_printf(&x->arena, "This is no JSON Schema that can be used: at %s, expected %s, found %s.",
		    errors.list[0].pointer[0] != '\0' ? errors.list[0].pointer : "its top",
		    errors.list[0].expected, errors.list[0].found), &errors);
	schema_free(s);
	return true;
}

static bool
check_compatible(struct exchange *x, const struct registry_record *before, const struct value *v)
{
	struct schema_errors errors = { .max = (size_t)exchange_worker(x)->proc->config.schemas.max_errors };
	struct codec_error err;
	struct value old;

	if (json_read((const uint8_t *)before->text, before->text_len, &codec_event_limits, &x->arena, &old, &err) == -1)
		return exchange_wrong(x, PROBLEM_TOO_LARGE, NULL);
	if (schema_compatible(&old, v, &x->arena, &errors))
		return true;
	return told(x, PROBLEM_SCHEMA_INCOMPATIBLE, arena_printf(&x->arena, "Commands that version %" PRIu32 " takes "
	    "would be refused: at %s, expected %s, found %s. PUT ?compatibility=none registers it all the same.",
	    before->version, errors.n > 0 && errors.list[0].pointer[0] != '\0' ? errors.list[0].pointer : "its top",
	    errors.n > 0 ? errors.list[0].expected : "a schema that takes them",
	    errors.n > 0 ? errors.list[0].found : "one that does not"), &errors);
}

static const struct {
	enum problem_id	 id;
	const char	*sentence;
} outcomes[] = {
	[REGISTERED_LOST] = { PROBLEM_PRECONDITION_FAILED, "Nothing was changed: %s. GET it and decide anew." },
	[REGISTERED_CLASH] = { PROBLEM_FORBIDDEN, "Nothing was changed: %s." },
	[REGISTERED_NOT_SENT] = { PROBLEM_UNAVAILABLE, "Nothing was changed: %s. It is safe to retry." },
	[REGISTERED_REFUSED] = { PROBLEM_UNAVAILABLE, "Nothing was changed: %s." },
	[REGISTERED_TOO_LARGE] = { PROBLEM_TOO_LARGE, "The schema does not hold: %s." },
	[REGISTERED_UNKNOWN] = { PROBLEM_OUTCOME_UNKNOWN,
	    "The schema may or may not have been changed: %s. GET tells; the same PUT again is safe." },
};

static void
on_done(struct registering *r, enum ipc_registered what, uint32_t version, const char *text)
{
	struct schema_write *s = (struct schema_write *)r;
	struct exchange *x = s->x;
	struct schemas *schemas = &exchange_worker(x)->schemas;
	const struct registry_record *rec;
	const char *where;

	x->schema_write = NULL;
	if (what != REGISTERED_DONE) {
		exchange_wrong(x, outcomes[what].id, arena_printf(&x->arena, outcomes[what].sentence, text));
		response_problem(x);
		return;
	}
	schemas_refresh(schemas);
	rec = registry_version(registry_find(schemas->registry, s->rec.action, s->rec.action_len), version);
	if (s->rec.removed || rec == NULL) {
		response_empty(x, 204);
		return;
	}
	where = schema_location(x, s->rec.action, s->rec.action_len, 0);
	if (s->rec.base == 0 && where != NULL)
		response_header(x, "Location", where);
	schema_answer(x, s->rec.base == 0 ? 201 : 200, rec);
}

static void
start(struct exchange *x, const struct schema_target *t, const struct registry_record *rec)
{
	struct schema_write *s = arena_alloc(&x->arena, sizeof(*s));

	if (s == NULL) {
		exchange_wrong(x, PROBLEM_TOO_LARGE, NULL);
		response_problem(x);
		return;
	}
	memset(s, 0, sizeof(*s));
	s->x = x;
	s->rec = *rec;
	s->rec.action = t->action;
	s->rec.action_len = t->len;
	s->rec.base = registry_newest(t->entry);
	s->rec.by = x->who.principal;
	s->rec.by_len = strlen(s->rec.by);
	s->registering.done = on_done;
	x->schema_write = s;
	registering_start(&exchange_worker(x)->registrar, &s->registering, &s->rec);
}

/* What would come of it, and nothing is changed. */
static void
answer_dry(struct exchange *x, const struct schema_target *t, const struct registry_record *rec)
{
	struct registry_record would = *rec;

	would.action = t->action;
	would.action_len = t->len;
	would.version = registry_newest(t->entry) + 1;
	schema_answer(x, 200, &would);
}

static bool
same(const struct registry_record *a, const struct registry_record *b)
{
	return a != NULL && a->text_len == b->text_len && memcmp(a->text, b->text, a->text_len) == 0;
}

void
schema_put(struct exchange *x)
{
	bool dry = false, any = exchange_worker(x)->proc->config.schemas.compatibility == CONFIG_COMPATIBILITY_NONE;
	struct registry_record rec = { 0 };
	struct schema_target t;
	struct value v;

	if (!flag(x, "dry_run", "true", "false", &dry) || !flag(x, "compatibility", "none", "backward", &any) ||
	    !aim(x, &t) || !read_schema(x, &v, &rec) ||
	    !check_schema(x, &v) || (t.current != NULL && !any && !check_compatible(x, t.current, &v)))
		response_problem(x);
	else if (same(t.current, &rec))
		schema_answer(x, 200, t.current);
	else if (dry)
		answer_dry(x, &t, &rec);
	else {
		rec.any = any;
		start(x, &t, &rec);
	}
}

void
schema_delete(struct exchange *x)
{
	struct registry_record rec = { .removed = true, .text = "" };
	struct schema_target t;

	if (aim(x, &t) && t.current == NULL)
		exchange_wrong(x, PROBLEM_NOT_FOUND, "This action has no schema.");
	if (x->problem.id != PROBLEM_NONE)
		response_problem(x);
	else
		start(x, &t, &rec);
}

void
schema_write_gone(struct exchange *x)
{
	registering_cancel(&x->schema_write->registering);
	x->schema_write = NULL;
}
