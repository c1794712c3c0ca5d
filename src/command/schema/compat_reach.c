/*
 * compat_reach.c: which members and items a schema looks at, with all that it applies to the same value: what is left over is
 * what unevaluatedProperties and unevaluatedItems speak of. See compat.h.
 */
#include <string.h>

#include "command/schema/compat.h"

#define NESTED_MAX	50

/* Keywords that apply schemas to the same value. */
static const struct {
	const char	*keyword;
	bool		 sure;		/* in any case */
} in_place[] = {
	{ "allOf", true }, { "$ref", true }, { "anyOf", false }, { "oneOf", false }, { "if", false }, { "then", false },
	{ "else", false }, { "dependentSchemas", false }, { "dependencies", false },
};

typedef void	visit_fn(struct compat *c, const struct part *p, bool sure, void *out);

static void	walk(struct compat *c, const struct part *p, bool sure, unsigned depth, visit_fn *visit, void *out);

static void
walk_keyword(struct compat *c, const struct part *p, const struct value *v, bool sure, unsigned depth, visit_fn *visit,
    void *out)
{
	bool map = v->kind == VALUE_MAP && (value_map_get(p->schema, "dependentSchemas", false) == v ||
	    value_map_get(p->schema, "dependencies", false) == v);
	struct part child;

	if (v->kind == VALUE_STRING) {
		const struct anchor *anchor;

		if (part_target(p, v, &child, &anchor))
			walk(c, &child, sure, depth, visit, out);
		return;
	}
	if (v->kind == VALUE_MAP && !map) {
		child = part_child(p, v);
		walk(c, &child, sure, depth, visit, out);
		return;
	}
	for (uint32_t i = 0; (map || v->kind == VALUE_VECTOR) && i < v->n; i++) {
		child = part_child(p, &v->u.items[map ? 2 * i + 1 : i]);
		walk(c, &child, sure, depth, visit, out);
	}
}

/* Where it is too deep, or a reference decides while it is evaluated: everything, or nothing for sure. */
static void
walk(struct compat *c, const struct part *p, bool sure, unsigned depth, visit_fn *visit, void *out)
{
	const struct value *v;

	if (p->schema->kind != VALUE_MAP)
		return;
	if (depth == 0 || !compat_work(c, 1) || value_map_get(p->schema, "$dynamicRef", false) != NULL) {
		if (!sure)
			visit(c, NULL, sure, out);
		return;
	}
	if (p->source->draft != DRAFT_7 || value_map_get(p->schema, "$ref", false) == NULL)
		visit(c, p, sure, out);
	for (size_t i = 0; i < sizeof(in_place) / sizeof(in_place[0]); i++)
		if ((!sure || in_place[i].sure) && (v = part_get(p, in_place[i].keyword)) != NULL)
			walk_keyword(c, p, v, sure, depth - 1, visit, out);
}

static void
add_names(struct compat *c, const struct value *map, struct named **list, size_t *n)
{
	struct named *grown;

	if (map == NULL || map->kind != VALUE_MAP || map->n == 0)
		return;
	if (!compat_work(c, map->n) || (grown = arena_array(&c->arena, *n + map->n, sizeof(*grown))) == NULL) {
		c->exhausted = true;
		return;
	}
	if (*n > 0)
		memcpy(grown, *list, *n * sizeof(*grown));
	*list = grown;
	for (uint32_t i = 0; i < map->n; i++) {
		struct named *one = &grown[*n];

		one->key = &map->u.items[2 * i];
		if ((one->name = key_name(c, one->key, &one->len)) != NULL)
			(*n)++;
	}
}

static void
visit_members(struct compat *c, const struct part *p, bool sure, void *out)
{
	struct reach *r = out;

	(void)sure;
	if (p == NULL) {
		r->rest = true;
		return;
	}
	add_names(c, part_get(p, "properties"), &r->names, &r->nnames);
	add_names(c, part_get(p, "patternProperties"), &r->patterns, &r->npatterns);
	r->rest = r->rest || part_get(p, "additionalProperties") != NULL ||
	    (p->schema != r->top && part_get(p, "unevaluatedProperties") != NULL);
}

void
compat_reach(struct compat *c, const struct part *p, bool sure, struct reach *out)
{
	out->top = p->schema;
	walk(c, p, sure, NESTED_MAX, visit_members, out);
}

bool
reach_has_pattern(const struct reach *r, const char *text, size_t len)
{
	for (size_t i = 0; i < r->npatterns; i++)
		if (r->patterns[i].len == len && memcmp(r->patterns[i].name, text, len) == 0)
			return true;
	return false;
}

bool
reach_has(struct compat *c, const struct reach *r, const char *name, size_t len)
{
	for (size_t i = 0; i < r->nnames && (i % 64 != 63 || compat_work(c, 1)); i++)
		if (r->names[i].len == len && memcmp(r->names[i].name, name, len) == 0)
			return true;
	for (size_t i = 0; i < r->npatterns; i++)
		if (compat_matches(c, r->patterns[i].key, name, len))
			return true;
	return r->rest;
}

struct item_reach {
	const struct value	*top;
	size_t			 n;
};

static void
visit_items(struct compat *c, const struct part *p, bool sure, void *out)
{
	struct item_reach *r = out;
	const struct value *items;
	size_t own = 0;

	(void)c;
	if (p == NULL) {
		r->n = SIZE_MAX;
		return;
	}
	items = part_get(p, p->source->draft == DRAFT_7 ? "items" : "prefixItems");
	if (items != NULL && items->kind == VALUE_VECTOR)
		own = items->n;
	if (p->source->draft == DRAFT_2020 && (part_get(p, "items") != NULL || (!sure && part_get(p, "contains") != NULL)))
		own = SIZE_MAX;
	if (p->schema != r->top && part_get(p, "unevaluatedItems") != NULL)
		own = SIZE_MAX;
	r->n = own > r->n ? own : r->n;
}

size_t
compat_reach_items(struct compat *c, const struct part *p, bool sure)
{
	struct item_reach r = { p->schema, 0 };

	walk(c, p, sure, NESTED_MAX, visit_items, &r);
	return r.n;
}
