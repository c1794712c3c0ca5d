/*
 * check.c: is an index whole? SQLite's own check, then our numbers, positions
 * and blocks against the rows, all at one moment. Slow: for an operator who
 * asks. See reader.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "index/blocks.h"
#include "index/reader_state.h"
#include "index/times.h"

#define PROGRESS_OPS	20000	/* of SQLite's machine, between two calls of progress */

/* Questions that find nothing in an index that is whole; T stands for the table of a topic. */
static const struct {
	const char	*sql, *wrong;
} rules[] = {
	{ "SELECT 1 FROM (SELECT min(seq) a, max(seq) b, count(*) n FROM T) WHERE b - a + 1 <> n",
	    "the numbers of records have holes" },
	{ "SELECT 1 FROM past WHERE topic = TOPIC AND last <> (SELECT min(seq) FROM T) - 1",
	    "the first record is not the one behind the last that was removed" },
	{ "SELECT 1 FROM (SELECT min(nth) a, max(nth) b, count(*) n FROM T GROUP BY action) WHERE b - a + 1 <> n",
	    "the numbers of an action's records have holes" },
	{ "SELECT 1 FROM (SELECT seq, nth, lag(seq) OVER (PARTITION BY action ORDER BY nth) AS before FROM T) "
	    "WHERE before >= seq OR nth > seq", "an action's records are not in the order of indexing" },
	{ "SELECT 1 FROM (SELECT DISTINCT action FROM T) WHERE action NOT IN (SELECT id FROM action)",
	    "a record has an action that does not exist" },
	{ "SELECT 1 FROM (SELECT partition, max(offset) AS most FROM T GROUP BY partition) AS found JOIN place ON "
	    "topic = TOPIC AND place.partition = found.partition WHERE most >= next",
	    "a record lies beyond what was read of its partition" },
	{ "SELECT 1 FROM (SELECT min(child) a, max(child) b, count(*) n FROM event WHERE parent IS NOT NULL "
	    "GROUP BY parent) WHERE b - a + 1 <> n", "the numbers of a parent's events have holes" },
	{ "SELECT 1 FROM (SELECT seq, child, lag(seq) OVER (PARTITION BY parent ORDER BY child) AS before FROM event "
	    "WHERE parent IS NOT NULL) WHERE before >= seq OR child > seq",
	    "a parent's events are not in the order of indexing" },
	{ "SELECT 1 FROM (SELECT min(nr) a, max(nr) b, count(*) n FROM undecodable) WHERE b - a + 1 <> n",
	    "the numbers of undecodable records have holes" },
};

static enum index_result
wrong(char *err, size_t size, enum index_topic topic, const char *what)
{
	snprintf(err, size, "%s: %s", topic == INDEX_COMMANDS ? "commands" : "events", what);
	return INDEX_CORRUPT;
}

/* The first row's text, cut. INDEX_NONE: there is no row. */
static enum index_result
ask(struct index_reader *r, const char *sql, char *row, size_t size)
{
	sqlite3_stmt *s = NULL;
	enum index_result result;
	const char *text;

	if (sqlite3_prepare_v2(r->db.sql, sql, -1, &s, NULL) != SQLITE_OK)
		return db_failure(&r->db);
	result = db_step(&r->db, s);
	if (result == INDEX_OK) {
		text = (const char *)sqlite3_column_text(s, 0);
		snprintf(row, size, "%s", text != NULL ? text : "");
	}
	sqlite3_finalize(s);
	return result;
}

static enum index_result
check_rules(struct index_reader *r, enum index_topic topic, char *err, size_t size)
{
	enum index_result result;
	char row[8], *sql;

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		sql = db_words(rules[i].sql, topic);
		result = ask(r, sql, row, sizeof(row));
		free(sql);
		if (result == INDEX_OK)
			return wrong(err, size, topic, rules[i].wrong);
		if (result != INDEX_NONE)
			return result;
	}
	return INDEX_OK;
}

/* A list, as the blocks of it are looked at. */
struct list {
	enum index_topic topic;
	int64_t		 action, first, last;
	int64_t		 blocks;	/* that it has */
};

/* Of a block of level 0 that was trimmed, those that are left are its last. */
static bool
ends_alike(const struct buf *pack, const struct buf *made)
{
	int64_t has[TIMES_MAX], should[TIMES_MAX];
	int n = times_unpack(pack->data, pack->len, has), m = times_unpack(made->data, made->len, should);

	return n >= m && m >= 0 && memcmp(has + (n - m), should, (size_t)m * sizeof(should[0])) == 0;
}

static bool
is_right(const struct list *l, int level, int64_t nr, const struct buf *pack, const struct buf *made)
{
	if (level == 0)
		return ends_alike(pack, made);
	/* What was trimmed of a higher one cannot be known. */
	return nr << blocks_bits(level) < l->first || (pack->len == made->len &&
	    memcmp(pack->data, made->data, pack->len) == 0);
}

static enum index_result
check_block(struct index_reader *r, struct list *l, int level, int64_t nr, char *err, size_t size)
{
	struct blocks has = { .n = 0 };
	struct buf made = { 0 };
	enum index_result result = blocks_make(&r->db, l->topic, l->action, level, nr, &made);

	if (result == INDEX_OK)
		result = blocks_get(&r->db, l->topic, l->action, level, nr, nr, &has);
	if (result == INDEX_OK && has.n != 1)
		result = wrong(err, size, l->topic, "a block of timestamps is missing");
	else if (result == INDEX_OK && !is_right(l, level, nr, &has.packs, &made))
		result = wrong(err, size, l->topic, "a block of timestamps is not that of its rows");
	buf_free(&made);
	buf_free(&has.packs);
	l->blocks++;
	return result;
}

static enum index_result
check_list(struct index_reader *r, struct list *l, char *err, size_t size)
{
	enum index_result result = INDEX_OK;

	for (int level = 0; level < BLOCKS_LEVELS; level++) {
		int64_t end = (l->last + 1) >> blocks_bits(level);

		for (int64_t nr = l->first >> blocks_bits(level); nr < end && result == INDEX_OK; nr++)
			result = check_block(r, l, level, nr, err, size);
	}
	return result;
}

/* Each list of a topic, and that there are no blocks but theirs. */
static enum index_result
check_lists(struct index_reader *r, enum index_topic topic, char *err, size_t size)
{
	char *sql = db_words("SELECT 0, min(seq), max(seq) FROM T HAVING count(*) > 0 UNION ALL "
	    "SELECT action, min(nth), max(nth) FROM T GROUP BY action", topic), row[24], expected[24];
	sqlite3_stmt *s = NULL;
	enum index_result result;
	int64_t blocks = 0;

	if (sqlite3_prepare_v2(r->db.sql, sql, -1, &s, NULL) != SQLITE_OK) {
		free(sql);
		return db_failure(&r->db);
	}
	while ((result = db_step(&r->db, s)) == INDEX_OK) {
		struct list l = { topic, sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1),
			sqlite3_column_int64(s, 2), 0 };

		if ((result = check_list(r, &l, err, size)) != INDEX_OK)
			break;
		blocks += l.blocks;
	}
	sqlite3_finalize(s);
	free(sql);
	if (result != INDEX_NONE)
		return result;
	sql = db_words("SELECT count(*) FROM block WHERE topic = TOPIC", topic);
	result = ask(r, sql, row, sizeof(row));
	free(sql);
	snprintf(expected, sizeof(expected), "%" PRId64, blocks);
	if (result == INDEX_OK && strcmp(row, expected) != 0)
		return wrong(err, size, topic, "there are blocks of timestamps of records that are gone");
	return result;
}

static enum index_result
check_all(struct index_reader *r, char *err, size_t size)
{
	enum index_result result = ask(r, "PRAGMA integrity_check(1)", err, size);

	if (result != INDEX_OK)
		return result;
	if (strcmp(err, "ok") != 0)
		return INDEX_CORRUPT;
	err[0] = '\0';
	for (int t = 0; t < INDEX_TOPICS && result == INDEX_OK; t++)
		if ((result = check_rules(r, (enum index_topic)t, err, size)) == INDEX_OK)
			result = check_lists(r, (enum index_topic)t, err, size);
	return result;
}

enum index_result
index_reader_check(struct index_reader *r, int (*progress)(void *), void *arg, char *err, size_t size)
{
	enum index_result result;

	err[0] = '\0';
	if ((result = db_exec(&r->db, "BEGIN")) == INDEX_OK) {
		if (progress != NULL)
			sqlite3_progress_handler(r->db.sql, PROGRESS_OPS, progress, arg);
		result = check_all(r, err, size);
		sqlite3_progress_handler(r->db.sql, 0, NULL, NULL);
		sqlite3_exec(r->db.sql, "ROLLBACK", NULL, NULL, NULL);
	}
	if (result != INDEX_OK && err[0] == '\0')
		snprintf(err, size, "%s", r->db.error[0] != '\0' ? r->db.error : index_result_text(result));
	return result;
}
