/*
 * pattern.c: regular expressions of schemas on PCRE2. See pattern.h. Where
 * ECMA-262 and PCRE2 differ, the text is rewritten or an option set; what one
 * has and the other has not is refused.
 */
#define PCRE2_CODE_UNIT_WIDTH 8

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pcre2.h>

#include "command/schema/pattern.h"
#include "util/buf.h"
#include "util/log.h"
#include "util/mem.h"

/*
 * What bounds a search is the caller's work, counted where PCRE2 calls out, which is before each item of the pattern. Its own
 * limit is counted anew at each character that a search begins at, so it bounds too little. The depth is what a pattern like
 * (a|b)* needs for a text of so many characters.
 */
#define MATCH_LIMIT	1000000
#define DEPTH_LIMIT	20000
#define HEAP_LIMIT	8192		/* KiB */
#define ITEM_WORK	10
#define LONGEST		4096		/* bytes of a pattern */

#define SPACES		"\\t\\n\\x0b\\x0c\\r \\u00a0\\ufeff\\u2028\\u2029\\p{Zs}"

struct pattern {
	pcre2_code	*code;
};

static pcre2_match_context *limits;
static pcre2_match_data *match;

/* Names of classes that ECMA-262 spells out and PCRE2 abbreviates. */
static const struct {
	const char	*ecma, *pcre;
} properties[] = {
	{ "Letter", "L" }, { "Lowercase_Letter", "Ll" }, { "Uppercase_Letter", "Lu" }, { "Mark", "M" },
	{ "Number", "N" }, { "Decimal_Number", "Nd" }, { "digit", "Nd" }, { "Punctuation", "P" },
	{ "punct", "P" }, { "Symbol", "S" }, { "Separator", "Z" }, { "Space_Separator", "Zs" }, { "Other", "C" },
	{ "Control", "Cc" }, { "cntrl", "Cc" },
};

/* "{Name}" behind \p: what PCRE2 calls it. Returns the bytes taken. */
static size_t
put_property(struct buf *out, const char *s, size_t len)
{
	const char *end = len > 0 && s[0] == '{' ? memchr(s, '}', len) : NULL;
	size_t n;

	if (end == NULL)
		return 0;
	n = (size_t)(end - s) - 1;
	for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++)
		if (strlen(properties[i].ecma) == n && memcmp(properties[i].ecma, s + 1, n) == 0) {
			buf_printf(out, "{%s}", properties[i].pcre);
			return n + 2;
		}
	buf_put(out, s, n + 2);
	return n + 2;
}

/* An escape, from its backslash on. Returns the bytes taken, or 0 where ECMA-262 has none such (*why). */
static size_t
put_escape(struct buf *out, const char *s, size_t len, bool in_class, const char **why)
{
	if (len < 2) {
		*why = "it ends in a backslash";
		return 0;
	}
	switch (s[1]) {
	case 's':
		buf_printf(out, in_class ? "%s" : "[%s]", SPACES);
		return 2;
	case 'S':
		if (in_class) {
			*why = "\\S within [] is not supported";
			return 0;
		}
		buf_printf(out, "[^%s]", SPACES);
		return 2;
	case 'p':
	case 'P':
		buf_put(out, s, 2);
		return 2 + put_property(out, s + 2, len - 2);
	case 'd': case 'D': case 'w': case 'W': case 'b': case 'B': case 'f': case 'n': case 'r': case 't': case 'c':
	case 'x': case 'u': case 'k':
		buf_put(out, s, 2);
		return 2;
	case 'v':
		buf_puts(out, "\\x0b");
		return 2;
	default:
		if ((s[1] >= 'a' && s[1] <= 'z') || (s[1] >= 'A' && s[1] <= 'Z')) {
			*why = "ECMA-262 has no such escape";
			return 0;
		}
		buf_put(out, s, 2);
		return 2;
	}
}

/* "(" with nothing special behind it, or what ECMA-262 has: (?: (?= (?! (?<= (?<! (?<name>. The others are PCRE2's alone. */
static bool
is_group(const char *s, size_t len)
{
	if (len > 1 && s[1] == '*')
		return false;
	return len < 3 || s[1] != '?' || memchr(":=!<", s[2], 4) != NULL;
}

static bool
translate(struct buf *out, const char *s, size_t len, const char **why)
{
	bool in_class = false;
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		n = 1;
		if (s[i] == '\\') {
			if ((n = put_escape(out, s + i, len - i, in_class, why)) == 0)
				return false;
			continue;
		}
		/* In PCRE2 a [ within [] may begin a class by name. */
		if (s[i] == '[' && in_class)
			buf_putc(out, '\\');
		in_class = s[i] == '[' ? true : s[i] == ']' ? false : in_class;
		if (!in_class && s[i] == '(' && !is_group(s + i, len - i)) {
			*why = "ECMA-262 has no such group";
			return false;
		}
		buf_putc(out, s[i]);
	}
	return true;
}

static void
prepare(void)
{
	if (limits != NULL)
		return;
	limits = pcre2_match_context_create(NULL);
	match = pcre2_match_data_create(1, NULL);
	if (limits == NULL || match == NULL)
		fatalx("no memory for regular expressions");
	pcre2_set_match_limit(limits, MATCH_LIMIT);
	pcre2_set_depth_limit(limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(limits, HEAP_LIMIT);
}

struct pattern *
pattern_new(const char *text, size_t len, char *why, size_t size)
{
	uint32_t options = PCRE2_UTF | PCRE2_AUTO_CALLOUT | PCRE2_ALT_BSUX | PCRE2_MATCH_UNSET_BACKREF | PCRE2_DOLLAR_ENDONLY |
	    PCRE2_ALLOW_EMPTY_CLASS | PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_AUTO_CAPTURE;
	pcre2_compile_context *context;
	struct buf b = { 0 };
	const char *wrong = "it is longer than 4096 bytes";
	struct pattern *p;
	pcre2_code *code = NULL;
	size_t at;
	int error;

	prepare();
	if (len <= LONGEST && translate(&b, text, len, &wrong)) {
		context = pcre2_compile_context_create(NULL);
		pcre2_set_compile_extra_options(context, PCRE2_EXTRA_ALT_BSUX);
		/* Groups are counted only where something refers to one. */
		if (memchr(text, '\\', len) != NULL)
			options &= ~PCRE2_NO_AUTO_CAPTURE;
		code = pcre2_compile(b.data != NULL ? b.data : (const uint8_t *)"", b.len, options, &error, &at, context);
		pcre2_compile_context_free(context);
		if (code == NULL) {
			PCRE2_UCHAR message[160];

			pcre2_get_error_message(error, message, sizeof(message));
			snprintf(why, size, "%s at character %zu", (const char *)message, at);
		}
	} else {
		snprintf(why, size, "%s", wrong);
	}
	buf_free(&b);
	if (code == NULL)
		return NULL;
	p = xcalloc(1, sizeof(*p));
	p->code = code;
	return p;
}

void
pattern_free(struct pattern *p)
{
	if (p == NULL)
		return;
	pcre2_code_free(p->code);
	free(p);
}

struct progress {
	unsigned long	left;
	size_t		at;
};

/* Before an item: what was passed over since the one before is work too. */
static int
call_out(pcre2_callout_block *block, void *data)
{
	struct progress *p = data;
	size_t at = block->current_position, passed = at > p->at ? at - p->at : p->at - at;

	p->at = at;
	if (p->left < passed + ITEM_WORK) {
		p->left = 0;
		return PCRE2_ERROR_MATCHLIMIT;
	}
	p->left -= passed + ITEM_WORK;
	return 0;
}

enum pattern_result
pattern_find(const struct pattern *p, const char *s, size_t len, unsigned long *work)
{
	struct progress progress = { .left = *work };
	int r;

	pcre2_set_callout(limits, call_out, &progress);
	r = pcre2_match(p->code, (const uint8_t *)s, len, 0, PCRE2_NO_UTF_CHECK, match, limits);
	*work = progress.left;
	return r == PCRE2_ERROR_NOMATCH ? PATTERN_NONE : r >= 0 ? PATTERN_FOUND : PATTERN_TOO_LONG;
}

size_t
pattern_size(const struct pattern *p)
{
	size_t n = 0;

	pcre2_pattern_info(p->code, PCRE2_INFO_SIZE, &n);
	return n + sizeof(*p);
}
