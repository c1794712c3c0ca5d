/*
 * form.c: HTML form data to a value. See form.h. Pairs grow a tree of names,
 * found by one hash table for the whole form, so that no choice of names makes
 * reading slower than linear; the tree then becomes maps and vectors.
 */
#include <stdlib.h>
#include <string.h>

#include "util/hex.h"
#include "util/mem.h"
#include "value/form.h"
#include "value/utf8.h"

#define TABLE_FIRST	64
/* Bytes of a name in an error message. */
#define NAME_SHOWN	60

enum node_kind {
	NODE_NEW,
	NODE_TEXT,
	NODE_LIST,
	NODE_MAP,
};

/* A name, or an item of a list. */
struct node {
	enum node_kind	 kind;
	struct value	 name;		/* as a string */
	struct value	 text;		/* NODE_TEXT: its value */
	struct node	*parent, *next;
	struct node	*first, *last;	/* NODE_LIST, NODE_MAP: children */
	size_t		 n;
};

struct reader {
	const uint8_t		*in, *end;
	const struct codec_limits *limits;
	struct arena		*a;
	struct codec_error	*err;
	struct node		 root;
	struct node		**table;	/* children of maps by parent and name */
	size_t			 cap, count;	/* cap: a power of two */
};

static int
fail(struct reader *r, enum codec_class class, const uint8_t *at, const char *text)
{
	return codec_fail_text(r->err, class, r->in, (size_t)(at - r->in), "%s", text);
}

static int
fail_full(struct reader *r, const uint8_t *at)
{
	return fail(r, E_LIMIT, at,
	    "the value takes more memory than is allowed: send less in one request");
}

/* s … end with + and %XX undone; where there are none it stays where it is. */
static int
decode(struct reader *r, const uint8_t *s, const uint8_t *end, struct value *out)
{
	const uint8_t *p = s, *text = s;
	size_t len = (size_t)(end - s);
	uint8_t *o;

	while (p < end && *p != '+' && *p != '%')
		p++;
	if (p < end) {
		if ((o = arena_alloc(r->a, len)) == NULL)
			return fail_full(r, s);
		text = o;
		for (p = s; p < end; p++) {
			if (*p != '%') {
				*o++ = *p == '+' ? ' ' : *p;
			} else if (end - p > 2 && hex_digit((char)p[1]) != -1 && hex_digit((char)p[2]) != -1) {
				*o++ = (uint8_t)(hex_digit((char)p[1]) << 4 | hex_digit((char)p[2]));
				p += 2;
			} else {
				return fail(r, E_SYNTAX, p, "expected two hex digits after '%': "
				    "a percent sign itself is %25");
			}
		}
		len = (size_t)(o - text);
	}
	if (utf8_valid(text, len) != len)
		return fail(r, E_UTF8, s, "the text that begins here is not UTF-8 once decoded");
	*out = value_string((const char *)text, len);
	return 0;
}

static size_t
slot_of(const struct reader *r, const struct node *parent, const struct value *name)
{
	struct value number = value_int((int64_t)(uintptr_t)parent);

	/* Both are seeded: a client cannot choose collisions. */
	return (size_t)(value_hash(name) ^ value_hash(&number)) & (r->cap - 1);
}

/* Where the child of this name stands in the table, or would. */
static struct node **
find(struct reader *r, const struct node *parent, const struct value *name)
{
	size_t at = slot_of(r, parent, name);

	while (r->table[at] != NULL &&
	    (r->table[at]->parent != parent || !value_equal(&r->table[at]->name, name)))
		at = (at + 1) & (r->cap - 1);
	return &r->table[at];
}

static void
grow(struct reader *r)
{
	struct node **old = r->table;
	size_t old_cap = r->cap;

	r->cap = old_cap * 2;
	r->table = xcalloc(r->cap, sizeof(*r->table));
	for (size_t i = 0; i < old_cap; i++)
		if (old[i] != NULL)
			*find(r, old[i]->parent, &old[i]->name) = old[i];
	free(old);
}

/* A new last child; NULL where the arena is full. */
static struct node *
append(struct reader *r, struct node *parent, const struct value *name)
{
	struct node *node = arena_alloc(r->a, sizeof(*node));

	if (node == NULL)
		return NULL;
	memset(node, 0, sizeof(*node));
	node->name = *name;
	node->parent = parent;
	if (parent->last == NULL)
		parent->first = node;
	else
		parent->last->next = node;
	parent->last = node;
	parent->n++;
	return node;
}

/* parent must be, or become, of this kind. */
static int
become(struct reader *r, struct node *parent, enum node_kind kind, const uint8_t *at)
{
	static const char *const names[] = { "", "a text", "a list (name[])", "a map (name[key])" };
	size_t len;

	if (parent->kind == NODE_NEW)
		parent->kind = kind;
	if (parent->kind == kind)
		return 0;
	/* No character is cut in two. */
	len = utf8_valid((const uint8_t *)parent->name.u.text,
	    parent->name.n < NAME_SHOWN ? parent->name.n : NAME_SHOWN);
	return codec_fail_text(r->err, E_SYNTAX, r->in, (size_t)(at - r->in),
	    "the name '%.*s' is %s here, but was %s before", (int)len, parent->name.u.text,
	    names[kind], names[parent->kind]);
}

/* The child of a map by name, made where it is new. NULL: error filled. */
static struct node *
child(struct reader *r, struct node *parent, const struct value *name, const uint8_t *at)
{
	struct node **slot;

	if (become(r, parent, NODE_MAP, at) == -1)
		return NULL;
	if (r->count * 4 >= r->cap * 3)
		grow(r);
	slot = find(r, parent, name);
	if (*slot == NULL) {
		if ((*slot = append(r, parent, name)) == NULL) {
			fail_full(r, at);
			return NULL;
		}
		r->count++;
	}
	return *slot;
}

/* One [segment] of a name: its inside, and *rest behind it. 0, or -1. */
static int
split_segment(struct reader *r, const char **rest, const char *end, struct value *out,
    const uint8_t *at)
{
	const char *s = *rest + 1, *close = s;

	while (close < end && *close != ']' && *close != '[')
		close++;
	if (**rest != '[' || close == end || *close == '[')
		return fail(r, E_SYNTAX, at,
		    "the brackets of this name do not match: expected name[key], name[] or name");
	*out = value_string(s, (size_t)(close - s));
	*rest = close + 1;
	return 0;
}

/* The node that a name means: name, name[key], name[key][], … NULL: error filled. */
static struct node *
resolve(struct reader *r, const struct value *name, const uint8_t *at)
{
	const char *p = name->u.text, *end = p + name->n;
	const char *base = p;
	struct value segment;
	struct node *node;
	unsigned depth = 1;

	while (p < end && *p != '[' && *p != ']')
		p++;
	segment = value_string(base, (size_t)(p - base));
	if (p == base && p < end) {
		fail(r, E_SYNTAX, at, "expected a name before the bracket");
		return NULL;
	}
	node = child(r, &r->root, &segment, at);
	while (node != NULL && p < end) {
		if (split_segment(r, &p, end, &segment, at) == -1)
			return NULL;
		if (++depth > r->limits->depth) {
			fail(r, E_LIMIT, at, "the brackets of this name nest too deep");
			return NULL;
		}
		if (segment.n > 0) {
			node = child(r, node, &segment, at);
			continue;
		}
		if (p < end) {
			fail(r, E_SYNTAX, at, "[] adds to a list: nothing may follow it in a name");
			return NULL;
		}
		if (become(r, node, NODE_LIST, at) == -1)
			return NULL;
		if ((node = append(r, node, &segment)) == NULL)
			fail_full(r, at);
	}
	return node;
}

static int
read_pair(struct reader *r, const uint8_t *s, const uint8_t *end)
{
	const uint8_t *equals = memchr(s, '=', (size_t)(end - s));
	struct value name, text;
	struct node *node;

	if (decode(r, s, equals == NULL ? end : equals, &name) == -1 ||
	    decode(r, equals == NULL ? end : equals + 1, end, &text) == -1)
		return -1;
	if ((node = resolve(r, &name, s)) == NULL || become(r, node, NODE_TEXT, s) == -1)
		return -1;
	node->text = text;
	return 0;
}

static int
read_pairs(struct reader *r)
{
	const uint8_t *s, *end;

	for (s = r->in; s < r->end; s = end + 1) {
		if ((end = memchr(s, '&', (size_t)(r->end - s))) == NULL)
			end = r->end;
		if (end > s && read_pair(r, s, end) == -1)
			return -1;
	}
	if (r->root.n == 0)
		return fail(r, E_EOF, r->in,
		    "expected name=value, found nothing: the body is empty");
	return 0;
}

/* The recursion is as deep as resolve() let names nest. */
static int
to_value(struct reader *r, const struct node *node, struct value *out)
{
	size_t step = node->kind == NODE_MAP ? 2 : 1, i = 0;
	struct value *items;

	if (node->kind == NODE_TEXT) {
		*out = node->text;
		return 0;
	}
	if ((items = arena_array(r->a, node->n * step, sizeof(*items))) == NULL)
		return fail_full(r, r->end);
	for (const struct node *c = node->first; c != NULL; c = c->next, i += step) {
		if (step == 2) {
			items[i] = value_keyword_split(r->a, c->name.u.text, c->name.n);
			if (items[i].kind != VALUE_KEYWORD)
				return fail_full(r, r->end);
		}
		if (to_value(r, c, &items[i + step - 1]) == -1)
			return -1;
	}
	*out = step == 2 ? value_map(items, node->n) : value_seq(VALUE_VECTOR, items, node->n);
	return 0;
}

int
form_read(const uint8_t *in, size_t len, const struct codec_limits *limits, struct arena *a,
    struct value *out, struct codec_error *err)
{
	struct reader r = { .in = in, .end = in + len, .limits = limits, .a = a, .err = err };
	int rc;

	if (len > UINT32_MAX)
		return codec_fail(err, E_LIMIT, 0, "the text is longer than 4 GiB");
	r.root.kind = NODE_MAP;
	r.cap = TABLE_FIRST;
	r.table = xcalloc(r.cap, sizeof(*r.table));
	rc = read_pairs(&r);
	if (rc == 0)
		rc = to_value(&r, &r.root, out);
	free(r.table);
	return rc;
}

bool
form_looks_like_other(const uint8_t *in, size_t len)
{
	const uint8_t *end;

	if (len == 0)
		return false;
	if ((end = memchr(in, '&', len)) == NULL)
		end = in + len;
	if (memchr(in, '=', (size_t)(end - in)) != NULL)
		return false;
	while (in < end && (*in == ' ' || *in == '\t' || *in == '\r' || *in == '\n'))
		in++;
	return in < end && memchr("{[(\"#;", *in, 6) != NULL;
}
