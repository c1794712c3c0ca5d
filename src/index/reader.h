/*
 * reader.h: questions to the index. Any number of readers beside the one writer; each answer is of one moment.
 * A reader belongs to one thread.
 */
#ifndef INDEX_READER_H
#define INDEX_READER_H

#include "index/index.h"
#include "util/arena.h"

struct index_reader;

#define INDEX_CURSOR	64	/* bytes that hold any cursor and its NUL */

/* A page of a topic. */
struct index_query {
	enum index_topic topic;
	const char	*action;	/* NULL: any */
	bool		 has_parent;	/* events */
	struct id	 parent;
	int64_t		 since, until;	/* timestamp: since <= it < until; INT64_MIN and INT64_MAX: any */
	int64_t		 limit;		/* records, at least 1 */
	int64_t		 offset;	/* records to pass over; 0 with after */
	const char	*after;		/* a cursor, or NULL */
	size_t		 max_bytes;	/* of values: a page ends early, but never empty for that */
};

struct index_page {
	struct index_record	*list;
	size_t			 n;
	int64_t			 total;		/* of the whole query, whatever page of it */
	char			 next[INDEX_CURSOR];	/* "" on the last page */
};

/*
 * fd NULL: open the files in directory by their names. Else: they are descriptors from index_writer_files, and
 * directory says only what they are called; no file is opened. The descriptors stay the caller's, and must be
 * kept until index_reader_close. INDEX_NONE: there is no index yet.
 */
enum index_result index_reader_open(struct index_reader **out, const char *directory, const int fd[3],
	    char *err, size_t size);
void	 index_reader_close(struct index_reader *r);
const char *index_reader_error(const struct index_reader *r);
uint64_t index_reader_generation(const struct index_reader *r);

/* The first record with this id. INDEX_NONE: there is none. */
enum index_result index_reader_get(struct index_reader *r, enum index_topic topic, const struct id *id,
	    struct arena *a, struct index_record *out);
/* The events with this parent, oldest first, at most max; without their values where with_values is false. */
enum index_result index_reader_children(struct index_reader *r, const struct id *parent, size_t max,
	    bool with_values, struct arena *a, struct index_record **list, size_t *n);
enum index_result index_reader_list(struct index_reader *r, const struct index_query *q, struct arena *a,
	    struct index_page *out);

/* For streams: the records of a topic in the order of indexing, those behind seq. *n 0: no more now. */
enum index_result index_reader_scan(struct index_reader *r, enum index_topic topic, int64_t seq, size_t limit,
	    size_t max_bytes, struct arena *a, struct index_record **list, size_t *n);
/*
 * The greatest seq such that no record up to it has an offset >= want[partition] (want[i] is of partition i;
 * partitions beyond n are wanted from 0): scan from there and pass over what is before want.
 */
enum index_result index_reader_seek(struct index_reader *r, enum index_topic topic, const int64_t *want,
	    size_t n, int64_t *seq);
/* Where every known partition stands, by number. */
enum index_result index_reader_positions(struct index_reader *r, enum index_topic topic, struct arena *a,
	    struct index_position **list, size_t *n);

/* The newest undecodable records first, at most max; *total counts all that there ever were in this index. */
enum index_result index_reader_undecodable(struct index_reader *r, size_t max, struct arena *a,
	    struct index_undecodable **list, size_t *n, int64_t *total);
/*
 * SQLite's own check of the file (slow), and whether our lists agree with the rows. INDEX_OK or INDEX_CORRUPT with
 * err saying what is wrong. progress (may be NULL) is called now and then; nonzero from it ends the check (INDEX_ERROR).
 */
enum index_result index_reader_check(struct index_reader *r, int (*progress)(void *), void *arg, char *err,
	    size_t size);

#endif
