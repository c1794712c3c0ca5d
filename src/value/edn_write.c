/*
 * edn_write.c: values as EDN on one line, as Clojure's pr prints them; what
 * plain EDN cannot say gets the tags that edn_tag.c reads. A float prints like
 * a double, for that is what pr does. See edn.h.
 */
#include <math.h>

#include "value/bignum.h"
#include "value/edn.h"
#include "value/edn_text.h"
#include "value/instant.h"
#include "value/number.h"

/* Beyond what any reader lets in. */
#define DEEPEST 1024

struct writer {
	struct buf		*out;
	struct codec_error	*err;
	unsigned		 depth;
};

typedef int write_fn(struct writer *, const struct value *);

static int write_value(struct writer *w, const struct value *v);

static int
write_nil(struct writer *w, const struct value *v)
{
	(void)v;
	buf_put(w->out, "nil", 3);
	return 0;
}

static int
write_bool(struct writer *w, const struct value *v)
{
	buf_puts(w->out, v->u.boolean ? "true" : "false");
	return 0;
}

static int
write_int(struct writer *w, const struct value *v)
{
	char text[NUMBER_TEXT];

	buf_put(w->out, text, number_format_int64(text, v->u.integer));
	return 0;
}

static int
write_byte(struct writer *w, const struct value *v)
{
	buf_puts(w->out, "#byte ");
	return write_int(w, v);
}

static int
too_long(struct writer *w, const struct value *v)
{
	return codec_fail(w->err, E_ENCODE, 0, "a %s of more than %d bytes has no text here",
	    value_kind_name(v->kind), BIGNUM_MAX_BYTES);
}

static int
write_bigint(struct writer *w, const struct value *v)
{
	if (bignum_format(w->out, v->u.bytes, v->n) == -1)
		return too_long(w, v);
	buf_putc(w->out, 'N');
	return 0;
}

static int
write_bigdec(struct writer *w, const struct value *v)
{
	if (bignum_format_bigdec(w->out, v->u.bigdec) == -1)
		return too_long(w, v);
	buf_putc(w->out, 'M');
	return 0;
}

static int
write_ratio(struct writer *w, const struct value *v)
{
	for (size_t i = 0; i < 2; i++) {
		const struct value *part = &v->u.items[i];

		if (i == 1)
			buf_putc(w->out, '/');
		if (part->kind == VALUE_INT)
			write_int(w, part);
		else if (bignum_format(w->out, part->u.bytes, part->n) == -1)
			return too_long(w, v);
	}
	return 0;
}

/* What has no digits; true if d is such. */
static bool
put_symbolic(struct writer *w, double d)
{
	if (isfinite(d))
		return false;
	buf_puts(w->out, isnan(d) ? "##NaN" : d > 0 ? "##Inf" : "##-Inf");
	return true;
}

static int
write_double(struct writer *w, const struct value *v)
{
	char text[NUMBER_TEXT];

	if (!put_symbolic(w, v->u.real))
		buf_put(w->out, text, number_format_double(text, v->u.real));
	return 0;
}

static int
write_float(struct writer *w, const struct value *v)
{
	char text[NUMBER_TEXT];

	if (!put_symbolic(w, (double)v->u.real32))
		buf_put(w->out, text, number_format_float(text, v->u.real32));
	return 0;
}

static int
write_char(struct writer *w, const struct value *v)
{
	edn_text_char(w->out, (uint16_t)v->u.integer);
	return 0;
}

static int
write_string(struct writer *w, const struct value *v)
{
	edn_text_string(w->out, v->u.text, v->n);
	return 0;
}

static int
write_uri(struct writer *w, const struct value *v)
{
	buf_puts(w->out, "#uri ");
	return write_string(w, v);
}

static int
write_regex(struct writer *w, const struct value *v)
{
	buf_puts(w->out, "#regex ");
	return write_string(w, v);
}

static int
write_bytes(struct writer *w, const struct value *v)
{
	edn_text_bytes(w->out, v->u.bytes, v->n);
	return 0;
}

static int
write_keyword(struct writer *w, const struct value *v)
{
	edn_text_keyword(w->out, v->u.name);
	return 0;
}

static int
write_symbol(struct writer *w, const struct value *v)
{
	edn_text_symbol(w->out, v->u.name);
	return 0;
}

static int
write_uuid(struct writer *w, const struct value *v)
{
	char text[ID_TEXT + 1];

	id_format(v->u.id, text);
	buf_puts(w->out, "#uuid \"");
	buf_put(w->out, text, ID_TEXT);
	buf_putc(w->out, '"');
	return 0;
}

static int
write_inst(struct writer *w, const struct value *v)
{
	char text[INSTANT_TEXT];
	size_t len = instant_format_edn(text, v->u.integer);

	if (len == 0) {
		buf_puts(w->out, "#inst-ms ");
		return write_int(w, v);
	}
	buf_puts(w->out, "#inst \"");
	buf_put(w->out, text, len);
	buf_putc(w->out, '"');
	return 0;
}

/* Items between brackets: "#{", "}". */
static int
put_items(struct writer *w, const char *open, const struct value *items, size_t n, char close)
{
	buf_puts(w->out, open);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_putc(w->out, ' ');
		if (write_value(w, &items[i]) == -1)
			return -1;
	}
	buf_putc(w->out, close);
	return 0;
}

static int
write_list(struct writer *w, const struct value *v)
{
	return put_items(w, "(", v->u.items, v->n, ')');
}

static int
write_vector(struct writer *w, const struct value *v)
{
	return put_items(w, "[", v->u.items, v->n, ']');
}

static int
write_set(struct writer *w, const struct value *v)
{
	return put_items(w, "#{", v->u.items, v->n, '}');
}

static int
write_map(struct writer *w, const struct value *v)
{
	buf_putc(w->out, '{');
	for (size_t i = 0; i < v->n; i++) {
		if (i > 0)
			buf_put(w->out, ", ", 2);
		if (write_value(w, &v->u.items[2 * i]) == -1)
			return -1;
		buf_putc(w->out, ' ');
		if (write_value(w, &v->u.items[2 * i + 1]) == -1)
			return -1;
	}
	buf_putc(w->out, '}');
	return 0;
}

static int
write_array(struct writer *w, const struct value *v)
{
	static const char *const open[] = { [ARRAY_INT] = "#intarray [",
		[ARRAY_LONG] = "#longarray [",
		[ARRAY_FLOAT] = "#floatarray [", [ARRAY_DOUBLE] = "#doublearray [",
		[ARRAY_BOOLEAN] = "#booleanarray [", [ARRAY_OBJECT] = "#objectarray [" };

	return put_items(w, open[v->sub], v->u.items, v->n, ']');
}

static int
write_tagged(struct writer *w, const struct value *v)
{
	buf_puts(w->out, "#fressian/tagged [");
	if (write_value(w, v->u.tagged->tag) == -1 ||
	    put_items(w, " [", v->u.tagged->fields, v->n, ']') == -1)
		return -1;
	buf_putc(w->out, ']');
	return 0;
}

static write_fn *const writers[VALUE_NKINDS] = {
	[VALUE_NIL] = write_nil,
	[VALUE_BOOL] = write_bool,
	[VALUE_INT] = write_int,
	[VALUE_BYTE] = write_byte,
	[VALUE_BIGINT] = write_bigint,
	[VALUE_DOUBLE] = write_double,
	[VALUE_FLOAT] = write_float,
	[VALUE_BIGDEC] = write_bigdec,
	[VALUE_RATIO] = write_ratio,
	[VALUE_CHAR] = write_char,
	[VALUE_STRING] = write_string,
	[VALUE_BYTES] = write_bytes,
	[VALUE_KEYWORD] = write_keyword,
	[VALUE_SYMBOL] = write_symbol,
	[VALUE_UUID] = write_uuid,
	[VALUE_INST] = write_inst,
	[VALUE_URI] = write_uri,
	[VALUE_REGEX] = write_regex,
	[VALUE_LIST] = write_list,
	[VALUE_VECTOR] = write_vector,
	[VALUE_SET] = write_set,
	[VALUE_MAP] = write_map,
	[VALUE_ARRAY] = write_array,
	[VALUE_TAGGED] = write_tagged,
};

static int
write_value(struct writer *w, const struct value *v)
{
	int result;

	if (w->depth >= DEEPEST)
		return codec_fail(w->err, E_ENCODE, 0, "nested more than %d deep", DEEPEST);
	if (w->out->overflow)
		return codec_fail(w->err, E_LIMIT, 0, "the text is longer than it may be");
	w->depth++;
	result = writers[v->kind](w, v);
	w->depth--;
	return result;
}

int
edn_write(struct buf *out, const struct value *v, struct codec_error *err)
{
	struct writer w = { out, err, 0 };

	if (write_value(&w, v) == -1)
		return -1;
	if (out->overflow)
		return codec_fail(err, E_LIMIT, 0, "the text is longer than it may be");
	return 0;
}
