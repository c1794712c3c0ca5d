/*
 * fressian_cache.c: the reader's priority cache. Cached values are shared, never
 * copied; how large and how deep a message becomes by naming them again is
 * counted, so that a few bytes cannot expand without bound.
 */
#include "value/fressian_read.h"

void
fressian_cache_reset(struct fressian_in *in)
{
	in->nslots = 0;
	in->ntypes = 0;
	in->resets++;
}

/* The slot is taken before the value is read: an outer value has the lower index. */
int
fressian_cache_put(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	const uint8_t *at = in->p - 1;
	struct fressian_slot *slots;
	unsigned deepest = in->deepest, resets = in->resets;
	size_t index = in->nslots;
	uint64_t size = in->size;

	(void)code;
	slots = fressian_read_grow(in, in->slots, in->nslots, &in->slots_cap, sizeof(*slots));
	if (slots == NULL)
		return -1;
	in->slots = slots;
	in->slots[in->nslots++].height = 0;
	in->deepest = depth;
	if (fressian_read_value(in, depth + 1, out) == -1)
		return -1;
	if (in->resets != resets)
		return fressian_read_fail(in, E_CACHE, at,
		    "expected a value to be cached, found one that resets the caches inside");
	in->slots[index] = (struct fressian_slot){ *out, in->size - size, in->deepest - depth };
	if (in->deepest < deepest)
		in->deepest = deepest;
	return 0;
}

/* at: of the code or index. */
static int
get(struct fressian_in *in, unsigned depth, int64_t index, const uint8_t *at, struct value *out)
{
	const struct fressian_slot *slot;

	if (index < 0 || (uint64_t)index >= in->nslots)
		return fressian_read_fail(in, E_CACHE, at,
		    "expected the number of one of %zu cached values, found %lld", in->nslots,
		    (long long)index);
	slot = &in->slots[index];
	if (slot->height == 0)
		return fressian_read_fail(in, E_CACHE, at,
		    "expected the number of a finished value, found %lld, which holds this one",
		    (long long)index);
	if (depth + slot->height - 1 > in->limits->depth)
		return fressian_read_fail(in, E_LIMIT, at,
		    "expected at most %u levels of values, found more", in->limits->depth);
	if (depth + slot->height - 1 > in->deepest)
		in->deepest = depth + slot->height - 1;
	in->size += slot->size;
	*out = slot->v;
	return fressian_read_spend(in, slot->size);
}

int
fressian_cache_packed(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	return get(in, depth, in->p[-1] - code->arg, in->p - 1, out);
}

int
fressian_cache_get(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	const uint8_t *at = in->p;
	int64_t index;

	(void)code;
	if (fressian_read_int(in, depth + 1, "the index of a cached value", &index) == -1)
		return -1;
	return get(in, depth, index, at, out);
}
