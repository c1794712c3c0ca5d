/*
 * schema_read.c: GET /schemas and what lies under it. See schema_read.h.
 */
#include <inttypes.h>
#include <string.h>

#include "worker/response.h"
#include "worker/schema_read.h"
#include "worker/schema_target.h"
#include "worker/worker.h"

#define LIMIT_DEFAULT	100
#define LIMIT_MAX	1000

struct members {
	struct arena	*a;
	struct value	*items;
	size_t		 n, room;
};

static void
put(struct members *m, const char *name, struct value v)
{
	if (m->items == NULL || m->n == m->room)
		return;
	m->items[2 * m->n] = value_ckeyword(m->a, name);
	m->items[2 * m->n + 1] = v;
	m->n++;
}

/* What is told of a version beside the schema itself. */
static struct value
about(struct exchange *x, const struct registry_record *rec)
{
	struct members m = { &x->arena, arena_array(&x->arena, 14, sizeof(struct value)), 0, 7 };

	put(&m, "action", value_string(rec->action, rec->action_len));
	put(&m, "version", value_int(rec->version));
	put(&m, "timestamp", value_int(rec->timestamp));
	put(&m, "source", value_cstring(rec->from_file ? "file" : "topic"));
	if (rec->by_len > 0)
		put(&m, "by", value_string(rec->by, rec->by_len));
	if (rec->removed)
		put(&m, "removed", value_bool(true));
	else if (!rec->from_file && rec->any)
		put(&m, "compatibility", value_cstring("none"));
	return m.items != NULL ? value_map(m.items, m.n) : value_nil();
}

static void
answer_versions(struct exchange *x, const struct schema_target *t)
{
	struct value *list = arena_array(&x->arena, t->entry->n, sizeof(*list)), v;
	struct members m = { &x->arena, arena_array(&x->arena, 4, sizeof(struct value)), 0, 2 };

	for (size_t i = 0; list != NULL && i < t->entry->n; i++)
		list[i] = about(x, &t->entry->versions[i]);
	put(&m, "action", value_string(t->action, t->len));
	put(&m, "versions", list != NULL ? value_seq(VALUE_VECTOR, list, t->entry->n) : value_nil());
	v = m.items != NULL ? value_map(m.items, m.n) : value_nil();
	response_header(x, "Cache-Control", "no-cache");
	response_value(x, 200, &v);
}

void
schema_read(struct exchange *x)
{
	const struct registry_record *rec = NULL;
	struct schema_target t;

	if (!schema_target(x, &t)) {
		response_problem(x);
		return;
	}
	if (t.what == SCHEMA_NEWEST)
		rec = t.current;
	else if (t.what == SCHEMA_VERSION)
		rec = registry_version(t.entry, t.version);
	if (t.what == SCHEMA_VERSIONS && t.entry != NULL) {
		answer_versions(x, &t);
	} else if (rec != NULL && !rec->removed) {
		schema_answer(x, 200, rec);
	} else {
		exchange_wrong(x, PROBLEM_NOT_FOUND, rec != NULL ? "This version removed the schema." :
		    t.what == SCHEMA_VERSION && t.entry != NULL ? "There is no such version of this schema." :
		    "This action has no schema.");
		response_problem(x);
	}
}

static bool
take_limit(struct exchange *x, size_t *limit)
{
	const char *text;
	int given = exchange_parameter(x, "limit", &text);
	size_t n = 0;

	*limit = LIMIT_DEFAULT;
	if (given == 0)
		return true;
	for (const char *p = text; given == 1 && *p >= '0' && *p <= '9' && n <= LIMIT_MAX; p++)
		n = n * 10 + (size_t)(*p - '0');
	*limit = n;
	if (given == 1 && n >= 1 && n <= LIMIT_MAX && text[strspn(text, "0123456789")] == '\0')
		return true;
	return exchange_wrong(x, PROBLEM_BAD_REQUEST,
	    "The query parameter limit must be a number from 1 to 1000, and stand once.");
}

static bool
take_after(struct exchange *x, const char **after)
{
	int given = exchange_parameter(x, "after", after);

	if (given == 0)
		*after = NULL;
	return (given != -1 && (given == 0 || **after != '\0')) || exchange_wrong(x, PROBLEM_BAD_REQUEST,
	    "The query parameter after must be what an answer had as next, and stand once.");
}

static void
answer_list(struct exchange *x, struct registry_entry **entries, size_t n, size_t limit)
{
	struct registry *r = exchange_worker(x)->schemas.registry;
	struct members m = { &x->arena, arena_array(&x->arena, 8, sizeof(struct value)), 0, 4 };
	size_t shown = n > limit ? limit : n;
	struct value *list = arena_array(&x->arena, shown + 1, sizeof(*list)), v;

	for (size_t i = 0; list != NULL && i < shown; i++)
		list[i] = about(x, registry_current(entries[i]));
	put(&m, "schemas", list != NULL ? value_seq(VALUE_VECTOR, list, shown) : value_nil());
	put(&m, "limit", value_int((int64_t)limit));
	put(&m, "total", value_int((int64_t)registry_count(r)));
	if (n > limit) {
		const struct registry_record *last = registry_current(entries[shown - 1]);

		put(&m, "next", value_string(last->action, last->action_len));
	}
	v = m.items != NULL ? value_map(m.items, m.n) : value_nil();
	response_header(x, "Cache-Control", "no-cache");
	response_value(x, 200, &v);
}

void
schema_list(struct exchange *x)
{
	struct schemas *s = &exchange_worker(x)->schemas;
	struct registry_entry **entries;
	const char *after;
	size_t limit, n;

	if (!take_limit(x, &limit) || !take_after(x, &after)) {
		response_problem(x);
		return;
	}
	schemas_refresh(s);
	if ((entries = arena_array(&x->arena, limit + 1, sizeof(struct registry_entry *))) == NULL) {
		exchange_wrong(x, PROBLEM_TOO_LARGE, NULL);
		response_problem(x);
		return;
	}
	n = registry_list(s->registry, after, after != NULL ? strlen(after) : 0, entries, limit + 1);
	answer_list(x, entries, n, limit);
}
