/*
 * edn_syntax.c: the characters of EDN and the names that need no literal. White
 * space is Java's, as the reference reader has it; plain names are narrower
 * than what is read, so that readers in other languages take them too. See
 * edn_syntax.h.
 */
#include <string.h>

#include "value/edn_syntax.h"
#include "value/utf8.h"

#define QUOTED_BYTES 40

#define S	EDN_SPACE
#define M	(EDN_MACRO | EDN_TERMINAL)
#define F	EDN_FORBIDDEN
#define N	EDN_NAME

const uint8_t edn_classes[256] = {
	['\t'] = S, ['\n'] = S, ['\v'] = S, ['\f'] = S, ['\r'] = S, [' '] = S, [','] = S,
	[0x1C] = S, [0x1D] = S, [0x1E] = S, [0x1F] = S,
	['"'] = M, [';'] = M, ['^'] = M, ['('] = M, [')'] = M, ['['] = M, [']'] = M, ['{'] = M,
	['}'] = M, ['\\'] = M, ['#'] = EDN_MACRO | N,
	['@'] = F, ['`'] = F, ['~'] = F,
	['0' ... '9'] = EDN_DIGIT | N, ['a' ... 'z'] = N, ['A' ... 'Z'] = N,
	['.'] = N, ['*'] = N, ['+'] = N, ['!'] = N, ['-'] = N, ['_'] = N, ['?'] = N, ['$'] = N,
	['%'] = N, ['&'] = N, ['='] = N, ['<'] = N, ['>'] = N, ['\''] = N, [':'] = N,
};

#undef S
#undef M
#undef F
#undef N

/* Unicode's separators, but those that do not break a line. */
static bool
wide_space(uint32_t c)
{
	return c == 0x1680 || (c >= 0x2000 && c <= 0x200A && c != 0x2007) || c == 0x2028 ||
	    c == 0x2029 || c == 0x205F || c == 0x3000;
}

size_t
edn_space(const uint8_t *s, size_t len)
{
	size_t n;

	(void)len;
	if (s[0] < 0x80)
		return (edn_classes[s[0]] & EDN_SPACE) != 0;
	if (s[0] < 0xE1 || s[0] > 0xE3)
		return 0;
	return wide_space(utf8_decode(s, &n)) ? n : 0;
}

/* Not space, not punctuation or control that an editor hides: blocks, not categories, decide. */
static bool
wide_name_character(uint32_t c)
{
	return c >= 0xC0 && c != 0x1680 && c != 0x180E && !(c >= 0x2000 && c <= 0x206F) &&
	    c != 0x3000 && !(c >= 0xE000 && c <= 0xF8FF) && c != 0xFEFF &&
	    !(c >= 0xFFF0 && c <= 0xFFFF);
}

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

/* One side of the slash. */
static bool
plain_part(const char *s, size_t len)
{
	size_t n;

	if (len == 0 || digit(s[0]) || s[0] == '#' || s[0] == ':' || s[len - 1] == ':')
		return false;
	if (len > 1 && (s[0] == '-' || s[0] == '+' || s[0] == '.') && digit(s[1]))
		return false;
	for (size_t i = 0; i < len; i += n) {
		uint8_t c = (uint8_t)s[i];

		n = 1;
		if (c < 0x80) {
			if ((edn_classes[c] & EDN_NAME) == 0 || (c == ':' && s[i - 1] == ':'))
				return false;
		} else if (!wide_name_character(utf8_decode((const uint8_t *)s + i, &n))) {
			return false;
		}
	}
	return true;
}

bool
edn_plain_keyword(const struct value_name *name)
{
	return (name->ns == NULL || plain_part(name->ns, name->ns_len)) &&
	    plain_part(name->name, name->name_len);
}

bool
edn_plain_symbol(const struct value_name *name)
{
	static const char *const taken[] = { "nil", "true", "false" };
	const char *first = name->ns != NULL ? name->ns : name->name;

	if (name->ns == NULL) {
		if (name->name_len == 1 && name->name[0] == '/')
			return true;
		for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
			if (name->name_len == strlen(taken[i]) &&
			    memcmp(name->name, taken[i], name->name_len) == 0)
				return false;
	}
	return edn_plain_keyword(name) && first[0] != '\'';
}

char *
edn_quote(char out[EDN_QUOTE], const uint8_t *s, size_t len)
{
	size_t n = len;

	if (n > QUOTED_BYTES)
		for (n = QUOTED_BYTES; n > 0 && (s[n] & 0xC0) == 0x80; n--)
			continue;
	for (size_t i = 0; i < n; i++)
		out[i] = s[i] < 0x20 || s[i] == 0x7F ? '?' : (char)s[i];
	memcpy(out + n, "...", 4);
	if (n == len)
		out[n] = '\0';
	return out;
}
