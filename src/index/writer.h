/*
 * writer.h: the one writer of the index. Everything between begin and commit is one transaction: rows and the
 * positions they came from become visible, and durable against the death of the process, together or not at all.
 */
#ifndef INDEX_WRITER_H
#define INDEX_WRITER_H

#include "index/index.h"

struct index_writer;

struct index_retention {
	int64_t	older_than;	/* records with a timestamp before this go; INT64_MIN: none */
	int64_t	max_bytes;	/* of the file's used pages; 0: without bound */
	int64_t	now;		/* a timestamp more than a day later holds nothing back; 0: every one is believed */
};

/*
 * Open the index in directory, making it where there is none. The caller holds the lock (index_lock). what:
 * identifies the topics' names; another name is another index (INDEX_VERSION). err: a sentence with the path.
 */
enum index_result index_writer_open(struct index_writer **out, const char *directory, const char *commands,
	    const char *events, char *err, size_t size);
/* Closes without losing what was committed. NULL is allowed. */
void	 index_writer_close(struct index_writer *w);
/* Take the lock of directory without waiting: its descriptor, to be closed by the caller; -1: errno EWOULDBLOCK: another has it. */
int	 index_lock(const char *directory);
/*
 * Rename index.db and its companions to index.db.YYYYMMDDTHHMMSS-N, never over anything. name: what it is called
 * now. 0, or -1 with errno.
 */
int	 index_set_aside(const char *directory, char *name, size_t size);
/* Delete index.db and its companions. 0, or -1 with errno. */
int	 index_remove(const char *directory);
/* The last failure, as a sentence. */
const char *index_writer_error(const struct index_writer *w);
/* A random number drawn when the index was made: cursors carry it. */
uint64_t index_writer_generation(const struct index_writer *w);
/*
 * Three new descriptors (database and -wal read-only, -shm read-write) for readers in jails. They stay open in
 * this process until it ends: closing one would drop SQLite's locks (POSIX locks belong to the process).
 */
enum index_result index_writer_files(struct index_writer *w, int fd[3]);

enum index_result index_writer_begin(struct index_writer *w);
enum index_result index_writer_add(struct index_writer *w, enum index_topic topic, const struct index_record *r);
enum index_result index_writer_undecodable(struct index_writer *w, const struct index_undecodable *u);
/*
 * Where a partition stands. p->low raises what is stored: where the log begins, for a new partition, or goes on after
 * records that were lost; 0 changes nothing.
 */
enum index_result index_writer_position(struct index_writer *w, enum index_topic topic,
	    const struct index_position *p);
enum index_result index_writer_commit(struct index_writer *w);
void	 index_writer_rollback(struct index_writer *w);

/* Where every known partition of a topic stands; *list is malloc'd. */
enum index_result index_writer_positions(struct index_writer *w, enum index_topic topic,
	    struct index_position **list, size_t *n);
/* Records and undecodable ones kept now, and the bytes that the file uses. Cheap. */
void	 index_writer_counts(struct index_writer *w, int64_t rows[INDEX_TOPICS], int64_t *undecodable,
	    int64_t *bytes);
/*
 * Remove at most max of the oldest records of each kind (a transaction of its own), and give some of the free pages
 * back to the file system. Records go in the order of indexing: one that is young keeps those behind it. *removed 0:
 * nothing more to do.
 */
enum index_result index_writer_trim(struct index_writer *w, const struct index_retention *how, int max,
	    int *removed);

#endif
