/*
 * metrics_process.c: the samples of metrics.def that are about processes. See
 * metrics_put.h.
 */
#include <stdio.h>

#include "worker/metrics_put.h"
#include "worker/metrics_text.h"

/* Has a process of this role ever run here? */
static bool
seen(const struct metrics *m, int role)
{
	return m->totals.processes[role] > 0 || m->totals.restarts[role] > 0 || m->totals.cpu_us[role] > 0;
}

void
metrics_put_processes(struct metrics *m)
{
	for (int i = 0; i < ROLE_COUNT; i++)
		if (seen(m, i))
			metrics_label(m, "role", role_name((enum role_id)i), m->totals.processes[i]);
}

void
metrics_put_restarts(struct metrics *m)
{
	for (int i = 0; i < ROLE_COUNT; i++)
		if (seen(m, i))
			metrics_label(m, "role", role_name((enum role_id)i), m->totals.restarts[i]);
}

void
metrics_put_cpu(struct metrics *m)
{
	char labels[METRICS_LABELS];

	for (int i = 0; i < ROLE_COUNT; i++) {
		snprintf(labels, sizeof(labels), "role=\"%s\"", role_name((enum role_id)i));
		if (seen(m, i))
			metrics_us(m->out, m->name, labels, m->totals.cpu_us[i]);
	}
}

/* The labels of a process that runs; false: none does. */
static bool
process_labels(enum role_id role, unsigned nr, const struct board_slot *slot, char *out, size_t size)
{
	snprintf(out, size, "role=\"%s\",number=\"%u\",generation=\"%u\"", role_name(role), nr,
	    atomic_load(&slot->generation));
	return atomic_load(&slot->pid) != 0;
}

/* A family with one sample for each process. */
#define EACH_PROCESS(family, put_one, field)							\
static void											\
family##_of(void *arg, enum role_id role, unsigned nr, const struct board_slot *slot)		\
{												\
	struct metrics *m = arg;								\
	char labels[METRICS_LABELS];								\
												\
	if (process_labels(role, nr, slot, labels, sizeof(labels)))				\
		put_one(m->out, m->name, labels, atomic_load(&slot->field));			\
}												\
												\
void												\
metrics_put_##family(struct metrics *m)								\
{												\
	board_each_slot(m->proc->board, family##_of, m);					\
}

EACH_PROCESS(start_time, metrics_ms, started_wall_ms)
EACH_PROCESS(rss, metrics_int, rss_bytes)
EACH_PROCESS(open_fds, metrics_int, open_fds)
EACH_PROCESS(max_fds, metrics_int, max_fds)
