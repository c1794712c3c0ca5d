/*
 * config_check.h: what a configured string must look like, and what several
 * keys must agree on. The checks named in config_table.c's rows.
 */
#ifndef DAEMON_CONFIG_CHECK_H
#define DAEMON_CONFIG_CHECK_H

#include "daemon/config_table.h"

/*
 * A config_check each: NULL, or what is wrong with value as the end of a
 * sentence. name is the name in a map, "" for anything else. "" passes where
 * the row allows an empty string.
 */
const char *config_check_listen(const char *name, const char *value);
const char *config_check_net(const char *name, const char *value);
const char *config_check_origin(const char *name, const char *value);
const char *config_check_url(const char *name, const char *value);
const char *config_check_servers(const char *name, const char *value);
const char *config_check_topic(const char *name, const char *value);
const char *config_check_path(const char *name, const char *value);
const char *config_check_account(const char *name, const char *value);

/*
 * What several keys must agree on. places (one for each row of the table, or
 * NULL) and file say where the blame lies. 0, or -1 with *err filled.
 */
int	config_check_all(const struct config *c, const char *file,
	    const struct config_place *places, struct config_error *err);

#endif
