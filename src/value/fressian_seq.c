/*
 * fressian_seq.c: reading lists, maps, sets and typed arrays. Memory is taken
 * for what the bytes left can hold and no more, whatever a count says.
 */
#include <string.h>

#include "value/fressian_read.h"

#define CODE_END 0xFD

/* A value takes a byte at least: those owed to lists outside cannot be promised again. */
static int
promise(struct fressian_in *in, uint32_t n, const uint8_t *at)
{
	size_t left = fressian_read_left(in);
	uint64_t most = left > in->owed ? left - in->owed : 0;

	if (n > most)
		return fressian_read_fail(in, E_COUNT, at,
		    "expected a count of at most %llu, for the bytes left, found %u",
		    (unsigned long long)most, n);
	in->owed += n;
	return 0;
}

/* Never NULL for want of items. */
static struct value *
room(struct fressian_in *in, size_t n)
{
	struct value *items = arena_array(in->arena, n == 0 ? 1 : n, sizeof(*items));

	if (items == NULL)
		fressian_read_full(in);
	return items;
}

int
fressian_seq_items(struct fressian_in *in, unsigned depth, uint32_t n, const uint8_t *at,
    struct value **items)
{
	struct value *v;

	if (promise(in, n, at) == -1 || (v = room(in, n)) == NULL)
		return -1;
	for (uint32_t i = 0; i < n; i++) {
		in->owed--;
		if (fressian_read_value(in, depth + 1, &v[i]) == -1)
			return -1;
	}
	*items = v;
	return 0;
}

static int
list(struct fressian_in *in, unsigned depth, uint32_t n, const uint8_t *at, struct value *out)
{
	struct value *items;

	if (fressian_seq_items(in, depth, n, at, &items) == -1)
		return -1;
	*out = value_seq(VALUE_VECTOR, items, n);
	return 0;
}

int
fressian_seq_packed(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	return list(in, depth, (uint32_t)(in->p[-1] - code->arg), in->p - 1, out);
}

int
fressian_seq_counted(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	const uint8_t *at = in->p;
	uint32_t n;

	(void)code;
	if (fressian_read_count(in, depth + 1, "a list's count", &n) == -1)
		return -1;
	return list(in, depth, n, at, out);
}

static int
push(struct fressian_in *in, const struct value *v)
{
	struct value *stack =
	    fressian_read_grow(in, in->stack, in->nstack, &in->stack_cap, sizeof(*v));

	if (stack == NULL)
		return -1;
	in->stack = stack;
	in->stack[in->nstack++] = *v;
	return 0;
}

/* Take what stands on the stack above base as a list. */
static int
pop(struct fressian_in *in, size_t base, struct value *out)
{
	size_t n = in->nstack - base;
	struct value *items = room(in, n);

	if (items == NULL)
		return -1;
	if (n > 0)
		memcpy(items, in->stack + base, n * sizeof(*items));
	in->nstack = base;
	*out = value_seq(VALUE_VECTOR, items, n);
	return 0;
}

/* Items up to FD. Lists inside use the stack above ours. */
static int
unbounded(struct fressian_in *in, unsigned depth, bool open, struct value *out)
{
	size_t base = in->nstack;
	struct value v;

	for (;;) {
		if (in->p == in->end && open)
			break;
		if (in->p == in->end)
			return fressian_read_fail(in, E_EOF, in->end,
			    "expected a value or FD, the list's end, found the end");
		if (*in->p == CODE_END) {
			in->p++;
			break;
		}
		if (fressian_read_value(in, depth + 1, &v) == -1 || push(in, &v) == -1)
			return -1;
	}
	return pop(in, base, out);
}

int
fressian_seq_closed(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	(void)code;
	return unbounded(in, depth, false, out);
}

int
fressian_seq_open(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	(void)code;
	return unbounded(in, depth, true, out);
}

/* Is it a list right here, so that nobody else can hold its items? */
static bool
starts_list(const struct fressian_in *in)
{
	return in->p < in->end && *in->p >= 0xE4 && *in->p <= 0xEE;
}

/*
 * The list that is the body of a map or set, in items of our own: a cached one belongs to others.
 * The body is not a level of its own: with a limit of n, maps nest as deep as lists.
 */
static int
body(struct fressian_in *in, unsigned depth, const char *what, struct value **items, size_t *n)
{
	const struct fressian_code *code;
	struct value v;

	if (starts_list(in)) {
		code = &fressian_codes[*in->p++];
		if (code->read(in, depth, code, &v) == -1)
			return -1;
		*items = (struct value *)v.u.items;
	} else {
		if (fressian_read_part(in, depth + 1, VALUE_VECTOR, what, &v) == -1)
			return -1;
		if ((*items = room(in, v.n)) == NULL)
			return -1;
		if (v.n > 0)
			memcpy(*items, v.u.items, v.n * sizeof(v));
	}
	*n = v.n;
	return 0;
}

/* The values inside v; *items stays as it is where v is no collection. */
static size_t
inside(const struct value *v, const struct value **items)
{
	switch ((enum value_kind)v->kind) {
	case VALUE_VECTOR:
	case VALUE_SET:
	case VALUE_ARRAY:
		*items = v->u.items;
		return v->n;
	case VALUE_MAP:
		*items = v->u.items;
		return 2 * (size_t)v->n;
	case VALUE_TAGGED:
		*items = v->u.tagged->fields;
		return v->n;
	default:
		return 0;
	}
}

/* A collection as a key is walked whole, at each level of keys again: spend that. */
static int
spend_key(struct fressian_in *in, const struct value *key)
{
	const struct value *items = NULL;
	size_t n = inside(key, &items);

	if (fressian_read_spend(in, items == NULL ? key->n / FRESSIAN_UNIT_BYTES : n) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (spend_key(in, &items[i]) == -1)
			return -1;
	return 0;
}

/* Every key is compared with others, unless there is but one. */
static int
spend_keys(struct fressian_in *in, const struct value *items, size_t n, size_t step)
{
	for (size_t i = 0; n > 1 && i < n; i++)
		if (spend_key(in, &items[i * step]) == -1)
			return -1;
	return 0;
}

int
fressian_seq_map(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	const uint8_t *at = in->p;
	struct value *items;
	size_t n;

	(void)code;
	if (body(in, depth, "a map's content", &items, &n) == -1)
		return -1;
	if (n % 2 != 0)
		return fressian_read_fail(in, E_MAP, at,
		    "expected keys and values in pairs, found %zu items", n);
	n /= 2;
	if (spend_keys(in, items, n, 2) == -1)
		return -1;
	if (value_map_dedup(in->arena, items, &n) == -1)
		return fressian_read_full(in);
	*out = value_map(items, n);
	return 0;
}

int
fressian_seq_set(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	struct value *items;
	size_t n;

	(void)code;
	if (body(in, depth, "a set's content", &items, &n) == -1 ||
	    spend_keys(in, items, n, 1) == -1)
		return -1;
	if (value_set_dedup(in->arena, items, &n) == -1)
		return fressian_read_full(in);
	*out = value_seq(VALUE_SET, items, n);
	return 0;
}

/* What each array holds; VALUE_NKINDS: anything. */
static const enum value_kind array_kinds[] = {
	[ARRAY_INT] = VALUE_INT,
	[ARRAY_LONG] = VALUE_INT,
	[ARRAY_FLOAT] = VALUE_FLOAT,
	[ARRAY_DOUBLE] = VALUE_DOUBLE,
	[ARRAY_BOOLEAN] = VALUE_BOOL,
	[ARRAY_OBJECT] = VALUE_NKINDS,
};

static int
element(struct fressian_in *in, unsigned depth, enum value_array type, struct value *out)
{
	const uint8_t *at = in->p;

	in->owed--;
	if (array_kinds[type] == VALUE_NKINDS)
		return fressian_read_value(in, depth, out);
	if (fressian_read_part(in, depth, array_kinds[type], "an array's element", out) == -1)
		return -1;
	if (type == ARRAY_INT && (out->u.integer < INT32_MIN || out->u.integer > INT32_MAX))
		return fressian_read_fail(in, E_VALUE, at, "expected an int of 32 bits, found %lld",
		    (long long)out->u.integer);
	return 0;
}

int
fressian_seq_array(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	enum value_array type = (enum value_array)code->arg;
	const uint8_t *at = in->p;
	struct value *items;
	uint32_t n;

	if (fressian_read_count(in, depth + 1, "an array's count", &n) == -1 ||
	    promise(in, n, at) == -1)
		return -1;
	if ((items = room(in, n)) == NULL)
		return -1;
	for (uint32_t i = 0; i < n; i++)
		if (element(in, depth + 1, type, &items[i]) == -1)
			return -1;
	*out = value_seq(VALUE_ARRAY, items, n);
	out->sub = (uint8_t)type;
	return 0;
}
