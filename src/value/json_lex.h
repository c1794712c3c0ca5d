/*
 * json_lex.h: the tokens of JSON text (RFC 8259), strictly: no control
 * characters in strings, valid UTF-8, no lone surrogates, no byte order mark.
 * What the tokens mean (keywords, transit's tags) is the caller's concern.
 */
#ifndef VALUE_JSON_LEX_H
#define VALUE_JSON_LEX_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "util/arena.h"
#include "value/codec.h"

struct json_lex {
	const uint8_t		*in, *p, *end;	/* p: the next byte to look at */
	struct arena		*a;		/* for strings with escapes and for big integers */
	struct codec_error	*err;
};

#define JSON_LEX_ONES	UINT64_C(0x0101010101010101)
#define JSON_LEX_HIGH	UINT64_C(0x8080808080808080)

/* Of 8 bytes, first lowest: the lowest high bit set marks the first byte that is not plain. */
static inline uint64_t
json_lex_special(uint64_t w)
{
	uint64_t quote = w ^ JSON_LEX_ONES * '"', backslash = w ^ JSON_LEX_ONES * '\\';

	return ((quote - JSON_LEX_ONES) & ~quote) | ((backslash - JSON_LEX_ONES) & ~backslash) |
	    ((w - JSON_LEX_ONES * 0x20) & ~w);
}

/*
 * The first byte of p … end that cannot stand for itself in a string: a quote, a backslash, a
 * control character; or end. JSON_LEX_HIGH bits are set in *seen if bytes above 0x7F come before.
 */
static inline const uint8_t *
json_lex_plain(const uint8_t *p, const uint8_t *end, uint64_t *seen)
{
	uint64_t w, marks;
	unsigned bits;

	for (;; p += 8) {
		/* Behind the end come zeros, which stop the search there. */
		w = 0;
		if (end - p >= 8)
			memcpy(&w, p, 8);
		else if (p < end)
			memcpy(&w, p, (size_t)(end - p));
		w = le64toh(w);
		if ((marks = json_lex_special(w) & JSON_LEX_HIGH) != 0)
			break;
		*seen |= w;
	}
	bits = (unsigned)__builtin_ctzll(marks) & ~7u;
	*seen |= w & ((UINT64_C(1) << bits) - 1);
	return p + bits / 8;
}

/* Skip white space. The byte that follows, still unread, or -1 at the end. */
static inline int
json_lex_next(struct json_lex *lx)
{
	for (; lx->p < lx->end; lx->p++)
		if (*lx->p > ' ' ||
		    (*lx->p != ' ' && *lx->p != '\n' && *lx->p != '\r' && *lx->p != '\t'))
			return *lx->p;
	return -1;
}

/*
 * The string that begins at p, a quote. *text points into the input, or into the arena where there
 * were escapes. 0, or -1 with the error filled.
 */
int	json_lex_string(struct json_lex *lx, const char **text, size_t *len);
/*
 * The number at p, a digit or '-': with a fraction or exponent DOUBLE (E_VALUE where that would be
 * infinite), else INT where it fits, else BIGINT. 0, or -1 with the error filled.
 */
int	json_lex_number(struct json_lex *lx, struct value *out);
/* The n bytes of word ("true") at p. 0, or -1 with the error filled. */
int	json_lex_word(struct json_lex *lx, const char *word, size_t n);
/* "expected WHAT, found …" at p: E_EOF at the end, else E_SYNTAX. Returns -1. */
int	json_lex_expected(struct json_lex *lx, const char *what);
/* The arena's limit was reached. Returns -1. */
int	json_lex_full(struct json_lex *lx);

#endif
