/*
 * once.h: commands that carry an Idempotency-Key, from their PUBLISH until the
 * index tells of them: so that none is written twice, whichever worker asks.
 * Knows nothing of Kafka; the scoreboard says how far the index is.
 */
#ifndef PRODUCER_ONCE_H
#define PRODUCER_ONCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/scoreboard.h"
#include "util/id.h"

enum once_verdict {
	ONCE_WRITE,	/* it is new: write it, then tell how that went */
	ONCE_BUSY,	/* the same command is being written now */
	ONCE_REUSED,	/* the key came with another command */
	ONCE_KNOWN,	/* it was written: *place says where */
	ONCE_LOOK,	/* the index must be looked at again before this can be told */
	ONCE_FULL,	/* no more can be remembered now */
};

struct once_place {
	int32_t	partition;
	int64_t	offset;		/* -1: Kafka did not tell */
	int64_t	timestamp;	/* ms since 1970 */
};

/* What a worker asks: the id that caller and key make, the command's fingerprint, and when it looked into the index. */
struct once_question {
	struct id	id;
	uint64_t	fingerprint;
	int64_t		looked_ms;	/* clock_ms before it looked, and did not find the id */
};

struct once;

/* board outlives it. */
struct once	*once_new(const struct board *board);
/* NULL is allowed. */
void		 once_free(struct once *o);

/*
 * Nothing is known of what a former process wrote, nor of a write of unknown outcome, until the index has passed the
 * ends that the partitions have now. Should they be asked for?
 */
bool		 once_wants_ends(const struct once *o);
/* The ends of partitions 0..n-1 as the cluster told them, asked for at asked_ms (clock_ms). */
void		 once_ends(struct once *o, const int64_t *ends, size_t n, int64_t asked_ms);

enum once_verdict once_ask(struct once *o, const struct once_question *q, int64_t now_ms, struct once_place *place);
/* What became of one that was to be written. */
void		 once_written(struct once *o, const struct id *id, const struct once_place *place, int64_t now_ms);
void		 once_not_written(struct once *o, const struct id *id);
void		 once_unknown(struct once *o, const struct id *id, int64_t now_ms);

/* Those that are being written now. */
size_t		 once_busy(const struct once *o);

#endif
