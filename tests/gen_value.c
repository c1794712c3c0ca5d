/*
 * gen_value.c: random values from a seed. See gen_value.h.
 */
#include <math.h>
#include <string.h>

#include "gen_value.h"
#include "value/utf8.h"

#define CONTAINERS (GEN_KIND(VALUE_LIST) | GEN_KIND(VALUE_VECTOR) | GEN_KIND(VALUE_SET) | \
	GEN_KIND(VALUE_MAP) | GEN_KIND(VALUE_ARRAY) | GEN_KIND(VALUE_TAGGED))

void
gen_init(struct gen *g, uint64_t seed)
{
	g->state = seed;
}

/* splitmix64 */
uint64_t
gen_u64(struct gen *g)
{
	uint64_t z = g->state += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

uint32_t
gen_below(struct gen *g, uint32_t n)
{
	return (uint32_t)((gen_u64(g) >> 32) * n >> 32);
}

/* Any number of bits up to `bits`, so that small and large ones are as likely. */
static int64_t
integer(struct gen *g, unsigned bits)
{
	int64_t i = (int64_t)(gen_u64(g) >> (64 - bits + gen_below(g, bits - 1)));

	return gen_below(g, 2) == 0 ? i : -i - 1;
}

static uint32_t
code_point(struct gen *g)
{
	static const uint32_t edges[] = {
		0, 1, '\t', '\n', '\r', ' ', '"', '\\', '/', '~', '^', '`',
		0x7F, 0x80, 0x7FF, 0x800, 0x2028, 0xD7FF, 0xE000, 0xFEFF, 0xFFFD, 0xFFFE, 0xFFFF,
		0x10000, 0x1F600, 0x10FFFF,
	};
	uint32_t cp;

	switch (gen_below(g, 8)) {
	case 0:
		return edges[gen_below(g, sizeof(edges) / sizeof(edges[0]))];
	case 1:
		cp = gen_below(g, 0x110000);
		return cp >= 0xD800 && cp <= 0xDFFF ? 'x' : cp;
	case 2:
		return 0xA0 + gen_below(g, 0x2000);
	default:
		return 'a' + gen_below(g, 26);
	}
}

static uint32_t
length(struct gen *g)
{
	if (gen_below(g, 200) == 0)
		return gen_below(g, 70000);
	return gen_below(g, 4) == 0 ? gen_below(g, 100) : gen_below(g, 10);
}

static struct value
text(struct gen *g, struct arena *a, enum value_kind kind)
{
	uint32_t units = length(g);
	uint8_t *s = arena_alloc(a, units * UTF8_MAX + 1);
	struct value v = { .kind = (uint8_t)kind };

	for (uint32_t i = 0; i < units; i++)
		v.n += (uint32_t)utf8_encode(s + v.n, code_point(g));
	v.u.text = (const char *)s;
	return v;
}

static uint8_t *
octets(struct gen *g, struct arena *a, uint32_t n)
{
	uint8_t *p = arena_alloc(a, n + 1);

	for (uint32_t i = 0; i < n; i++)
		p[i] = (uint8_t)gen_u64(g);
	return p;
}

static struct value
octet_string(struct gen *g, struct arena *a)
{
	struct value v = { .kind = VALUE_BYTES, .n = length(g) };

	v.u.bytes = octets(g, a, v.n);
	return v;
}

/* Minimal two's complement: the first byte is not just the sign of the second. */
static uint8_t *
big(struct gen *g, struct arena *a, uint32_t n)
{
	uint8_t *p = octets(g, a, n);

	if (n > 1 && ((p[0] == 0 && p[1] < 0x80) || (p[0] == 0xFF && p[1] >= 0x80)))
		p[0] = 0x5A;
	return p;
}

static struct value
bigint(struct gen *g, struct arena *a)
{
	struct value v = { .kind = VALUE_BIGINT };

	v.n = 1 + gen_below(g, gen_below(g, 20) == 0 ? 200 : 20);
	v.u.bytes = big(g, a, v.n);
	return v;
}

static struct value
bigdec(struct gen *g, struct arena *a)
{
	struct value_bigdec *d = arena_alloc(a, sizeof(*d));
	struct value v = { .kind = VALUE_BIGDEC, .u.bigdec = d };

	d->unscaled_len = 1 + gen_below(g, 20);
	d->unscaled = big(g, a, d->unscaled_len);
	d->scale = (int32_t)integer(g, gen_below(g, 10) == 0 ? 30 : 5);
	return v;
}

/* An odd number over a power of two is reduced. */
static struct value
ratio(struct gen *g, struct arena *a)
{
	uint32_t n = 1 + gen_below(g, 12), m = 1 + gen_below(g, 6);
	struct value *parts = arena_array(a, 2, sizeof(*parts));
	uint8_t *num = big(g, a, n), *den = arena_alloc(a, m);

	num[n - 1] |= 1;
	memset(den, 0, m);
	den[0] = (uint8_t)(2 << gen_below(g, 6));
	parts[0] = (struct value){ .kind = VALUE_BIGINT, .n = n, .u.bytes = num };
	parts[1] = (struct value){ .kind = VALUE_BIGINT, .n = m, .u.bytes = den };
	return (struct value){ .kind = VALUE_RATIO, .n = 2, .u.items = parts };
}

static double
real(struct gen *g)
{
	static const double edges[] = { 0.0, 1.0, -1.0, 0.1, 1e10, 1e-7, 5e-324,
	    1.7976931348623157e308, 9007199254740992.0, 9007199254740993.0, INFINITY, -INFINITY,
	    NAN };
	uint64_t bits;
	double d;

	switch (gen_below(g, 4)) {
	case 0:
		return edges[gen_below(g, sizeof(edges) / sizeof(edges[0]))];
	case 1:
		d = (double)integer(g, 20) / 100;
		break;
	default:
		bits = gen_u64(g);
		memcpy(&d, &bits, sizeof(d));
	}
	return d == 0 ? 0.0 : d;
}

static struct value
real32(struct gen *g)
{
	struct value v = { .kind = VALUE_FLOAT };
	uint32_t bits = (uint32_t)gen_u64(g);

	memcpy(&v.u.real32, &bits, sizeof(bits));
	if (gen_below(g, 2) == 0 || v.u.real32 == 0)
		v.u.real32 = (float)integer(g, 10) / 8;
	return v;
}

static struct value
named(struct gen *g, struct arena *a, enum value_kind kind)
{
	struct value_name *name = arena_alloc(a, sizeof(*name));
	struct value ns = text(g, a, VALUE_STRING), s = text(g, a, VALUE_STRING);

	*name = (struct value_name){ gen_below(g, 3) == 0 ? ns.u.text : NULL, s.u.text, ns.n, s.n };
	if (name->ns == NULL)
		name->ns_len = 0;
	return (struct value){ .kind = (uint8_t)kind, .u.name = name };
}

static struct value
uuid(struct gen *g, struct arena *a)
{
	struct id id;

	for (size_t i = 0; i < sizeof(id.b); i++)
		id.b[i] = (uint8_t)gen_u64(g);
	return value_uuid(a, &id);
}

static struct value *
items(struct gen *g, struct arena *a, unsigned depth, unsigned mask, uint32_t n)
{
	struct value *v = arena_array(a, n + 1, sizeof(*v));

	for (uint32_t i = 0; i < n; i++)
		v[i] = gen_value(g, a, depth - 1, mask);
	return v;
}

/* Long lists hold no lists, so that the whole stays small. */
static uint32_t
count(struct gen *g, unsigned *mask)
{
	if (gen_below(g, 50) != 0)
		return gen_below(g, gen_below(g, 4) == 0 ? 20 : 5);
	if ((*mask & ~CONTAINERS) != 0)
		*mask &= ~CONTAINERS;
	return gen_below(g, 300);
}

static struct value
array(struct gen *g, struct arena *a, unsigned depth, unsigned mask)
{
	static const unsigned kinds[] = {
		[ARRAY_INT] = GEN_KIND(VALUE_INT),
		[ARRAY_LONG] = GEN_KIND(VALUE_INT),
		[ARRAY_FLOAT] = GEN_KIND(VALUE_FLOAT),
		[ARRAY_DOUBLE] = GEN_KIND(VALUE_DOUBLE),
		[ARRAY_BOOLEAN] = GEN_KIND(VALUE_BOOL),
		[ARRAY_OBJECT] = 0,
	};
	struct value v = { .kind = VALUE_ARRAY, .sub = (uint8_t)gen_below(g, ARRAY_OBJECT + 1) };
	struct value *p;

	v.n = count(g, &mask);
	v.u.items = p = items(g, a, depth, v.sub == ARRAY_OBJECT ? mask : kinds[v.sub], v.n);
	for (uint32_t i = 0; v.sub == ARRAY_INT && i < v.n; i++)
		p[i].u.integer = (int32_t)p[i].u.integer;
	return v;
}

static struct value
collection(struct gen *g, struct arena *a, unsigned depth, unsigned mask, enum value_kind kind)
{
	struct value *v;
	size_t n = count(g, &mask);

	v = items(g, a, depth, mask, (uint32_t)(kind == VALUE_MAP ? 2 * n : n));
	if (kind == VALUE_MAP)
		value_map_dedup(a, v, &n);
	if (kind == VALUE_SET)
		value_set_dedup(a, v, &n);
	return value_seq(kind, v, n);
}

/* A tag that is no codec's own, from a few so that they repeat. */
static struct value
tagged(struct gen *g, struct arena *a, unsigned depth, unsigned mask)
{
	struct value_tagged *t = arena_alloc(a, sizeof(*t));
	struct value *tag = arena_alloc(a, sizeof(*tag));
	uint32_t n = gen_below(g, 4);

	*tag = value_cstring(arena_printf(a, "my.app/T%u", gen_below(g, 40)));
	t->tag = tag;
	t->fields = items(g, a, depth, mask, n);
	return (struct value){ .kind = VALUE_TAGGED, .n = n, .u.tagged = t };
}

/* One of the bits of mask, which has one. */
static enum value_kind
pick(struct gen *g, unsigned mask)
{
	unsigned n = gen_below(g, (uint32_t)__builtin_popcount(mask)), kind = 0;

	for (;; kind++)
		if ((mask & GEN_KIND(kind)) != 0 && n-- == 0)
			return kind;
}

static struct value
number(struct gen *g, enum value_kind kind)
{
	struct value v = { .kind = (uint8_t)kind };

	switch (kind) {
	case VALUE_BYTE:
		v.u.integer = (int8_t)gen_u64(g);
		break;
	case VALUE_CHAR:
		do
			v.u.integer = code_point(g);
		while (v.u.integer > 0xFFFF);
		break;
	case VALUE_INST:
		v.u.integer = integer(g, gen_below(g, 10) == 0 ? 63 : 45);
		break;
	default:
		v.u.integer = integer(g, 63);
		break;
	}
	return v;
}

struct value
gen_value(struct gen *g, struct arena *a, unsigned depth, unsigned mask)
{
	enum value_kind kind;

	if (depth <= 1 && (mask & ~CONTAINERS) == 0)
		return value_nil();
	kind = pick(g, depth <= 1 ? mask & ~CONTAINERS : mask);
	switch (kind) {
	case VALUE_BOOL:
		return value_bool(gen_below(g, 2) == 0);
	case VALUE_INT:
	case VALUE_BYTE:
	case VALUE_CHAR:
	case VALUE_INST:
		return number(g, kind);
	case VALUE_BIGINT:
		return bigint(g, a);
	case VALUE_DOUBLE:
		return value_double(real(g));
	case VALUE_FLOAT:
		return real32(g);
	case VALUE_BIGDEC:
		return bigdec(g, a);
	case VALUE_RATIO:
		return ratio(g, a);
	case VALUE_STRING:
	case VALUE_URI:
	case VALUE_REGEX:
		return text(g, a, kind);
	case VALUE_BYTES:
		return octet_string(g, a);
	case VALUE_KEYWORD:
	case VALUE_SYMBOL:
		return named(g, a, kind);
	case VALUE_UUID:
		return uuid(g, a);
	case VALUE_LIST:
	case VALUE_VECTOR:
	case VALUE_SET:
	case VALUE_MAP:
		return collection(g, a, depth, mask, kind);
	case VALUE_ARRAY:
		return array(g, a, depth, mask);
	case VALUE_TAGGED:
		return tagged(g, a, depth, mask);
	case VALUE_NIL:
	case VALUE_NKINDS:
		break;
	}
	return value_nil();
}
