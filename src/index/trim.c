/*
 * trim.c: the oldest records leave the index, a few at a time. See writer.h.
 */
#include <stdio.h>
#include <stdlib.h>

#include "index/writer_state.h"
#include "util/mem.h"

#define UNDECODABLE	INDEX_TOPICS	/* its number in the table past */
#define DAY_MS		INT64_C(86400000)
#define FREE_PAGES	1024		/* are kept for what comes next: 4 MiB */
#define VACUUM_PAGES	512		/* the most that are given back at a time */

/* A record that may go. */
struct old {
	int64_t	seq, action, nth, offset, timestamp;
	int	partition;
};

/* What goes. */
struct plan {
	struct old	*list[INDEX_TOPICS];
	int		 n[INDEX_TOPICS], go[INDEX_TOPICS];
	int64_t		 undecodable;	/* up to this number */
	int		 undecodable_go;
};

static enum index_result
oldest(struct index_writer *w, enum index_topic topic, int max, struct old *list, int *n)
{
	sqlite3_stmt *s = db_query(&w->db, Q_OLDEST, topic);
	enum index_result r;

	*n = 0;
	sqlite3_bind_int64(s, 1, max);
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

/* A clock that was wrong must not keep all that was indexed behind its record. */
static bool
is_believed(const struct index_retention *how, int64_t timestamp)
{
	return how->now == 0 || timestamp <= how->now + DAY_MS;
}

/* How many are too old: from the front only, since numbers must stay without holes. */
static int
too_old(const struct index_retention *how, const struct old *list, int n)
{
	int go = 0;

	for (int i = 0; i < n; i++) {
		if (list[i].timestamp < how->older_than)
			go = i + 1;
		else if (is_believed(how, list[i].timestamp))
			break;
	}
	return go;
}

static enum index_result
put_past(struct index_writer *w, int topic, int64_t last)
{
	sqlite3_stmt *s = db_query(&w->db, Q_PUT_PAST, INDEX_COMMANDS);

	sqlite3_bind_int(s, 1, topic);
	sqlite3_bind_int64(s, 2, last);
	return db_run(&w->db, s);
}

/* No record of the topic has this action any more: nor does any of the other? */
static enum index_result
drop_action(struct index_writer *w, enum index_topic topic, int64_t action)
{
	enum index_topic other = topic == INDEX_COMMANDS ? INDEX_EVENTS : INDEX_COMMANDS;
	int64_t first, last;
	enum index_result r;
	sqlite3_stmt *s;

	if ((r = blocks_drop(&w->db, topic, action)) != INDEX_OK)
		return r;
	if ((r = lists_range(&w->db, other, action, &first, &last)) != INDEX_NONE)
		return r;
	s = db_query(&w->db, Q_DROP_ACTION, INDEX_COMMANDS);
	sqlite3_bind_int64(s, 1, action);
	return db_run(&w->db, s);
}

/* A list began with the number was until now. */
static enum index_result
trim_list(struct index_writer *w, enum index_topic topic, int64_t action, int64_t was)
{
	int64_t first, last;
	enum index_result r = lists_range(&w->db, topic, action, &first, &last);

	if (r == INDEX_NONE)
		return drop_action(w, topic, action);
	return r == INDEX_OK ? blocks_trim(&w->db, topic, action, was, first) : r;
}

static int
by_action(const void *a, const void *b)
{
	const struct old *x = a, *y = b;

	if (x->action != y->action)
		return x->action < y->action ? -1 : 1;
	return (x->nth > y->nth) - (x->nth < y->nth);
}

static int
by_place(const void *a, const void *b)
{
	const struct old *x = a, *y = b;

	if (x->partition != y->partition)
		return x->partition < y->partition ? -1 : 1;
	return (x->offset > y->offset) - (x->offset < y->offset);
}

static enum index_result
trim_lists(struct index_writer *w, enum index_topic topic, struct old *list, int n)
{
	enum index_result r = trim_list(w, topic, LIST_ALL, list[0].seq);

	qsort(list, (size_t)n, sizeof(*list), by_action);
	for (int i = 0; i < n && r == INDEX_OK; i++)
		if (i == 0 || list[i].action != list[i - 1].action)
			r = trim_list(w, topic, list[i].action, list[i].nth);
	return r;
}

/* From the offset behind the last one removed on, nothing is missing. */
static enum index_result
raise_lows(struct index_writer *w, enum index_topic topic, struct old *list, int n)
{
	enum index_result r = INDEX_OK;

	qsort(list, (size_t)n, sizeof(*list), by_place);
	for (int i = 0; i < n && r == INDEX_OK; i++) {
		sqlite3_stmt *s;

		if (i + 1 < n && list[i + 1].partition == list[i].partition)
			continue;
		s = db_query(&w->db, Q_RAISE_LOW, topic);
		sqlite3_bind_int64(s, 1, topic);
		sqlite3_bind_int64(s, 2, list[i].partition);
		sqlite3_bind_int64(s, 3, list[i].offset + 1);
		r = db_run(&w->db, s);
	}
	return r;
}

static enum index_result
remove_rows(struct index_writer *w, enum index_topic topic, struct old *list, int n)
{
	sqlite3_stmt *s = db_query(&w->db, Q_DROP_OLDEST, topic);
	int64_t last = list[n - 1].seq;
	enum index_result r;

	sqlite3_bind_int64(s, 1, last);
	if ((r = db_run(&w->db, s)) != INDEX_OK || (r = put_past(w, (int)topic, last)) != INDEX_OK ||
	    (r = trim_lists(w, topic, list, n)) != INDEX_OK)
		return r;
	return raise_lows(w, topic, list, n);
}

/* The records that could not be decoded are as old as others. */
static enum index_result
old_undecodable(struct index_writer *w, const struct index_retention *how, int max, struct plan *p)
{
	sqlite3_stmt *s = db_query(&w->db, Q_OLD_UNDECODABLE, INDEX_COMMANDS);
	enum index_result r;
	int64_t timestamp;
	int n = 0;

	sqlite3_bind_int(s, 1, max);
	while ((r = db_step(&w->db, s)) == INDEX_OK) {
		timestamp = sqlite3_column_int64(s, 1);
		n++;
		if (timestamp < how->older_than) {
			p->undecodable = sqlite3_column_int64(s, 0);
			p->undecodable_go = n;
		} else if (is_believed(how, timestamp)) {
			break;
		}
	}
	sqlite3_reset(s);
	return r == INDEX_NONE ? INDEX_OK : r;
}

static enum index_result
remove_undecodable(struct index_writer *w, int64_t last)
{
	sqlite3_stmt *s = db_query(&w->db, Q_DROP_UNDECODABLE, INDEX_COMMANDS);
	enum index_result r;

	sqlite3_bind_int64(s, 1, last);
	if ((r = db_run(&w->db, s)) != INDEX_OK)
		return r;
	return put_past(w, UNDECODABLE, last);
}

/* How many records of average size are too many for that size. */
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

/* The topic whose oldest record is the older one. */
static enum index_topic
older_topic(const struct index_retention *how, const struct plan *p)
{
	int64_t at[INDEX_TOPICS];

	for (int t = 0; t < INDEX_TOPICS; t++) {
		at[t] = p->n[t] > 0 ? p->list[t][0].timestamp : INT64_MAX;
		if (p->n[t] > 0 && !is_believed(how, at[t]))
			at[t] = INT64_MIN;
	}
	return at[INDEX_EVENTS] < at[INDEX_COMMANDS] ? INDEX_EVENTS : INDEX_COMMANDS;
}

static enum index_result
choose(struct index_writer *w, const struct index_retention *how, int max, struct plan *p)
{
	enum index_topic older;
	enum index_result r;
	int64_t many;

	for (int t = 0; t < INDEX_TOPICS; t++) {
		p->list[t] = xcalloc((size_t)max, sizeof(*p->list[t]));
		if ((r = oldest(w, (enum index_topic)t, max, p->list[t], &p->n[t])) != INDEX_OK)
			return r;
		p->go[t] = too_old(how, p->list[t], p->n[t]);
	}
	if ((many = too_many(w, how->max_bytes)) > 0) {
		older = older_topic(how, p);
		if (many > p->n[older])
			many = p->n[older];
		if (many > p->go[older])
			p->go[older] = (int)many;
	}
	return old_undecodable(w, how, max, p);
}

static enum index_result
remove_all(struct index_writer *w, struct plan *p)
{
	enum index_result r = p->undecodable_go > 0 ? remove_undecodable(w, p->undecodable) : INDEX_OK;

	for (int t = 0; t < INDEX_TOPICS && r == INDEX_OK; t++)
		if (p->go[t] > 0)
			r = remove_rows(w, (enum index_topic)t, p->list[t], p->go[t]);
	return r;
}

static enum index_result
carry_out(struct index_writer *w, struct plan *p, int *removed)
{
	enum index_result r;

	if (p->go[INDEX_COMMANDS] + p->go[INDEX_EVENTS] + p->undecodable_go == 0)
		return INDEX_OK;
	if ((r = index_writer_begin(w)) != INDEX_OK)
		return r;
	/* Numbers of actions and lists may be no more. */
	actions_forget(w->actions);
	lists_forget(w->lists);
	if ((r = remove_all(w, p)) != INDEX_OK)
		return writer_failed(w, r);
	if ((r = index_writer_commit(w)) == INDEX_OK)
		*removed = p->go[INDEX_COMMANDS] + p->go[INDEX_EVENTS] + p->undecodable_go;
	return r;
}

/* Give pages back to the file system, but not those that the next records need. */
static enum index_result
give_back(struct index_writer *w)
{
	int64_t excess;
	enum index_result r = db_number(&w->db, "PRAGMA freelist_count", &excess);
	char sql[64];

	excess -= FREE_PAGES;
	if (r != INDEX_OK || excess <= 0)
		return r;
	snprintf(sql, sizeof(sql), "PRAGMA incremental_vacuum(%d)",
	    excess < VACUUM_PAGES ? (int)excess : VACUUM_PAGES);
	return db_exec(&w->db, sql);
}

enum index_result
index_writer_trim(struct index_writer *w, const struct index_retention *how, int max, int *removed)
{
	struct plan p = { .undecodable = 0 };
	enum index_result r;

	*removed = 0;
	if ((r = choose(w, how, max, &p)) == INDEX_OK)
		r = carry_out(w, &p, removed);
	for (int t = 0; t < INDEX_TOPICS; t++)
		free(p.list[t]);
	return r == INDEX_OK ? give_back(w) : r;
}
