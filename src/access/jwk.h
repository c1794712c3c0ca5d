/*
 * jwk.h: one public key, and what it says of a signature: RS256 and ES256 (RFC 7518 3.3, 3.4), nothing else. A key has
 * one algorithm for life, so that no token can talk it into another. The door to libcrypto's keys. Pure.
 */
#ifndef ACCESS_JWK_H
#define ACCESS_JWK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum jwk_alg {
	JWK_RS256,		/* RSASSA-PKCS1-v1_5 with SHA-256 */
	JWK_ES256,		/* ECDSA on P-256 with SHA-256 */
};

#define JWK_RSA_MIN_BITS	2048
#define JWK_RSA_MAX_BITS	8192
#define JWK_P256_BYTES		32

struct jwk {
	enum jwk_alg		 alg;
	size_t			 signature_len;	/* the only one that it takes */
	struct evp_md_ctx_st	*ready;		/* of libcrypto: what to check with, copied for each signature */
};

/*
 * An RSA key of its modulus n and public exponent e, big-endian. NULL and the key in *out, the caller's to free; or a
 * sentence that says why it cannot be used.
 */
const char	*jwk_rsa(struct jwk *out, const uint8_t *n, size_t n_len, const uint8_t *e, size_t e_len);
/* The same for a point of P-256, JWK_P256_BYTES each. */
const char	*jwk_p256(struct jwk *out, const uint8_t *x, const uint8_t *y);
void		 jwk_free(struct jwk *key);
/*
 * Is this the key's signature of the text? In the form of JWS: for ES256 r and s, 32 bytes each. libcrypto's queue of
 * errors stays as it was.
 */
bool		 jwk_verify(const struct jwk *key, const uint8_t *text, size_t len, const uint8_t *signature,
		    size_t signature_len);

#endif
