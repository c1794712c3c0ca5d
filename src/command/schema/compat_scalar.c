/*
 * compat_scalar.c: rules of keywords that look at nothing but the value itself: types, constants, bounds, patterns. See
 * compat.h.
 */
#include <inttypes.h>
#include <string.h>

#include "command/schema/compat.h"
#include "value/bignum_exact.h"

COMPAT_RULE(compat_type)
{
	unsigned types = compat_types_named(value);

	(void)next;
	if ((v->types & ~types) == 0)
		return true;
	if (c->quiet > 0)
		return false;
	return compat_error(c, rule->keyword, arena_printf(c->tmp, "what the former schema takes here: %s",
	    compat_type_names(c, v->types)), compat_type_names(c, types));
}

/* Looked for from *at on, since lists mostly keep their order. */
static bool
among(struct compat *c, const struct value *v, const struct value *list, size_t n, size_t *at)
{
	for (size_t i = 0; i < n && (i % 64 != 63 || compat_work(c, 1)); i++) {
		size_t place = (*at + i) % n;

		if (instance_equal(v, &list[place], &c->arena)) {
			*at = place + 1;
			return true;
		}
	}
	return false;
}

/* const and enum: the former's few values are all among them. */
COMPAT_RULE(compat_values)
{
	bool many = value->kind == VALUE_VECTOR && strcmp(rule->keyword, "enum") == 0, ok = true;
	const struct value *list = many ? value->u.items : value, *values;
	size_t n, at = 0;

	(void)next;
	if (!view_values(c, v, &values, &n))
		return compat_error(c, rule->keyword, arena_printf(c->tmp, "no %s: the former schema takes other values too",
		    rule->keyword), "one");
	for (size_t i = 0; i < n && (ok || c->quiet == 0); i++)
		if ((compat_types(&values[i]) & v->types) && !among(c, &values[i], list, many ? value->n : 1, &at))
			ok = c->quiet == 0 && compat_error(c, rule->keyword, arena_printf(c->tmp, "%s to be taken still",
			    instance_describe(&values[i], c->tmp)), "a list without it");
	return ok;
}

/* The number at a keyword of a part. */
static const struct value *
number_of(const struct part *p, const char *keyword)
{
	const struct value *v = part_get(p, keyword);

	return v != NULL && exact_is_number(v) ? v : NULL;
}

/* The strictest number that the view's parts have there. */
static const struct value *
strictest(const struct view *v, const char *keyword, int direction)
{
	const struct value *best = NULL, *one;

	for (size_t i = 0; i < v->n; i++)
		if ((one = number_of(&v->parts[i], keyword)) != NULL &&
		    (best == NULL || exact_compare(one, best) * direction > 0))
			best = one;
	return best;
}

static bool
bound_error(struct compat *c, const struct rule *rule, const struct value *former, const struct value *value)
{
	if (c->quiet > 0)
		return false;
	if (former == NULL)
		return compat_error(c, rule->keyword, arena_printf(c->tmp, "no %s, as before", rule->keyword),
		    instance_describe(value, c->tmp));
	return compat_error(c, rule->keyword, arena_printf(c->tmp, "%s, as before, or less strict",
	    instance_describe(former, c->tmp)), instance_describe(value, c->tmp));
}

/* Members that are required are there. */
static size_t
required_count(struct compat *c, const struct view *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++) {
		const struct value *names = part_get(&v->parts[i], "required");

		for (uint32_t j = 0; names != NULL && names->kind == VALUE_VECTOR && j < names->n; j++) {
			struct view before = *v;

			before.n = i;
			n += names->u.items[j].kind == VALUE_STRING && !view_requires(c, &before,
			    names->u.items[j].n == 0 ? "" : names->u.items[j].u.text, names->u.items[j].n);
		}
	}
	return n;
}

COMPAT_RULE(compat_at_least)
{
	const struct value zero = value_int(0), *former = strictest(v, rule->keyword, 1), count =
	    value_int((int64_t)required_count(c, v));

	(void)next;
	if (!exact_is_number(value) || exact_compare(value, &zero) <= 0 ||
	    (former != NULL && exact_compare(former, value) >= 0) ||
	    (strcmp(rule->keyword, "minProperties") == 0 && exact_compare(&count, value) >= 0))
		return true;
	return bound_error(c, rule, former, value);
}

COMPAT_RULE(compat_at_most)
{
	size_t longest = strcmp(rule->keyword, "maxItems") == 0 ? view_longest(c, v) : SIZE_MAX;
	const struct value *former = strictest(v, rule->keyword, -1), count =
	    value_int(longest > INT64_MAX ? INT64_MAX : (int64_t)longest);

	(void)next;
	if (!exact_is_number(value) || (former != NULL && exact_compare(former, value) <= 0) ||
	    exact_compare(&count, value) <= 0)
		return true;
	return bound_error(c, rule, former, value);
}

/* minimum and exclusiveMinimum. A bound that leaves itself out is stricter than one that does not. */
COMPAT_RULE(compat_minimum)
{
	const struct value *least = strictest(v, "minimum", 1), *above = strictest(v, "exclusiveMinimum", 1);
	bool exclusive = strcmp(rule->keyword, "exclusiveMinimum") == 0;

	(void)next;
	if (!exact_is_number(value) || (above != NULL && exact_compare(above, value) >= 0) ||
	    (least != NULL && exact_compare(least, value) >= (exclusive ? 1 : 0)))
		return true;
	return bound_error(c, rule, exclusive ? above : least, value);
}

COMPAT_RULE(compat_maximum)
{
	const struct value *most = strictest(v, "maximum", -1), *below = strictest(v, "exclusiveMaximum", -1);
	bool exclusive = strcmp(rule->keyword, "exclusiveMaximum") == 0;

	(void)next;
	if (!exact_is_number(value) || (below != NULL && exact_compare(below, value) <= 0) ||
	    (most != NULL && exact_compare(most, value) <= (exclusive ? -1 : 0)))
		return true;
	return bound_error(c, rule, exclusive ? below : most, value);
}

COMPAT_RULE(compat_multiple)
{
	const struct value one = value_int(1), zero = value_int(0), *former = NULL;

	(void)next;
	if (!exact_is_number(value) || exact_compare(value, &zero) <= 0)
		return true;
	for (size_t i = 0; i < v->n; i++)
		if ((former = number_of(&v->parts[i], "multipleOf")) != NULL && exact_is_multiple(former, value))
			return true;
	if (!(v->types & TYPE_FRACTION) && exact_is_multiple(&one, value))
		return true;
	return bound_error(c, rule, strictest(v, "multipleOf", 1), value);
}

/* What must stand there as it stood: pattern, format, x-edn-type. */
COMPAT_RULE(compat_equal)
{
	const struct value *former = NULL, *one;

	(void)next;
	for (size_t i = 0; i < v->n; i++)
		if ((one = part_get(&v->parts[i], rule->keyword)) != NULL) {
			if (value_equal(one, value))
				return true;
			former = one;
		}
	if (c->quiet > 0)
		return false;
	return compat_error(c, rule->keyword, former == NULL ? arena_printf(c->tmp, "no %s, as before", rule->keyword) :
	    arena_printf(c->tmp, "%s, as before, or none", instance_describe(former, c->tmp)),
	    instance_describe(value, c->tmp));
}

COMPAT_RULE(compat_unique)
{
	const struct value *former;

	(void)next;
	if (value->kind != VALUE_BOOL || !value->u.boolean || view_longest(c, v) < 2)
		return true;
	for (size_t i = 0; i < v->n; i++)
		if ((former = part_get(&v->parts[i], "uniqueItems")) != NULL && former->kind == VALUE_BOOL && former->u.boolean)
			return true;
	return compat_error(c, rule->keyword, "false, as before", "true");
}
