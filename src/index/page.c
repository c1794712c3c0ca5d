/*
 * page.c: a page of a topic. Lists have numbers without holes, so a page
 * without times is found by arithmetic; with times, rows of block say which 1024
 * numbers are all within, all without, or must be looked at. See page.h.
 */
#include <string.h>

#include "index/cursor.h"
#include "index/page.h"

static const struct {
	enum query_id	page, times;
} questions[] = {
	[PAGE_ALL] = { Q_PAGE_ALL, Q_TIMES_ALL },
	[PAGE_ACTION] = { Q_PAGE_ACTION, Q_TIMES_ACTION },
	[PAGE_PARENT] = { Q_PAGE_PARENT, Q_TIMES_PARENT },
};

static enum index_result
find_range(struct index_reader *r, struct page_walk *w)
{
	sqlite3_stmt *s = db_query(&r->db, w->list == PAGE_PARENT ? Q_CHILD_RANGE : Q_LIST_RANGE, w->q->topic);
	enum index_result result;

	w->first = 1;
	w->last = 0;
	if (s != NULL && w->list == PAGE_PARENT) {
		sqlite3_bind_blob(s, 1, w->q->parent.b, ID_BYTES, SQLITE_STATIC);
	} else if (s != NULL) {
		sqlite3_bind_int64(s, 1, w->q->topic);
		sqlite3_bind_int64(s, 2, w->list == PAGE_ACTION ? w->action : 0);
	}
	if ((result = db_step(&r->db, s)) != INDEX_OK)
		return result == INDEX_NONE ? INDEX_OK : result;
	if (sqlite3_column_type(s, 0) == SQLITE_INTEGER) {
		w->first = sqlite3_column_int64(s, 0);
		w->last = sqlite3_column_int64(s, 1);
	}
	sqlite3_reset(s);
	return INDEX_OK;
}

/* INDEX_NONE: nothing can match. */
static enum index_result
find_list(struct index_reader *r, struct page_walk *w)
{
	enum index_result result;

	w->list = w->q->has_parent ? PAGE_PARENT : w->q->action != NULL ? PAGE_ACTION : PAGE_ALL;
	if (w->q->action != NULL && (result = reader_action(r, w->q->action, &w->action)) != INDEX_OK)
		return result;
	return find_range(r, w);
}

/* The next n numbers from `from` on match: count them, and choose what is on the page. */
static enum index_result
matched(struct index_reader *r, struct page_walk *w, int64_t from, int64_t n)
{
	int64_t wanted = w->q->limit + 1 - w->chosen, pass;

	w->total += n;
	if (from < w->from) {
		pass = w->from - from < n ? w->from - from : n;
		from += pass;
		n -= pass;
	}
	pass = w->skip < n ? w->skip : n;
	w->skip -= pass;
	from += pass;
	n -= pass;
	n = n < wanted ? n : wanted;
	if (n <= 0)
		return INDEX_OK;
	w->chosen += n;
	if (w->nruns > 0 && w->runs[w->nruns - 1].from + w->runs[w->nruns - 1].n == from) {
		w->runs[w->nruns - 1].n += n;
		return INDEX_OK;
	}
	if (w->nruns == w->room) {
		struct page_run *grown = arena_array(w->arena, w->room * 2 + 8, sizeof(*grown));

		if (grown == NULL)
			return reader_full(r);
		if (w->nruns > 0)
			memcpy(grown, w->runs, w->nruns * sizeof(*grown));
		w->runs = grown;
		w->room = w->room * 2 + 8;
	}
	w->runs[w->nruns++] = (struct page_run){ from, n };
	return INDEX_OK;
}

static enum index_result
looked(struct page_walk *w)
{
	return ++w->looked > PAGE_LOOKED_MAX ? INDEX_COSTLY : INDEX_OK;
}

/* Look at each number of a range. */
static enum index_result
walk_rows(struct index_reader *r, struct page_walk *w, int64_t from, int64_t to)
{
	sqlite3_stmt *s = db_query(&r->db, questions[w->list].times, w->q->topic);
	enum index_result result;
	int64_t at;

	if (s != NULL) {
		sqlite3_bind_int64(s, 1, from);
		sqlite3_bind_int64(s, 2, to);
		if (w->list == PAGE_ACTION)
			sqlite3_bind_int64(s, 3, w->action);
		if (w->list == PAGE_PARENT)
			sqlite3_bind_blob(s, 3, w->q->parent.b, ID_BYTES, SQLITE_STATIC);
	}
	while ((result = db_step(&r->db, s)) == INDEX_OK && (result = looked(w)) == INDEX_OK) {
		at = sqlite3_column_int64(s, 1);
		if (at < w->q->since || at >= w->q->until || (w->list == PAGE_PARENT && w->action != 0 &&
		    sqlite3_column_int64(s, 2) != w->action))
			continue;
		if ((result = matched(r, w, sqlite3_column_int64(s, 0), 1)) != INDEX_OK)
			break;
	}
	if (s != NULL)
		sqlite3_reset(s);
	return result == INDEX_NONE ? INDEX_OK : result;
}

struct block {
	int64_t	nr, low, high;
};

static enum index_result
walk_block(struct index_reader *r, struct page_walk *w, const struct block *b)
{
	int64_t from = b->nr << DB_BLOCK_BITS, to = from + (1 << DB_BLOCK_BITS) - 1;

	from = from > w->first ? from : w->first;
	to = to < w->last ? to : w->last;
	if (to < from || b->high < w->q->since || b->low >= w->q->until)
		return INDEX_OK;
	if (b->low >= w->q->since && b->high < w->q->until)
		return matched(r, w, from, to - from + 1);
	return walk_rows(r, w, from, to);
}

static enum index_result
walk_blocks(struct index_reader *r, struct page_walk *w)
{
	sqlite3_stmt *s = db_query(&r->db, Q_BLOCKS, w->q->topic);
	enum index_result result;

	if (s != NULL) {
		sqlite3_bind_int64(s, 1, w->q->topic);
		sqlite3_bind_int64(s, 2, w->list == PAGE_ACTION ? w->action : 0);
		sqlite3_bind_int64(s, 3, w->first >> DB_BLOCK_BITS);
	}
	while ((result = db_step(&r->db, s)) == INDEX_OK && (result = looked(w)) == INDEX_OK) {
		struct block b = { sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1),
			sqlite3_column_int64(s, 2) };

		if ((result = walk_block(r, w, &b)) != INDEX_OK)
			break;
	}
	if (s != NULL)
		sqlite3_reset(s);
	return result == INDEX_NONE ? INDEX_OK : result;
}

static enum index_result
walk(struct index_reader *r, struct page_walk *w)
{
	bool timed = w->q->since != INT64_MIN || w->q->until != INT64_MAX;

	if (w->last < w->first)
		return INDEX_OK;
	if (w->list == PAGE_PARENT && (timed || w->action != 0))
		return walk_rows(r, w, w->first, w->last);
	if (timed)
		return walk_blocks(r, w);
	return matched(r, w, w->first, w->last - w->first + 1);
}

/* The records of one run onto the page. *at: the number of the last one. */
static enum index_result
fetch_run(struct index_reader *r, const struct page_walk *w, const struct page_run *run, struct index_page *out,
    size_t *bytes, int64_t *at)
{
	sqlite3_stmt *s = db_query(&r->db, questions[w->list].page, w->q->topic);
	enum index_result result = INDEX_NONE;

	if (s != NULL) {
		sqlite3_bind_int64(s, 1, run->from);
		sqlite3_bind_int64(s, 2, run->n);
		if (w->list == PAGE_ACTION)
			sqlite3_bind_int64(s, 3, w->action);
		if (w->list == PAGE_PARENT)
			sqlite3_bind_blob(s, 3, w->q->parent.b, ID_BYTES, SQLITE_STATIC);
	}
	while ((int64_t)out->n < w->q->limit && (out->n == 0 || *bytes < w->q->max_bytes) &&
	    (result = db_step(&r->db, s)) == INDEX_OK) {
		if ((result = reader_take(r, s, w->arena, &out->list[out->n])) != INDEX_OK)
			break;
		*bytes += out->list[out->n].value_len;
		*at = sqlite3_column_int64(s, 8);
		out->n++;
	}
	if (s != NULL)
		sqlite3_reset(s);
	return result == INDEX_NONE ? INDEX_OK : result;
}

static enum index_result
fetch(struct index_reader *r, const struct page_walk *w, struct index_page *out)
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
begin_at(struct index_reader *r, struct page_walk *w)
{
	enum index_result result;
	int64_t position;

	w->from = INT64_MIN;
	w->skip = w->q->offset;
	if (w->q->after == NULL)
		return INDEX_OK;
	if ((result = cursor_read(w->q->after, r->generation, w->q, &position)) != INDEX_OK)
		return result;
	/* What lay between was removed before it was read. */
	if (position + 1 < w->first)
		return INDEX_GONE;
	w->from = position + 1;
	w->skip = 0;
	return INDEX_OK;
}

static enum index_result
list(struct index_reader *r, struct page_walk *w, struct index_page *out)
{
	enum index_result result = find_list(r, w);

	if (result == INDEX_NONE)
		return w->q->after != NULL ? begin_at(r, w) : INDEX_OK;
	if (result != INDEX_OK || (result = begin_at(r, w)) != INDEX_OK ||
	    (result = walk(r, w)) != INDEX_OK)
		return result;
	out->total = w->total;
	return fetch(r, w, out);
}

enum index_result
index_reader_list(struct index_reader *r, const struct index_query *q, struct arena *a, struct index_page *out)
{
	struct page_walk w = { .q = q, .arena = a };
	enum index_result result = db_exec(&r->db, "BEGIN");

	memset(out, 0, sizeof(*out));
	if (result != INDEX_OK)
		return result;
	result = list(r, &w, out);
	db_exec(&r->db, "COMMIT");
	return result;
}
