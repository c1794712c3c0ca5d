/*
 * paint.c: a line of JSON or EDN in colours. See paint.h.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "ctl/paint.h"
#include "ctl/screen.h"

/* The bytes of a string with its quotes, of a keyword, a number, or of one other character. after: it stands behind. */
static size_t
token(const char *p, const char *end, char after)
{
	const char *q = p + 1;

	if (*p == '"') {
		while (q < end && *q != '"')
			q += *q == '\\' && q + 1 < end ? 2 : 1;
		return (size_t)((q < end ? q + 1 : end) - p);
	}
	/* behind a string a colon is JSON's, and begins no keyword */
	if ((*p == ':' && after != '"') || isalnum((unsigned char)*p) || *p == '-') {
		while (q < end && strchr(" ,:{}[]()\"", *q) == NULL)
			q++;
		return (size_t)(q - p);
	}
	return 1;
}

/* p[len - 1] is a token's last byte. */
static enum screen_colour
colour_of(const char *p, size_t len, const char *end)
{
	if (*p == '"')
		return p + len < end && p[len] == ':' ? SCREEN_NAME : SCREEN_TEXT;
	if (*p == ':' && len > 1)
		return SCREEN_NAME;
	if (isdigit((unsigned char)*p) || (*p == '-' && len > 1 && isdigit((unsigned char)p[1])))
		return SCREEN_NUMBER;
	return SCREEN_PLAIN;
}

void
paint_line(const char *text, size_t len)
{
	const char *end = text + len;
	enum screen_colour c;
	size_t n;

	for (const char *p = text; p < end; p += n) {
		n = token(p, end, p > text ? p[-1] : ' ');
		c = colour_of(p, n, end);
		if (c != SCREEN_PLAIN)
			fputs(screen_colour(c), stdout);
		screen_put(p, n);
		if (c != SCREEN_PLAIN)
			fputs(screen_colour(SCREEN_PLAIN), stdout);
	}
	putchar('\n');
}
