/*
 * jwk.c: public keys and signatures through libcrypto's EVP. See jwk.h.
 */
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "access/jwk.h"

#define EXPONENT_MAX	8		/* bytes; everybody's is 3 bytes long */
#define POINT_BYTES	(1 + 2 * JWK_P256_BYTES)
/* SEQUENCE of two INTEGERs, each with a byte for its sign. */
#define DER_MAX		(2 + 2 * (2 + 1 + JWK_P256_BYTES))

/*
 * A public key of these parameters; NULL where libcrypto takes them for none: a point must lie on its curve. Its longer
 * check (EVP_PKEY_public_check) has nothing to add on P-256, and takes a second for a large RSA modulus.
 */
static EVP_PKEY *
build(const char *type, OSSL_PARAM_BLD *bld)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *pkey = NULL;

	if (params == NULL || ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
		pkey = NULL;
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	return pkey;
}

/* A context that SHA-256 and the key stand ready in; it keeps the key. */
static EVP_MD_CTX *
make_ready(EVP_PKEY *pkey)
{
	EVP_MD_CTX *ready = EVP_MD_CTX_new();

	if (ready == NULL || pkey == NULL ||
	    EVP_DigestVerifyInit_ex(ready, NULL, "SHA256", NULL, NULL, pkey, NULL) != 1) {
		EVP_MD_CTX_free(ready);
		return NULL;
	}
	return ready;
}

static EVP_MD_CTX *
ready_rsa(const BIGNUM *n, const BIGNUM *e)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	EVP_PKEY *pkey = NULL;
	EVP_MD_CTX *ready;

	if (bld != NULL && OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, e) == 1)
		pkey = build("RSA", bld);
	ready = make_ready(pkey);
	EVP_PKEY_free(pkey);
	OSSL_PARAM_BLD_free(bld);
	return ready;
}

static const char *
rsa_of(struct jwk *out, const BIGNUM *n, const BIGNUM *e)
{
	int bits = BN_num_bits(n);

	if (bits < JWK_RSA_MIN_BITS || bits > JWK_RSA_MAX_BITS)
		return "an RSA modulus has 2048 to 8192 bits";
	/* With 1 as its exponent anybody could sign. */
	if (!BN_is_odd(e) || BN_is_one(e))
		return "an RSA exponent is odd and at least 3";
	if (!BN_is_odd(n) || (out->ready = ready_rsa(n, e)) == NULL)
		return "the RSA modulus is none";
	out->alg = JWK_RS256;
	out->signature_len = (size_t)(bits + 7) / 8;
	return NULL;
}

const char *
jwk_rsa(struct jwk *out, const uint8_t *n, size_t n_len, const uint8_t *e, size_t e_len)
{
	BIGNUM *modulus, *exponent;
	const char *why;

	/* One byte more: some write a 0 before. */
	if (n_len > JWK_RSA_MAX_BITS / 8 + 1)
		return "an RSA modulus has 2048 to 8192 bits";
	if (e_len > EXPONENT_MAX)
		return "an RSA exponent has at most 64 bits";
	ERR_set_mark();
	modulus = BN_bin2bn(n, (int)n_len, NULL);
	exponent = BN_bin2bn(e, (int)e_len, NULL);
	why = modulus == NULL || exponent == NULL ? "there is no memory for it" :
	    rsa_of(out, modulus, exponent);
	BN_free(modulus);
	BN_free(exponent);
	ERR_pop_to_mark();
	return why;
}

const char *
jwk_p256(struct jwk *out, const uint8_t *x, const uint8_t *y)
{
	uint8_t point[POINT_BYTES] = { POINT_CONVERSION_UNCOMPRESSED };
	OSSL_PARAM_BLD *bld;
	EVP_PKEY *pkey = NULL;

	memcpy(point + 1, x, JWK_P256_BYTES);
	memcpy(point + 1 + JWK_P256_BYTES, y, JWK_P256_BYTES);
	ERR_set_mark();
	bld = OSSL_PARAM_BLD_new();
	if (bld != NULL &&
	    OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)) == 1)
		pkey = build("EC", bld);
	out->ready = make_ready(pkey);
	EVP_PKEY_free(pkey);
	OSSL_PARAM_BLD_free(bld);
	ERR_pop_to_mark();
	out->alg = JWK_ES256;
	out->signature_len = (size_t)2 * JWK_P256_BYTES;
	return out->ready == NULL ? "x and y are no point of P-256" : NULL;
}

void
jwk_free(struct jwk *key)
{
	EVP_MD_CTX_free(key->ready);
	key->ready = NULL;
}

/* r and s as libcrypto wants them, DER: its length; 0 where there is no memory. */
static size_t
to_der(const uint8_t *signature, uint8_t der[DER_MAX])
{
	BIGNUM *r = BN_bin2bn(signature, JWK_P256_BYTES, NULL);
	BIGNUM *s = BN_bin2bn(signature + JWK_P256_BYTES, JWK_P256_BYTES, NULL);
	ECDSA_SIG *sig = ECDSA_SIG_new();
	int len;

	if (r == NULL || s == NULL || sig == NULL || ECDSA_SIG_set0(sig, r, s) != 1) {
		BN_free(r);
		BN_free(s);
		ECDSA_SIG_free(sig);
		return 0;
	}
	len = i2d_ECDSA_SIG(sig, &der);
	ECDSA_SIG_free(sig);
	return len > 0 ? (size_t)len : 0;
}

bool
jwk_verify(const struct jwk *key, const uint8_t *text, size_t len, const uint8_t *signature,
    size_t signature_len)
{
	uint8_t der[DER_MAX];
	EVP_MD_CTX *ctx;
	bool good = false;

	/* libcrypto refuses r and s that are 0 or not below the order, and an RSA signature not below n. */
	if (signature_len != key->signature_len)
		return false;
	ERR_set_mark();
	if (key->alg == JWK_ES256) {
		signature_len = to_der(signature, der);
		signature = der;
	}
	ctx = EVP_MD_CTX_new();
	if (signature_len > 0 && ctx != NULL && EVP_MD_CTX_copy_ex(ctx, key->ready) == 1)
		good = EVP_DigestVerify(ctx, signature, signature_len, text, len) == 1;
	EVP_MD_CTX_free(ctx);
	ERR_pop_to_mark();
	return good;
}
