/*
 * transit_json_read.c: transit in JSON, compact and verbose alike: the text as
 * tokens. Lexing is json_lex.c's, what transit makes of the tokens is
 * transit_decode.c's; here stand the commas and colons between them.
 */
#include "value/json_lex.h"
#include "value/transit.h"
#include "value/transit_decode.h"

struct source {
	struct transit_source	src;	/* first: its functions get this one */
	struct json_lex		lx;
};

/* The value that begins with c, at p. */
static int
lex_value(struct json_lex *lx, int c, struct transit_token *t)
{
	const char *text;
	size_t len;

	switch (c) {
	case '"':
		if (json_lex_string(lx, &text, &len) == -1)
			return -1;
		t->kind = TRANSIT_STRING;
		t->value = value_string(text, len);
		return 0;
	case '[':
	case '{':
		lx->p++;
		t->kind = c == '[' ? TRANSIT_ARRAY : TRANSIT_MAP;
		t->n = TRANSIT_UNCOUNTED;
		return 0;
	case 't':
	case 'f':
		t->value = value_bool(c == 't');
		return c == 't' ? json_lex_word(lx, "true", 4) : json_lex_word(lx, "false", 5);
	case 'n':
		t->value = value_nil();
		return json_lex_word(lx, "null", 4);
	default:
		if (c == '-' || (c >= '0' && c <= '9'))
			return json_lex_number(lx, &t->value);
		return json_lex_expected(lx, "a value of JSON");
	}
}

/* An item of an array, a key of an object, or the end of either. */
static int
lex_item(struct json_lex *lx, enum transit_place place, struct transit_token *t)
{
	bool first = place == TRANSIT_FIRST_ITEM || place == TRANSIT_FIRST_KEY;
	bool object = place == TRANSIT_FIRST_KEY || place == TRANSIT_KEY;
	int c = json_lex_next(lx);

	if (c == (object ? '}' : ']')) {
		lx->p++;
		t->kind = TRANSIT_CLOSE;
		return 0;
	}
	if (!first) {
		if (c != ',')
			return json_lex_expected(lx, object ? "',' or '}'" : "',' or ']'");
		lx->p++;
		c = json_lex_next(lx);
	}
	if (object && c != '"')
		return json_lex_expected(lx, "a key in double quotes");
	t->offset = (size_t)(lx->p - lx->in);
	return lex_value(lx, c, t);
}

static int
next(struct transit_source *src, enum transit_place place, struct transit_token *t)
{
	struct json_lex *lx = &((struct source *)src)->lx;
	int c = json_lex_next(lx);

	t->kind = TRANSIT_SCALAR;
	t->offset = (size_t)(lx->p - lx->in);
	if (place == TRANSIT_TOP)
		return lex_value(lx, c, t);
	if (place != TRANSIT_AFTER_KEY)
		return lex_item(lx, place, t);
	if (c != ':')
		return json_lex_expected(lx, "':' after the key");
	lx->p++;
	c = json_lex_next(lx);
	t->offset = (size_t)(lx->p - lx->in);
	return lex_value(lx, c, t);
}

static int
end(struct transit_source *src)
{
	struct json_lex *lx = &((struct source *)src)->lx;

	if (json_lex_next(lx) == -1)
		return 0;
	json_lex_expected(lx, "nothing more after the value");
	lx->err->class = E_TRAILING;
	return -1;
}

int
transit_json_read(const uint8_t *in, size_t len, const struct codec_limits *limits, struct arena *a,
    struct value *out, struct codec_error *err)
{
	struct source s = {
		.src = { .next = next, .end = end, .in = in, .len = len, .arena = a, .err = err,
		    .text = true },
		.lx = { .in = in, .p = in, .end = in + len, .a = a, .err = err },
	};

	return transit_decode(&s.src, limits, a, out);
}
