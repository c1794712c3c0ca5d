/*
 * validation.c: what a value is: its type, constants, and the bounds of numbers,
 * strings, arrays and objects (draft 2020-12, validation, 6).
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "command/schema/compile.h"
#include "command/schema/evaluate.h"
#include "command/schema/keywords.h"
#include "util/mem.h"
#include "value/bignum_exact.h"

static const struct {
	const char	*name;
	unsigned	 bit;
} type_names[] = {
	{ "null", 1u << INSTANCE_NULL }, { "boolean", 1u << INSTANCE_BOOLEAN }, { "number", 1u << INSTANCE_NUMBER },
	{ "integer", TYPE_INTEGER }, { "string", 1u << INSTANCE_STRING }, { "array", 1u << INSTANCE_ARRAY },
	{ "object", 1u << INSTANCE_OBJECT },
};
#define NTYPES	(sizeof(type_names) / sizeof(type_names[0]))

static unsigned
type_bit(const struct value *v)
{
	for (size_t i = 0; v->kind == VALUE_STRING && i < NTYPES; i++)
		if (v->n == strlen(type_names[i].name) && memcmp(v->u.text, type_names[i].name, v->n) == 0)
			return type_names[i].bit;
	return 0;
}

enum compiled
type_compile(struct compiler *c, struct node *n, const struct value *map, const struct value *v, struct step *out)
{
	const struct value *list = v->kind == VALUE_VECTOR ? v->u.items : v;
	size_t count = v->kind == VALUE_VECTOR ? v->n : 1;
	unsigned bit;

	(void)map;
	for (size_t i = 0; i < count; i++) {
		if ((bit = type_bit(&list[i])) == 0)
			return compile_error(c, n, "type", "null, boolean, number, integer, string, array or object",
			    instance_describe(&list[i], c->tmp));
		out->u.types |= bit;
	}
	return COMPILED_STEP;
}

static const char *
types_text(unsigned types, struct arena *a)
{
	const char *text = "";
	int left = __builtin_popcount(types);

	for (size_t i = 0; i < NTYPES && text != NULL; i++) {
		if (!(types & type_names[i].bit))
			continue;
		text = arena_printf(a, "%s%s%s", text, text[0] == '\0' ? "" : left == 1 ? " or " : ", ",
		    type_names[i].name);
		left--;
	}
	return text != NULL ? arena_printf(a, "a value of type %s", text) : NULL;
}

bool
type_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	if (s->u.types & (1u << f->type))
		return true;
	if ((s->u.types & TYPE_INTEGER) && f->type == INSTANCE_NUMBER && exact_is_integer(f->v))
		return true;
	if (r->errors == NULL)
		return false;
	return evaluate_error(r, f, s, types_text(s->u.types, r->arena), f->type == INSTANCE_NULL ||
	    f->type == INSTANCE_NONE ? NULL : arena_printf(r->arena, "%s, of type %s",
	    instance_describe(f->v, r->arena), instance_type_name(f->v)));
}

enum compiled
const_compile(struct compiler *c, struct node *n, const struct value *map, const struct value *v, struct step *out)
{
	(void)n;
	(void)map;
	out->u.value = compile_copy(c, v);
	return COMPILED_STEP;
}

bool
const_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	if (instance_equal(&s->u.value, f->v, r->arena))
		return true;
	return r->errors != NULL && evaluate_error(r, f, s, instance_describe(&s->u.value, r->arena), NULL);
}

enum compiled
enum_compile(struct compiler *c, struct node *n, const struct value *map, const struct value *v, struct step *out)
{
	if (v->kind != VALUE_VECTOR)
		return compile_error(c, n, "enum", "an array", instance_describe(v, c->tmp));
	return const_compile(c, n, map, v, out);
}

#define SHOWN	8

static const char *
enum_text(const struct value *list, struct arena *a)
{
	const char *text = "one of ";

	for (uint32_t i = 0; text != NULL && i < list->n && i < SHOWN; i++) {
		const struct value *v = &list->u.items[i];

		text = v->kind == VALUE_STRING ? arena_printf(a, "%s%s\"%.*s\"", text, i > 0 ? ", " : "",
		    (int)(v->n > 40 ? 40 : v->n), v->u.text) :
		    arena_printf(a, "%s%s%s", text, i > 0 ? ", " : "", instance_describe(v, a));
	}
	return list->n > SHOWN && text != NULL ? arena_printf(a, "%s and %" PRIu32 " more", text, list->n - SHOWN) : text;
}

bool
enum_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	if (!evaluate_work(r, s->u.value.n))
		return false;
	for (uint32_t i = 0; i < s->u.value.n; i++)
		if (instance_equal(&s->u.value.u.items[i], f->v, r->arena))
			return true;
	return r->errors != NULL && evaluate_error(r, f, s, enum_text(&s->u.value, r->arena), NULL);
}

enum compiled
number_compile(struct compiler *c, struct node *n, const struct value *map, const struct value *v, struct step *out)
{
	const struct value zero = value_int(0);
	const char *name = out->keyword->name;

	if (!exact_is_number(v))
		return compile_error(c, n, name, "a number", instance_describe(v, c->tmp));
	if (out->keyword->evaluate == multiple_evaluate && exact_compare(v, &zero) <= 0)
		return compile_error(c, n, name, "a number greater than 0", instance_describe(v, c->tmp));
	return const_compile(c, n, map, v, out);
}

static bool
bound(struct run *r, const struct step *s, struct frame *f, bool ok, const char *how)
{
	if (ok)
		return true;
	return r->errors != NULL && evaluate_error(r, f, s, arena_printf(r->arena, "a number %s %s", how,
	    instance_describe(&s->u.value, r->arena)), NULL);
}

bool
minimum_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	return f->type != INSTANCE_NUMBER || bound(r, s, f, exact_compare(f->v, &s->u.value) >= 0, "of at least");
}

bool
maximum_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	return f->type != INSTANCE_NUMBER || bound(r, s, f, exact_compare(f->v, &s->u.value) <= 0, "of at most");
}

bool
exclusive_minimum_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	return f->type != INSTANCE_NUMBER || bound(r, s, f, exact_compare(f->v, &s->u.value) > 0, "greater than");
}

bool
exclusive_maximum_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	return f->type != INSTANCE_NUMBER || bound(r, s, f, exact_compare(f->v, &s->u.value) < 0, "less than");
}

bool
multiple_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	return f->type != INSTANCE_NUMBER || bound(r, s, f, exact_is_multiple(f->v, &s->u.value), "that is a multiple of");
}

/* A count that no value reaches is as good as any greater one. */
enum compiled
count_compile(struct compiler *c, struct node *n, const struct value *map, const struct value *v, struct step *out)
{
	const struct value zero = value_int(0), most = value_int(INT64_MAX);

	(void)map;
	if (!exact_is_number(v) || !exact_is_integer(v) || exact_compare(v, &zero) < 0)
		return compile_error(c, n, out->keyword->name, "a whole number, 0 or more", instance_describe(v, c->tmp));
	if (exact_compare(v, &most) >= 0)
		out->u.count = INT64_MAX;
	else
		out->u.count = v->kind == VALUE_INT ? (uint64_t)v->u.integer : (uint64_t)v->u.real;
	return COMPILED_STEP;
}

static bool
counted(struct run *r, const struct step *s, struct frame *f, bool ok, const char *how, const char *what)
{
	if (ok)
		return true;
	return r->errors != NULL && evaluate_error(r, f, s, arena_printf(r->arena, "%s %" PRIu64 " %s", how, s->u.count,
	    what), NULL);
}

/* Code points. */
static size_t
length_of(struct run *r, const struct frame *f)
{
	size_t len = 0, n = 0;
	const char *s = instance_text(f->v, r->arena, &len);

	for (size_t i = 0; s != NULL && i < len; i++)
		n += ((uint8_t)s[i] & 0xc0) != 0x80;
	return n;
}

bool
min_length_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	return f->type != INSTANCE_STRING || counted(r, s, f, length_of(r, f) >= s->u.count, "a string of at least",
	    "characters");
}

bool
max_length_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	return f->type != INSTANCE_STRING || counted(r, s, f, length_of(r, f) <= s->u.count, "a string of at most",
	    "characters");
}

bool
min_items_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	return f->type != INSTANCE_ARRAY || counted(r, s, f, f->v->n >= s->u.count, "an array of at least", "items");
}

bool
max_items_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	return f->type != INSTANCE_ARRAY || counted(r, s, f, f->v->n <= s->u.count, "an array of at most", "items");
}

bool
min_properties_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	return f->type != INSTANCE_OBJECT || counted(r, s, f, f->v->n >= s->u.count, "an object of at least", "members");
}

bool
max_properties_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	return f->type != INSTANCE_OBJECT || counted(r, s, f, f->v->n <= s->u.count, "an object of at most", "members");
}

enum compiled
pattern_compile(struct compiler *c, struct node *n, const struct value *map, const struct value *v, struct step *out)
{
	(void)map;
	if (v->kind != VALUE_STRING)
		return compile_error(c, n, "pattern", "a string", instance_describe(v, c->tmp));
	out->u.pattern.text = compile_text(c, v->n == 0 ? "" : v->u.text, v->n);
	out->u.pattern.pattern = compile_pattern(c, n, "pattern", out->u.pattern.text, v->n);
	return out->u.pattern.pattern == NULL ? COMPILED_FAILED : COMPILED_STEP;
}

bool
pattern_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	const char *text;
	size_t len;

	if (f->type != INSTANCE_STRING)
		return true;
	if ((text = instance_text(f->v, r->arena, &len)) == NULL)
		return false;
	if (evaluate_pattern(r, s->u.pattern.pattern, text, len))
		return true;
	return r->errors != NULL && evaluate_error(r, f, s, arena_printf(r->arena, "a string that matches %s",
	    s->u.pattern.text), r->exhausted ? "one that takes too long to compare" : NULL);
}

enum compiled
unique_compile(struct compiler *c, struct node *n, const struct value *map, const struct value *v, struct step *out)
{
	(void)map;
	(void)out;
	if (v->kind != VALUE_BOOL)
		return compile_error(c, n, "uniqueItems", "true or false", instance_describe(v, c->tmp));
	return v->u.boolean ? COMPILED_STEP : COMPILED_NOTHING;
}

struct hashed {
	uint64_t	hash;
	uint32_t	index;
};

static int
by_hash(const void *a, const void *b)
{
	const struct hashed *x = a, *y = b;

	return x->hash != y->hash ? (x->hash > y->hash ? 1 : -1) : (x->index > y->index) - (x->index < y->index);
}

/* Two equal items; false: none. */
static bool
find_twins(struct run *r, const struct value *v, uint32_t *one, uint32_t *other)
{
	struct hashed *h = arena_array(r->arena, v->n, sizeof(*h));

	if (h == NULL || !evaluate_work(r, v->n)) {
		r->exhausted = true;
		return false;
	}
	for (uint32_t i = 0; i < v->n; i++)
		h[i] = (struct hashed){ instance_hash(&v->u.items[i], r->arena), i };
	qsort(h, v->n, sizeof(*h), by_hash);
	for (uint32_t i = 0; i < v->n; i++)
		for (uint32_t j = i + 1; j < v->n && h[j].hash == h[i].hash; j++) {
			if (!evaluate_work(r, 10))
				return false;
			if (!instance_equal(&v->u.items[h[i].index], &v->u.items[h[j].index], r->arena))
				continue;
			*one = h[i].index;
			*other = h[j].index;
			return true;
		}
	return false;
}

bool
unique_evaluate(struct run *r, const struct step *s, struct frame *f)
{
	uint32_t one, other;

	/* A set's are by nature. */
	if (f->type != INSTANCE_ARRAY || f->v->kind == VALUE_SET || !find_twins(r, f->v, &one, &other))
		return true;
	return r->errors != NULL && evaluate_error(r, f, s, "items that are all different",
	    arena_printf(r->arena, "items %" PRIu32 " and %" PRIu32 " equal", one, other));
}
