/*
 * access.h: who may come in, as a configuration and the files it names say it:
 * loaded by the worker that asks, and by the master that only checks whether
 * it could.
 */
#ifndef ACCESS_ACCESS_H
#define ACCESS_ACCESS_H

#include <stddef.h>

#include <openssl/types.h>

#include "daemon/config.h"
#include "daemon/config_files.h"

struct access {
	SSL_CTX	*tls;	/* NULL: no listener speaks it */
};

/* 0, or -1 and why: a sentence that begins with the key of the configuration. f is not needed afterwards. */
int	access_load(struct access *a, const struct config *c, const struct config_files *f, char *why, size_t size);
void	access_free(struct access *a);
/* Would it load? For the copies of files behind a descriptor (-1: there are none). */
int	access_check(const struct config *c, int files_fd, char *why, size_t size);

#endif
