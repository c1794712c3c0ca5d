/*
 * edn_collection.c: lists, vectors, sets and maps of EDN. The items of all open
 * collections stand on one stack and move to the arena when theirs closes. See
 * edn_reader.h.
 */
#include <string.h>

#include "util/mem.h"
#include "value/edn.h"
#include "value/edn_reader.h"
#include "value/edn_syntax.h"

/* Larger collections are not searched for the key that an error would name. */
#define NAMED_REPEATS 64

static int
push(struct edn_reader *r, const struct value *v)
{
	size_t cap = r->cap * 2;
	struct value *items;

	if (r->used == r->cap) {
		if (r->arena->limit != 0 && cap * sizeof(*v) > r->arena->limit)
			return edn_full(r);
		items = xreallocarray(r->items == r->first ? NULL : r->items, cap, sizeof(*v));
		if (r->items == r->first)
			memcpy(items, r->first, sizeof(r->first));
		r->items = items;
		r->cap = cap;
	}
	r->items[r->used++] = *v;
	return 0;
}

static unsigned
line_of(const struct edn_reader *r, size_t at)
{
	unsigned line = 1;

	for (size_t i = 0; i < at; i++)
		line += r->in[i] == '\n';
	return line;
}

/* Step over the bracket that closes the one at `from`. */
static int
close_bracket(struct edn_reader *r, size_t from, char close)
{
	if (edn_follows(r, 0, close)) {
		r->at++;
		return 0;
	}
	if (r->at == r->len)
		return codec_fail_text(r->err, E_EOF, r->in, r->at,
		    "the input ends before the %c of what begins in line %u", close,
		    line_of(r, from));
	return codec_fail_text(r->err, E_SYNTAX, r->in, r->at,
	    "expected the %c of what begins in line %u, found %c", close, line_of(r, from),
	    r->in[r->at]);
}

/*
 * Everything up to `close`, left at the end of r->items from *base on. The opening bracket
 * stands at r->at and is `width` bytes wide ("#{": 2).
 */
static int
delimited(struct edn_reader *r, size_t width, char close, size_t *base)
{
	size_t from = r->at;
	struct value v;
	int got;

	*base = r->used;
	if (edn_enter(r, 0) == -1)
		return -1;
	r->at += width;
	while ((got = edn_next(r, &v)) == 0)
		if (push(r, &v) == -1)
			return -1;
	if (got == -1 || close_bracket(r, from, close) == -1)
		return -1;
	edn_leave(r, 0);
	return 0;
}

/* Move the items from base on off the stack into the arena. */
static int
take(struct edn_reader *r, size_t base, struct value **items, size_t *n)
{
	*n = r->used - base;
	*items = NULL;
	r->used = base;
	if (*n == 0)
		return 0;
	if ((*items = arena_array(r->arena, *n, sizeof(**items))) == NULL)
		return edn_full(r);
	memcpy(*items, r->items + base, *n * sizeof(**items));
	return 0;
}

/*
 * Fail: among n entries of `step` values, keys are not unique. In a small collection the error
 * names one.
 */
static int
repeated(struct edn_reader *r, size_t from, const struct value *items, size_t n, size_t step)
{
	const char *what = step == 2 ? "map" : "set";
	char quoted[EDN_QUOTE];
	struct codec_error ignored;
	struct buf text;

	for (size_t i = 0; i < n && n <= NAMED_REPEATS; i++)
		for (size_t j = 0; j < i; j++) {
			if (!value_equal(&items[i * step], &items[j * step]))
				continue;
			buf_init(&text, EDN_QUOTE * 4);
			(void)edn_write(&text, &items[i * step], &ignored);
			edn_quote(quoted, text.data, text.len);
			buf_free(&text);
			return codec_fail_text(r->err, E_DUPKEY, r->in, from,
			    "the %s that begins here holds %s twice", what, quoted);
		}
	return codec_fail_text(r->err, E_DUPKEY, r->in, from,
	    "the %s that begins here holds an element or key twice", what);
}

int
edn_collection_sequence(struct edn_reader *r, enum value_kind kind, char close, struct value *out)
{
	struct value *items;
	size_t base, n;

	if (delimited(r, 1, close, &base) == -1 || take(r, base, &items, &n) == -1)
		return -1;
	*out = value_seq(kind, items, n);
	return 0;
}

int
edn_collection_set(struct edn_reader *r, struct value *out)
{
	struct value *items;
	size_t from = r->at, base, n;
	int repeats;

	if (delimited(r, 2, '}', &base) == -1 || take(r, base, &items, &n) == -1)
		return -1;
	if ((repeats = value_set_dedup(r->arena, items, &n)) == -1)
		return edn_full(r);
	if (repeats > 0)
		return repeated(r, from, r->items + base, n + (size_t)repeats, 1);
	*out = value_seq(VALUE_SET, items, n);
	return 0;
}

/* Put a key of #:ns{…} into its namespace: one without gets it, "_" takes it away. */
static int
qualify(struct edn_reader *r, const struct value_name *ns, struct value *key)
{
	const struct value_name *name = key->u.name;
	bool none = name->ns != NULL && name->ns_len == 1 && name->ns[0] == '_';
	enum value_kind kind = key->kind;

	if (name->ns != NULL && !none)
		return 0;
	*key = value_keyword(r->arena, none ? NULL : ns->name, none ? 0 : ns->name_len, name->name,
	    name->name_len);
	if (key->kind == VALUE_NIL)
		return edn_full(r);
	key->kind = (uint8_t)kind;
	return 0;
}

int
edn_collection_map(struct edn_reader *r, const struct value_name *ns, struct value *out)
{
	struct value *items;
	size_t from = r->at, base, n;
	int repeats;

	if (delimited(r, 1, '}', &base) == -1)
		return -1;
	if ((r->used - base) % 2 != 0)
		return codec_fail_text(r->err, E_MAP, r->in, from,
		    "the map that begins here has a key without a value");
	for (size_t i = base; ns != NULL && i < r->used; i += 2)
		if ((r->items[i].kind == VALUE_KEYWORD || r->items[i].kind == VALUE_SYMBOL) &&
		    qualify(r, ns, &r->items[i]) == -1)
			return -1;
	if (take(r, base, &items, &n) == -1)
		return -1;
	n /= 2;
	if ((repeats = value_map_dedup(r->arena, items, &n)) == -1)
		return edn_full(r);
	if (repeats > 0)
		return repeated(r, from, r->items + base, n + (size_t)repeats, 2);
	*out = value_map(items, n);
	return 0;
}

int
edn_collection_namespaced(struct edn_reader *r, struct value *out)
{
	struct value ns;
	size_t from = r->at, n;

	r->at += 2;
	if (edn_enter(r, 1) == -1 || edn_require(r, &ns, "the namespace of the map") == -1)
		return -1;
	edn_leave(r, 1);
	if (ns.kind != VALUE_SYMBOL || ns.u.name->ns != NULL)
		return codec_fail_text(r->err, E_SYNTAX, r->in, from,
		    "#: takes a namespace, as in #:person{:name \"Ann\"}");
	while (r->at < r->len && (n = edn_space(r->in + r->at, r->len - r->at)) > 0)
		r->at += n;
	if (!edn_follows(r, 0, '{'))
		return codec_fail_text(r->err, r->at == r->len ? E_EOF : E_SYNTAX, r->in, r->at,
		    "expected the { of a namespaced map");
	return edn_collection_map(r, ns.u.name, out);
}
