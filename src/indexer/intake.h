/*
 * intake.h: the two topics as the indexer reads them: every partition from the
 * position that the index holds, and what tells that a topic was made anew.
 * Knows nothing of SQLite.
 */
#ifndef INDEXER_INTAKE_H
#define INDEXER_INTAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/kafka.h"
#include "daemon/kafka_scout.h"
#include "index/index.h"

struct intake_part {
	struct index_position	 at;		/* as it will stand in the index */
	int64_t			 end;		/* of the partition, as last seen */
	bool			 assigned;
	bool			 reset;		/* its offset is out of range: look where it begins */
	bool			 proved;	/* the record at at.last was seen to be the one we have */
	bool			 moved;		/* at differs from what the index holds */
};

struct intake_topic {
	struct intake		*all;
	enum index_topic	 topic;
	const char		*name;
	struct kafka_scout	*scout;
	struct intake_part	*parts;
	int			 nparts;
	bool			 missing;	/* said that it is not there */
};

/* What a record is to the index. */
enum intake_verdict {
	INTAKE_TAKE,
	INTAKE_SKIP,	/* it was taken in before */
	INTAKE_ANEW,	/* the topic is not the one that was indexed */
};

struct intake {
	struct proc		*proc;
	struct kafka		*kafka;
	rd_kafka_queue_t	*queue;
	struct intake_topic	 topics[INDEX_TOPICS];
	bool			 anew;		/* a topic was made anew: the index must be, too */
	char			 why[256];
};

/* wake_fd: an eventfd, written to when records are there; look_fd: when a look at a topic is. NULL: err says why. */
struct intake	*intake_new(struct proc *p, int wake_fd, int look_fd, char *err, size_t size);
/* False: a thread of librdkafka goes on, end by _exit(2). */
bool		 intake_free(struct intake *in, int wait_ms);
/* Begin where the index stands: list are its positions of a topic. Lets go of what was assigned. */
void		 intake_begin(struct intake *in, enum index_topic topic, const struct index_position *list, size_t n);
/* Ask for new partitions and for the ranges of those that are not assigned. */
void		 intake_look(struct intake *in);
/* Take what was found. */
void		 intake_found(struct intake *in);
/* The topic that a message is of; NULL: neither. */
struct intake_topic *intake_topic(struct intake *in, const rd_kafka_message_t *m);
/* What a record is; id all zero where it has none. Counts it as read where it is INTAKE_TAKE. */
enum intake_verdict intake_record(struct intake_topic *t, const rd_kafka_message_t *m, const struct id *id);
/* An error or an end of partition. */
void		 intake_error(struct intake *in, const rd_kafka_message_t *m);
/* The ends, as librdkafka saw them last, and the positions, onto the scoreboard. */
void		 intake_publish(struct intake *in, struct board_index *board);

#endif
