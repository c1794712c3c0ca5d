/*
 * metrics_text.h: the text format of Prometheus, version 0.0.4: heads of
 * families and samples, appended to a buffer. Knows nothing of what is measured.
 */
#ifndef WORKER_METRICS_TEXT_H
#define WORKER_METRICS_TEXT_H

#include <stdint.h>

#include "daemon/histogram.h"
#include "util/buf.h"

#define METRICS_CONTENT_TYPE	"text/plain; version=0.0.4; charset=utf-8"

enum metrics_type {
	METRICS_COUNTER,
	METRICS_GAUGE,
	METRICS_HISTOGRAM,
};

/* "counter", "gauge", "histogram" */
const char *metrics_type_name(enum metrics_type type);
/* HELP and TYPE of a family; once each. */
void	metrics_head(struct buf *out, const char *name, enum metrics_type type, const char *doc);
/* labels: `a="b",c="d"`, escaped already (metrics_escape), or "". */
void	metrics_int(struct buf *out, const char *name, const char *labels, int64_t n);
/* A time, told in seconds. Below 0: for ever, +Inf. */
void	metrics_ms(struct buf *out, const char *name, const char *labels, int64_t ms);
void	metrics_us(struct buf *out, const char *name, const char *labels, int64_t us);
/* _bucket, _sum and _count; buckets as histogram.h has them, each its own. */
void	metrics_histogram(struct buf *out, const char *name, const char *labels,
	    const int64_t buckets[HISTOGRAM_BUCKETS], int64_t sum_ns);
/* What a label's value looks like between its quotes: \ " and line feed escaped. */
void	metrics_escape(struct buf *out, const char *value);

#endif
