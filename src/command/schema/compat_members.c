/*
 * compat_members.c: rules of keywords about the members of objects. See compat.h.
 */
#include <string.h>

#include "command/schema/compat.h"

#define NAME_WORK	100000ul

bool
compat_matches(struct compat *c, const struct value *pattern, const char *name, size_t len)
{
	struct named_pattern *p = c->patterns;
	unsigned long work = NAME_WORK;
	size_t n;
	const char *text;
	char why[200];

	while (p != NULL && p->key != pattern)
		p = p->next;
	if (p == NULL && (p = arena_alloc(&c->arena, sizeof(*p))) != NULL) {
		text = key_name(c, pattern, &n);
		*p = (struct named_pattern){ c->patterns, pattern, text != NULL ? pattern_new(text, n, why, sizeof(why)) : NULL };
		c->patterns = p;
	}
	return p != NULL && p->pattern != NULL && compat_work(c, 10) &&
	    pattern_find(p->pattern, name, len, &work) == PATTERN_FOUND;
}

static bool
lists(const struct value *names, const char *name, size_t len)
{
	for (uint32_t i = 0; names != NULL && names->kind == VALUE_VECTOR && i < names->n; i++)
		if (names->u.items[i].kind == VALUE_STRING && names->u.items[i].n == len &&
		    (len == 0 || memcmp(names->u.items[i].u.text, name, len) == 0))
			return true;
	return false;
}

bool
view_requires(struct compat *c, const struct view *v, const char *name, size_t len)
{
	(void)c;
	for (size_t i = 0; i < v->n; i++)
		if (lists(part_get(&v->parts[i], "required"), name, len))
			return true;
	return false;
}

static void
add(struct compat *c, struct view *v, const struct part *p, const struct value *schema)
{
	struct part child = part_child(p, schema);

	*v = view_with(c, v, &child);
}

/* What one part asks of a member. */
static void
add_member(struct compat *c, struct view *v, const struct part *p, const char *name, size_t len)
{
	const struct value *own = NULL, *map, *rest;
	struct reach reach = { 0 };
	bool known = false;

	if ((map = part_get(p, "properties")) != NULL && (own = member_of(c, map, name, len)) != NULL) {
		add(c, v, p, own);
		known = true;
	}
	map = part_get(p, "patternProperties");
	for (uint32_t i = 0; map != NULL && map->kind == VALUE_MAP && i < map->n; i++)
		if (compat_matches(c, &map->u.items[2 * i], name, len)) {
			add(c, v, p, &map->u.items[2 * i + 1]);
			known = true;
		}
	if (!known && (rest = part_get(p, "additionalProperties")) != NULL)
		add(c, v, p, rest);
	if ((rest = part_get(p, "unevaluatedProperties")) == NULL)
		return;
	compat_reach(c, p, false, &reach);
	if (!reach_has(c, &reach, name, len))
		add(c, v, p, rest);
}

struct view
view_member(struct compat *c, const struct view *v, const char *name, size_t len)
{
	struct view out = view_all();

	for (size_t i = 0; i < v->n; i++)
		add_member(c, &out, &v->parts[i], name, len);
	return out;
}

/* What the view asks of members that match a pattern, which it has too. */
static struct view
view_pattern(struct compat *c, const struct view *v, const char *text, size_t len)
{
	struct view out = view_all();
	const struct value *map, *one;

	for (size_t i = 0; i < v->n; i++)
		if ((map = part_get(&v->parts[i], "patternProperties")) != NULL && (one = member_of(c, map, text, len)) != NULL)
			add(c, &out, &v->parts[i], one);
	return out;
}

/* What it asks of members that it does not name and that match none of its patterns. */
static struct view
view_rest(struct compat *c, const struct view *v)
{
	struct view out = view_all();
	const struct value *rest;

	for (size_t i = 0; i < v->n; i++) {
		struct reach reach = { 0 };

		if ((rest = part_get(&v->parts[i], "additionalProperties")) != NULL)
			add(c, &out, &v->parts[i], rest);
		if ((rest = part_get(&v->parts[i], "unevaluatedProperties")) == NULL)
			continue;
		compat_reach(c, &v->parts[i], false, &reach);
		if (!reach.rest)
			add(c, &out, &v->parts[i], rest);
	}
	return out;
}

static void
view_reach(struct compat *c, const struct view *v, struct reach *out)
{
	for (size_t i = 0; i < v->n; i++)
		compat_reach(c, &v->parts[i], false, out);
}

COMPAT_RULE(compat_required)
{
	bool ok = true;

	(void)next;
	for (uint32_t i = 0; value->kind == VALUE_VECTOR && i < value->n; i++) {
		const struct value *name = &value->u.items[i];

		if (name->kind != VALUE_STRING || view_requires(c, v, name->n == 0 ? "" : name->u.text, name->n))
			continue;
		ok = c->quiet == 0 && compat_error(c, rule->keyword, "nothing required that was not before",
		    instance_describe(name, c->tmp));
		ok = false;
	}
	return ok;
}

COMPAT_RULE(compat_properties)
{
	bool ok = true;

	for (uint32_t i = 0; value->kind == VALUE_MAP && i < value->n && !c->exhausted; i++) {
		struct part child = part_child(next, &value->u.items[2 * i + 1]);
		struct view former;
		size_t len;
		const char *name = key_name(c, &value->u.items[2 * i], &len);

		if (name == NULL)
			continue;
		former = view_member(c, v, name, len);
		ok = compat_implied_at(c, &former, &child, rule->keyword, name, len) && ok;
	}
	return ok;
}

/* One pattern of next: names that the former knows by the same pattern, by name, by other patterns, and not at all. */
static bool
pattern_implied(struct compat *c, const struct view *v, const struct part *child, const struct value *key,
    const char *keyword, const struct reach *reach)
{
	size_t len;
	const char *text = key_name(c, key, &len);
	struct view former;
	bool ok = true;

	if (text == NULL)
		return true;
	for (size_t i = 0; ok && i < reach->nnames; i++) {
		if (!compat_matches(c, key, reach->names[i].name, reach->names[i].len))
			continue;
		former = view_member(c, v, reach->names[i].name, reach->names[i].len);
		ok = compat_implied_at(c, &former, child, keyword, text, len);
	}
	former = view_pattern(c, v, text, len);
	if (!ok || (former.n > 0 && compat_implied_quietly(c, &former, child)) || former.types == 0)
		return ok;
	for (size_t i = 0; ok && i < reach->npatterns; i++) {
		former = view_pattern(c, v, reach->patterns[i].name, reach->patterns[i].len);
		ok = compat_implied_at(c, &former, child, keyword, text, len);
	}
	former = view_rest(c, v);
	return ok && compat_implied_at(c, &former, child, keyword, text, len);
}

COMPAT_RULE(compat_patterns)
{
	struct reach reach = { 0 };
	bool ok = true;

	view_reach(c, v, &reach);
	for (uint32_t i = 0; value->kind == VALUE_MAP && i < value->n && !c->exhausted; i++) {
		struct part child = part_child(next, &value->u.items[2 * i + 1]);

		ok = pattern_implied(c, v, &child, &value->u.items[2 * i], rule->keyword, &reach) && ok;
	}
	return ok;
}

/* What next looks at by other keywords, which is not the rest. */
static void
looked_at(struct compat *c, const struct part *next, const struct rule *rule, struct reach *out)
{
	struct value pairs[4];
	const struct value *v;
	struct value own;
	struct part alone = *next;
	size_t n = 0;

	if (strcmp(rule->keyword, "unevaluatedProperties") == 0) {
		compat_reach(c, next, true, out);
		return;
	}
	if ((v = part_get(next, "properties")) != NULL) {
		pairs[2 * n] = value_ckeyword(&c->arena, "properties");
		pairs[2 * n++ + 1] = *v;
	}
	if ((v = part_get(next, "patternProperties")) != NULL) {
		pairs[2 * n] = value_ckeyword(&c->arena, "patternProperties");
		pairs[2 * n++ + 1] = *v;
	}
	own = value_map(pairs, n);
	alone.schema = &own;
	compat_reach(c, &alone, true, out);
}

/* The rest of a name that the former has: told as what became of that name. */
static bool
rest_implied(struct compat *c, const struct view *former, const struct part *child, const struct rule *rule,
    const char *what, const char *name, size_t len)
{
	if (compat_implied_quietly(c, former, child))
		return true;
	if (c->quiet > 0)
		return false;
	if (child->schema->kind == VALUE_BOOL)
		return compat_error(c, rule->keyword, name == NULL ? arena_printf(c->tmp, "%s to be taken still", what) :
		    arena_printf(c->tmp, "%s \"%.*s\" to be taken still", what, (int)len, name), "false");
	return compat_implied_at(c, former, child, rule->keyword, NULL, SIZE_MAX);
}

/* additionalProperties and unevaluatedProperties. */
COMPAT_RULE(compat_rest)
{
	struct part child = part_child(next, value);
	struct reach former = { 0 }, own = { 0 };
	struct view rest;
	bool ok = true;

	if (value->kind == VALUE_BOOL && value->u.boolean)
		return true;
	view_reach(c, v, &former);
	looked_at(c, next, rule, &own);
	if (own.rest)
		return true;
	for (size_t i = 0; i < former.nnames && !c->exhausted; i++) {
		const struct named *name = &former.names[i];

		rest = view_member(c, v, name->name, name->len);
		if (!reach_has(c, &own, name->name, name->len))
			ok = rest_implied(c, &rest, &child, rule, "member", name->name, name->len) && ok;
	}
	for (size_t i = 0; i < former.npatterns && !c->exhausted; i++) {
		const struct named *p = &former.patterns[i];

		rest = view_pattern(c, v, p->name, p->len);
		if (!reach_has_pattern(&own, p->name, p->len))
			ok = rest_implied(c, &rest, &child, rule, "members that match", p->name, p->len) && ok;
	}
	rest = view_rest(c, v);
	return rest_implied(c, &rest, &child, rule, "members of any other name", NULL, 0) && ok;
}

/* Each name is a string that the former's propertyNames take; where it is closed, the names that it has. */
COMPAT_RULE(compat_names)
{
	struct part child = part_child(next, value);
	struct view former = view_typed(&(struct view){ .types = TYPE_ALL }, TYPE_STRING), rest = view_rest(c, v);
	struct reach reach = { 0 };
	const struct value *names;
	struct value *list, *closed;

	for (size_t i = 0; i < v->n; i++)
		if ((names = part_get(&v->parts[i], "propertyNames")) != NULL)
			add(c, &former, &v->parts[i], names);
	view_reach(c, v, &reach);
	if (rest.types == 0 && reach.npatterns == 0 &&
	    (list = arena_array(&c->arena, reach.nnames + 3, sizeof(*list))) != NULL) {
		for (size_t i = 0; i < reach.nnames; i++)
			list[i] = value_string(reach.names[i].name, reach.names[i].len);
		closed = &list[reach.nnames];
		closed[0] = value_ckeyword(&c->arena, "enum");
		closed[1] = value_seq(VALUE_VECTOR, list, reach.nnames);
		closed[2] = value_map(closed, 1);
		add(c, &former, next, &closed[2]);
	}
	return compat_implied_at(c, &former, &child, rule->keyword, NULL, SIZE_MAX);
}

static void
add_required(struct compat *c, struct view *v, const struct part *p, const struct value *names)
{
	struct value *pair = arena_array(&c->arena, 3, sizeof(*pair));

	if (pair == NULL) {
		c->exhausted = true;
		return;
	}
	pair[0] = value_ckeyword(&c->arena, "required");
	pair[1] = *names;
	pair[2] = value_map(pair, 1);
	add(c, v, p, &pair[2]);
}

/* The values of a view that have this member: what the former asks of these besides. */
static struct view
view_having(struct compat *c, const struct view *v, const struct part *next, const char *name, size_t len)
{
	static const char *const keywords_of[] = { "dependentRequired", "dependentSchemas", "dependencies" };
	struct value *names = arena_alloc(&c->arena, sizeof(*names)), list;
	struct view out = *v;
	const struct value *map, *what;

	for (size_t i = 0; i < v->n; i++)
		for (size_t k = 0; k < 3; k++) {
			if ((map = part_get(&v->parts[i], keywords_of[k])) == NULL || (what = member_of(c, map, name, len)) == NULL)
				continue;
			if (what->kind == VALUE_VECTOR)
				add_required(c, &out, &v->parts[i], what);
			else
				add(c, &out, &v->parts[i], what);
		}
	if (names != NULL) {
		*names = value_string(name, len);
		list = value_seq(VALUE_VECTOR, names, 1);
		add_required(c, &out, next, &list);
	}
	return out;
}

/* dependentRequired, dependentSchemas and dependencies. */
COMPAT_RULE(compat_dependencies)
{
	static const struct rule required = { "required", TYPE_OBJECT, false, compat_required };
	bool ok = true;

	for (uint32_t i = 0; value->kind == VALUE_MAP && i < value->n && !c->exhausted; i++) {
		const struct value *what = &value->u.items[2 * i + 1];
		struct part child = part_child(next, what);
		struct rule named = required;
		struct view former;
		size_t len;
		const char *name = key_name(c, &value->u.items[2 * i], &len);

		if (name == NULL || view_member(c, v, name, len).types == 0)
			continue;
		former = view_having(c, v, next, name, len);
		named.keyword = rule->keyword;
		if (what->kind == VALUE_VECTOR)
			ok = compat_required(c, &former, next, &named, what) && ok;
		else
			ok = compat_implied_at(c, &former, &child, rule->keyword, name, len) && ok;
	}
	return ok;
}
