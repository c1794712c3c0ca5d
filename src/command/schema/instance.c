/*
 * instance.c: a value as JSON Schema sees it. See instance.h.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "command/schema/instance.h"
#include "util/buf.h"
#include "util/hash.h"
#include "util/id.h"
#include "value/base64.h"
#include "value/bignum.h"
#include "value/bignum_exact.h"
#include "value/instant.h"
#include "value/number.h"
#include "value/utf8.h"

#define SHOWN	48	/* bytes of a text in an error */
#define SMALL	16	/* members: up to here comparing each with each is quicker than hashing */

static const uint8_t types[VALUE_NKINDS] = {
	[VALUE_NIL] = INSTANCE_NULL,
	[VALUE_BOOL] = INSTANCE_BOOLEAN,
	[VALUE_INT] = INSTANCE_NUMBER,
	[VALUE_BYTE] = INSTANCE_NUMBER,
	[VALUE_BIGINT] = INSTANCE_NUMBER,
	[VALUE_DOUBLE] = INSTANCE_NUMBER,
	[VALUE_FLOAT] = INSTANCE_NUMBER,
	[VALUE_BIGDEC] = INSTANCE_NUMBER,
	[VALUE_RATIO] = INSTANCE_NUMBER,
	[VALUE_CHAR] = INSTANCE_STRING,
	[VALUE_STRING] = INSTANCE_STRING,
	[VALUE_BYTES] = INSTANCE_STRING,
	[VALUE_KEYWORD] = INSTANCE_STRING,
	[VALUE_SYMBOL] = INSTANCE_STRING,
	[VALUE_UUID] = INSTANCE_STRING,
	[VALUE_INST] = INSTANCE_STRING,
	[VALUE_URI] = INSTANCE_STRING,
	[VALUE_REGEX] = INSTANCE_STRING,
	[VALUE_LIST] = INSTANCE_ARRAY,
	[VALUE_VECTOR] = INSTANCE_ARRAY,
	[VALUE_SET] = INSTANCE_ARRAY,
	[VALUE_MAP] = INSTANCE_OBJECT,
	[VALUE_ARRAY] = INSTANCE_ARRAY,
	[VALUE_TAGGED] = INSTANCE_NONE,
};

enum instance_type
instance_type(const struct value *v)
{
	/* NaN and the infinities are no numbers of JSON. */
	if (types[v->kind] == INSTANCE_NUMBER && !exact_is_number(v))
		return INSTANCE_NONE;
	return (enum instance_type)types[v->kind];
}

const char *
instance_type_name(const struct value *v)
{
	static const char *const names[INSTANCE_TYPES] = {
		"a value that JSON does not have", "null", "boolean", "number", "string", "array", "object",
	};
	enum instance_type t = instance_type(v);

	return t == INSTANCE_NUMBER && exact_is_integer(v) ? "integer" : names[t];
}

static const char *
name_text(const struct value_name *n, struct arena *a, size_t *len)
{
	char *out;

	if (n->ns == NULL) {
		*len = n->name_len;
		return n->name;
	}
	*len = (size_t)n->ns_len + 1 + n->name_len;
	if ((out = arena_alloc(a, *len + 1)) == NULL)
		return NULL;
	memcpy(out, n->ns, n->ns_len);
	out[n->ns_len] = '/';
	memcpy(out + n->ns_len + 1, n->name, n->name_len);
	return out;
}

/* Texts that are made. */
static const char *
made_text(const struct value *v, struct arena *a, size_t *len)
{
	char text[INSTANT_TEXT];
	uint8_t utf8[UTF8_MAX];
	const char *out;
	struct buf b;

	switch (v->kind) {
	case VALUE_UUID:
		id_format(v->u.id, text);
		*len = ID_TEXT;
		return arena_strndup(a, text, *len);
	case VALUE_INST:
		*len = instant_format(text, v->u.integer, false);
		return arena_strndup(a, text, *len);
	case VALUE_CHAR:
		/* Half of a surrogate pair has no text of its own. */
		*len = v->u.integer >= 0xd800 && v->u.integer < 0xe000 ? utf8_encode(utf8, 0xfffd) :
		    utf8_encode(utf8, (uint32_t)v->u.integer);
		return arena_strndup(a, (const char *)utf8, *len);
	default:
		buf_init(&b, 0);
		base64_encode(&b, v->u.bytes, v->n);
		*len = b.len;
		out = arena_strndup(a, (const char *)b.data, b.len);
		buf_free(&b);
		return out;
	}
}

const char *
instance_text(const struct value *v, struct arena *a, size_t *len)
{
	switch (v->kind) {
	case VALUE_STRING:
	case VALUE_URI:
	case VALUE_REGEX:
		*len = v->n;
		return v->n == 0 ? "" : v->u.text;
	case VALUE_KEYWORD:
	case VALUE_SYMBOL:
		return name_text(v->u.name, a, len);
	default:
		return made_text(v, a, len);
	}
}

bool
instance_is_name(const struct value *key)
{
	return key->kind == VALUE_STRING || key->kind == VALUE_KEYWORD;
}

const char *
instance_key(const struct value *key, struct arena *a, size_t *len)
{
	return instance_is_name(key) ? instance_text(key, a, len) : NULL;
}

static bool
equal_texts(const struct value *x, const struct value *y, struct arena *a)
{
	size_t n = 0, m = 0;
	const char *s = instance_text(x, a, &n), *t = instance_text(y, a, &m);

	return s != NULL && t != NULL && n == m && memcmp(s, t, n) == 0;
}

/* The names of an object, each with the place of its value: found in constant time, whatever names a client chooses. */
struct names {
	const struct value	*map;
	uint32_t		*slots;		/* places, from 1; 0: free */
	size_t			 mask;
};

static bool
names_init(struct names *t, const struct value *map, struct arena *a)
{
	*t = (struct names){ .map = map };
	if (map->n <= SMALL)
		return true;
	for (t->mask = 64; t->mask < 2 * (size_t)map->n; t->mask *= 2)
		continue;
	if ((t->slots = arena_array(a, t->mask, sizeof(*t->slots))) == NULL)
		return false;
	memset(t->slots, 0, t->mask * sizeof(*t->slots));
	t->mask--;
	for (uint32_t i = 0; i < map->n; i++) {
		size_t n, slot;
		const char *s = instance_key(&map->u.items[2 * i], a, &n);
		struct value text;

		if (s == NULL)
			continue;
		text = value_string(s, n);
		for (slot = value_hash(&text) & t->mask; t->slots[slot] != 0; slot = (slot + 1) & t->mask)
			continue;
		t->slots[slot] = i + 1;
	}
	return true;
}

static bool
is_name(const struct value *key, const char *name, size_t len, struct arena *a)
{
	size_t n;
	const char *s = instance_key(key, a, &n);

	return s != NULL && n == len && memcmp(s, name, len) == 0;
}

/* The value of a property; NULL: none. */
static const struct value *
member(const struct names *t, const char *name, size_t len, struct arena *a)
{
	const struct value text = value_string(name, len);

	for (uint32_t i = 0; t->slots == NULL && i < t->map->n; i++)
		if (is_name(&t->map->u.items[2 * i], name, len, a))
			return &t->map->u.items[2 * i + 1];
	for (size_t slot = t->slots != NULL ? value_hash(&text) & t->mask : 0; t->slots != NULL && t->slots[slot] != 0;
	    slot = (slot + 1) & t->mask)
		if (is_name(&t->map->u.items[2 * (t->slots[slot] - 1)], name, len, a))
			return &t->map->u.items[2 * (t->slots[slot] - 1) + 1];
	return NULL;
}

static bool
equal_objects(const struct value *x, const struct value *y, struct arena *a)
{
	struct names names;

	if (x->n != y->n || !names_init(&names, y, a))
		return false;
	for (uint32_t i = 0; i < x->n; i++) {
		const struct value *other;
		size_t n;
		const char *s = instance_key(&x->u.items[2 * i], a, &n);

		if (s == NULL || (other = member(&names, s, n, a)) == NULL ||
		    !instance_equal(&x->u.items[2 * i + 1], other, a))
			return false;
	}
	return true;
}

bool
instance_equal(const struct value *x, const struct value *y, struct arena *a)
{
	enum instance_type t = instance_type(x);

	if (t != instance_type(y))
		return false;
	switch (t) {
	case INSTANCE_NULL:
		return true;
	case INSTANCE_BOOLEAN:
		return x->u.boolean == y->u.boolean;
	case INSTANCE_NUMBER:
		return exact_compare(x, y) == 0;
	case INSTANCE_STRING:
		return equal_texts(x, y, a);
	case INSTANCE_ARRAY:
		for (uint32_t i = 0; x->n == y->n && i < x->n; i++)
			if (!instance_equal(&x->u.items[i], &y->u.items[i], a))
				return false;
		return x->n == y->n;
	case INSTANCE_OBJECT:
		return equal_objects(x, y, a);
	default:
		return value_equal(x, y);
	}
}

/* The nearest double: the same for equal numbers, whatever their kind. */
static double
nearest(const struct value *v)
{
	struct buf b = { 0 };
	double d = 0;

	switch (v->kind) {
	case VALUE_INT:
	case VALUE_BYTE:
		return (double)v->u.integer;
	case VALUE_BIGINT:
		return bignum_to_double(v->u.bytes, v->n);
	case VALUE_DOUBLE:
		return v->u.real;
	case VALUE_RATIO:
		return bignum_ratio_to_double(v);
	case VALUE_BIGDEC:
		if (bignum_format_bigdec(&b, v->u.bigdec) == 0)
			d = number_parse_double((const char *)b.data, b.len);
		buf_free(&b);
		return d;
	default:
		/* A float means its own shortest decimal, which is not its value as a double. */
		number_format_float((char *)buf_reserve(&b, NUMBER_TEXT), v->u.real32);
		d = number_parse_double((const char *)b.data, strlen((const char *)b.data));
		buf_free(&b);
		return d;
	}
}

static uint64_t
hash_double(uint64_t h, double d)
{
	d = d == 0 ? 0.0 : d;	/* -0.0 is 0 */
	return hash_more(h, &d, sizeof(d));
}

uint64_t
instance_hash(const struct value *v, struct arena *a)
{
	enum instance_type t = instance_type(v);
	uint8_t byte = (uint8_t)t;
	uint64_t h = hash_more(HASH_START, &byte, 1), sum = 0, one;
	const char *s;
	size_t n = 0;

	switch (t) {
	case INSTANCE_BOOLEAN:
		byte = v->u.boolean;
		return hash_more(h, &byte, 1);
	case INSTANCE_NUMBER:
		return hash_double(h, nearest(v));
	case INSTANCE_STRING:
		s = instance_text(v, a, &n);
		return s != NULL ? hash_more(h, s, n) : h;
	case INSTANCE_ARRAY:
		for (uint32_t i = 0; i < v->n; i++) {
			one = instance_hash(&v->u.items[i], a);
			h = hash_more(h, &one, sizeof(one));
		}
		return h;
	case INSTANCE_OBJECT:
		for (uint32_t i = 0; i < v->n; i++) {
			s = instance_key(&v->u.items[2 * i], a, &n);
			one = instance_hash(&v->u.items[2 * i + 1], a);
			one = hash_more(one, s != NULL ? s : "", s != NULL ? n : 0);
			sum += one;	/* without order */
		}
		return hash_more(h, &sum, sizeof(sum));
	default:
		return h;
	}
}

/* Characters, as JSON Schema counts them: code points. */
static size_t
characters(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((uint8_t)s[i] & 0xc0) != 0x80;
	return n;
}

static const char *
describe_text(const struct value *v, struct arena *a)
{
	size_t len = 0, shown;
	const char *s = instance_text(v, a, &len), *out;

	if (s == NULL)
		return "a text";
	shown = len > SHOWN ? SHOWN : len;
	while (shown > 0 && shown < len && ((uint8_t)s[shown] & 0xc0) == 0x80)
		shown--;
	out = arena_printf(a, "\"%.*s%s\" (%zu character%s)", (int)shown, s, shown < len ? "..." : "",
	    characters(s, len), characters(s, len) == 1 ? "" : "s");
	return out != NULL ? out : "a text";
}

static const char *
describe_number(const struct value *v, struct arena *a)
{
	struct buf b = { .max = 256 };
	const char *out = NULL;
	int r = 0;

	if (v->kind == VALUE_BIGINT) {
		r = bignum_format(&b, v->u.bytes, v->n);
	} else if (v->kind == VALUE_BIGDEC) {
		r = bignum_format_bigdec(&b, v->u.bigdec);
	} else if (v->kind == VALUE_INT || v->kind == VALUE_BYTE) {
		buf_printf(&b, "%" PRId64, v->u.integer);
	} else if (v->kind == VALUE_DOUBLE) {
		char text[NUMBER_TEXT];

		buf_put(&b, text, number_format_double(text, v->u.real));
	} else {
		buf_printf(&b, "%.9g", nearest(v));
	}
	if (r == 0 && !b.overflow)
		out = arena_strndup(a, (const char *)b.data, b.len);
	buf_free(&b);
	return out != NULL ? out : "a long number";
}

const char *
instance_describe(const struct value *v, struct arena *a)
{
	const char *out = NULL;

	switch (instance_type(v)) {
	case INSTANCE_NULL:
		return "null";
	case INSTANCE_BOOLEAN:
		return v->u.boolean ? "true" : "false";
	case INSTANCE_NUMBER:
		return describe_number(v, a);
	case INSTANCE_STRING:
		return describe_text(v, a);
	case INSTANCE_ARRAY:
		out = arena_printf(a, "an array of %" PRIu32 " item%s", v->n, v->n == 1 ? "" : "s");
		return out != NULL ? out : "an array";
	case INSTANCE_OBJECT:
		out = arena_printf(a, "an object of %" PRIu32 " member%s", v->n, v->n == 1 ? "" : "s");
		return out != NULL ? out : "an object";
	default:
		return "a value that JSON does not have";
	}
}
