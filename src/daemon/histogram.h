/*
 * histogram.h: how long things took, as counts of buckets with fixed bounds.
 * One process adds, any process reads; atomics, no locks. What is measured
 * stands in histograms.def.
 */
#ifndef DAEMON_HISTOGRAM_H
#define DAEMON_HISTOGRAM_H

#include <stdatomic.h>
#include <stdint.h>

/* The last bucket has no bound. */
#define HISTOGRAM_BUCKETS	20

enum histogram_id {
#define HISTOGRAM(name, family, label, value, doc) HISTOGRAM_##name,
#include "daemon/histograms.def"
#undef HISTOGRAM
	HISTOGRAMS
};

struct histogram {
	_Atomic int64_t	buckets[HISTOGRAM_BUCKETS];	/* each its own, not those below it */
	_Atomic int64_t	sum_ns;
};

/* Bounds in ns, each inclusive: 50 µs to 60 s. */
extern const int64_t histogram_bounds[HISTOGRAM_BUCKETS - 1];
/* The same as they are written, in seconds; the last is "+Inf". */
extern const char *const histogram_bound_texts[HISTOGRAM_BUCKETS];

struct histogram_row {
	const char	*name, *family, *label, *value, *doc;
};

extern const struct histogram_row histogram_rows[HISTOGRAMS];

/* Which bucket a time falls into; one below 0 counts as 0. */
int	histogram_bucket(int64_t ns);

static inline void
histogram_add(struct histogram *h, int64_t ns)
{
	atomic_fetch_add_explicit(&h->buckets[histogram_bucket(ns)], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&h->sum_ns, ns > 0 ? ns : 0, memory_order_relaxed);
}

#endif
