/*
 * ends.c: where the partitions of the commands topic end. See ends.h.
 */
#include <sys/eventfd.h>

#include <stdlib.h>
#include <unistd.h>

#include "daemon/kafka_scout.h"
#include "producer/ends.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/mem.h"

struct ends {
	struct once		*once;
	struct kafka_scout	*scout;
	int			 fd;		/* the scout writes to it; the tick looks anyway */
	int64_t			 asked_ms;	/* 0: nothing is being looked at */
};

struct ends *
ends_new(rd_kafka_t *rk, const char *topic, struct once *once)
{
	struct ends *e = xcalloc(1, sizeof(*e));

	e->once = once;
	e->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (e->fd == -1)
		fatal("eventfd");
	e->scout = kafka_scout_new(rk, topic, e->fd);
	return e;
}

void
ends_free(struct ends *e)
{
	if (e == NULL)
		return;
	kafka_scout_free(e->scout);
	close(e->fd);
	free(e);
}

/* Only the ends of all partitions say what may be on the log. A topic that is not there holds nothing. */
static void
found(struct ends *e, const struct kafka_scout_report *r)
{
	int64_t *ends = xcalloc((size_t)r->partitions + 1, sizeof(*ends));
	int n = 0;

	for (int i = 0; i < r->nranges; i++)
		if (r->ranges[i].partition >= 0 && r->ranges[i].partition < r->partitions) {
			ends[r->ranges[i].partition] = r->ranges[i].high;
			n++;
		}
	if (r->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
		once_ends(e->once, ends, 0, e->asked_ms);
	else if (r->err == RD_KAFKA_RESP_ERR_NO_ERROR && n == r->partitions)
		once_ends(e->once, ends, (size_t)n, e->asked_ms);
	free(ends);
}

void
ends_tick(struct ends *e)
{
	struct kafka_scout_report *r = kafka_scout_take(e->scout);

	if (r != NULL) {
		found(e, r);
		kafka_scout_report_free(r);
		e->asked_ms = 0;
	}
	if (e->asked_ms != 0 || !once_wants_ends(e->once))
		return;
	e->asked_ms = clock_ms();
	kafka_scout_ask(e->scout, 0, NULL, 0);
}
