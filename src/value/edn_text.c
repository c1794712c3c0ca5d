/*
 * edn_text.c: the pieces of EDN's output that are text: characters, strings,
 * bytes in hex, names. See edn_text.h.
 */
#include "util/hex.h"
#include "value/edn_syntax.h"
#include "value/edn_text.h"
#include "value/utf8.h"

/* By name, raw, or \uXXXX where it could not be seen or is no character of its own. */
void
edn_text_char(struct buf *out, uint16_t c)
{
	static const struct {
		char		 c;
		const char	*name;
	} rows[] = { { '\n', "\\newline" }, { ' ', "\\space" }, { '\t', "\\tab" },
		{ '\r', "\\return" }, { '\b', "\\backspace" }, { '\f', "\\formfeed" } };
	uint8_t text[UTF8_MAX];
	size_t n;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (c == (uint16_t)rows[i].c) {
			buf_puts(out, rows[i].name);
			return;
		}
	n = c >= 0xD800 && c <= 0xDFFF ? 0 : utf8_encode(text, c);
	if (n == 0 || c < 0x20 || (c >= 0x7F && c <= 0xA0) || c >= 0xFFFE || c == 0xFEFF ||
	    (c != ',' && edn_space(text, n) > 0)) {
		buf_printf(out, "\\u%04x", c);
	} else {
		buf_putc(out, '\\');
		buf_put(out, text, n);
	}
}

void
edn_text_string(struct buf *out, const char *s, size_t len)
{
	static const char escapes[256] = { ['"'] = '"', ['\\'] = '\\', ['\n'] = 'n', ['\t'] = 't',
		['\r'] = 'r', ['\f'] = 'f', ['\b'] = 'b' };
	size_t from = 0;
	char pair[2] = { '\\' };

	buf_putc(out, '"');
	for (size_t i = 0; i < len; i++) {
		if ((pair[1] = escapes[(uint8_t)s[i]]) == 0)
			continue;
		buf_put(out, s + from, i - from);
		buf_put(out, pair, sizeof(pair));
		from = i + 1;
	}
	if (from < len)
		buf_put(out, s + from, len - from);
	buf_putc(out, '"');
}

void
edn_text_bytes(struct buf *out, const uint8_t *bytes, size_t n)
{
	buf_puts(out, "#bytes \"");
	hex_encode(out, bytes, n);
	buf_putc(out, '"');
}

/* ns/name */
static void
put_name(struct buf *out, const struct value_name *name)
{
	if (name->ns != NULL) {
		buf_put(out, name->ns, name->ns_len);
		buf_putc(out, '/');
	}
	buf_put(out, name->name, name->name_len);
}

/* #kw [ns name] */
static void
put_odd_name(struct buf *out, const char *tag, const struct value_name *name)
{
	buf_puts(out, tag);
	if (name->ns == NULL) {
		buf_puts(out, " [nil ");
	} else {
		buf_puts(out, " [");
		edn_text_string(out, name->ns, name->ns_len);
		buf_putc(out, ' ');
	}
	edn_text_string(out, name->name, name->name_len);
	buf_putc(out, ']');
}

void
edn_text_keyword(struct buf *out, const struct value_name *name)
{
	if (edn_plain_keyword(name)) {
		buf_putc(out, ':');
		put_name(out, name);
	} else {
		put_odd_name(out, "#kw", name);
	}
}

void
edn_text_symbol(struct buf *out, const struct value_name *name)
{
	if (edn_plain_symbol(name))
		put_name(out, name);
	else
		put_odd_name(out, "#sym", name);
}
