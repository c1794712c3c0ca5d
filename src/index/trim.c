/*
 * trim.c: the oldest records leave the index, a few at a time. See writer.h.
 */
#include <stdlib.h>
#include <string.h>

#include "index/writer_state.h"
#include "util/mem.h"

/* A record that goes. */
struct old {
	int64_t	seq, action, nth, offset, timestamp;
	int	partition;
};

static enum index_result
oldest(struct index_writer *w, enum index_topic topic, int max, struct old *list, int *n)
{
	struct list_entry *all;
	sqlite3_stmt *s;
	enum index_result r;

	*n = 0;
	if ((r = lists_get(&w->lists, topic, LIST_ALL, &all)) != INDEX_OK)
		return r;
	if ((s = db_query(&w->db, Q_W_OLDEST, topic)) != NULL) {
		sqlite3_bind_int64(s, 1, all->first);
		sqlite3_bind_int64(s, 2, max);
	}
	while ((r = db_step(&w->db, s)) == INDEX_OK) {
		struct old *o = &list[(*n)++];

		o->seq = sqlite3_column_int64(s, 0);
		o->action = sqlite3_column_int64(s, 1);
		o->nth = sqlite3_column_int64(s, 2);
		o->partition = sqlite3_column_int(s, 3);
		o->offset = sqlite3_column_int64(s, 4);
		o->timestamp = sqlite3_column_int64(s, 5);
	}
	return r == INDEX_NONE ? INDEX_OK : r;
}

/* How many of them are too old: from the front only, since numbers must stay without holes. */
static int
too_old(const struct old *list, int n, int64_t older_than)
{
	int i = 0;

	while (i < n && list[i].timestamp < older_than)
		i++;
	return i;
}

/* A list begins behind number last now; blocks that lie wholly before that are of no use. */
static enum index_result
begin_after(struct index_writer *w, enum index_topic topic, int64_t action, int64_t last)
{
	struct list_entry *e;
	enum index_result r;
	sqlite3_stmt *s;

	if ((r = lists_get(&w->lists, topic, action, &e)) != INDEX_OK)
		return r;
	if (e->first > last)
		return INDEX_OK;
	e->first = last + 1;
	e->dirty = true;
	if ((s = db_query(&w->db, Q_W_OLD_BLOCKS, topic)) == NULL)
		return INDEX_ERROR;
	sqlite3_bind_int64(s, 1, topic);
	sqlite3_bind_int64(s, 2, action);
	sqlite3_bind_int64(s, 3, e->first >> DB_BLOCK_BITS);
	return db_run(&w->db, s);
}

static enum index_result
raise_low(struct index_writer *w, enum index_topic topic, int partition, int64_t low)
{
	sqlite3_stmt *s = db_query(&w->db, Q_W_LOW, topic);

	if (s == NULL)
		return INDEX_ERROR;
	sqlite3_bind_int64(s, 1, topic);
	sqlite3_bind_int64(s, 2, partition);
	sqlite3_bind_int64(s, 3, low);
	return db_run(&w->db, s);
}

static enum index_result
remove_rows(struct index_writer *w, enum index_topic topic, const struct old *list, int n)
{
	sqlite3_stmt *s = db_query(&w->db, Q_W_REMOVE, topic);
	enum index_result r;

	if (s == NULL)
		return INDEX_ERROR;
	sqlite3_bind_int64(s, 1, list[n - 1].seq);
	if ((r = db_run(&w->db, s)) != INDEX_OK ||
	    (r = begin_after(w, topic, LIST_ALL, list[n - 1].seq)) != INDEX_OK)
		return r;
	for (int i = 0; i < n; i++)
		if ((r = begin_after(w, topic, list[i].action, list[i].nth)) != INDEX_OK ||
		    (r = raise_low(w, topic, list[i].partition, list[i].offset + 1)) != INDEX_OK)
			return r;
	return INDEX_OK;
}

/* Take n records off the front, and give their pages back to the file system. */
static enum index_result
cut(struct index_writer *w, enum index_topic topic, const struct old *list, int n)
{
	enum index_result r;

	if (n == 0)
		return INDEX_OK;
	if ((r = index_writer_begin(w)) != INDEX_OK)
		return r;
	if ((r = remove_rows(w, topic, list, n)) != INDEX_OK)
		return writer_failed(w, r);
	if ((r = index_writer_commit(w)) != INDEX_OK)
		return r;
	return db_exec(&w->db, "PRAGMA incremental_vacuum(512)");
}

/* How many records of average size are too many for that size; not more than there are. */
static int64_t
too_many(struct index_writer *w, int64_t max_bytes)
{
	int64_t rows[INDEX_TOPICS], undecodable, bytes, all;

	if (max_bytes <= 0)
		return 0;
	index_writer_counts(w, rows, &undecodable, &bytes);
	all = rows[INDEX_COMMANDS] + rows[INDEX_EVENTS];
	if (bytes <= max_bytes || all == 0)
		return 0;
	return (bytes - max_bytes) / (bytes / all + 1) + 1;
}

enum index_result
index_writer_trim(struct index_writer *w, const struct index_retention *how, int max, int *removed)
{
	struct old *list[INDEX_TOPICS];
	int n[INDEX_TOPICS] = { 0, 0 }, go[INDEX_TOPICS] = { 0, 0 };
	enum index_result r = INDEX_OK;
	int64_t many;

	*removed = 0;
	for (int t = 0; t < INDEX_TOPICS; t++) {
		list[t] = xcalloc((size_t)max, sizeof(*list[t]));
		if (r == INDEX_OK)
			r = oldest(w, (enum index_topic)t, max, list[t], &n[t]);
		go[t] = too_old(list[t], n[t], how->older_than);
	}
	/* Too large: of the topic whose oldest record is the older one. */
	if (r == INDEX_OK && (many = too_many(w, how->max_bytes)) > 0) {
		int t = n[0] == 0 || (n[1] > 0 && list[1][0].timestamp < list[0][0].timestamp) ? 1 : 0;

		if (many > n[t])
			many = n[t];
		go[t] = many > go[t] ? (int)many : go[t];
	}
	for (int t = 0; t < INDEX_TOPICS; t++) {
		if (r == INDEX_OK && (r = cut(w, (enum index_topic)t, list[t], go[t])) == INDEX_OK)
			*removed += go[t];
		free(list[t]);
	}
	return r;
}
