/*
 * metrics.c: GET /metrics: families from three tables, one page. See metrics.h.
 */
#include <stdio.h>
#include <string.h>

#include "worker/metrics.h"
#include "worker/metrics_put.h"
#include "worker/response.h"
#include "worker/worker.h"

static const struct {
	void			(*put)(struct metrics *m);
	const char		*name;
	enum metrics_type	 type;
	const char		*labels, *doc;
} rows[] = {
#define METRIC(put, name, type, labels, doc) { metrics_put_##put, name, METRICS_##type, labels, doc },
#include "worker/metrics.def"
#undef METRIC
};
#define ROWS	(sizeof(rows) / sizeof(rows[0]))

/* A family, and where in the tables it begins. */
static struct {
	struct metrics_family	 families[ROWS + COUNTERS + HISTOGRAMS];
	size_t			 first[ROWS + COUNTERS + HISTOGRAMS];
	size_t			 n;
} all;

static void
add(size_t first, const char *prefix, const char *name, const char *suffix, enum metrics_type type,
    const char *labels, const char *doc)
{
	struct metrics_family *f = &all.families[all.n];

	snprintf(f->name, sizeof(f->name), "%s%s%s", prefix, name, suffix);
	f->type = type;
	snprintf(f->labels, sizeof(f->labels), "%s", labels);
	f->doc = doc;
	all.first[all.n++] = first;
}

static bool
same_family(int a, int b)
{
	return counter_rows[a].family != NULL && counter_rows[b].family != NULL &&
	    strcmp(counter_rows[a].family, counter_rows[b].family) == 0;
}

static void
add_counters(void)
{
	for (int i = 0; i < COUNTERS; i++) {
		const struct counter_row *r = &counter_rows[i];
		bool gauge = r->kind == COUNTER_GAUGE;

		if (r->kind == COUNTER_TALLY || (i > 0 && same_family(i - 1, i)))
			continue;
		add((size_t)i, "cmdr_", r->family != NULL ? r->family : r->name, gauge ? "" : "_total",
		    gauge ? METRICS_GAUGE : METRICS_COUNTER, r->label != NULL ? r->label : "", r->doc);
	}
}

static void
add_histograms(void)
{
	for (int i = 0; i < HISTOGRAMS; i++)
		if (i == 0 || strcmp(histogram_rows[i - 1].family, histogram_rows[i].family) != 0)
			add((size_t)i, "cmdr_", histogram_rows[i].family, "", METRICS_HISTOGRAM,
			    histogram_rows[i].label, histogram_rows[i].doc);
}

const struct metrics_family *
metrics_families(size_t *n)
{
	if (all.n == 0) {
		for (size_t i = 0; i < ROWS; i++)
			add(i, "", rows[i].name, "", rows[i].type, rows[i].labels, rows[i].doc);
		add_counters();
		add_histograms();
	}
	*n = all.n;
	return all.families;
}

static void
put_counters(struct metrics *m, int first)
{
	int i = first;

	do {
		if (counter_rows[i].label != NULL)
			metrics_label(m, counter_rows[i].label, counter_rows[i].value, m->totals.counters[i]);
		else
			metrics_one(m, "", m->totals.counters[i]);
		i++;
	} while (i < COUNTERS && same_family(first, i));
}

static void
put_histograms(struct metrics *m, int first)
{
	char labels[METRICS_LABELS];

	for (int i = first; i < HISTOGRAMS && strcmp(histogram_rows[i].family, histogram_rows[first].family) == 0;
	    i++) {
		snprintf(labels, sizeof(labels), "%s=\"%s\"", histogram_rows[i].label, histogram_rows[i].value);
		metrics_histogram(m->out, m->name, labels, m->totals.histograms[i].buckets,
		    m->totals.histograms[i].sum_ns);
	}
}

/* Its head stands only where a sample follows: there is no index, say. */
static void
put_family(struct metrics *m, size_t i)
{
	const struct metrics_family *f = &all.families[i];
	size_t before = m->out->len, headed;

	metrics_head(m->out, f->name, f->type, f->doc);
	headed = m->out->len;
	m->name = f->name;
	if (i < ROWS)
		rows[i].put(m);
	else if (f->type == METRICS_HISTOGRAM)
		put_histograms(m, (int)all.first[i]);
	else
		put_counters(m, (int)all.first[i]);
	if (m->out->len == headed)
		m->out->len = before;
}

void
metrics_page(struct buf *out, const struct proc *p, const struct access *who, struct arena *a)
{
	struct metrics m = { .out = out, .proc = p, .who = who, .arena = a };
	size_t n;

	board_total(p->board, &m.totals);
	metrics_families(&n);
	for (size_t i = 0; i < n; i++)
		put_family(&m, i);
}

void
metrics_get(struct exchange *x)
{
	struct worker *w = exchange_worker(x);

	buf_reset(&w->out);
	metrics_page(&w->out, w->proc, &w->who, &x->arena);
	response_header(x, "Cache-Control", "no-store");
	response_text(x, 200, METRICS_CONTENT_TYPE, w->out.data, w->out.len);
}
