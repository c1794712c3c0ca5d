/*
 * config_auth.h: what the keys of auth must be, each and together. The checks
 * named in config_table.c's rows; config_check.h says what they return.
 */
#ifndef DAEMON_CONFIG_AUTH_H
#define DAEMON_CONFIG_AUTH_H

#include "daemon/config_table.h"

const char *config_check_method(const char *name, const char *value);
const char *config_check_rule(const char *name, const char *value);
/* Any text without control characters. */
const char *config_check_text(const char *name, const char *value);

/* As config_check_all. */
int	config_auth_check(const struct config *c, const char *file, const struct config_place *places,
	    struct config_error *err);

#endif
