/*
 * lists.h: the numbers that the writer gives: the last of each list, held in
 * memory so that adding a record need not ask for it. The rows are what is
 * true: after a rollback all is forgotten, and asked for again.
 */
#ifndef INDEX_LISTS_H
#define INDEX_LISTS_H

#include "index/blocks.h"
#include "index/db.h"

#define LIST_ALL	BLOCKS_LIST_ALL

struct lists;

struct lists	*lists_new(struct db *db);
void		 lists_free(struct lists *l);
void		 lists_forget(struct lists *l);
/* The number that the next record of a list gets; seq: its number in the topic, which a list begins with. */
enum index_result lists_next(struct lists *l, enum index_topic topic, int64_t action, int64_t seq, int64_t *next);
/* A record has that number now. */
enum index_result lists_took(struct lists *l, enum index_topic topic, int64_t action, int64_t number);
/* The first and the last number of a list; first is last + 1 where it is empty. INDEX_NONE: an action without records. */
enum index_result lists_range(struct db *db, enum index_topic topic, int64_t action, int64_t *first, int64_t *last);

#endif
