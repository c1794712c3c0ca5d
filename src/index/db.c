/*
 * db.c: an open database and its prepared queries. See db.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "index/db.h"
#include "util/buf.h"
#include "util/log.h"
#include "util/mem.h"

#define BUSY_MS	2000

const struct query_row db_queries[QUERIES] = {
#define QUERY(name, who, per_topic, sql) { #name, QUERY_##who, per_topic, sql },
#include "index/queries.def"
#undef QUERY
};

static enum index_result
result_of(sqlite3 *sql)
{
	int code = sqlite3_extended_errcode(sql), primary = code & 0xff;
	int system = sqlite3_system_errno(sql);

	if (primary == SQLITE_FULL || (primary == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT)))
		return INDEX_FULL;
	if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB)
		return INDEX_CORRUPT;
	return INDEX_ERROR;
}

enum index_result
db_failure(struct db *db)
{
	enum index_result r = result_of(db->sql);
	int system = sqlite3_system_errno(db->sql);

	snprintf(db->error, sizeof(db->error), "%s%s%s", sqlite3_errmsg(db->sql), system != 0 ? ": " : "",
	    system != 0 ? strerror(system) : "");
	return r;
}

enum index_result
db_open(struct db *db, const char *path, int flags, char *err, size_t size)
{
	enum index_result r;

	memset(db, 0, sizeof(*db));
	if (sqlite3_open_v2(path, &db->sql, flags | SQLITE_OPEN_NOMUTEX, NULL) ==
	    SQLITE_OK) {
		sqlite3_busy_timeout(db->sql, BUSY_MS);
		sqlite3_db_config(db->sql, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
		sqlite3_db_config(db->sql, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
		return INDEX_OK;
	}
	if (db->sql == NULL)
		fatalx("no memory for a database");
	r = db_failure(db);
	snprintf(err, size, "%s: %s", path, db->error);
	db_close(db);
	return r;
}

void
db_close(struct db *db)
{
	for (int q = 0; q < QUERIES; q++)
		for (int t = 0; t < INDEX_TOPICS; t++)
			sqlite3_finalize(db->prepared[q][t]);
	sqlite3_close(db->sql);
	memset(db, 0, sizeof(*db));
}

static bool
is_word(const char *sql, const char *at, size_t len)
{
	char before = at == sql ? ' ' : at[-1], after = at[len];

	return strchr(" (,=", before) != NULL && strchr(" .,)", after) != NULL;
}

/* The words T and PARENT stand for the table of the topic and for what it has of a parent. */
char *
db_query_text(enum query_id q, enum index_topic topic)
{
	static const struct { const char *word, *text[INDEX_TOPICS]; } words[] = {
		{ "T", { "command", "event" } }, { "PARENT", { "NULL", "parent" } },
	};
	const char *sql = db_queries[q].sql;
	struct buf out = { 0 };
	char *copy;

	for (const char *p = sql; *p != '\0'; p++) {
		size_t w = 0, len = 0;

		for (; db_queries[q].per_topic && w < 2; w++) {
			len = strlen(words[w].word);
			if (strncmp(p, words[w].word, len) == 0 && is_word(sql, p, len))
				break;
		}
		if (!db_queries[q].per_topic || w == 2) {
			buf_putc(&out, *p);
			continue;
		}
		buf_puts(&out, words[w].text[topic]);
		p += len - 1;
	}
	copy = xstrdup(buf_cstr(&out));
	buf_free(&out);
	return copy;
}

sqlite3_stmt *
db_query(struct db *db, enum query_id q, enum index_topic topic)
{
	sqlite3_stmt **s = &db->prepared[q][db_queries[q].per_topic ? topic : 0];
	char *text;
	int r;

	if (*s == NULL) {
		text = db_query_text(q, topic);
		r = sqlite3_prepare_v3(db->sql, text, -1, SQLITE_PREPARE_PERSISTENT, s, NULL);
		free(text);
		if (r != SQLITE_OK) {
			db_failure(db);
			return NULL;
		}
	}
	sqlite3_reset(*s);
	sqlite3_clear_bindings(*s);
	return *s;
}

enum index_result
db_step(struct db *db, sqlite3_stmt *s)
{
	enum index_result r;
	int step;

	if (s == NULL)
		return result_of(db->sql);
	step = sqlite3_step(s);
	if (step == SQLITE_ROW)
		return INDEX_OK;
	r = step == SQLITE_DONE ? INDEX_NONE : db_failure(db);
	sqlite3_reset(s);
	return r;
}

enum index_result
db_run(struct db *db, sqlite3_stmt *s)
{
	enum index_result r = db_step(db, s);

	if (r == INDEX_OK)
		sqlite3_reset(s);
	return r == INDEX_NONE ? INDEX_OK : r;
}

enum index_result
db_exec(struct db *db, const char *sql)
{
	return sqlite3_exec(db->sql, sql, NULL, NULL, NULL) == SQLITE_OK ? INDEX_OK : db_failure(db);
}

int64_t
db_number(struct db *db, const char *sql, int64_t fallback)
{
	sqlite3_stmt *s = NULL;
	int64_t n = fallback;

	if (sqlite3_prepare_v2(db->sql, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return n;
}
