/*
 * blocks.c: the rows of block. See blocks.h.
 */
#include <stdlib.h>

#include "index/blocks.h"
#include "index/times.h"
#include "util/mem.h"

static sqlite3_stmt *
ask(struct db *db, enum query_id q, enum index_topic topic, int64_t action, int level, int64_t nr)
{
	sqlite3_stmt *s = db_query(db, q, topic);

	sqlite3_bind_int64(s, 1, topic);
	sqlite3_bind_int64(s, 2, action);
	sqlite3_bind_int(s, 3, level);
	sqlite3_bind_int64(s, 4, nr);
	return s;
}

enum index_result
blocks_get(struct db *db, enum index_topic topic, int64_t action, int level, int64_t from, int64_t to,
    struct blocks *out)
{
	sqlite3_stmt *s = ask(db, Q_BLOCKS, topic, action, level, from);
	enum index_result r;

	sqlite3_bind_int64(s, 5, to);
	buf_reset(&out->packs);
	out->level = level;
	out->n = 0;
	while ((r = db_step(db, s)) == INDEX_OK && out->n < BLOCKS_FAN) {
		buf_put(&out->packs, sqlite3_column_blob(s, 1), (size_t)sqlite3_column_bytes(s, 1));
		out->nr[out->n] = sqlite3_column_int64(s, 0);
		out->end[out->n++] = out->packs.len;
	}
	sqlite3_reset(s);
	return r == INDEX_NONE ? INDEX_OK : r;
}

static enum index_result
leaf(struct db *db, enum index_topic topic, int64_t action, int64_t nr, struct buf *out)
{
	sqlite3_stmt *s = db_query(db, action == BLOCKS_LIST_ALL ? Q_TIMES_ALL : Q_TIMES_ACTION, topic);
	int64_t times[TIMES_MAX], from = nr << BLOCKS_LEAF_BITS;
	enum index_result r;
	size_t n = 0;

	sqlite3_bind_int64(s, 1, from);
	sqlite3_bind_int64(s, 2, from + TIMES_MAX - 1);
	if (action != BLOCKS_LIST_ALL)
		sqlite3_bind_int64(s, 3, action);
	while ((r = db_step(db, s)) == INDEX_OK && n < TIMES_MAX)
		times[n++] = sqlite3_column_int64(s, 1);
	sqlite3_reset(s);
	times_pack(out, times, n);
	return r == INDEX_NONE || r == INDEX_OK ? INDEX_OK : r;
}

/* The spans of one block; of a leaf, one each timestamp. Returns how many, or -1. */
static int
spans_of(const struct blocks *b, int i, struct times_span *out)
{
	int64_t times[TIMES_MAX];
	size_t len;
	const uint8_t *pack = blocks_pack(b, i, &len);
	int n;

	if (b->level > 0)
		return times_unpack_spans(pack, len, out);
	n = times_unpack(pack, len, times);
	for (int k = 0; k < n; k++)
		out[k] = (struct times_span){ times[k], times[k], 1 };
	return n;
}

static enum index_result
join(const struct blocks *b, struct buf *out)
{
	size_t count = 0;
	struct times_span *spans = xcalloc((size_t)BLOCKS_FAN * TIMES_MAX, sizeof(*spans));
	int n = 0;

	for (int i = 0; i < b->n && n != -1; i++)
		if ((n = spans_of(b, i, spans + count)) != -1)
			count += (size_t)n;
	if (n != -1)
		times_pack_spans(out, spans, times_join(spans, count));
	free(spans);
	return n == -1 ? INDEX_CORRUPT : INDEX_OK;
}

/* level's block nr, from those of the level below; of those that were trimmed nothing is left to know. */
static enum index_result
node(struct db *db, enum index_topic topic, int64_t action, int level, int64_t nr, struct buf *out)
{
	struct blocks below = { .n = 0 };
	enum index_result r = blocks_get(db, topic, action, level - 1, nr * BLOCKS_FAN,
	    nr * BLOCKS_FAN + BLOCKS_FAN - 1, &below);

	if (r == INDEX_OK)
		r = join(&below, out);
	buf_free(&below.packs);
	return r;
}

enum index_result
blocks_make(struct db *db, enum index_topic topic, int64_t action, int level, int64_t nr, struct buf *out)
{
	return level == 0 ? leaf(db, topic, action, nr, out) : node(db, topic, action, level, nr, out);
}

enum index_result
blocks_close(struct db *db, enum index_topic topic, int64_t action, int64_t number)
{
	enum index_result r = INDEX_OK;
	struct buf pack = { 0 };
	sqlite3_stmt *s;

	for (int level = 0; level < BLOCKS_LEVELS && blocks_ends(number, level) && r == INDEX_OK; level++) {
		buf_reset(&pack);
		if ((r = blocks_make(db, topic, action, level, number >> blocks_bits(level), &pack)) != INDEX_OK)
			break;
		s = ask(db, Q_PUT_BLOCK, topic, action, level, number >> blocks_bits(level));
		sqlite3_bind_blob64(s, 5, pack.data, pack.len, SQLITE_STATIC);
		r = db_run(db, s);
	}
	buf_free(&pack);
	return r;
}

enum index_result
blocks_trim(struct db *db, enum index_topic topic, int64_t action, int64_t was, int64_t now)
{
	enum index_result r = INDEX_OK;

	for (int level = 0; level < BLOCKS_LEVELS && r == INDEX_OK; level++) {
		if (was >> blocks_bits(level) == now >> blocks_bits(level))
			break;
		r = db_run(db, ask(db, Q_DROP_BLOCKS, topic, action, level, now >> blocks_bits(level)));
	}
	return r;
}

enum index_result
blocks_drop(struct db *db, enum index_topic topic, int64_t action)
{
	sqlite3_stmt *s = db_query(db, Q_DROP_LIST, topic);

	sqlite3_bind_int64(s, 1, topic);
	sqlite3_bind_int64(s, 2, action);
	return db_run(db, s);
}
