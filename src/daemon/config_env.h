/*
 * config_env.h: the environment variables that replace a key of the file, as
 * the first CMDR had them.
 */
#ifndef DAEMON_CONFIG_ENV_H
#define DAEMON_CONFIG_ENV_H

#include "daemon/config_table.h"

/*
 * COMMANDS_TOPIC, EVENTS_TOPIC, KAFKA_SERVERS, PORT and SYNC_TIMEOUT_MS; an
 * empty one counts as not set. places as in config_yaml.h. 0, or -1 with *err filled.
 */
int	config_env_read(struct config *c, struct config_place *places, struct config_error *err);

#endif
