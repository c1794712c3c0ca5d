/*
 * lists.c: the numbers that the writer gives. See lists.h. A table that is
 * emptied when it is full: actions come from clients, who can make up any
 * number of them.
 */
#include <stdlib.h>
#include <string.h>

#include "index/lists.h"
#include "util/mem.h"

#define SLOTS	8192	/* a power of two; at most half are used */

struct lists {
	struct db	*db;
	size_t		 count[INDEX_TOPICS];
	struct {
		int64_t	action;
		int64_t	last;		/* 0: the slot is free */
	} slots[INDEX_TOPICS][SLOTS];
};

struct lists *
lists_new(struct db *db)
{
	struct lists *l = xcalloc(1, sizeof(*l));

	l->db = db;
	return l;
}

void
lists_free(struct lists *l)
{
	free(l);
}

static void
forget(struct lists *l, enum index_topic topic)
{
	if (l->count[topic] > 0)
		memset(l->slots[topic], 0, sizeof(l->slots[topic]));
	l->count[topic] = 0;
}

void
lists_forget(struct lists *l)
{
	for (int t = 0; t < INDEX_TOPICS; t++)
		forget(l, (enum index_topic)t);
}

/* Where an action is or belongs. Its number is ours: the hash needs no seed. */
static size_t
slot_of(const struct lists *l, enum index_topic topic, int64_t action)
{
	size_t i = (size_t)((uint64_t)action * UINT64_C(0x9E3779B97F4A7C15) >> 40) & (SLOTS - 1);

	while (l->slots[topic][i].last != 0 && l->slots[topic][i].action != action)
		i = (i + 1) & (SLOTS - 1);
	return i;
}

enum index_result
lists_range(struct db *db, enum index_topic topic, int64_t action, int64_t *first, int64_t *last)
{
	sqlite3_stmt *s = db_query(db, action == LIST_ALL ? Q_RANGE_ALL : Q_RANGE_ACTION, topic);

	if (action != LIST_ALL)
		sqlite3_bind_int64(s, 3, action);
	return db_pair(db, s, first, last);
}

enum index_result
lists_next(struct lists *l, enum index_topic topic, int64_t action, int64_t seq, int64_t *next)
{
	size_t i = slot_of(l, topic, action);
	int64_t first, last;
	enum index_result r;

	if (l->slots[topic][i].last != 0) {
		*next = l->slots[topic][i].last + 1;
		return INDEX_OK;
	}
	r = lists_range(l->db, topic, action, &first, &last);
	*next = r == INDEX_OK ? last + 1 : seq;
	return r == INDEX_NONE ? INDEX_OK : r;
}

enum index_result
lists_took(struct lists *l, enum index_topic topic, int64_t action, int64_t number)
{
	size_t i;

	if (l->count[topic] >= SLOTS / 2)
		forget(l, topic);
	i = slot_of(l, topic, action);
	if (l->slots[topic][i].last == 0)
		l->count[topic]++;
	l->slots[topic][i].action = action;
	l->slots[topic][i].last = number;
	return blocks_ends(number, 0) ? blocks_close(l->db, topic, action, number) : INDEX_OK;
}
