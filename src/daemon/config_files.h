/*
 * config_files.h: the files that the configuration names for workers, which
 * open none themselves: certificates, keys, tokens. The master copies them
 * into one piece of memory at the start of a generation and hands that on: a
 * worker that starts again hours later finds what was checked then, and a
 * certificate goes with its key whatever is written beside them meanwhile.
 */
#ifndef DAEMON_CONFIG_FILES_H
#define DAEMON_CONFIG_FILES_H

#include <stddef.h>

#include "daemon/config.h"

enum config_file {
	CONFIG_FILE_TLS_CERTIFICATE,
	CONFIG_FILE_TLS_KEY,
	CONFIG_FILE_TLS_CLIENT_CA,
	CONFIG_FILE_AUTH_TOKENS,
	CONFIG_FILE_AUTH_JWKS,
	CONFIG_FILE_TLS_TICKETS,	/* of no file: keys that the generation's workers share, where there is TLS */
	CONFIG_FILES
};

/* Their contents; text NULL: the configuration names none. */
struct config_files {
	struct {
		const char	*text;	/* not NUL-terminated */
		size_t		 len;
	} file[CONFIG_FILES];
	void	*memory;
	size_t	 size;
};

/* Bytes of those keys. */
#define CONFIG_TICKETS	80

/*
 * Copy all that c names into a new memfd (close-on-exec). Returns it, -1 where c names none, or -2 with *err filled:
 * a file cannot be read, is too large, or is open to others and secret.
 */
int	config_files_copy(const struct config *c, struct config_error *err);
/* Map such a copy for reading, also -1, which holds nothing. 0, or -1: it is not one. Does not close fd. */
int	config_files_map(int fd, struct config_files *out);
void	config_files_unmap(struct config_files *f);

#endif
