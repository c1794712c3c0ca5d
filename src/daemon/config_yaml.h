/*
 * config_yaml.h: the text of a configuration file into a struct config. The
 * only user of libyaml. Opens nothing.
 */
#ifndef DAEMON_CONFIG_YAML_H
#define DAEMON_CONFIG_YAML_H

#include "daemon/config_table.h"

/*
 * Set the keys that text names; those it does not name stay. file is for
 * messages; places (one for each row of the table) learn where each key stood.
 * One document of sections, each key once, no anchors, aliases or tags.
 * 0, or -1 with *err filled (c may have changed and is still whole).
 */
int	config_yaml_read(struct config *c, const char *file, const char *text, size_t len,
	    struct config_place *places, struct config_error *err);

#endif
