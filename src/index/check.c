/*
 * check.c: is an index whole? SQLite's own check, then our lists against the
 * rows. Slow: for an operator who asks. See reader.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "index/reader_state.h"

#define PROGRESS_OPS	20000	/* of SQLite's machine, between two calls of progress */

/* Questions that find nothing in an index that is whole. */
static const struct {
	const char	*sql, *wrong;
} rules[] = {
	{ "SELECT 1 FROM list WHERE action = 0 AND topic = 0 AND last - first + 1 <> (SELECT count(*) FROM command)",
	    "the number of commands is not that of the list" },
	{ "SELECT 1 FROM list WHERE action = 0 AND topic = 1 AND last - first + 1 <> (SELECT count(*) FROM event)",
	    "the number of events is not that of the list" },
	{ "SELECT 1 FROM (SELECT min(seq) a, max(seq) b, count(*) n FROM command) WHERE n > 0 AND b - a + 1 <> n",
	    "commands have holes in their numbers" },
	{ "SELECT 1 FROM (SELECT min(seq) a, max(seq) b, count(*) n FROM event) WHERE n > 0 AND b - a + 1 <> n",
	    "events have holes in their numbers" },
	{ "SELECT 1 FROM (SELECT action, min(nth) a, max(nth) b, count(*) n FROM command GROUP BY action) c "
	    "LEFT JOIN list ON topic = 0 AND list.action = c.action WHERE b - a + 1 <> n OR first IS NOT a OR last IS NOT b",
	    "the numbers of an action's commands are not those of its list" },
	{ "SELECT 1 FROM (SELECT action, min(nth) a, max(nth) b, count(*) n FROM event GROUP BY action) c "
	    "LEFT JOIN list ON topic = 1 AND list.action = c.action WHERE b - a + 1 <> n OR first IS NOT a OR last IS NOT b",
	    "the numbers of an action's events are not those of its list" },
	{ "SELECT 1 FROM (SELECT min(child) a, max(child) b, count(*) n FROM event WHERE parent IS NOT NULL "
	    "GROUP BY parent) WHERE b - a + 1 <> n", "the events of a command have holes in their numbers" },
	{ "SELECT 1 FROM command c WHERE NOT EXISTS (SELECT 1 FROM block WHERE topic = 0 AND action = 0 AND "
	    "nr = seq >> 10 AND timestamp BETWEEN low AND high)", "a command lies outside of its block's times" },
	{ "SELECT 1 FROM event e WHERE NOT EXISTS (SELECT 1 FROM block WHERE topic = 1 AND action = 0 AND "
	    "nr = seq >> 10 AND timestamp BETWEEN low AND high)", "an event lies outside of its block's times" },
	{ "SELECT 1 FROM command c WHERE offset >= (SELECT next FROM place WHERE topic = 0 AND place.partition = c.partition)",
	    "a command lies beyond what was read of its partition" },
	{ "SELECT 1 FROM event e WHERE offset >= (SELECT next FROM place WHERE topic = 1 AND place.partition = e.partition)",
	    "an event lies beyond what was read of its partition" },
};

/* *row: the first row's text, cut. INDEX_NONE: there is no row. */
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
check(struct index_reader *r, char *err, size_t size)
{
	enum index_result result = ask(r, "PRAGMA quick_check(1)", err, size);
	char row[32];

	if (result != INDEX_OK)
		return result;
	if (strcmp(err, "ok") != 0)
		return INDEX_CORRUPT;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if ((result = ask(r, rules[i].sql, row, sizeof(row))) == INDEX_NONE)
			continue;
		snprintf(err, size, "%s", result == INDEX_OK ? rules[i].wrong : r->db.error);
		return result == INDEX_OK ? INDEX_CORRUPT : result;
	}
	err[0] = '\0';
	return INDEX_OK;
}

enum index_result
index_reader_check(struct index_reader *r, int (*progress)(void *), void *arg, char *err, size_t size)
{
	enum index_result result;

	err[0] = '\0';
	if (progress != NULL)
		sqlite3_progress_handler(r->db.sql, PROGRESS_OPS, progress, arg);
	result = check(r, err, size);
	sqlite3_progress_handler(r->db.sql, 0, NULL, NULL);
	if (result != INDEX_OK && err[0] == '\0')
		snprintf(err, size, "%s", r->db.error[0] != '\0' ? r->db.error : index_result_text(result));
	return result;
}
