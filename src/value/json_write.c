/*
 * json_write.c: a value as JSON text, as mapping.md of the contract says:
 * what JSON has no form for becomes a string or an array. See json.h.
 */
#include <math.h>

#include "value/base64.h"
#include "value/bignum.h"
#include "value/edn.h"
#include "value/instant.h"
#include "value/json.h"
#include "value/json_lex.h"
#include "value/number.h"
#include "value/utf8.h"

/* No value that a reader lets in is this deep; it bounds the recursion. */
#define DEPTH_MAX	1000

static int write_value(struct buf *out, const struct value *v, unsigned depth,
    struct codec_error *err);

/* A quote, a backslash or a control character. */
static void
write_escape(struct buf *out, uint8_t c)
{
	static const char hex[] = "0123456789ABCDEF";
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *known = memchr(from, c, sizeof(from) - 1);
	uint8_t *p = buf_reserve(out, 6);

	if (p == NULL)
		return;
	p[0] = '\\';
	if (known != NULL) {
		p[1] = (uint8_t)to[known - from];
		buf_commit(out, 2);
		return;
	}
	memcpy(p + 1, "u00", 3);
	p[4] = (uint8_t)hex[c >> 4];
	p[5] = (uint8_t)hex[c & 0xF];
	buf_commit(out, 6);
}

/* What stands between the quotes. */
static void
write_text(struct buf *out, const char *text, size_t len)
{
	const uint8_t *p = (const uint8_t *)text, *end = p + len, *stop;
	uint64_t seen = 0;

	for (;; p = stop + 1) {
		stop = json_lex_plain(p, end, &seen);
		buf_put(out, p, (size_t)(stop - p));
		if (stop == end)
			return;
		write_escape(out, *stop);
	}
}

static void
write_string(struct buf *out, const char *text, size_t len)
{
	const uint8_t *s = (const uint8_t *)text;
	uint64_t seen = 0;
	uint8_t *p;

	/* Nearly all strings need no escape: one copy. */
	if (json_lex_plain(s, s + len, &seen) == s + len) {
		if ((p = buf_reserve(out, len + 2)) == NULL)
			return;
		p[0] = '"';
		if (len > 0)
			memcpy(p + 1, text, len);
		p[len + 1] = '"';
		buf_commit(out, len + 2);
		return;
	}
	buf_putc(out, '"');
	write_text(out, text, len);
	buf_putc(out, '"');
}

/* ns/name as a string. */
static void
write_name(struct buf *out, const struct value_name *name)
{
	if (name->ns == NULL) {
		write_string(out, name->name, name->name_len);
		return;
	}
	buf_putc(out, '"');
	write_text(out, name->ns, name->ns_len);
	buf_putc(out, '/');
	write_text(out, name->name, name->name_len);
	buf_putc(out, '"');
}

/*
 * One UTF-16 unit. Half of a surrogate pair is no text: many parsers would refuse the whole answer
 * for its escape, so the replacement character stands for it.
 */
static void
write_char(struct buf *out, unsigned unit)
{
	uint8_t text[UTF8_MAX];

	if (unit >= 0xD800 && unit <= 0xDFFF)
		unit = 0xFFFD;
	write_string(out, (const char *)text, utf8_encode(text, unit));
}

static void
write_not_finite(struct buf *out, double d)
{
	buf_puts(out, isnan(d) ? "\"NaN\"" : d > 0 ? "\"Infinity\"" : "\"-Infinity\"");
}

static void
write_double(struct buf *out, double d)
{
	char text[NUMBER_TEXT];

	if (isfinite(d))
		buf_put(out, text, number_format_double(text, d));
	else
		write_not_finite(out, d);
}

static void
write_float(struct buf *out, float f)
{
	char text[NUMBER_TEXT];

	if (isfinite(f))
		buf_put(out, text, number_format_float(text, f));
	else
		write_not_finite(out, (double)f);
}

static void
write_int(struct buf *out, int64_t i)
{
	char text[NUMBER_TEXT];

	buf_put(out, text, number_format_int64(text, i));
}

static int
check_big(int rc, struct codec_error *err)
{
	return rc == 0 ? 0 : codec_fail(err, E_ENCODE, 0,
	    "a number of more than %d bytes is too long to be written as text", BIGNUM_MAX_BYTES);
}

static void
write_uuid(struct buf *out, const struct id *id)
{
	char text[ID_TEXT + 1];

	id_format(id, text);
	write_string(out, text, ID_TEXT);
}

static void
write_inst(struct buf *out, int64_t ms)
{
	char text[INSTANT_TEXT];

	write_string(out, text, instant_format(text, ms, false));
}

static void
write_bytes(struct buf *out, const uint8_t *bytes, size_t len)
{
	buf_putc(out, '"');
	base64_encode(out, bytes, len);
	buf_putc(out, '"');
}

static int
write_items(struct buf *out, const struct value *items, size_t n, unsigned depth,
    struct codec_error *err)
{
	buf_putc(out, '[');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_putc(out, ',');
		if (write_value(out, &items[i], depth, err) == -1)
			return -1;
	}
	buf_putc(out, ']');
	return 0;
}

static int
write_tagged(struct buf *out, const struct value *v, unsigned depth, struct codec_error *err)
{
	buf_puts(out, "{\"tag\":");
	if (write_value(out, v->u.tagged->tag, depth, err) == -1)
		return -1;
	buf_puts(out, ",\"value\":");
	if (write_items(out, v->u.tagged->fields, v->n, depth, err) == -1)
		return -1;
	buf_putc(out, '}');
	return 0;
}

/* What JSON writes without quotes, with them. */
static int
write_quoted(struct buf *out, const struct value *key, unsigned depth, struct codec_error *err)
{
	buf_putc(out, '"');
	if (write_value(out, key, depth, err) == -1)
		return -1;
	buf_putc(out, '"');
	return 0;
}

/* The EDN text of a key, as a string. */
static int
write_edn_text(struct buf *out, const struct value *key, struct codec_error *err)
{
	struct buf text;
	int rc;

	buf_init(&text, out->max);
	if ((rc = edn_write(&text, key, err)) == 0)
		write_string(out, (const char *)text.data, text.len);
	buf_free(&text);
	return rc;
}

/* As Clojure's str has it, which prints collections and ratios as EDN. */
static int
write_key(struct buf *out, const struct value *key, unsigned depth, struct codec_error *err)
{
	switch ((enum value_kind)key->kind) {
	case VALUE_NIL:
		buf_puts(out, "\"\"");
		return 0;
	case VALUE_BOOL:
	case VALUE_INT:
	case VALUE_BYTE:
	case VALUE_BIGINT:
	case VALUE_BIGDEC:
		return write_quoted(out, key, depth, err);
	case VALUE_DOUBLE:
		return isfinite(key->u.real) ? write_quoted(out, key, depth, err) :
		    write_value(out, key, depth, err);
	case VALUE_FLOAT:
		return isfinite(key->u.real32) ? write_quoted(out, key, depth, err) :
		    write_value(out, key, depth, err);
	case VALUE_RATIO:
	case VALUE_LIST:
	case VALUE_VECTOR:
	case VALUE_SET:
	case VALUE_MAP:
	case VALUE_ARRAY:
	case VALUE_TAGGED:
		return write_edn_text(out, key, err);
	default:
		return write_value(out, key, depth, err);
	}
}

static int
write_map(struct buf *out, const struct value *v, unsigned depth, struct codec_error *err)
{
	const struct value *items = v->u.items;

	buf_putc(out, '{');
	for (size_t i = 0; i < v->n; i++) {
		if (i > 0)
			buf_putc(out, ',');
		if (items[2 * i].kind == VALUE_KEYWORD)
			write_name(out, items[2 * i].u.name);
		else if (write_key(out, &items[2 * i], depth, err) == -1)
			return -1;
		buf_putc(out, ':');
		if (write_value(out, &items[2 * i + 1], depth, err) == -1)
			return -1;
	}
	buf_putc(out, '}');
	return 0;
}

static int
write_value(struct buf *out, const struct value *v, unsigned depth, struct codec_error *err)
{
	if (++depth > DEPTH_MAX)
		return codec_fail(err, E_ENCODE, 0, "the value nests deeper than %d", DEPTH_MAX);
	switch ((enum value_kind)v->kind) {
	case VALUE_NIL:
		buf_puts(out, "null");
		return 0;
	case VALUE_BOOL:
		buf_puts(out, v->u.boolean ? "true" : "false");
		return 0;
	case VALUE_INT:
	case VALUE_BYTE:
		write_int(out, v->u.integer);
		return 0;
	case VALUE_BIGINT:
		return check_big(bignum_format(out, v->u.bytes, v->n), err);
	case VALUE_BIGDEC:
		return check_big(bignum_format_bigdec(out, v->u.bigdec), err);
	case VALUE_RATIO:
		write_double(out, bignum_ratio_to_double(v));
		return 0;
	case VALUE_DOUBLE:
		write_double(out, v->u.real);
		return 0;
	case VALUE_FLOAT:
		write_float(out, v->u.real32);
		return 0;
	case VALUE_CHAR:
		write_char(out, (unsigned)v->u.integer);
		return 0;
	case VALUE_STRING:
	case VALUE_URI:
	case VALUE_REGEX:
		write_string(out, v->u.text, v->n);
		return 0;
	case VALUE_BYTES:
		write_bytes(out, v->u.bytes, v->n);
		return 0;
	case VALUE_KEYWORD:
	case VALUE_SYMBOL:
		write_name(out, v->u.name);
		return 0;
	case VALUE_UUID:
		write_uuid(out, v->u.id);
		return 0;
	case VALUE_INST:
		write_inst(out, v->u.integer);
		return 0;
	case VALUE_LIST:
	case VALUE_VECTOR:
	case VALUE_SET:
	case VALUE_ARRAY:
		return write_items(out, v->u.items, v->n, depth, err);
	case VALUE_MAP:
		return write_map(out, v, depth, err);
	case VALUE_TAGGED:
		return write_tagged(out, v, depth, err);
	case VALUE_NKINDS:
		break;
	}
	return codec_fail(err, E_ENCODE, 0, "a value of kind %u has no form in JSON", v->kind);
}

int
json_write(struct buf *out, const struct value *v, struct codec_error *err)
{
	if (write_value(out, v, 0, err) == -1)
		return -1;
	if (out->overflow)
		return codec_fail(err, E_LIMIT, out->len, "the JSON text is longer than %zu bytes",
		    out->max);
	return 0;
}
