/*
 * actions.h: the numbers of actions, as the writer remembers them.
 */
#ifndef INDEX_ACTIONS_H
#define INDEX_ACTIONS_H

#include "index/db.h"

struct actions;

struct actions	*actions_new(struct db *db);
void		 actions_free(struct actions *a);
/* After a rollback, or when actions were removed: numbers may be others now. */
void		 actions_forget(struct actions *a);
/* The number of an action, given now where it has none. */
enum index_result actions_number(struct actions *a, const char *name, int64_t *number);

#endif
