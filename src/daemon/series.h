/*
 * series.h: counts that are told apart by a text of labels, in shared memory.
 * One process at a time adds rows and counts, any process reads. A row's text
 * stands beside its count, so that a reader needs to know nothing of what it
 * means; rows stay for the process that comes after.
 */
#ifndef DAEMON_SERIES_H
#define DAEMON_SERIES_H

#include <stdatomic.h>
#include <stdint.h>

/* The last row takes what the others have no room for. */
#define SERIES_ROWS	256
#define SERIES_LABELS	116

struct series_row {
	_Atomic int64_t		count;
	_Atomic uint32_t	used;		/* 1: labels holds */
	char			labels[SERIES_LABELS];
};

struct series {
	struct series_row	rows[SERIES_ROWS];
};

/*
 * The row with these labels (less than SERIES_LABELS bytes), made if there is none. Where there is no room, the
 * last one, which is then called so as rest says.
 */
struct series_row *series_row(struct series *s, const char *labels, const char *rest);

static inline void
series_add(struct series_row *row, int64_t n)
{
	atomic_fetch_add_explicit(&row->count, n, memory_order_relaxed);
}

/* What a row is called, or NULL: it is not used. Rows are used in their order, the last one apart. */
const char *series_labels(const struct series_row *row);

#endif
