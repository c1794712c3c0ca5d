/*
 * fressian_type.c: reading the standard types that are made of one or two other
 * values: names, UUIDs, big numbers and so on. Structs lead here too, by tag.
 */
#include "value/bignum.h"
#include "value/fressian_read.h"

int
fressian_type_uuid(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	const uint8_t *at = in->p;
	struct value v;

	(void)code;
	if (fressian_read_part(in, depth + 1, VALUE_BYTES, "a UUID's content", &v) == -1)
		return -1;
	if (v.n != ID_BYTES)
		return fressian_read_fail(in, E_VALUE, at,
		    "expected 16 bytes as a UUID's content, found %u", v.n);
	*out = (struct value){ .kind = VALUE_UUID, .n = ID_BYTES };
	out->u.id = (const struct id *)v.u.bytes;	/* bytes in text order, both */
	return 0;
}

int
fressian_type_text(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	if (fressian_read_part(in, depth + 1, VALUE_STRING, "a URI's or regex's text", out) == -1)
		return -1;
	out->kind = (uint8_t)code->arg;
	return 0;
}

/* The bytes of an integer of any size, minimal. */
static int
big(struct fressian_in *in, unsigned depth, const char *what, struct value *out)
{
	const uint8_t *at = in->p, *p;
	size_t n;

	if (fressian_read_part(in, depth, VALUE_BYTES, what, out) == -1)
		return -1;
	if (out->n == 0)
		return fressian_read_fail(in, E_VALUE, at,
		    "expected at least one byte as %s, found none", what);
	p = out->u.bytes;
	n = out->n;
	bignum_trim(&p, &n);
	if (n > BIGNUM_MAX_BYTES)
		return fressian_read_fail(in, E_LIMIT, at,
		    "expected at most %d bytes as %s, found %zu", BIGNUM_MAX_BYTES, what, n);
	*out = (struct value){ .kind = VALUE_BIGINT, .n = (uint32_t)n, .u.bytes = p };
	return 0;
}

int
fressian_type_bigint(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	(void)code;
	return big(in, depth + 1, "a bigint's content", out);
}

int
fressian_type_bigdec(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	struct value_bigdec *d;
	const uint8_t *at;
	struct value v;
	int64_t scale;

	(void)code;
	if (big(in, depth + 1, "a bigdec's unscaled value", &v) == -1)
		return -1;
	at = in->p;
	if (fressian_read_int(in, depth + 1, "a bigdec's scale", &scale) == -1)
		return -1;
	if (scale < INT32_MIN || scale > INT32_MAX)
		return fressian_read_fail(in, E_VALUE, at,
		    "expected a scale of 32 bits, found %lld", (long long)scale);
	if ((d = arena_alloc(in->arena, sizeof(*d))) == NULL)
		return fressian_read_full(in);
	*d = (struct value_bigdec){ v.u.bytes, v.n, (int32_t)scale };
	*out = (struct value){ .kind = VALUE_BIGDEC, .u.bigdec = d };
	return 0;
}

int
fressian_type_inst(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	int64_t ms;

	(void)code;
	if (fressian_read_int(in, depth + 1, "an instant's milliseconds", &ms) == -1)
		return -1;
	*out = (struct value){ .kind = VALUE_INST, .u.integer = ms };
	return 0;
}

int
fressian_type_name(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	const uint8_t *at = in->p;
	struct value_name *name;
	struct value ns, v;

	if (fressian_read_value(in, depth + 1, &ns) == -1)
		return -1;
	if (ns.kind != VALUE_NIL && ns.kind != VALUE_STRING)
		return fressian_read_fail(in, E_TYPE, at,
		    "expected string or nil as a namespace, found %s", value_kind_name(ns.kind));
	if (fressian_read_part(in, depth + 1, VALUE_STRING, "a name", &v) == -1)
		return -1;
	if ((name = arena_alloc(in->arena, sizeof(*name))) == NULL)
		return fressian_read_full(in);
	*name = (struct value_name){ ns.kind == VALUE_NIL ? NULL : ns.u.text, v.u.text, ns.n, v.n };
	*out = (struct value){ .kind = (uint8_t)code->arg, .u.name = name };
	return 0;
}
