/*
 * jwt_maker.c: see jwt_maker.h.
 */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>

#include "tests/jwt_maker.h"
#include "util/log.h"

EVP_PKEY *
maker_pair(unsigned bits, const char *curve)
{
	EVP_PKEY *pair = bits > 0 ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits) :
	    EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve);

	if (pair == NULL)
		fatalx("no pair of keys");
	return pair;
}

void
maker_base64url(struct buf *out, const void *data, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const uint8_t *p = data;
	unsigned held = 0, n = 0;

	for (size_t i = 0; i < len; i++) {
		held = held << 8 | p[i];
		for (n += 8; n >= 6; n -= 6)
			buf_putc(out, digits[held >> (n - 6) & 63]);
	}
	if (n > 0)
		buf_putc(out, digits[held << (6 - n) & 63]);
}

static void
put_number(struct buf *out, const EVP_PKEY *pair, const char *param, const char *member, size_t width)
{
	BIGNUM *number = NULL;
	uint8_t bytes[1024];

	if (EVP_PKEY_get_bn_param(pair, param, &number) != 1)
		fatalx("a key without %s", param);
	if (width == 0)
		width = (size_t)BN_num_bytes(number);
	BN_bn2binpad(number, bytes, (int)width);
	buf_printf(out, ",\"%s\":\"", member);
	maker_base64url(out, bytes, width);
	buf_putc(out, '"');
	BN_free(number);
}

void
maker_jwk(struct buf *out, const EVP_PKEY *pair, const char *more)
{
	size_t width = (size_t)(EVP_PKEY_get_bits(pair) + 7) / 8;

	buf_printf(out, "{%s\"kty\":", more);
	if (EVP_PKEY_is_a(pair, "RSA")) {
		buf_puts(out, "\"RSA\"");
		put_number(out, pair, OSSL_PKEY_PARAM_RSA_N, "n", 0);
		put_number(out, pair, OSSL_PKEY_PARAM_RSA_E, "e", 0);
	} else {
		buf_printf(out, "\"EC\",\"crv\":\"%s\"", width == 32 ? "P-256" : width == 48 ? "P-384" : "P-521");
		put_number(out, pair, OSSL_PKEY_PARAM_EC_PUB_X, "x", width);
		put_number(out, pair, OSSL_PKEY_PARAM_EC_PUB_Y, "y", width);
	}
	buf_putc(out, '}');
}

/* DER to r and s, width bytes each. */
static void
put_pair(struct buf *out, const uint8_t *der, size_t len, size_t width)
{
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)len);
	uint8_t *p = buf_reserve(out, 2 * width);

	BN_bn2binpad(ECDSA_SIG_get0_r(sig), p, (int)width);
	BN_bn2binpad(ECDSA_SIG_get0_s(sig), p + width, (int)width);
	buf_commit(out, 2 * width);
	ECDSA_SIG_free(sig);
}

void
maker_sign(struct buf *out, EVP_PKEY *pair, const void *text, size_t len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t signature[1024];
	size_t n = sizeof(signature);

	if (EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, pair, NULL) != 1 ||
	    EVP_DigestSign(ctx, signature, &n, text, len) != 1)
		fatalx("nothing signed");
	EVP_MD_CTX_free(ctx);
	if (EVP_PKEY_is_a(pair, "RSA"))
		buf_put(out, signature, n);
	else
		put_pair(out, signature, n, (size_t)(EVP_PKEY_get_bits(pair) + 7) / 8);
}

void
maker_token(struct buf *out, EVP_PKEY *pair, const char *header, const char *claims)
{
	struct buf signature = { 0 };

	buf_reset(out);
	maker_base64url(out, header, strlen(header));
	buf_putc(out, '.');
	maker_base64url(out, claims, strlen(claims));
	maker_sign(&signature, pair, out->data, out->len);
	buf_putc(out, '.');
	maker_base64url(out, signature.data, signature.len);
	buf_free(&signature);
}
