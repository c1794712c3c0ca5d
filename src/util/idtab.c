/*
 * idtab.c: a hash table from id to pointer. See idtab.h.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/idtab.h"
#include "util/mem.h"

void
idtab_init(struct idtab *t)
{
	memset(t, 0, sizeof(*t));
}

void
idtab_free(struct idtab *t)
{
	free(t->slots);
	idtab_init(t);
}

/* Ids can be chosen by others (events name any parent), so all 16 bytes are mixed. */
static size_t
home(const struct idtab *t, const struct id *id)
{
	uint64_t a, b;

	memcpy(&a, id->b, sizeof(a));
	memcpy(&b, id->b + 8, sizeof(b));
	a = (a ^ (b * UINT64_C(0x9E3779B97F4A7C15))) * UINT64_C(0xBF58476D1CE4E5B9);
	a ^= a >> 29;
	return (size_t)(a * UINT64_C(0x94D049BB133111EB) >> 17) & (t->cap - 1);
}

static struct idtab_slot *
find(const struct idtab *t, const struct id *id)
{
	size_t i = home(t, id);

	while (t->slots[i].ptr != NULL && !id_equal(&t->slots[i].id, id))
		i = (i + 1) & (t->cap - 1);
	return &t->slots[i];
}

static void
grow(struct idtab *t)
{
	struct idtab_slot *old = t->slots;
	size_t old_cap = t->cap;

	t->cap = old_cap == 0 ? 64 : old_cap * 2;
	t->slots = xcalloc(t->cap, sizeof(*t->slots));
	for (size_t i = 0; i < old_cap; i++)
		if (old[i].ptr != NULL)
			*find(t, &old[i].id) = old[i];
	free(old);
}

void *
idtab_put(struct idtab *t, const struct id *id, void *ptr)
{
	struct idtab_slot *s;
	void *before;

	if (t->count * 4 >= t->cap * 3)
		grow(t);
	s = find(t, id);
	before = s->ptr;
	if (before == NULL)
		t->count++;
	s->id = *id;
	s->ptr = ptr;
	return before;
}

void *
idtab_get(const struct idtab *t, const struct id *id)
{
	return t->count == 0 ? NULL : find(t, id)->ptr;
}

/* Close the gap: move back each follower whose home does not lie behind the gap. */
static void
close_gap(struct idtab *t, size_t gap)
{
	size_t mask = t->cap - 1, i = gap;

	for (;;) {
		i = (i + 1) & mask;
		if (t->slots[i].ptr == NULL)
			break;
		if (((i - home(t, &t->slots[i].id)) & mask) >= ((i - gap) & mask)) {
			t->slots[gap] = t->slots[i];
			gap = i;
		}
	}
	t->slots[gap].ptr = NULL;
}

void *
idtab_remove(struct idtab *t, const struct id *id)
{
	struct idtab_slot *s;
	void *before;

	if (t->count == 0)
		return NULL;
	s = find(t, id);
	if ((before = s->ptr) == NULL)
		return NULL;
	t->count--;
	close_gap(t, (size_t)(s - t->slots));
	return before;
}

struct idtab_slot *
idtab_next(struct idtab *t, size_t *pos)
{
	while (*pos < t->cap) {
		struct idtab_slot *s = &t->slots[(*pos)++];

		if (s->ptr != NULL)
			return s;
	}
	return NULL;
}
