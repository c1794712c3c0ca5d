/*
 * coerce.c: x-edn-type over a whole value. See coerce.h. Nothing is copied
 * where nothing changes.
 */
#include <string.h>

#include "command/schema/coerce.h"
#include "command/schema/keyword.h"

#define DEPTH_MAX	400
#define STEPS		4000000ul	/* of all that is compared again, to find the branches that were taken */
#define PATTERN_WORK	200000000ul

/* In value.spare while a coercion runs: the items are a copy that may be changed. */
#define OURS	1

static bool
failed(struct coercion *c, const struct node *n, const struct value *v, const char *why)
{
	struct run r = { .arena = c->arena, .errors = c->errors };

	c->failed = true;
	return evaluate_error_at(&r, n, "x-edn-type", c->place, why, instance_describe(v, c->arena));
}

bool
coerce_takes(struct coercion *c, const struct node *n, const struct value *v)
{
	struct run r = { .schema = c->schema, .arena = c->arena, .steps = c->steps, .pattern_work = c->pattern_work };
	bool ok = evaluate_node(&r, n, v, c->place, NULL);

	c->steps = r.steps;
	c->pattern_work = r.pattern_work;
	c->exhausted = c->exhausted || r.exhausted;
	return ok && !r.exhausted;
}

bool
coerce_node(struct coercion *c, const struct node *n, struct value *v)
{
	const char *why = NULL;
	bool ok = true;

	if (n->kind != NODE_STEPS)
		return true;
	if (++c->depth > DEPTH_MAX)
		return failed(c, n, v, "data less deep");
	for (unsigned i = 0; ok && i < n->nsteps; i++)
		if (n->steps[i].keyword->coerce != NULL)
			ok = n->steps[i].keyword->coerce(c, &n->steps[i], v);
	c->depth--;
	if (ok && n->edn != EDN_NONE && !edn_give((enum edn_type)n->edn, v, c->arena, &why))
		return failed(c, n, v, why);
	return ok;
}

/* The slot of a value's items, where the new one is put. */
static bool
replace(struct coercion *c, struct value *v, size_t slot, size_t nslots, const struct value *with)
{
	struct value *items = (struct value *)(uintptr_t)v->u.items;

	if (v->spare != OURS) {
		if ((items = arena_array(c->arena, nslots, sizeof(*items))) == NULL) {
			c->failed = true;
			return false;
		}
		memcpy(items, v->u.items, nslots * sizeof(*items));
		v->u.items = items;
		v->spare = OURS;
	}
	items[slot] = *with;
	items[slot].spare = 0;
	return true;
}

static bool
same(const struct value *a, const struct value *b)
{
	return a->kind == b->kind && a->n == b->n && memcmp(&a->u, &b->u, sizeof(a->u)) == 0;
}

static bool
coerce_slot(struct coercion *c, const struct node *n, struct value *v, size_t slot, size_t nslots,
    const struct place *at)
{
	struct value item = v->u.items[slot];
	bool ok;

	c->place = at;
	ok = coerce_node(c, n, &item);
	c->place = at->up;
	if (!ok || same(&item, &v->u.items[slot]))
		return ok;
	return replace(c, v, slot, nslots, &item);
}

bool
coerce_member(struct coercion *c, const struct node *n, struct value *v, size_t i)
{
	struct place at = { .up = c->place };

	at.key = instance_key(&v->u.items[2 * i], c->arena, &at.len);
	if (at.key == NULL) {
		at.key = instance_describe(&v->u.items[2 * i], c->arena);
		at.len = strlen(at.key);
	}
	return coerce_slot(c, n, v, 2 * i + 1, 2 * (size_t)v->n, &at);
}

bool
coerce_item(struct coercion *c, const struct node *n, struct value *v, size_t i)
{
	struct place at = { c->place, NULL, i };

	return coerce_slot(c, n, v, i, v->n, &at);
}

bool
schema_coerce(const struct schema *s, const struct value *v, struct arena *a, struct value *out,
    struct schema_errors *errors)
{
	const struct place top = { NULL, NULL, 0 };
	struct coercion c = { .schema = s, .arena = a, .errors = errors, .place = &top, .steps = STEPS,
		.pattern_work = PATTERN_WORK };
	struct value changed = *v;

	if (s->coerces && !coerce_node(&c, s->root, &changed))
		return false;
	if (c.exhausted || a->full)
		return failed(&c, s->root, v, "data that can be given its types within the bounds of time and memory");
	changed.spare = v->spare;
	*out = changed;
	return true;
}
