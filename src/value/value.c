/*
 * value.c: making values, looking into maps, names of kinds. Comparing and
 * hashing stand in equal.c.
 */
#include <string.h>

#include "value/value.h"

static const char *const kind_names[] = {
#define X(kind, name) name,
	VALUE_KINDS(X)
#undef X
};

const char *
value_kind_name(enum value_kind kind)
{
	return (unsigned)kind < VALUE_NKINDS ? kind_names[kind] : "unknown";
}

static struct value
of(enum value_kind kind, size_t n)
{
	struct value v = { .kind = (uint8_t)kind, .n = (uint32_t)n };

	return v;
}

struct value
value_nil(void)
{
	return of(VALUE_NIL, 0);
}

struct value
value_bool(bool b)
{
	struct value v = of(VALUE_BOOL, 0);

	v.u.boolean = b;
	return v;
}

struct value
value_int(int64_t i)
{
	struct value v = of(VALUE_INT, 0);

	v.u.integer = i;
	return v;
}

struct value
value_double(double d)
{
	struct value v = of(VALUE_DOUBLE, 0);

	v.u.real = d;
	return v;
}

struct value
value_string(const char *text, size_t len)
{
	struct value v = of(VALUE_STRING, len);

	v.u.text = text;
	return v;
}

struct value
value_cstring(const char *text)
{
	return value_string(text, strlen(text));
}

struct value
value_seq(enum value_kind kind, const struct value *items, size_t n)
{
	struct value v = of(kind, n);

	v.u.items = items;
	return v;
}

struct value
value_map(const struct value *items, size_t n)
{
	return value_seq(VALUE_MAP, items, n);
}

struct value
value_uuid(struct arena *a, const struct id *id)
{
	struct value v = of(VALUE_UUID, ID_BYTES);
	struct id *copy = arena_alloc(a, sizeof(*copy));

	if (copy == NULL)
		return value_nil();
	*copy = *id;
	v.u.id = copy;
	return v;
}

struct value
value_keyword(struct arena *a, const char *ns, size_t ns_len, const char *name, size_t name_len)
{
	struct value v = of(VALUE_KEYWORD, 0);
	struct value_name *parts = arena_alloc(a, sizeof(*parts));

	if (parts == NULL)
		return value_nil();
	parts->ns = ns;
	parts->ns_len = (uint32_t)ns_len;
	parts->name = name;
	parts->name_len = (uint32_t)name_len;
	v.u.name = parts;
	return v;
}

struct value
value_ckeyword(struct arena *a, const char *name)
{
	return value_keyword(a, NULL, 0, name, strlen(name));
}

struct value
value_keyword_split(struct arena *a, const char *text, size_t len)
{
	const char *slash = len > 1 ? memchr(text, '/', len) : NULL;
	size_t ns_len;

	if (slash == NULL)
		return value_keyword(a, NULL, 0, text, len);
	ns_len = (size_t)(slash - text);
	return value_keyword(a, text, ns_len, slash + 1, len - ns_len - 1);
}

bool
value_named(const struct value *v, const char *name, bool or_string)
{
	size_t len = strlen(name);

	if (v->kind == VALUE_KEYWORD)
		return v->u.name->ns == NULL && v->u.name->name_len == len &&
		    memcmp(v->u.name->name, name, len) == 0;
	return or_string && v->kind == VALUE_STRING && v->n == len &&
	    memcmp(v->u.text, name, len) == 0;
}

const struct value *
value_map_get(const struct value *map, const char *name, bool or_string)
{
	if (map->kind != VALUE_MAP)
		return NULL;
	for (uint32_t i = 0; i < map->n; i++)
		if (value_named(&map->u.items[2 * i], name, or_string))
			return &map->u.items[2 * i + 1];
	return NULL;
}
