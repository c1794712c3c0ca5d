/*
 * dependency.c: what the presence of a property asks for: dependentRequired,
 * dependentSchemas, and draft-07's dependencies, which is both.
 */
#include <string.h>

#include "command/schema/coerce.h"
#include "command/schema/compile.h"
#include "command/schema/evaluate.h"
#include "command/schema/keywords.h"

static void
take_names(struct compiler *c, struct node *n, const char *keyword, const struct value *v, struct dependency *d)
{
	d->nnames = v->n;
	d->names = compile_alloc(c, v->n, sizeof(*d->names));
	for (uint32_t i = 0; i < v->n; i++) {
		const struct value *name = &v->u.items[i];

		if (name->kind != VALUE_STRING) {
			compile_error(c, n, keyword, "an array of names", instance_describe(name, c->tmp));
			d->nnames = 0;
			return;
		}
		d->names[i].name = compile_text(c, name->n == 0 ? "" : name->u.text, name->n);
		d->names[i].len = name->n;
	}
}

enum compiled
dependencies_compile(struct compiler *c, struct node *n, const struct value *map, const struct value *v,
    struct step *out)
{
	const char *keyword = out->keyword->name;

	(void)map;
	if (v->kind != VALUE_MAP)
		return compile_error(c, n, keyword, "an object", instance_describe(v, c->tmp));
	out->u.dependencies.list = compile_alloc(c, v->n, sizeof(struct dependency));
	out->u.dependencies.n = v->n;
	for (uint32_t i = 0; i < v->n; i++) {
		struct dependency *d = &out->u.dependencies.list[i];
		const struct value *what = &v->u.items[2 * i + 1];
		const char *name = instance_key(&v->u.items[2 * i], c->tmp, &d->len);

		if (name == NULL)
			return compile_error(c, n, keyword, "names", NULL);
		d->name = compile_text(c, name, d->len);
		if (what->kind == VALUE_VECTOR)
			take_names(c, n, keyword, what, d);
		else
			d->node = compile_child(c, n, what, keyword, name, d->len);
	}
	return COMPILED_STEP;
}

static bool
has(const struct value *object, const char *name, size_t len, struct arena *a)
{
	for (uint32_t i = 0; i < object->n; i++) {
		size_t n;
		const char *key = instance_key(&object->u.items[2 * i], a, &n);

		if (key != NULL && n == len && memcmp(key, name, n) == 0)
			return true;
	}
	return false;
}

static bool
evaluate_names(struct run *r, const struct step *s, struct frame *f, const struct dependency *d)
{
	bool ok = true;

	for (size_t i = 0; i < d->nnames && (ok || r->errors != NULL); i++) {
		struct place at = { f->place, d->names[i].name, d->names[i].len };

		if (!evaluate_work(r, f->v->n) || has(f->v, d->names[i].name, d->names[i].len, r->arena))
			continue;
		ok = evaluate_error_at(r, f->node, s->keyword->name, &at, r->errors == NULL ? NULL :
		    arena_printf(r->arena, "a value: this member is required beside %s", d->name), "none");
	}
	return ok;
}

bool
dependencies_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	bool ok = true;

	if (f->type != INSTANCE_OBJECT)
		return true;
	for (size_t i = 0; i < s->u.dependencies.n && (ok || r->errors != NULL); i++) {
		const struct dependency *d = &s->u.dependencies.list[i];

		if (!evaluate_work(r, f->v->n))
			return false;
		if (!has(f->v, d->name, d->len, r->arena))
			continue;
		ok = (d->node != NULL ? evaluate_here(r, d->node, f) : evaluate_names(r, s, f, d)) && ok;
	}
	return ok;
}

bool
dependencies_coerce(struct coercion *c, const struct step *s, struct value *v)
{
	for (size_t i = 0; instance_type(v) == INSTANCE_OBJECT && i < s->u.dependencies.n; i++) {
		const struct dependency *d = &s->u.dependencies.list[i];

		if (d->node != NULL && has(v, d->name, d->len, c->arena) && !coerce_node(c, d->node, v))
			return false;
	}
	return true;
}
