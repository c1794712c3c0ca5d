/*
 * edn_string.c: the strings of EDN and their escapes. One without escapes is
 * not copied. See edn_reader.h.
 */
#include "value/edn_reader.h"
#include "value/edn_syntax.h"
#include "value/utf8.h"

/* What a backslash and this letter stand for in a string; 0: no such escape. */
static const char string_escapes[128] = {
	['"'] = '"', ['\\'] = '\\', ['n'] = '\n', ['t'] = '\t', ['r'] = '\r', ['f'] = '\f',
	['b'] = '\b',
};

static int
bad_escape(struct edn_reader *r, size_t at, const char *rule)
{
	return codec_fail_text(r->err, E_SYNTAX, r->in, at, "no such escape: %s", rule);
}

/* Four hex digits at `at`: a UTF-16 unit. */
static int
hex_unit(struct edn_reader *r, size_t at, uint32_t *unit)
{
	if (r->len - at < 4 || edn_token_digits((const char *)r->in + at, 4, 16) != 4)
		return bad_escape(r, at, "four hexadecimal digits follow \\u");
	*unit = 0;
	for (size_t i = 0; i < 4; i++)
		*unit = *unit << 4 | edn_token_digit((char)r->in[at + i]);
	return 0;
}

/* \uXXXX at *at, on the u, or two of them that make a pair. */
static int
unicode_escape(struct edn_reader *r, size_t *at, uint32_t *cp)
{
	size_t from = *at - 1;
	uint32_t low;

	if (hex_unit(r, *at + 1, cp) == -1)
		return -1;
	*at += 5;
	if (*cp < 0xD800 || *cp > 0xDFFF)
		return 0;
	if (*cp <= 0xDBFF && r->len - *at >= 2 && r->in[*at] == '\\' && r->in[*at + 1] == 'u') {
		if (hex_unit(r, *at + 2, &low) == -1)
			return -1;
		if (low >= 0xDC00 && low <= 0xDFFF) {
			*cp = 0x10000 + ((*cp & 0x3FF) << 10) + (low & 0x3FF);
			*at += 6;
			return 0;
		}
	}
	return codec_fail_text(r->err, E_UTF8, r->in, from,
	    "half of a surrogate pair is no character");
}

/* \101: up to three octal digits; only a bracket, white space or the like cuts them short. */
static int
octal_escape(struct edn_reader *r, size_t *at, uint32_t *cp)
{
	size_t most = r->len - *at < 3 ? r->len - *at : 3;
	size_t n = edn_token_digits((const char *)r->in + *at, most, 8);

	*cp = 0;
	for (size_t i = 0; i < n; i++)
		*cp = *cp << 3 | edn_token_digit((char)r->in[*at + i]);
	*at += n;
	if (n < 3 && *at < r->len && (edn_classes[r->in[*at]] & EDN_MACRO) == 0 &&
	    edn_space(r->in + *at, r->len - *at) == 0)
		return bad_escape(r, *at, "three octal digits follow the backslash");
	return *cp <= 0377 ? 0 : bad_escape(r, *at, "octal goes up to \\377");
}

/* One escape, *at on its backslash. */
static int
escape(struct edn_reader *r, size_t *at, uint32_t *cp)
{
	uint8_t c = *at + 1 < r->len ? r->in[*at + 1] : 0;

	(*at)++;
	if (c == 'u')
		return unicode_escape(r, at, cp);
	if ((edn_classes[c] & EDN_DIGIT) != 0)
		return octal_escape(r, at, cp);
	if (c >= sizeof(string_escapes) || string_escapes[c] == 0)
		return bad_escape(r, *at - 1,
		    "\\n \\t \\r \\f \\b \\\" \\\\ \\uXXXX and \\101 are known");
	*cp = (uint32_t)string_escapes[c];
	(*at)++;
	return 0;
}

/*
 * The text from `from` to its closing quote at `end`, escapes undone; never longer than it is
 * written.
 */
static int
unescape(struct edn_reader *r, size_t from, size_t end, struct value *out)
{
	uint8_t *text = arena_alloc(r->arena, end - from), *p = text;
	uint32_t cp;

	if (text == NULL)
		return edn_full(r);
	while (from < end) {
		if (r->in[from] != '\\') {
			*p++ = r->in[from++];
		} else {
			if (escape(r, &from, &cp) == -1)
				return -1;
			p += utf8_encode(p, cp);
		}
	}
	*out = value_string((const char *)text, (size_t)(p - text));
	return 0;
}

int
edn_string_read(struct edn_reader *r, struct value *out)
{
	size_t from = r->at + 1, at = from;
	bool escapes = false;

	while (at < r->len && r->in[at] != '"') {
		if (r->in[at] == '\\') {
			escapes = true;
			at++;
		}
		at++;
	}
	if (at >= r->len)
		return codec_fail_text(r->err, E_EOF, r->in, r->at,
		    "the string that begins here has no closing \"");
	r->at = at + 1;
	if (escapes)
		return unescape(r, from, at, out);
	*out = value_string((const char *)r->in + from, at - from);
	return 0;
}
