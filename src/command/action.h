/*
 * action.h: which keywords may name an action: those that have a readable EDN
 * spelling. Pure.
 */
#ifndef COMMAND_ACTION_H
#define COMMAND_ACTION_H

#include "util/arena.h"
#include "value/value.h"

/* NULL where the keyword may name an action; else a sentence that says what is wrong and what to do (in the arena). */
const char	*action_fault(struct arena *a, const struct value_name *name);
/*
 * "ns/name" of one that names an action, without a NUL behind it; out has room for COMMAND_ACTION_MAX bytes. Returns
 * its length.
 */
size_t		 action_spell(const struct value_name *n, char *out);

#endif
