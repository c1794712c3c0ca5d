/*
 * rates.c: how often each client comes. See rates.h.
 */
#include "daemon/rates.h"

#define PROBES		8	/* places that a client may have */
#define SECOND_NS	INT64_C(1000000000)
/* What can be owed: many large batches that were all let in before the first was counted must not overflow a time. */
#define DEBT_MAX_NS	(30 * 24 * 3600 * SECOND_NS)

/*
 * The client's place: its own, else a free one or one whose bucket is full, which is as good as none. Where all have
 * just been used, the one that fills first goes: who seeks that needs many clients, and gains one bucket.
 */
static unsigned
place_of(struct rates *r, uint64_t client, int64_t now)
{
	unsigned at = (unsigned)(client % RATES_PLACES), best = at;
	int64_t least = INT64_MAX;

	for (unsigned i = 0; i < PROBES; i++) {
		unsigned p = (at + i) % RATES_PLACES;
		int64_t full = atomic_load_explicit(&r->place[p].full_ns, memory_order_relaxed);
		uint64_t who = atomic_load_explicit(&r->place[p].client, memory_order_relaxed);

		if (who == client)
			return p;
		if (who == 0 || full <= now)
			full = INT64_MIN;
		if (full < least) {
			least = full;
			best = p;
		}
	}
	/* Two that take the same place at the same moment share it for once. */
	atomic_store_explicit(&r->place[best].full_ns, now, memory_order_relaxed);
	atomic_store_explicit(&r->place[best].client, client, memory_order_relaxed);
	return best;
}

static _Atomic int64_t *
bucket(struct rates *r, uint64_t client, int64_t now_ns)
{
	return &r->place[place_of(r, client == 0 ? 1 : client, now_ns)].full_ns;
}

int64_t
rates_take(struct rates *r, uint64_t client, unsigned rate, unsigned burst, int64_t now_ns)
{
	const int64_t each = SECOND_NS / rate, room = each * (int64_t)burst;
	_Atomic int64_t *full = bucket(r, client, now_ns);
	int64_t was = atomic_load_explicit(full, memory_order_relaxed), from;

	do {
		from = was > now_ns ? was : now_ns;
		if (from - now_ns > room - each)
			return from - now_ns - (room - each);
	} while (!atomic_compare_exchange_weak_explicit(full, &was, from + each, memory_order_relaxed,
	    memory_order_relaxed));
	return 0;
}

void
rates_owe(struct rates *r, uint64_t client, unsigned rate, unsigned n, int64_t now_ns)
{
	const int64_t debt = SECOND_NS / rate * (int64_t)n;
	_Atomic int64_t *full = bucket(r, client, now_ns);
	int64_t was = atomic_load_explicit(full, memory_order_relaxed), to;

	do {
		to = was > now_ns ? was : now_ns;
		to = to - now_ns > DEBT_MAX_NS - debt ? now_ns + DEBT_MAX_NS : to + debt;
	} while (!atomic_compare_exchange_weak_explicit(full, &was, to, memory_order_relaxed, memory_order_relaxed));
}
