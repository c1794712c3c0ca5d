/*
 * json_lex.c: the tokens of JSON text. See json_lex.h. A string without escapes
 * is not copied; eight of its bytes are looked at in one step.
 */
#include <math.h>
#include <stdio.h>

#include "value/bignum.h"
#include "value/json_lex.h"
#include "value/number.h"
#include "value/utf8.h"

/* An int64 of this many digits needs no check. */
#define DIGITS_SAFE	18

/* What stands at p, for messages. */
static const char *
describe(const struct json_lex *lx, const uint8_t *p, char out[48])
{
	size_t n = 1, left = (size_t)(lx->end - p);

	if (p >= lx->end)
		return "the end";
	if (*p >= 0x80)
		for (n = 2; n < UTF8_MAX && n < left && utf8_valid(p, n) != n; )
			n++;
	if (utf8_valid(p, n < left ? n : left) != n || *p < 0x20 || *p == 0x7F)
		snprintf(out, 48, "byte 0x%02X", *p);
	else
		snprintf(out, 48, "'%.*s'", (int)n, (const char *)p);
	return out;
}

int
json_lex_expected(struct json_lex *lx, const char *what)
{
	char found[48];

	return codec_fail_text(lx->err, lx->p < lx->end ? E_SYNTAX : E_EOF, lx->in,
	    (size_t)(lx->p - lx->in), "expected %s, found %s", what, describe(lx, lx->p, found));
}

int
json_lex_full(struct json_lex *lx)
{
	return codec_fail_text(lx->err, E_LIMIT, lx->in, (size_t)(lx->p - lx->in),
	    "the value takes more memory than is allowed: send less in one request");
}

static int
fail(struct json_lex *lx, enum codec_class class, const uint8_t *at, const char *text)
{
	return codec_fail_text(lx->err, class, lx->in, (size_t)(at - lx->in), "%s", text);
}

int
json_lex_word(struct json_lex *lx, const char *word, size_t n)
{
	size_t left = (size_t)(lx->end - lx->p), same = 0;

	if (left >= n && memcmp(lx->p, word, n) == 0) {
		lx->p += n;
		return 0;
	}
	while (same < left && same < n && lx->p[same] == (uint8_t)word[same])
		same++;
	lx->p += same;
	return json_lex_expected(lx, word);
}

/* The number of four hex digits, which *at moves past; -1 if they are not. */
static int
hex4(const uint8_t **at, const uint8_t *end)
{
	int v = 0;

	if (end - *at < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int c = (*at)[i], letter = c | 0x20;

		if (c >= '0' && c <= '9')
			v = v << 4 | (c - '0');
		else if (letter >= 'a' && letter <= 'f')
			v = v << 4 | (letter - 'a' + 10);
		else
			return -1;
	}
	*at += 4;
	return v;
}

/* One or two \uXXXX, *at behind the first u, as UTF-8 to out. The bytes; 0: error filled. */
static size_t
unescape_unicode(struct json_lex *lx, const uint8_t **at, const uint8_t *end, uint8_t *out)
{
	const uint8_t *start = *at - 2;
	int unit = hex4(at, end), low;

	if (unit == -1) {
		fail(lx, E_SYNTAX, start, "expected four hex digits after \\u, as in \\u00e9");
		return 0;
	}
	if (unit < 0xD800 || unit > 0xDFFF)
		return utf8_encode(out, (uint32_t)unit);
	if (unit < 0xDC00 && end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u') {
		*at += 2;
		low = hex4(at, end);
		if (low >= 0xDC00 && low <= 0xDFFF)
			return utf8_encode(out, 0x10000u + ((uint32_t)(unit - 0xD800) << 10) +
			    (uint32_t)(low - 0xDC00));
	}
	codec_fail_text(lx->err, E_UTF8, lx->in, (size_t)(start - lx->in),
	    "\\u%04x is half of a surrogate pair: send both halves, or the character itself",
	    (unsigned)unit);
	return 0;
}

/* The text s … end, which ends no escape in its middle, into the arena. */
static int
unescape(struct json_lex *lx, const uint8_t *s, const uint8_t *end, const char **text, size_t *len)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	uint8_t *out = arena_alloc(lx->a, (size_t)(end - s)), *o = out;
	const uint8_t *backslash;
	const char *known;
	size_t n;

	if (out == NULL)
		return json_lex_full(lx);
	while ((backslash = memchr(s, '\\', (size_t)(end - s))) != NULL) {
		memcpy(o, s, (size_t)(backslash - s));
		o += backslash - s;
		s = backslash + 2;
		if (backslash[1] == 'u') {
			if ((n = unescape_unicode(lx, &s, end, o)) == 0)
				return -1;
			o += n;
		} else if ((known = memchr(from, backslash[1], sizeof(from) - 1)) != NULL) {
			*o++ = (uint8_t)to[known - from];
		} else {
			return fail(lx, E_SYNTAX, backslash,
			    "unknown escape: after a backslash comes one of \" \\ / b f n r t u");
		}
	}
	memcpy(o, s, (size_t)(end - s));
	o += end - s;
	*text = (const char *)out;
	*len = (size_t)(o - out);
	return 0;
}

/* The closing quote of a string that goes on at p, past its escapes; NULL: error filled. */
static const uint8_t *
find_end(struct json_lex *lx, const uint8_t *p, uint64_t *seen)
{
	while (p < lx->end && *p != '"') {
		if (*p != '\\') {
			codec_fail_text(lx->err, E_SYNTAX, lx->in, (size_t)(p - lx->in),
			    "expected \\u%04x, found this control character itself in a string",
			    (unsigned)*p);
			return NULL;
		}
		if (lx->end - p < 2)
			break;
		p = json_lex_plain(p + 2, lx->end, seen);
	}
	if (p < lx->end && *p == '"')
		return p;
	fail(lx, E_EOF, lx->end, "expected '\"' at the end of the string, found the end");
	return NULL;
}

int
json_lex_string(struct json_lex *lx, const char **text, size_t *len)
{
	const uint8_t *s = lx->p + 1, *end, *first;
	uint64_t seen = 0;
	size_t valid;

	end = first = json_lex_plain(s, lx->end, &seen);
	if ((end == lx->end || *end != '"') && (end = find_end(lx, end, &seen)) == NULL)
		return -1;
	*text = (const char *)s;
	*len = (size_t)(end - s);
	if ((seen & JSON_LEX_HIGH) != 0 && (valid = utf8_valid(s, *len)) != *len)
		return fail(lx, E_UTF8, s + valid, "the text is not valid UTF-8 from here on");
	if (first != end && unescape(lx, s, end, text, len) == -1)
		return -1;
	lx->p = end + 1;
	return 0;
}

/* At least one digit at *p, and all that follow. */
static int
skip_digits(struct json_lex *lx, const char *what)
{
	const uint8_t *start = lx->p;

	while (lx->p < lx->end && *lx->p >= '0' && *lx->p <= '9')
		lx->p++;
	return lx->p == start ? json_lex_expected(lx, what) : 0;
}

/* From the fraction or exponent on; the number began at start. */
static int
read_double(struct json_lex *lx, const uint8_t *start, struct value *out)
{
	double d;

	if (*lx->p == '.') {
		lx->p++;
		if (skip_digits(lx, "a digit after the decimal point") == -1)
			return -1;
	}
	if (lx->p < lx->end && (*lx->p | 0x20) == 'e') {
		lx->p++;
		if (lx->p < lx->end && (*lx->p == '+' || *lx->p == '-'))
			lx->p++;
		if (skip_digits(lx, "a digit in the exponent") == -1)
			return -1;
	}
	d = number_parse_double((const char *)start, (size_t)(lx->p - start));
	if (isinf(d))
		return fail(lx, E_VALUE, start,
		    "the number is larger than a double can be (1.8E308): send it as a string");
	*out = value_double(d);
	return 0;
}

static int
read_long_integer(struct json_lex *lx, const uint8_t *start, struct value *out)
{
	size_t len = (size_t)(lx->p - start);
	int64_t i;

	if (number_parse_int64((const char *)start, len, &i)) {
		*out = value_int(i);
		return 0;
	}
	if (len > BIGNUM_MAX_DIGITS)
		return codec_fail_text(lx->err, E_LIMIT, lx->in, (size_t)(start - lx->in),
		    "an integer of %zu digits, at most %d are taken: send it as a string", len,
		    BIGNUM_MAX_DIGITS);
	if (bignum_parse_int(lx->a, (const char *)start, len, 10, out) == -1)
		return json_lex_full(lx);
	return 0;
}

int
json_lex_number(struct json_lex *lx, struct value *out)
{
	const uint8_t *start = lx->p, *p = start, *digits;
	uint64_t u = 0;
	unsigned d;

	if (*p == '-')
		p++;
	for (digits = p; p < lx->end && (d = (unsigned)*p - '0') <= 9; p++)
		u = u * 10 + d;
	lx->p = p;
	if (p == digits)
		return json_lex_expected(lx, "a digit after '-'");
	if (*digits == '0' && p - digits > 1)
		return fail(lx, E_SYNTAX, digits, "a number must not begin with a needless 0");
	if (p < lx->end && (*p == '.' || (*p | 0x20) == 'e'))
		return read_double(lx, start, out);
	if (p - digits > DIGITS_SAFE)
		return read_long_integer(lx, start, out);
	*out = value_int(*start == '-' ? -(int64_t)u : (int64_t)u);
	return 0;
}
