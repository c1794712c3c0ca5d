/*
 * members.c: what objects hold: properties, patternProperties,
 * additionalProperties and required, in one pass over an object (draft 2020-12,
 * 10.3.2 and validation 6.5.3).
 */
#include <string.h>

#include "command/schema/coerce.h"
#include "command/schema/compile.h"
#include "command/schema/evaluate.h"
#include "command/schema/keywords.h"
#include "util/hash.h"

static const char *const group[] = { "required", "properties", "patternProperties", "additionalProperties" };

/* Does this keyword's row make the step, being the first of the four that is there and counts? */
static bool
is_first(const struct compiler *c, const struct value *map, const struct keyword *k)
{
	for (size_t i = 0; i < sizeof(group) / sizeof(group[0]) && strcmp(group[i], k->name) != 0; i++) {
		unsigned needed = i == 0 ? VOCABULARY_VALIDATION : VOCABULARY_APPLICATOR;

		if ((c->source->vocabularies & needed) && value_map_get(map, group[i], false) != NULL)
			return false;
	}
	return true;
}

static uint32_t *
slot_of(const struct members *m, const char *name, size_t len)
{
	size_t i = hash_more(HASH_START, name, len) & (m->nslots - 1);

	while (m->slots[i] != 0) {
		const struct property *p = &m->properties[m->slots[i] - 1];

		if (p->len == len && memcmp(p->name, name, len) == 0)
			break;
		i = (i + 1) & (m->nslots - 1);
	}
	return &m->slots[i];
}

static struct property *
property_of(struct compiler *c, struct members *m, const char *name, size_t len)
{
	uint32_t *slot = slot_of(m, name, len);
	struct property *p;

	if (*slot != 0)
		return &m->properties[*slot - 1];
	p = &m->properties[m->nproperties++];
	*slot = m->nproperties;
	p->name = compile_text(c, name, len);
	p->len = (uint32_t)len;
	p->required = -1;
	return p;
}

static size_t
size_of(const struct value *v)
{
	return v != NULL && (v->kind == VALUE_MAP || v->kind == VALUE_VECTOR) ? v->n : 0;
}

static void
take_required(struct compiler *c, struct node *n, struct members *m, const struct value *v)
{
	for (uint32_t i = 0; i < v->n; i++) {
		struct property *p;

		if (v->u.items[i].kind != VALUE_STRING) {
			compile_error(c, n, "required", "an array of names", instance_describe(&v->u.items[i], c->tmp));
			return;
		}
		p = property_of(c, m, v->u.items[i].n == 0 ? "" : v->u.items[i].u.text, v->u.items[i].n);
		if (p->required == -1)
			p->required = (int32_t)m->nrequired++;
	}
}

static void
take_properties(struct compiler *c, struct node *n, struct members *m, const struct value *v)
{
	for (uint32_t i = 0; i < v->n; i++) {
		size_t len;
		const char *name = instance_key(&v->u.items[2 * i], c->tmp, &len);
		struct node *child;

		if (name == NULL)
			continue;
		child = compile_child(c, n, &v->u.items[2 * i + 1], "properties", name, len);
		property_of(c, m, name, len)->node = child;
	}
}

static void
take_patterns(struct compiler *c, struct node *n, struct members *m, const struct value *v)
{
	m->patterns = compile_alloc(c, v->n, sizeof(*m->patterns));
	for (uint32_t i = 0; i < v->n; i++) {
		size_t len;
		const char *text = instance_key(&v->u.items[2 * i], c->tmp, &len);
		struct pattern_node *p = &m->patterns[i];

		if (text == NULL || (p->pattern = compile_pattern(c, n, "patternProperties", text, len)) == NULL)
			return;
		p->node = compile_child(c, n, &v->u.items[2 * i + 1], "patternProperties", text, len);
		m->npatterns++;
	}
}

enum compiled
members_compile(struct compiler *c, struct node *n, const struct value *map, const struct value *v, struct step *out)
{
	bool apply = c->source->vocabularies & VOCABULARY_APPLICATOR, valid = c->source->vocabularies & VOCABULARY_VALIDATION;
	const struct value *required = valid ? value_map_get(map, "required", false) : NULL,
	    *properties = apply ? value_map_get(map, "properties", false) : NULL,
	    *patterns = apply ? value_map_get(map, "patternProperties", false) : NULL,
	    *additional = apply ? value_map_get(map, "additionalProperties", false) : NULL;
	size_t names = size_of(required) + size_of(properties);
	struct members *m;

	(void)v;
	if (!is_first(c, map, out->keyword))
		return COMPILED_NOTHING;
	m = out->u.members = compile_alloc(c, 1, sizeof(*m));
	m->properties = compile_alloc(c, names, sizeof(*m->properties));
	for (m->nslots = 4; m->nslots < 2 * names; m->nslots *= 2)
		continue;
	m->slots = compile_alloc(c, m->nslots, sizeof(*m->slots));
	if (required != NULL && required->kind == VALUE_VECTOR)
		take_required(c, n, m, required);
	if (properties != NULL && properties->kind == VALUE_MAP)
		take_properties(c, n, m, properties);
	if (patterns != NULL && patterns->kind == VALUE_MAP)
		take_patterns(c, n, m, patterns);
	if (additional != NULL)
		m->additional = compile_child(c, n, additional, "additionalProperties", NULL, 0);
	return COMPILED_STEP;
}

/* A property that the schema does not name. */
static bool
evaluate_unnamed(struct run *r, const struct members *m, struct frame *f, size_t i, const struct place *at,
    bool matched)
{
	bool is_name = instance_is_name(&f->v->u.items[2 * i]);
	const struct value *v = &f->v->u.items[2 * i + 1];
	bool ok = true;

	for (uint32_t j = 0; j < m->npatterns; j++) {
		if (!is_name || !evaluate_pattern(r, m->patterns[j].pattern, at->key, at->len))
			continue;
		matched = true;
		evaluate_mark(f, i);
		ok = evaluate_node(r, m->patterns[j].node, v, at, NULL) && ok;
	}
	if (matched || m->additional == NULL)
		return ok;
	evaluate_mark(f, i);
	if (m->additional->kind == NODE_NEVER)
		return evaluate_error_at(r, f->node, "additionalProperties", at, "no such member: only those that the "
		    "schema names", r->errors != NULL ? instance_describe(v, r->arena) : NULL);
	return evaluate_node(r, m->additional, v, at, NULL) && ok;
}

static bool
evaluate_member(struct run *r, const struct members *m, struct frame *f, size_t i, uint8_t *present)
{
	size_t len;
	const char *key = instance_key(&f->v->u.items[2 * i], r->arena, &len);
	struct place at = { f->place, key, len };
	const struct property *p;
	uint32_t slot;
	bool ok = true;

	/* Not text: no JSON object has it. It is none of the properties that a schema can name. */
	if (key == NULL) {
		at.key = instance_describe(&f->v->u.items[2 * i], r->arena);
		at.len = strlen(at.key);
		return evaluate_unnamed(r, m, f, i, &at, false);
	}
	slot = *slot_of(m, key, len);
	p = slot != 0 ? &m->properties[slot - 1] : NULL;
	if (p != NULL && p->required >= 0)
		present[p->required / 8] |= (uint8_t)(1u << p->required % 8);
	if (p != NULL && p->node != NULL) {
		evaluate_mark(f, i);
		ok = evaluate_node(r, p->node, &f->v->u.items[2 * i + 1], &at, NULL);
	}
	if (m->npatterns == 0 && (m->additional == NULL || (p != NULL && p->node != NULL)))
		return ok;
	return evaluate_unnamed(r, m, f, i, &at, p != NULL && p->node != NULL) && ok;
}

static bool
check_required(struct run *r, const struct members *m, struct frame *f, const uint8_t *present)
{
	bool ok = true;

	for (uint32_t i = 0; i < m->nproperties && (ok || r->errors != NULL); i++) {
		const struct property *p = &m->properties[i];
		struct place at = { f->place, p->name, p->len };

		if (p->required < 0 || (present[p->required / 8] >> p->required % 8 & 1))
			continue;
		ok = evaluate_error_at(r, f->node, "required", &at, "a value: this member is required", "none");
	}
	return ok;
}

bool
members_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	const struct members *m = s->u.members;
	uint8_t few[32] = { 0 }, *present = few;
	bool ok = true;

	if (f->type != INSTANCE_OBJECT)
		return true;
	if (m->nrequired > 8 * sizeof(few)) {
		if ((present = arena_alloc(r->arena, m->nrequired / 8 + 1)) == NULL) {
			r->exhausted = true;
			return false;
		}
		memset(present, 0, m->nrequired / 8 + 1);
	}
	for (uint32_t i = 0; i < f->v->n && (ok || r->errors != NULL) && !r->exhausted; i++)
		ok = evaluate_member(r, m, f, i, present) && ok;
	return (ok || r->errors != NULL) && check_required(r, m, f, present) && ok;
}

static bool
coerce_unnamed(struct coercion *c, const struct members *m, struct value *v, size_t i, const char *key, size_t len,
    bool matched)
{
	for (uint32_t j = 0; key != NULL && j < m->npatterns; j++)
		if (pattern_find(m->patterns[j].pattern, key, len, &c->pattern_work) == PATTERN_FOUND) {
			matched = true;
			if (!coerce_member(c, m->patterns[j].node, v, i))
				return false;
		}
	return matched || m->additional == NULL || coerce_member(c, m->additional, v, i);
}

bool
members_coerce(struct coercion *c, const struct step *s, struct value *v)
{
	const struct members *m = s->u.members;

	for (uint32_t i = 0; instance_type(v) == INSTANCE_OBJECT && i < v->n; i++) {
		size_t len;
		const char *key = instance_key(&v->u.items[2 * i], c->arena, &len);
		const struct property *p;
		uint32_t slot;

		slot = key != NULL ? *slot_of(m, key, len) : 0;
		p = slot != 0 && m->properties[slot - 1].node != NULL ? &m->properties[slot - 1] : NULL;
		if ((p != NULL && !coerce_member(c, p->node, v, i)) ||
		    !coerce_unnamed(c, m, v, i, key, len, p != NULL))
			return false;
	}
	return true;
}
