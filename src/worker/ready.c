/*
 * ready.c: can a command be taken now? See ready.h.
 */
#include <sys/statvfs.h>

#include <inttypes.h>

#include "util/clock.h"
#include "worker/ready.h"

static const char *
silence(const struct proc *p, struct arena *a, int64_t answered)
{
	if (answered == 0)
		return "no Kafka broker has answered yet: are kafka.servers right and the brokers up?";
	return arena_printf(a, "no Kafka broker has answered for %" PRId64 " ms (kafka.unreachable_after is %"
	    PRId64 " ms)", clock_ms() - answered, p->config.kafka.unreachable_after);
}

static bool
answers(const struct proc *p, int64_t answered)
{
	return answered != 0 && clock_ms() - answered <= p->config.kafka.unreachable_after;
}

static bool
check_producer(const struct proc *p, struct arena *a, const char **detail)
{
	const struct board_producer *b = &p->shared->producer;
	int64_t answered = atomic_load(&b->answered_ms), queued = atomic_load(&b->queued);

	if (atomic_load(&b->alive) == 0)
		*detail = "the producer is being started";
	else if (!answers(p, answered))
		*detail = silence(p, a, answered);
	else if (queued >= p->config.kafka.max_queued)
		*detail = "the producer's queue is full (kafka.max_queued)";
	else {
		*detail = arena_printf(a, "a broker answered %" PRId64 " ms ago, %" PRId64 " records queued",
		    clock_ms() - answered, queued);
		return true;
	}
	return false;
}

static bool
check_tailer(const struct proc *p, struct arena *a, const char **detail)
{
	const struct board_tailer *b = &p->shared->tailer;
	int64_t answered = atomic_load(&b->answered_ms);

	if (!answers(p, answered))
		*detail = silence(p, a, answered);
	else if (atomic_load(&b->assigned) == 0)
		*detail = arena_printf(a, "the partitions of topic %s are not known yet: does it exist?",
		    p->config.topics.events);
	else if (atomic_load(&b->at_end) == 0)
		*detail = "catching up with the events topic";
	else {
		*detail = arena_printf(a, "at the end of %d partitions", atomic_load(&b->partitions));
		return true;
	}
	return false;
}

/* What is not known cannot be compared with: commands are refused then, unless that is switched off. */
static bool
check_schemas(const struct proc *p, struct arena *a, const char **detail)
{
	enum registry_state state;

	(void)a;
	*detail = NULL;	/* nothing to check */
	if (p->registry == NULL)
		return true;
	state = (enum registry_state)atomic_load(&p->registry->state);
	*detail = registry_state_text(state);
	if (registry_state_known(state) && atomic_load(&p->registry->mixed) != 0)
		*detail = "an action has a schema in topics.schemas and one in schemas.dir, which holds; the log names it";
	return registry_state_known(state) || p->config.schemas.mode == CONFIG_SCHEMAS_OFF;
}

/* Records of both topics that are not in the index yet. */
static int64_t
not_indexed(const struct board_index *b)
{
	int64_t n = 0, lag;

	for (int t = 0; t < BOARD_TOPICS; t++)
		for (int i = 0; i < atomic_load(&b->partitions[t]); i++) {
			lag = atomic_load(&b->end[t][i]) - atomic_load(&b->next[t][i]);
			n += lag > 0 ? lag : 0;
		}
	return n;
}

static bool
check_index(const struct proc *p, struct arena *a, const char **detail)
{
	const struct board_index *b = &p->board->index;
	int state = atomic_load(&b->state);

	if (!p->config.index.enabled)
		*detail = "switched off (index.enabled)";
	else if (state == BOARD_INDEX_NONE)
		*detail = "not open yet";
	else if (state == BOARD_INDEX_DISK_FULL)
		*detail = "it stands still, because the disk is full; it goes on when there is room";
	else if (state == BOARD_INDEX_FAILED)
		*detail = "it stands still; the log says why";
	else if (!answers(p, atomic_load(&b->answered_ms)))
		*detail = silence(p, a, atomic_load(&b->answered_ms));
	else if (atomic_load(&b->rebuilding) != 0)
		*detail = arena_printf(a, "being made: %" PRId64 " records still to be read", not_indexed(b));
	else
		*detail = arena_printf(a, "%" PRId64 " commands and %" PRId64 " events, %" PRId64
		    " records behind", atomic_load(&b->rows[BOARD_COMMANDS]), atomic_load(&b->rows[BOARD_EVENTS]),
		    not_indexed(b));
	return !p->config.index.enabled || (state == BOARD_INDEX_RUNNING && answers(p,
	    atomic_load(&b->answered_ms)) && atomic_load(&b->rebuilding) == 0);
}

/* Nothing but the index is kept on disk here, and the log, which the master opens for all. */
static bool
check_disk(const struct proc *p, struct arena *a, const char **detail)
{
	struct statvfs fs;
	int percent;

	*detail = "nothing is kept on disk";
	if (!p->config.index.enabled)
		return true;
	if (atomic_load(&p->board->index.state) == BOARD_INDEX_DISK_FULL) {
		*detail = arena_printf(a, "%s is full", p->config.index.directory);
		return false;
	}
	*detail = arena_printf(a, "%s cannot be looked at", p->config.index.directory);
	if (p->index_fd[0] == -1 || fstatvfs(p->index_fd[0], &fs) == -1 || fs.f_blocks == 0)
		return true;
	percent = (int)(fs.f_bavail * 100 / fs.f_blocks);
	*detail = arena_printf(a, "%d %% of the file system of %s is free", percent, p->config.index.directory);
	return percent > 0;
}

static const struct {
	const char	*name;
	bool		 decides;
	bool		(*check)(const struct proc *, struct arena *, const char **);
} rows[READY_CHECKS] = {
	{ "producer", true, check_producer },
	{ "tailer", true, check_tailer },
	{ "schemas", true, check_schemas },
	{ "index", false, check_index },
	{ "disk", false, check_disk },
};

bool
ready_checks(const struct proc *p, struct arena *a, struct ready_check out[READY_CHECKS])
{
	bool ready = true;

	for (int i = 0; i < READY_CHECKS; i++) {
		out[i].decides = rows[i].decides;
		out[i].ok = rows[i].check(p, a, &out[i].detail);
		out[i].name = out[i].detail != NULL || rows[i].check != check_schemas ? rows[i].name : NULL;
		ready = ready && (out[i].ok || !out[i].decides);
	}
	return ready;
}
