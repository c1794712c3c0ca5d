/*
 * jwt_stage.c: see jwt_stage.h.
 */
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <openssl/err.h>

#include "tests/jwt_stage.h"
#include "util/mem.h"

EVP_PKEY *rsa, *ec, *other_rsa, *other_ec;
struct jwks *keys;
struct arena arena;
struct buf token;
struct jwt_claims got;
struct jwt_expect expect;
static char why[JWKS_WHY];

void
jwt_stage_up(void)
{
	struct buf text = { 0 };

	buf_puts(&text, "{\"keys\":[");
	maker_jwk(&text, rsa, "\"kid\":\"r\",\"use\":\"sig\",\"alg\":\"RS256\",");
	buf_puts(&text, ",");
	maker_jwk(&text, ec, "\"kid\":\"e\",\"key_ops\":[\"verify\"],");
	buf_puts(&text, "]}");
	keys = jwks_read((const char *)text.data, text.len, why, sizeof(why));
	ck_assert_msg(keys != NULL, "%s", why);
	ck_assert_str_eq(why, "");
	ck_assert_uint_eq(jwks_count(keys), 2);
	buf_free(&text);
	arena_init(&arena, (size_t)256 << 10);
	expect = (struct jwt_expect){ .require_exp = true };
}

static void
tear_down(void)
{
	/* What libcrypto says of a bad signature is nobody else's. */
	ck_assert_uint_eq(ERR_peek_error(), 0);
	jwks_free(keys);
	arena_free(&arena);
	buf_free(&token);
}

enum jwt_result
verify_bytes(const struct jwks *set, const void *text, size_t len)
{
	/* Exactly as long as it is, so that a sanitizer sees a byte read behind it. */
	char *copy = xmalloc(len + (len == 0));
	enum jwt_result r;

	if (len > 0)
		memcpy(copy, text, len);
	arena_reset(&arena);
	memset(&got, 0, sizeof(got));
	r = jwt_verify(set, &expect, copy, len, STAGE_NOW, &arena, &got);
	free(copy);
	ck_assert((r == JWT_OK) == (got.principal != NULL));
	return r;
}

enum jwt_result
verify(void)
{
	return verify_bytes(keys, token.data, token.len);
}

enum jwt_result
verify_of(const char *header, const char *claims)
{
	maker_token(&token, strstr(header, "ES256") != NULL ? ec : rsa, header, claims);
	return verify();
}

void
expect_result(enum jwt_result is, enum jwt_result should, const char *what)
{
	ck_assert_msg(is == should, "%s: \"%s\", not \"%s\"", what, jwt_reason(is), jwt_reason(should));
}

int
jwt_stage_run(Suite *s, TCase *t)
{
	SRunner *r;
	int failed;

	rsa = maker_pair(2048, NULL);
	other_rsa = maker_pair(2048, NULL);
	ec = maker_pair(0, "P-256");
	other_ec = maker_pair(0, "P-256");
	tcase_add_checked_fixture(t, jwt_stage_up, tear_down);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(other_rsa);
	EVP_PKEY_free(ec);
	EVP_PKEY_free(other_ec);
	return failed == 0 ? 0 : 1;
}
