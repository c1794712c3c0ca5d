/*
 * access.h: who may come in, as a configuration and the files it names say it:
 * loaded by the worker that asks, and by the master that only checks whether
 * it could.
 */
#ifndef ACCESS_ACCESS_H
#define ACCESS_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "access/jwt.h"
#include "access/rules.h"
#include "access/tokens.h"
#include "daemon/config.h"
#include "daemon/config_files.h"
#include "util/arena.h"
#include "util/id.h"

struct access {
	SSL_CTX			*tls;		/* NULL: no listener speaks it */
	unsigned		 methods;	/* CONFIG_AUTH bits; CONFIG_AUTH_NONE where everybody may do everything */
	struct tokens		*tokens;	/* NULL: not a way */
	struct jwks		*jwks;		/* NULL: not a way */
	struct jwt_expect	 expect;	/* of JSON Web Tokens; its texts are the configuration's */
	struct rules		*rules;
};

/* Who a request comes from. */
struct identity {
	const char			*principal;	/* in the arena or constant; "" where nobody is asked */
	const struct config_rule	*rule;		/* NULL: none is about it; or nobody is asked */
	bool				 has_user;
	struct id			 user;
	int64_t				 end_s;		/* seconds since 1970 when it ends; INT64_MAX: never */
};

/* 0, or -1 and why: a sentence that begins with the key of the configuration. f is not needed afterwards. */
int	access_load(struct access *a, const struct config *c, const struct config_files *f, char *why, size_t size);
void	access_free(struct access *a);
/* Is anybody asked? */
bool	access_asks(const struct access *a);
/*
 * Who says this of itself: the text of the Authorization field (RFC 6750 2.1; NULL: absent), and the subject of the
 * certificate (NULL: none was shown). NULL and *out; or what is wrong with the credentials, a sentence in plain ASCII that
 * tells nothing of them. Nothing shown is the principal RULES_ANONYMOUS.
 */
const char *access_identify(const struct access *a, const char *authorization, size_t len, const char *subject,
	    int64_t now_s, struct arena *arena, struct identity *out);
/* Log what is allowed and hardly meant. */
void	access_advise(const struct config *c);
/* Would it load? For the copies of files behind a descriptor (-1: there are none). */
int	access_check(const struct config *c, int files_fd, char *why, size_t size);

#endif
