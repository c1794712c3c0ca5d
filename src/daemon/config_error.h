/*
 * config_error.h: how a mistake in the configuration is said: where, then what.
 */
#ifndef DAEMON_CONFIG_ERROR_H
#define DAEMON_CONFIG_ERROR_H

#include "daemon/config.h"

/*
 * Fill *err with "file:line:column: " (file NULL: no place at all; line 0: the
 * file alone) and the sentence, in which control characters become '?'. Returns -1.
 */
int	config_error_set(struct config_error *err, const char *file, int line, int column,
	    const char *fmt, ...) __attribute__((format(printf, 5, 6)));

#endif
