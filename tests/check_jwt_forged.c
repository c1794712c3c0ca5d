/*
 * check_jwt_forged.c: src/access/jwt.c, jwk.c: what has been tried against others' JWTs: algorithms mixed up, none,
 * signatures of other keys and in other forms, bits flipped, ends cut off.
 */
#include <string.h>

#include <check.h>
#include <openssl/ec.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include "tests/jwt_stage.h"

#define COUNT(rows)	(sizeof(rows) / sizeof((rows)[0]))

/* header.claims. of these, and a signature of any bytes. */
static void
put_with(const char *header, const char *claims, const void *signature, size_t len)
{
	buf_reset(&token);
	maker_base64url(&token, header, strlen(header));
	buf_putc(&token, '.');
	maker_base64url(&token, claims, strlen(claims));
	buf_putc(&token, '.');
	maker_base64url(&token, signature, len);
}

/* The text that a token's signature is of, and that signature, in two buffers. */
static void
sign_apart(EVP_PKEY *pair, const char *header, struct buf *signature)
{
	put_with(header, GOOD, NULL, 0);
	buf_reset(signature);
	maker_sign(signature, pair, token.data, token.len - 1);
}

/* The header says HS256, and the secret is what everybody knows: the public key, in any form. */
START_TEST(a_public_key_is_no_secret)
{
	static const char header[] = "{\"alg\":\"HS256\",\"kid\":\"r\"}";
	struct buf secret = { 0 };
	BIO *bio = BIO_new(BIO_s_mem());
	uint8_t mac[32];
	unsigned n;
	char *pem;
	long len;

	PEM_write_bio_PUBKEY(bio, rsa);
	len = BIO_get_mem_data(bio, &pem);
	maker_jwk(&secret, rsa, "");
	put_with(header, GOOD, NULL, 0);
	HMAC(EVP_sha256(), pem, (int)len, token.data, token.len - 1, mac, &n);
	put_with(header, GOOD, mac, n);
	expect_result(verify(), JWT_ALG, "HS256 with the PEM");
	HMAC(EVP_sha256(), secret.data, (int)secret.len, token.data, token.len - 1, mac, &n);
	put_with(header, GOOD, mac, n);
	expect_result(verify(), JWT_ALG, "HS256 with the JWK");
	/* The same, called RS256 and ES256. */
	put_with(RS, GOOD, NULL, 0);
	HMAC(EVP_sha256(), pem, (int)len, token.data, token.len - 1, mac, &n);
	put_with(RS, GOOD, mac, n);
	expect_result(verify(), JWT_SIGNATURE, "an HMAC as RS256");
	put_with(ES, GOOD, mac, n);
	expect_result(verify(), JWT_SIGNATURE, "an HMAC as ES256");
	BIO_free(bio);
	buf_free(&secret);
}
END_TEST

START_TEST(none_needs_no_signature_and_gets_none)
{
	static const char *const headers[] = { "{\"alg\":\"none\"}", "{\"alg\":\"NONE\"}", RS, ES, "{\"alg\":\"RS256\"}" };

	for (size_t i = 0; i < COUNT(headers); i++) {
		put_with(headers[i], GOOD, NULL, 0);
		expect_result(verify(), i < 2 ? JWT_ALG : JWT_SIGNATURE, headers[i]);
		token.len--;
		expect_result(verify(), JWT_FORM, headers[i]);
	}
}
END_TEST

/* A sound signature of a key that is not in the set, or of another in it, by name or by trying. */
START_TEST(signatures_of_other_keys)
{
	struct buf signature = { 0 };

	maker_token(&token, other_rsa, RS, GOOD);
	expect_result(verify(), JWT_SIGNATURE, "another RSA key");
	maker_token(&token, other_ec, ES, GOOD);
	expect_result(verify(), JWT_SIGNATURE, "another EC key");
	maker_token(&token, other_ec, "{\"alg\":\"ES256\"}", GOOD);
	expect_result(verify(), JWT_SIGNATURE, "another EC key, unnamed");
	maker_token(&token, ec, RS, GOOD);
	expect_result(verify(), JWT_SIGNATURE, "ES256 as RS256");
	maker_token(&token, rsa, ES, GOOD);
	expect_result(verify(), JWT_SIGNATURE, "RS256 as ES256");
	/* Sound, but of other claims. */
	sign_apart(ec, ES, &signature);
	put_with(ES, "{\"sub\":\"admin\",\"exp\":1800000060}", signature.data, signature.len);
	expect_result(verify(), JWT_SIGNATURE, "of other claims");
	buf_free(&signature);
}
END_TEST

START_TEST(other_curves)
{
	static const char *const curves[] = { "P-384", "P-521", "secp256k1", "P-224" };

	for (size_t i = 0; i < COUNT(curves); i++) {
		EVP_PKEY *pair = maker_pair(0, curves[i]);

		maker_token(&token, pair, ES, GOOD);
		expect_result(verify(), JWT_SIGNATURE, curves[i]);
		EVP_PKEY_free(pair);
	}
}
END_TEST

/* RFC 7518 3.4: 64 bytes, r and s; and what became of other implementations (CVE-2022-21449). */
START_TEST(es256_in_other_forms)
{
	static const uint8_t order[] = {
		0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
		0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
	};
	static const struct {
		uint8_t	r, s;		/* 0: zero; 1: one; 2: the order; 3: all ones; 4: as it should be */
	} rows[] = { { 0, 0 }, { 0, 4 }, { 4, 0 }, { 2, 4 }, { 4, 2 }, { 2, 2 }, { 3, 3 }, { 3, 4 }, { 4, 3 }, { 1, 1 }, { 1, 4 } };
	uint8_t halves[5][32] = { 0 }, bad[64], der[80], *p = der;
	struct buf signature = { 0 };
	ECDSA_SIG *sig = ECDSA_SIG_new();
	int len;

	sign_apart(ec, ES, &signature);
	halves[1][31] = 1;
	memcpy(halves[2], order, 32);
	memset(halves[3], 0xFF, 32);
	for (size_t i = 0; i < COUNT(rows); i++) {
		memcpy(bad, rows[i].r == 4 ? signature.data : halves[rows[i].r], 32);
		memcpy(bad + 32, rows[i].s == 4 ? signature.data + 32 : halves[rows[i].s], 32);
		put_with(ES, GOOD, bad, 64);
		ck_assert_msg(verify() == JWT_SIGNATURE, "r %d, s %d is taken", rows[i].r, rows[i].s);
	}
	ECDSA_SIG_set0(sig, BN_bin2bn(signature.data, 32, NULL), BN_bin2bn(signature.data + 32, 32, NULL));
	len = i2d_ECDSA_SIG(sig, &p);
	put_with(ES, GOOD, der, (size_t)len);
	expect_result(verify(), JWT_SIGNATURE, "DER");
	put_with(ES, GOOD, signature.data, 63);
	expect_result(verify(), JWT_SIGNATURE, "63 bytes");
	buf_putc(&signature, 0);
	put_with(ES, GOOD, signature.data, 65);
	expect_result(verify(), JWT_SIGNATURE, "65 bytes");
	put_with(ES, GOOD, signature.data, 64);
	expect_result(verify(), JWT_OK, "64 bytes");
	ECDSA_SIG_free(sig);
	buf_free(&signature);
}
END_TEST

START_TEST(rs256_in_other_forms)
{
	uint8_t longer[257] = { 0 }, same[256];
	struct buf signature = { 0 };
	BIGNUM *n = NULL, *s;

	sign_apart(rsa, RS, &signature);
	memcpy(longer + 1, signature.data, 256);
	put_with(RS, GOOD, longer, 257);
	expect_result(verify(), JWT_SIGNATURE, "a 0 before");
	put_with(RS, GOOD, signature.data, 255);
	expect_result(verify(), JWT_SIGNATURE, "a byte too few");
	/* s + n is the same number modulo n; it fits 256 bytes with n small enough. */
	EVP_PKEY_get_bn_param(rsa, "n", &n);
	s = BN_bin2bn(signature.data, 256, NULL);
	BN_add(s, s, n);
	if (BN_bn2binpad(s, same, 256) == 256) {
		put_with(RS, GOOD, same, 256);
		expect_result(verify(), JWT_SIGNATURE, "s + n");
	}
	memset(same, 0, 256);
	put_with(RS, GOOD, same, 256);
	expect_result(verify(), JWT_SIGNATURE, "0");
	same[255] = 1;
	put_with(RS, GOOD, same, 256);
	expect_result(verify(), JWT_SIGNATURE, "1");
	put_with(RS, GOOD, signature.data, 256);
	expect_result(verify(), JWT_OK, "256 bytes");
	BN_free(n);
	BN_free(s);
	buf_free(&signature);
}
END_TEST

START_TEST(cut_short_at_every_byte)
{
	for (int i = 0; i < 2; i++) {
		maker_token(&token, i == 0 ? rsa : ec, i == 0 ? RS : ES, GOOD);
		for (size_t n = 0; n < token.len; n++)
			ck_assert_msg(verify_bytes(keys, token.data, n) != JWT_OK, "%zu bytes are taken", n);
	}
}
END_TEST

START_TEST(a_bit_flipped_anywhere)
{
	for (int i = 0; i < 2; i++) {
		maker_token(&token, i == 0 ? rsa : ec, i == 0 ? RS : ES, GOOD);
		for (size_t at = 0; at < 8 * token.len; at++) {
			token.data[at / 8] ^= (uint8_t)(1 << at % 8);
			ck_assert_msg(verify() != JWT_OK, "bit %zu of byte %zu changes nothing", at % 8, at / 8);
			token.data[at / 8] ^= (uint8_t)(1 << at % 8);
		}
		ck_assert_int_eq(verify(), JWT_OK);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("jwt_forged");
	TCase *t = tcase_create("jwt_forged");

	tcase_add_test(t, a_public_key_is_no_secret);
	tcase_add_test(t, none_needs_no_signature_and_gets_none);
	tcase_add_test(t, signatures_of_other_keys);
	tcase_add_test(t, other_curves);
	tcase_add_test(t, es256_in_other_forms);
	tcase_add_test(t, rs256_in_other_forms);
	tcase_add_test(t, cut_short_at_every_byte);
	tcase_add_test(t, a_bit_flipped_anywhere);
	return jwt_stage_run(s, t);
}
