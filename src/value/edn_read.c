/*
 * edn_read.c: application/edn: which form begins where, and what is skipped
 * between them. Accepts what clojure.edn 1.11 accepts, less what the contract
 * refuses (content behind the value, bad UTF-8, doubles beyond their range),
 * plus the tags of edn_tag.c. The forms themselves stand in files of their own:
 * edn_collection.c, edn_number.c, edn_string.c, edn_token.c. See edn.h.
 */
#include <stdlib.h>
#include <string.h>

#include "value/edn.h"
#include "value/edn_reader.h"
#include "value/edn_syntax.h"
#include "value/utf8.h"

/*
 * Forms nested around one level of a value, at most: what has no level of its own (#_ ^ #tag)
 * adds up.
 */
#define FORMS_PER_LEVEL 3

static int form(struct edn_reader *r, struct value *out);

int
edn_full(struct edn_reader *r)
{
	return codec_fail_text(r->err, E_LIMIT, r->in, r->at,
	    "the value takes more memory than it may: send less at once");
}

int
edn_enter(struct edn_reader *r, unsigned slack)
{
	r->depth++;
	r->slack += slack;
	if (r->depth > r->slack + r->limits->depth || r->depth / FORMS_PER_LEVEL > r->limits->depth)
		return codec_fail_text(r->err, E_LIMIT, r->in, r->at,
		    "nested more than %u deep", r->limits->depth);
	return 0;
}

void
edn_leave(struct edn_reader *r, unsigned slack)
{
	r->depth--;
	r->slack -= slack;
}

static void
skip_comment(struct edn_reader *r)
{
	while (r->at < r->len && r->in[r->at] != '\n' && r->in[r->at] != '\r')
		r->at++;
}

static int
discard(struct edn_reader *r)
{
	struct value ignored;

	r->at += 2;
	if (edn_enter(r, 1) == -1 || edn_require(r, &ignored, "what #_ leaves out") == -1)
		return -1;
	edn_leave(r, 1);
	return 0;
}

/* White space, comments and discarded forms. */
static int
skip(struct edn_reader *r)
{
	size_t n;

	while (r->at < r->len) {
		if ((n = edn_space(r->in + r->at, r->len - r->at)) > 0)
			r->at += n;
		else if (r->in[r->at] == ';')
			skip_comment(r);
		else if (r->in[r->at] != '#' || !edn_follows(r, 1, '_'))
			break;
		else if (discard(r) == -1)
			return -1;
	}
	return 0;
}

int
edn_next(struct edn_reader *r, struct value *out)
{
	uint8_t c;

	if (skip(r) == -1)
		return -1;
	if (r->at == r->len || (c = r->in[r->at]) == ')' || c == ']' || c == '}')
		return 1;
	return form(r, out);
}

int
edn_require(struct edn_reader *r, struct value *out, const char *what)
{
	int got = edn_next(r, out);

	if (got != 1)
		return got;
	if (r->at == r->len)
		return codec_fail_text(r->err, E_EOF, r->in, r->at,
		    "the input ends where %s should stand", what);
	return codec_fail_text(r->err, E_SYNTAX, r->in, r->at,
	    "expected %s, found %c", what, r->in[r->at]);
}

/*
 * ^meta form, width 1, or #^meta form: metadata does not survive any of the formats, and is
 * dropped.
 */
static int
meta(struct edn_reader *r, size_t width, struct value *out)
{
	size_t from = r->at;
	struct value about;

	r->at += width;
	if (edn_enter(r, 1) == -1 || edn_require(r, &about, "metadata") == -1)
		return -1;
	if (about.kind != VALUE_SYMBOL && about.kind != VALUE_KEYWORD &&
	    about.kind != VALUE_STRING && about.kind != VALUE_MAP)
		return codec_fail_text(r->err, E_TYPE, r->in, from,
		    "metadata is a keyword, symbol, string or map; found: %s",
		    value_kind_name(about.kind));
	if (edn_require(r, out, "what the metadata describes") == -1)
		return -1;
	edn_leave(r, 1);
	if (out->kind != VALUE_SYMBOL && out->kind != VALUE_LIST && out->kind != VALUE_VECTOR &&
	    out->kind != VALUE_SET && out->kind != VALUE_MAP)
		return codec_fail_text(r->err, E_TYPE, r->in, from,
		    "metadata can describe symbols and collections only; found: %s",
		    value_kind_name(out->kind));
	return 0;
}

/* ##Inf and its like. */
static int
symbolic(struct edn_reader *r, struct value *out)
{
	static const struct {
		const char	*name;
		double		 value;
	} rows[] = { { "Inf", __builtin_inf() }, { "-Inf", -__builtin_inf() },
		{ "NaN", __builtin_nan("") } };
	size_t from = r->at;
	struct value v;

	r->at += 2;
	if (edn_enter(r, 1) == -1 || edn_require(r, &v, "Inf, -Inf or NaN") == -1)
		return -1;
	edn_leave(r, 1);
	for (size_t i = 0; v.kind == VALUE_SYMBOL && i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i].name);

		if (v.u.name->ns != NULL || v.u.name->name_len != len ||
		    memcmp(v.u.name->name, rows[i].name, len) != 0)
			continue;
		*out = value_double(rows[i].value);
		if (r->floats)
			*out = (struct value){ .kind = VALUE_FLOAT,
				.u.real32 = (float)rows[i].value };
		return 0;
	}
	return codec_fail_text(r->err, E_SYNTAX, r->in, from, "after ## stand Inf, -Inf or NaN");
}

static int
dispatch(struct edn_reader *r, struct value *out)
{
	uint8_t c = r->at + 1 < r->len ? r->in[r->at + 1] : 0;

	switch (c) {
	case '{':
		return edn_collection_set(r, out);
	case '^':
		return meta(r, 2, out);
	case '#':
		return symbolic(r, out);
	case ':':
		return edn_collection_namespaced(r, out);
	case '"':
		return codec_fail_text(r->err, E_SYNTAX, r->in, r->at,
		    "EDN has no #\"…\": write a regular expression as #regex \"…\"");
	default:
		return edn_tag_read(r, out);
	}
}

static int
form(struct edn_reader *r, struct value *out)
{
	uint8_t c = r->in[r->at];

	switch (c) {
	case '"':
		return edn_string_read(r, out);
	case '\\':
		return edn_token_character(r, out);
	case '(':
		return edn_collection_sequence(r, VALUE_LIST, ')', out);
	case '[':
		return edn_collection_sequence(r, VALUE_VECTOR, ']', out);
	case '{':
		return edn_collection_map(r, NULL, out);
	case '^':
		return meta(r, 1, out);
	case '#':
		return dispatch(r, out);
	case '+':
	case '-':
		if (r->at + 1 < r->len && (edn_classes[r->in[r->at + 1]] & EDN_DIGIT) != 0)
			return edn_number_read(r, out);
		return edn_token_name(r, out);
	default:
		if ((edn_classes[c] & EDN_DIGIT) != 0)
			return edn_number_read(r, out);
		return edn_token_name(r, out);
	}
}

/* Can the bytes be read as text at all? */
static int
check_text(const struct edn_reader *r)
{
	size_t valid;

	if (r->len > UINT32_MAX)
		return codec_fail(r->err, E_LIMIT, 0, "longer than 4 GiB");
	if (r->len >= 3 && memcmp(r->in, "\xEF\xBB\xBF", 3) == 0)
		return codec_fail_text(r->err, E_SYNTAX, r->in, 0,
		    "a byte order mark stands before the value: send UTF-8 without one");
	if ((valid = utf8_valid(r->in, r->len)) != r->len)
		return codec_fail_text(r->err, E_UTF8, r->in, valid,
		    "not UTF-8: byte %02x cannot stand here", r->in[valid]);
	return 0;
}

static int
read_all(struct edn_reader *r, struct value *out)
{
	int got;

	if (check_text(r) == -1 || (got = edn_next(r, out)) == -1)
		return -1;
	if (got == 1)
		*out = value_nil();
	if (skip(r) == -1)
		return -1;
	if (r->at == r->len)
		return 0;
	if (got == 1)
		return codec_fail_text(r->err, E_SYNTAX, r->in, r->at,
		    "found %c, which closes nothing", r->in[r->at]);
	return codec_fail_text(r->err, E_TRAILING, r->in, r->at,
	    "the value ends before this: send one value and nothing behind it");
}

int
edn_read(const uint8_t *in, size_t len, const struct codec_limits *limits, struct arena *a,
    struct value *out, struct codec_error *err)
{
	struct edn_reader r;
	int result;

	r.in = in;
	r.len = len;
	r.at = 0;
	r.limits = limits;
	r.arena = a;
	r.err = err;
	r.depth = r.slack = 0;
	r.expanded = 0;
	r.floats = false;
	r.items = r.first;
	r.used = 0;
	r.cap = EDN_FIRST_ITEMS;
	result = read_all(&r, out);
	if (r.items != r.first)
		free(r.items);
	return result;
}
