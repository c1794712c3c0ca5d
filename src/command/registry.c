/*
 * registry.c: which schema holds for which action. See registry.h. A table by
 * hash, and an array in the order of the names that is sorted when a list is
 * asked for after something came.
 */
#include <stdlib.h>
#include <string.h>

#include "command/registry.h"
#include "util/hash.h"
#include "util/mem.h"

#define NEAR_MAX_LEN	64	/* longer names are not compared */
#define NEAR_MAX	2	/* changes of a letter */
#define NEAR_LOOK	8192	/* slots looked at: a wrong name must not cost more */

struct registry {
	struct registry_entry	**slots;	/* a power of two of them, at most half used; NULL: free */
	size_t			  nslots, n;
	struct registry_entry	**sorted;	/* all of them */
	size_t			  nsorted;	/* how many of them are in sorted */
	size_t			  current;	/* have a schema now */
};

struct registry *
registry_new(void)
{
	struct registry *r = xcalloc(1, sizeof(*r));

	r->nslots = 64;
	r->slots = xcalloc(r->nslots, sizeof(*r->slots));
	return r;
}

void
registry_free(struct registry *r, void (*drop)(struct registry_entry *e))
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->nslots; i++) {
		if (r->slots[i] == NULL)
			continue;
		if (drop != NULL && r->slots[i]->program != NULL)
			drop(r->slots[i]);
		free(r->slots[i]->versions);
		free(r->slots[i]);
	}
	free(r->slots);
	free(r->sorted);
	free(r);
}

static bool
is(const struct registry_entry *e, uint64_t hash, const char *action, size_t len)
{
	const struct registry_record *v = &e->versions[0];

	return e->hash == hash && v->action_len == len && memcmp(v->action, action, len) == 0;
}

/* The slot that the action is in, or would be. */
static struct registry_entry **
slot_of(struct registry_entry **slots, size_t nslots, uint64_t hash, const char *action, size_t len)
{
	size_t i = hash & (nslots - 1);

	while (slots[i] != NULL && !is(slots[i], hash, action, len))
		i = (i + 1) & (nslots - 1);
	return &slots[i];
}

static void
grow(struct registry *r)
{
	size_t n = r->nslots * 2;
	struct registry_entry **slots = xcalloc(n, sizeof(*slots));

	for (size_t i = 0; i < r->nslots; i++) {
		struct registry_entry *e = r->slots[i];

		if (e != NULL)
			*slot_of(slots, n, e->hash, e->versions[0].action, e->versions[0].action_len) = e;
	}
	free(r->slots);
	r->slots = slots;
	r->nslots = n;
}

struct registry_entry *
registry_find(const struct registry *r, const char *action, size_t len)
{
	return *slot_of(r->slots, r->nslots, hash_more(HASH_START, action, len), action, len);
}

const struct registry_record *
registry_current(const struct registry_entry *e)
{
	return e == NULL || e->versions[e->n - 1].removed ? NULL : &e->versions[e->n - 1];
}

const struct registry_record *
registry_version(const struct registry_entry *e, uint32_t version)
{
	/* They follow each other without a gap. */
	if (e == NULL || version < e->versions[0].version || version - e->versions[0].version >= e->n)
		return NULL;
	return &e->versions[version - e->versions[0].version];
}

uint32_t
registry_newest(const struct registry_entry *e)
{
	return e == NULL ? 0 : e->versions[e->n - 1].version;
}

static struct registry_entry *
add(struct registry *r, const struct registry_record *rec)
{
	struct registry_entry *e = xcalloc(1, sizeof(*e));

	e->hash = hash_more(HASH_START, rec->action, rec->action_len);
	if (r->n >= r->nslots / 2)
		grow(r);
	*slot_of(r->slots, r->nslots, e->hash, rec->action, rec->action_len) = e;
	r->n++;
	return e;
}

/* A power of two of them has room. */
static void
push(struct registry_entry *e, const struct registry_record *rec)
{
	if ((e->n & (e->n - 1)) == 0)
		e->versions = xreallocarray(e->versions, e->n == 0 ? 1 : 2 * e->n, sizeof(*e->versions));
	e->versions[e->n++] = *rec;
}

enum registry_verdict
registry_judge(const struct registry_entry *e, const struct registry_record *rec)
{
	if (e != NULL && e->versions[e->n - 1].from_file != rec->from_file)
		return REGISTRY_CLASH;
	if (e != NULL && (rec->base != registry_newest(e) || rec->version != rec->base + 1))
		return REGISTRY_LOST;
	return REGISTRY_TAKEN;
}

enum registry_verdict
registry_take(struct registry *r, const struct registry_record *rec, struct registry_entry **out)
{
	struct registry_entry *e = registry_find(r, rec->action, rec->action_len);

	enum registry_verdict v = registry_judge(e, rec);

	if (out != NULL)
		*out = e;
	if (v != REGISTRY_TAKEN)
		return v;
	if (registry_current(e) != NULL)
		r->current--;
	if (e == NULL)
		e = add(r, rec);
	push(e, rec);
	if (registry_current(e) != NULL)
		r->current++;
	if (out != NULL)
		*out = e;
	return REGISTRY_TAKEN;
}

size_t
registry_count(const struct registry *r)
{
	return r->current;
}

static int
compare_names(const char *a, size_t alen, const char *b, size_t blen)
{
	int c = memcmp(a, b, alen < blen ? alen : blen);

	return c != 0 ? c : (alen > blen) - (alen < blen);
}

static int
compare(const void *a, const void *b)
{
	const struct registry_record *x = &(*(struct registry_entry *const *)a)->versions[0],
	    *y = &(*(struct registry_entry *const *)b)->versions[0];

	return compare_names(x->action, x->action_len, y->action, y->action_len);
}

static void
sort(struct registry *r)
{
	if (r->nsorted == r->n)
		return;
	r->sorted = xreallocarray(r->sorted, r->n, sizeof(struct registry_entry *));
	r->nsorted = 0;
	for (size_t i = 0; i < r->nslots; i++)
		if (r->slots[i] != NULL)
			r->sorted[r->nsorted++] = r->slots[i];
	qsort(r->sorted, r->nsorted, sizeof(struct registry_entry *), compare);
}

size_t
registry_list(struct registry *r, const char *after, size_t after_len, struct registry_entry **out, size_t max)
{
	size_t low = 0, high, n = 0;

	sort(r);
	high = after != NULL ? r->nsorted : 0;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct registry_record *v = &r->sorted[middle]->versions[0];

		if (compare_names(v->action, v->action_len, after, after_len) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < r->nsorted && n < max; low++)
		if (registry_current(r->sorted[low]) != NULL)
			out[n++] = r->sorted[low];
	return n;
}

/* Levenshtein's distance, or more than NEAR_MAX. */
static unsigned
distance(const char *a, size_t alen, const char *b, size_t blen)
{
	unsigned row[NEAR_MAX_LEN + 1], before, corner;

	if (alen > NEAR_MAX_LEN || blen > NEAR_MAX_LEN || (alen > blen ? alen - blen : blen - alen) > NEAR_MAX)
		return NEAR_MAX + 1;
	for (size_t j = 0; j <= blen; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= alen; i++) {
		corner = row[0];
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= blen; j++) {
			before = row[j];
			corner += a[i - 1] != b[j - 1];
			if (corner > row[j - 1] + 1)
				corner = row[j - 1] + 1;
			if (corner > before + 1)
				corner = before + 1;
			row[j] = corner;
			corner = before;
		}
	}
	return row[blen];
}

size_t
registry_near(const struct registry *r, const char *action, size_t len, const struct registry_record **out,
    size_t max)
{
	size_t n = 0, nslots = r->nslots < NEAR_LOOK ? r->nslots : NEAR_LOOK;
	const struct registry_record *v;

	for (unsigned far = 1; far <= NEAR_MAX && n < max; far++)
		for (size_t i = 0; i < nslots && n < max; i++)
			if (r->slots[i] != NULL && (v = registry_current(r->slots[i])) != NULL &&
			    distance(action, len, v->action, v->action_len) == far)
				out[n++] = v;
	return n;
}
