/*
 * actions.c: the numbers of actions. See actions.h. A table that is emptied
 * when it is full: actions come from clients, who can make up any number of them.
 */
#include <sys/random.h>

#include <stdlib.h>
#include <string.h>

#include "index/actions.h"
#include "util/mem.h"

#define SLOTS	8192	/* a power of two; at most half are used */

struct actions {
	struct db	*db;
	uint64_t	 seed;
	size_t		 count;
	struct {
		char	*name;
		int64_t	 number;
	} slots[SLOTS];
};

struct actions *
actions_new(struct db *db)
{
	struct actions *a = xcalloc(1, sizeof(*a));

	a->db = db;
	if (getrandom(&a->seed, sizeof(a->seed), 0) != (ssize_t)sizeof(a->seed))
		a->seed = (uint64_t)(uintptr_t)a;
	return a;
}

void
actions_forget(struct actions *a)
{
	for (size_t i = 0; i < SLOTS && a->count > 0; i++) {
		free(a->slots[i].name);
		a->slots[i].name = NULL;
	}
	a->count = 0;
}

void
actions_free(struct actions *a)
{
	if (a == NULL)
		return;
	actions_forget(a);
	free(a);
}

/* FNV-1a with a secret start: nobody outside can aim at one slot. */
static size_t
slot_of(const struct actions *a, const char *name)
{
	uint64_t h = a->seed ^ UINT64_C(14695981039346656037);
	size_t i;

	for (const char *p = name; *p != '\0'; p++)
		h = (h ^ (uint8_t)*p) * UINT64_C(1099511628211);
	i = (size_t)(h ^ (h >> 32)) & (SLOTS - 1);
	while (a->slots[i].name != NULL && strcmp(a->slots[i].name, name) != 0)
		i = (i + 1) & (SLOTS - 1);
	return i;
}

static enum index_result
find(struct actions *a, const char *name, int64_t *number)
{
	sqlite3_stmt *s = db_query(a->db, Q_ACTION_ID, INDEX_COMMANDS);
	enum index_result r;

	sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
	if ((r = db_step(a->db, s)) == INDEX_OK) {
		*number = sqlite3_column_int64(s, 0);
		sqlite3_reset(s);
	}
	if (r != INDEX_NONE)
		return r;
	s = db_query(a->db, Q_ADD_ACTION, INDEX_COMMANDS);
	sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
	r = db_run(a->db, s);
	*number = sqlite3_last_insert_rowid(a->db->sql);
	return r;
}

enum index_result
actions_number(struct actions *a, const char *name, int64_t *number)
{
	size_t i = slot_of(a, name);
	enum index_result r;

	if (a->slots[i].name != NULL) {
		*number = a->slots[i].number;
		return INDEX_OK;
	}
	if ((r = find(a, name, number)) != INDEX_OK)
		return r;
	if (a->count >= SLOTS / 2) {
		actions_forget(a);
		i = slot_of(a, name);
	}
	a->slots[i].name = xstrdup(name);
	a->slots[i].number = *number;
	a->count++;
	return INDEX_OK;
}
