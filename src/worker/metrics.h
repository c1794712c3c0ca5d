/*
 * metrics.h: GET /metrics: what every process counted, for Prometheus. All of
 * it is on the scoreboard, so that any worker tells it for all.
 */
#ifndef WORKER_METRICS_H
#define WORKER_METRICS_H

#include <stddef.h>

#include "access/access.h"
#include "daemon/proc.h"
#include "util/arena.h"
#include "worker/exchange.h"
#include "worker/metrics_text.h"

struct metrics_family {
	char			 name[80];
	enum metrics_type	 type;
	char			 labels[48];	/* "role, number"; "": none */
	const char		*doc;
};

/* Every family there can be, from metrics.def, counters.def and histograms.def, in the order of the page. */
const struct metrics_family *metrics_families(size_t *n);
/* The page, appended to out. Texts are in a. */
void	metrics_page(struct buf *out, const struct proc *p, const struct access *who, struct arena *a);
void	metrics_get(struct exchange *x);

#endif
