/*
 * jwt_maker.h: keys, key sets and signed tokens for tests, as an issuer would make them.
 */
#ifndef TESTS_JWT_MAKER_H
#define TESTS_JWT_MAKER_H

#include <openssl/evp.h>

#include "util/buf.h"

/* A new pair: bits of RSA, or (bits 0) a curve ("P-256"). The caller's. */
EVP_PKEY	*maker_pair(unsigned bits, const char *curve);
void		 maker_base64url(struct buf *out, const void *data, size_t len);
/* The public half as a JWK; more: further members, as "\"kid\":\"a\",", or "". */
void		 maker_jwk(struct buf *out, const EVP_PKEY *pair, const char *more);
/* The signature of a text, in the form of JWS: SHA-256 with what the pair's type has. */
void		 maker_sign(struct buf *out, EVP_PKEY *pair, const void *text, size_t len);
/* Header and claims, JSON or what stands for it, and the pair's signature, as a token. */
void		 maker_token(struct buf *out, EVP_PKEY *pair, const char *header, const char *claims);

#endif
