/*
 * lists.h: the numbers that the writer gives: the ends of each list and its open block, held in memory and written
 * down with the transaction. Whatever a rollback undoes is forgotten and read again.
 */
#ifndef INDEX_LISTS_H
#define INDEX_LISTS_H

#include "index/db.h"

#define LIST_ALL	0	/* the action number that means all records of a topic */

struct list_entry {
	int64_t	action;
	int64_t	first, last;		/* last < first: empty */
	int64_t	block, low, high;	/* the open block; -1: none yet */
	bool	dirty;
	bool	used;
};

struct lists {
	struct db		*db;
	struct list_entry	*slots[INDEX_TOPICS];	/* hashed by action */
	size_t			 cap[INDEX_TOPICS], count[INDEX_TOPICS];
};

void	lists_init(struct lists *l, struct db *db);
void	lists_free(struct lists *l);
/* Forget what is in memory: after a rollback, or when it grew large (nothing may be dirty then). */
void	lists_forget(struct lists *l);
/* The entry of a list, read from the database where it is not in memory. Valid until the next call. */
enum index_result lists_get(struct lists *l, enum index_topic topic, int64_t action, struct list_entry **out);
/* The next number of a list was taken by a record of this timestamp. */
enum index_result lists_take(struct lists *l, enum index_topic topic, struct list_entry *e, int64_t timestamp);
/* Write down what changed. */
enum index_result lists_flush(struct lists *l);

#endif
