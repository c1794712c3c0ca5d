/*
 * compat_items.c: rules of keywords about the items of arrays. See compat.h.
 */
#include <string.h>

#include "command/schema/compat.h"
#include "value/bignum_exact.h"

/* Items beyond these are compared as the rest is. */
#define PREFIX_MAX	1000

/* The list of a part's first items, under its draft's name; NULL: none. */
static const struct value *
prefix_of(const struct part *p)
{
	const struct value *v = part_get(p, p->source->draft == DRAFT_7 ? "items" : "prefixItems");

	return v != NULL && v->kind == VALUE_VECTOR ? v : NULL;
}

/* The schema of the items behind these. */
static const struct value *
rest_of(const struct part *p)
{
	const struct value *v = part_get(p, "items");

	if (p->source->draft == DRAFT_7 && v != NULL && v->kind == VALUE_VECTOR)
		return part_get(p, "additionalItems");
	return v;
}

static bool
is_false(const struct value *v)
{
	return v != NULL && v->kind == VALUE_BOOL && !v->u.boolean;
}

size_t
view_longest(struct compat *c, const struct view *v)
{
	size_t longest = SIZE_MAX;

	for (size_t i = 0; i < v->n; i++) {
		const struct value *most = part_get(&v->parts[i], "maxItems"), *prefix = prefix_of(&v->parts[i]);
		size_t n = prefix != NULL ? prefix->n : 0;

		if (most != NULL && most->kind == VALUE_INT && most->u.integer >= 0 && (size_t)most->u.integer < longest)
			longest = (size_t)most->u.integer;
		if (is_false(rest_of(&v->parts[i])) && n < longest)
			longest = n;
		if (is_false(part_get(&v->parts[i], "unevaluatedItems")) &&
		    (n = compat_reach_items(c, &v->parts[i], false)) < longest)
			longest = n;
	}
	return longest;
}

static void
add(struct compat *c, struct view *v, const struct part *p, const struct value *schema)
{
	struct part child;

	if (schema == NULL)
		return;
	child = part_child(p, schema);
	*v = view_with(c, v, &child);
}

/* What the view asks of item i. */
static struct view
view_item(struct compat *c, const struct view *v, size_t i)
{
	struct view out = view_all();

	for (size_t j = 0; j < v->n; j++) {
		const struct part *p = &v->parts[j];
		const struct value *prefix = prefix_of(p), *left = part_get(p, "unevaluatedItems");

		add(c, &out, p, prefix != NULL && i < prefix->n ? &prefix->u.items[i] : rest_of(p));
		if (left != NULL && compat_reach_items(c, p, false) <= i)
			add(c, &out, p, left);
	}
	return out;
}

/* Items from here on are all asked the same. */
static size_t
view_prefix(struct compat *c, const struct view *v)
{
	size_t n = 0, m;

	for (size_t i = 0; i < v->n; i++) {
		const struct value *prefix = prefix_of(&v->parts[i]);

		n = prefix != NULL && prefix->n > n ? prefix->n : n;
		if (part_get(&v->parts[i], "unevaluatedItems") != NULL &&
		    (m = compat_reach_items(c, &v->parts[i], false)) != SIZE_MAX && m > n)
			n = m;
	}
	return n < PREFIX_MAX ? n : PREFIX_MAX;
}

COMPAT_RULE(compat_prefix)
{
	size_t longest = view_longest(c, v);
	bool ok = true;

	for (size_t i = 0; value->kind == VALUE_VECTOR && i < value->n && i < longest && !c->exhausted; i++) {
		struct part child = part_child(next, &value->u.items[i]);
		struct view former = view_item(c, v, i);

		ok = compat_implied_at(c, &former, &child, rule->keyword, NULL, i) && ok;
	}
	return ok;
}

/* Every item from the one at `from` on. */
static bool
rest_implied(struct compat *c, const struct view *v, const struct part *next, const char *keyword,
    const struct value *value, size_t from)
{
	size_t longest = view_longest(c, v), prefix = view_prefix(c, v);
	struct part child = part_child(next, value);
	struct view former;

	for (; from < prefix && from < longest && !c->exhausted; from++) {
		former = view_item(c, v, from);
		if (!compat_implied_at(c, &former, &child, keyword, NULL, SIZE_MAX))
			return false;
	}
	if (from >= longest)
		return true;
	former = view_item(c, v, from);
	return compat_implied_at(c, &former, &child, keyword, NULL, SIZE_MAX);
}

/* items and, in draft-07, additionalItems. */
COMPAT_RULE(compat_items)
{
	bool additional = strcmp(rule->keyword, "additionalItems") == 0;
	const struct value *prefix = prefix_of(next);

	if (next->source->draft == DRAFT_7 && value->kind == VALUE_VECTOR && !additional)
		return compat_prefix(c, v, next, rule, value);
	if (additional && prefix == NULL)
		return true;
	return rest_implied(c, v, next, rule->keyword, value, prefix != NULL ? prefix->n : 0);
}

COMPAT_RULE(compat_unevaluated_items)
{
	size_t from = compat_reach_items(c, next, true);

	return from == SIZE_MAX || rest_implied(c, v, next, rule->keyword, value, from);
}

/* The number at a keyword beside contains, which draft-07 does not have. */
static struct value
beside(const struct part *p, const char *keyword, int64_t otherwise)
{
	const struct value *v = part_get(p, keyword);

	if (p->source->draft == DRAFT_7 || v == NULL || !exact_is_number(v))
		return value_int(otherwise);
	return *v;
}

/* As many items as next wants: some contains of the former finds as many of what next's finds. */
static bool
enough(struct compat *c, const struct view *v, const struct part *next, const struct part *child)
{
	const struct value least = beside(next, "minContains", 1), zero = value_int(0), *what;

	if (exact_compare(&least, &zero) <= 0)
		return true;
	for (size_t i = 0; i < v->n; i++) {
		const struct value former = beside(&v->parts[i], "minContains", 1);
		struct part p;
		struct view found;

		if ((what = part_get(&v->parts[i], "contains")) == NULL || exact_compare(&former, &least) < 0)
			continue;
		p = part_child(&v->parts[i], what);
		found = view_of(c, &p);
		if (compat_implied_quietly(c, &found, child))
			return true;
	}
	return false;
}

static bool
not_too_many(struct compat *c, const struct view *v, const struct part *next, const struct part *child)
{
	const struct value most = beside(next, "maxContains", INT64_MAX), longest =
	    value_int(view_longest(c, v) > INT64_MAX ? INT64_MAX : (int64_t)view_longest(c, v)), *what;
	struct view found = view_of(c, child);

	if (part_get(next, "maxContains") == NULL || exact_compare(&longest, &most) <= 0)
		return true;
	for (size_t i = 0; i < v->n; i++) {
		const struct value former = beside(&v->parts[i], "maxContains", INT64_MAX);
		struct part p;

		if ((what = part_get(&v->parts[i], "contains")) == NULL || exact_compare(&former, &most) > 0)
			continue;
		p = part_child(&v->parts[i], what);
		if (compat_implied_quietly(c, &found, &p))
			return true;
	}
	return false;
}

COMPAT_RULE(compat_contains)
{
	struct part child = part_child(next, value);

	if (!enough(c, v, next, &child))
		return compat_error(c, rule->keyword, "no items asked for that were not before", "a contains that asks more");
	return not_too_many(c, v, next, &child) ||
	    compat_error(c, "maxContains", "no fewer items allowed than before", "a maxContains that allows fewer");
}
