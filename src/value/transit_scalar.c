/*
 * transit_scalar.c: what the one-letter tags mean: from text (or a native
 * value of the same meaning) to keyword, uuid, instant, number … Composite
 * tags and the table of all are transit_tag.c's.
 */
#include <math.h>
#include <string.h>

#include "util/id.h"
#include "value/base64.h"
#include "value/bignum.h"
#include "value/instant.h"
#include "value/number.h"
#include "value/transit_scalar.h"
#include "value/utf8.h"

static bool
is_text(const struct value *v, const char *text)
{
	return v->n == strlen(text) && memcmp(v->u.text, text, v->n) == 0;
}

static int
read_name(struct transit_source *src, size_t offset, enum value_kind kind, const struct value *rep,
    struct value *out)
{
	const char *what = kind == VALUE_KEYWORD ? "a keyword" : "a symbol";

	if (transit_tag_need_text(src, offset, what, rep) == -1)
		return -1;
	*out = value_keyword_split(src->arena, rep->u.text, rep->n);
	if (out->kind == VALUE_NIL)
		return transit_full(src, offset);
	out->kind = (uint8_t)kind;
	return 0;
}

int
transit_scalar_keyword(struct transit_source *src, size_t offset, struct value *rep,
    struct value *out)
{
	return read_name(src, offset, VALUE_KEYWORD, rep, out);
}

int
transit_scalar_symbol(struct transit_source *src, size_t offset, struct value *rep,
    struct value *out)
{
	return read_name(src, offset, VALUE_SYMBOL, rep, out);
}

/* [hi64, lo64] */
static int
read_uuid_words(struct transit_source *src, size_t offset, const struct value *rep, struct id *id)
{
	const struct value *word = rep->u.items;

	if (rep->kind != VALUE_VECTOR || rep->n != 2 || word[0].kind != VALUE_INT ||
	    word[1].kind != VALUE_INT)
		return transit_tag_type(src, offset, "a uuid",
		    "its text or an array of two integers", rep);
	for (int i = 0; i < ID_BYTES; i++)
		id->b[i] = (uint8_t)((uint64_t)word[i / 8].u.integer >> (56 - i % 8 * 8));
	return 0;
}

int
transit_scalar_uuid(struct transit_source *src, size_t offset, struct value *rep, struct value *out)
{
	struct id id;

	if (rep->kind != VALUE_STRING) {
		if (read_uuid_words(src, offset, rep, &id) == -1)
			return -1;
	} else if (id_parse(rep->u.text, rep->n, &id) == -1) {
		return transit_tag_value(src, offset, "a uuid", "36 characters", rep);
	}
	*out = value_uuid(src->arena, &id);
	return out->kind == VALUE_NIL ? transit_full(src, offset) : 0;
}

static void
set_instant(struct value *out, int64_t ms)
{
	*out = value_int(ms);
	out->kind = VALUE_INST;
}

int
transit_scalar_millis(struct transit_source *src, size_t offset, struct value *rep,
    struct value *out)
{
	int64_t ms;

	if (rep->kind == VALUE_INT)
		ms = rep->u.integer;
	else if (rep->kind != VALUE_STRING)
		return transit_tag_type(src, offset, "a point in time", "milliseconds", rep);
	else if (!number_parse_int64(rep->u.text, rep->n, &ms))
		return transit_tag_value(src, offset, "a point in time", "milliseconds since 1970",
		    rep);
	set_instant(out, ms);
	return 0;
}

int
transit_scalar_time(struct transit_source *src, size_t offset, struct value *rep, struct value *out)
{
	int64_t ms;

	if (transit_tag_need_text(src, offset, "a point in time", rep) == -1)
		return -1;
	if (instant_parse(rep->u.text, rep->n, &ms) == -1)
		return transit_tag_value(src, offset, "a point in time",
		    "as 2016-09-20T12:34:56.789Z", rep);
	set_instant(out, ms);
	return 0;
}

int
transit_scalar_integer(struct transit_source *src, size_t offset, struct value *rep,
    struct value *out)
{
	int64_t i;

	if (rep->kind == VALUE_INT) {
		*out = *rep;
		return 0;
	}
	if (transit_tag_need_text(src, offset, "an integer", rep) == -1)
		return -1;
	if (!number_parse_int64(rep->u.text, rep->n, &i))
		return transit_tag_value(src, offset, "an integer",
		    "64 bits with sign (larger ones are sent with ~n)", rep);
	*out = value_int(i);
	return 0;
}

int
transit_scalar_bigint(struct transit_source *src, size_t offset, struct value *rep,
    struct value *out)
{
	if (transit_tag_need_text(src, offset, "a bigint", rep) == -1)
		return -1;
	if (rep->n > BIGNUM_MAX_DIGITS)
		return transit_fail(src, E_LIMIT, offset,
		    "a bigint of %u digits, at most %d are taken", rep->n, BIGNUM_MAX_DIGITS);
	if (bignum_parse(src->arena, rep->u.text, rep->n, 10, out) == -1)
		return transit_tag_value(src, offset, "a bigint", "decimal digits", rep);
	return 0;
}

int
transit_scalar_bigdec(struct transit_source *src, size_t offset, struct value *rep,
    struct value *out)
{
	if (transit_tag_need_text(src, offset, "a bigdec", rep) == -1)
		return -1;
	if (bignum_parse_bigdec(src->arena, rep->u.text, rep->n, out) == -1)
		return transit_tag_value(src, offset, "a bigdec", "as 1.50 or 1E+3, not too long",
		    rep);
	return 0;
}

/* Moves *at over digits; how many there were. */
static size_t
digits(const struct value *v, size_t *at)
{
	size_t start = *at;

	while (*at < v->n && v->u.text[*at] >= '0' && v->u.text[*at] <= '9')
		++*at;
	return *at - start;
}

static void
sign(const struct value *v, size_t *at)
{
	if (*at < v->n && (v->u.text[*at] == '+' || v->u.text[*at] == '-'))
		++*at;
}

/* [+-]digits[.digits][e[+-]digits] */
static bool
is_decimal(const struct value *v)
{
	size_t at = 0;

	sign(v, &at);
	if (digits(v, &at) == 0)
		return false;
	if (at < v->n && v->u.text[at] == '.' && (at++, digits(v, &at)) == 0)
		return false;
	if (at < v->n && (v->u.text[at] | 0x20) == 'e') {
		at++;
		sign(v, &at);
		if (digits(v, &at) == 0)
			return false;
	}
	return at == v->n;
}

int
transit_scalar_double(struct transit_source *src, size_t offset, struct value *rep,
    struct value *out)
{
	if (rep->kind == VALUE_DOUBLE) {
		*out = *rep;
		return 0;
	}
	if (transit_tag_need_text(src, offset, "a double", rep) == -1)
		return -1;
	if (!is_decimal(rep))
		return transit_tag_value(src, offset, "a double",
		    "as 1.5 or 1.0E10 (others are ~zNaN ~zINF ~z-INF)", rep);
	*out = value_double(number_parse_double(rep->u.text, rep->n));
	if (isinf(out->u.real))
		return transit_tag_value(src, offset, "a double", "not beyond its range", rep);
	return 0;
}

int
transit_scalar_special(struct transit_source *src, size_t offset, struct value *rep,
    struct value *out)
{
	if (transit_tag_need_text(src, offset, "a special number", rep) == -1)
		return -1;
	if (is_text(rep, "NaN"))
		*out = value_double(NAN);
	else if (is_text(rep, "INF"))
		*out = value_double(INFINITY);
	else if (is_text(rep, "-INF"))
		*out = value_double(-INFINITY);
	else
		return transit_tag_value(src, offset, "a special number", "NaN, INF or -INF", rep);
	return 0;
}

int
transit_scalar_nil(struct transit_source *src, size_t offset, struct value *rep, struct value *out)
{
	if (rep->kind != VALUE_NIL && (transit_tag_need_text(src, offset, "nil", rep) == -1 ||
	    rep->n > 0))
		return transit_tag_value(src, offset, "nil", "~_ and nothing else", rep);
	*out = value_nil();
	return 0;
}

int
transit_scalar_boolean(struct transit_source *src, size_t offset, struct value *rep,
    struct value *out)
{
	if (rep->kind == VALUE_BOOL) {
		*out = *rep;
		return 0;
	}
	if (transit_tag_need_text(src, offset, "a boolean", rep) == -1)
		return -1;
	if (!is_text(rep, "t") && !is_text(rep, "f"))
		return transit_tag_value(src, offset, "a boolean", "~?t or ~?f", rep);
	*out = value_bool(rep->u.text[0] == 't');
	return 0;
}

int
transit_scalar_char(struct transit_source *src, size_t offset, struct value *rep, struct value *out)
{
	size_t n = 0;
	uint32_t cp = 0;

	if (transit_tag_need_text(src, offset, "a character", rep) == -1)
		return -1;
	if (rep->n > 0)
		cp = utf8_decode((const uint8_t *)rep->u.text, &n);
	if (n == 0 || n != rep->n || cp > 0xFFFF)
		return transit_tag_value(src, offset, "a character", "one of at most 16 bits", rep);
	*out = value_int((int64_t)cp);
	out->kind = VALUE_CHAR;
	return 0;
}

int
transit_scalar_bytes(struct transit_source *src, size_t offset, struct value *rep,
    struct value *out)
{
	size_t n;
	uint8_t *bytes;

	if (transit_tag_need_text(src, offset, "a byte string", rep) == -1)
		return -1;
	if ((bytes = base64_decode(src->arena, rep->u.text, rep->n, &n)) == NULL)
		return transit_tag_value(src, offset, "a byte string", "base64 with padding", rep);
	*out = value_string((const char *)bytes, n);
	out->kind = VALUE_BYTES;
	return 0;
}

int
transit_scalar_uri(struct transit_source *src, size_t offset, struct value *rep, struct value *out)
{
	if (transit_tag_need_text(src, offset, "a uri", rep) == -1)
		return -1;
	*out = *rep;
	out->kind = VALUE_URI;
	return 0;
}
