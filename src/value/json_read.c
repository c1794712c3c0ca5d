/*
 * json_read.c: JSON text to a value. See json.h; the tokens are json_lex.c's.
 * Items are gathered on one stack and moved to the arena when their array or
 * object closes, so nothing is allocated a token and nothing is moved twice.
 */
#include <stdlib.h>

#include "util/mem.h"
#include "value/json.h"
#include "value/json_lex.h"

#define STACK_FIRST	128

struct reader {
	struct json_lex		 lx;
	const struct codec_limits *limits;
	unsigned		 depth;		/* arrays and objects open */
	struct value		*stack;		/* items of those, innermost last */
	size_t			 used, cap;
	struct value		 first[STACK_FIRST];
};

static int read_value(struct reader *r, int c, struct value *out);

/* The arena's limit holds for the stack as well: it bounds what a short text can take. */
static int
grow(struct reader *r)
{
	size_t cap = r->cap * 2, limit = r->lx.a->limit;
	struct value *old = r->stack == r->first ? NULL : r->stack;

	if (limit != 0 && cap > limit / sizeof(*r->stack))
		return json_lex_full(&r->lx);
	r->stack = xreallocarray(old, cap, sizeof(*r->stack));
	if (old == NULL)
		memcpy(r->stack, r->first, sizeof(r->first));
	r->cap = cap;
	return 0;
}

static int
push(struct reader *r, const struct value *v)
{
	if (r->used == r->cap && grow(r) == -1)
		return -1;
	r->stack[r->used++] = *v;
	return 0;
}

/* The values above base, moved to the arena. NULL if there are none, or the arena is full. */
static struct value *
pop_items(struct reader *r, size_t base)
{
	size_t n = r->used - base;
	struct value *items;

	if (n == 0 || (items = arena_array(r->lx.a, n, sizeof(*items))) == NULL)
		return NULL;
	memcpy(items, r->stack + base, n * sizeof(*items));
	r->used = base;
	return items;
}

static int
enter(struct reader *r)
{
	if (++r->depth > r->limits->depth)
		return codec_fail_text(r->lx.err, E_LIMIT, r->lx.in, (size_t)(r->lx.p - r->lx.in),
		    "arrays and objects nest deeper than %u", r->limits->depth);
	r->lx.p++;
	return 0;
}

static int
read_array(struct reader *r, struct value *out)
{
	size_t base = r->used, n;
	struct value v, *items;
	int c;

	if (enter(r) == -1)
		return -1;
	if ((c = json_lex_next(&r->lx)) != ']')
		for (;;) {
			if (read_value(r, c, &v) == -1 || push(r, &v) == -1)
				return -1;
			if ((c = json_lex_next(&r->lx)) != ',')
				break;
			r->lx.p++;
			c = json_lex_next(&r->lx);
		}
	if (c != ']')
		return json_lex_expected(&r->lx, "',' or ']'");
	r->lx.p++;
	r->depth--;
	n = r->used - base;
	if ((items = pop_items(r, base)) == NULL && n > 0)
		return json_lex_full(&r->lx);
	*out = value_seq(VALUE_VECTOR, items, n);
	return 0;
}

/* The keys of an object, one bit of 64 for each: most objects then need no search for repeats. */
struct marks {
	uint64_t	bits;
	bool		repeats;	/* perhaps */
};

static void
mark_key(struct marks *marks, const char *text, size_t len)
{
	uint64_t bit = 1;

	if (len > 0)
		bit <<= (len * 5 + (uint8_t)text[0] + (uint8_t)text[len - 1] * 3u) % 64;
	marks->repeats |= (marks->bits & bit) != 0;
	marks->bits |= bit;
}

/* "key" and the colon. */
static int
read_key(struct reader *r, int c, struct marks *marks)
{
	struct value key;
	const char *text;
	size_t len;

	if (c != '"')
		return json_lex_expected(&r->lx, "a key in double quotes");
	if (json_lex_string(&r->lx, &text, &len) == -1)
		return -1;
	if (json_lex_next(&r->lx) != ':')
		return json_lex_expected(&r->lx, "':' after the key");
	r->lx.p++;
	key = value_keyword_split(r->lx.a, text, len);
	if (key.kind != VALUE_KEYWORD)
		return json_lex_full(&r->lx);
	mark_key(marks, text, len);
	return push(r, &key);
}

/* The pairs above base as a map; `repeats`: a key may stand there twice. */
static int
close_object(struct reader *r, size_t base, bool repeats, struct value *out)
{
	size_t n = (r->used - base) / 2;
	struct value *items;
	int twice = 0;

	r->lx.p++;
	r->depth--;
	if ((items = pop_items(r, base)) == NULL && n > 0)
		return json_lex_full(&r->lx);
	if (repeats && (twice = value_map_dedup(r->lx.a, items, &n)) == -1)
		return json_lex_full(&r->lx);
	if (twice > 0 && r->limits->unique)
		return codec_fail_text(r->lx.err, E_DUPKEY, r->lx.in,
		    (size_t)(r->lx.p - r->lx.in) - 1, "a key stands twice in the object that ends here");
	*out = value_map(items, n);
	return 0;
}

static int
read_object(struct reader *r, struct value *out)
{
	struct marks marks = { 0 };
	size_t base = r->used;
	struct value v;
	int c;

	if (enter(r) == -1)
		return -1;
	if ((c = json_lex_next(&r->lx)) == '}')
		return close_object(r, base, false, out);
	for (;;) {
		if (read_key(r, c, &marks) == -1 ||
		    read_value(r, json_lex_next(&r->lx), &v) == -1 || push(r, &v) == -1)
			return -1;
		if ((c = json_lex_next(&r->lx)) != ',')
			break;
		r->lx.p++;
		c = json_lex_next(&r->lx);
	}
	if (c != '}')
		return json_lex_expected(&r->lx, "',' or '}'");
	return close_object(r, base, marks.repeats, out);
}

/* The value that begins with c, at p. */
static int
read_value(struct reader *r, int c, struct value *out)
{
	const char *text;
	size_t len;

	switch (c) {
	case '"':
		if (json_lex_string(&r->lx, &text, &len) == -1)
			return -1;
		*out = value_string(text, len);
		return 0;
	case '{':
		return read_object(r, out);
	case '[':
		return read_array(r, out);
	case 't':
	case 'f':
		*out = value_bool(c == 't');
		return c == 't' ? json_lex_word(&r->lx, "true", 4) :
		    json_lex_word(&r->lx, "false", 5);
	case 'n':
		*out = value_nil();
		return json_lex_word(&r->lx, "null", 4);
	default:
		if (c == '-' || (c >= '0' && c <= '9'))
			return json_lex_number(&r->lx, out);
		return json_lex_expected(&r->lx, "a JSON value");
	}
}

static int
read_text(struct reader *r, struct value *out)
{
	struct json_lex *lx = &r->lx;
	int c = json_lex_next(lx);

	if (c == -1)
		return codec_fail_text(lx->err, E_EOF, lx->in, 0,
		    "expected a JSON value, found nothing: the body is empty");
	if (lx->end - lx->in >= 3 && memcmp(lx->in, "\xEF\xBB\xBF", 3) == 0)
		return codec_fail_text(lx->err, E_SYNTAX, lx->in, 0,
		    "expected a JSON value, found a byte order mark: leave it out");
	if (read_value(r, c, out) == -1)
		return -1;
	if (json_lex_next(lx) == -1)
		return 0;
	json_lex_expected(lx, "nothing more after the value");
	lx->err->class = E_TRAILING;
	return -1;
}

int
json_read(const uint8_t *in, size_t len, const struct codec_limits *limits, struct arena *a,
    struct value *out, struct codec_error *err)
{
	struct reader r;
	int rc;

	if (len > UINT32_MAX)
		return codec_fail(err, E_LIMIT, 0, "the text is longer than 4 GiB");
	if (len == 0)	/* nothing may stand at NULL */
		in = (const uint8_t *)"";
	r.lx = (struct json_lex){ .in = in, .p = in, .end = in + len, .a = a, .err = err };
	r.limits = limits;
	r.depth = 0;
	r.stack = r.first;
	r.used = 0;
	r.cap = STACK_FIRST;
	rc = read_text(&r, out);
	if (r.stack != r.first)
		free(r.stack);
	return rc;
}
