/*
 * edn_token.c: characters and names of EDN, and where a token ends. The grammar
 * is that of clojure.lang.EdnReader's patterns, by hand. See edn_reader.h.
 */
#include <string.h>

#include "value/edn_reader.h"
#include "value/edn_syntax.h"
#include "value/utf8.h"

unsigned
edn_token_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a') + 10;
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A') + 10;
	return 36;
}

size_t
edn_token_digits(const char *s, size_t len, unsigned radix)
{
	size_t n = 0;

	while (n < len && edn_token_digit(s[n]) < radix)
		n++;
	return n;
}

struct edn_token
edn_token_take(struct edn_reader *r, size_t skip, uint8_t ends)
{
	struct edn_token t = { (const char *)r->in + r->at, 0, r->at };

	for (r->at += skip; r->at < r->len; r->at++) {
		uint8_t c = r->in[r->at];

		if ((edn_classes[c] & ends) != 0 ||
		    (c >= 0xE1 && edn_space(r->in + r->at, r->len - r->at) > 0))
			break;
	}
	t.len = r->at - t.at;
	return t;
}

static int
character(struct value *out, uint32_t unit)
{
	*out = (struct value){ .kind = VALUE_CHAR, .u.integer = unit };
	return 0;
}

/*
 * \u00e9, \o101: t begins behind the backslash. A surrogate is let through: Fressian has such
 * characters.
 */
static bool
numbered(const struct edn_token *t, uint32_t *unit)
{
	unsigned radix = t->s[0] == 'u' ? 16 : 8;

	if ((t->s[0] == 'u' && t->len != 5) || (t->s[0] == 'o' && t->len > 4) ||
	    (t->s[0] != 'u' && t->s[0] != 'o') ||
	    edn_token_digits(t->s + 1, t->len - 1, radix) != t->len - 1)
		return false;
	*unit = 0;
	for (size_t i = 1; i < t->len; i++)
		*unit = *unit * radix + edn_token_digit(t->s[i]);
	return radix == 16 || *unit <= 0377;
}

int
edn_token_character(struct edn_reader *r, struct value *out)
{
	static const struct {
		const char	*name;
		uint32_t	 unit;
	} rows[] = { { "newline", '\n' }, { "space", ' ' }, { "tab", '\t' }, { "return", '\r' },
		{ "backspace", '\b' }, { "formfeed", '\f' } };
	char quoted[EDN_QUOTE];
	struct edn_token t;
	uint32_t unit;
	size_t n;

	if (++r->at == r->len)
		return codec_fail_text(r->err, E_EOF, r->in, r->at,
		    "the input ends after the backslash of a character");
	unit = utf8_decode(r->in + r->at, &n);
	t = edn_token_take(r, n, EDN_SPACE | EDN_TERMINAL | EDN_FORBIDDEN);
	if (t.len == n && unit <= UINT16_MAX)
		return character(out, unit);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (t.len == strlen(rows[i].name) && memcmp(t.s, rows[i].name, t.len) == 0)
			return character(out, rows[i].unit);
	if (numbered(&t, &unit))
		return character(out, unit);
	return codec_fail_text(r->err, E_SYNTAX, r->in, t.at - 1,
	    "\\%s is no character of 16 bits; by name there are \\newline \\space \\tab \\return",
	    edn_quote(quoted, (const uint8_t *)t.s, t.len));
}

/*
 * Is the text, without a keyword's colon, what EdnReader takes: a name, or a namespace that
 * ends at the last slash and a name; neither begins with a digit, ends with a colon or holds
 * two of them. Only a keyword may begin with a digit: its colon then counts as the first
 * character.
 */
static bool
is_name(const char *s, size_t len, bool keyword)
{
	const char *last = memrchr(s, '/', len), *name = last == NULL ? s : last + 1;
	size_t ns_len = (size_t)(name - s), name_len = len - ns_len;

	if (len == 1 && s[0] == '/')
		return true;
	if (len > 1 && last == s + len - 1 && s[len - 2] == '/') {	/* ns// */
		ns_len--;
		name_len = 1;
		name--;
	}
	if (name_len == 0 || s[0] == '/' || s[len - 1] == ':' || memmem(s, len, "::", 2) != NULL ||
	    (keyword && s[0] == ':') || (ns_len > 1 && s[ns_len - 2] == ':'))
		return false;
	if ((edn_classes[(uint8_t)s[0]] & EDN_DIGIT) != 0 && !keyword)
		return false;
	return last == NULL || (edn_classes[(uint8_t)name[0]] & EDN_DIGIT) == 0;
}

static int
bad_name(struct edn_reader *r, const struct edn_token *t)
{
	char quoted[EDN_QUOTE];

	if ((edn_classes[(uint8_t)t->s[0]] & EDN_FORBIDDEN) != 0)
		return codec_fail_text(r->err, E_SYNTAX, r->in, t->at,
		    "EDN has no %c outside strings", t->s[0]);
	return codec_fail_text(r->err, E_SYNTAX, r->in, t->at,
	    "%s is neither keyword nor symbol: name or ns/name, each part not empty",
	    edn_quote(quoted, (const uint8_t *)t->s, t->len));
}

int
edn_token_name(struct edn_reader *r, struct value *out)
{
	struct edn_token t = edn_token_take(r, 0, EDN_SPACE | EDN_TERMINAL | EDN_FORBIDDEN);
	bool keyword;

	if (r->at < r->len && (edn_classes[r->in[r->at]] & EDN_FORBIDDEN) != 0)
		return bad_name(r, &(struct edn_token){ (const char *)r->in + r->at, 1, r->at });
	if (t.len == 3 && memcmp(t.s, "nil", 3) == 0) {
		*out = value_nil();
		return 0;
	}
	if ((t.len == 4 && memcmp(t.s, "true", 4) == 0) ||
	    (t.len == 5 && memcmp(t.s, "false", 5) == 0)) {
		*out = value_bool(t.len == 4);
		return 0;
	}
	keyword = t.s[0] == ':';
	if (!is_name(t.s + keyword, t.len - keyword, keyword))
		return bad_name(r, &t);
	*out = value_keyword_split(r->arena, t.s + keyword, t.len - keyword);
	if (out->kind == VALUE_NIL)
		return edn_full(r);
	if (!keyword)
		out->kind = VALUE_SYMBOL;
	return 0;
}
