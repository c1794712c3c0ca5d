/*
 * ref.c: $ref and $dynamicRef (draft 2020-12, 8.2.3).
 */
#include <string.h>

#include "command/schema/coerce.h"
#include "command/schema/compile.h"
#include "command/schema/evaluate.h"
#include "command/schema/keywords.h"

enum compiled
ref_compile(struct compiler *c, struct node *n, const struct value *map, const struct value *v, struct step *out)
{
	const char *dynamic;

	(void)map;
	out->u.ref.target = compile_target(c, n, "$ref", v, &dynamic);
	return out->u.ref.target == NULL ? COMPILED_FAILED : COMPILED_STEP;
}

/* It is looked for at run time only where the reference, taken as it stands, leads to a $dynamicAnchor. */
enum compiled
dynamic_compile(struct compiler *c, struct node *n, const struct value *map, const struct value *v, struct step *out)
{
	(void)map;
	out->u.ref.target = compile_target(c, n, "$dynamicRef", v, &out->u.ref.dynamic);
	return out->u.ref.target == NULL ? COMPILED_FAILED : COMPILED_STEP;
}

bool
ref_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	return evaluate_here(r, s->u.ref.target, f);
}

static struct node *
dynamic_of(const struct resource *resource, const char *name)
{
	for (size_t i = 0; i < resource->ndynamic; i++)
		if (strcmp(resource->dynamic[i].name, name) == 0)
			return resource->dynamic[i].node;
	return NULL;
}

/* The outermost resource that has the anchor. */
bool
dynamic_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	struct node *target = s->u.ref.target, *found;

	for (const struct scope *sc = r->scope; s->u.ref.dynamic != NULL && sc != NULL; sc = sc->up)
		if ((found = dynamic_of(sc->resource, s->u.ref.dynamic)) != NULL)
			target = found;
	return evaluate_here(r, target, f);
}

bool
ref_coerce(struct coercion *c, const struct step *s, struct value *v)
{
	return coerce_node(c, s->u.ref.target, v);
}
