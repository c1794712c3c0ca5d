/*
 * page.c: a page of a topic: which list a question is about, where it begins,
 * and its records. Which of them match is walk.c's concern.
 */
#include <string.h>

#include "index/cursor.h"
#include "index/key.h"
#include "index/walk.h"

static enum index_result
find_range(struct index_reader *r, struct walk *w)
{
	static const enum query_id questions[] = {
		[WALK_ALL] = Q_RANGE_ALL, [WALK_ACTION] = Q_RANGE_ACTION, [WALK_PARENT] = Q_RANGE_PARENT,
	};
	sqlite3_stmt *s = db_query(&r->db, questions[w->list], w->q->topic);

	walk_bind(w, s);
	return db_pair(&r->db, s, &w->first, &w->last);
}

/* INDEX_NONE: there is no record in it, and whether there ever was is not known. */
static enum index_result
find_list(struct index_reader *r, struct walk *w)
{
	enum index_result result;

	w->list = w->q->has_parent ? WALK_PARENT : w->q->action != NULL ? WALK_ACTION : WALK_ALL;
	if (w->q->has_parent)
		w->parent = key_of(&w->q->parent);
	if (w->q->action != NULL && (result = reader_action(r, w->q->action, &w->action)) != INDEX_OK)
		return result;
	return find_range(r, w);
}

static enum index_result
begin_at(struct index_reader *r, struct walk *w)
{
	enum index_result result;
	int64_t position;

	w->from = INT64_MIN;
	w->skip = w->q->offset;
	if (w->q->after == NULL)
		return INDEX_OK;
	if ((result = cursor_read(w->q->after, r->generation, w->q, &position)) != INDEX_OK)
		return result;
	/* A greater one: the machine fell, and took with it what was not on the disk yet. Less: some were removed unread. */
	if (position > w->last || position + 1 < w->first)
		return INDEX_GONE;
	w->from = position + 1;
	w->skip = 0;
	return INDEX_OK;
}

/* The records of one run onto the page. *at: the number of the last one. */
static enum index_result
fetch_run(struct index_reader *r, const struct walk *w, const struct walk_run *run, struct index_page *out, size_t *bytes,
    int64_t *at)
{
	static const enum query_id questions[] = {
		[WALK_ALL] = Q_PAGE_ALL, [WALK_ACTION] = Q_PAGE_ACTION, [WALK_PARENT] = Q_PAGE_PARENT,
	};
	sqlite3_stmt *s = db_query(&r->db, questions[w->list], w->q->topic);
	enum index_result result = INDEX_NONE;

	sqlite3_bind_int64(s, 1, run->from);
	sqlite3_bind_int64(s, 2, run->n);
	walk_bind(w, s);
	while ((int64_t)out->n < w->q->limit && (out->n == 0 || *bytes < w->q->max_bytes) &&
	    (result = db_step(&r->db, s)) == INDEX_OK) {
		if ((result = reader_take(r, s, w->arena, &out->list[out->n])) != INDEX_OK)
			break;
		*bytes += out->list[out->n].value_len;
		*at = sqlite3_column_int64(s, 8);
		out->n++;
	}
	sqlite3_reset(s);
	return result == INDEX_NONE ? INDEX_OK : result;
}

static enum index_result
fetch(struct index_reader *r, const struct walk *w, struct index_page *out)
{
	int64_t n = w->chosen < w->q->limit ? w->chosen : w->q->limit, at = 0;
	enum index_result result = INDEX_OK;
	size_t bytes = 0;

	out->list = arena_array(w->arena, (size_t)n + 1, sizeof(*out->list));
	if (out->list == NULL)
		return reader_full(r);
	for (size_t i = 0; i < w->nruns && result == INDEX_OK; i++)
		result = fetch_run(r, w, &w->runs[i], out, &bytes, &at);
	if (result == INDEX_OK && (int64_t)out->n < w->chosen && out->n > 0)
		cursor_write(out->next, r->generation, w->q, at);
	return result;
}

static enum index_result
list(struct index_reader *r, struct walk *w, struct index_page *out)
{
	enum index_result result = find_list(r, w);

	if (result == INDEX_NONE) {
		/* Whoever has a cursor saw a record. */
		w->first = INT64_MAX;
		w->last = INT64_MAX - 1;
	} else if (result != INDEX_OK) {
		return result;
	}
	if ((result = begin_at(r, w)) != INDEX_OK || (result = walk_all(r, w)) != INDEX_OK)
		return result;
	out->total = w->total;
	return fetch(r, w, out);
}

enum index_result
index_reader_list(struct index_reader *r, const struct index_query *q, struct arena *a, struct index_page *out)
{
	struct walk w = { .q = q, .arena = a };
	enum index_result result = db_exec(&r->db, "BEGIN");

	memset(out, 0, sizeof(*out));
	if (result != INDEX_OK)
		return result;
	result = list(r, &w, out);
	db_exec(&r->db, "COMMIT");
	return result;
}
