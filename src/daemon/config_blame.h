/*
 * config_blame.h: where the blame lies for two keys that do not agree.
 */
#ifndef DAEMON_CONFIG_BLAME_H
#define DAEMON_CONFIG_BLAME_H

#include "daemon/config_table.h"

/*
 * Blame one of two keys (names of the table's): what the environment set, else the first that the file has. -1, with
 * *err filled.
 */
int	config_blame(const char *file, const struct config_place *places, struct config_error *err,
	    const char *const names[2], const char *text);

#endif
