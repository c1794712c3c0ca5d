/*
 * edn_tag.c: the literals of EDN that begin with a tag, one row each: #inst and
 * #uuid of the format, and ours for what it cannot say. No tag is made up: one
 * without a row is refused, for no reader downstream would know it. See
 * edn_reader.h.
 */
#include <string.h>

#include "util/hex.h"
#include "util/id.h"
#include "value/bignum.h"
#include "value/edn_reader.h"
#include "value/edn_syntax.h"
#include "value/instant.h"

/* What all repetitions of a document may expand to: a few bytes must not cost much work. */
#define EXPANSION_MAX ((size_t)4 << 20)

struct tag {
	const char	*name;
	const char	*takes;		/* for the error: "#inst takes …" */
	/*
	 * Make *out of the form behind the tag: 0, -1 error filled, 1 it is not what the tag
	 * takes.
	 */
	int		(*make)(struct edn_reader *, const struct tag *, const struct value *form,
			    struct value *out);
	uint8_t		 kind;		/* enum value_kind that comes of it … */
	uint8_t		 sub;		/* … and enum value_array, or the kind of its items */
	uint8_t		 slack;		/* brackets of the literal that are no level of the value */
	bool		 floats;	/* numbers inside are floats */
};

static int
make_inst(struct edn_reader *r, const struct tag *tag, const struct value *form, struct value *out)
{
	int64_t ms;

	(void)r;
	if (form->kind != VALUE_STRING || instant_parse_edn(form->u.text, form->n, &ms) == -1)
		return 1;
	*out = (struct value){ .kind = tag->kind, .u.integer = ms };
	return 0;
}

/* Any int of the kind's range. */
static int
make_int(struct edn_reader *r, const struct tag *tag, const struct value *form, struct value *out)
{
	(void)r;
	if (form->kind != VALUE_INT)
		return 1;
	if (tag->kind == VALUE_BYTE && (form->u.integer < INT8_MIN || form->u.integer > INT8_MAX))
		return 1;
	*out = *form;
	out->kind = tag->kind;
	return 0;
}

static int
make_float(struct edn_reader *r, const struct tag *tag, const struct value *form, struct value *out)
{
	(void)r;
	*out = *form;
	return form->kind == tag->kind ? 0 : 1;
}

static int
make_text(struct edn_reader *r, const struct tag *tag, const struct value *form, struct value *out)
{
	(void)r;
	*out = *form;
	out->kind = tag->kind;
	return form->kind == VALUE_STRING ? 0 : 1;
}

/* "1-1-1-1-1" too, as java.util.UUID reads it: each group filled up from the left. */
static bool
parse_uuid(const char *s, size_t len, struct id *id)
{
	static const uint8_t widths[] = { 8, 4, 4, 4, 12 };
	char full[ID_TEXT];
	size_t i = 0, at = 0, n;

	for (size_t group = 0; group < sizeof(widths); group++) {
		for (n = 0; i + n < len && s[i + n] != '-'; n++)
			continue;
		if (n == 0 || n > widths[group])
			return false;
		memset(full + at, '0', widths[group] - n);
		memcpy(full + at + widths[group] - n, s + i, n);
		at += widths[group];
		i += n;
		if (group + 1 < sizeof(widths)) {
			if (i == len)
				return false;
			full[at++] = '-';
			i++;
		}
	}
	return i == len && id_parse(full, sizeof(full), id) == 0;
}

static int
make_uuid(struct edn_reader *r, const struct tag *tag, const struct value *form, struct value *out)
{
	struct id id;

	(void)tag;
	if (form->kind != VALUE_STRING || !parse_uuid(form->u.text, form->n, &id))
		return 1;
	*out = value_uuid(r->arena, &id);
	return out->kind == VALUE_NIL ? edn_full(r) : 0;
}

static int
make_bytes(struct edn_reader *r, const struct tag *tag, const struct value *form, struct value *out)
{
	uint8_t *bytes;

	if (form->kind != VALUE_STRING)
		return 1;
	if ((bytes = arena_alloc(r->arena, form->n / 2 + 1)) == NULL)
		return edn_full(r);
	*out = (struct value){ .kind = tag->kind, .n = form->n / 2, .u.bytes = bytes };
	return hex_decode(form->u.text, form->n, bytes) ? 0 : 1;
}

/* [ns name] */
static int
make_name(struct edn_reader *r, const struct tag *tag, const struct value *form, struct value *out)
{
	const struct value *ns = form->u.items, *name;
	bool has_ns;

	if (form->kind != VALUE_VECTOR || form->n != 2)
		return 1;
	has_ns = ns->kind == VALUE_STRING;
	name = ns + 1;
	if ((!has_ns && ns->kind != VALUE_NIL) || name->kind != VALUE_STRING)
		return 1;
	*out = value_keyword(r->arena, has_ns ? ns->u.text : NULL, has_ns ? ns->n : 0,
	    name->u.text, name->n);
	if (out->kind == VALUE_NIL)
		return edn_full(r);
	out->kind = tag->kind;
	return 0;
}

static bool
fits_array(const struct value *item, enum value_array sub)
{
	static const uint8_t kinds[] = { [ARRAY_INT] = VALUE_INT, [ARRAY_LONG] = VALUE_INT,
		[ARRAY_FLOAT] = VALUE_FLOAT, [ARRAY_DOUBLE] = VALUE_DOUBLE,
		[ARRAY_BOOLEAN] = VALUE_BOOL };

	if (sub == ARRAY_OBJECT)
		return true;
	if (item->kind != kinds[sub])
		return false;
	return sub != ARRAY_INT || (item->u.integer >= INT32_MIN && item->u.integer <= INT32_MAX);
}

static int
make_array(struct edn_reader *r, const struct tag *tag, const struct value *form, struct value *out)
{
	(void)r;
	if (form->kind != VALUE_VECTOR)
		return 1;
	for (uint32_t i = 0; i < form->n; i++)
		if (!fits_array(&form->u.items[i], tag->sub))
			return 1;
	*out = *form;
	out->kind = tag->kind;
	out->sub = tag->sub;
	return 0;
}

static int
tagged(struct edn_reader *r, const struct value *name, const struct value *fields, uint32_t n,
    struct value *out)
{
	struct value_tagged *t = arena_alloc(r->arena, sizeof(*t));

	if (t == NULL)
		return edn_full(r);
	t->tag = name;
	t->fields = fields;
	*out = (struct value){ .kind = VALUE_TAGGED, .n = n, .u.tagged = t };
	return 0;
}

/* [tag [field …]] */
static int
make_fressian_tagged(struct edn_reader *r, const struct tag *tag, const struct value *form,
    struct value *out)
{
	const struct value *fields = form->u.items + 1;

	(void)tag;
	if (form->kind != VALUE_VECTOR || form->n != 2 ||
	    (fields->kind != VALUE_VECTOR && fields->kind != VALUE_LIST))
		return 1;
	return tagged(r, fields - 1, fields->u.items, fields->n, out);
}

/* ["tag" rep …]: each representation a field. */
static int
make_transit_tagged(struct edn_reader *r, const struct tag *tag, const struct value *form,
    struct value *out)
{
	(void)tag;
	if (form->kind != VALUE_VECTOR || form->n < 2 || form->u.items[0].kind != VALUE_STRING)
		return 1;
	return tagged(r, form->u.items, form->u.items + 1, form->n - 1, out);
}

/*
 * One ["text" n] of a repetition whose text fills `width` characters a byte: the bytes it comes
 * to in *size.
 */
static bool
measure(const struct value *pair, size_t width, size_t *size)
{
	const struct value *text = pair->u.items, *times = text + 1;

	if (pair->kind != VALUE_VECTOR || pair->n != 2 || text->kind != VALUE_STRING ||
	    times->kind != VALUE_INT || times->u.integer < 0 || text->n % width != 0)
		return false;
	if (__builtin_mul_overflow(text->n / width, (size_t)times->u.integer, size))
		*size = SIZE_MAX;
	return true;
}

static bool
expand(uint8_t **p, const struct value *pair, bool hex, size_t size)
{
	size_t once = hex ? pair->u.items[0].n / 2 : pair->u.items[0].n;

	if (size == 0)
		return true;
	if (!hex)
		memcpy(*p, pair->u.items[0].u.text, once);
	else if (!hex_decode(pair->u.items[0].u.text, pair->u.items[0].n, *p))
		return false;
	for (size_t done = once, more; done < size; done += more) {
		more = done < size - done ? done : size - done;
		memcpy(*p + done, *p, more);
	}
	*p += size;
	return true;
}

/* [["text" n] …], or hex for bytes: each text n times. */
static int
make_repeated(struct edn_reader *r, const struct tag *tag, const struct value *form,
    struct value *out)
{
	bool hex = tag->kind == VALUE_BYTES;
	size_t total = r->expanded, size;
	uint8_t *bytes, *p;

	if (form->kind != VALUE_VECTOR)
		return 1;
	for (uint32_t i = 0; i < form->n; i++) {
		if (!measure(&form->u.items[i], hex ? 2 : 1, &size))
			return 1;
		if (size > EXPANSION_MAX || (total += size) > EXPANSION_MAX)
			return edn_full(r);
	}
	total -= r->expanded;
	r->expanded += total;
	if ((p = bytes = arena_alloc(r->arena, total + 1)) == NULL)
		return edn_full(r);
	for (uint32_t i = 0; i < form->n; i++)
		if (!measure(&form->u.items[i], hex ? 2 : 1, &size) ||
		    !expand(&p, &form->u.items[i], hex, size))
			return 1;
	*out = (struct value){ .kind = tag->kind, .n = (uint32_t)total, .u.bytes = bytes };
	return 0;
}

#define A(name, takes, sub, floats) { name, takes, make_array, VALUE_ARRAY, sub, 0, floats }

static const struct tag tags[] = {
	{ "inst", "a date such as \"2016-09-20T12:34:56Z\"", make_inst, VALUE_INST, 0, 0, false },
	{ "uuid", "the text of a UUID", make_uuid, VALUE_UUID, 0, 0, false },
	{ "inst-ms", "milliseconds since 1970 as an integer", make_int, VALUE_INST, 0, 0, false },
	{ "bytes", "a string of hex digits, two a byte", make_bytes, VALUE_BYTES, 0, 0, false },
	{ "float", "a decimal number", make_float, VALUE_FLOAT, 0, 0, true },
	{ "byte", "an integer from -128 to 127", make_int, VALUE_BYTE, 0, 0, false },
	{ "uri", "a string", make_text, VALUE_URI, 0, 0, false },
	{ "regex", "a string", make_text, VALUE_REGEX, 0, 0, false },
	{ "kw", "[ns name]: strings, or nil for ns", make_name, VALUE_KEYWORD, 0, 1, false },
	{ "sym", "[ns name]: strings, or nil for ns", make_name, VALUE_SYMBOL, 0, 1, false },
	A("intarray", "a vector of integers of 32 bits", ARRAY_INT, false),
	A("longarray", "a vector of integers of 64 bits", ARRAY_LONG, false),
	A("floatarray", "a vector of decimal numbers", ARRAY_FLOAT, true),
	A("doublearray", "a vector of doubles, as [1.0 2.5]", ARRAY_DOUBLE, false),
	A("booleanarray", "a vector of true and false", ARRAY_BOOLEAN, false),
	A("objectarray", "a vector", ARRAY_OBJECT, false),
	{ "fressian/tagged", "[tag [field …]]", make_fressian_tagged, VALUE_TAGGED, 0, 0, false },
	{ "transit/tagged", "[\"tag\" value]", make_transit_tagged, VALUE_TAGGED, 0, 0, false },
	{ "strrep", "[[\"text\" times] …]", make_repeated, VALUE_STRING, 0, 2, false },
	{ "bytesrep", "[[\"hex\" times] …]", make_repeated, VALUE_BYTES, 0, 2, false },
};

#undef A

static const struct tag *
find(const uint8_t *name, size_t len)
{
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (strlen(tags[i].name) == len && memcmp(tags[i].name, name, len) == 0)
			return &tags[i];
	return NULL;
}

/* The name behind the #, which a letter begins. */
static int
read_name(struct edn_reader *r, const struct tag **tag)
{
	size_t from = r->at;
	uint8_t c = ++r->at < r->len ? r->in[r->at] : 0;
	char quoted[EDN_QUOTE];
	struct value name;

	if (r->at == r->len)
		return codec_fail_text(r->err, E_EOF, r->in, r->at, "the input ends after a #");
	if (c < 0x80 && ((edn_classes[c] & EDN_NAME) == 0 || (c | 0x20) < 'a' || (c | 0x20) > 'z'))
		return codec_fail_text(r->err, E_SYNTAX, r->in, from,
		    "a tag, a set #{ or a discard #_ was expected behind this #");
	if (edn_token_name(r, &name) == -1)
		return -1;
	if ((*tag = find(r->in + from + 1, r->at - from - 1)) == NULL)
		return codec_fail_text(r->err, E_VALUE, r->in, from,
		    "the tag %s is not known: #inst #uuid #bytes #uri #kw #sym and others are",
		    edn_quote(quoted, r->in + from, r->at - from));
	return 0;
}

int
edn_tag_read(struct edn_reader *r, struct value *out)
{
	const struct tag *tag;
	size_t from = r->at;
	bool floats = r->floats;
	struct value form;
	int result;

	if (read_name(r, &tag) == -1 || edn_enter(r, tag->slack + 1u) == -1)
		return -1;
	r->floats = tag->floats;
	if (edn_require(r, &form, tag->takes) == -1)
		return -1;
	r->floats = floats;
	edn_leave(r, tag->slack + 1u);
	if ((result = tag->make(r, tag, &form, out)) != 1)
		return result;
	return codec_fail_text(r->err, E_VALUE, r->in, from, "#%s takes %s", tag->name, tag->takes);
}
