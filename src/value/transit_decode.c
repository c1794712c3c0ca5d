/*
 * transit_decode.c: from tokens to values: arrays, maps, tagged values, strings
 * and their cache. What a tag means is transit_tag.c's concern; tokens come
 * from transit_json_read.c and transit_msgpack_read.c. See transit_decode.h.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/mem.h"
#include "value/transit_decode.h"
#include "value/transit_tag.h"

/*
 * A value may cost several levels of the wire: a list is two, a list with metadata four. They are
 * bounded apart from the depth of values, so that wrappers (quotes in quotes) cannot recurse
 * without end.
 */
#define NEST_PER_DEPTH	4
#define SHOWN		40	/* bytes of the input in a message */

/* An array or map being read. */
struct frame {
	uint64_t	left;	/* tokens to come, or TRANSIT_UNCOUNTED */
	bool		pairs;	/* keys and values alternate */
	bool		object;	/* … and the source knows it: not an array that begins "^ " */
	bool		key;	/* the next one is a key */
	bool		first;
};

static int read_token(struct transit_decoder *d, const struct transit_token *t, unsigned depth,
    bool as_key, struct value *out);

int
transit_fail(struct transit_source *src, enum codec_class class, size_t offset,
    const char *fmt, ...)
{
	char text[sizeof(src->err->text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return src->text ? codec_fail_text(src->err, class, src->in, offset, "%s", text) :
	    codec_fail(src->err, class, offset, "%s", text);
}

int
transit_shown(const struct value *text)
{
	const unsigned char *s = (const unsigned char *)text->u.text;
	size_t n = 0;

	while (n < text->n && n < SHOWN && s[n] >= ' ' && s[n] != 0x7F)
		n++;
	while (n < text->n && n > 0 && (s[n] & 0xC0) == 0x80)
		n--;
	return (int)n;
}

int
transit_full(struct transit_source *src, size_t offset)
{
	return transit_fail(src, E_LIMIT, offset,
	    "the value takes more memory than one may; send less at once");
}

/* The stack counts against the arena's limit, like the values that leave it. */
static int
widen(struct transit_decoder *d, size_t offset)
{
	struct value *old = d->stack == d->first ? NULL : d->stack;
	size_t room = d->room * 2;

	if (d->arena->limit != 0 && room > d->arena->limit / sizeof(*d->stack))
		return transit_full(d->src, offset);
	d->stack = xreallocarray(old, room, sizeof(*d->stack));
	if (old == NULL)
		memcpy(d->stack, d->first, sizeof(d->first));
	d->room = room;
	return 0;
}

static int
push(struct transit_decoder *d, size_t offset, const struct value *v)
{
	if (d->n == d->room && widen(d, offset) == -1)
		return -1;
	d->stack[d->n++] = *v;
	return 0;
}

/*
 * What a cache code stands for. Codes are short and texts long: what they expand to is bounded like
 * memory.
 */
static int
read_code(struct transit_decoder *d, const struct transit_token *t, struct transit_slot *out)
{
	const struct transit_slot *slot;

	slot = transit_cache_find(&d->cache, t->value.u.text, t->value.n);
	if (slot == NULL)
		return transit_fail(d->src, E_CACHE, t->offset,
		    "expected a cache code that was given before, found \"%.*s\" (a string that "
		    "begins with ^ is sent as ~^)", transit_shown(&t->value), t->value.u.text);
	d->expanded += slot->len;
	if (d->arena->limit != 0 && d->expanded > d->arena->limit)
		return transit_fail(d->src, E_LIMIT, t->offset,
		    "the cache codes stand for more text than one may send");
	*out = *slot;
	return 0;
}

/* What a string that is no code stands for. */
static int
read_text(struct transit_decoder *d, const struct transit_token *t, struct transit_slot *out)
{
	const char *text = t->value.u.text;
	size_t len = t->value.n;

	if (len < 2 || text[0] != '~') {
		out->value = t->value;
		return 0;
	}
	switch (text[1]) {
	case '~':
	case '^':
	case '`':
		out->value = value_string(text + 1, len - 1);
		return 0;
	case '#':
		out->value = value_string(text + 2, len - 2);
		out->tag = true;
		return 0;
	default:
		return transit_tag_string(d->src, t->offset, text, len, &out->value);
	}
}

static int
read_string(struct transit_decoder *d, const struct transit_token *t, bool as_key,
    struct transit_slot *out)
{
	const char *text = t->value.u.text;
	size_t len = t->value.n;

	if (transit_cache_is_code(text, len))
		return read_code(d, t, out);
	out->len = (uint32_t)len;
	out->tag = false;
	if (read_text(d, t, out) == -1)
		return -1;
	if (transit_cache_counts(text, len, as_key) &&
	    transit_cache_enter(&d->cache, d->arena, out) == -1)
		return transit_full(d->src, t->offset);
	return 0;
}

static int
next(struct transit_decoder *d, struct frame *f, struct transit_token *t)
{
	enum transit_place place = f->first ? TRANSIT_FIRST_ITEM : TRANSIT_ITEM;

	if (f->left == 0) {
		t->kind = TRANSIT_CLOSE;
		t->offset = d->src->at;
		return 0;
	}
	if (f->left != TRANSIT_UNCOUNTED)
		f->left--;
	if (f->object)
		place = !f->key ? TRANSIT_AFTER_KEY : f->first ? TRANSIT_FIRST_KEY : TRANSIT_KEY;
	f->first = false;
	f->key = f->pairs && !f->key;
	return d->src->next(d->src, place, t);
}

static int
too_deep(struct transit_decoder *d, size_t offset)
{
	return transit_fail(d->src, E_LIMIT, offset, "values are nested more than %u deep",
	    d->depth_limit);
}

static int
misplaced_tag(struct transit_decoder *d, size_t offset, const struct value *tag)
{
	return transit_fail(d->src, E_SYNTAX, offset,
	    "the tag ~#%.*s stands where a value must: it is the first of an array of two, "
	    "or the key of a map of one", transit_shown(tag), tag->u.text);
}

/* The rest of an array or map that began with a tag: one value. */
static int
read_tagged(struct transit_decoder *d, struct frame *f, size_t offset, const struct value *tag,
    unsigned depth, struct value *out)
{
	const struct transit_tag *row = transit_tag_find(tag->u.text, tag->n);
	struct transit_token t;
	struct value rep;

	if (next(d, f, &t) == -1)
		return -1;
	if (t.kind == TRANSIT_CLOSE)
		return transit_fail(d->src, E_SYNTAX, t.offset,
		    "expected a value behind the tag ~#%.*s, found the end",
		    transit_shown(tag), tag->u.text);
	if (row == NULL && depth++ > d->depth_limit)
		return too_deep(d, offset);
	if (row != NULL && depth >= row->wraps)
		depth -= row->wraps;
	if (read_token(d, &t, depth, false, &rep) == -1)
		return -1;
	if (next(d, f, &t) == -1)
		return -1;
	if (t.kind != TRANSIT_CLOSE)
		return transit_fail(d->src, E_SYNTAX, t.offset,
		    "expected the end behind the one value of the tag ~#%.*s",
		    transit_shown(tag), tag->u.text);
	return row == NULL ? transit_tag_unknown(d->src, offset, tag, &rep, out) :
	    row->read(d->src, offset, &rep, out);
}

/*
 * Move what the stack holds above base into the arena, as a vector or map. Depth is looked at here,
 * not at the opening, which may be a mere quote or tag.
 */
static int
take(struct transit_decoder *d, size_t base, bool pairs, unsigned depth, size_t offset,
    struct value *out)
{
	size_t n = d->n - base, count = n / 2;
	struct value *items = NULL;

	if (depth > d->depth_limit)
		return too_deep(d, offset);
	if (pairs && n % 2 != 0)
		return transit_fail(d->src, E_MAP, offset,
		    "expected a value for each key, found %zu items", n);
	if (n > 0) {
		if ((items = arena_array(d->arena, n, sizeof(*items))) == NULL)
			return transit_full(d->src, offset);
		memcpy(items, d->stack + base, n * sizeof(*items));
		d->n = base;
	}
	if (!pairs) {
		*out = value_seq(VALUE_VECTOR, items, n);
		return 0;
	}
	if (value_map_dedup(d->arena, items, &count) == -1)
		return transit_full(d->src, offset);
	*out = value_map(items, count);
	return 0;
}

/* The items up to the end; t is the first of them. */
static int
read_items(struct transit_decoder *d, struct frame *f, struct transit_token *t, unsigned depth)
{
	struct value v;

	while (t->kind != TRANSIT_CLOSE) {
		/* next() turned f->key over already: it says what the one after t is. */
		if (read_token(d, t, depth + 1, f->pairs && !f->key, &v) == -1 ||
		    push(d, t->offset, &v) == -1 || next(d, f, t) == -1)
			return -1;
	}
	return 0;
}

static bool
is_map_mark(const struct transit_decoder *d, const struct transit_token *t)
{
	return d->src->text && t->value.n == 2 && memcmp(t->value.u.text, "^ ", 2) == 0;
}

/* An array or map, its opening read. */
static int
read_open(struct transit_decoder *d, struct frame *f, size_t offset, unsigned depth,
    struct value *out)
{
	size_t base = d->n;
	struct transit_token t;
	struct transit_slot slot;

	if (next(d, f, &t) == -1)
		return -1;
	if (t.kind == TRANSIT_STRING && !f->object && is_map_mark(d, &t)) {
		f->pairs = f->key = true;
		if (next(d, f, &t) == -1)
			return -1;
	} else if (t.kind == TRANSIT_STRING) {
		if (read_string(d, &t, f->pairs, &slot) == -1)
			return -1;
		if (slot.tag)
			return read_tagged(d, f, offset, &slot.value, depth, out);
		if (push(d, t.offset, &slot.value) == -1 || next(d, f, &t) == -1)
			return -1;
	}
	if (read_items(d, f, &t, depth) == -1)
		return -1;
	return take(d, base, f->pairs, depth, offset, out);
}

static int
read_container(struct transit_decoder *d, const struct transit_token *open, unsigned depth,
    struct value *out)
{
	struct frame f = { .left = open->n, .first = true };
	int r;

	f.pairs = f.object = f.key = open->kind == TRANSIT_MAP;
	if (d->nest == d->nest_limit)
		return transit_fail(d->src, E_LIMIT, open->offset,
		    "arrays and maps are nested more than %u deep", d->nest_limit);
	d->nest++;
	r = read_open(d, &f, open->offset, depth, out);
	d->nest--;
	return r;
}

static int
read_token(struct transit_decoder *d, const struct transit_token *t, unsigned depth, bool as_key,
    struct value *out)
{
	struct transit_slot slot;

	switch (t->kind) {
	case TRANSIT_STRING:
		if (read_string(d, t, as_key, &slot) == -1)
			return -1;
		if (slot.tag)
			return misplaced_tag(d, t->offset, &slot.value);
		*out = slot.value;
		return 0;
	case TRANSIT_ARRAY:
	case TRANSIT_MAP:
		return read_container(d, t, depth, out);
	case TRANSIT_SCALAR:
	case TRANSIT_CLOSE:
		break;
	}
	*out = t->value;
	return 0;
}

int
transit_decode(struct transit_source *src, const struct codec_limits *limits, struct arena *a,
    struct value *out)
{
	struct transit_decoder d;
	struct transit_token t;
	int r = -1;

	if (src->len > UINT32_MAX)
		return transit_fail(src, E_LIMIT, 0, "the body is longer than 4 GiB");
	d.src = src;
	d.arena = a;
	d.cache = (struct transit_read_cache){ 0 };
	d.stack = d.first;
	d.room = TRANSIT_STACK;
	d.n = d.expanded = 0;
	d.depth_limit = limits->depth;
	d.nest_limit = NEST_PER_DEPTH * (limits->depth + 1);
	d.nest = 0;
	if (src->next(src, TRANSIT_TOP, &t) == 0 && read_token(&d, &t, 1, false, out) == 0)
		r = src->end(src);
	if (d.stack != d.first)
		free(d.stack);
	return r;
}
