/*
 * writer.c: records and positions into the index, a transaction at a time. See
 * writer.h; how an index is opened stands in writer_open.c, how it is trimmed in trim.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "index/key.h"
#include "index/writer_state.h"
#include "util/mem.h"

const char *
index_writer_error(const struct index_writer *w)
{
	return w->db.error;
}

uint64_t
index_writer_generation(const struct index_writer *w)
{
	return w->generation;
}

void
index_writer_rollback(struct index_writer *w)
{
	if (w->open || !sqlite3_get_autocommit(w->db.sql))
		sqlite3_exec(w->db.sql, "ROLLBACK", NULL, NULL, NULL);
	w->open = false;
	lists_forget(w->lists);
	actions_forget(w->actions);
}

enum index_result
writer_failed(struct index_writer *w, enum index_result r)
{
	if (r != INDEX_OK)
		index_writer_rollback(w);
	return r;
}

enum index_result
writer_outside(struct index_writer *w)
{
	snprintf(w->db.error, sizeof(w->db.error), "no transaction was begun");
	return INDEX_ERROR;
}

enum index_result
index_writer_begin(struct index_writer *w)
{
	enum index_result r = db_exec(&w->db, "BEGIN IMMEDIATE");

	w->open = r == INDEX_OK;
	return r;
}

enum index_result
index_writer_commit(struct index_writer *w)
{
	enum index_result r = w->open ? db_exec(&w->db, "COMMIT") : writer_outside(w);

	if (r == INDEX_OK)
		w->open = false;
	return writer_failed(w, r);
}

static enum index_result
insert(struct index_writer *w, enum index_topic topic, const struct index_record *rec, int64_t seq, int64_t action,
    int64_t nth)
{
	sqlite3_stmt *s = db_query(&w->db, topic == INDEX_COMMANDS ? Q_ADD_COMMAND : Q_ADD_EVENT, topic);
	struct id id = key_of(&rec->id), parent = key_of(&rec->parent);

	sqlite3_bind_int64(s, 1, seq);
	sqlite3_bind_blob(s, 2, id.b, ID_BYTES, SQLITE_STATIC);
	sqlite3_bind_int64(s, 3, action);
	sqlite3_bind_int64(s, 4, nth);
	sqlite3_bind_int64(s, 5, rec->partition);
	sqlite3_bind_int64(s, 6, rec->offset);
	sqlite3_bind_int64(s, 7, rec->timestamp);
	sqlite3_bind_blob64(s, 8, rec->value_len == 0 ? (const uint8_t *)"" : rec->value, rec->value_len,
	    SQLITE_STATIC);
	if (topic == INDEX_EVENTS && rec->has_parent)
		sqlite3_bind_blob(s, 9, parent.b, ID_BYTES, SQLITE_STATIC);
	return db_run(&w->db, s);
}

/* The numbers that the row was given are taken only once it is there: a record that was there already takes none. */
static enum index_result
add(struct index_writer *w, enum index_topic topic, const struct index_record *rec)
{
	int64_t action, seq, nth;
	enum index_result r;

	if ((r = actions_number(w->actions, rec->action, &action)) != INDEX_OK ||
	    (r = lists_next(w->lists, topic, LIST_ALL, 1, &seq)) != INDEX_OK ||
	    (r = lists_next(w->lists, topic, action, seq, &nth)) != INDEX_OK ||
	    (r = insert(w, topic, rec, seq, action, nth)) != INDEX_OK || sqlite3_changes64(w->db.sql) == 0)
		return r;
	if ((r = lists_took(w->lists, topic, LIST_ALL, seq)) != INDEX_OK)
		return r;
	return lists_took(w->lists, topic, action, nth);
}

enum index_result
index_writer_add(struct index_writer *w, enum index_topic topic, const struct index_record *rec)
{
	return writer_failed(w, w->open ? add(w, topic, rec) : writer_outside(w));
}

/* The newest INDEX_KEPT_UNDECODABLE stay. */
static enum index_result
drop_old_undecodable(struct index_writer *w)
{
	int64_t nr = sqlite3_last_insert_rowid(w->db.sql);
	sqlite3_stmt *s = db_query(&w->db, Q_DROP_UNDECODABLE, INDEX_COMMANDS);

	sqlite3_bind_int64(s, 1, nr - INDEX_KEPT_UNDECODABLE);
	return nr > INDEX_KEPT_UNDECODABLE ? db_run(&w->db, s) : INDEX_OK;
}

static void
bind_kept(sqlite3_stmt *s, int column, const uint8_t *data, size_t len)
{
	sqlite3_bind_blob64(s, column, len == 0 ? (const uint8_t *)"" : data,
	    len < INDEX_KEPT_BYTES ? len : INDEX_KEPT_BYTES, SQLITE_STATIC);
}

enum index_result
index_writer_undecodable(struct index_writer *w, const struct index_undecodable *u)
{
	sqlite3_stmt *s = db_query(&w->db, Q_ADD_UNDECODABLE, INDEX_COMMANDS);
	enum index_result r;

	if (!w->open)
		return writer_outside(w);
	sqlite3_bind_int64(s, 1, u->topic);
	sqlite3_bind_int64(s, 2, u->partition);
	sqlite3_bind_int64(s, 3, u->offset);
	sqlite3_bind_int64(s, 4, u->timestamp);
	sqlite3_bind_text(s, 5, u->reason, -1, SQLITE_STATIC);
	bind_kept(s, 6, u->key, u->key_len);
	bind_kept(s, 7, u->value, u->value_len);
	sqlite3_bind_int64(s, 8, (int64_t)u->value_full);
	r = db_run(&w->db, s);
	if (r == INDEX_OK && sqlite3_changes64(w->db.sql) > 0)
		r = drop_old_undecodable(w);
	return writer_failed(w, r);
}

enum index_result
index_writer_position(struct index_writer *w, enum index_topic topic, const struct index_position *p)
{
	sqlite3_stmt *s = db_query(&w->db, Q_PUT_PLACE, topic);

	if (!w->open)
		return writer_outside(w);
	sqlite3_bind_int64(s, 1, topic);
	sqlite3_bind_int64(s, 2, p->partition);
	sqlite3_bind_int64(s, 3, p->next);
	sqlite3_bind_int64(s, 4, p->low);
	sqlite3_bind_int64(s, 5, p->last);
	sqlite3_bind_blob(s, 6, p->last_id.b, ID_BYTES, SQLITE_STATIC);
	return writer_failed(w, db_run(&w->db, s));
}

static void
take_place(sqlite3_stmt *s, struct index_position *p)
{
	p->partition = sqlite3_column_int(s, 0);
	p->next = sqlite3_column_int64(s, 1);
	p->low = sqlite3_column_int64(s, 2);
	p->last = sqlite3_column_int64(s, 3);
	memset(p->last_id.b, 0, ID_BYTES);
	if (sqlite3_column_bytes(s, 4) == ID_BYTES)
		memcpy(p->last_id.b, sqlite3_column_blob(s, 4), ID_BYTES);
}

enum index_result
index_writer_positions(struct index_writer *w, enum index_topic topic, struct index_position **list, size_t *n)
{
	sqlite3_stmt *s = db_query(&w->db, Q_PLACES, topic);
	enum index_result r;
	size_t cap = 0;

	*list = NULL;
	*n = 0;
	sqlite3_bind_int64(s, 1, topic);
	while ((r = db_step(&w->db, s)) == INDEX_OK) {
		if (*n == cap) {
			cap = cap == 0 ? 16 : cap * 2;
			*list = xreallocarray(*list, cap, sizeof(**list));
		}
		take_place(s, &(*list)[(*n)++]);
	}
	if (r == INDEX_NONE)
		return INDEX_OK;
	free(*list);
	*list = NULL;
	return r;
}

/* Of a question for the first and last number of a list. */
static int64_t
length(struct index_writer *w, enum query_id q, enum index_topic topic)
{
	int64_t first, last;

	return db_pair(&w->db, db_query(&w->db, q, topic), &first, &last) == INDEX_OK ? last - first + 1 : 0;
}

static int64_t
pages(struct index_writer *w, enum query_id q)
{
	sqlite3_stmt *s = db_query(&w->db, q, INDEX_COMMANDS);
	int64_t n = db_step(&w->db, s) == INDEX_OK ? sqlite3_column_int64(s, 0) : 0;

	sqlite3_reset(s);
	return n;
}

void
index_writer_counts(struct index_writer *w, int64_t rows[INDEX_TOPICS], int64_t *undecodable, int64_t *bytes)
{
	for (int t = 0; t < INDEX_TOPICS; t++)
		rows[t] = length(w, Q_RANGE_ALL, (enum index_topic)t);
	*undecodable = length(w, Q_RANGE_UNDECODABLE, INDEX_COMMANDS);
	*bytes = (pages(w, Q_PAGES) - pages(w, Q_FREE_PAGES)) * DB_PAGE;
}
