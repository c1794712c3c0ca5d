/*
 * evaluate.c: a program compared with a value. See evaluate.h. Where nothing
 * is told, the first failure ends it; else all steps are taken, so that every
 * error is listed.
 */
#include <string.h>

#include "command/schema/evaluate.h"
#include "command/schema/keyword.h"

#define DEPTH_MAX	400		/* nodes within nodes, references included */
#define STEPS		1000000ul	/* nodes and comparisons of one evaluation */
#define PATTERN_WORK	50000000ul	/* of all patterns of one evaluation, about a nanosecond each */
#define ERRORS_DEFAULT	16

const char *
node_pointer(struct arena *a, const struct node *n, const char *keyword)
{
	const char *p = keyword == NULL || keyword[0] == '\0' ? "" : arena_printf(a, "/%s", keyword);

	for (; p != NULL && n != NULL && n->parent != NULL; n = n->parent)
		p = arena_printf(a, "%s%s", n->segment, p);
	/* The top of what a reference leads to: a pointer of this schema is one already. */
	if (p != NULL && n != NULL && n->segment[0] == '#' && (n->segment[1] == '/' || n->segment[1] == '\0'))
		p = arena_printf(a, "%s%s", n->segment + 1, p);
	return p != NULL ? p : "";
}

static size_t
escaped(const struct place *p, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < p->len; i++) {
		bool special = p->key[i] == '~' || p->key[i] == '/';

		if (out != NULL) {
			out[n] = special ? '~' : p->key[i];
			if (special)
				out[n + 1] = p->key[i] == '~' ? '0' : '1';
		}
		n += special ? 2 : 1;
	}
	return n;
}

static const char *
place_pointer(struct arena *a, const struct place *at)
{
	const char *rest = "";
	char *out;

	for (; rest != NULL && at != NULL && at->up != NULL; at = at->up) {
		if (at->key == NULL) {
			rest = arena_printf(a, "/%zu%s", at->len, rest);
			continue;
		}
		if ((out = arena_alloc(a, escaped(at, NULL) + strlen(rest) + 2)) == NULL)
			return "";
		out[0] = '/';
		strcpy(out + 1 + escaped(at, out + 1), rest);
		rest = out;
	}
	return rest != NULL ? rest : "";
}

void
schema_errors_add(struct schema_errors *errors, struct arena *a, const struct schema_error *e)
{
	size_t max = errors->max == 0 ? ERRORS_DEFAULT : errors->max;

	if (errors->list == NULL)
		errors->list = arena_array(a, max, sizeof(*errors->list));
	if (errors->list != NULL && errors->n < max)
		errors->list[errors->n++] = *e;
}

bool
evaluate_error_at(struct run *r, const struct node *n, const char *keyword, const struct place *at,
    const char *expected, const char *found)
{
	struct schema_error e = { .keyword = keyword, .expected = expected != NULL ? expected : "another value",
		.found = found != NULL ? found : "this one" };

	if (r->errors == NULL)
		return false;
	e.pointer = place_pointer(r->arena, at);
	e.schema_pointer = node_pointer(r->arena, n, keyword);
	schema_errors_add(r->errors, r->arena, &e);
	return false;
}

bool
evaluate_error(struct run *r, const struct frame *f, const struct step *s, const char *expected, const char *found)
{
	if (r->errors == NULL)
		return false;
	return evaluate_error_at(r, f->node, s->keyword->name, f->place, expected,
	    found != NULL ? found : instance_describe(f->v, r->arena));
}

bool
evaluate_work(struct run *r, size_t n)
{
	if (r->exhausted)
		return false;
	if (n <= r->steps) {
		r->steps -= n;
		return true;
	}
	r->exhausted = true;
	return false;
}

bool
evaluate_pattern(struct run *r, const struct pattern *p, const char *text, size_t len)
{
	enum pattern_result result = PATTERN_TOO_LONG;

	if (evaluate_work(r, 1))
		result = pattern_find(p, text, len, &r->pattern_work);
	if (result == PATTERN_TOO_LONG)
		r->exhausted = true;
	return result == PATTERN_FOUND;
}

static bool
seen_new(struct run *r, struct seen *s, const struct value *v)
{
	size_t n = (v->n + 7) / 8;

	s->all = false;
	s->bits = arena_alloc(r->arena, n + 1);
	if (s->bits == NULL) {
		r->exhausted = true;
		return false;
	}
	memset(s->bits, 0, n + 1);
	return true;
}

static void
seen_add(struct seen *into, const struct seen *s, const struct value *v)
{
	into->all = into->all || s->all;
	for (size_t i = 0; i < (v->n + 7) / 8; i++)
		into->bits[i] |= s->bits[i];
}

void
evaluate_mark(struct frame *f, size_t i)
{
	if (f->seen != NULL)
		f->seen->bits[i / 8] |= (uint8_t)(1u << i % 8);
}

void
evaluate_mark_all(struct frame *f)
{
	if (f->seen != NULL)
		f->seen->all = true;
}

bool
evaluate_seen(const struct frame *f, size_t i)
{
	return f->seen != NULL && (f->seen->all || (f->seen->bits[i / 8] >> i % 8 & 1));
}

static bool
take_steps(struct run *r, const struct node *n, struct frame *f)
{
	bool ok = true;

	for (unsigned i = 0; i < n->nsteps; i++) {
		if (!n->steps[i].keyword->evaluate(r, &n->steps[i], f))
			ok = false;
		if ((!ok && r->errors == NULL) || r->exhausted)
			return false;
	}
	return ok;
}

static bool
evaluate_steps(struct run *r, const struct node *n, const struct value *v, const struct place *at, struct seen *into)
{
	struct frame f = { .node = n, .v = v, .type = instance_type(v), .place = at };
	bool composite = f.type == INSTANCE_ARRAY || f.type == INSTANCE_OBJECT, ok;
	struct scope scope = { r->scope, n->resource };
	struct seen own;

	if (composite && (into != NULL || n->unevaluated)) {
		if (!seen_new(r, &own, v))
			return false;
		f.seen = &own;
	}
	if (r->scope == NULL || r->scope->resource != n->resource)
		r->scope = &scope;	/* cppcheck-suppress autoVariables ; taken back below */
	r->depth++;
	ok = take_steps(r, n, &f);
	r->depth--;
	if (r->scope == &scope)
		r->scope = scope.up;
	if (ok && into != NULL && f.seen != NULL)
		seen_add(into, f.seen, v);
	return ok;
}

bool
evaluate_node(struct run *r, const struct node *n, const struct value *v, const struct place *at, struct seen *into)
{
	if (n->kind == NODE_ANY)
		return true;
	if (n->kind == NODE_NEVER)
		return evaluate_error_at(r, n, "", at, "nothing here: the schema is false",
		    r->errors != NULL ? instance_describe(v, r->arena) : NULL);
	if (r->depth >= DEPTH_MAX)
		r->exhausted = true;
	if (!evaluate_work(r, 1))
		return false;
	return evaluate_steps(r, n, v, at, into);
}

bool
evaluate_here(struct run *r, const struct node *n, struct frame *f)
{
	return evaluate_node(r, n, f->v, f->place, f->seen);
}

bool
evaluate_quietly(struct run *r, const struct node *n, struct frame *f, struct seen *into)
{
	struct schema_errors *errors = r->errors;
	bool ok;

	r->errors = NULL;
	ok = evaluate_node(r, n, f->v, f->place, into);
	r->errors = errors;
	return ok;
}

bool
schema_validate(const struct schema *s, const struct value *v, struct arena *a, struct schema_errors *errors)
{
	struct run r = { .schema = s, .arena = a, .steps = STEPS, .pattern_work = PATTERN_WORK };
	const struct place top = { NULL, NULL, 0 };

	/* Most are valid: without errors to tell, the first failure ends it, and only then they are looked for. */
	if (evaluate_node(&r, s->root, v, &top, NULL) && !r.exhausted && !a->full)
		return true;
	if (errors == NULL)
		return false;
	r = (struct run){ .schema = s, .arena = a, .steps = STEPS, .pattern_work = PATTERN_WORK, .errors = errors };
	evaluate_node(&r, s->root, v, &top, NULL);
	if (r.exhausted || a->full || errors->n == 0)
		evaluate_error_at(&r, s->root, "", &top, "data that can be compared with the schema within its bounds",
		    "that it takes too long, or too much memory");
	return false;
}
