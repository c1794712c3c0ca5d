/*
 * edn_type.c: the types that x-edn-type can name, one row each. What is of
 * that type already, or of another one that JSON does not have, stays as it is.
 */
#include <math.h>
#include <string.h>

#include "command/schema/coerce.h"
#include "command/schema/compile.h"
#include "command/schema/keywords.h"
#include "util/mem.h"
#include "value/base64.h"
#include "value/bignum.h"
#include "value/bignum_exact.h"
#include "value/instant.h"
#include "value/number.h"
#include "value/utf8.h"

static bool
give_uuid(struct value *v, struct arena *a)
{
	struct id id;

	if (id_parse(v->u.text, v->n, &id) == -1)
		return false;
	*v = value_uuid(a, &id);
	return v->kind != VALUE_NIL;
}

/* As the action and the first keys of data become keywords. */
static bool
give_name(struct value *v, struct arena *a)
{
	if (v->n == 0)
		return false;
	*v = value_keyword_split(a, v->u.text, v->n);
	return v->kind != VALUE_NIL;
}

static bool
give_symbol(struct value *v, struct arena *a)
{
	if (!give_name(v, a))
		return false;
	v->kind = VALUE_SYMBOL;
	return true;
}

static bool
give_inst(struct value *v, struct arena *a)
{
	int64_t ms;

	(void)a;
	if (instant_parse(v->u.text, v->n, &ms) == -1)
		return false;
	*v = (struct value){ .kind = VALUE_INST, .u.integer = ms };
	return true;
}

static bool
give_uri(struct value *v, struct arena *a)
{
	(void)a;
	v->kind = VALUE_URI;
	return v->n > 0;
}

static bool
give_bytes(struct value *v, struct arena *a)
{
	uint8_t *bytes;
	size_t len;

	if ((bytes = base64_decode(a, v->n == 0 ? "" : v->u.text, v->n, &len)) == NULL)
		return false;
	*v = (struct value){ .kind = VALUE_BYTES, .n = (uint32_t)len, .u.bytes = bytes };
	return true;
}

/* One UTF-16 unit. */
static bool
give_char(struct value *v, struct arena *a)
{
	size_t n;
	uint32_t c;

	(void)a;
	if (v->n == 0)
		return false;
	c = utf8_decode((const uint8_t *)v->u.text, &n);
	if (n != v->n || c > 0xffff)
		return false;
	*v = (struct value){ .kind = VALUE_CHAR, .u.integer = (int64_t)c };
	return true;
}

/* Decimal digits of a number, or of a text that is one. */
static bool
digits(const struct value *v, struct buf *b)
{
	char text[NUMBER_TEXT];

	switch (v->kind) {
	case VALUE_INT:
		buf_put(b, text, number_format_int64(text, v->u.integer));
		return true;
	case VALUE_DOUBLE:
		buf_put(b, text, number_format_double(text, v->u.real));
		return true;
	case VALUE_BIGINT:
		return bignum_format(b, v->u.bytes, v->n) == 0;
	default:
		buf_put(b, v->u.text, v->n);
		return v->n > 0;
	}
}

/* 19.99 and "19.99" both become 19.99M; a text keeps the zeros at its end, 10.0 and 10 are the same. */
static bool
give_bigdec(struct value *v, struct arena *a)
{
	struct buf b = { 0 };
	bool ok;

	if (v->kind == VALUE_DOUBLE && !isfinite(v->u.real))
		return false;
	ok = digits(v, &b);
	if (ok && v->kind == VALUE_DOUBLE && b.len > 2 && memcmp(b.data + b.len - 2, ".0", 2) == 0)
		b.len -= 2;
	ok = ok && bignum_parse_bigdec(a, (const char *)b.data, b.len, v) == 0;
	buf_free(&b);
	return ok;
}

static bool
give_double(struct value *v, struct arena *a)
{
	struct buf b = { 0 };
	bool ok = v->kind != VALUE_STRING && digits(v, &b);

	(void)a;
	if (ok)
		*v = value_double(number_parse_double((const char *)b.data, b.len));
	buf_free(&b);
	return ok && isfinite(v->u.real);
}

static bool
give_float(struct value *v, struct arena *a)
{
	if (!give_double(v, a) || !isfinite((float)v->u.real))
		return false;
	*v = (struct value){ .kind = VALUE_FLOAT, .u.real32 = (float)v->u.real };
	return true;
}

/* A whole number, whatever its spelling: 5.0 and 5e0 become 5. */
static bool
give_integer(struct value *v, struct arena *a)
{
	(void)a;
	if (!exact_is_number(v) || !exact_is_integer(v))
		return false;
	if (v->kind != VALUE_DOUBLE)
		return true;
	if (fabs(v->u.real) > 9007199254740992.0)
		return false;
	*v = value_int((int64_t)v->u.real);
	return true;
}

static bool
give_bigint(struct value *v, struct arena *a)
{
	if (!give_integer(v, a))
		return false;
	return v->kind == VALUE_BIGINT || bignum_of_int64(a, v->u.integer, v) == 0;
}

static bool
give_set(struct value *v, struct arena *a)
{
	struct value *items = arena_array(a, v->n + 1, sizeof(*items));
	size_t n = v->n;

	if (items == NULL)
		return false;
	if (n > 0)
		memcpy(items, v->u.items, n * sizeof(*items));
	if (value_set_dedup(a, items, &n) != 0)
		return false;
	*v = value_seq(VALUE_SET, items, n);
	return true;
}

static bool
give_list(struct value *v, struct arena *a)
{
	(void)a;
	v->kind = VALUE_LIST;
	return true;
}

#define TEXT	(1u << VALUE_STRING)
#define NUMBER	(1u << VALUE_INT | 1u << VALUE_DOUBLE | 1u << VALUE_BIGINT)
#define ITEMS	(1u << VALUE_VECTOR)

static const struct {
	const char	*name;
	unsigned	 from;		/* kinds that become it */
	bool		(*give)(struct value *v, struct arena *a);
	const char	*must;
} rows[EDN_TYPES] = {
	[EDN_UUID] = { "uuid", TEXT, give_uuid, "the 36 characters of a UUID" },
	[EDN_KEYWORD] = { "keyword", TEXT, give_name, "a keyword's text, as name or ns/name" },
	[EDN_SYMBOL] = { "symbol", TEXT, give_symbol, "a symbol's text, as name or ns/name" },
	[EDN_INST] = { "inst", TEXT, give_inst, "a time as in RFC 3339" },
	[EDN_URI] = { "uri", TEXT, give_uri, "a URI" },
	[EDN_BYTES] = { "bytes", TEXT, give_bytes, "base64 with padding (RFC 4648)" },
	[EDN_CHAR] = { "char", TEXT, give_char, "one character, at most U+FFFF" },
	[EDN_INTEGER] = { "integer", NUMBER, give_integer, "a whole number" },
	[EDN_BIGINT] = { "bigint", NUMBER, give_bigint, "a whole number" },
	[EDN_BIGDEC] = { "bigdec", NUMBER | TEXT, give_bigdec, "a decimal number, or its text" },
	[EDN_DOUBLE] = { "double", NUMBER, give_double, "a number that a double can hold" },
	[EDN_FLOAT] = { "float", NUMBER, give_float, "a number that a float can hold" },
	[EDN_SET] = { "set", ITEMS, give_set, "items that are all different" },
	[EDN_LIST] = { "list", ITEMS, give_list, "an array" },
};

const char *
edn_name(enum edn_type type)
{
	return rows[type].name;
}

bool
edn_give(enum edn_type type, struct value *v, struct arena *a, const char **why)
{
	struct value given = *v;

	if (!(rows[type].from & (1u << v->kind)))
		return true;
	*why = rows[type].must;
	given.spare = 0;
	if (!rows[type].give(&given, a))
		return false;
	*v = given;
	return true;
}

enum compiled
edn_compile(struct compiler *c, struct node *n, const struct value *map, const struct value *v, struct step *out)
{
	const char *known = "";

	(void)map;
	(void)out;
	for (int i = 1; i < EDN_TYPES; i++) {
		if (v->kind == VALUE_STRING && v->n == strlen(rows[i].name) && memcmp(v->u.text, rows[i].name, v->n) == 0) {
			n->edn = (uint8_t)i;
			c->schema->coerces = true;
			return COMPILED_NOTHING;
		}
		known = arena_printf(c->tmp, "%s%s%s", known == NULL ? "" : known, i > 1 ? ", " : "", rows[i].name);
	}
	return compile_error(c, n, "x-edn-type", arena_printf(c->tmp, "one of %s", known == NULL ? "" : known),
	    instance_describe(v, c->tmp));
}
