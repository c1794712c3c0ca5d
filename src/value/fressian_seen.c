/*
 * fressian_seen.c: what the Fressian writer has written before. See
 * fressian_seen.h. Clients choose the names, so the hash is seeded.
 */
#include <stdlib.h>
#include <string.h>

#include "util/mem.h"
#include "value/fressian_seen.h"

void
fressian_seen_init(struct fressian_seen *t)
{
	t->n = 0;
	t->cap = FRESSIAN_SEEN_SMALL;
	t->slots = NULL;
	t->entries = t->small_entries;
}

void
fressian_seen_free(struct fressian_seen *t)
{
	if (t->entries == t->small_entries)
		return;
	free(t->entries);
	free(t->slots);
}

/* Secret, the same for the life of the process: value.h's hash is seeded. */
static uint64_t
seed(void)
{
	static uint64_t s;

	if (s == 0) {
		struct value v = value_nil();

		s = value_hash(&v) | 1;
	}
	return s;
}

static uint64_t
fold(uint64_t a, uint64_t b)
{
	unsigned __int128 m = (unsigned __int128)a * b;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static uint64_t
load64(const char *s)
{
	uint64_t v;

	memcpy(&v, s, sizeof(v));
	return v;
}

static uint32_t
load32(const char *s)
{
	uint32_t v;

	memcpy(&v, s, sizeof(v));
	return v;
}

/* Eight bytes a step; the last ones overlap those before, so that no byte is looked at alone. */
static uint32_t
hash_text(const char *s, uint32_t len)
{
	const uint64_t k = seed();
	uint64_t h = k ^ len, a, b;

	for (; len > 16; s += 16, len -= 16)
		h = fold(load64(s) ^ k, load64(s + 8) ^ h);
	if (len >= 8) {
		a = load64(s);
		b = load64(s + len - 8);
	} else if (len >= 4) {
		a = load32(s);
		b = load32(s + len - 4);
	} else {
		a = len == 0 ? 0 : (uint64_t)(uint8_t)s[0] << 8 | (uint8_t)s[len / 2];
		b = len == 0 ? 0 : (uint8_t)s[len - 1];
	}
	h = fold(a ^ k, b ^ h ^ (k << 32 | k >> 32));
	return (uint32_t)(h ^ h >> 32);
}

static void
enter(struct fressian_seen *t, uint32_t hash, uint32_t number)
{
	uint32_t mask = 2 * t->cap - 1, at = hash & mask;

	while (t->slots[at] != 0)
		at = (at + 1) & mask;
	t->slots[at] = number + 1;
}

static void
grow(struct fressian_seen *t)
{
	bool small = t->entries == t->small_entries;
	struct fressian_seen_entry *entries;

	if (small) {
		entries = xreallocarray(NULL, 2 * (size_t)t->cap, sizeof(*entries));
		memcpy(entries, t->entries, t->n * sizeof(*entries));
	} else {
		entries = xreallocarray(t->entries, 2 * (size_t)t->cap, sizeof(*entries));
		free(t->slots);
	}
	t->entries = entries;
	t->cap *= 2;
	t->slots = xcalloc(2 * (size_t)t->cap, sizeof(*t->slots));
	for (uint32_t i = 0; i < t->n; i++)
		enter(t, t->entries[i].hash, i);
}

/* Nothing is cleared before it is needed: most messages have no structs. */
static void
first(struct fressian_seen *t)
{
	t->slots = t->small_slots;
	memset(t->small_slots, 0, sizeof(t->small_slots));
}

static uint32_t
add(struct fressian_seen *t, const struct value *key, uint32_t count, uint32_t hash)
{
	if (t->n == t->cap)
		grow(t);
	t->entries[t->n] = (struct fressian_seen_entry){ *key, count, hash };
	enter(t, hash, t->n);
	return t->n++;
}

uint32_t
fressian_seen_text(struct fressian_seen *t, const char *s, uint32_t len, bool *is_new)
{
	uint32_t hash = hash_text(s, len), mask = 2 * t->cap - 1;
	struct value key;

	if (t->slots == NULL)
		first(t);
	for (uint32_t at = hash & mask; t->slots[at] != 0; at = (at + 1) & mask) {
		const struct fressian_seen_entry *e = &t->entries[t->slots[at] - 1];

		if (e->hash == hash && e->key.n == len && memcmp(e->key.u.text, s, len) == 0) {
			*is_new = false;
			return t->slots[at] - 1;
		}
	}
	*is_new = true;
	key = value_string(s, len);
	return add(t, &key, 0, hash);
}

static uint32_t
hash_type(const struct value *tag, uint32_t count)
{
	return (uint32_t)fold(value_hash(tag) ^ seed(), count + seed());
}

int64_t
fressian_seen_type(const struct fressian_seen *t, const struct value *tag, uint32_t count)
{
	uint32_t hash, mask = 2 * t->cap - 1;

	if (t->slots == NULL)
		return -1;
	hash = hash_type(tag, count);
	for (uint32_t at = hash & mask; t->slots[at] != 0; at = (at + 1) & mask) {
		const struct fressian_seen_entry *e = &t->entries[t->slots[at] - 1];

		if (e->hash == hash && e->count == count && value_equal(&e->key, tag))
			return t->slots[at] - 1;
	}
	return -1;
}

void
fressian_seen_add_type(struct fressian_seen *t, const struct value *tag, uint32_t count)
{
	if (t->slots == NULL)
		first(t);
	add(t, tag, count, hash_type(tag, count));
}
