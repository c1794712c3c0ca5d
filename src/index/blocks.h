/*
 * blocks.h: the rows of block: what they cover, and how the writer keeps them.
 * A block of level 0 has the timestamps of 256 numbers of a list, one of level
 * n stands for 16 of the level below, and each is written once, when its last
 * number is given. How readers use them: walk.c.
 */
#ifndef INDEX_BLOCKS_H
#define INDEX_BLOCKS_H

#include "index/db.h"
#include "util/buf.h"

#define BLOCKS_LIST_ALL	0	/* the action number that means all records of a topic */
#define BLOCKS_LEAF_BITS	8
#define BLOCKS_FAN_BITS	4
#define BLOCKS_FAN	(1 << BLOCKS_FAN_BITS)
#define BLOCKS_LEVELS	10	/* the highest covers 2^44 numbers */

/* A block of this level covers the numbers that are alike but for so many low bits. */
static inline int
blocks_bits(int level)
{
	return BLOCKS_LEAF_BITS + level * BLOCKS_FAN_BITS;
}

/* Is number the last of a block of this level? */
static inline bool
blocks_ends(int64_t number, int level)
{
	return ((number + 1) & ((INT64_C(1) << blocks_bits(level)) - 1)) == 0;
}

/* Write the blocks that number, which was given to a record of a list just now, is the last of. */
enum index_result blocks_close(struct db *db, enum index_topic topic, int64_t action, int64_t number);
/* Remove the blocks that lie wholly between the numbers was and now, from which a list begins since. */
enum index_result blocks_trim(struct db *db, enum index_topic topic, int64_t action, int64_t was, int64_t now);
/* Remove all blocks of a list. */
enum index_result blocks_drop(struct db *db, enum index_topic topic, int64_t action);

/* Neighbours, and their packs one behind the other: that of block i ends at end[i]. */
struct blocks {
	int	level, n;
	int64_t	nr[BLOCKS_FAN];
	size_t	end[BLOCKS_FAN];
	struct buf packs;
};

/* The blocks of a level from nr `from` to `to`, at most BLOCKS_FAN: those that there are. out is zeroed or used before. */
enum index_result blocks_get(struct db *db, enum index_topic topic, int64_t action, int level, int64_t from,
	    int64_t to, struct blocks *out);
/* The pack of the block at i. */
static inline const uint8_t *
blocks_pack(const struct blocks *b, int i, size_t *len)
{
	size_t begin = i == 0 ? 0 : b->end[i - 1];

	*len = b->end[i] - begin;
	return b->packs.data + begin;
}
/* The pack that a block is to have, going by the rows or by the blocks of the level below. */
enum index_result blocks_make(struct db *db, enum index_topic topic, int64_t action, int level, int64_t nr,
	    struct buf *out);

#endif
