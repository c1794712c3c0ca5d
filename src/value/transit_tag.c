/*
 * transit_tag.c: transit's tags, one row each, and what the composite ones
 * mean. Scalars are transit_scalar.c's. See transit_tag.h.
 */
#include <string.h>

#include "value/bignum.h"
#include "value/transit_scalar.h"
#include "value/transit_tag.h"
#include "value/utf8.h"

int
transit_tag_type(struct transit_source *src, size_t offset, const char *what, const char *expected,
    const struct value *rep)
{
	return transit_fail(src, E_TYPE, offset, "expected %s behind the tag of %s, found %s",
	    expected, what, value_kind_name(rep->kind));
}

int
transit_tag_value(struct transit_source *src, size_t offset, const char *what, const char *expected,
    const struct value *rep)
{
	return transit_fail(src, E_VALUE, offset, "expected %s, %s, found \"%.*s\"", what, expected,
	    transit_shown(rep), rep->u.text);
}

int
transit_tag_need_text(struct transit_source *src, size_t offset, const char *what,
    const struct value *rep)
{
	return rep->kind == VALUE_STRING ? 0 : transit_tag_type(src, offset, what, "a string", rep);
}

static bool
is_text(const struct value *v, const char *text)
{
	return v->n == strlen(text) && memcmp(v->u.text, text, v->n) == 0;
}

static int
read_quote(struct transit_source *src, size_t offset, struct value *rep, struct value *out)
{
	(void)src;
	(void)offset;
	*out = *rep;
	return 0;
}

static int
read_regex(struct transit_source *src, size_t offset, struct value *rep, struct value *out)
{
	if (transit_tag_need_text(src, offset, "a regex", rep) == -1)
		return -1;
	*out = *rep;
	out->kind = VALUE_REGEX;
	return 0;
}

/* An array that was read as a vector: its items are the arena's, not shared, and may be moved. */
static struct value *
items_of(const struct value *rep)
{
	return (struct value *)(uintptr_t)rep->u.items;
}

static int
read_list(struct transit_source *src, size_t offset, struct value *rep, struct value *out)
{
	if (rep->kind != VALUE_VECTOR)
		return transit_tag_type(src, offset, "a list", "an array", rep);
	*out = *rep;
	out->kind = VALUE_LIST;
	return 0;
}

static int
read_set(struct transit_source *src, size_t offset, struct value *rep, struct value *out)
{
	size_t n = rep->n;

	if (rep->kind != VALUE_VECTOR)
		return transit_tag_type(src, offset, "a set", "an array", rep);
	if (value_set_dedup(src->arena, items_of(rep), &n) == -1)
		return transit_full(src, offset);
	*out = value_seq(VALUE_SET, rep->u.items, n);
	return 0;
}

static int
read_cmap(struct transit_source *src, size_t offset, struct value *rep, struct value *out)
{
	size_t n = rep->n / 2;

	if (rep->kind != VALUE_VECTOR)
		return transit_tag_type(src, offset, "a map", "an array", rep);
	if (rep->n % 2 != 0)
		return transit_fail(src, E_MAP, offset,
		    "expected a value for each key of a ~#cmap, found %u items", rep->n);
	if (value_map_dedup(src->arena, items_of(rep), &n) == -1)
		return transit_full(src, offset);
	*out = value_map(rep->u.items, n);
	return 0;
}

static bool
is_whole(const struct value *v)
{
	return v->kind == VALUE_INT || v->kind == VALUE_BIGINT;
}

static int
read_ratio(struct transit_source *src, size_t offset, struct value *rep, struct value *out)
{
	const struct value *num, *den;

	if (rep->kind != VALUE_VECTOR || rep->n != 2 || !is_whole(&rep->u.items[0]) ||
	    !is_whole(&rep->u.items[1]))
		return transit_tag_type(src, offset, "a ratio", "an array of two integers", rep);
	num = &rep->u.items[0];
	den = &rep->u.items[1];
	if (bignum_ratio(src->arena, num, den, out) == -1)
		return transit_fail(src, E_VALUE, offset,
		    "expected a ratio with a denominator that is not 0");
	/* A whole number stays as big as its parts were. */
	if (out->kind == VALUE_INT && (num->kind == VALUE_BIGINT || den->kind == VALUE_BIGINT) &&
	    bignum_of_int64(src->arena, out->u.integer, out) == -1)
		return transit_full(src, offset);
	return 0;
}

/* [value, metadata]; other media types have no place for metadata. */
static int
read_with_meta(struct transit_source *src, size_t offset, struct value *rep, struct value *out)
{
	if (rep->kind != VALUE_VECTOR || rep->n != 2)
		return transit_tag_type(src, offset, "a value with metadata",
		    "an array of value and metadata", rep);
	*out = rep->u.items[0];
	return 0;
}

static int
make_tagged(struct transit_source *src, size_t offset, const struct value *tag,
    const struct value *fields, size_t n, struct value *out)
{
	struct value_tagged *tagged = arena_alloc(src->arena, sizeof(*tagged));

	if (tagged == NULL)
		return transit_full(src, offset);
	tagged->tag = tag;
	tagged->fields = fields;
	*out = (struct value){ .kind = VALUE_TAGGED, .n = (uint32_t)n };
	out->u.tagged = tagged;
	return 0;
}

/* [tag, [field …]]: what our own writer makes of values that transit has no form for. */
static int
read_struct(struct transit_source *src, size_t offset, struct value *rep, struct value *out)
{
	if (rep->kind != VALUE_VECTOR || rep->n != 2 || rep->u.items[1].kind != VALUE_VECTOR)
		return transit_tag_type(src, offset, "a tagged object",
		    "an array of tag and array of fields", rep);
	return make_tagged(src, offset, &rep->u.items[0], rep->u.items[1].u.items,
	    rep->u.items[1].n, out);
}

static const char *const link_keys[] = { "href", "rel", "name", "render", "prompt" };
#define LINK_KEYS (sizeof(link_keys) / sizeof(link_keys[0]))

static int
read_link_field(struct transit_source *src, size_t offset, const struct value *pair,
    struct value *fields)
{
	size_t k = 0;

	while (k < LINK_KEYS && !(pair[0].kind == VALUE_STRING && is_text(&pair[0], link_keys[k])))
		k++;
	if (k == LINK_KEYS)
		return transit_fail(src, E_VALUE, offset,
		    "expected a link of href, rel, name, render and prompt, found another key");
	if (pair[1].kind != VALUE_STRING && !(k == 0 && pair[1].kind == VALUE_URI))
		return transit_tag_type(src, offset, "a link, at a key of it,", "a string",
		    &pair[1]);
	fields[k] = value_string(pair[1].u.text, pair[1].n);
	return 0;
}

/* A tagged "link" of href, rel and what else there is, in that order; nil for a gap. */
static int
read_link(struct transit_source *src, size_t offset, struct value *rep, struct value *out)
{
	struct value *fields = arena_array(src->arena, LINK_KEYS + 1, sizeof(*fields));
	size_t n = LINK_KEYS;

	if (fields == NULL)
		return transit_full(src, offset);
	if (rep->kind != VALUE_MAP)
		return transit_tag_type(src, offset, "a link", "a map", rep);
	for (size_t i = 0; i < LINK_KEYS; i++)
		fields[i] = value_nil();
	for (size_t i = 0; i < rep->n; i++)
		if (read_link_field(src, offset, &rep->u.items[2 * i], fields) == -1)
			return -1;
	while (n > 2 && fields[n - 1].kind == VALUE_NIL)
		n--;
	fields[LINK_KEYS] = value_cstring("link");
	return make_tagged(src, offset, &fields[LINK_KEYS], fields, n, out);
}

static const struct transit_tag tags[] = {
	{ ":", transit_scalar_keyword, 0, "keyword" },
	{ "$", transit_scalar_symbol, 0, "symbol" },
	{ "u", transit_scalar_uuid, 1, "uuid: text, or [hi64, lo64]" },
	{ "m", transit_scalar_millis, 0, "point in time: ms since 1970" },
	{ "t", transit_scalar_time, 0, "point in time: RFC 3339" },
	{ "i", transit_scalar_integer, 0, "integer of 64 bits" },
	{ "n", transit_scalar_bigint, 0, "integer of any size" },
	{ "f", transit_scalar_bigdec, 0, "decimal of any size" },
	{ "d", transit_scalar_double, 0, "double" },
	{ "z", transit_scalar_special, 0, "NaN, INF, -INF" },
	{ "_", transit_scalar_nil, 0, "nil" },
	{ "?", transit_scalar_boolean, 0, "t or f" },
	{ "c", transit_scalar_char, 0, "character" },
	{ "b", transit_scalar_bytes, 0, "bytes: base64" },
	{ "r", transit_scalar_uri, 0, "uri" },
	{ "'", read_quote, 0, "the value itself: a scalar at the top" },
	{ "list", read_list, 0, "list: array" },
	{ "set", read_set, 0, "set: array" },
	{ "cmap", read_cmap, 0, "map with keys of any kind: array of keys and values" },
	{ "ratio", read_ratio, 1, "[numerator, denominator]" },
	{ "with-meta", read_with_meta, 1, "[value, metadata]: the value" },
	{ "link", read_link, 0, "a link of hypermedia: map" },
	{ "regex", read_regex, 0, "regular expression: text (ours)" },
	{ "fressian/tagged", read_struct, 1, "[tag, [field …]] (ours)" },
};

const struct transit_tag *
transit_tag_find(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (strlen(tags[i].name) == len && memcmp(tags[i].name, name, len) == 0)
			return &tags[i];
	return NULL;
}

int
transit_tag_unknown(struct transit_source *src, size_t offset, const struct value *tag,
    const struct value *rep, struct value *out)
{
	struct value *both = arena_array(src->arena, 2, sizeof(*both));

	if (both == NULL)
		return transit_full(src, offset);
	both[0] = *tag;
	both[1] = *rep;
	return make_tagged(src, offset, &both[0], &both[1], 1, out);
}

int
transit_tag_string(struct transit_source *src, size_t offset, const char *text, size_t len,
    struct value *out)
{
	const struct transit_tag *row;
	struct value tag, rep;
	size_t n;

	utf8_decode((const uint8_t *)text + 1, &n);
	tag = value_string(text + 1, n);
	rep = value_string(text + 1 + n, len - 1 - n);
	row = transit_tag_find(tag.u.text, tag.n);
	if (row == NULL)
		return transit_tag_unknown(src, offset, &tag, &rep, out);
	return row->read(src, offset, &rep, out);
}
