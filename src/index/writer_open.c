/*
 * writer_open.c: an index is opened, made, locked, set aside. See writer.h.
 */
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "index/schema_sql.h"
#include "index/writer_state.h"
#include "util/log.h"
#include "util/mem.h"

#define BUSY_MS	2000	/* another writer cannot be: index_lock */

static const char *const suffixes[] = { "", "-wal", "-shm" };

/* In this order: the first two only act on an empty file. */
static const char pragmas[] =
    "PRAGMA page_size = 4096;"
    "PRAGMA auto_vacuum = INCREMENTAL;"
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = NORMAL;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA cache_size = -16384;"
    "PRAGMA cell_size_check = ON;"
    "PRAGMA wal_autocheckpoint = 2000;"
    "PRAGMA journal_size_limit = 33554432;";

static enum index_result
put_meta(struct index_writer *w, const char *name, const char *text, int64_t number)
{
	sqlite3_stmt *s = db_query(&w->db, Q_PUT_META, INDEX_COMMANDS);

	sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
	if (text != NULL)
		sqlite3_bind_text(s, 2, text, -1, SQLITE_STATIC);
	else
		sqlite3_bind_int64(s, 2, number);
	return db_run(&w->db, s);
}

static enum index_result
make(struct index_writer *w, const char *commands, const char *events)
{
	char version[96];
	int64_t generation;
	enum index_result r;

	if (getrandom(&generation, sizeof(generation), 0) != (ssize_t)sizeof(generation))
		generation = (int64_t)time(NULL);
	snprintf(version, sizeof(version), "PRAGMA application_id = %d; PRAGMA user_version = %d",
	    DB_APPLICATION, DB_VERSION);
	if ((r = db_exec(&w->db, "BEGIN IMMEDIATE")) != INDEX_OK)
		return r;
	if ((r = db_exec(&w->db, schema_sql)) == INDEX_OK && (r = db_exec(&w->db, version)) == INDEX_OK &&
	    (r = db_prepare(&w->db, true)) == INDEX_OK &&
	    (r = put_meta(w, "generation", NULL, generation)) == INDEX_OK &&
	    (r = put_meta(w, "commands", commands, 0)) == INDEX_OK &&
	    (r = put_meta(w, "events", events, 0)) == INDEX_OK)
		r = db_exec(&w->db, "COMMIT");
	if (r != INDEX_OK)
		db_exec(&w->db, "ROLLBACK");
	return r;
}

/* name's value is text. */
static enum index_result
check_name(struct index_writer *w, const char *name, const char *text)
{
	sqlite3_stmt *s = db_query(&w->db, Q_META, INDEX_COMMANDS);
	enum index_result r;

	sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
	r = db_step(&w->db, s);
	if (r != INDEX_OK)
		return r == INDEX_NONE ? INDEX_CORRUPT : r;
	if (sqlite3_column_type(s, 0) != SQLITE_TEXT ||
	    strcmp((const char *)sqlite3_column_text(s, 0), text) != 0) {
		snprintf(w->db.error, sizeof(w->db.error), "it is of another %s topic than %s", name, text);
		r = INDEX_VERSION;
	}
	sqlite3_reset(s);
	return r;
}

static enum index_result
read_generation(struct index_writer *w)
{
	sqlite3_stmt *s = db_query(&w->db, Q_META, INDEX_COMMANDS);
	enum index_result r;

	sqlite3_bind_text(s, 1, "generation", -1, SQLITE_STATIC);
	if ((r = db_step(&w->db, s)) == INDEX_OK) {
		w->generation = (uint64_t)sqlite3_column_int64(s, 0);
		sqlite3_reset(s);
	}
	return r == INDEX_NONE ? INDEX_CORRUPT : r;
}

/* Some file systems cannot share memory by a file: SQLite then stays in another mode without an error. */
static enum index_result
check_mode(struct index_writer *w)
{
	sqlite3_stmt *s = NULL;
	enum index_result r;
	bool wal;

	if (sqlite3_prepare_v2(w->db.sql, "PRAGMA journal_mode", -1, &s, NULL) != SQLITE_OK)
		return db_failure(&w->db);
	r = db_step(&w->db, s);
	wal = r == INDEX_OK && strcmp((const char *)sqlite3_column_text(s, 0), "wal") == 0;
	sqlite3_finalize(s);
	if (r == INDEX_OK && !wal) {
		snprintf(w->db.error, sizeof(w->db.error), "its file system cannot hold a database in WAL mode");
		return INDEX_ERROR;
	}
	return r;
}

static enum index_result
prepare(struct index_writer *w, const char *commands, const char *events)
{
	enum index_result found = db_recognise(&w->db), r;
	int one = 1;

	if (found != INDEX_OK && found != INDEX_NONE)
		return found;
	if ((r = db_exec(&w->db, pragmas)) != INDEX_OK || (r = check_mode(w)) != INDEX_OK)
		return r;
	/* Readers in jails cannot make -wal and -shm: they stay when the last of us closes. */
	sqlite3_file_control(w->db.sql, "main", SQLITE_FCNTL_PERSIST_WAL, &one);
	r = found == INDEX_NONE ? make(w, commands, events) : db_prepare(&w->db, true);
	if (r != INDEX_OK || (r = check_name(w, "commands", commands)) != INDEX_OK ||
	    (r = check_name(w, "events", events)) != INDEX_OK)
		return r;
	return read_generation(w);
}

enum index_result
index_writer_open(struct index_writer **out, const char *directory, const char *commands, const char *events, char *err,
    size_t size)
{
	struct index_writer *w = xcalloc(1, sizeof(*w));
	mode_t mask = umask(027);
	enum index_result r;

	w->path = xasprintf("%s/%s", directory, INDEX_FILE);
	w->lists = lists_new(&w->db);
	w->actions = actions_new(&w->db);
	r = db_open(&w->db, w->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, BUSY_MS);
	if (r == INDEX_OK)
		r = prepare(w, commands, events);
	umask(mask);
	if (r != INDEX_OK) {
		snprintf(err, size, "%s: %s", w->path, w->db.error);
		index_writer_close(w);
		return r;
	}
	*out = w;
	return INDEX_OK;
}

void
index_writer_close(struct index_writer *w)
{
	if (w == NULL)
		return;
	if (w->open)
		index_writer_rollback(w);
	db_close(&w->db);
	lists_free(w->lists);
	actions_free(w->actions);
	free(w->path);
	free(w);
}

enum index_result
index_writer_files(struct index_writer *w, int fd[3])
{
	static const int modes[3] = { O_RDONLY, O_RDONLY, O_RDWR };
	char path[4096];

	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s%s", w->path, suffixes[i]);
		fd[i] = open(path, modes[i] | O_CLOEXEC | O_NOFOLLOW);
		if (fd[i] == -1) {
			snprintf(w->db.error, sizeof(w->db.error), "%.150s: %s", path, strerror(errno));
			/* Those that are open stay so: see the header. */
			return errno == ENOSPC ? INDEX_FULL : INDEX_ERROR;
		}
	}
	return INDEX_OK;
}

int
index_lock(const char *directory)
{
	char path[4096];
	int fd, saved;

	snprintf(path, sizeof(path), "%s/%s", directory, INDEX_LOCK);
	if ((fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640)) == -1)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		saved = errno;
		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

/* A name that nothing has. */
static int
free_name(const char *directory, char *name, size_t size)
{
	char stamp[32], path[4096];
	struct stat st;
	time_t now = time(NULL);
	struct tm tm;

	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%S", gmtime_r(&now, &tm));
	for (int n = 0; n < 1000; n++) {
		snprintf(name, size, "%s.%s-%d", INDEX_FILE, stamp, n);
		snprintf(path, sizeof(path), "%s/%s", directory, name);
		if (lstat(path, &st) == -1 && errno == ENOENT)
			return 0;
	}
	errno = EEXIST;
	return -1;
}

int
index_set_aside(const char *directory, char *name, size_t size)
{
	char from[4096], to[4096];

	if (free_name(directory, name, size) == -1)
		return -1;
	/* The database first: without its log it would be an older one, or a half-written one, that nobody knows as such. */
	for (int i = 0; i < 3; i++) {
		snprintf(from, sizeof(from), "%s/%s%s", directory, INDEX_FILE, suffixes[i]);
		snprintf(to, sizeof(to), "%s/%s%s", directory, name, suffixes[i]);
		if (rename(from, to) == -1 && errno != ENOENT)
			return -1;
	}
	return 0;
}

int
index_remove(const char *directory)
{
	char path[4096];

	/* In this order for the same reason; SQLite removes a log that it finds beside no database. */
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s%s", directory, INDEX_FILE, suffixes[i]);
		if (unlink(path) == -1 && errno != ENOENT)
			return -1;
	}
	return 0;
}
