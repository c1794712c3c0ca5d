/*
 * ready.c: can a command be taken now? See ready.h.
 */
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

static bool
check_index(const struct proc *p, struct arena *a, const char **detail)
{
	(void)p;
	(void)a;
	*detail = "this version keeps no index";
	return true;
}

/* Without an index nothing is kept on disk but the log, which the master writes for all. */
static bool
check_disk(const struct proc *p, struct arena *a, const char **detail)
{
	(void)p;
	(void)a;
	*detail = "this version keeps nothing on disk";
	return true;
}

static const struct {
	const char	*name;
	bool		 decides;
	bool		(*check)(const struct proc *, struct arena *, const char **);
} rows[READY_CHECKS] = {
	{ "producer", true, check_producer },
	{ "tailer", true, check_tailer },
	{ "index", false, check_index },
	{ "disk", false, check_disk },
};

bool
ready_checks(const struct proc *p, struct arena *a, struct ready_check out[READY_CHECKS])
{
	bool ready = true;

	for (int i = 0; i < READY_CHECKS; i++) {
		out[i].name = rows[i].name;
		out[i].decides = rows[i].decides;
		out[i].ok = rows[i].check(p, a, &out[i].detail);
		ready = ready && (out[i].ok || !out[i].decides);
	}
	return ready;
}
