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
#define DB_BLOCK_BITS	10		/* numbers of a list that one row of block sums up: 1024 */

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
	sqlite3_stmt	*prepared[QUERIES][INDEX_TOPICS];	/* made when first used */
	char		 error[256];
};

/* flags: SQLITE_OPEN_…. On failure err says why, with the path, and db is closed. */
enum index_result db_open(struct db *db, const char *path, int flags, char *err, size_t size);
void	db_close(struct db *db);
/* The SQL of a query for a topic, T and PARENT replaced; to be freed. */
char	*db_query_text(enum query_id q, enum index_topic topic);
/* The prepared query, reset and without parameters. NULL: db->error says why. */
sqlite3_stmt *db_query(struct db *db, enum query_id q, enum index_topic topic);
/* Step a change to its end and reset it. */
enum index_result db_run(struct db *db, sqlite3_stmt *s);
/* Step a question: INDEX_OK a row, INDEX_NONE the end (it is reset then). */
enum index_result db_step(struct db *db, sqlite3_stmt *s);
/* Statements without rows, such as BEGIN. */
enum index_result db_exec(struct db *db, const char *sql);
/* What the last SQLite call's failure means; db->error says it. */
enum index_result db_failure(struct db *db);
/* A single integer, as of a PRAGMA; fallback where there is none. */
int64_t	db_number(struct db *db, const char *sql, int64_t fallback);

#endif
