/*
 * equal.c: when two values are the same, their hash, and keys made unique.
 * The rules are the contract's (value.h); JSON, EDN, transit and Fressian all
 * rest on these.
 */
#include <sys/random.h>

#include <math.h>
#include <string.h>

#include "value/value.h"

/* Up to here comparing each with each is quicker than hashing. */
#define SMALL 8

static bool
bytes_equal(const void *a, size_t a_len, const void *b, size_t b_len)
{
	return a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0);
}

static bool
real_equal(double a, double b)
{
	if (isnan(a) || isnan(b))
		return isnan(a) && isnan(b);
	return a == b && signbit(a) == signbit(b);
}

static bool
name_equal(const struct value_name *a, const struct value_name *b)
{
	if ((a->ns == NULL) != (b->ns == NULL))
		return false;
	return bytes_equal(a->name, a->name_len, b->name, b->name_len) &&
	    (a->ns == NULL || bytes_equal(a->ns, a->ns_len, b->ns, b->ns_len));
}

static uint64_t hash_items(uint64_t h, const struct value *items, size_t n);
/* in_order: maps and sets too must hold their entries in the same order, at every depth. */
static bool equal(const struct value *a, const struct value *b, bool in_order);

static bool
items_equal(const struct value *a, const struct value *b, size_t n, bool in_order)
{
	for (size_t i = 0; i < n; i++)
		if (!equal(&a[i], &b[i], in_order))
			return false;
	return true;
}

/* Entries by hash: the hash of each, and places that hold an entry's number + 1 (0: free). */
struct index {
	uint64_t	*hashes;
	uint32_t	*places;
	size_t		 mask;
};

/* Of n entries of `step` values each, in an arena without limit. Returns the sum of the hashes. */
static uint64_t
index_entries(struct index *ix, struct arena *a, const struct value *items, size_t n, size_t step)
{
	uint64_t sum = 0;
	size_t cap = 16, at;

	while (cap < n * 2)
		cap *= 2;
	ix->mask = cap - 1;
	ix->hashes = arena_array(a, n, sizeof(*ix->hashes));
	ix->places = arena_array(a, cap, sizeof(*ix->places));
	memset(ix->places, 0, cap * sizeof(*ix->places));
	for (size_t i = 0; i < n; i++) {
		sum += ix->hashes[i] = hash_items(0, &items[i * step], step);
		for (at = (size_t)ix->hashes[i] & ix->mask; ix->places[at] != 0; )
			at = (at + 1) & ix->mask;
		ix->places[at] = (uint32_t)i + 1;
	}
	return sum;
}

static bool
find_entry(const struct index *ix, uint64_t hash, const struct value *entry,
    const struct value *items, size_t step)
{
	size_t at, i;

	for (at = (size_t)hash & ix->mask; ix->places[at] != 0; at = (at + 1) & ix->mask) {
		i = ix->places[at] - 1;
		if (ix->hashes[i] == hash && items_equal(entry, &items[i * step], step, false))
			return true;
	}
	return false;
}

/*
 * Do a and b, n entries of `step` values each, hold the same entries in some order? Keys are unique
 * in both. The order they stand in is the usual case, and is tried first, without another order
 * further down; then only entries of the same hash are compared. So the work grows with size times
 * depth. (Would the first try fall back too, sets in two orders would double it at every depth.)
 */
static bool
unordered_equal(const struct value *a, const struct value *b, size_t n, size_t step)
{
	struct arena arena;
	struct index of_a, of_b;
	size_t i = 0;

	if (items_equal(a, b, n * step, true))
		return true;
	arena_init(&arena, 0);
	if (index_entries(&of_a, &arena, a, n, step) == index_entries(&of_b, &arena, b, n, step))
		while (i < n && find_entry(&of_b, of_a.hashes[i], &a[i * step], b, step))
			i++;
	arena_free(&arena);
	return i == n;
}

static bool
is_sequence(const struct value *v)
{
	return v->kind == VALUE_LIST || v->kind == VALUE_VECTOR;
}

static bool
bigdec_equal(const struct value_bigdec *a, const struct value_bigdec *b)
{
	return a->scale == b->scale &&
	    bytes_equal(a->unscaled, a->unscaled_len, b->unscaled, b->unscaled_len);
}

static bool
tagged_equal(const struct value *a, const struct value *b, bool in_order)
{
	return a->n == b->n && equal(a->u.tagged->tag, b->u.tagged->tag, in_order) &&
	    items_equal(a->u.tagged->fields, b->u.tagged->fields, a->n, in_order);
}

/* Maps and sets: n entries of `step` values. */
static bool
entries_equal(const struct value *a, const struct value *b, size_t step, bool in_order)
{
	if (a->n != b->n)
		return false;
	return in_order ? items_equal(a->u.items, b->u.items, a->n * step, true) :
	    unordered_equal(a->u.items, b->u.items, a->n, step);
}

static bool
equal(const struct value *a, const struct value *b, bool in_order)
{
	if (is_sequence(a) && is_sequence(b))
		return a->n == b->n && items_equal(a->u.items, b->u.items, a->n, in_order);
	if (a->kind != b->kind || a->sub != b->sub)
		return false;
	switch ((enum value_kind)a->kind) {
	case VALUE_NIL:
		return true;
	case VALUE_BOOL:
		return a->u.boolean == b->u.boolean;
	case VALUE_INT:
	case VALUE_BYTE:
	case VALUE_CHAR:
	case VALUE_INST:
		return a->u.integer == b->u.integer;
	case VALUE_DOUBLE:
		return real_equal(a->u.real, b->u.real);
	case VALUE_FLOAT:
		return real_equal((double)a->u.real32, (double)b->u.real32);
	case VALUE_BIGDEC:
		return bigdec_equal(a->u.bigdec, b->u.bigdec);
	case VALUE_STRING:
	case VALUE_URI:
	case VALUE_REGEX:
		return bytes_equal(a->u.text, a->n, b->u.text, b->n);
	case VALUE_BYTES:
	case VALUE_BIGINT:
		return bytes_equal(a->u.bytes, a->n, b->u.bytes, b->n);
	case VALUE_KEYWORD:
	case VALUE_SYMBOL:
		return name_equal(a->u.name, b->u.name);
	case VALUE_UUID:
		return id_equal(a->u.id, b->u.id);
	case VALUE_RATIO:
		return items_equal(a->u.items, b->u.items, 2, in_order);
	case VALUE_ARRAY:
		return a->n == b->n && items_equal(a->u.items, b->u.items, a->n, in_order);
	case VALUE_SET:
		return entries_equal(a, b, 1, in_order);
	case VALUE_MAP:
		return entries_equal(a, b, 2, in_order);
	case VALUE_TAGGED:
		return tagged_equal(a, b, in_order);
	case VALUE_LIST:
	case VALUE_VECTOR:
	case VALUE_NKINDS:
		break;
	}
	return false;
}

bool
value_equal(const struct value *a, const struct value *b)
{
	return equal(a, b, false);
}

static uint64_t hash_seed;

void
value_hash_seed(uint64_t seed)
{
	hash_seed = seed;
}

static uint64_t
seed(void)
{
	if (hash_seed == 0 && (getrandom(&hash_seed, sizeof(hash_seed), 0) != (ssize_t)sizeof(hash_seed) ||
	    hash_seed == 0))
		hash_seed = UINT64_C(0x9E3779B97F4A7C15);
	return hash_seed;
}

static uint64_t
mix(uint64_t h, uint64_t v)
{
	unsigned __int128 m = (unsigned __int128)(h ^ v ^ seed()) * UINT64_C(0xA0761D6478BD642F);

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static uint64_t
hash_bytes(uint64_t h, const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t word;

	h = mix(h, len);
	for (; len >= 8; p += 8, len -= 8) {
		memcpy(&word, p, 8);
		h = mix(h, word);
	}
	word = 0;
	if (len > 0)
		memcpy(&word, p, len);
	return mix(h, word);
}

static uint64_t
hash_items(uint64_t h, const struct value *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		h = mix(h, value_hash(&items[i]));
	return h;
}

/* Sums do not depend on order. */
static uint64_t
hash_unordered(uint64_t h, const struct value *items, size_t n, size_t step)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += hash_items(h, &items[i * step], step);
	return mix(h, sum);
}

static uint64_t
hash_name(uint64_t h, const struct value_name *name)
{
	if (name->ns != NULL)
		h = hash_bytes(h, name->ns, name->ns_len);
	return hash_bytes(h, name->name, name->name_len);
}

static uint64_t
hash_real(uint64_t h, double d)
{
	uint64_t bits;

	if (isnan(d))
		return mix(h, 1);
	memcpy(&bits, &d, sizeof(bits));
	return mix(h, bits);
}

uint64_t
value_hash(const struct value *v)
{
	uint64_t h = mix(v->sub, v->kind == VALUE_LIST ? VALUE_VECTOR : v->kind);

	switch ((enum value_kind)v->kind) {
	case VALUE_BOOL:
		return mix(h, v->u.boolean);
	case VALUE_INT:
	case VALUE_BYTE:
	case VALUE_CHAR:
	case VALUE_INST:
		return mix(h, (uint64_t)v->u.integer);
	case VALUE_DOUBLE:
		return hash_real(h, v->u.real);
	case VALUE_FLOAT:
		return hash_real(h, (double)v->u.real32);
	case VALUE_BIGDEC:
		h = mix(h, (uint64_t)(int64_t)v->u.bigdec->scale);
		return hash_bytes(h, v->u.bigdec->unscaled, v->u.bigdec->unscaled_len);
	case VALUE_STRING:
	case VALUE_URI:
	case VALUE_REGEX:
		return hash_bytes(h, v->u.text, v->n);
	case VALUE_BYTES:
	case VALUE_BIGINT:
		return hash_bytes(h, v->u.bytes, v->n);
	case VALUE_KEYWORD:
	case VALUE_SYMBOL:
		return hash_name(h, v->u.name);
	case VALUE_UUID:
		return hash_bytes(h, v->u.id->b, ID_BYTES);
	case VALUE_RATIO:
		return hash_items(h, v->u.items, 2);
	case VALUE_LIST:
	case VALUE_VECTOR:
	case VALUE_ARRAY:
		return hash_items(h, v->u.items, v->n);
	case VALUE_SET:
		return hash_unordered(h, v->u.items, v->n, 1);
	case VALUE_MAP:
		return hash_unordered(h, v->u.items, v->n, 2);
	case VALUE_TAGGED:
		h = mix(h, value_hash(v->u.tagged->tag));
		return hash_items(h, v->u.tagged->fields, v->n);
	case VALUE_NIL:
	case VALUE_NKINDS:
		break;
	}
	return h;
}

/* Where in the first `n` kept entries does key stand? Returns n if nowhere. */
static size_t
find_small(const struct value *items, size_t n, size_t step, const struct value *key)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (value_equal(&items[i * step], key))
			break;
	return i;
}

/* The same through an index by hash (entry number + 1; 0: free); an unknown key is entered as number n. */
static size_t
find_indexed(uint32_t *index, size_t cap, const struct value *items, size_t n, size_t step,
    const struct value *key)
{
	size_t at = (size_t)value_hash(key) & (cap - 1);

	for (; index[at] != 0; at = (at + 1) & (cap - 1))
		if (value_equal(&items[(index[at] - 1) * step], key))
			return index[at] - 1;
	index[at] = (uint32_t)n + 1;
	return n;
}

static int
dedup(struct arena *a, struct value *items, size_t *n, size_t step)
{
	uint32_t *index = NULL;
	size_t cap = 16, kept = 0, at;

	if (*n > SMALL) {
		while (cap < *n * 2)
			cap *= 2;
		if ((index = arena_array(a, cap, sizeof(*index))) == NULL)
			return -1;
		memset(index, 0, cap * sizeof(*index));
	}
	for (size_t i = 0; i < *n; i++) {
		const struct value *entry = &items[i * step];

		at = index == NULL ? find_small(items, kept, step, entry) :
		    find_indexed(index, cap, items, kept, step, entry);
		if (at == kept) {
			if (kept != i)
				memcpy(&items[kept * step], entry, step * sizeof(*entry));
			kept++;
		} else if (step == 2) {
			items[at * 2 + 1] = entry[1];
		}
	}
	at = *n - kept;
	*n = kept;
	return (int)at;
}

int
value_map_dedup(struct arena *a, struct value *items, size_t *n)
{
	return dedup(a, items, n, 2);
}

int
value_set_dedup(struct arena *a, struct value *items, size_t *n)
{
	return dedup(a, items, n, 1);
}
