/*
 * fressian_lite_read.c: reading, which takes every legal spelling of what it knows
 * and trusts no length, count, index or depth. See fressian_lite.h.
 */
#include <string.h>

#include "fressian_lite_impl.h"

/* Values in the making, doubled as they grow; the old copies stay in the arena. */
struct items {
	const struct fl_value **v;
	size_t n, size;
};

static void
add_item(struct fl_arena *a, struct items *s, const struct fl_value *v)
{
	const struct fl_value **grown;

	if (s->n == s->size) {
		s->size = s->size == 0 ? 8 : 2 * s->size;
		grown = fl_take(a, s->size * sizeof(*grown));
		if (s->n > 0)
			memcpy(grown, s->v, s->n * sizeof(*grown));
		s->v = grown;
	}
	s->v[s->n++] = v;
}

struct reader {
	struct fl_arena *arena;
	const uint8_t *p, *end;
	struct items cache; /* NULL: not read to its end yet */
	unsigned depth;
	const char *error;
};

static const struct fl_value *read_value(struct reader *);

static void *
fail(struct reader *r, const char *error)
{
	if (r->error == NULL)
		r->error = error;
	return NULL;
}

static bool
has(struct reader *r, size_t n)
{
	if ((size_t)(r->end - r->p) >= n)
		return true;
	fail(r, "the message ends within a value");
	return false;
}

static uint64_t
read_big_endian(struct reader *r, size_t n)
{
	uint64_t u = 0;

	while (n-- > 0)
		u = u << 8 | *r->p++;
	return u;
}

/* A count is an int value of any spelling. */
static bool
read_count(struct reader *r, size_t *n)
{
	const struct fl_value *v = read_value(r);

	if (v == NULL)
		return false;
	if (v->type != FL_INT || v->u.integer < 0)
		return fail(r, "a count is not an int from 0 on"), false;
	/* Whatever is counted takes a byte at least. */
	if (v->u.integer > r->end - r->p)
		return fail(r, "a count exceeds the message"), false;
	*n = (size_t)v->u.integer;
	return true;
}

static const struct fl_value *
read_int(struct reader *r, uint8_t code)
{
	struct fl_value *v = fl_new(r->arena, FL_INT);
	size_t n = FL_NPACKINGS - 1;

	while (code < fl_packings[n].first)
		n--;
	if (!has(r, n))
		return NULL;
	v->u.integer = (int64_t)code - fl_packings[n].zero;
	v->u.integer = (int64_t)((uint64_t)v->u.integer << 8 * n | read_big_endian(r, n));
	return v;
}

/*
 * CESU-8: one to three bytes a UTF-16 unit. Halves of surrogate pairs may stand alone,
 * as a chunk's edge can part them.
 */
static bool
is_cesu8(const uint8_t *p, size_t n)
{
	size_t i = 0, len;

	while (i < n) {
		if (p[i] < 0x80) {
			i++;
			continue;
		}
		len = p[i] >= 0xE0 ? 3 : 2;
		if (p[i] < 0xC2 || p[i] > 0xEF || n - i < len)
			return false;
		if ((p[i + 1] & 0xC0) != 0x80 || (len == 3 && (p[i + 2] & 0xC0) != 0x80))
			return false;
		if (p[i] == 0xE0 && p[i + 1] < 0xA0)
			return false;
		i += len;
	}
	return true;
}

/* Strings and bytes alike: short ones have their own codes, long ones come in chunks. */
static const struct form {
	enum fl_type type;
	uint8_t shortest, chunk, last;
	bool short_end; /* whether a short one may end a chunked one */
} string_form = { FL_STRING, 0xDA, 0xE2, 0xE3, true },
  bytes_form = { FL_BYTES, 0xD0, 0xD8, 0xD9, false };

static bool
is_short(const struct form *f, uint8_t code)
{
	return code >= f->shortest && code < f->shortest + 8;
}

static bool
read_part(struct reader *r, const struct form *f, uint8_t code, const uint8_t **p, size_t *n)
{
	if (is_short(f, code))
		*n = (size_t)(code - f->shortest);
	else if (code != f->chunk && code != f->last)
		return fail(r, "a chunk is followed by something else"), false;
	else if (!read_count(r, n))
		return false;
	if (!has(r, *n))
		return false;
	*p = r->p;
	r->p += *n;
	if (f->type == FL_STRING && !is_cesu8(*p, *n))
		return fail(r, "a string is not CESU-8"), false;
	return true;
}

/* The chunks are joined in a buffer that doubles, so that many small ones cost little. */
static const struct fl_value *
read_chunked(struct reader *r, const struct form *f)
{
	struct fl_value *v = fl_new(r->arena, f->type);
	uint8_t code = f->chunk, *all = NULL, *grown;
	const uint8_t *p;
	size_t n, size = 0;

	for (;;) {
		if (is_short(f, code) && !f->short_end)
			return fail(r, "chunked bytes do not end with a counted chunk");
		if (!read_part(r, f, code, &p, &n))
			return NULL;
		if (all == NULL || size - v->n < n) {
			size = 2 * (size + n);
			grown = fl_take(r->arena, size);
			if (v->n > 0)
				memcpy(grown, all, v->n);
			all = grown;
		}
		if (n > 0)
			memcpy(all + v->n, p, n);
		v->n += n;
		if (code != f->chunk)
			break;
		if (!has(r, 1))
			return NULL;
		code = *r->p++;
	}
	v->u.bytes = all;
	return v;
}

static const struct fl_value *
read_text(struct reader *r, const struct form *f, uint8_t code)
{
	struct fl_value *v;

	if (code == f->chunk)
		return read_chunked(r, f);
	v = fl_new(r->arena, f->type);
	return read_part(r, f, code, &v->u.bytes, &v->n) ? v : NULL;
}

static const struct fl_value *
read_items(struct reader *r, size_t n)
{
	struct fl_value *v = fl_new(r->arena, FL_LIST);
	const struct fl_value *item;

	v->u.items = fl_take(r->arena, (n + 1) * sizeof(item));
	for (v->n = 0; v->n < n; v->n++) {
		if ((item = read_value(r)) == NULL)
			return NULL;
		v->u.items[v->n] = item;
	}
	return v;
}

/* Up to code FD; an open list may also end with the message. */
static const struct fl_value *
read_until_end(struct reader *r, bool open)
{
	struct fl_value *v = fl_new(r->arena, FL_LIST);
	const struct fl_value *item;
	struct items s = { 0 };

	while (r->p < r->end ? *r->p != 0xFD : !open) {
		if ((item = read_value(r)) == NULL)
			return NULL;
		add_item(r->arena, &s, item);
	}
	if (r->p < r->end)
		r->p++;
	v->u.items = s.v;
	v->n = s.n;
	return v;
}

static const struct fl_value *
read_counted_list(struct reader *r)
{
	size_t n;

	return read_count(r, &n) ? read_items(r, n) : NULL;
}

static const struct fl_value *
read_collection(struct reader *r, enum fl_type type)
{
	const struct fl_value *list = read_value(r);
	struct fl_value *v;

	if (list == NULL)
		return NULL;
	if (list->type != FL_LIST || (type == FL_MAP && list->n % 2 != 0))
		return fail(r, "a map or set is not made of a list, or a map not of pairs");
	v = fl_new(r->arena, type);
	v->n = list->n;
	v->u = list->u;
	return v;
}

static bool
fits(char component, const struct fl_value *v)
{
	switch (component) {
	case 'n':
		return v->type == FL_NIL || v->type == FL_STRING;
	case 's':
		return v->type == FL_STRING;
	case 'b':
		return v->type == FL_BYTES && v->n > 0;
	default:
		return v->type == FL_INT;
	}
}

static const struct fl_value *
read_tagged(struct reader *r, uint8_t code)
{
	const char *expected = fl_components[code - FL_UUID];
	const struct fl_value *items = read_items(r, strlen(expected));
	struct fl_value *v;
	size_t i;

	if (items == NULL)
		return NULL;
	for (i = 0; i < items->n; i++)
		if (!fits(expected[i], items->u.items[i]))
			return fail(r, "a uuid, keyword or the like has a wrong part");
	if (code == FL_UUID && items->u.items[0]->n != 16)
		return fail(r, "a uuid does not have 16 bytes");
	v = fl_new(r->arena, FL_TAGGED);
	v->code = (enum fl_code)code;
	v->n = items->n;
	v->u = items->u;
	return v;
}

/* Keeps a place in the cache before the value is read: that is the order of indexes. */
static const struct fl_value *
read_into_cache(struct reader *r)
{
	const struct fl_value *v;
	size_t i = r->cache.n;

	add_item(r->arena, &r->cache, NULL);
	if ((v = read_value(r)) == NULL)
		return NULL;
	/* A reset of the caches within the value has taken the place away. */
	if (i < r->cache.n && r->cache.v[i] == NULL)
		r->cache.v[i] = v;
	return v;
}

static const struct fl_value *
from_cache(struct reader *r, size_t i)
{
	if (i >= r->cache.n || r->cache.v[i] == NULL)
		return fail(r, "there is no such cached value");
	return r->cache.v[i];
}

static const struct fl_value *
read_cached(struct reader *r)
{
	const struct fl_value *v = read_value(r);

	if (v == NULL)
		return NULL;
	if (v->type != FL_INT || v->u.integer < 0)
		return fail(r, "there is no such cached value");
	return from_cache(r, (uint64_t)v->u.integer > SIZE_MAX ? SIZE_MAX : (size_t)v->u.integer);
}

static const struct fl_value *
read_constant(struct reader *r, enum fl_type type, bool boolean, int64_t integer, double real)
{
	struct fl_value *v = fl_new(r->arena, type);

	if (type == FL_BOOL)
		v->u.boolean = boolean;
	else if (type == FL_INT)
		v->u.integer = integer;
	else if (type != FL_NIL)
		v->u.real = real;
	return v;
}

static const struct fl_value *
read_number(struct reader *r, uint8_t code)
{
	uint64_t u;
	uint32_t u32;
	double d;
	float f;

	if (!has(r, code == 0xF9 ? 4 : 8))
		return NULL;
	if (code == 0xF9) {
		u32 = (uint32_t)read_big_endian(r, 4);
		memcpy(&f, &u32, sizeof(f));
		return read_constant(r, FL_FLOAT, false, 0, (double)f);
	}
	u = read_big_endian(r, 8);
	if (code == 0xF8)
		return read_constant(r, FL_INT, false, (int64_t)u, 0);
	memcpy(&d, &u, sizeof(d));
	return read_constant(r, FL_DOUBLE, false, 0, d);
}

/* The codes from E4 on, and the two that deal with the cache. */
static const struct fl_value *
read_by_code(struct reader *r, uint8_t code)
{
	switch (code) {
	case 0xC0:
		return read_collection(r, FL_MAP);
	case 0xC1:
		return read_collection(r, FL_SET);
	case 0xCC:
		return read_cached(r);
	case 0xCD:
		return read_into_cache(r);
	case 0xEC:
		return read_counted_list(r);
	case 0xED:
		return read_until_end(r, false);
	case 0xEE:
		return read_until_end(r, true);
	case 0xF5:
	case 0xF6:
		return read_constant(r, FL_BOOL, code == 0xF5, 0, 0);
	case 0xF7:
		return read_constant(r, FL_NIL, false, 0, 0);
	case 0xF8:
	case 0xF9:
	case 0xFA:
		return read_number(r, code);
	case 0xFB:
	case 0xFC:
		return read_constant(r, FL_DOUBLE, false, 0, code - 0xFB);
	case 0xFF:
		return read_constant(r, FL_INT, false, -1, 0);
	default:
		return fail(r, "there is a typed array, a struct or a code that is none");
	}
}

static const struct fl_value *
read_value(struct reader *r)
{
	const struct fl_value *v;
	uint8_t code;

	do {
		if (!has(r, 1))
			return NULL;
		if ((code = *r->p++) == 0xFE)
			r->cache.n = 0;
	} while (code == 0xFE);
	if (++r->depth > FL_MAX_DEPTH)
		return fail(r, "values are nested too deep");
	if (code < 0x80)
		v = read_int(r, code);
	else if (code < 0xA0)
		v = from_cache(r, (size_t)(code - 0x80));
	else if (code >= FL_UUID && code <= FL_KEYWORD)
		v = read_tagged(r, code);
	else if (code >= 0xD0 && code <= 0xD9)
		v = read_text(r, &bytes_form, code);
	else if (code >= 0xDA && code <= 0xE3)
		v = read_text(r, &string_form, code);
	else if (code >= 0xE4 && code <= 0xEB)
		v = read_items(r, (size_t)(code - 0xE4));
	else
		v = read_by_code(r, code);
	r->depth--;
	return v;
}

/* A footer vouches for the bytes from start on, up to its own checksum. */
static bool
read_footer(struct reader *r, const uint8_t *start)
{
	size_t n = (size_t)(r->p - start);

	if (!has(r, FL_FOOTER_SIZE))
		return false;
	if (read_big_endian(r, 4) != FL_FOOTER_MAGIC)
		return fail(r, "something other than a footer follows the value"), false;
	if (read_big_endian(r, 4) != n)
		return fail(r, "the footer has another length"), false;
	if (read_big_endian(r, 4) != fl_adler32(start, n + 8))
		return fail(r, "the footer has another checksum"), false;
	r->cache.n = 0;
	return true;
}

const struct fl_value *
fl_read(struct fl_arena *a, const uint8_t *p, size_t n, const char **error)
{
	struct reader r = { .arena = a, .p = p, .end = p + n };
	const uint8_t *start = p;
	const struct fl_value *v = NULL;

	/* Footers of nothing may stand before the value. */
	for (; r.error == NULL && r.p < r.end && *r.p == 0xCF; start = r.p)
		read_footer(&r, start);
	if (r.error == NULL)
		v = read_value(&r);
	if (v != NULL && r.p < r.end && read_footer(&r, start) && r.p < r.end)
		fail(&r, "something follows the footer");
	*error = r.error;
	return r.error == NULL ? v : NULL;
}
