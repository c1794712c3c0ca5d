/*
 * settings.h: where the daemon is and what it works with, from its
 * configuration and the options -f, --socket and --url. settings.c is the one
 * file of this folder that knows the daemon's configuration.
 */
#ifndef CTL_SETTINGS_H
#define CTL_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "ctl/ctl.h"

/* An address that speaks HTTP. */
struct settings_http {
	char	url[1100];	/* "http://127.0.0.1:3000", without a slash at its end */
	char	path[256];	/* of a Unix socket; "" for TCP */
	/* the file of the certificate that is to be shown there; "": any that the system trusts */
	char	pinned[4096];
	bool	named;		/* by --url */
};

struct settings_pair {
	char	*name, *value;
};

struct settings {
	char			*file;		/* the configuration that was, or would have been, read */
	char			 trouble[768];	/* why it was not read: defaults stand in; "" */
	char			*socket;	/* "": there is none */
	bool			 socket_named;	/* by --socket */
	char			*configured;	/* what the configuration says it is */
	struct settings_http	 http;		/* the first of http.listen, or --url */
	struct settings_http	 admin;		/* where /ready is answered */
	char			*token;		/* the bearer token to show; NULL: none */
	char			*index;		/* the directory of the index */
	char			*commands, *events;	/* the topics */
	char			*servers;	/* of Kafka; "embedded" is cmdrd's own broker */
	struct settings_pair	*pair;		/* kafka.properties, and what settings_secrets() has read */
	size_t			 npairs;
	char			*secrets;	/* the file of kafka.secrets; "" */
};

/*
 * Fill s, to be freed by settings_free. A file that was named must be there and readable; else defaults do, and
 * s->trouble says why, as where there is a mistake in it: to be told where the defaults do not help. CTL_OK, or what to
 * end with (told).
 */
int	settings_load(const struct ctl_command *self, const struct ctl_where *where, struct settings *s);
void	settings_free(struct settings *s);
/* Append the pairs of kafka.secrets. 0, or -1 with a sentence in err. */
int	settings_secrets(struct settings *s, char *err, size_t size);

#endif
