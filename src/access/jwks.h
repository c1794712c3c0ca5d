/*
 * jwks.h: the set of public keys that tokens are checked with, read from its text (JWK Set, RFC 7517 5). Who
 * fetches the text, and when it is read anew, is not known here. Pure.
 */
#ifndef ACCESS_JWKS_H
#define ACCESS_JWKS_H

#include <stddef.h>
#include <stdint.h>

#include "access/jwk.h"

#define JWKS_MAX_BYTES	((size_t)64 << 10)
#define JWKS_MAX_KEYS	64
/* A token that names no key costs at most so many signatures. */
#define JWKS_TRIES	4
/* Room for every sentence of jwks_read. */
#define JWKS_WHY	256

struct jwks;

enum jwks_answer {
	JWKS_GOOD,
	JWKS_BAD,		/* the signature is not that of a key that fits */
	JWKS_NO_KEY,		/* no key fits */
};

/*
 * Taken are RSA keys of 2048 to 8192 bits and EC keys on P-256 that may check signatures: use absent or "sig",
 * key_ops absent or with "verify", alg absent or RS256, ES256 as the type has it. Others are passed over. A key that
 * is secret is an error, so is a set without a usable key. NULL then, and why a sentence; else the set, jwks_free's,
 * and why a sentence about a key that was passed over, or empty.
 */
struct jwks	*jwks_read(const char *text, size_t len, char *why, size_t size);
void		 jwks_free(struct jwks *set);
/* Keys in use; and of the text's, those passed over. */
size_t		 jwks_count(const struct jwks *set);
size_t		 jwks_passed(const struct jwks *set);
/*
 * Is the signature that of a key for alg? kid: the key's name as the token has it. NULL: it names none, and
 * JWKS_TRIES keys are tried, first those without a name.
 */
enum jwks_answer jwks_verify(const struct jwks *set, enum jwk_alg alg, const char *kid, size_t kid_len,
		    const uint8_t *text, size_t len, const uint8_t *signature, size_t signature_len);

#endif
