/*
 * config_open.h: opening a file that the configuration names.
 */
#ifndef DAEMON_CONFIG_OPEN_H
#define DAEMON_CONFIG_OPEN_H

#include <sys/types.h>

#include "daemon/config.h"

/*
 * A descriptor (close-on-exec) on a regular file, or -1 with *err filled. key is the key that names it. closed: mode bits
 * that must not be set, as the file is a secret (0: it is none); whose: who may read it then, for the message.
 */
int	config_open(const char *path, const char *key, mode_t closed, const char *whose, struct config_error *err);

#endif
