/*
 * transit_emit_json.c: transit written as JSON: compact (maps are arrays, keys
 * are cached) and verbose (objects, nothing cached). Which tag and what
 * representation is transit_write.c's concern.
 */
#include <string.h>

#include "value/json_lex.h"
#include "value/number.h"
#include "value/transit.h"
#include "value/transit_write.h"

#define EXACT	(INT64_C(1) << 53)	/* not every JSON reader takes larger integers */

/* Before each item: the comma, where one is due. */
static void
item(struct transit_writer *w)
{
	if (w->comma)
		buf_putc(w->out, ',');
	w->comma = true;
}

static void
nil(struct transit_writer *w)
{
	item(w);
	buf_puts(w->out, "null");
}

static void
boolean(struct transit_writer *w, bool b)
{
	item(w);
	buf_puts(w->out, b ? "true" : "false");
}

static bool
integer(struct transit_writer *w, int64_t i)
{
	char text[NUMBER_TEXT];

	if (i >= EXACT || i <= -EXACT)
		return false;
	item(w);
	buf_put(w->out, text, number_format_int64(text, i));
	return true;
}

static void
real(struct transit_writer *w, double d)
{
	char text[NUMBER_TEXT];

	item(w);
	buf_put(w->out, text, number_format_double(text, d));
}

static void
real32(struct transit_writer *w, float f)
{
	char text[NUMBER_TEXT];

	item(w);
	buf_put(w->out, text, number_format_float(text, f));
}

static void
escape(struct buf *out, unsigned char c)
{
	static const char from[] = "\"\\\b\t\n\f\r", to[] = "\"\\btnfr";
	const char *known = memchr(from, c, sizeof(from) - 1);

	if (known == NULL) {
		buf_printf(out, "\\u%04X", c);
		return;
	}
	buf_putc(out, '\\');
	buf_putc(out, to[known - from]);
}

static void
string(struct transit_writer *w, const char *text, size_t len)
{
	const uint8_t *p = (const uint8_t *)text, *end = p + len, *stop;
	uint64_t seen = 0;

	item(w);
	buf_putc(w->out, '"');
	for (;; p = stop + 1) {
		stop = json_lex_plain(p, end, &seen);
		buf_put(w->out, p, (size_t)(stop - p));
		if (stop == end)
			break;
		escape(w->out, *stop);
	}
	buf_putc(w->out, '"');
}

static void
open_compact(struct transit_writer *w, enum transit_shape shape, size_t n)
{
	(void)n;
	item(w);
	buf_puts(w->out, shape == TRANSIT_PAIRS ? "[\"^ \"" : "[");
	w->comma = shape == TRANSIT_PAIRS;
}

static void
after_key_compact(struct transit_writer *w, enum transit_shape shape)
{
	(void)w;
	(void)shape;
}

static void
close_compact(struct transit_writer *w, enum transit_shape shape)
{
	(void)shape;
	buf_putc(w->out, ']');
	w->comma = true;
}

static void
open_verbose(struct transit_writer *w, enum transit_shape shape, size_t n)
{
	(void)n;
	item(w);
	buf_putc(w->out, shape == TRANSIT_SEQ ? '[' : '{');
	w->comma = false;
}

static void
after_key_verbose(struct transit_writer *w, enum transit_shape shape)
{
	(void)shape;
	buf_putc(w->out, ':');
	w->comma = false;
}

static void
close_verbose(struct transit_writer *w, enum transit_shape shape)
{
	buf_putc(w->out, shape == TRANSIT_SEQ ? ']' : '}');
	w->comma = true;
}

static const struct transit_form compact = {
	.cached = true,
	.nil = nil, .boolean = boolean, .integer = integer, .real = real, .real32 = real32,
	    .string = string,
	.open = open_compact, .after_key = after_key_compact, .close = close_compact,
};

static const struct transit_form verbose = {
	.dates = true,
	.nil = nil, .boolean = boolean, .integer = integer, .real = real, .real32 = real32,
	    .string = string,
	.open = open_verbose, .after_key = after_key_verbose, .close = close_verbose,
};

int
transit_json_write(struct buf *out, const struct value *v, struct codec_error *err)
{
	return transit_write(&compact, out, v, err);
}

int
transit_verbose_write(struct buf *out, const struct value *v, struct codec_error *err)
{
	return transit_write(&verbose, out, v, err);
}
