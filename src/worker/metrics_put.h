/*
 * metrics_put.h: the samples of each row of metrics.def, for metrics.c. They
 * stand in metrics_put.c, metrics_topics.c and metrics_process.c.
 */
#ifndef WORKER_METRICS_PUT_H
#define WORKER_METRICS_PUT_H

#include "access/access.h"
#include "daemon/proc.h"
#include "util/arena.h"

#define METRICS_LABELS	320	/* bytes; a topic's name has 249 at most */

/* A page being made. */
struct metrics {
	struct buf		*out;
	const struct proc	*proc;
	const struct access	*who;
	struct arena		*arena;		/* for texts */
	struct board_totals	 totals;
	const char		*name;		/* of the family whose samples are being put */
};

/* A sample of the family that is being put; labels as metrics_text.h has them. */
void	metrics_one(struct metrics *m, const char *labels, int64_t n);
/* The same with one label, whose value needs no escaping. */
void	metrics_label(struct metrics *m, const char *label, const char *value, int64_t n);

#define METRIC(put, name, type, labels, doc) void metrics_put_##put(struct metrics *m);
#include "worker/metrics.def"
#undef METRIC

#endif
