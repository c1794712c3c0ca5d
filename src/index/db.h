/*
 * db.h: an open database and its prepared queries (queries.def), as writers and readers share it within this folder.
 * SQLite's words stop here and in the files beside it.
 */
#ifndef INDEX_DB_H
#define INDEX_DB_H

#include <sqlite3.h>

#include "index/index.h"

#define DB_APPLICATION	0x636d6472	/* "cmdr" */
#define DB_VERSION	1		/* of schema.sql */
#define DB_PAGE		4096

enum query_who { QUERY_R, QUERY_W };

enum query_id {
#define QUERY(name, who, per_topic, sql) Q_##name,
#include "index/queries.def"
#undef QUERY
	QUERIES
};

struct query_row {
	const char	*name;
	enum query_who	 who;
	bool		 per_topic;
	const char	*sql;
};

extern const struct query_row db_queries[QUERIES];

struct db {
	sqlite3		*sql;
	sqlite3_stmt	*prepared[QUERIES][INDEX_TOPICS];	/* by db_prepare */
	char		 error[256];
};

/* flags: SQLITE_OPEN_…. busy_ms: how long to wait for another's lock. On failure db->error says why. */
enum index_result db_open(struct db *db, const char *path, int flags, int busy_ms);
void	db_close(struct db *db);
/* Is it ours, of this version? INDEX_NONE: it is empty. INDEX_CORRUPT: it is something else, or damaged. */
enum index_result db_recognise(struct db *db);
/* Prepare the questions, and for the writer the changes too. INDEX_CORRUPT: its tables are not those of schema.sql. */
enum index_result db_prepare(struct db *db, bool writer);
/* SQL with T, PARENT and TOPIC replaced by what they stand for (queries.def), where they are words; to be freed. */
char	*db_words(const char *sql, enum index_topic topic);
/* The SQL of a query for a topic; to be freed. */
char	*db_query_text(enum query_id q, enum index_topic topic);
/* The prepared query, reset and without parameters. */
sqlite3_stmt *db_query(struct db *db, enum query_id q, enum index_topic topic);
/* Step a change to its end and reset it. */
enum index_result db_run(struct db *db, sqlite3_stmt *s);
/* Step a question: INDEX_OK a row, INDEX_NONE the end (it is reset then). */
enum index_result db_step(struct db *db, sqlite3_stmt *s);
/* Ask for one row of two integers. INDEX_NONE: there is none, or they are NULL. */
enum index_result db_pair(struct db *db, sqlite3_stmt *s, int64_t *first, int64_t *last);
/* Statements without rows, such as BEGIN. */
enum index_result db_exec(struct db *db, const char *sql);
/* What the last SQLite call's failure means; db->error says it. */
enum index_result db_failure(struct db *db);
/* A single integer, as of a PRAGMA. */
enum index_result db_number(struct db *db, const char *sql, int64_t *out);

#endif
