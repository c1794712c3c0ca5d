/*
 * compat_branch.c: rules of keywords that apply schemas to the same value, the cases that a view is split into, and when
 * two schemas have no value in common. See compat.h.
 */
#include <string.h>

#include "command/schema/compat.h"

#define CASES_MAX	64
#define APART_DEPTH	3

COMPAT_RULE(compat_all)
{
	bool ok = true;

	for (uint32_t i = 0; value->kind == VALUE_VECTOR && i < value->n && !c->exhausted; i++) {
		struct part child = part_child(next, &value->u.items[i]);

		ok = compat_implied_at(c, v, &child, rule->keyword, NULL, i) && ok;
	}
	return ok;
}

COMPAT_RULE(compat_any)
{
	struct part child;

	for (uint32_t i = 0; value->kind == VALUE_VECTOR && i < value->n; i++) {
		child = part_child(next, &value->u.items[i]);
		if (compat_implied_quietly(c, v, &child))
			return true;
		if (value->n == 1)
			return compat_implied_at(c, v, &child, rule->keyword, NULL, 0);
	}
	return compat_error(c, rule->keyword, "a branch for every value that the former schema takes",
	    "branches that leave some out, as far as can be told");
}

/* A branch takes all, and no other takes any. */
COMPAT_RULE(compat_one)
{
	for (uint32_t i = 0; value->kind == VALUE_VECTOR && i < value->n; i++) {
		struct part child = part_child(next, &value->u.items[i]);
		bool alone = compat_implied_quietly(c, v, &child);

		for (uint32_t j = 0; alone && j < value->n; j++) {
			struct part other = part_child(next, &value->u.items[j]);

			alone = j == i || compat_excluded(c, v, &other);
		}
		if (alone)
			return true;
	}
	return compat_error(c, rule->keyword, "exactly one branch for every value that the former schema takes",
	    "branches that leave some out or have some in common, as far as can be told");
}

COMPAT_RULE(compat_not)
{
	struct part child = part_child(next, value);

	return compat_excluded(c, v, &child) || compat_error(c, rule->keyword,
	    "nothing forbidden that the former schema takes", "a schema that may match it");
}

COMPAT_RULE(compat_if)
{
	const struct value *then = part_get(next, "then"), *otherwise = part_get(next, "else");
	struct part test = part_child(next, value), child;
	struct view former;
	bool ok = true;

	if (then != NULL && !compat_excluded(c, v, &test)) {
		child = part_child(next, then);
		former = view_with(c, v, &test);
		ok = compat_implied_at(c, &former, &child, "then", NULL, SIZE_MAX);
	}
	if (otherwise != NULL && !compat_implied_quietly(c, v, &test)) {
		child = part_child(next, otherwise);
		former = view_without(c, v, &test);
		ok = compat_implied_at(c, &former, &child, "else", NULL, SIZE_MAX) && ok;
	}
	(void)rule;
	return ok;
}

static bool
target_implied(struct compat *c, const struct view *v, const struct part *target, const char *keyword,
    const struct value *ref)
{
	/* A pointer into the document is where we are then. */
	bool pointer = target->source->root == c->documents[1] && ref->n > 1 && ref->u.text[0] == '#' &&
	    ref->u.text[1] == '/';
	const struct trail *before = c->at, there = pointer ?
	    (struct trail){ NULL, NULL, ref->u.text + 1, ref->n - 1 } : (struct trail){ before, keyword, NULL, SIZE_MAX };
	bool ok;

	c->at = &there;
	ok = compat_implied(c, v, target);
	c->at = before;
	return ok;
}

/* $ref and $dynamicRef. What is being shown may be taken as true where it comes back: values have an end. */
COMPAT_RULE(compat_ref)
{
	struct claim claim = { .view = view_fingerprint(v) };
	size_t before = c->nclaims;
	const struct anchor *anchor;
	struct part target;

	if (!part_target(next, value, &target, &anchor) ||
	    (strcmp(rule->keyword, "$dynamicRef") == 0 && anchor != NULL && compat_ambiguous(next, anchor->name)))
		return compat_error(c, rule->keyword, "a reference that can be followed without data",
		    c->quiet == 0 ? instance_describe(value, c->tmp) : NULL);
	claim.next = target.schema;
	for (size_t i = 0; i < c->nclaims; i++)
		if (c->claims[i].next == claim.next && c->claims[i].view == claim.view)
			return true;
	if (c->nclaims == CLAIMS_MAX) {
		c->exhausted = true;
		return false;
	}
	c->claims[c->nclaims++] = claim;
	if (target_implied(c, v, &target, rule->keyword, value))
		return true;
	/* What was shown meanwhile may rest on it. */
	c->nclaims = before;
	return false;
}

/* None of the view's few values matches what p says of itself. */
static bool
values_apart(struct compat *c, const struct view *v, const struct view *other)
{
	const struct value *mine, *theirs;
	size_t n, m, i, j;

	if (!view_values(c, v, &mine, &n) || !view_values(c, other, &theirs, &m) || !compat_work(c, n * m))
		return false;
	for (i = 0; i < n; i++)
		for (j = 0; j < m; j++)
			if (instance_equal(&mine[i], &theirs[j], &c->arena))
				return false;
	return true;
}

static bool	views_apart(struct compat *c, const struct view *v, const struct view *other, unsigned depth);

/* A member that must be there is of another kind in each. */
static bool
members_apart(struct compat *c, const struct view *from, const struct view *v, const struct view *other, unsigned depth)
{
	const struct value *names;

	for (size_t i = 0; i < from->n; i++) {
		names = part_get(&from->parts[i], "required");
		for (uint32_t j = 0; names != NULL && names->kind == VALUE_VECTOR && j < names->n; j++) {
			const struct value *name = &names->u.items[j];
			const char *text = name->n == 0 ? "" : name->u.text;
			struct view mine, theirs;

			if (name->kind != VALUE_STRING)
				continue;
			mine = view_member(c, v, text, name->n);
			theirs = view_member(c, other, text, name->n);
			if (views_apart(c, &mine, &theirs, depth - 1))
				return true;
		}
	}
	return false;
}

static bool
views_apart(struct compat *c, const struct view *v, const struct view *other, unsigned depth)
{
	if ((v->types & other->types) == 0 || values_apart(c, v, other))
		return true;
	if (depth == 0 || !compat_work(c, 1) || (v->types & other->types) != TYPE_OBJECT)
		return false;
	return members_apart(c, v, v, other, depth) || members_apart(c, other, v, other, depth);
}

bool
compat_excluded(struct compat *c, const struct view *v, const struct part *p)
{
	struct view other = view_of(c, p);
	const struct value *not;

	if (views_apart(c, v, &other, APART_DEPTH))
		return true;
	for (size_t i = 0; i < v->nexcluded; i++)
		if (compat_implied_quietly(c, &other, &v->excluded[i]))
			return true;
	for (size_t i = 0; i < v->n; i++)
		if ((not = part_get(&v->parts[i], "not")) != NULL) {
			struct part child = part_child(&v->parts[i], not);

			if (compat_implied_quietly(c, &other, &child))
				return true;
		}
	return false;
}

/* The bits of part.split. */
enum {
	SPLIT_ANY = 0x1,
	SPLIT_ONE = 0x2,
	SPLIT_IF = 0x4,
	SPLIT_VALUES = 0x8,
};

/* A copy of the view in which part i is marked as split. */
static struct view
marked(struct compat *c, const struct view *v, size_t i, unsigned bit)
{
	struct view out = *v;

	if ((out.parts = arena_array(&c->arena, v->n, sizeof(*out.parts))) == NULL || !compat_work(c, v->n)) {
		c->exhausted = true;
		return *v;
	}
	memcpy(out.parts, v->parts, v->n * sizeof(*out.parts));
	out.parts[i].split |= bit;
	return out;
}

static struct view *
split_list(struct compat *c, const struct view *v, size_t i, const struct value *list, bool one)
{
	struct view base = marked(c, v, i, one ? SPLIT_ONE : SPLIT_ANY), *cases =
	    arena_array(&c->arena, list->n, sizeof(*cases));

	for (uint32_t j = 0; cases != NULL && j < list->n; j++) {
		struct part child = part_child(&v->parts[i], &list->u.items[j]);

		cases[j] = view_with(c, &base, &child);
		for (uint32_t k = 0; one && k < list->n; k++) {
			struct part other = part_child(&v->parts[i], &list->u.items[k]);

			if (k != j)
				cases[j] = view_without(c, &cases[j], &other);
		}
	}
	return cases;
}

static struct view *
split_if(struct compat *c, const struct view *v, size_t i, const struct value *test)
{
	const struct value *then = part_get(&v->parts[i], "then"), *otherwise = part_get(&v->parts[i], "else");
	struct view base = marked(c, v, i, SPLIT_IF), *cases = arena_array(&c->arena, 2, sizeof(*cases));
	struct part child = part_child(&v->parts[i], test);

	if (cases == NULL)
		return NULL;
	cases[0] = view_with(c, &base, &child);
	cases[1] = view_without(c, &base, &child);
	if (then != NULL) {
		child = part_child(&v->parts[i], then);
		cases[0] = view_with(c, &cases[0], &child);
	}
	if (otherwise != NULL) {
		child = part_child(&v->parts[i], otherwise);
		cases[1] = view_with(c, &cases[1], &child);
	}
	return cases;
}

/* Each value by itself, as a const. */
static struct view *
split_values(struct compat *c, const struct view *v, size_t i, const struct value *list)
{
	struct view base = marked(c, v, i, SPLIT_VALUES), *cases = arena_array(&c->arena, list->n, sizeof(*cases));
	struct value *made = arena_array(&c->arena, 3 * (size_t)list->n, sizeof(*made));

	for (uint32_t j = 0; cases != NULL && made != NULL && j < list->n; j++) {
		struct part child;

		made[3 * j] = value_ckeyword(&c->arena, "const");
		made[3 * j + 1] = list->u.items[j];
		made[3 * j + 2] = value_map(&made[3 * j], 1);
		child = part_child(&v->parts[i], &made[3 * j + 2]);
		cases[j] = view_with(c, &base, &child);
	}
	return made != NULL ? cases : NULL;
}

static struct view *
split_types(struct compat *c, const struct view *v, size_t *n)
{
	struct view *cases = arena_array(&c->arena, INSTANCE_TYPES + 1, sizeof(*cases));

	*n = 0;
	for (unsigned bit = 1; cases != NULL && bit <= TYPE_INTEGER; bit <<= 1)
		if (v->types & bit)
			cases[(*n)++] = view_typed(v, bit);
	if (*n == 1)
		*n = 0;
	return cases;
}

struct view *
compat_split(struct compat *c, const struct view *v, size_t *n)
{
	const struct value *list;

	for (size_t i = 0; i < v->n; i++) {
		const struct part *p = &v->parts[i];

		if (p->source->draft == DRAFT_7 && part_get(p, "$ref") != NULL)
			continue;
		if (!(p->split & SPLIT_ANY) && (list = part_get(p, "anyOf")) != NULL && list->kind == VALUE_VECTOR &&
		    (*n = list->n) <= CASES_MAX)
			return split_list(c, v, i, list, false);
		if (!(p->split & SPLIT_ONE) && (list = part_get(p, "oneOf")) != NULL && list->kind == VALUE_VECTOR &&
		    (*n = list->n) <= CASES_MAX)
			return split_list(c, v, i, list, true);
		if (!(p->split & SPLIT_IF) && (list = part_get(p, "if")) != NULL) {
			*n = 2;
			return split_if(c, v, i, list);
		}
	}
	for (size_t i = 0; i < v->n; i++)
		if (!(v->parts[i].split & SPLIT_VALUES) && (list = part_get(&v->parts[i], "enum")) != NULL &&
		    list->kind == VALUE_VECTOR && list->n > 1 && (*n = list->n) <= CASES_MAX)
			return split_values(c, v, i, list);
	return split_types(c, v, n);
}
