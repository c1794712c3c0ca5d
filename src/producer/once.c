/*
 * once.c: commands that carry an Idempotency-Key. See once.h.
 *
 *	(none) -> BUSY -> WRITTEN -> (none, once the index has passed it for a while)
 *	               -> (none): certainly not written
 *	               -> UNKNOWN -> (none, once the index has passed every end asked for after that)
 */
#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>

#include "producer/once.h"
#include "util/idtab.h"
#include "util/mem.h"

#define ENTRIES_MAX	((size_t)262144)
/* A worker that looked into the index asks within this time, or looks again. */
#define KEEP_MS		10000

enum state {
	BUSY,
	WRITTEN,
	UNKNOWN,
};

struct entry {
	TAILQ_ENTRY(entry)	 link;		/* in settled, oldest first; not while BUSY */
	struct id		 id;
	uint64_t		 fingerprint;
	enum state		 state;
	int64_t			 since_ms;	/* of WRITTEN or UNKNOWN */
	struct once_place	 place;
};

struct once {
	const struct board	*board;
	struct idtab		 by_id;
	TAILQ_HEAD(, entry)	 settled;
	size_t			 busy;
	int64_t			*ends;
	size_t			 nends;
	int64_t			 asked_ms;	/* when these ends were asked for; 0: never */
	int64_t			 passed_ms;	/* when the index was seen to have passed them; 0: not yet */
	int64_t			 began_ms;	/* when it first was: what is older than this process is known since; 0: not yet */
	bool			 wants;
};

struct once *
once_new(const struct board *board)
{
	struct once *o = xcalloc(1, sizeof(*o));

	o->board = board;
	idtab_init(&o->by_id);
	TAILQ_INIT(&o->settled);
	o->wants = true;
	return o;
}

void
once_free(struct once *o)
{
	struct idtab_slot *slot;
	size_t pos = 0;

	if (o == NULL)
		return;
	while ((slot = idtab_next(&o->by_id, &pos)) != NULL)
		free(slot->ptr);
	idtab_free(&o->by_id);
	free(o->ends);
	free(o);
}

bool
once_wants_ends(const struct once *o)
{
	return o->wants;
}

void
once_ends(struct once *o, const int64_t *ends, size_t n, int64_t asked_ms)
{
	o->ends = xreallocarray(o->ends, n == 0 ? 1 : n, sizeof(*ends));
	if (n > 0)
		memcpy(o->ends, ends, n * sizeof(*ends));
	o->nends = n;
	o->asked_ms = asked_ms;
	o->passed_ms = 0;
	o->wants = false;
}

static bool
indexed(const struct once *o, int32_t partition, int64_t offset)
{
	return partition >= 0 && partition < BOARD_PARTITIONS &&
	    atomic_load(&o->board->index.next[BOARD_COMMANDS][partition]) > offset;
}

/* Has the index passed the ends? Noted with the time, since what was looked up before is worth nothing. */
static void
note_passed(struct once *o, int64_t now_ms)
{
	if (o->asked_ms == 0 || o->passed_ms != 0)
		return;
	for (size_t i = 0; i < o->nends; i++)
		if (o->ends[i] > 0 && !indexed(o, (int32_t)i, o->ends[i] - 1))
			return;
	o->passed_ms = now_ms;
	if (o->began_ms == 0)
		o->began_ms = now_ms;
}

static void
drop(struct once *o, struct entry *e)
{
	if (e->state == BUSY)
		o->busy--;
	else
		TAILQ_REMOVE(&o->settled, e, link);
	idtab_remove(&o->by_id, &e->id);
	free(e);
}

/* Does the index tell of it by now, to everyone who has looked since? */
static bool
outlived(const struct once *o, const struct entry *e, int64_t now_ms)
{
	if (now_ms - e->since_ms <= KEEP_MS)
		return false;
	if (e->state == WRITTEN && e->place.offset >= 0)
		return indexed(o, e->place.partition, e->place.offset);
	return o->asked_ms > e->since_ms && o->passed_ms != 0 && now_ms - o->passed_ms > KEEP_MS;
}

static void
forget_old(struct once *o, int64_t now_ms)
{
	struct entry *e;

	while ((e = TAILQ_FIRST(&o->settled)) != NULL && outlived(o, e, now_ms))
		drop(o, e);
}

/* One of unknown outcome: where the log holds it, the index does, as soon as it has passed ends asked for later. */
static bool
still_unknown(struct once *o, const struct entry *e, const struct once_question *q)
{
	if (o->asked_ms <= e->since_ms) {
		o->wants = true;
		return true;
	}
	return o->passed_ms == 0 || q->looked_ms <= o->passed_ms;
}

static enum once_verdict
of_entry(const struct entry *e, const struct once_question *q, struct once_place *place)
{
	if (e->fingerprint != q->fingerprint)
		return ONCE_REUSED;
	if (e->state == BUSY)
		return ONCE_BUSY;
	*place = e->place;
	return ONCE_KNOWN;
}

enum once_verdict
once_ask(struct once *o, const struct once_question *q, int64_t now_ms, struct once_place *place)
{
	struct entry *e;

	note_passed(o, now_ms);
	forget_old(o, now_ms);
	e = idtab_get(&o->by_id, &q->id);
	if (e != NULL && e->state == UNKNOWN && e->fingerprint == q->fingerprint) {
		if (still_unknown(o, e, q))
			return ONCE_LOOK;
		drop(o, e);
		e = NULL;
	}
	if (e != NULL)
		return of_entry(e, q, place);
	if (o->began_ms == 0 || q->looked_ms <= o->began_ms || now_ms - q->looked_ms > KEEP_MS / 2)
		return ONCE_LOOK;
	if (o->by_id.count >= ENTRIES_MAX)
		return ONCE_FULL;
	e = xcalloc(1, sizeof(*e));
	e->id = q->id;
	e->fingerprint = q->fingerprint;
	e->state = BUSY;
	o->busy++;
	idtab_put(&o->by_id, &e->id, e);
	return ONCE_WRITE;
}

static struct entry *
busy_entry(struct once *o, const struct id *id)
{
	struct entry *e = idtab_get(&o->by_id, id);

	return e != NULL && e->state == BUSY ? e : NULL;
}

static void
settle(struct once *o, struct entry *e, enum state state, int64_t now_ms)
{
	o->busy--;
	e->state = state;
	e->since_ms = now_ms;
	TAILQ_INSERT_TAIL(&o->settled, e, link);
}

void
once_written(struct once *o, const struct id *id, const struct once_place *place, int64_t now_ms)
{
	struct entry *e = busy_entry(o, id);

	if (e == NULL)
		return;
	e->place = *place;
	settle(o, e, WRITTEN, now_ms);
	/* Where Kafka told no offset, the ends will tell when the index has it. */
	o->wants = o->wants || place->offset < 0;
}

void
once_not_written(struct once *o, const struct id *id)
{
	struct entry *e = busy_entry(o, id);

	if (e != NULL)
		drop(o, e);
}

void
once_unknown(struct once *o, const struct id *id, int64_t now_ms)
{
	struct entry *e = busy_entry(o, id);

	if (e == NULL)
		return;
	settle(o, e, UNKNOWN, now_ms);
	o->wants = true;
}

size_t
once_busy(const struct once *o)
{
	return o->busy;
}
