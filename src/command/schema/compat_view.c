/*
 * compat_view.c: what a schema asks of a value at one place, flattened: the schema itself, what its $ref leads to and its
 * allOf, as a list of parts. See compat.h.
 */
#include <string.h>

#include "command/schema/compat.h"
#include "command/schema/keyword.h"
#include "util/hash.h"
#include "value/bignum_exact.h"

#define PARTS_MAX	1000
#define VALUES_MAX	20000

const struct value *
part_get(const struct part *p, const char *keyword)
{
	const struct value *v = value_map_get(p->schema, keyword, false);

	for (size_t i = 0; v != NULL && i < keywords_count; i++)
		if (strcmp(keywords[i].name, keyword) == 0)
			return keywords[i].drafts & p->source->draft ? v : NULL;
	return v;
}

struct part
part_child(const struct part *p, const struct value *schema)
{
	struct part child = { p->side, p->source, schema, 0 };

	/* One with an $id is a resource of its own. */
	if (schema->kind == VALUE_MAP && value_map_get(schema, "$id", false) != NULL)
		for (struct source *s = p->side->sources; s != NULL; s = s->next)
			if (s->root == schema)
				child.source = s;
	return child;
}

bool
part_target(const struct part *p, const struct value *ref, struct part *out, const struct anchor **anchor)
{
	*out = *p;
	out->split = 0;
	if (ref->kind != VALUE_STRING)
		return false;
	out->schema = resources_find(p->side, p->source, ref->n == 0 ? "" : ref->u.text, ref->n, &out->source, anchor);
	return out->schema != NULL;
}

const char *
key_name(struct compat *c, const struct value *key, size_t *len)
{
	return instance_key(key, &c->arena, len);
}

const struct value *
member_of(struct compat *c, const struct value *map, const char *name, size_t len)
{
	for (uint32_t i = 0; map->kind == VALUE_MAP && i < map->n && (i % 64 != 63 || compat_work(c, 1)); i++) {
		size_t n;
		const char *key = key_name(c, &map->u.items[2 * i], &n);

		if (key != NULL && n == len && memcmp(key, name, len) == 0)
			return &map->u.items[2 * i + 1];
	}
	return NULL;
}

unsigned
compat_types(const struct value *v)
{
	enum instance_type t = instance_type(v);

	return t == INSTANCE_NUMBER && exact_is_integer(v) ? TYPE_INTEGER : 1u << t;
}

static const struct {
	const char	*name;
	unsigned	 types;
} names[] = {
	{ "null", 1u << INSTANCE_NULL },
	{ "boolean", 1u << INSTANCE_BOOLEAN },
	{ "number", TYPE_NUMBERS },
	{ "integer", TYPE_INTEGER },
	{ "string", TYPE_STRING },
	{ "array", TYPE_ARRAY },
	{ "object", TYPE_OBJECT },
};

const char *
compat_type_names(struct compat *c, unsigned types)
{
	const char *out = NULL;

	if (types == TYPE_ALL)
		return "any type";
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if ((types & names[i].types) != names[i].types)
			continue;
		out = arena_printf(c->tmp, "%s%s%s", out == NULL ? "" : out, out == NULL ? "" : ", ", names[i].name);
		types &= ~names[i].types;
	}
	return out != NULL ? out : "none";
}

static unsigned
types_of_name(const struct value *v)
{
	for (size_t i = 0; v->kind == VALUE_STRING && i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i].name) == v->n && memcmp(names[i].name, v->u.text, v->n) == 0)
			return names[i].types;
	return 0;
}

unsigned
compat_types_named(const struct value *v)
{
	unsigned types = 0;

	if (v->kind != VALUE_VECTOR)
		return types_of_name(v);
	for (uint32_t i = 0; i < v->n; i++)
		types |= types_of_name(&v->u.items[i]);
	return types;
}

static unsigned
types_of_values(const struct value *list, size_t n)
{
	unsigned types = 0;

	for (size_t i = 0; i < n; i++)
		types |= compat_types(&list[i]);
	return types;
}

static unsigned
types_of_part(const struct part *p)
{
	const struct value *v;
	unsigned types = TYPE_ALL;

	if ((v = part_get(p, "type")) != NULL)
		types &= compat_types_named(v);
	if ((v = part_get(p, "const")) != NULL)
		types &= types_of_values(v, 1);
	if ((v = part_get(p, "enum")) != NULL && v->kind == VALUE_VECTOR)
		types &= types_of_values(v->u.items, v->n);
	/* A multiple of a whole number is whole. */
	if ((v = part_get(p, "multipleOf")) != NULL && exact_is_number(v) && exact_is_integer(v))
		types &= ~TYPE_FRACTION;
	return types;
}

struct view
view_all(void)
{
	return (struct view){ .types = TYPE_ALL };
}

struct view
view_typed(const struct view *v, unsigned types)
{
	struct view out = *v;

	out.types &= types;
	return out;
}

/* The list is replaced, never changed: other views may share it. NULL: no memory. */
static struct part *
appended(struct compat *c, const struct part *list, size_t n, const struct part *p)
{
	struct part *out = n < PARTS_MAX && compat_work(c, 1 + n / 8) ? arena_array(&c->arena, n + 1, sizeof(*out)) : NULL;

	if (out == NULL) {
		c->exhausted = true;
		return NULL;
	}
	if (n > 0)
		memcpy(out, list, n * sizeof(*out));
	out[n] = *p;
	return out;
}

static void
add_all(struct compat *c, struct view *v, const struct part *p, const struct value *list)
{
	for (uint32_t i = 0; list->kind == VALUE_VECTOR && i < list->n; i++) {
		struct part child = part_child(p, &list->u.items[i]);

		*v = view_with(c, v, &child);
	}
}

struct view
view_with(struct compat *c, const struct view *before, const struct part *p)
{
	const struct value *ref, *all;
	const struct anchor *anchor;
	struct view v = *before;
	struct part target, *list;

	if (p->schema->kind == VALUE_BOOL && !p->schema->u.boolean)
		v.types = 0;
	if (p->schema->kind != VALUE_MAP)
		return v;
	for (size_t i = 0; i < v.n; i++)
		if (v.parts[i].schema == p->schema)
			return v;
	if ((list = appended(c, v.parts, v.n, p)) == NULL)
		return v;
	v.parts = list;
	v.n++;
	if ((ref = part_get(p, "$dynamicRef")) != NULL && part_target(p, ref, &target, &anchor) &&
	    (anchor == NULL || !compat_ambiguous(p, anchor->name)))
		v = view_with(c, &v, &target);
	if ((ref = part_get(p, "$ref")) != NULL && part_target(p, ref, &target, &anchor))
		v = view_with(c, &v, &target);
	if (ref != NULL && p->source->draft == DRAFT_7)
		return v;
	v.types &= types_of_part(p);
	if ((all = part_get(p, "allOf")) != NULL)
		add_all(c, &v, p, all);
	return v;
}

struct view
view_of(struct compat *c, const struct part *p)
{
	struct view v = view_all();

	return view_with(c, &v, p);
}

struct view
view_without(struct compat *c, const struct view *before, const struct part *p)
{
	struct view v = *before;
	struct part *list = appended(c, v.excluded, v.nexcluded, p);

	if (list != NULL) {
		v.excluded = list;
		v.nexcluded++;
	}
	return v;
}

/* true, false and null are few too. */
static bool
few_by_type(struct compat *c, unsigned types, const struct value **values, size_t *n)
{
	unsigned booleans = 1u << INSTANCE_BOOLEAN, null = 1u << INSTANCE_NULL;
	struct value *list;

	if ((types & ~(booleans | null)) != 0 || (list = arena_array(&c->arena, 3, sizeof(*list))) == NULL)
		return false;
	*n = 0;
	if (types & null)
		list[(*n)++] = value_nil();
	if (types & booleans) {
		list[(*n)++] = value_bool(false);
		list[(*n)++] = value_bool(true);
	}
	*values = list;
	return true;
}

bool
view_values(struct compat *c, const struct view *v, const struct value **values, size_t *n)
{
	const struct value *found;

	*n = SIZE_MAX;
	for (size_t i = 0; i < v->n; i++) {
		if (v->parts[i].source->draft == DRAFT_7 && part_get(&v->parts[i], "$ref") != NULL)
			continue;
		if ((found = part_get(&v->parts[i], "const")) != NULL) {
			*values = found;
			*n = 1;
			return true;
		}
		if ((found = part_get(&v->parts[i], "enum")) != NULL && found->kind == VALUE_VECTOR && found->n < *n) {
			*values = found->u.items;
			*n = found->n;
		}
	}
	return *n <= VALUES_MAX || few_by_type(c, v->types, values, n);
}

uint64_t
view_fingerprint(const struct view *v)
{
	uint64_t h = hash_more(HASH_START, &v->types, sizeof(v->types));

	for (size_t i = 0; i < v->n; i++)
		h = hash_more(h, &v->parts[i].schema, sizeof(v->parts[i].schema));
	for (size_t i = 0; i < v->nexcluded; i++)
		h = hash_more(h, &v->excluded[i].schema, sizeof(v->excluded[i].schema));
	return h;
}
