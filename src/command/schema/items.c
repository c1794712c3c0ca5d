/*
 * items.c: what arrays hold: prefixItems, items, additionalItems and contains
 * (draft 2020-12, 10.3.1; draft-07, 6.4).
 */
#include <stdint.h>

#include "command/schema/coerce.h"
#include "command/schema/compile.h"
#include "command/schema/evaluate.h"
#include "command/schema/keywords.h"
#include "value/bignum_exact.h"

static bool
evaluate_item(struct run *r, const struct node *n, struct frame *f, size_t i)
{
	struct place at = { f->place, NULL, i };

	evaluate_mark(f, i);
	return evaluate_node(r, n, &f->v->u.items[i], &at, NULL);
}

bool
prefix_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	bool ok = true;

	for (size_t i = 0; f->type == INSTANCE_ARRAY && i < s->u.nodes.n && i < f->v->n && (ok || r->errors != NULL); i++)
		ok = evaluate_item(r, s->u.nodes.list[i], f, i) && ok;
	return ok;
}

bool
prefix_coerce(struct coercion *c, const struct step *s, struct value *v)
{
	for (size_t i = 0; instance_type(v) == INSTANCE_ARRAY && i < s->u.nodes.n && i < v->n; i++)
		if (!coerce_item(c, s->u.nodes.list[i], v, i))
			return false;
	return true;
}

static size_t
list_length(const struct value *map, const char *keyword)
{
	const struct value *v = value_map_get(map, keyword, false);

	return v != NULL && v->kind == VALUE_VECTOR ? v->n : 0;
}

/* Draft-07's list is prefixItems under its former name: it is kept as an array of nodes with nothing for the rest. */
enum compiled
items_compile(struct compiler *c, struct node *n, const struct value *map, const struct value *v, struct step *out)
{
	if (v->kind == VALUE_VECTOR && c->source->draft == DRAFT_7) {
		for (size_t i = 0; i < keywords_count; i++)
			if (keywords[i].evaluate == prefix_evaluate) {
				enum compiled made = list_compile(c, n, map, v, out);

				out->keyword = &keywords[i];
				return made;
			}
	}
	out->u.items.rest = compile_child(c, n, v, "items", NULL, 0);
	out->u.items.from = c->source->draft == DRAFT_7 ? 0 : list_length(map, "prefixItems");
	return COMPILED_STEP;
}

/* Only beside a list of items. */
enum compiled
additional_items_compile(struct compiler *c, struct node *n, const struct value *map, const struct value *v,
    struct step *out)
{
	const struct value *items = value_map_get(map, "items", false);

	if (items == NULL || items->kind != VALUE_VECTOR)
		return COMPILED_NOTHING;
	out->u.items.rest = compile_child(c, n, v, "additionalItems", NULL, 0);
	out->u.items.from = items->n;
	return COMPILED_STEP;
}

bool
items_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	bool ok = true;

	if (f->type != INSTANCE_ARRAY)
		return true;
	for (size_t i = s->u.items.from; i < f->v->n && (ok || r->errors != NULL) && !r->exhausted; i++)
		ok = evaluate_item(r, s->u.items.rest, f, i) && ok;
	return ok;
}

bool
items_coerce(struct coercion *c, const struct step *s, struct value *v)
{
	for (size_t i = s->u.items.from; instance_type(v) == INSTANCE_ARRAY && i < v->n; i++)
		if (!coerce_item(c, s->u.items.rest, v, i))
			return false;
	return true;
}

static uint64_t
count_of(const struct value *map, const char *keyword, uint64_t otherwise)
{
	const struct value *v = value_map_get(map, keyword, false);

	if (v == NULL)
		return otherwise;
	if (v->kind == VALUE_INT && v->u.integer >= 0)
		return (uint64_t)v->u.integer;
	return v->kind == VALUE_DOUBLE && v->u.real >= 0 && v->u.real < 1e15 ? (uint64_t)v->u.real : otherwise;
}

enum compiled
contains_compile(struct compiler *c, struct node *n, const struct value *map, const struct value *v,
    struct step *out)
{
	bool bounds = c->source->draft != DRAFT_7 && (c->source->vocabularies & VOCABULARY_VALIDATION);

	out->u.contains.node = compile_child(c, n, v, "contains", NULL, 0);
	out->u.contains.least = bounds ? count_of(map, "minContains", 1) : 1;
	out->u.contains.most = bounds ? count_of(map, "maxContains", UINT64_MAX) : UINT64_MAX;
	return COMPILED_STEP;
}

bool
contains_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	struct schema_errors *errors = r->errors;
	uint64_t n = 0;

	if (f->type != INSTANCE_ARRAY)
		return true;
	r->errors = NULL;
	for (size_t i = 0; i < f->v->n && !r->exhausted; i++) {
		struct place at = { f->place, NULL, i };

		if (!evaluate_node(r, s->u.contains.node, &f->v->u.items[i], &at, NULL))
			continue;
		n++;
		evaluate_mark(f, i);
	}
	r->errors = errors;
	if (n >= s->u.contains.least && n <= s->u.contains.most)
		return true;
	return errors != NULL && evaluate_error(r, f, s, n < s->u.contains.least ?
	    arena_printf(r->arena, "at least %llu items that match the schema of contains",
	    (unsigned long long)s->u.contains.least) :
	    arena_printf(r->arena, "at most %llu items that match the schema of contains",
	    (unsigned long long)s->u.contains.most), arena_printf(r->arena, "%llu", (unsigned long long)n));
}
