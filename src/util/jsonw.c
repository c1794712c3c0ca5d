/*
 * jsonw.c: JSON text written piece by piece. See jsonw.h.
 */
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "util/jsonw.h"

struct jsonw
jsonw_of(struct buf *out)
{
	struct jsonw w = { .out = out, .comma = false };

	return w;
}

/* The bytes of the UTF-8 character (RFC 3629) that p begins with; 0: it begins with none. p ends with NUL. */
static size_t
character(const unsigned char *p)
{
	unsigned low = 0x80, high = 0xbf;
	size_t n;

	if (*p < 0x80)
		return 1;
	if (*p < 0xc2 || *p > 0xf4)
		return 0;
	n = *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
	/* no overlong form, no surrogate, nothing past U+10FFFF */
	if (*p == 0xe0)
		low = 0xa0;
	else if (*p == 0xed)
		high = 0x9f;
	else if (*p == 0xf0)
		low = 0x90;
	else if (*p == 0xf4)
		high = 0x8f;
	for (size_t i = 1; i < n; i++, low = 0x80, high = 0xbf)
		if (p[i] < low || p[i] > high)
			return 0;
	return n;
}

static void
quoted(struct buf *out, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n;

	buf_putc(out, '"');
	for (; *p != '\0'; p += n) {
		n = character(p);
		if (n == 0) {
			buf_puts(out, "\xef\xbf\xbd");
			n = 1;
		} else if (*p == '"' || *p == '\\') {
			buf_printf(out, "\\%c", *p);
		} else if (*p < 0x20 || *p == 0x7f) {
			buf_printf(out, "\\u%04x", *p);
		} else {
			buf_put(out, p, n);
		}
	}
	buf_putc(out, '"');
}

/* What stands before a value. */
static void
lead(struct jsonw *w, const char *key)
{
	if (w->comma)
		buf_putc(w->out, ',');
	w->comma = true;
	if (key == NULL)
		return;
	quoted(w->out, key);
	buf_putc(w->out, ':');
}

void
jsonw_begin(struct jsonw *w, const char *key, char kind)
{
	lead(w, key);
	buf_putc(w->out, kind);
	w->comma = false;
}

void
jsonw_end(struct jsonw *w, char kind)
{
	buf_putc(w->out, kind);
	w->comma = true;
}

void
jsonw_string(struct jsonw *w, const char *key, const char *text)
{
	lead(w, key);
	if (text == NULL)
		buf_puts(w->out, "null");
	else
		quoted(w->out, text);
}

void
jsonw_int(struct jsonw *w, const char *key, int64_t n)
{
	lead(w, key);
	buf_printf(w->out, "%" PRId64, n);
}

void
jsonw_bool(struct jsonw *w, const char *key, bool b)
{
	lead(w, key);
	buf_puts(w->out, b ? "true" : "false");
}

void
jsonw_null(struct jsonw *w, const char *key)
{
	lead(w, key);
	buf_puts(w->out, "null");
}
