/*
 * idempotency.h: the Idempotency-Key field (draft-ietf-httpapi-idempotency-key-header): its text, and the id that caller and
 * key make. Pure.
 */
#ifndef WORKER_IDEMPOTENCY_H
#define WORKER_IDEMPOTENCY_H

#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/id.h"

#define IDEMPOTENCY_KEY_MAX	255	/* bytes, without quotes and escapes */
#define IDEMPOTENCY_SINGLE	SIZE_MAX	/* the item number of a command that is in no batch */

struct idempotency_key {
	const char	*text;		/* in the arena */
	size_t		 len;
};

/*
 * A quoted string (RFC 8941 3.3.3) or a bare token. Returns NULL, or what is wrong as a sentence.
 */
const char	*idempotency_parse(const char *field, size_t len, struct arena *a, struct idempotency_key *out);
/*
 * UUID version 5 of caller NUL key (NUL item) in the namespace that cmdr has under DNS. caller: the authenticated
 * principal, "" without.
 */
struct id	 idempotency_id(const char *caller, const struct idempotency_key *key, size_t item);

#endif
