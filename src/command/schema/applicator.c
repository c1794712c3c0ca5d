/*
 * applicator.c: schemas applied to the same value: allOf, anyOf, oneOf, not,
 * if, then, else, and propertyNames (draft 2020-12, 10.2).
 */
#include <string.h>

#include "command/schema/coerce.h"
#include "command/schema/compile.h"
#include "command/schema/evaluate.h"
#include "command/schema/keywords.h"

enum compiled
list_compile(struct compiler *c, struct node *n, const struct value *map, const struct value *v, struct step *out)
{
	const char *name = out->keyword->name;

	(void)map;
	if (v->kind != VALUE_VECTOR)
		return compile_error(c, n, name, "an array of schemas", instance_describe(v, c->tmp));
	out->u.nodes.n = v->n;
	out->u.nodes.list = compile_alloc(c, v->n, sizeof(struct node *));
	for (uint32_t i = 0; i < v->n; i++)
		out->u.nodes.list[i] = compile_item(c, n, &v->u.items[i], name, i);
	return COMPILED_STEP;
}

enum compiled
schema_keyword_compile(struct compiler *c, struct node *n, const struct value *map, const struct value *v,
    struct step *out)
{
	(void)map;
	out->u.node = compile_child(c, n, v, out->keyword->name, NULL, 0);
	return COMPILED_STEP;
}

bool
all_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	bool ok = true;

	for (size_t i = 0; i < s->u.nodes.n && (ok || r->errors != NULL); i++)
		ok = evaluate_here(r, s->u.nodes.list[i], f) && ok;
	return ok;
}

/* All of them are looked at where it matters what they evaluated. */
static size_t
matching(struct run *r, const struct step *s, struct frame *f, size_t enough)
{
	size_t n = 0;

	for (size_t i = 0; i < s->u.nodes.n && (n < enough || f->seen != NULL); i++)
		n += evaluate_quietly(r, s->u.nodes.list[i], f, f->seen);
	return n;
}

/* Is one of the errors that it is of another type altogether? */
static bool
is_of_other_type(const struct schema_errors *e, const char *here)
{
	for (size_t i = 0; i < e->n; i++)
		if (strcmp(e->list[i].keyword, "type") == 0 && strcmp(e->list[i].pointer, here) == 0)
			return true;
	return false;
}

/* The alternative that was meant: the only one that does not fail for the type. NULL: there is no such one. */
static const struct node *
meant(struct run *r, const struct step *s, struct frame *f)
{
	struct schema_errors *errors = r->errors, mine;
	const struct node *found = NULL;
	const char *here;
	size_t n = 0;

	mine = (struct schema_errors){ .max = 1 };
	r->errors = &mine;
	evaluate_error_at(r, f->node, "", f->place, "", "");
	here = mine.n == 1 ? mine.list[0].pointer : "";
	for (size_t i = 0; i < s->u.nodes.n && !r->exhausted; i++) {
		mine = (struct schema_errors){ .max = 4 };
		if (!evaluate_here(r, s->u.nodes.list[i], f) && !is_of_other_type(&mine, here) && ++n == 1)
			found = s->u.nodes.list[i];
	}
	r->errors = errors;
	return n == 1 ? found : NULL;
}

bool
any_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	const struct node *n;

	if (matching(r, s, f, 1) > 0)
		return true;
	if (r->errors == NULL)
		return false;
	if ((n = s->u.nodes.n == 1 ? s->u.nodes.list[0] : meant(r, s, f)) != NULL)
		return evaluate_here(r, n, f);
	return evaluate_error(r, f, s, arena_printf(r->arena, "what one of %zu schemas takes", s->u.nodes.n), NULL);
}

bool
one_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	size_t n = matching(r, s, f, 2);
	const struct node *one;

	if (n == 1)
		return true;
	if (n == 0 && r->errors != NULL && (one = meant(r, s, f)) != NULL)
		return evaluate_here(r, one, f);
	return r->errors != NULL && evaluate_error(r, f, s, arena_printf(r->arena,
	    "what exactly one of %zu schemas takes", s->u.nodes.n), n == 0 ? NULL :
	    arena_printf(r->arena, "%s, which several take", instance_describe(f->v, r->arena)));
}

bool
not_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	return !evaluate_quietly(r, s->u.node, f, NULL) ||
	    evaluate_error(r, f, s, "what the schema of not refuses", NULL);
}

bool
all_coerce(struct coercion *c, const struct step *s, struct value *v)
{
	for (size_t i = 0; i < s->u.nodes.n; i++)
		if (!coerce_node(c, s->u.nodes.list[i], v))
			return false;
	return true;
}

/* By the first that takes it. */
bool
any_coerce(struct coercion *c, const struct step *s, struct value *v)
{
	for (size_t i = 0; i < s->u.nodes.n; i++)
		if (coerce_takes(c, s->u.nodes.list[i], v))
			return coerce_node(c, s->u.nodes.list[i], v);
	return true;
}

enum compiled
if_compile(struct compiler *c, struct node *n, const struct value *map, const struct value *v, struct step *out)
{
	const struct value *then = value_map_get(map, "then", false), *otherwise = value_map_get(map, "else", false);

	out->u.condition.test = compile_child(c, n, v, "if", NULL, 0);
	if (then != NULL)
		out->u.condition.then = compile_child(c, n, then, "then", NULL, 0);
	if (otherwise != NULL)
		out->u.condition.otherwise = compile_child(c, n, otherwise, "else", NULL, 0);
	return COMPILED_STEP;
}

bool
if_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	const struct node *n = evaluate_quietly(r, s->u.condition.test, f, f->seen) ? s->u.condition.then :
	    s->u.condition.otherwise;

	return n == NULL || evaluate_here(r, n, f);
}

bool
if_coerce(struct coercion *c, const struct step *s, struct value *v)
{
	const struct node *n = coerce_takes(c, s->u.condition.test, v) ? s->u.condition.then : s->u.condition.otherwise;

	if (n == s->u.condition.then && !coerce_node(c, s->u.condition.test, v))
		return false;
	return n == NULL || coerce_node(c, n, v);
}

bool
names_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	bool ok = true;

	if (f->type != INSTANCE_OBJECT)
		return true;
	for (uint32_t i = 0; i < f->v->n && (ok || r->errors != NULL); i++) {
		size_t len;
		const char *key = instance_key(&f->v->u.items[2 * i], r->arena, &len);
		struct place at = { f->place, key, len };
		struct value name;

		if (key == NULL)
			return evaluate_error(r, f, s, "names that are text", NULL);
		name = value_string(key, len);
		ok = evaluate_node(r, s->u.node, &name, &at, NULL) && ok;
	}
	return ok;
}
