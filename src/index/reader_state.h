/*
 * reader_state.h: a reader as its files share it. For them only.
 */
#ifndef INDEX_READER_STATE_H
#define INDEX_READER_STATE_H

#include "index/db.h"
#include "index/reader.h"

struct index_reader {
	struct db	 db;
	char		*path;
	uint64_t	 generation;
};

/* The row of a question whose columns are those of COLUMNS (queries.def) and a parent. The arena holds its texts. */
enum index_result reader_take(struct index_reader *r, sqlite3_stmt *s, struct arena *a, struct index_record *out);
/* The number of an action; INDEX_NONE: nobody ever used it. */
enum index_result reader_action(struct index_reader *r, const char *name, int64_t *number);
/* INDEX_ERROR: the arena is full. */
enum index_result reader_full(struct index_reader *r);
/* INDEX_CORRUPT: what the tables say does not fit together. */
enum index_result reader_damaged(struct index_reader *r);

#endif
