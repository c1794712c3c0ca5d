/*
 * check_jwks.c: src/access/jwks.c, jwk.c: which sets of keys are taken, which keys are passed over, which key is tried.
 */
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <openssl/err.h>

#include "access/jwks.h"
#include "tests/jwt_maker.h"
#include "tests/jwt_vectors.h"
#include "util/mem.h"

#define COUNT(rows)	(sizeof(rows) / sizeof((rows)[0]))
#define TEXT		"a text that is signed"

static EVP_PKEY *rsa, *ec;
static char why[JWKS_WHY];
static struct buf text, signature;

static void
tear_down(void)
{
	ck_assert_uint_eq(ERR_peek_error(), 0);
	buf_free(&text);
	buf_free(&signature);
}

/* Exactly as long as it is, so that a sanitizer sees a byte read behind it. */
static struct jwks *
read_bytes(const void *bytes, size_t len)
{
	char *copy = xmalloc(len + (len == 0));
	struct jwks *set;

	if (len > 0)
		memcpy(copy, bytes, len);
	set = jwks_read(copy, len, why, sizeof(why));
	free(copy);
	return set;
}

static struct jwks *
read_text(const char *s)
{
	return read_bytes(s, strlen(s));
}

static void
start(void)
{
	buf_reset(&text);
	buf_puts(&text, "{\"keys\":[");
}

static void
put_key(const EVP_PKEY *pair, const char *more)
{
	if (text.data[text.len - 1] == '}')
		buf_putc(&text, ',');
	maker_jwk(&text, pair, more);
}

static struct jwks *
end(void)
{
	buf_puts(&text, "]}");
	return read_bytes(text.data, text.len);
}

static enum jwks_answer
try(const struct jwks *set, EVP_PKEY *pair, const char *kid)
{
	buf_reset(&signature);
	maker_sign(&signature, pair, TEXT, strlen(TEXT));
	return jwks_verify(set, EVP_PKEY_is_a(pair, "RSA") ? JWK_RS256 : JWK_ES256, kid, kid == NULL ? 0 : strlen(kid),
	    (const uint8_t *)TEXT, strlen(TEXT), signature.data, signature.len);
}

START_TEST(sets_that_are_refused)
{
	static const struct {
		const char	*text, *why;
	} rows[] = {
		{ "", "empty" }, { "x", "line 1, column 1" }, { "{\"keys\":[]", "line 1, column 11" },
		{ "[]", "expected a set of keys" }, { "{}", "expected a set of keys" }, { "{\"keys\":{}}", "expected a set of keys" },
		{ rfc7515_a3_key, "expected a set of keys" }, { "{\"keys\":[]}", "the set is empty" },
		{ "{\"keys\":[],\"keys\":[]}", "a key stands twice" }, { "{\"keys\":[7]}", "key 1 is not an object" },
		{ "{\"keys\":[{\"kty\":\"RSA\",\"kty\":\"EC\"}]}", "a key stands twice" },
		{ "{\"keys\":[{}]}", "neither RSA nor EC" }, { "{\"keys\":[{\"kty\":[\"RSA\"]}]}", "neither RSA nor EC" },
		{ "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"}]}", "neither RSA nor EC" },
		{ "{\"keys\":[{\"kty\":\"RSA\"}]}", "n and e" }, { "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AA==\",\"e\":\"AQAB\"}]}", "n and e" },
		{ "{\"keys\":[{\"kty\":\"RSA\",\"n\":7,\"e\":\"AQAB\"}]}", "n and e" },
		{ "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"AQAB\"}]}", "2048 to 8192" },
		{ "{\"keys\":[{\"kty\":\"EC\",\"x\":\"AA\",\"y\":\"AA\"}]}", "crv P-256" },
		{ "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"secp256k1\"}]}", "crv P-256" },
		{ "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}]}", "32 bytes each" },
		{ "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AA\"}]}", "key 1 is a shared secret" },
		{ "{\"keys\":[{},{\"kty\":\"oct\"}]}", "key 2 is a shared secret" },
		{ "{\"keys\":[{\"kty\":\"RSA\",\"d\":null}]}", "key 1 is a private key" },
		{ "{\"keys\":[{\"kty\":\"EC\",\"use\":\"enc\",\"d\":\"AA\"}]}", "key 1 is a private key" },
		{ "{\"keys\":[{\"kty\":\"OKP\",\"d\":\"AA\"}]}", "key 1 is a private key" },
		{ "{\"keys\":[{\"kty\":\"RSA\",\"p\":\"AA\"}]}", "key 1 is a private key" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		ck_assert_msg(read_text(rows[i].text) == NULL, "%s is taken", rows[i].text);
		ck_assert_msg(strstr(why, rows[i].why) != NULL, "%s: %s", rows[i].text, why);
	}
	ck_assert_ptr_null(jwks_read(NULL, 0, why, sizeof(why)));
}
END_TEST

START_TEST(members_that_a_key_may_have)
{
	static const struct {
		const char	*more, *why;	/* why NULL: it is taken */
	} rows[] = {
		{ "", NULL }, { "\"use\":\"sig\",", NULL }, { "\"alg\":\"ES256\",", NULL }, { "\"kid\":\"\",", NULL },
		{ "\"key_ops\":[\"verify\"],", NULL }, { "\"key_ops\":[\"encrypt\",\"verify\"],", NULL },
		{ "\"x5c\":[\"!\"],\"x5t\":7,\"ext\":true,", NULL },
		{ "\"use\":\"enc\",", "use" }, { "\"use\":null,", "use" }, { "\"use\":[\"sig\"],", "use" },
		{ "\"key_ops\":[\"sign\"],", "key_ops" }, { "\"key_ops\":[],", "key_ops" }, { "\"key_ops\":\"verify\",", "key_ops" },
		{ "\"alg\":\"RS256\",", "alg" }, { "\"alg\":\"ES384\",", "alg" }, { "\"alg\":\"none\",", "alg" }, { "\"alg\":null,", "alg" },
		{ "\"kid\":7,", "kid" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct jwks *set;

		start();
		put_key(ec, rows[i].more);
		put_key(rsa, "");
		set = end();
		ck_assert_msg(set != NULL, "%s: %s", rows[i].more, why);
		ck_assert_uint_eq(jwks_passed(set), rows[i].why == NULL ? 0 : 1);
		ck_assert_uint_eq(jwks_count(set), rows[i].why == NULL ? 2 : 1);
		ck_assert_int_eq(try(set, ec, NULL), rows[i].why == NULL ? JWKS_GOOD : JWKS_NO_KEY);
		if (rows[i].why == NULL)
			ck_assert_str_eq(why, "");
		else
			ck_assert_msg(strncmp(why, "key 1 is passed over: its ", 26) == 0 && strstr(why, rows[i].why) != NULL,
			    "%s: %s", rows[i].more, why);
		jwks_free(set);
	}
}
END_TEST

/* n of so many bits, all ones but where a byte is given, and e. */
static struct jwks *
read_rsa(size_t n_len, uint8_t last, const void *e, size_t e_len)
{
	uint8_t n[1100];

	memset(n, 0xFF, sizeof(n));
	n[n_len - 1] = last;
	start();
	buf_puts(&text, "{\"kty\":\"RSA\",\"n\":\"");
	maker_base64url(&text, n, n_len);
	buf_puts(&text, "\",\"e\":\"");
	maker_base64url(&text, e, e_len);
	buf_puts(&text, "\"}");
	return end();
}

START_TEST(sizes_of_rsa)
{
	static const struct {
		size_t	n_len;
		bool	good;
	} rows[] = { { 128, false }, { 255, false }, { 256, true }, { 257, true }, { 512, true }, { 1024, true }, { 1025, false } };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct jwks *set = read_rsa(rows[i].n_len, 0xFF, "\1\0\1", 3);

		ck_assert_msg((set != NULL) == rows[i].good, "%zu bytes: %s", rows[i].n_len, why);
		ck_assert_msg(set != NULL || strstr(why, "2048 to 8192 bits") != NULL, "%zu bytes: %s", rows[i].n_len, why);
		jwks_free(set);
	}
}
END_TEST

START_TEST(rsa_numbers_that_are_none)
{
	static const struct {
		size_t		 n_len;
		uint8_t		 last;
		const char	*e;
		size_t		 e_len;
		const char	*why;
	} rows[] = {
		{ 256, 0xFF, "\1", 1, "odd and at least 3" }, { 256, 0xFF, "\0", 1, "odd and at least 3" },
		{ 256, 0xFF, "", 0, "odd and at least 3" }, { 256, 0xFF, "\2", 1, "odd and at least 3" },
		{ 256, 0xFF, "\0\0\1", 3, "odd and at least 3" }, { 256, 0xFF, "\1\1\1\1\1\1\1\1\1", 9, "64 bits" },
		{ 256, 0xFE, "\1\0\1", 3, "modulus is none" },	/* even */
		{ 255, 0xFF, "\1\0\1", 3, "2048 to 8192" }, { 1025, 0xFF, "\1\0\1", 3, "2048 to 8192" },
		{ 1026, 0xFF, "\1\0\1", 3, "2048 to 8192" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		ck_assert_msg(read_rsa(rows[i].n_len, rows[i].last, rows[i].e, rows[i].e_len) == NULL, "row %zu is taken", i);
		ck_assert_msg(strstr(why, rows[i].why) != NULL, "row %zu: %s", i, why);
	}
}
END_TEST

/* An x and y that lie on no curve, or at infinity, or are not below the field's prime. */
START_TEST(points_that_are_none)
{
	uint8_t points[3][64] = { 0 };

	memset(points[0], 1, 64);
	memset(points[1], 0xFF, 64);
	for (size_t i = 0; i < 3; i++) {
		start();
		buf_puts(&text, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"");
		maker_base64url(&text, points[i], 32);
		buf_puts(&text, "\",\"y\":\"");
		maker_base64url(&text, points[i] + 32, 32);
		buf_puts(&text, "\"}");
		ck_assert_ptr_null(end());
		ck_assert_ptr_nonnull(strstr(why, "no point of P-256"));
	}
}
END_TEST

START_TEST(too_many_and_too_long)
{
	char *longest = xmalloc(JWKS_MAX_BYTES + 2);
	struct jwks *set;
	size_t len;

	for (int n = 64; n < 66; n++) {
		start();
		for (int i = 0; i < n; i++) {
			char kid[20];

			snprintf(kid, sizeof(kid), "\"kid\":\"%d\",", i);
			put_key(ec, kid);
		}
		set = end();
		ck_assert_msg((set != NULL) == (n == 64), "%d keys: %s", n, why);
		if (set != NULL) {
			ck_assert_uint_eq(jwks_count(set), 64);
			ck_assert_int_eq(try(set, ec, "0"), JWKS_GOOD);
			ck_assert_int_eq(try(set, ec, "63"), JWKS_GOOD);
			ck_assert_int_eq(try(set, ec, "64"), JWKS_NO_KEY);
		}
		jwks_free(set);
	}
	start();
	put_key(ec, "");
	buf_puts(&text, "]}");
	len = text.len;
	memset(longest, ' ', JWKS_MAX_BYTES + 1);
	memcpy(longest, text.data, len);
	set = read_bytes(longest, JWKS_MAX_BYTES);
	ck_assert_msg(set != NULL, "%s", why);
	jwks_free(set);
	ck_assert_ptr_null(read_bytes(longest, JWKS_MAX_BYTES + 1));
	ck_assert_ptr_nonnull(strstr(why, "64 KiB"));
	free(longest);
}
END_TEST

START_TEST(a_name_chooses_the_key)
{
	EVP_PKEY *other = maker_pair(0, "P-256");
	struct jwks *set;

	start();
	put_key(ec, "\"kid\":\"a\",");
	put_key(other, "\"kid\":\"b\",");
	put_key(rsa, "\"kid\":\"a\",");
	put_key(other, "\"kid\":\"c\\u0000d\",");
	set = end();
	ck_assert_int_eq(try(set, ec, "a"), JWKS_GOOD);
	ck_assert_int_eq(try(set, rsa, "a"), JWKS_GOOD);
	ck_assert_int_eq(try(set, ec, "b"), JWKS_BAD);
	ck_assert_int_eq(try(set, other, "b"), JWKS_GOOD);
	ck_assert_int_eq(try(set, other, "a"), JWKS_BAD);
	ck_assert_int_eq(try(set, other, "c"), JWKS_NO_KEY);
	ck_assert_int_eq(try(set, rsa, "b"), JWKS_NO_KEY);
	ck_assert_int_eq(try(set, other, NULL), JWKS_GOOD);
	ck_assert_int_eq(jwks_verify(set, JWK_ES256, "c\0d", 3, (const uint8_t *)TEXT, strlen(TEXT), signature.data,
	    signature.len), JWKS_GOOD);
	jwks_free(set);
	EVP_PKEY_free(other);
}
END_TEST

/* Without a name four are tried, those without one before the others; with a name those have no part in it. */
START_TEST(without_a_name_four_are_tried)
{
	EVP_PKEY *others[6];
	struct jwks *set;

	for (size_t i = 0; i < COUNT(others); i++)
		others[i] = maker_pair(0, "P-256");
	start();
	put_key(rsa, "");
	put_key(others[0], "\"kid\":\"0\",");
	put_key(others[1], "\"kid\":\"1\",");
	for (size_t i = 2; i < COUNT(others); i++)
		put_key(others[i], "");
	put_key(ec, "");
	put_key(ec, "\"kid\":\"ec\",");
	put_key(rsa, "");
	set = end();
	ck_assert_uint_eq(jwks_count(set), 9);
	ck_assert_uint_eq(jwks_passed(set), 1);
	ck_assert_ptr_nonnull(strstr(why, "no more than 4 are tried"));
	for (size_t i = 0; i < COUNT(others); i++)
		ck_assert_int_eq(try(set, others[i], NULL), i < 2 ? JWKS_BAD : JWKS_GOOD);
	ck_assert_int_eq(try(set, others[0], "0"), JWKS_GOOD);
	ck_assert_int_eq(try(set, others[1], "1"), JWKS_GOOD);
	ck_assert_int_eq(try(set, others[2], "2"), JWKS_NO_KEY);
	ck_assert_int_eq(try(set, others[2], ""), JWKS_NO_KEY);
	ck_assert_int_eq(try(set, ec, NULL), JWKS_BAD);
	ck_assert_int_eq(try(set, ec, "ec"), JWKS_GOOD);
	ck_assert_int_eq(try(set, rsa, NULL), JWKS_GOOD);
	jwks_free(set);
	for (size_t i = 0; i < COUNT(others); i++)
		EVP_PKEY_free(others[i]);
}
END_TEST

START_TEST(cut_short_at_every_byte)
{
	start();
	put_key(ec, "\"kid\":\"a\",");
	put_key(rsa, "\"kid\":\"b\",");
	buf_puts(&text, "]}");
	for (size_t n = 0; n < text.len; n++)
		ck_assert_ptr_null(read_bytes(text.data, n));
	jwks_free(read_bytes(text.data, text.len));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("jwks");
	TCase *t = tcase_create("jwks");
	SRunner *r;
	int failed;

	rsa = maker_pair(2048, NULL);
	ec = maker_pair(0, "P-256");
	tcase_add_checked_fixture(t, NULL, tear_down);
	tcase_add_test(t, sets_that_are_refused);
	tcase_add_test(t, members_that_a_key_may_have);
	tcase_add_test(t, sizes_of_rsa);
	tcase_add_test(t, rsa_numbers_that_are_none);
	tcase_add_test(t, points_that_are_none);
	tcase_add_test(t, too_many_and_too_long);
	tcase_add_test(t, a_name_chooses_the_key);
	tcase_add_test(t, without_a_name_four_are_tried);
	tcase_add_test(t, cut_short_at_every_byte);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ec);
	return failed == 0 ? 0 : 1;
}
