/*
 * config_secrets.h: the file of kafka.secrets: name=value lines of librdkafka
 * properties. The master opens it and hands the descriptor to the roles that
 * speak to Kafka; they read it here. Nothing of it ever enters a struct config.
 */
#ifndef DAEMON_CONFIG_SECRETS_H
#define DAEMON_CONFIG_SECRETS_H

#include "daemon/config.h"

/*
 * A descriptor (close-on-exec) on a regular file that only its owner can
 * read, or -1 with *err filled (a file that is too open: the chmod to do).
 */
int	config_secrets_open(const char *path, struct config_error *err);
/*
 * Read fd from its beginning, wherever it stands (it may be shared), at most 64 KiB. path is for
 * messages. 0 and the pairs in *out, or -1 with *err filled and *out empty. Does not close fd.
 */
int	config_secrets_read(int fd, const char *path, struct config_map *out,
	    struct config_error *err);
/* Free the pairs, their values overwritten first. */
void	config_secrets_free(struct config_map *secrets);

#endif
