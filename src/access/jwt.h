/*
 * jwt.h: whether a bearer token is a JWT (RFC 7519) that a key of the set has signed and that is meant for us, and
 * whose it is. Compact JWS (RFC 7515) with RS256 or ES256; what else there is of JOSE is refused. No token is made
 * here. Pure: no I/O, no clock.
 */
#ifndef ACCESS_JWT_H
#define ACCESS_JWT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access/jwks.h"
#include "util/arena.h"

#define JWT_MAX_BYTES		((size_t)8 << 10)
#define JWT_MAX_PRINCIPAL	255	/* bytes of a claim that is given out */

/* result, what a client and a log may read: characters of an error_description (RFC 6750 3), nothing of the token */
#define JWT_RESULTS(X)									\
	X(JWT_OK, "the token is good")							\
	X(JWT_LIMIT, "the token is longer than 8 KiB, nests too deep or takes too much memory")	\
	X(JWT_FORM, "the token is not three parts of base64url without padding, with dots between")	\
	X(JWT_HEADER, "the header of the token is not a JSON object as JOSE has it, each member once")	\
	X(JWT_ALG, "the alg of the token is neither RS256 nor ES256")			\
	X(JWT_TYP, "the typ of the token is neither JWT nor at+jwt")			\
	X(JWT_CRITICAL, "the header of the token asks for an extension (crit, b64) that is not known here")	\
	X(JWT_NO_KEY, "no key is known that has the kid of the token and fits its alg")	\
	X(JWT_SIGNATURE, "the signature of the token is not that of the key")		\
	X(JWT_CLAIMS, "the claims of the token are not a JSON object, each member once")	\
	X(JWT_TIME, "exp, nbf or iat of the token is not a number of seconds since 1970")	\
	X(JWT_NO_EXP, "the token has no exp: tokens without an end are not taken")	\
	X(JWT_EXPIRED, "the token has expired")						\
	X(JWT_NOT_YET, "the token is not valid yet (nbf)")				\
	X(JWT_FUTURE, "the token was issued in the future (iat): compare the clocks")	\
	X(JWT_ISSUER, "the token is from another issuer (iss)")				\
	X(JWT_AUDIENCE, "the token is meant for another audience (aud)")		\
	X(JWT_PRINCIPAL, "the claim that names the principal is absent, or not a text of 1 to 255 bytes "	\
	    "without control characters")						\
	X(JWT_USER, "the claim that names the user is not a text of 1 to 255 bytes without control characters")

enum jwt_result {
#define X(result, sentence) result,
	JWT_RESULTS(X)
#undef X
};

struct jwt_expect {
	const char	*issuer;	/* what iss must be; NULL: not looked at */
	const char	*audience;	/* what aud must be or contain; NULL: not looked at */
	const char	*claim;		/* the claim that is the principal; NULL: sub */
	const char	*user_claim;	/* a second one to give out; NULL: none */
	uint32_t	 leeway_s;	/* how far clocks may be apart */
	bool		 require_exp;	/* a token without exp is refused */
};

/* Texts are NUL-terminated, in the arena, UTF-8 without control characters. */
struct jwt_claims {
	const char	*principal;
	const char	*user;		/* NULL: not asked for, or the token has none */
	int64_t		 end_s;		/* from this second on it is expired, the leeway counted in; INT64_MAX: never */
};

/*
 * now_s: seconds since 1970. The arena bounds the memory: 256 KiB are enough for every token. Only for JWT_OK is
 * *out filled. The claims are read after the signature was found good.
 */
enum jwt_result	 jwt_verify(const struct jwks *keys, const struct jwt_expect *expect, const char *token,
		    size_t len, int64_t now_s, struct arena *a, struct jwt_claims *out);
/* A sentence without a full stop. */
const char	*jwt_reason(enum jwt_result result);

#endif
