/*
 * fressian_struct.c: reading structs: the struct cache, the tags that stand for
 * types of ours, and tagged values for all others.
 */
#include <string.h>

#include "value/bignum.h"
#include "value/fressian_read.h"

/* An int from low to high as a value of kind. */
static int
narrow(struct fressian_in *in, unsigned depth, enum value_kind kind, int64_t low, int64_t high,
    struct value *out)
{
	const uint8_t *at = in->p;
	int64_t i;

	if (fressian_read_int(in, depth + 1, "a byte or character", &i) == -1)
		return -1;
	if (i < low || i > high)
		return fressian_read_fail(in, E_VALUE, at,
		    "expected %lld to %lld as a %s, found %lld", (long long)low, (long long)high,
		    value_kind_name(kind), (long long)i);
	*out = (struct value){ .kind = (uint8_t)kind, .u.integer = i };
	return 0;
}

static int
byte(struct fressian_in *in, unsigned depth, const struct fressian_code *code, struct value *out)
{
	(void)code;
	return narrow(in, depth, VALUE_BYTE, INT8_MIN, INT8_MAX, out);
}

/* Half a surrogate pair becomes U+FFFD, as in strings. */
static int
character(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	(void)code;
	if (narrow(in, depth, VALUE_CHAR, 0, UINT16_MAX, out) == -1)
		return -1;
	if (out->u.integer >= 0xD800 && out->u.integer <= 0xDFFF)
		out->u.integer = 0xFFFD;
	return 0;
}

/* One part of a ratio; *n: its bytes. */
static int
ratio_part(struct fressian_in *in, unsigned depth, struct value *out, uint64_t *n)
{
	const uint8_t *at = in->p;

	if (fressian_read_value(in, depth, out) == -1)
		return -1;
	if (out->kind != VALUE_INT && out->kind != VALUE_BIGINT)
		return fressian_read_fail(in, E_TYPE, at,
		    "expected bigint or integer as a part of a ratio, found %s",
		    value_kind_name(out->kind));
	*n = out->kind == VALUE_INT ? sizeof(int64_t) : out->n;
	if (*n > BIGNUM_RATIO_BYTES)
		return fressian_read_fail(in, E_LIMIT, at,
		    "expected at most %d bytes as a part of a ratio, found %u", BIGNUM_RATIO_BYTES,
		    out->n);
	return 0;
}

static bool
is_zero(const struct value *v)
{
	return v->kind == VALUE_INT ? v->u.integer == 0 : v->n == 1 && v->u.bytes[0] == 0;
}

/* Reduced; what that costs grows with the square of the length, and is spent. */
static int
ratio(struct fressian_in *in, unsigned depth, const struct fressian_code *code, struct value *out)
{
	struct value part[2];
	const uint8_t *at;
	uint64_t n, d;

	(void)code;
	if (ratio_part(in, depth + 1, &part[0], &n) == -1)
		return -1;
	at = in->p;
	if (ratio_part(in, depth + 1, &part[1], &d) == -1)
		return -1;
	if (is_zero(&part[1]))
		return fressian_read_fail(in, E_VALUE, at,
		    "expected a denominator other than 0, found 0");
	if (fressian_read_spend(in, (n + d) * (n + d) / 16) == -1)
		return -1;
	if (bignum_ratio(in->arena, &part[0], &part[1], out) == -1)
		return fressian_read_full(in);
	return 0;
}

static const struct fressian_code byte_code = { byte, 0 };
static const struct fressian_code char_code = { character, 0 };
static const struct fressian_code ratio_code = { ratio, 0 };

/* Tags that name a type of ours, and how its content is read (the field count is not looked at). */
static const struct {
	const char			*tag;
	const struct fressian_code	*code;
} known[] = {
	{ "map", &fressian_codes[0xC0] },
	{ "set", &fressian_codes[0xC1] },
	{ "uuid", &fressian_codes[0xC3] },
	{ "regex", &fressian_codes[0xC4] },
	{ "uri", &fressian_codes[0xC5] },
	{ "bigint", &fressian_codes[0xC6] },
	{ "bigdec", &fressian_codes[0xC7] },
	{ "inst", &fressian_codes[0xC8] },
	{ "sym", &fressian_codes[0xC9] },
	{ "key", &fressian_codes[0xCA] },
	{ "long[]", &fressian_codes[0xB0] },
	{ "double[]", &fressian_codes[0xB1] },
	{ "boolean[]", &fressian_codes[0xB2] },
	{ "int[]", &fressian_codes[0xB3] },
	{ "float[]", &fressian_codes[0xB4] },
	{ "Object[]", &fressian_codes[0xB5] },
	{ "byte", &byte_code },
	{ "char", &char_code },
	{ "ratio", &ratio_code },
};

const struct fressian_code *
fressian_struct_known(const struct value *tag)
{
	if (tag->kind != VALUE_STRING)
		return NULL;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i].tag) == tag->n &&
		    memcmp(known[i].tag, tag->u.text, tag->n) == 0)
			return known[i].code;
	return NULL;
}

/* The content of a struct of this type. at: where its count or index stands. */
static int
content(struct fressian_in *in, unsigned depth, const struct fressian_type *type, const uint8_t *at,
    struct value *out)
{
	struct value_tagged *tagged;
	struct value *fields;

	if (type->known != NULL)
		return type->known->read(in, depth, type->known, out);
	if (fressian_seq_items(in, depth, type->count, at, &fields) == -1)
		return -1;
	if ((tagged = arena_alloc(in->arena, sizeof(*tagged))) == NULL)
		return fressian_read_full(in);
	*tagged = (struct value_tagged){ type->tag, fields };
	*out = (struct value){ .kind = VALUE_TAGGED, .n = type->count, .u.tagged = tagged };
	return 0;
}

int
fressian_struct_define(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	struct fressian_type type, *types;
	struct value *tag = arena_alloc(in->arena, sizeof(*tag));
	const uint8_t *at;

	(void)code;
	if (tag == NULL)
		return fressian_read_full(in);
	if (fressian_read_value(in, depth + 1, tag) == -1)
		return -1;
	at = in->p;
	type.tag = tag;
	type.known = fressian_struct_known(tag);
	if (fressian_read_count(in, depth + 1, "a struct's field count", &type.count) == -1)
		return -1;
	types = fressian_read_grow(in, in->types, in->ntypes, &in->types_cap, sizeof(*types));
	if (types == NULL)
		return -1;
	in->types = types;
	in->types[in->ntypes++] = type;
	return content(in, depth, &type, at, out);
}

/* at: of the code or index. */
static int
of_type(struct fressian_in *in, unsigned depth, int64_t index, const uint8_t *at, struct value *out)
{
	struct fressian_type type;

	if (index < 0 || (uint64_t)index >= in->ntypes)
		return fressian_read_fail(in, E_CACHE, at,
		    "expected the number of one of %zu struct types, found %lld", in->ntypes,
		    (long long)index);
	type = in->types[index];
	return content(in, depth, &type, at, out);
}

int
fressian_struct_packed(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	return of_type(in, depth, in->p[-1] - code->arg, in->p - 1, out);
}

int
fressian_struct_cached(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	const uint8_t *at = in->p;
	int64_t index;

	(void)code;
	if (fressian_read_int(in, depth + 1, "the index of a struct type", &index) == -1)
		return -1;
	return of_type(in, depth, index, at, out);
}
