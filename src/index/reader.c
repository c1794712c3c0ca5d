/*
 * reader.c: questions to the index. See reader.h; pages are page.c's concern.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "index/files.h"
#include "index/key.h"
#include "index/lists.h"
#include "index/reader_state.h"
#include "util/mem.h"

#define BUSY_MS	250	/* others lock readers out for moments only: while they begin or end */

static const char pragmas[] = "PRAGMA query_only = 1; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -2048;"
    "PRAGMA cell_size_check = ON;";

const char *
index_reader_error(const struct index_reader *r)
{
	return r->db.error;
}

uint64_t
index_reader_generation(const struct index_reader *r)
{
	return r->generation;
}

static enum index_result
prepare(struct index_reader *r)
{
	enum index_result result;
	sqlite3_stmt *s;

	if ((result = db_exec(&r->db, pragmas)) != INDEX_OK || (result = db_recognise(&r->db)) != INDEX_OK ||
	    (result = db_prepare(&r->db, false)) != INDEX_OK)
		return result;
	sqlite3_db_config(r->db.sql, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	/* The first real question: -wal and -shm are open by now. */
	s = db_query(&r->db, Q_META, INDEX_COMMANDS);
	sqlite3_bind_text(s, 1, "generation", -1, SQLITE_STATIC);
	if ((result = db_step(&r->db, s)) == INDEX_OK) {
		r->generation = (uint64_t)sqlite3_column_int64(s, 0);
		sqlite3_reset(s);
	}
	if (result == INDEX_NONE) {
		snprintf(r->db.error, sizeof(r->db.error), "it does not say what it is of");
		result = INDEX_CORRUPT;
	}
	return result;
}

static enum index_result
open_files(struct index_reader *r, const int fd[3])
{
	enum index_result result;

	if (fd == NULL && access(r->path, F_OK) == -1 && errno == ENOENT)
		return INDEX_NONE;
	if (fd != NULL)
		files_use(fd);
	result = db_open(&r->db, fd != NULL ? FILES_PATH : r->path, SQLITE_OPEN_READONLY, BUSY_MS);
	if (result == INDEX_OK)
		result = prepare(r);
	if (fd != NULL)
		files_forget();
	return result;
}

enum index_result
index_reader_open(struct index_reader **out, const char *directory, const int fd[3], char *err, size_t size)
{
	struct index_reader *r = xcalloc(1, sizeof(*r));
	enum index_result result;

	r->path = xasprintf("%s/%s", directory, INDEX_FILE);
	if ((result = open_files(r, fd)) != INDEX_OK) {
		snprintf(err, size, "%s: %s", r->path, result == INDEX_NONE ? "there is no index yet" : r->db.error);
		index_reader_close(r);
		return result;
	}
	*out = r;
	return INDEX_OK;
}

void
index_reader_close(struct index_reader *r)
{
	if (r == NULL)
		return;
	db_close(&r->db);
	free(r->path);
	free(r);
}

enum index_result
reader_full(struct index_reader *r)
{
	snprintf(r->db.error, sizeof(r->db.error), "the answer needs more memory than one request may have");
	return INDEX_ERROR;
}

enum index_result
reader_damaged(struct index_reader *r)
{
	snprintf(r->db.error, sizeof(r->db.error), "its blocks of timestamps do not fit its rows");
	return INDEX_CORRUPT;
}

static struct id
take_id(sqlite3_stmt *s, int column)
{
	struct id id = { { 0 } };

	if (sqlite3_column_bytes(s, column) == ID_BYTES)
		memcpy(id.b, sqlite3_column_blob(s, column), ID_BYTES);
	return id;
}

/* Bytes of a column, copied. NULL: the arena is full. */
static const uint8_t *
take_bytes(sqlite3_stmt *s, int column, struct arena *a, size_t *len)
{
	const void *data = sqlite3_column_blob(s, column);

	*len = (size_t)sqlite3_column_bytes(s, column);
	return (const uint8_t *)arena_strndup(a, *len > 0 ? data : "", *len);
}

enum index_result
reader_take(struct index_reader *r, sqlite3_stmt *s, struct arena *a, struct index_record *out)
{
	const char *action = (const char *)sqlite3_column_text(s, 2);
	struct id id;

	memset(out, 0, sizeof(*out));
	out->seq = sqlite3_column_int64(s, 0);
	id = take_id(s, 1);
	out->id = key_of(&id);
	out->action = arena_strndup(a, action != NULL ? action : "", (size_t)sqlite3_column_bytes(s, 2));
	out->partition = sqlite3_column_int(s, 3);
	out->offset = sqlite3_column_int64(s, 4);
	out->timestamp = sqlite3_column_int64(s, 5);
	out->value = take_bytes(s, 6, a, &out->value_len);
	out->has_parent = sqlite3_column_type(s, 7) == SQLITE_BLOB;
	if (out->has_parent) {
		id = take_id(s, 7);
		out->parent = key_of(&id);
	}
	return out->action == NULL || out->value == NULL ? reader_full(r) : INDEX_OK;
}

enum index_result
reader_action(struct index_reader *r, const char *name, int64_t *number)
{
	sqlite3_stmt *s = db_query(&r->db, Q_ACTION_ID, INDEX_COMMANDS);
	enum index_result result;

	sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
	if ((result = db_step(&r->db, s)) == INDEX_OK) {
		*number = sqlite3_column_int64(s, 0);
		sqlite3_reset(s);
	}
	return result;
}

enum index_result
index_reader_get(struct index_reader *r, enum index_topic topic, const struct id *id, struct arena *a,
    struct index_record *out)
{
	sqlite3_stmt *s = db_query(&r->db, Q_GET, topic);
	struct id key = key_of(id);
	enum index_result result;

	sqlite3_bind_blob(s, 1, key.b, ID_BYTES, SQLITE_STATIC);
	if ((result = db_step(&r->db, s)) != INDEX_OK)
		return result;
	result = reader_take(r, s, a, out);
	sqlite3_reset(s);
	return result;
}

/* The rows of a question, at most max, at most max_bytes of values but one in any case. */
static enum index_result
take_all(struct index_reader *r, sqlite3_stmt *s, size_t max, size_t max_bytes, struct arena *a,
    struct index_record **list, size_t *n)
{
	enum index_result result = INDEX_NONE;
	size_t bytes = 0, cap = 0;

	*list = NULL;
	*n = 0;
	while (*n < max && (*n == 0 || bytes < max_bytes) && (result = db_step(&r->db, s)) == INDEX_OK) {
		if (*n == cap) {
			size_t more = cap == 0 ? 8 : cap * 2;
			struct index_record *grown = arena_array(a, more, sizeof(*grown));

			if (grown == NULL)
				return reader_full(r);
			if (cap > 0)
				memcpy(grown, *list, cap * sizeof(*grown));
			*list = grown;
			cap = more;
		}
		if ((result = reader_take(r, s, a, &(*list)[*n])) != INDEX_OK)
			break;
		bytes += (*list)[(*n)++].value_len;
	}
	sqlite3_reset(s);
	return result == INDEX_NONE ? INDEX_OK : result;
}

enum index_result
index_reader_children(struct index_reader *r, const struct id *parent, size_t max, bool with_values, struct arena *a,
    struct index_record **list, size_t *n)
{
	sqlite3_stmt *s = db_query(&r->db, with_values ? Q_PAGE_PARENT : Q_CHILDREN, INDEX_EVENTS);
	struct id key = key_of(parent);

	sqlite3_bind_int64(s, 1, 0);
	sqlite3_bind_int64(s, 2, (int64_t)max);
	sqlite3_bind_blob(s, 3, key.b, ID_BYTES, SQLITE_STATIC);
	return take_all(r, s, max, SIZE_MAX, a, list, n);
}

enum index_result
index_reader_scan(struct index_reader *r, enum index_topic topic, int64_t seq, size_t limit, size_t max_bytes,
    struct arena *a, struct index_record **list, size_t *n)
{
	sqlite3_stmt *s = db_query(&r->db, Q_PAGE_ALL, topic);

	sqlite3_bind_int64(s, 1, seq + 1);
	sqlite3_bind_int64(s, 2, (int64_t)limit);
	return take_all(r, s, limit, max_bytes, a, list, n);
}

/* The least seq of the records of a partition from offset on; *seq stays where there is none. */
static enum index_result
seek_in(struct index_reader *r, enum index_topic topic, int32_t partition, int64_t offset, int64_t *seq)
{
	sqlite3_stmt *s = db_query(&r->db, Q_SEEK, topic);
	enum index_result result;

	sqlite3_bind_int64(s, 1, partition);
	sqlite3_bind_int64(s, 2, offset);
	if ((result = db_step(&r->db, s)) == INDEX_OK) {
		if (sqlite3_column_int64(s, 0) < *seq)
			*seq = sqlite3_column_int64(s, 0);
		sqlite3_reset(s);
	}
	return result == INDEX_NONE ? INDEX_OK : result;
}

static enum index_result
seek(struct index_reader *r, enum index_topic topic, const int64_t *want, size_t n, int64_t *seq)
{
	struct index_position *list;
	struct arena a;
	enum index_result result;
	int64_t first;
	size_t places;

	if ((result = lists_range(&r->db, topic, LIST_ALL, &first, seq)) != INDEX_OK)
		return result;
	(*seq)++;
	arena_init(&a, 0);
	result = index_reader_positions(r, topic, &a, &list, &places);
	for (size_t i = 0; result == INDEX_OK && i < places; i++) {
		size_t p = (size_t)list[i].partition;

		result = seek_in(r, topic, list[i].partition, p < n ? want[p] : 0, seq);
	}
	arena_free(&a);
	(*seq)--;
	return result;
}

enum index_result
index_reader_seek(struct index_reader *r, enum index_topic topic, const int64_t *want, size_t n, int64_t *seq)
{
	enum index_result result = db_exec(&r->db, "BEGIN");

	if (result != INDEX_OK)
		return result;
	result = seek(r, topic, want, n, seq);
	db_exec(&r->db, "COMMIT");
	return result;
}

enum index_result
index_reader_positions(struct index_reader *r, enum index_topic topic, struct arena *a, struct index_position **list,
    size_t *n)
{
	sqlite3_stmt *s = db_query(&r->db, Q_PLACES, topic);
	enum index_result result;
	size_t cap = 0;

	*list = NULL;
	*n = 0;
	sqlite3_bind_int64(s, 1, topic);
	while ((result = db_step(&r->db, s)) == INDEX_OK) {
		if (*n == cap) {
			size_t more = cap == 0 ? 16 : cap * 2;
			struct index_position *grown = arena_array(a, more, sizeof(*grown));

			if (grown == NULL) {
				sqlite3_reset(s);
				return reader_full(r);
			}
			if (cap > 0)
				memcpy(grown, *list, cap * sizeof(*grown));
			*list = grown;
			cap = more;
		}
		(*list)[*n].partition = sqlite3_column_int(s, 0);
		(*list)[*n].next = sqlite3_column_int64(s, 1);
		(*list)[*n].low = sqlite3_column_int64(s, 2);
		(*list)[*n].last = sqlite3_column_int64(s, 3);
		(*list)[(*n)++].last_id = take_id(s, 4);
	}
	return result == INDEX_NONE ? INDEX_OK : result;
}

static enum index_result
take_undecodable(struct index_reader *r, sqlite3_stmt *s, struct arena *a, struct index_undecodable *u)
{
	const char *reason = (const char *)sqlite3_column_text(s, 4);

	u->topic = (enum index_topic)sqlite3_column_int(s, 0);
	u->partition = sqlite3_column_int(s, 1);
	u->offset = sqlite3_column_int64(s, 2);
	u->timestamp = sqlite3_column_int64(s, 3);
	u->reason = arena_strndup(a, reason != NULL ? reason : "", (size_t)sqlite3_column_bytes(s, 4));
	u->key = take_bytes(s, 5, a, &u->key_len);
	u->value = take_bytes(s, 6, a, &u->value_len);
	u->value_full = (size_t)sqlite3_column_int64(s, 7);
	return u->reason == NULL || u->key == NULL || u->value == NULL ? reader_full(r) : INDEX_OK;
}

enum index_result
index_reader_undecodable(struct index_reader *r, size_t max, struct arena *a, struct index_undecodable **list, size_t *n,
    int64_t *total)
{
	sqlite3_stmt *s = db_query(&r->db, Q_UNDECODABLE, INDEX_COMMANDS);
	enum index_result result;
	int64_t first;

	*n = 0;
	*total = 0;
	result = db_pair(&r->db, db_query(&r->db, Q_RANGE_UNDECODABLE, INDEX_COMMANDS), &first, total);
	if (result != INDEX_OK)
		return result;
	if (max > INDEX_KEPT_UNDECODABLE)
		max = INDEX_KEPT_UNDECODABLE;
	*list = arena_array(a, max + 1, sizeof(**list));
	if (*list == NULL)
		return reader_full(r);
	sqlite3_bind_int64(s, 1, (int64_t)max);
	while ((result = db_step(&r->db, s)) == INDEX_OK) {
		if ((result = take_undecodable(r, s, a, &(*list)[*n])) != INDEX_OK)
			break;
		(*n)++;
	}
	sqlite3_reset(s);
	return result == INDEX_NONE ? INDEX_OK : result;
}
