/*
 * db.c: an open database and its prepared queries. See db.h.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "index/db.h"
#include "util/buf.h"
#include "util/log.h"
#include "util/mem.h"

const struct query_row db_queries[QUERIES] = {
#define QUERY(name, who, per_topic, sql) { #name, QUERY_##who, per_topic, sql },
#include "index/queries.def"
#undef QUERY
};

/* What the last call's failure was, and what the system said where it asked the system. */
static enum index_result
result_of(sqlite3 *sql, int *system)
{
	int primary = sqlite3_extended_errcode(sql) & 0xff;

	*system = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN ? sqlite3_system_errno(sql) : 0;
	if (primary == SQLITE_FULL || *system == ENOSPC || *system == EDQUOT)
		return INDEX_FULL;
	if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB)
		return INDEX_CORRUPT;
	return INDEX_ERROR;
}

enum index_result
db_failure(struct db *db)
{
	int system;
	enum index_result r = result_of(db->sql, &system);

	snprintf(db->error, sizeof(db->error), "%s%s%s", sqlite3_errmsg(db->sql), system != 0 ? ": " : "",
	    system != 0 ? strerror(system) : "");
	return r;
}

/* What a database may do that is not ours: its views, triggers and functions stay unused. */
static void
harden(sqlite3 *sql)
{
	sqlite3_db_config(sql, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(sql, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(sql, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(sql, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	sqlite3_db_config(sql, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	sqlite3_limit(sql, SQLITE_LIMIT_ATTACHED, 0);
}

enum index_result
db_open(struct db *db, const char *path, int flags, int busy_ms)
{
	memset(db, 0, sizeof(*db));
	if (sqlite3_open_v2(path, &db->sql, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		if (db->sql == NULL)
			fatalx("no memory for a database");
		return db_failure(db);
	}
	sqlite3_busy_timeout(db->sql, busy_ms);
	harden(db->sql);
	return INDEX_OK;
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

char *
db_words(const char *sql, enum index_topic topic)
{
	static const struct { const char *word, *text[INDEX_TOPICS]; } words[] = {
		{ "T", { "command", "event" } }, { "PARENT", { "NULL", "parent" } }, { "TOPIC", { "0", "1" } },
	};
	const size_t nwords = sizeof(words) / sizeof(words[0]);
	struct buf out = { 0 };
	char *copy;

	for (const char *p = sql; *p != '\0'; p++) {
		size_t w = 0, len = 0;

		for (; w < nwords; w++) {
			len = strlen(words[w].word);
			if (strncmp(p, words[w].word, len) == 0 && is_word(sql, p, len))
				break;
		}
		if (w == nwords) {
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

char *
db_query_text(enum query_id q, enum index_topic topic)
{
	return db_queries[q].per_topic ? db_words(db_queries[q].sql, topic) : xstrdup(db_queries[q].sql);
}

static enum index_result
prepare(struct db *db, enum query_id q, enum index_topic topic)
{
	char *text = db_query_text(q, topic);
	int code = sqlite3_prepare_v3(db->sql, text, -1, SQLITE_PREPARE_PERSISTENT, &db->prepared[q][topic], NULL);
	enum index_result r;

	free(text);
	if (code == SQLITE_OK)
		return INDEX_OK;
	r = db_failure(db);
	return code == SQLITE_ERROR ? INDEX_CORRUPT : r;
}

enum index_result
db_prepare(struct db *db, bool writer)
{
	enum index_result r = INDEX_OK;

	for (int q = 0; q < QUERIES; q++)
		for (int t = 0; t < (db_queries[q].per_topic ? INDEX_TOPICS : 1) && r == INDEX_OK; t++)
			if (writer || db_queries[q].who == QUERY_R)
				r = prepare(db, (enum query_id)q, (enum index_topic)t);
	return r;
}

sqlite3_stmt *
db_query(struct db *db, enum query_id q, enum index_topic topic)
{
	sqlite3_stmt *s = db->prepared[q][db_queries[q].per_topic ? topic : 0];

	if (s == NULL)
		fatalx("a query that was not prepared: %s", db_queries[q].name);
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return s;
}

enum index_result
db_step(struct db *db, sqlite3_stmt *s)
{
	enum index_result r;
	int step;

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
db_pair(struct db *db, sqlite3_stmt *s, int64_t *first, int64_t *last)
{
	enum index_result r = db_step(db, s);

	if (r != INDEX_OK)
		return r;
	if (sqlite3_column_type(s, 0) == SQLITE_NULL || sqlite3_column_type(s, 1) == SQLITE_NULL)
		r = INDEX_NONE;
	*first = sqlite3_column_int64(s, 0);
	*last = sqlite3_column_int64(s, 1);
	sqlite3_reset(s);
	return r;
}

enum index_result
db_exec(struct db *db, const char *sql)
{
	return sqlite3_exec(db->sql, sql, NULL, NULL, NULL) == SQLITE_OK ? INDEX_OK : db_failure(db);
}

enum index_result
db_number(struct db *db, const char *sql, int64_t *out)
{
	sqlite3_stmt *s = NULL;
	enum index_result r;

	if (sqlite3_prepare_v2(db->sql, sql, -1, &s, NULL) != SQLITE_OK)
		return db_failure(db);
	if ((r = db_step(db, s)) == INDEX_OK)
		*out = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return r;
}

enum index_result
db_recognise(struct db *db)
{
	int64_t application, version, tables;
	enum index_result r;

	if ((r = db_number(db, "PRAGMA application_id", &application)) != INDEX_OK ||
	    (r = db_number(db, "PRAGMA user_version", &version)) != INDEX_OK ||
	    (r = db_number(db, "SELECT count(*) FROM sqlite_schema", &tables)) != INDEX_OK)
		return r;
	if (application == 0 && tables == 0)
		return INDEX_NONE;
	if (application != DB_APPLICATION) {
		snprintf(db->error, sizeof(db->error), "it is a database, but not cmdr's");
		return INDEX_CORRUPT;
	}
	if (version != DB_VERSION) {
		snprintf(db->error, sizeof(db->error), "it is of version %" PRId64 ", this cmdr's is %d", version,
		    DB_VERSION);
		return INDEX_VERSION;
	}
	return INDEX_OK;
}
