/*
 * transit_cache.c: transit's caching of repeated strings. See transit_cache.h.
 */
#include <stdlib.h>
#include <string.h>

#include "util/mem.h"
#include "value/transit_cache.h"
#include "value/utf8.h"

#define SHORTEST	4	/* UTF-16 units, prefix included */
#define FIRST_CHAR	48
#define FIRST_ROOM	64
#define UNITS_CERTAIN	10	/* bytes that are at least SHORTEST units, whatever they are */

bool
transit_cache_counts(const char *text, size_t len, bool as_key)
{
	if (len < SHORTEST)
		return false;
	if (!as_key && (text[0] != '~' || (text[1] != ':' && text[1] != '$' && text[1] != '#')))
		return false;
	if (((text[0] | text[1] | text[2] | text[3]) & 0x80) == 0)
		return true;
	return len >= UNITS_CERTAIN || utf8_utf16_len((const uint8_t *)text, len) >= SHORTEST;
}

bool
transit_cache_is_code(const char *text, size_t len)
{
	return len > 0 && text[0] == '^' && !(len == 2 && text[1] == ' ');
}

/*
 * Grow by doubling: most bodies have few entries. The outgrown tables stay in the arena, as much
 * again at most.
 */
static int
grow(struct transit_read_cache *c, struct arena *a)
{
	unsigned room = c->room == 0 ? FIRST_ROOM : c->room * 2;
	struct transit_slot *slots;

	if (room > TRANSIT_CACHE_MAX)
		room = TRANSIT_CACHE_MAX;
	if ((slots = arena_array(a, room, sizeof(*slots))) == NULL)
		return -1;
	if (c->n > 0)
		memcpy(slots, c->slots, c->n * sizeof(*slots));
	c->slots = slots;
	c->room = room;
	return 0;
}

int
transit_cache_enter(struct transit_read_cache *c, struct arena *a, const struct transit_slot *slot)
{
	if (c->n == TRANSIT_CACHE_MAX)
		c->n = 0;
	if (c->n == c->room && grow(c, a) == -1)
		return -1;
	c->slots[c->n++] = *slot;
	return 0;
}

const struct transit_slot *
transit_cache_find(const struct transit_read_cache *c, const char *code, size_t len)
{
	unsigned index = 0;

	if (len < 2 || len > TRANSIT_CACHE_CODE)
		return NULL;
	for (size_t i = 1; i < len; i++) {
		if (code[i] < FIRST_CHAR || code[i] >= FIRST_CHAR + TRANSIT_CACHE_NUMERALS)
			return NULL;
		index = index * TRANSIT_CACHE_NUMERALS + (unsigned)(code[i] - FIRST_CHAR);
	}
	return index < c->n ? &c->slots[index] : NULL;
}

void
transit_cache_init(struct transit_write_cache *c)
{
	c->entries = c->first_entries;
	c->index = c->first_index;
	c->room = TRANSIT_CACHE_FIRST;
	c->n = 0;
	memset(c->first_index, 0, sizeof(c->first_index));
	buf_init(&c->texts, 0);
}

void
transit_cache_free(struct transit_write_cache *c)
{
	if (c->entries != c->first_entries) {
		free(c->entries);
		free(c->index);
	}
	buf_free(&c->texts);
}

static unsigned
places(const struct transit_write_cache *c)
{
	return c->room * 2;
}

static void
enter_index(struct transit_write_cache *c, unsigned entry)
{
	size_t at = (size_t)c->entries[entry].hash & (places(c) - 1);

	while (c->index[at] != 0)
		at = (at + 1) & (places(c) - 1);
	c->index[at] = (uint16_t)(entry + 1);
}

/* room stays a power of two; the last, 2048, is enough for every code. */
static void
widen(struct transit_write_cache *c)
{
	struct transit_cached *old = c->entries;
	bool first = old == c->first_entries;

	c->room *= 2;
	c->entries = xreallocarray(first ? NULL : old, c->room, sizeof(*old));
	if (first)
		memcpy(c->entries, old, c->n * sizeof(*old));
	c->index = xreallocarray(first ? NULL : c->index, places(c), sizeof(*c->index));
	memset(c->index, 0, places(c) * sizeof(*c->index));
	for (unsigned i = 0; i < c->n; i++)
		enter_index(c, i);
}

static void
begin_anew(struct transit_write_cache *c)
{
	c->n = 0;
	buf_reset(&c->texts);
	memset(c->index, 0, places(c) * sizeof(*c->index));
}

static size_t
put_code(unsigned index, char code[TRANSIT_CACHE_CODE])
{
	unsigned hi = index / TRANSIT_CACHE_NUMERALS, lo = index % TRANSIT_CACHE_NUMERALS;
	size_t n = 0;

	code[n++] = '^';
	if (hi > 0)
		code[n++] = (char)(FIRST_CHAR + hi);
	code[n++] = (char)(FIRST_CHAR + lo);
	return n;
}

/* Its entry number, or -1. */
static int
find_text(const struct transit_write_cache *c, const char *text, size_t len, uint64_t hash)
{
	size_t mask = places(c) - 1;

	if (c->n == 0)
		return -1;
	for (size_t at = (size_t)hash & mask; c->index[at] != 0; at = (at + 1) & mask) {
		const struct transit_cached *e = &c->entries[c->index[at] - 1];

		if (e->hash == hash && e->len == len && memcmp(c->texts.data + e->at, text,
		    len) == 0)
			return c->index[at] - 1;
	}
	return -1;
}

size_t
transit_cache_code(struct transit_write_cache *c, const char *text, size_t len,
    char code[TRANSIT_CACHE_CODE])
{
	struct value v = value_string(text, len);
	uint64_t hash = value_hash(&v);
	int found = find_text(c, text, len, hash);

	if (found != -1)
		return put_code((unsigned)found, code);
	if (c->n == TRANSIT_CACHE_MAX)
		begin_anew(c);
	if (c->n == c->room)
		widen(c);
	c->entries[c->n] = (struct transit_cached){ .hash = hash, .at = c->texts.len, .len = len };
	buf_put(&c->texts, text, len);
	enter_index(c, c->n++);
	return 0;
}
