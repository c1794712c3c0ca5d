/*
 * schemas.c: the schemas as a worker has them. See schemas.h. A schema is
 * compiled when the first command needs it, and the programs that were not used
 * for longest are given up past schemas.compiled.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "command/action.h"
#include "command/schema/schema.h"
#include "daemon/config_listen.h"
#include "util/log.h"
#include "util/mem.h"
#include "value/json.h"
#include "worker/schemas.h"

#define NEAR	3

struct registry_program {
	TAILQ_ENTRY(registry_program)	 entry;
	struct registry_entry		*of;
	struct schema			*schema;
	size_t				 size;
};

void
schemas_init(struct schemas *s, struct proc *p)
{
	memset(s, 0, sizeof(*s));
	s->proc = p;
	s->registry = registry_new();
	TAILQ_INIT(&s->programs);
	if (p->registry_fd != -1 && registry_log_map(&s->log, p->registry_fd, false) == -1)
		fatalx("the master sent a memory for schemas that is of another version");
	p->registry = s->log.head;
	schemas_refresh(s);
}

static void
program_free(struct schemas *s, struct registry_program *p)
{
	TAILQ_REMOVE(&s->programs, p, entry);
	s->compiled -= p->size;
	p->of->program = NULL;
	schema_free(p->schema);
	free(p);
}

void
schemas_refresh(struct schemas *s)
{
	struct registry_entry *e;
	struct registry_item i;

	while (s->log.head != NULL && registry_log_next(&s->log, &s->at, &i)) {
		struct registry_record rec = { .action = i.action, .text = i.text, .by = i.by,
			.action_len = i.action_len, .text_len = i.text_len, .by_len = i.by_len,
			.version = i.version, .base = i.base, .removed = i.removed != 0,
			.from_file = i.from_file != 0, .any = i.any != 0, .timestamp = i.timestamp,
			.offset = i.offset };

		if (registry_take(s->registry, &rec, &e) == REGISTRY_TAKEN && e->program != NULL)
			program_free(s, e->program);
	}
}

bool
schemas_writable(const struct config *c)
{
	bool local = true;

	for (size_t i = 0; i < c->http.listen.count; i++)
		local = local && config_listen_local(c->http.listen.item[i]);
	/* Where principals are known, it is their rules that say who may. */
	if (config_auth_methods(c) != 0 && config_auth_methods(c) != CONFIG_AUTH_NONE)
		return c->schemas.writable != CONFIG_WRITABLE_FALSE;
	return c->schemas.writable == CONFIG_WRITABLE_TRUE || (c->schemas.writable == CONFIG_WRITABLE_LOCAL && local);
}

bool
schemas_known(const struct schemas *s, const char **why)
{
	enum registry_state state;

	if (s->log.head == NULL)
		return true;
	state = (enum registry_state)atomic_load_explicit(&s->log.head->state, memory_order_relaxed);
	*why = registry_state_text(state);
	return registry_state_known(state);
}

static struct registry_program *
compile(struct schemas *s, struct registry_entry *e, const struct registry_record *rec)
{
	struct schema_options o = { .formats = s->proc->config.schemas.formats != 0 };
	struct schema_errors errors = { 0 };
	struct registry_program *p;
	struct codec_error err;
	struct schema *schema;
	struct arena a;
	struct value v;

	arena_init(&a, rec->text_len * 64 + ((size_t)1 << 20));
	if (json_read((const uint8_t *)rec->text, rec->text_len, &codec_event_limits, &a, &v, &err) == -1 ||
	    (schema = schema_compile(&v, &o, &a, &errors)) == NULL) {
		log_error("the schema of action %.*s, version %" PRIu32 ", cannot be used", (int)rec->action_len,
		    rec->action, rec->version);
		arena_free(&a);
		return NULL;
	}
	arena_free(&a);
	p = xcalloc(1, sizeof(*p));
	p->of = e;
	p->schema = schema;
	p->size = schema_size(schema);
	s->compiled += p->size;
	e->program = p;
	TAILQ_INSERT_HEAD(&s->programs, p, entry);
	while (s->compiled > s->proc->config.schemas.compiled && TAILQ_NEXT(p, entry) != NULL)
		program_free(s, TAILQ_LAST(&s->programs, registry_program_list));
	return p;
}

static struct schema *
program_of(struct schemas *s, struct registry_entry *e, const struct registry_record *rec)
{
	struct registry_program *p = e->program;

	if (p == NULL)
		return (p = compile(s, e, rec)) != NULL ? p->schema : NULL;
	if (p != TAILQ_FIRST(&s->programs)) {
		TAILQ_REMOVE(&s->programs, p, entry);
		TAILQ_INSERT_HEAD(&s->programs, p, entry);
	}
	return p->schema;
}

static enum problem_id
unknown_action(const struct schemas *s, struct arena *a, const char *action, size_t len, struct problem *p)
{
	const struct registry_record *near[NEAR];
	size_t n = registry_near(s->registry, action, len, near, NEAR);
	const char *text = arena_printf(a, "No schema is registered for the action %.*s, and schemas.mode is strict.",
	    (int)len, action);

	for (size_t i = 0; text != NULL && i < n; i++)
		text = arena_printf(a, "%s%s %.*s%s", text, i == 0 ? " Is one of these meant:" : ",",
		    (int)near[i]->action_len, near[i]->action, i + 1 == n ? "?" : "");
	p->detail = text;
	return p->id = PROBLEM_UNKNOWN_ACTION;
}

static void
put(struct arena *a, struct value *items, size_t *n, const char *name, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	items[2 * *n] = value_ckeyword(a, name);
	items[2 * *n + 1] = value_cstring(text);
	++*n;
}

/* One error, its pointer from the command's top. */
static struct value
error_value(struct arena *a, const struct schema_error *e)
{
	struct value *items = arena_array(a, 12, sizeof(*items));
	const char *pointer = arena_printf(a, "/data%s", e->pointer),
	    *detail = arena_printf(a, "expected %s, found %s", e->expected, e->found);
	size_t n = 0;

	if (items == NULL || pointer == NULL || detail == NULL)
		return value_nil();
	put(a, items, &n, "pointer", pointer);
	put(a, items, &n, "detail", detail);
	put(a, items, &n, "keyword", e->keyword);
	put(a, items, &n, "schema", arena_printf(a, "#%s", e->schema_pointer));
	put(a, items, &n, "expected", e->expected);
	put(a, items, &n, "found", e->found);
	return value_map(items, n);
}

static enum problem_id
violated(struct arena *a, const struct registry_record *rec, const struct schema_errors *errors, struct problem *p)
{
	struct value *list = arena_array(a, errors->n + 1, sizeof(*list)), *v = arena_alloc(a, sizeof(*v));

	for (size_t i = 0; list != NULL && i < errors->n; i++)
		list[i] = error_value(a, &errors->list[i]);
	if (list != NULL && v != NULL) {
		*v = value_seq(VALUE_VECTOR, list, errors->n);
		p->errors = v;
	}
	p->detail = errors->n == 0 ? "The data does not match the schema of its action." :
	    arena_printf(a, "The data does not match version %" PRIu32 " of the schema of its action: at /data%s, "
	    "expected %s, found %s%s.", rec->version, errors->list[0].pointer, errors->list[0].expected,
	    errors->list[0].found, errors->n > 1 ? "; errors lists all" : "");
	return p->id = PROBLEM_SCHEMA_VIOLATION;
}

enum problem_id
schemas_check(struct schemas *s, struct arena *a, struct command *c, struct problem *p)
{
	struct schema_errors errors = { .max = (size_t)s->proc->config.schemas.max_errors };
	enum config_schema_mode mode = (enum config_schema_mode)s->proc->config.schemas.mode;
	const struct registry_record *rec;
	char action[COMMAND_ACTION_MAX];
	struct registry_entry *e;
	struct schema *schema;
	const char *why;
	size_t len;

	if (mode == CONFIG_SCHEMAS_OFF || (s->log.head == NULL && mode != CONFIG_SCHEMAS_STRICT))
		return PROBLEM_NONE;
	schemas_refresh(s);
	if (!schemas_known(s, &why)) {
		p->detail = arena_printf(a, "The command was not written: %s. It is safe to retry.", why);
		return p->id = PROBLEM_UNAVAILABLE;
	}
	len = action_spell(c->action.u.name, action);
	e = registry_find(s->registry, action, len);
	if ((rec = registry_current(e)) == NULL)
		return mode == CONFIG_SCHEMAS_STRICT ? unknown_action(s, a, action, len, p) : PROBLEM_NONE;
	if ((schema = program_of(s, e, rec)) == NULL) {
		p->detail = "The command was not written: the schema of its action cannot be used.";
		return p->id = PROBLEM_UNAVAILABLE;
	}
	if (!schema_validate(schema, &c->data, a, &errors) || !schema_coerce(schema, &c->data, a, &c->data, &errors))
		return violated(a, rec, &errors, p);
	return PROBLEM_NONE;
}
