/*
 * transit_write.c: the walk over a value that writes transit: which tag, which
 * representation, what is cached. How that looks in bytes is
 * transit_emit_json.c's and transit_emit_msgpack.c's concern.
 */
#include <math.h>
#include <string.h>

#include "value/base64.h"
#include "value/bignum.h"
#include "value/instant.h"
#include "value/number.h"
#include "value/transit_write.h"
#include "value/utf8.h"

/* No value that a reader lets in is this deep; it bounds the recursion. */
#define DEPTH_MAX	1000

static int write_value(struct transit_writer *w, const struct value *v, bool as_key);

static int
cannot(struct transit_writer *w, const char *why)
{
	return codec_fail(w->err, E_ENCODE, 0, "%s", why);
}

/*
 * What transit gives a tag of one letter: it may be a key of a plain map, and is quoted at the top.
 */
static bool
is_scalar(const struct value *v)
{
	switch ((enum value_kind)v->kind) {
	case VALUE_RATIO:
	case VALUE_REGEX:
	case VALUE_LIST:
	case VALUE_VECTOR:
	case VALUE_SET:
	case VALUE_MAP:
	case VALUE_ARRAY:
	case VALUE_TAGGED:
		return false;
	default:
		return true;
	}
}

/* A string as it goes on the wire, prefix and all: itself, or its code. */
static void
put_string(struct transit_writer *w, const char *text, size_t len, bool as_key)
{
	char code[TRANSIT_CACHE_CODE];
	size_t n = 0;

	if (w->form->cached && transit_cache_counts(text, len, as_key))
		n = transit_cache_code(&w->cache, text, len, code);
	w->form->string(w, n > 0 ? code : text, n > 0 ? n : len);
}

/* Begin a string in w->text with its prefix; put_text writes it. */
static struct buf *
begin_text(struct transit_writer *w, const char *prefix)
{
	buf_reset(&w->text);
	buf_puts(&w->text, prefix);
	return &w->text;
}

static void
put_text(struct transit_writer *w, bool as_key)
{
	put_string(w, (const char *)w->text.data, w->text.len, as_key);
}

static void
put_prefixed(struct transit_writer *w, const char *prefix, const char *text, size_t len,
    bool as_key)
{
	buf_put(begin_text(w, prefix), text, len);
	put_text(w, as_key);
}

static void
write_string(struct transit_writer *w, const char *text, size_t len, bool as_key)
{
	if (len > 0 && (text[0] == '~' || text[0] == '^' || text[0] == '`'))
		put_prefixed(w, "~", text, len, as_key);
	else
		put_string(w, text, len, as_key);
}

/* "~:ns/name" */
static void
write_name(struct transit_writer *w, const char *prefix, const struct value_name *name, bool as_key)
{
	struct buf *text = begin_text(w, prefix);

	if (name->ns != NULL) {
		buf_put(text, name->ns, name->ns_len);
		buf_putc(text, '/');
	}
	buf_put(text, name->name, name->name_len);
	put_text(w, as_key);
}

static void
open_tag(struct transit_writer *w, const char *tag)
{
	w->form->open(w, TRANSIT_TAGGED, 1);
	put_string(w, tag, strlen(tag), false);
	w->form->after_key(w, TRANSIT_TAGGED);
}

static void
close_tag(struct transit_writer *w)
{
	w->form->close(w, TRANSIT_TAGGED);
}

static void
write_nil(struct transit_writer *w, bool as_key)
{
	if (as_key && !w->form->native)
		put_string(w, "~_", 2, as_key);
	else
		w->form->nil(w);
}

static void
write_boolean(struct transit_writer *w, bool b, bool as_key)
{
	if (as_key && !w->form->native)
		put_string(w, b ? "~?t" : "~?f", 3, as_key);
	else
		w->form->boolean(w, b);
}

static void
write_integer(struct transit_writer *w, const char *prefix, int64_t i, bool as_key)
{
	char text[NUMBER_TEXT];

	put_prefixed(w, prefix, text, number_format_int64(text, i), as_key);
}

static void
write_int(struct transit_writer *w, int64_t i, bool as_key)
{
	if ((as_key && !w->form->native) || !w->form->integer(w, i))
		write_integer(w, "~i", i, as_key);
}

static void
write_special(struct transit_writer *w, double d, bool as_key)
{
	const char *text = isnan(d) ? "~zNaN" : d > 0 ? "~zINF" : "~z-INF";

	put_string(w, text, strlen(text), as_key);
}

static void
write_double(struct transit_writer *w, double d, bool as_key)
{
	char text[NUMBER_TEXT];

	if (!isfinite(d))
		write_special(w, d, as_key);
	else if (as_key && !w->form->native)
		put_prefixed(w, "~d", text, number_format_double(text, d), as_key);
	else
		w->form->real(w, d);
}

static void
write_float(struct transit_writer *w, float f, bool as_key)
{
	char text[NUMBER_TEXT];

	if (!isfinite(f))
		write_special(w, (double)f, as_key);
	else if (as_key && !w->form->native)
		put_prefixed(w, "~d", text, number_format_float(text, f), as_key);
	else
		w->form->real32(w, f);
}

static int
write_bigint(struct transit_writer *w, const struct value *v, bool as_key)
{
	if (bignum_format(begin_text(w, "~n"), v->u.bytes, v->n) == -1)
		return cannot(w, "a bigint has too many digits to be written as text");
	put_text(w, as_key);
	return 0;
}

static int
write_bigdec(struct transit_writer *w, const struct value *v, bool as_key)
{
	if (bignum_format_bigdec(begin_text(w, "~f"), v->u.bigdec) == -1)
		return cannot(w, "a bigdec has too many digits to be written as text");
	put_text(w, as_key);
	return 0;
}

static int
write_char(struct transit_writer *w, int64_t unit, bool as_key)
{
	uint8_t utf8[UTF8_MAX];

	if (unit >= 0xD800 && unit <= 0xDFFF)
		return cannot(w, "a character is half of a surrogate pair, which no text can hold");
	put_prefixed(w, "~c", (const char *)utf8, utf8_encode(utf8, (uint32_t)unit), as_key);
	return 0;
}

static void
write_uuid(struct transit_writer *w, const struct id *id, bool as_key)
{
	char text[ID_TEXT + 1];
	uint64_t words[2] = { 0, 0 };

	if (as_key || !w->form->native) {
		id_format(id, text);
		put_prefixed(w, "~u", text, ID_TEXT, as_key);
		return;
	}
	for (int i = 0; i < ID_BYTES; i++)
		words[i / 8] = words[i / 8] << 8 | id->b[i];
	open_tag(w, "~#u");
	w->form->open(w, TRANSIT_SEQ, 2);
	w->form->integer(w, (int64_t)words[0]);
	w->form->integer(w, (int64_t)words[1]);
	w->form->close(w, TRANSIT_SEQ);
	close_tag(w);
}

static void
write_inst(struct transit_writer *w, int64_t ms, bool as_key)
{
	char text[INSTANT_TEXT];

	if (w->form->dates) {
		put_prefixed(w, "~t", text, instant_format(text, ms, true), as_key);
	} else if (as_key || !w->form->native) {
		write_integer(w, "~m", ms, as_key);
	} else {
		open_tag(w, "~#m");
		w->form->integer(w, ms);
		close_tag(w);
	}
}

static void
write_bytes(struct transit_writer *w, const uint8_t *bytes, size_t len, bool as_key)
{
	base64_encode(begin_text(w, "~b"), bytes, len);
	put_text(w, as_key);
}

static int
write_seq(struct transit_writer *w, const struct value *items, size_t n)
{
	w->form->open(w, TRANSIT_SEQ, n);
	for (size_t i = 0; i < n; i++)
		if (write_value(w, &items[i], false) == -1)
			return -1;
	w->form->close(w, TRANSIT_SEQ);
	return 0;
}

static int
write_tagged_seq(struct transit_writer *w, const char *tag, const struct value *items, size_t n)
{
	open_tag(w, tag);
	if (write_seq(w, items, n) == -1)
		return -1;
	close_tag(w);
	return 0;
}

static int
write_map(struct transit_writer *w, const struct value *map)
{
	const struct value *items = map->u.items;

	for (size_t i = 0; i < map->n; i++)
		if (!is_scalar(&items[2 * i]))
			return write_tagged_seq(w, "~#cmap", items, 2 * (size_t)map->n);
	w->form->open(w, TRANSIT_PAIRS, map->n);
	for (size_t i = 0; i < map->n; i++) {
		if (write_value(w, &items[2 * i], true) == -1)
			return -1;
		w->form->after_key(w, TRANSIT_PAIRS);
		if (write_value(w, &items[2 * i + 1], false) == -1)
			return -1;
	}
	w->form->close(w, TRANSIT_PAIRS);
	return 0;
}

/* numerator, denominator: as bigints, whichever they are */
static int
write_ratio(struct transit_writer *w, const struct value *parts)
{
	open_tag(w, "~#ratio");
	w->form->open(w, TRANSIT_SEQ, 2);
	for (int i = 0; i < 2; i++) {
		if (parts[i].kind == VALUE_INT)
			write_integer(w, "~n", parts[i].u.integer, false);
		else if (write_bigint(w, &parts[i], false) == -1)
			return -1;
	}
	w->form->close(w, TRANSIT_SEQ);
	close_tag(w);
	return 0;
}

static void
write_regex(struct transit_writer *w, const struct value *v)
{
	open_tag(w, "~#regex");
	write_string(w, v->u.text, v->n, false);
	close_tag(w);
}

/* [tag, [field …]] */
static int
write_struct(struct transit_writer *w, const struct value *v)
{
	open_tag(w, "~#fressian/tagged");
	w->form->open(w, TRANSIT_SEQ, 2);
	if (write_value(w, v->u.tagged->tag, false) == -1 || write_seq(w, v->u.tagged->fields,
	    v->n) == -1)
		return -1;
	w->form->close(w, TRANSIT_SEQ);
	close_tag(w);
	return 0;
}

static int
write_composite(struct transit_writer *w, const struct value *v)
{
	switch ((enum value_kind)v->kind) {
	case VALUE_VECTOR:
	case VALUE_ARRAY:
		return write_seq(w, v->u.items, v->n);
	case VALUE_LIST:
		return write_tagged_seq(w, "~#list", v->u.items, v->n);
	case VALUE_SET:
		return write_tagged_seq(w, "~#set", v->u.items, v->n);
	case VALUE_MAP:
		return write_map(w, v);
	case VALUE_RATIO:
		return write_ratio(w, v->u.items);
	case VALUE_TAGGED:
		return write_struct(w, v);
	default:
		write_regex(w, v);
		return 0;
	}
}

static int
write_scalar(struct transit_writer *w, const struct value *v, bool as_key)
{
	switch ((enum value_kind)v->kind) {
	case VALUE_KEYWORD:
		write_name(w, "~:", v->u.name, as_key);
		return 0;
	case VALUE_SYMBOL:
		write_name(w, "~$", v->u.name, as_key);
		return 0;
	case VALUE_STRING:
		write_string(w, v->u.text, v->n, as_key);
		return 0;
	case VALUE_URI:
		put_prefixed(w, "~r", v->u.text, v->n, as_key);
		return 0;
	case VALUE_BOOL:
		write_boolean(w, v->u.boolean, as_key);
		return 0;
	case VALUE_INT:
	case VALUE_BYTE:
		write_int(w, v->u.integer, as_key);
		return 0;
	case VALUE_DOUBLE:
		write_double(w, v->u.real, as_key);
		return 0;
	case VALUE_FLOAT:
		write_float(w, v->u.real32, as_key);
		return 0;
	case VALUE_UUID:
		write_uuid(w, v->u.id, as_key);
		return 0;
	case VALUE_INST:
		write_inst(w, v->u.integer, as_key);
		return 0;
	case VALUE_BYTES:
		write_bytes(w, v->u.bytes, v->n, as_key);
		return 0;
	case VALUE_CHAR:
		return write_char(w, v->u.integer, as_key);
	case VALUE_BIGINT:
		return write_bigint(w, v, as_key);
	case VALUE_BIGDEC:
		return write_bigdec(w, v, as_key);
	default:
		write_nil(w, as_key);
		return 0;
	}
}

static int
too_large(struct transit_writer *w)
{
	return codec_fail(w->err, E_LIMIT, 0, "the answer is larger than %zu bytes", w->out->max);
}

static int
write_value(struct transit_writer *w, const struct value *v, bool as_key)
{
	int r;

	if (w->out->overflow)
		return too_large(w);
	if (is_scalar(v))
		return write_scalar(w, v, as_key);
	if (w->depth == DEPTH_MAX)
		return cannot(w, "a value is nested too deeply to be written");
	w->depth++;
	r = write_composite(w, v);
	w->depth--;
	return r;
}

/* A scalar is quoted at the top. */
static int
write_top(struct transit_writer *w, const struct value *v)
{
	if (!is_scalar(v))
		return write_value(w, v, false);
	open_tag(w, "~#'");
	if (write_value(w, v, false) == -1)
		return -1;
	close_tag(w);
	return 0;
}

int
transit_write(const struct transit_form *form, struct buf *out, const struct value *v,
    struct codec_error *err)
{
	struct transit_writer w;
	int r;

	w.form = form;
	w.out = out;
	w.err = err;
	w.depth = 0;
	w.comma = false;
	buf_init(&w.text, 0);
	transit_cache_init(&w.cache);
	r = write_top(&w, v);
	if (r == 0 && out->overflow)
		r = too_large(&w);
	transit_cache_free(&w.cache);
	buf_free(&w.text);
	return r;
}
