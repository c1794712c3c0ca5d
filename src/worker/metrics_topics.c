/*
 * metrics_topics.c: the samples of metrics.def that are about topics: how far
 * the tailer and the index are, and how the index is. See metrics_put.h.
 */
#include "worker/metrics_put.h"
#include "worker/metrics_text.h"

/* Topics with more partitions are told as a whole only. */
#define EACH_PARTITION	256

/* A reader of a topic: where it is and where the topic ends, by partition. */
struct progress {
	const char		*topic;
	const _Atomic int64_t	*next, *end;
	int			 n;
	int64_t			 rows;		/* of the index */
};

/* -1: not known. */
static int64_t
lag_of(const struct progress *p, int partition)
{
	int64_t next = atomic_load_explicit(&p->next[partition], memory_order_relaxed);
	int64_t end = atomic_load_explicit(&p->end[partition], memory_order_relaxed);

	if (next < 0 || end < 0)
		return -1;
	return end > next ? end - next : 0;
}

static void
topic_label(const struct progress *p, struct buf *out)
{
	buf_puts(out, "topic=\"");
	metrics_escape(out, p->topic);
	buf_putc(out, '"');
}

static void
put_topic(struct metrics *m, const struct progress *p, int64_t n)
{
	struct buf labels = { 0 };

	topic_label(p, &labels);
	metrics_one(m, buf_cstr(&labels), n);
	buf_free(&labels);
}

static void
put_partitions(struct metrics *m, const struct progress *p)
{
	if (p->n > 0)
		put_topic(m, p, p->n);
}

static void
put_lag(struct metrics *m, const struct progress *p)
{
	int64_t sum = 0;

	for (int i = 0; i < p->n; i++)
		sum += lag_of(p, i) > 0 ? lag_of(p, i) : 0;
	if (p->n > 0)
		put_topic(m, p, sum);
}

static void
put_lag_max(struct metrics *m, const struct progress *p)
{
	int64_t most = 0;

	for (int i = 0; i < p->n; i++)
		if (lag_of(p, i) > most)
			most = lag_of(p, i);
	if (p->n > 0)
		put_topic(m, p, most);
}

static void
put_lag_each(struct metrics *m, const struct progress *p)
{
	struct buf labels = { 0 };

	for (int i = 0; i < p->n && p->n <= EACH_PARTITION; i++) {
		if (lag_of(p, i) < 0)
			continue;
		buf_reset(&labels);
		topic_label(p, &labels);
		buf_printf(&labels, ",partition=\"%d\"", i);
		metrics_one(m, buf_cstr(&labels), lag_of(p, i));
	}
	buf_free(&labels);
}

static int
partitions(const _Atomic int32_t *n)
{
	int32_t count = atomic_load(n);

	return count < 0 ? 0 : count > BOARD_PARTITIONS ? BOARD_PARTITIONS : count;
}

static void
each_tailed(struct metrics *m, void (*each)(struct metrics *, const struct progress *))
{
	const struct config *c = &m->proc->config;
	const struct board_tailer *t[BOARD_TOPICS] = {
		[BOARD_COMMANDS] = &m->proc->shared->commands,
		[BOARD_EVENTS] = &m->proc->shared->tailer,
	};

	for (int i = 0; i < BOARD_TOPICS; i++) {
		struct progress p = { i == BOARD_COMMANDS ? c->topics.commands : c->topics.events,
			t[i]->positions, t[i]->ends, partitions(&t[i]->partitions), 0 };

		each(m, &p);
	}
}

static void
each_indexed(struct metrics *m, void (*each)(struct metrics *, const struct progress *))
{
	const struct board_index *b = &m->proc->board->index;
	const struct config *c = &m->proc->config;

	for (int i = 0; i < BOARD_TOPICS && c->index.enabled; i++) {
		struct progress p = { i == BOARD_COMMANDS ? c->topics.commands : c->topics.events,
			b->next[i], b->end[i], partitions(&b->partitions[i]), atomic_load(&b->rows[i]) };

		each(m, &p);
	}
}

void
metrics_put_tail_partitions(struct metrics *m)
{
	each_tailed(m, put_partitions);
}

void
metrics_put_tail_lag(struct metrics *m)
{
	each_tailed(m, put_lag);
}

void
metrics_put_tail_lag_max(struct metrics *m)
{
	each_tailed(m, put_lag_max);
}

void
metrics_put_tail_lag_each(struct metrics *m)
{
	each_tailed(m, put_lag_each);
}

void
metrics_put_index_lag(struct metrics *m)
{
	each_indexed(m, put_lag);
}

void
metrics_put_index_lag_max(struct metrics *m)
{
	each_indexed(m, put_lag_max);
}

void
metrics_put_index_lag_each(struct metrics *m)
{
	each_indexed(m, put_lag_each);
}

static const struct {
	int32_t		 state;
	const char	*name;
} index_states[] = {
	{ BOARD_INDEX_NONE, "none" },
	{ BOARD_INDEX_RUNNING, "running" },
	{ BOARD_INDEX_DISK_FULL, "disk-full" },
	{ BOARD_INDEX_FAILED, "failed" },
};

void
metrics_put_index_state(struct metrics *m)
{
	int32_t state = atomic_load(&m->proc->board->index.state);

	for (size_t i = 0; i < sizeof(index_states) / sizeof(index_states[0]) &&
	    m->proc->config.index.enabled; i++)
		metrics_label(m, "state", index_states[i].name, index_states[i].state == state);
}

/* One number of the index. */
static void
put_index(struct metrics *m, int64_t n)
{
	if (m->proc->config.index.enabled)
		metrics_one(m, "", n);
}

void
metrics_put_index_rebuilding(struct metrics *m)
{
	put_index(m, atomic_load(&m->proc->board->index.rebuilding));
}

static void
put_rows(struct metrics *m, const struct progress *p)
{
	put_topic(m, p, p->rows);
}

void
metrics_put_index_rows(struct metrics *m)
{
	each_indexed(m, put_rows);
}

void
metrics_put_index_bytes(struct metrics *m)
{
	put_index(m, atomic_load(&m->proc->board->index.bytes));
}

void
metrics_put_index_kept(struct metrics *m)
{
	put_index(m, atomic_load(&m->proc->board->index.undecodable));
}

void
metrics_put_index_commits(struct metrics *m)
{
	put_index(m, atomic_load(&m->proc->board->index.commits));
}
