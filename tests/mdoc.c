/*
 * mdoc.c: plain text as a manual page's source. See mdoc.h.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "mdoc.h"

#define COLUMNS	78

/* The character at s, of so many bytes: a dash, an ellipsis, a letter of any script. */
static size_t
unicode(const char *s, size_t len)
{
	unsigned char c = (unsigned char)*s;
	size_t n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
	unsigned long code = c & (0xffu >> (n + 1));

	if (n > len)
		n = len;
	for (size_t i = 1; i < n; i++)
		code = code << 6 | ((unsigned char)s[i] & 0x3f);
	printf("\\[u%04lX]", code);
	return n;
}

/* What is put out for the characters of a word. Returns the bytes that they take there. */
static size_t
put(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len) {
		if ((unsigned char)s[n] >= 0x80) {
			n += unicode(s + n, len - n);
			continue;
		}
		if (s[n] == '\\')
			printf("\\e");
		else if (s[n] == '"')
			printf("\\(dq");
		else
			putchar(s[n]);
		n++;
	}
	return n;
}

/* Whether a sentence ends with this word, before the next one. */
static bool
ends_sentence(const char *word, size_t len, const char *next)
{
	return word[len - 1] == '.' && (isupper((unsigned char)*next) || *next == '/');
}

void
mdoc_text(const char *text)
{
	size_t column = 0, len;
	const char *next;

	for (; *text != '\0'; text = next) {
		len = strcspn(text, " ");
		next = text + len + strspn(text + len, " ");
		if (column > 0 && column + 1 + len > COLUMNS) {
			putchar('\n');
			column = 0;
		}
		/* at a line's beginning a full stop or an apostrophe would be a request */
		if (column > 0)
			column += (size_t)printf(" ");
		else if (*text == '.' || *text == '\'')
			printf("\\&");
		column += put(text, len);
		if (ends_sentence(text, len, next)) {
			putchar('\n');
			column = 0;
		}
	}
	putchar('\n');
}

void
mdoc_word(const char *text, size_t len)
{
	bool quoted = len == 0 || memchr(text, ' ', len) != NULL;

	/* two or three letters may be the name of a macro, one of punctuation a delimiter */
	fputs(quoted ? "\"" : len <= 3 ? "\\&" : "", stdout);
	put(text, len);
	fputs(quoted ? "\"" : "", stdout);
}
