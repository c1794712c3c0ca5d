/*
 * metrics_put.c: the samples of metrics.def that are about the service as a
 * whole: readiness, answers, limits, Kafka. See metrics_put.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build-config.h"
#include "access/tls.h"
#include "util/clock.h"
#include "util/mem.h"
#include "worker/metrics_put.h"
#include "worker/metrics_text.h"
#include "worker/ready.h"

void
metrics_one(struct metrics *m, const char *labels, int64_t n)
{
	metrics_int(m->out, m->name, labels, n);
}

void
metrics_label(struct metrics *m, const char *label, const char *value, int64_t n)
{
	char labels[METRICS_LABELS];

	snprintf(labels, sizeof(labels), "%s=\"%s\"", label, value);
	metrics_one(m, labels, n);
}

void
metrics_put_build_info(struct metrics *m)
{
	metrics_label(m, "version", PACKAGE_VERSION, 1);
}

void
metrics_put_generation(struct metrics *m)
{
	metrics_one(m, "", m->proc->generation);
}

void
metrics_put_expires(struct metrics *m)
{
	if (m->who->tls != NULL)
		metrics_one(m, "", tls_expires_in(m->who->tls));
}

void
metrics_put_ready(struct metrics *m)
{
	struct ready_check checks[READY_CHECKS];

	metrics_one(m, "", ready_checks(m->proc, m->arena, checks) && !m->proc->stopping);
}

void
metrics_put_ready_check(struct metrics *m)
{
	struct ready_check checks[READY_CHECKS];

	ready_checks(m->proc, m->arena, checks);
	for (int i = 0; i < READY_CHECKS; i++)
		if (checks[i].name != NULL)
			metrics_label(m, "check", checks[i].name, checks[i].ok);
}

/* Rows of all workers that have the same labels are one. */
struct merged {
	struct {
		const char	*labels;
		int64_t		 n;
	}		*rows;
	size_t		 count, room;
};

static void
merge_row(struct merged *all, const char *labels, int64_t n)
{
	for (size_t i = 0; i < all->count; i++)
		if (strcmp(all->rows[i].labels, labels) == 0) {
			all->rows[i].n += n;
			return;
		}
	if (all->count == all->room) {
		all->room = all->room == 0 ? 64 : all->room * 2;
		all->rows = xreallocarray(all->rows, all->room, sizeof(*all->rows));
	}
	all->rows[all->count].labels = labels;
	all->rows[all->count++].n = n;
}

static void
merge_series(void *arg, const struct series *s)
{
	const char *labels;

	for (int i = 0; i < SERIES_ROWS; i++) {
		if ((labels = series_labels(&s->rows[i])) != NULL)
			merge_row(arg, labels, atomic_load(&s->rows[i].count));
		else if (i < SERIES_ROWS - 1)
			i = SERIES_ROWS - 2;	/* none behind it, but perhaps the last */
	}
}

void
metrics_put_responses(struct metrics *m)
{
	struct merged all = { 0 };

	board_each_answers(m->proc->board, merge_series, &all);
	for (size_t i = 0; i < all.count; i++)
		metrics_one(m, all.rows[i].labels, all.rows[i].n);
	free(all.rows);
}

void
metrics_put_open_max(struct metrics *m)
{
	metrics_one(m, "", m->totals.processes[ROLE_WORKER] * m->proc->config.http.max_connections);
}

void
metrics_put_in_flight_max(struct metrics *m)
{
	metrics_one(m, "", m->totals.processes[ROLE_WORKER] * m->proc->config.http.max_in_flight);
}

void
metrics_put_queued_max(struct metrics *m)
{
	metrics_one(m, "", m->proc->config.kafka.max_queued);
}

void
metrics_put_queued_max_bytes(struct metrics *m)
{
	metrics_one(m, "", (int64_t)m->proc->config.kafka.max_queued_bytes);
}

static void
put_silence(struct metrics *m, enum role_id role, const _Atomic int64_t *answered_ms)
{
	int64_t answered = atomic_load(answered_ms), now = clock_ms();
	char labels[METRICS_LABELS];

	snprintf(labels, sizeof(labels), "role=\"%s\"", role_name(role));
	metrics_ms(m->out, m->name, labels, answered == 0 ? -1 : now > answered ? now - answered : 0);
}

void
metrics_put_kafka_silence(struct metrics *m)
{
	put_silence(m, ROLE_PRODUCER, &m->proc->shared->producer.answered_ms);
	put_silence(m, ROLE_TAILER, &m->proc->shared->tailer.answered_ms);
	if (m->proc->config.index.enabled)
		put_silence(m, ROLE_INDEXER, &m->proc->board->index.answered_ms);
}
