/*
 * lists.c: the numbers that the writer gives. See lists.h.
 */
#include <stdlib.h>
#include <string.h>

#include "index/lists.h"
#include "util/mem.h"

#define FIRST_CAP	256
#define KEEP_MAX	20000	/* actions of a topic held between transactions */

void
lists_init(struct lists *l, struct db *db)
{
	memset(l, 0, sizeof(*l));
	l->db = db;
}

void
lists_free(struct lists *l)
{
	for (int t = 0; t < INDEX_TOPICS; t++)
		free(l->slots[t]);
	memset(l->slots, 0, sizeof(l->slots));
	memset(l->cap, 0, sizeof(l->cap));
	memset(l->count, 0, sizeof(l->count));
}

void
lists_forget(struct lists *l)
{
	lists_free(l);
}

/* The slot where an action is or belongs. There is always room. Action numbers are ours: they need no seed. */
static struct list_entry *
slot_of(struct list_entry *slots, size_t cap, int64_t action)
{
	size_t i = (size_t)((uint64_t)action * UINT64_C(0x9E3779B97F4A7C15)) & (cap - 1);

	while (slots[i].used && slots[i].action != action)
		i = (i + 1) & (cap - 1);
	return &slots[i];
}

static void
grow(struct lists *l, enum index_topic topic)
{
	size_t cap = l->cap[topic] == 0 ? FIRST_CAP : l->cap[topic] * 2;
	struct list_entry *slots = xcalloc(cap, sizeof(*slots));

	for (size_t i = 0; i < l->cap[topic]; i++)
		if (l->slots[topic][i].used)
			*slot_of(slots, cap, l->slots[topic][i].action) = l->slots[topic][i];
	free(l->slots[topic]);
	l->slots[topic] = slots;
	l->cap[topic] = cap;
}

static enum index_result
load_block(struct lists *l, enum index_topic topic, struct list_entry *e)
{
	sqlite3_stmt *s = db_query(l->db, Q_W_BLOCK_GET, topic);
	enum index_result r;

	e->block = -1;
	if (e->last < e->first)
		return INDEX_OK;
	if (s != NULL) {
		sqlite3_bind_int64(s, 1, topic);
		sqlite3_bind_int64(s, 2, e->action);
		sqlite3_bind_int64(s, 3, e->last >> DB_BLOCK_BITS);
	}
	if ((r = db_step(l->db, s)) == INDEX_OK) {
		e->block = e->last >> DB_BLOCK_BITS;
		e->low = sqlite3_column_int64(s, 0);
		e->high = sqlite3_column_int64(s, 1);
		sqlite3_reset(s);
	}
	return r == INDEX_NONE ? INDEX_OK : r;
}

static enum index_result
load(struct lists *l, enum index_topic topic, int64_t action, struct list_entry *e)
{
	sqlite3_stmt *s = db_query(l->db, Q_LIST_RANGE, topic);
	enum index_result r;

	memset(e, 0, sizeof(*e));
	e->action = action;
	e->first = 1;
	if (s != NULL) {
		sqlite3_bind_int64(s, 1, topic);
		sqlite3_bind_int64(s, 2, action);
	}
	if ((r = db_step(l->db, s)) == INDEX_OK) {
		e->first = sqlite3_column_int64(s, 0);
		e->last = sqlite3_column_int64(s, 1);
		sqlite3_reset(s);
	} else if (r != INDEX_NONE) {
		return r;
	}
	return load_block(l, topic, e);
}

enum index_result
lists_get(struct lists *l, enum index_topic topic, int64_t action, struct list_entry **out)
{
	struct list_entry e, *slot;
	enum index_result r;

	if ((l->count[topic] + 1) * 2 > l->cap[topic])
		grow(l, topic);
	slot = slot_of(l->slots[topic], l->cap[topic], action);
	if (!slot->used) {
		if ((r = load(l, topic, action, &e)) != INDEX_OK)
			return r;
		e.used = true;
		*slot = e;
		l->count[topic]++;
	}
	*out = slot;
	return INDEX_OK;
}

static enum index_result
write_block(struct lists *l, enum index_topic topic, const struct list_entry *e)
{
	sqlite3_stmt *s = db_query(l->db, Q_W_BLOCK, topic);

	if (s == NULL)
		return INDEX_ERROR;
	sqlite3_bind_int64(s, 1, topic);
	sqlite3_bind_int64(s, 2, e->action);
	sqlite3_bind_int64(s, 3, e->block);
	sqlite3_bind_int64(s, 4, e->low);
	sqlite3_bind_int64(s, 5, e->high);
	return db_run(l->db, s);
}

enum index_result
lists_take(struct lists *l, enum index_topic topic, struct list_entry *e, int64_t timestamp)
{
	enum index_result r;
	int64_t block;

	e->last++;
	e->dirty = true;
	block = e->last >> DB_BLOCK_BITS;
	if (block == e->block) {
		e->low = timestamp < e->low ? timestamp : e->low;
		e->high = timestamp > e->high ? timestamp : e->high;
		return INDEX_OK;
	}
	if (e->block != -1 && (r = write_block(l, topic, e)) != INDEX_OK)
		return r;
	e->block = block;
	e->low = e->high = timestamp;
	return INDEX_OK;
}

static enum index_result
write_list(struct lists *l, enum index_topic topic, const struct list_entry *e)
{
	sqlite3_stmt *s = db_query(l->db, Q_W_LIST, topic);

	if (s == NULL)
		return INDEX_ERROR;
	sqlite3_bind_int64(s, 1, topic);
	sqlite3_bind_int64(s, 2, e->action);
	sqlite3_bind_int64(s, 3, e->first);
	sqlite3_bind_int64(s, 4, e->last);
	return db_run(l->db, s);
}

enum index_result
lists_flush(struct lists *l)
{
	enum index_result r = INDEX_OK;

	for (int t = 0; t < INDEX_TOPICS; t++)
		for (size_t i = 0; i < l->cap[t] && r == INDEX_OK; i++) {
			struct list_entry *e = &l->slots[t][i];

			if (!e->used || !e->dirty)
				continue;
			if (e->block != -1)
				r = write_block(l, (enum index_topic)t, e);
			if (r == INDEX_OK)
				r = write_list(l, (enum index_topic)t, e);
			e->dirty = r != INDEX_OK;
		}
	if (r == INDEX_OK && l->count[0] + l->count[1] > KEEP_MAX)
		lists_forget(l);
	return r;
}
