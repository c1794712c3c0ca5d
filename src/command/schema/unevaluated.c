/*
 * unevaluated.c: unevaluatedItems and unevaluatedProperties: what no keyword of
 * this schema, nor of those applied to the same value, looked at (draft
 * 2020-12, 11). They do not coerce: which ones they look at depends on the whole
 * evaluation, which is over by then.
 */
#include <string.h>

#include "command/schema/compile.h"
#include "command/schema/evaluate.h"
#include "command/schema/keywords.h"

enum compiled
unevaluated_compile(struct compiler *c, struct node *n, const struct value *map, const struct value *v,
    struct step *out)
{
	(void)map;
	n->unevaluated = true;
	out->u.node = compile_child(c, n, v, out->keyword->name, NULL, 0);
	return COMPILED_STEP;
}

bool
unevaluated_items_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	bool ok = true;

	if (f->type != INSTANCE_ARRAY)
		return true;
	for (size_t i = 0; i < f->v->n && (ok || r->errors != NULL); i++) {
		struct place at = { f->place, NULL, i };

		if (!evaluate_seen(f, i))
			ok = evaluate_node(r, s->u.node, &f->v->u.items[i], &at, NULL) && ok;
	}
	evaluate_mark_all(f);
	return ok;
}

bool
unevaluated_properties_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	bool ok = true;

	if (f->type != INSTANCE_OBJECT)
		return true;
	for (size_t i = 0; i < f->v->n && (ok || r->errors != NULL); i++) {
		size_t len;
		const char *key = instance_key(&f->v->u.items[2 * i], r->arena, &len);
		struct place at = { f->place, key, len };

		if (key == NULL) {	/* not text: no keyword can have named it */
			at.key = instance_describe(&f->v->u.items[2 * i], r->arena);
			at.len = strlen(at.key);
		}
		if (!evaluate_seen(f, i))
			ok = evaluate_node(r, s->u.node, &f->v->u.items[2 * i + 1], &at, NULL) && ok;
	}
	evaluate_mark_all(f);
	return ok;
}
