/*
 * index.h: the index: both topics in one SQLite database, one row a record. What writers (writer.h) and readers
 * (reader.h) share. Only this folder knows SQL.
 */
#ifndef INDEX_INDEX_H
#define INDEX_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/id.h"

enum index_topic {
	INDEX_COMMANDS,
	INDEX_EVENTS,
	INDEX_TOPICS
};

enum index_result {
	INDEX_OK,
	INDEX_NONE,	/* there is no such row, or no index */
	INDEX_FULL,	/* the disk is full: nothing was changed; try again later */
	INDEX_CORRUPT,	/* the file is no database, or a damaged one */
	INDEX_VERSION,	/* the file is another version's */
	INDEX_GONE,	/* a cursor of another index, or one that points before what is kept */
	INDEX_BAD,	/* a cursor that none of ours was */
	INDEX_COSTLY,	/* the question would look at too many records: it must be narrowed */
	INDEX_ERROR,	/* anything else: index_writer_error, index_reader_error say what */
};

/* One record. Texts and bytes are in the caller's arena, or the caller's own when it is written. */
struct index_record {
	int64_t		 seq;		/* order of indexing, from 1, without holes within a topic; 0 when written */
	struct id	 id, parent;
	bool		 has_parent;	/* events */
	const char	*action;	/* "name" or "ns/name"; "" where the record has none */
	int32_t		 partition;
	int64_t		 offset;
	int64_t		 timestamp;	/* ms since 1970 */
	const uint8_t	*value;		/* as on the topic */
	size_t		 value_len;
};

/* How far a partition has been taken in. */
struct index_position {
	int32_t		 partition;
	int64_t		 next;		/* the offset to go on from; 0: nothing read yet */
	int64_t		 low;		/* from this offset on nothing that was on the log is missing here */
	int64_t		 last;		/* offset of the last record that was read, good or not; -1: none */
	struct id	 last_id;	/* its id; all zero where it had none */
};

/* A record that is no command and no event. */
struct index_undecodable {
	enum index_topic topic;
	int32_t		 partition;
	int64_t		 offset, timestamp;
	const char	*reason;
	const uint8_t	*key, *value;	/* as much as was kept: INDEX_KEPT_BYTES at most */
	size_t		 key_len, value_len;	/* when read: of what was kept */
	size_t		 value_full;	/* the value's whole length */
};

#define INDEX_FILE		"index.db"	/* in index.directory; with -wal and -shm beside it */
#define INDEX_LOCK		"index.lock"	/* held (flock) by the one writer */
#define INDEX_KEPT_BYTES	4096
#define INDEX_KEPT_UNDECODABLE	10000	/* older ones are counted only */

/* "the disk is full", … */
const char	*index_result_text(enum index_result r);

#endif
