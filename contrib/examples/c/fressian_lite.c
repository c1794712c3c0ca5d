/*
 * fressian_lite.c: values and writing; reading stands in fressian_lite_read.c. The
 * wire format is that of org.fressian with the handlers of Clojure's data.fressian.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fressian_lite_impl.h"

#define STRING_CHUNK 65536
#define BYTES_CHUNK  65535

const struct fl_packing fl_packings[FL_NPACKINGS] = {
	{ 0x00, 0x00, 6 },
	{ 0x40, 0x50, 12 },
	{ 0x60, 0x68, 19 },
	{ 0x70, 0x72, 25 },
	{ 0x74, 0x76, 33 },
	{ 0x78, 0x7A, 41 },
	{ 0x7C, 0x7E, 49 },
};

const char *const fl_components[] = { "b", "s", "s", "b", "bi", "i", "ns", "ns" };

uint32_t
fl_adler32(const uint8_t *p, size_t n)
{
	uint32_t a = 1, b = 0;
	size_t run;

	while (n > 0) {
		/* As many as b can take before it overflows. */
		run = n < 5552 ? n : 5552;
		n -= run;
		while (run-- > 0) {
			a += *p++;
			b += a;
		}
		a %= 65521;
		b %= 65521;
	}
	return b << 16 | a;
}

/* --- memory -------------------------------------------------------------------- */

#define CHUNK_SIZE ((size_t)64 << 10)

struct fl_chunk {
	struct fl_chunk *next;
	size_t size;
	_Alignas(16) uint8_t data[];
};

static void *
must(void *p)
{
	if (p == NULL) {
		fputs("out of memory\n", stderr);
		abort();
	}
	return p;
}

void *
fl_take(struct fl_arena *a, size_t n)
{
	struct fl_chunk *c;
	size_t size;

	n = (n + 15) & ~(size_t)15;
	if (a->chunk == NULL || a->chunk->size - a->used < n) {
		size = n > CHUNK_SIZE ? n : CHUNK_SIZE;
		c = must(malloc(sizeof(*c) + size));
		c->next = a->chunk;
		c->size = size;
		a->chunk = c;
		a->used = 0;
	}
	a->used += n;
	return a->chunk->data + a->used - n;
}

/* Keeps one chunk, so that a run of small messages costs no malloc. */
void
fl_arena_reset(struct fl_arena *a)
{
	struct fl_chunk *c;

	while ((c = a->chunk) != NULL && (c->next != NULL || c->size > CHUNK_SIZE)) {
		a->chunk = c->next;
		free(c);
	}
	a->used = 0;
}

void
fl_arena_free(struct fl_arena *a)
{
	struct fl_chunk *c;

	while ((c = a->chunk) != NULL) {
		a->chunk = c->next;
		free(c);
	}
	a->used = 0;
}

struct fl_value *
fl_new(struct fl_arena *a, enum fl_type type)
{
	struct fl_value *v = fl_take(a, sizeof(*v));

	memset(v, 0, sizeof(*v));
	v->type = type;
	return v;
}

/* --- making values, looking into them ------------------------------------------ */

static const struct fl_value *
copy_text(struct fl_arena *a, enum fl_type type, const void *p, size_t n)
{
	struct fl_value *v = fl_new(a, type);

	v->u.bytes = memcpy(fl_take(a, n + 1), p, n);
	v->n = n;
	return v;
}

const struct fl_value *
fl_string(struct fl_arena *a, const char *s)
{
	return copy_text(a, FL_STRING, s, strlen(s));
}

static const struct fl_value *
new_tagged(struct fl_arena *a, enum fl_code code, const struct fl_value *first,
    const struct fl_value *second)
{
	struct fl_value *v = fl_new(a, FL_TAGGED);

	v->code = code;
	v->n = second == NULL ? 1 : 2;
	v->u.items = fl_take(a, 2 * sizeof(first));
	v->u.items[0] = first;
	v->u.items[1] = second;
	return v;
}

const struct fl_value *
fl_keyword(struct fl_arena *a, const char *name)
{
	return new_tagged(a, FL_KEYWORD, fl_new(a, FL_NIL), fl_string(a, name));
}

const struct fl_value *
fl_uuid(struct fl_arena *a, const uint8_t id[16])
{
	return new_tagged(a, FL_UUID, copy_text(a, FL_BYTES, id, 16), NULL);
}

const struct fl_value *
fl_map(struct fl_arena *a, const struct fl_value *const *items, size_t n)
{
	struct fl_value *v = fl_new(a, FL_MAP);

	v->n = 2 * n;
	v->u.items = fl_take(a, v->n * sizeof(*items));
	if (n > 0)
		memcpy(v->u.items, items, v->n * sizeof(*items));
	return v;
}

static bool
is_text(const struct fl_value *v, const char *s)
{
	return v->type == FL_STRING && v->n == strlen(s) && memcmp(v->u.bytes, s, v->n) == 0;
}

bool
fl_is_named(const struct fl_value *v, const char *name)
{
	if (v->type == FL_TAGGED && v->code == FL_KEYWORD && v->u.items[0]->type == FL_NIL)
		v = v->u.items[1];
	return is_text(v, name);
}

/* The index of the entry's key, or map->n. */
static size_t
find(const struct fl_value *map, const char *key)
{
	size_t i;

	for (i = 0; i < map->n && !fl_is_named(map->u.items[i], key); i += 2)
		;
	return i;
}

const struct fl_value *
fl_map_get(const struct fl_value *map, const char *key)
{
	size_t i = find(map, key);

	return i < map->n ? map->u.items[i + 1] : NULL;
}

const struct fl_value *
fl_map_put(struct fl_arena *a, const struct fl_value *map, const char *key,
    const struct fl_value *value)
{
	struct fl_value *v = fl_new(a, FL_MAP);
	size_t i = find(map, key);

	v->n = i < map->n ? map->n : map->n + 2;
	v->u.items = fl_take(a, v->n * sizeof(value));
	if (map->n > 0)
		memcpy(v->u.items, map->u.items, map->n * sizeof(value));
	if (i == map->n)
		v->u.items[i] = fl_keyword(a, key);
	v->u.items[i + 1] = value;
	return v;
}

const uint8_t *
fl_uuid_bytes(const struct fl_value *v)
{
	return v->type == FL_TAGGED && v->code == FL_UUID ? v->u.items[0]->u.bytes : NULL;
}

/* --- writing -------------------------------------------------------------------- */

/*
 * The strings that keywords and symbols are made of are written once and referred to
 * by index after that. The table holds indexes plus one, 0 for none.
 */
struct names {
	const struct fl_value **v;
	size_t n, size;
	uint32_t *table;
	size_t mask;
};

struct writer {
	struct fl_buf *out;
	size_t start;
	unsigned depth;
	bool failed;
	struct names names;
};

static void write_value(struct writer *, const struct fl_value *);

static void
put(struct writer *w, const void *p, size_t n)
{
	struct fl_buf *b = w->out;

	if (w->failed || n > FL_MAX_MESSAGE - (b->n - w->start)) {
		w->failed = true;
		return;
	}
	if (b->size - b->n < n) {
		b->size = 2 * (b->size + n);
		b->data = must(realloc(b->data, b->size));
	}
	if (n > 0)
		memcpy(b->data + b->n, p, n);
	b->n += n;
}

static void
put_byte(struct writer *w, unsigned code)
{
	uint8_t byte = (uint8_t)code;

	put(w, &byte, 1);
}

static void
put_big_endian(struct writer *w, uint64_t u, size_t n)
{
	uint8_t bytes[8];
	size_t i;

	for (i = n; i-- > 0; u >>= 8)
		bytes[i] = (uint8_t)u;
	put(w, bytes, n);
}

static void
write_int(struct writer *w, int64_t i)
{
	uint64_t u = (uint64_t)i;
	size_t n;

	if (i == -1) {
		put_byte(w, 0xFF);
		return;
	}
	for (n = i < 0 ? 1 : 0; n < FL_NPACKINGS; n++)
		/* Moved up by half its range, an int that fits is below the range. */
		if (n == 0 ? u < 64 : (u + (UINT64_C(1) << fl_packings[n].bits)) >>
		    (fl_packings[n].bits + 1) == 0)
			break;
	if (n == FL_NPACKINGS) {
		put_byte(w, 0xF8);
		put_big_endian(w, u, 8);
		return;
	}
	put_byte(w, fl_packings[n].zero + (unsigned)(u >> 8 * n));
	put_big_endian(w, u, n);
}

static void
write_double(struct writer *w, double d)
{
	uint64_t u = UINT64_C(0x7FF8000000000000);

	if (d == 0 || d == 1) {
		put_byte(w, d == 0 ? 0xFB : 0xFC);
		return;
	}
	if (!isnan(d))
		memcpy(&u, &d, sizeof(u));
	put_byte(w, 0xFA);
	put_big_endian(w, u, 8);
}

static void
write_float(struct writer *w, float f)
{
	uint32_t u = 0x7FC00000;

	if (!isnan(f))
		memcpy(&u, &f, sizeof(u));
	put_byte(w, 0xF9);
	put_big_endian(w, u, 4);
}

/* A chunk takes as many whole UTF-16 units as fit, each of one to three bytes. */
static void
write_string(struct writer *w, const struct fl_value *v)
{
	const uint8_t *p = v->u.bytes;
	size_t left = v->n, n;

	do {
		n = left;
		if (n > STRING_CHUNK)
			for (n = STRING_CHUNK; (p[n] & 0xC0) == 0x80; n--)
				;
		if (n < 8) {
			put_byte(w, 0xDA + (unsigned)n);
		} else {
			put_byte(w, n < left ? 0xE2 : 0xE3);
			write_int(w, (int64_t)n);
		}
		put(w, p, n);
		p += n;
		left -= n;
	} while (left > 0);
}

static void
write_bytes(struct writer *w, const struct fl_value *v)
{
	const uint8_t *p = v->u.bytes;
	size_t left = v->n;

	if (left < 8) {
		put_byte(w, 0xD0 + (unsigned)left);
		put(w, p, left);
		return;
	}
	for (; left > BYTES_CHUNK; p += BYTES_CHUNK, left -= BYTES_CHUNK) {
		put_byte(w, 0xD8);
		write_int(w, BYTES_CHUNK);
		put(w, p, BYTES_CHUNK);
	}
	put_byte(w, 0xD9);
	write_int(w, (int64_t)left);
	put(w, p, left);
}

static void
write_list(struct writer *w, const struct fl_value *v)
{
	size_t i;

	if (v->n < 8) {
		put_byte(w, 0xE4 + (unsigned)v->n);
	} else {
		put_byte(w, 0xEC);
		write_int(w, (int64_t)v->n);
	}
	for (i = 0; i < v->n && !w->failed; i++)
		write_value(w, v->u.items[i]);
}

static void
grow_names(struct names *s)
{
	size_t i, slot;

	s->size = s->size == 0 ? 16 : 2 * s->size;
	s->v = must(realloc(s->v, s->size * sizeof(*s->v)));
	free(s->table);
	s->table = must(calloc(2 * s->size, sizeof(*s->table)));
	s->mask = 2 * s->size - 1;
	for (i = 0; i < s->n; i++) {
		slot = fl_adler32(s->v[i]->u.bytes, s->v[i]->n) & s->mask;
		while (s->table[slot] != 0)
			slot = (slot + 1) & s->mask;
		s->table[slot] = (uint32_t)i + 1;
	}
}

/* The index of a string in the cache; s->n, and put there, if it is new. */
static size_t
name_index(struct names *s, const struct fl_value *v)
{
	const struct fl_value *other;
	size_t slot;

	if (s->n == s->size)
		grow_names(s);
	slot = fl_adler32(v->u.bytes, v->n) & s->mask;
	for (; s->table[slot] != 0; slot = (slot + 1) & s->mask) {
		other = s->v[s->table[slot] - 1];
		if (other->n == v->n && memcmp(other->u.bytes, v->u.bytes, v->n) == 0)
			return s->table[slot] - 1;
	}
	s->table[slot] = (uint32_t)s->n + 1;
	s->v[s->n] = v;
	return s->n++;
}

static void
write_name(struct writer *w, const struct fl_value *v)
{
	size_t known = w->names.n, i;

	if (v->type == FL_NIL || v->n == 0) {
		write_value(w, v);
	} else if ((i = name_index(&w->names, v)) == known) {
		put_byte(w, 0xCD);
		write_string(w, v);
	} else if (i < 32) {
		put_byte(w, 0x80 + (unsigned)i);
	} else {
		put_byte(w, 0xCC);
		write_int(w, (int64_t)i);
	}
}

static void
write_tagged(struct writer *w, const struct fl_value *v)
{
	size_t i;

	put_byte(w, v->code);
	for (i = 0; i < v->n; i++)
		if (v->code == FL_KEYWORD || v->code == FL_SYMBOL)
			write_name(w, v->u.items[i]);
		else
			write_value(w, v->u.items[i]);
}

static void
write_by_type(struct writer *w, const struct fl_value *v)
{
	switch (v->type) {
	case FL_NIL:
		put_byte(w, 0xF7);
		break;
	case FL_BOOL:
		put_byte(w, v->u.boolean ? 0xF5 : 0xF6);
		break;
	case FL_INT:
		write_int(w, v->u.integer);
		break;
	case FL_FLOAT:
		write_float(w, (float)v->u.real);
		break;
	case FL_DOUBLE:
		write_double(w, v->u.real);
		break;
	case FL_STRING:
		write_string(w, v);
		break;
	case FL_BYTES:
		write_bytes(w, v);
		break;
	case FL_SET:
		put_byte(w, 0xC1);
		write_list(w, v);
		break;
	case FL_MAP:
		put_byte(w, 0xC0);
		write_list(w, v);
		break;
	case FL_LIST:
		write_list(w, v);
		break;
	case FL_TAGGED:
		write_tagged(w, v);
		break;
	}
}

/* Values that share parts can be deeper than the message that they were read from. */
static void
write_value(struct writer *w, const struct fl_value *v)
{
	if (++w->depth > FL_MAX_DEPTH)
		w->failed = true;
	else
		write_by_type(w, v);
	w->depth--;
}

bool
fl_write(struct fl_buf *out, const struct fl_value *v)
{
	struct writer w = { .out = out, .start = out->n };
	size_t n;

	write_value(&w, v);
	n = out->n - w.start;
	put_big_endian(&w, FL_FOOTER_MAGIC, 4);
	put_big_endian(&w, n, 4);
	if (!w.failed)
		put_big_endian(&w, fl_adler32(out->data + w.start, n + 8), 4);
	if (w.failed)
		out->n = w.start;
	free(w.names.v);
	free(w.names.table);
	return !w.failed;
}
