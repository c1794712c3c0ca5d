/*
 * compat_same.c: are two schemas of two documents the same? Their texts must be, and what their references lead to, wherever
 * these stand. See compat.h.
 */
#include <string.h>

#include "command/schema/compat.h"

#define PAIRS_MAX	256

struct pair {
	const struct value	*former, *next;
};

struct sameness {
	struct compat	*compat;
	struct pair	 pairs[PAIRS_MAX];	/* being compared, or found the same */
	size_t		 n;
};

static bool	targets_same(struct sameness *s, const struct part *former, const struct part *next, unsigned depth);

static bool
same(struct sameness *s, const struct part *former, const struct part *next, unsigned depth)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->pairs[i].former == former->schema && s->pairs[i].next == next->schema)
			return true;
	if (s->n == PAIRS_MAX || former->source->draft != next->source->draft || !value_equal(former->schema, next->schema))
		return false;
	s->pairs[s->n++] = (struct pair){ former->schema, next->schema };
	return targets_same(s, former, next, depth);
}

bool
compat_ambiguous(const struct part *p, const char *name)
{
	size_t n = 0;

	for (const struct anchor *a = p->side->anchors; a != NULL; a = a->next)
		n += a->dynamic && strcmp(a->name, name) == 0;
	return n > 1;
}

static bool
target_same(struct sameness *s, const struct part *former, const struct part *next, const struct value *ref,
    unsigned depth)
{
	const struct anchor *a, *b;
	struct part x, y;
	bool found = part_target(former, ref, &x, &a);

	/* A text beside the name $ref within a const, say, leads nowhere on both sides. */
	if (!part_target(next, ref, &y, &b) || !found)
		return !found && y.schema == NULL;
	if ((a != NULL && a->dynamic && compat_ambiguous(former, a->name)) ||
	    (b != NULL && b->dynamic && compat_ambiguous(next, b->name)))
		return false;
	return same(s, &x, &y, depth);
}

/* Every $ref within values that are equal. */
static bool
targets_same(struct sameness *s, const struct part *former, const struct part *next, unsigned depth)
{
	const struct value *v = former->schema;
	bool map = v->kind == VALUE_MAP, ok = true;

	if (depth == 0 || !compat_work(s->compat, 1))
		return false;
	if (!map && v->kind != VALUE_VECTOR)
		return true;
	for (uint32_t i = 0; ok && i < v->n; i++) {
		const struct value *inner = &v->u.items[map ? 2 * i + 1 : i], *other = &next->schema->u.items[i];
		struct part x, y;

		if (map && inner->kind == VALUE_STRING && (value_named(&v->u.items[2 * i], "$ref", false) ||
		    value_named(&v->u.items[2 * i], "$dynamicRef", false)))
			ok = target_same(s, former, next, inner, depth - 1);
		if (map) {
			size_t len;
			const char *name = key_name(s->compat, &v->u.items[2 * i], &len);

			other = name != NULL ? member_of(s->compat, next->schema, name, len) : NULL;
		}
		if (!ok || other == NULL)
			continue;
		x = part_child(former, inner);
		y = part_child(next, other);
		ok = targets_same(s, &x, &y, depth - 1);
	}
	return ok;
}

bool
compat_same(struct compat *c, const struct part *former, const struct part *next)
{
	struct sameness s = { .compat = c };

	return (former->side == next->side && former->schema == next->schema) || same(&s, former, next, 100);
}
