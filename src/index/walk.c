/*
 * walk.c: which numbers of a list a question is about. Lists have no holes, so
 * without times that is arithmetic. With times, the list is taken apart into
 * the largest blocks there are: one that lies within the times, without them,
 * or wholly before or behind the page is done with by its spans; any other is
 * taken apart in its turn. See walk.h.
 */
#include <string.h>

#include "index/blocks.h"
#include "index/times.h"
#include "index/walk.h"

/* What one question may look at, whatever it asks: a row of a list counts 1. That is some 50 ms at most. */
#define LOOKED_MAX	50000
#define LEAF_COUNTS	4	/* 256 timestamps */

/* Where a block stands in its list, and what of it there still is. */
struct block {
	int	level;
	int64_t	nr, from, to;
	bool	whole;		/* nothing of it was trimmed: its counts are right */
};

void
walk_bind(const struct walk *w, sqlite3_stmt *s)
{
	if (w->list == WALK_ACTION)
		sqlite3_bind_int64(s, 3, w->action);
	if (w->list == WALK_PARENT)
		sqlite3_bind_blob(s, 3, w->parent.b, ID_BYTES, SQLITE_STATIC);
}

static enum index_result
looked(struct walk *w, int counts)
{
	w->looked += counts;
	return w->looked > LOOKED_MAX ? INDEX_COSTLY : INDEX_OK;
}

static enum index_result
add_run(struct index_reader *r, struct walk *w, int64_t from, int64_t n)
{
	struct walk_run *grown, *end = w->nruns > 0 ? &w->runs[w->nruns - 1] : NULL;

	w->chosen += n;
	if (end != NULL && end->from + end->n == from) {
		end->n += n;
		return INDEX_OK;
	}
	if (w->nruns == w->room) {
		if ((grown = arena_array(w->arena, w->room * 2 + 8, sizeof(*grown))) == NULL)
			return reader_full(r);
		if (w->nruns > 0)
			memcpy(grown, w->runs, w->nruns * sizeof(*grown));
		w->runs = grown;
		w->room = w->room * 2 + 8;
	}
	w->runs[w->nruns++] = (struct walk_run){ from, n };
	return INDEX_OK;
}

/* The next n numbers, from `from` on, match: count them, and choose what is on the page. */
static enum index_result
matched(struct index_reader *r, struct walk *w, int64_t from, int64_t n)
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
	return n > 0 ? add_run(r, w, from, n) : INDEX_OK;
}

static bool
is_within(const struct walk *w, int64_t timestamp)
{
	return timestamp >= w->q->since && timestamp < w->q->until;
}

/* Look at each row of a part of the list. */
static enum index_result
walk_rows(struct index_reader *r, struct walk *w, int64_t from, int64_t to)
{
	static const enum query_id questions[] = {
		[WALK_ALL] = Q_TIMES_ALL, [WALK_ACTION] = Q_TIMES_ACTION, [WALK_PARENT] = Q_TIMES_PARENT,
	};
	sqlite3_stmt *s = db_query(&r->db, questions[w->list], w->q->topic);
	enum index_result result;

	sqlite3_bind_int64(s, 1, from);
	sqlite3_bind_int64(s, 2, to);
	walk_bind(w, s);
	while ((result = db_step(&r->db, s)) == INDEX_OK && (result = looked(w, 1)) == INDEX_OK) {
		if (!is_within(w, sqlite3_column_int64(s, 1)))
			continue;
		if (w->list == WALK_PARENT && w->action != 0 && sqlite3_column_int64(s, 2) != w->action)
			continue;
		if ((result = matched(r, w, sqlite3_column_int64(s, 0), 1)) != INDEX_OK)
			break;
	}
	sqlite3_reset(s);
	return result == INDEX_NONE ? INDEX_OK : result;
}

/* A block of level 0: the times of its last numbers; the first may have been trimmed before it was written. */
static enum index_result
walk_leaf(struct index_reader *r, struct walk *w, const struct block *b, const uint8_t *pack, size_t len)
{
	int64_t times[TIMES_MAX], number = b->to + 1;
	enum index_result result = INDEX_OK;
	int n = times_unpack(pack, len, times);

	if (n < b->to - b->from + 1)
		return reader_damaged(r);
	number -= n;
	for (int i = 0; i < n && result == INDEX_OK; i++, number++)
		if (number >= b->from && is_within(w, times[i]))
			result = matched(r, w, number, 1);
	return result;
}

/* How many of a block's records lie within the times; *exact: whether that is known. */
static int64_t
count_spans(const struct walk *w, const struct times_span *spans, int n, bool *exact)
{
	int64_t count = 0;

	*exact = true;
	for (int i = 0; i < n; i++) {
		if (spans[i].high < w->q->since || spans[i].low >= w->q->until)
			continue;
		count += spans[i].n;
		if (!is_within(w, spans[i].low) || !is_within(w, spans[i].high))
			*exact = false;
	}
	return count;
}

/* Can a block be done with by its count alone? Then it is. */
static bool
is_done(struct walk *w, const struct block *b, int64_t count, bool exact)
{
	if (count == 0)
		return true;
	if (!exact || !b->whole || (b->from < w->from && b->to >= w->from))
		return false;
	if (b->to >= w->from && w->chosen <= w->q->limit) {
		if (w->skip < count)
			return false;
		w->skip -= count;
	}
	w->total += count;
	return true;
}

static enum index_result walk_siblings(struct index_reader *, struct walk *, int, int64_t, int64_t);

static enum index_result
walk_node(struct index_reader *r, struct walk *w, const struct block *b, const uint8_t *pack, size_t len)
{
	struct times_span spans[TIMES_SPANS];
	int n = times_unpack_spans(pack, len, spans);
	int64_t count, all = 0;
	bool exact;

	if (n == -1)
		return reader_damaged(r);
	for (int i = 0; i < n; i++)
		all += spans[i].n;
	count = count_spans(w, spans, n, &exact);
	if (is_done(w, b, count, exact))
		return INDEX_OK;
	if (exact && count == all)
		return matched(r, w, b->from, b->to - b->from + 1);
	return walk_siblings(r, w, b->level - 1, b->nr * BLOCKS_FAN, b->nr * BLOCKS_FAN + BLOCKS_FAN - 1);
}

static enum index_result
walk_block(struct index_reader *r, struct walk *w, const struct blocks *all, int i)
{
	struct block b = { .level = all->level, .nr = all->nr[i], .from = all->nr[i] << blocks_bits(all->level) };
	const uint8_t *pack;
	size_t len;

	b.to = b.from + (INT64_C(1) << blocks_bits(b.level)) - 1;
	b.whole = b.from >= w->first;
	if (!b.whole)
		b.from = w->first;
	pack = blocks_pack(all, i, &len);
	return b.level == 0 ? walk_leaf(r, w, &b, pack, len) : walk_node(r, w, &b, pack, len);
}

/* Neighbours of a level, of which those before the list's first number are gone. */
static enum index_result
walk_siblings(struct index_reader *r, struct walk *w, int level, int64_t from, int64_t to)
{
	int64_t first = w->first >> blocks_bits(level);
	struct blocks all = { .n = 0 };
	enum index_result result;

	if (from < first)
		from = first;
	result = blocks_get(&r->db, w->q->topic, w->list == WALK_ACTION ? w->action : BLOCKS_LIST_ALL, level, from, to,
	    &all);
	if (result == INDEX_OK && all.n != to - from + 1)
		result = reader_damaged(r);
	for (int i = 0; i < all.n && result == INDEX_OK; i++)
		if ((result = looked(w, level == 0 ? LEAF_COUNTS : 1)) == INDEX_OK)
			result = walk_block(r, w, &all, i);
	buf_free(&all.packs);
	return result;
}

/* The largest block that begins at a number, or holds it as its first that there still is; -1: none ends yet. */
static int
largest(const struct walk *w, int64_t at)
{
	int level = -1;

	for (int l = 0; l < BLOCKS_LEVELS; l++) {
		int64_t nr = at >> blocks_bits(l);

		if ((at != w->first && nr << blocks_bits(l) != at) || ((nr + 1) << blocks_bits(l)) - 1 > w->last)
			break;
		level = l;
	}
	return level;
}

static enum index_result
walk_blocks(struct index_reader *r, struct walk *w)
{
	enum index_result result = INDEX_OK;
	int64_t at = w->first, from, to;
	int level;

	while (at <= w->last && (level = largest(w, at)) != -1) {
		from = to = at >> blocks_bits(level);
		while (to - from + 1 < BLOCKS_FAN && largest(w, (to + 1) << blocks_bits(level)) == level)
			to++;
		if ((result = walk_siblings(r, w, level, from, to)) != INDEX_OK)
			return result;
		at = (to + 1) << blocks_bits(level);
	}
	return at <= w->last ? walk_rows(r, w, at, w->last) : INDEX_OK;
}

enum index_result
walk_all(struct index_reader *r, struct walk *w)
{
	bool timed = w->q->since != INT64_MIN || w->q->until != INT64_MAX;

	if (w->last < w->first)
		return INDEX_OK;
	if (w->list == WALK_PARENT && (timed || w->action != 0))
		return walk_rows(r, w, w->first, w->last);
	if (timed)
		return walk_blocks(r, w);
	return matched(r, w, w->first, w->last - w->first + 1);
}
