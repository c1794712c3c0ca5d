/*
 * status.c: how every role is, in the log. See status.h.
 */
#include <inttypes.h>

#include "master/children.h"
#include "master/generation.h"
#include "master/status.h"
#include "util/clock.h"
#include "util/log.h"

static const char *const states[] = {
	[CHILD_STARTING] = "starting",
	[CHILD_READY] = "ready",
	[CHILD_STOPPING] = "stopping",
	[CHILD_RESTING] = "dead, to be restarted",
};

static int64_t
ago(int64_t then)
{
	return then == 0 ? -1 : (clock_ms() - then) / 1000;
}

static void
log_kafka(struct master *m, const struct generation *g)
{
	const struct board_generation *b = board_of(m->board, g->nr);

	log_notice("status: producer: a broker answered %" PRId64 " s ago (-1: never), %" PRId64
	    " records and %" PRId64 " bytes queued", ago(atomic_load(&b->producer.answered_ms)),
	    atomic_load(&b->producer.queued), atomic_load(&b->producer.queued_bytes));
	log_notice("status: tailer: a broker answered %" PRId64 " s ago (-1: never), %s, %s, %d partitions",
	    ago(atomic_load(&b->tailer.answered_ms)),
	    atomic_load(&b->tailer.assigned) ? "assigned" : "not assigned",
	    atomic_load(&b->tailer.at_end) ? "at its end" : "catching up",
	    atomic_load(&b->tailer.partitions));
}

void
status_log(struct master *m)
{
	struct generation *g = generation_current(m);
	struct child *c;
	char name[32];

	TAILQ_FOREACH(c, &m->children, entry) {
		const struct board_slot *slot = board_slot(m->board, c->role->id, c->nr,
		    c->generation->nr);

		log_notice("status: %s: %s, process %d, generation %u, up %" PRId64 " s, restarted %u times",
		    child_name(c, name, sizeof(name)), states[c->state], (int)c->pid,
		    c->generation->nr, ago(atomic_load(&slot->started_ms)),
		    atomic_load(&slot->restarts));
	}
	if (g != NULL)
		log_kafka(m, g);
	for (int i = 0; i < COUNTERS; i++)
		log_notice("status: %s %" PRId64, counter_name((enum counter)i),
		    board_sum(m->board, (enum counter)i));
}
