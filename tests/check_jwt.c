/*
 * check_jwt.c: src/access/jwt.c: which tokens are taken, and that every other is refused for the reason it should be.
 * Signatures that are none are check_jwt_forged.c's.
 */
#include <sys/wait.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "build-config.h"
#include "daemon/jail.h"
#include "tests/jwt_stage.h"
#include "tests/jwt_vectors.h"
#include "util/mem.h"

#define COUNT(rows)	(sizeof(rows) / sizeof((rows)[0]))

static char why[JWKS_WHY];

START_TEST(good_tokens)
{
	static const char *const headers[] = {
		RS, ES, "{\"alg\":\"RS256\"}", "{\"alg\":\"ES256\"}", "{\"typ\":\"JWT\",\"alg\":\"RS256\"}",
		"{\"typ\":\"at+jwt\",\"alg\":\"ES256\"}", "{\"typ\":\"jwt\",\"alg\":\"ES256\"}",
		"{\"typ\":\"application/AT+JWT\",\"alg\":\"ES256\"}", "{\"b64\":true,\"alg\":\"ES256\"}",
		" { \"\\u0061lg\" : \"RS\\u0032\\u0035\\u0036\", \"x5t\": \"abc\", \"more\":[{}]}\n",
		/* Keys that a token brings itself are nothing to us. */
		"{\"alg\":\"ES256\",\"jwk\":{\"kty\":\"oct\",\"k\":\"AA\"},\"jku\":\"https://evil.example/\"}",
	};

	for (size_t i = 0; i < COUNT(headers); i++) {
		expect_result(verify_of(headers[i], GOOD), JWT_OK, headers[i]);
		ck_assert_str_eq(got.principal, "alice");
		ck_assert_ptr_null(got.user);
		ck_assert_int_eq(got.end_s, 1800000060);
	}
}
END_TEST

static struct jwks *
set_of(const char *a, const char *b)
{
	char *text = xasprintf("{\"keys\":[%s%s%s]}", a, b[0] == '\0' ? "" : ",", b);
	struct jwks *set = jwks_read(text, strlen(text), why, sizeof(why));

	free(text);
	return set;
}

static void
free_set(struct jwks *set)
{
	ck_assert_ptr_nonnull(set);
	jwks_free(set);
}

START_TEST(tokens_of_the_rfcs)
{
	struct jwks *a2 = set_of(rfc7515_a2_key, ""), *a3 = set_of(rfc7515_a3_key, "");
	struct jwks *both = set_of(rfc7520_ec_key, rfc7520_rsa_key);

	ck_assert_msg(both != NULL, "%s", why);
	ck_assert_uint_eq(jwks_count(both), 1);
	ck_assert_uint_eq(jwks_passed(both), 1);
	ck_assert_ptr_nonnull(strstr(why, "P-256"));
	expect.claim = "iss";
	expect_result(verify_bytes(a2, rfc7515_a2_token, strlen(rfc7515_a2_token)), JWT_EXPIRED, "A.2");
	expect_result(verify_bytes(a3, rfc7515_a3_token, strlen(rfc7515_a3_token)), JWT_EXPIRED, "A.3");
	expect.leeway_s = STAGE_NOW - 1300819380;
	expect_result(verify_bytes(a3, rfc7515_a3_token, strlen(rfc7515_a3_token)), JWT_EXPIRED, "A.3");
	expect.leeway_s++;
	expect_result(verify_bytes(a2, rfc7515_a2_token, strlen(rfc7515_a2_token)), JWT_OK, "A.2");
	ck_assert_str_eq(got.principal, "joe");
	expect_result(verify_bytes(a3, rfc7515_a3_token, strlen(rfc7515_a3_token)), JWT_OK, "A.3");
	ck_assert_str_eq(got.principal, "joe");
	expect_result(verify_bytes(a2, rfc7515_a3_token, strlen(rfc7515_a3_token)), JWT_NO_KEY, "A.3");
	expect_result(verify_bytes(both, rfc7520_token, strlen(rfc7520_token)), JWT_CLAIMS, "7520 4.1");
	expect_result(verify_bytes(a2, rfc7520_token, strlen(rfc7520_token)), JWT_NO_KEY, "7520 4.1");
	free_set(a2);
	free_set(a3);
	free_set(both);
}
END_TEST

START_TEST(headers_that_are_refused)
{
	static const struct {
		enum jwt_result	 result;
		const char	*header;
	} rows[] = {
		{ JWT_HEADER, "" }, { JWT_HEADER, "[]" }, { JWT_HEADER, "\"RS256\"" }, { JWT_HEADER, "null" },
		{ JWT_HEADER, "{\"alg\":\"RS256\"" }, { JWT_HEADER, "{\"alg\":\"RS256\"}{}" },
		{ JWT_HEADER, "{\"alg\":\"RS256\",\"alg\":\"RS256\"}" },
		{ JWT_HEADER, "{\"alg\":\"none\",\"alg\":\"RS256\"}" },
		{ JWT_HEADER, "{\"alg\":\"RS256\",\"\\u0061lg\":\"none\"}" },
		{ JWT_HEADER, "{\"alg\":\"RS256\",\"x\":{\"a\":1,\"b\":2,\"a\":3}}" },
		{ JWT_HEADER, "{\"alg\":\"RS256\",\"kid\":7}" }, { JWT_HEADER, "{\"alg\":\"RS256\",\"kid\":null}" },
		{ JWT_HEADER, "{\"alg\":\"RS256\",\"kid\":\"\xFF\"}" }, { JWT_HEADER, "\xEF\xBB\xBF" RS },
		{ JWT_ALG, "{}" }, { JWT_ALG, "{\"alg\":null}" }, { JWT_ALG, "{\"alg\":\"\"}" },
		{ JWT_ALG, "{\"alg\":\"none\"}" }, { JWT_ALG, "{\"alg\":\"None\"}" }, { JWT_ALG, "{\"alg\":\"HS256\"}" },
		{ JWT_ALG, "{\"alg\":\"rs256\"}" }, { JWT_ALG, "{\"alg\":\"RS256 \"}" }, { JWT_ALG, "{\"alg\":\"RS256\\u0000\"}" },
		{ JWT_ALG, "{\"alg\":\"RS384\"}" }, { JWT_ALG, "{\"alg\":\"RS512\"}" }, { JWT_ALG, "{\"alg\":\"PS256\"}" },
		{ JWT_ALG, "{\"alg\":\"ES384\"}" }, { JWT_ALG, "{\"alg\":\"ES256K\"}" }, { JWT_ALG, "{\"alg\":\"EdDSA\"}" },
		{ JWT_ALG, "{\"alg\":[\"RS256\"]}" }, { JWT_ALG, "{\"Alg\":\"RS256\"}" }, { JWT_ALG, "{\"a/alg\":\"RS256\"}" },
		{ JWT_TYP, "{\"alg\":\"RS256\",\"typ\":\"JOSE\"}" }, { JWT_TYP, "{\"alg\":\"RS256\",\"typ\":\"\"}" },
		{ JWT_TYP, "{\"alg\":\"RS256\",\"typ\":null}" }, { JWT_TYP, "{\"alg\":\"RS256\",\"typ\":\"dpop+jwt\"}" },
		{ JWT_TYP, "{\"alg\":\"RS256\",\"typ\":\"JWT\\u0000\"}" },
		{ JWT_CRITICAL, "{\"alg\":\"RS256\",\"crit\":[\"exp\"],\"exp\":1}" },
		{ JWT_CRITICAL, "{\"alg\":\"RS256\",\"crit\":[]}" }, { JWT_CRITICAL, "{\"alg\":\"RS256\",\"crit\":null}" },
		{ JWT_CRITICAL, "{\"alg\":\"RS256\",\"b64\":false}" }, { JWT_CRITICAL, "{\"alg\":\"RS256\",\"b64\":0}" },
		{ JWT_CRITICAL, "{\"alg\":\"RS256\",\"b64\":false,\"crit\":[\"b64\"]}" },
		/* kid chooses the key, alg must be the key's. */
		{ JWT_NO_KEY, "{\"alg\":\"RS256\",\"kid\":\"e\"}" }, { JWT_NO_KEY, "{\"alg\":\"ES256\",\"kid\":\"r\"}" },
		{ JWT_NO_KEY, "{\"alg\":\"RS256\",\"kid\":\"x\"}" }, { JWT_NO_KEY, "{\"alg\":\"RS256\",\"kid\":\"\"}" },
		{ JWT_NO_KEY, "{\"alg\":\"RS256\",\"kid\":\"r\\u0000\"}" }, { JWT_NO_KEY, "{\"alg\":\"RS256\",\"kid\":\"R\"}" },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		expect_result(verify_of(rows[i].header, GOOD), rows[i].result, rows[i].header);
}
END_TEST

START_TEST(claims_that_are_refused)
{
	static const struct {
		enum jwt_result	 result;
		const char	*claims;
	} rows[] = {
		{ JWT_CLAIMS, "" }, { JWT_CLAIMS, "[]" }, { JWT_CLAIMS, "7" }, { JWT_CLAIMS, GOOD " x" },
		{ JWT_CLAIMS, "{\"sub\":\"a\",\"sub\":\"a\",\"exp\":1800000060}" },
		{ JWT_CLAIMS, "{\"sub\":\"a\",\"exp\":1,\"exp\":1800000060}" },
		{ JWT_CLAIMS, "{\"sub\":\"a\",\"exp\":1e400}" }, { JWT_CLAIMS, "{\"sub\":\"a\",\"exp\":NaN}" },
		{ JWT_CLAIMS, "{\"sub\":\"\xC3\x28\",\"exp\":1800000060}" }, { JWT_CLAIMS, "{\"sub\":\"\\ud800\",\"exp\":1800000060}" },
		{ JWT_NO_EXP, "{\"sub\":\"a\"}" }, { JWT_NO_EXP, "{\"sub\":\"a\",\"EXP\":1800000060}" },
		{ JWT_TIME, "{\"sub\":\"a\",\"exp\":\"1800000060\"}" }, { JWT_TIME, "{\"sub\":\"a\",\"exp\":null}" },
		{ JWT_TIME, "{\"sub\":\"a\",\"exp\":true}" }, { JWT_TIME, "{\"sub\":\"a\",\"exp\":[1800000060]}" },
		{ JWT_TIME, "{\"sub\":\"a\",\"exp\":9007199254740993}" }, { JWT_TIME, "{\"sub\":\"a\",\"exp\":9223372036854775807}" },
		{ JWT_TIME, "{\"sub\":\"a\",\"exp\":-9223372036854775808}" },
		{ JWT_TIME, "{\"sub\":\"a\",\"exp\":18446744073709551616}" },
		{ JWT_TIME, "{\"sub\":\"a\",\"exp\":1180591620717411303424180000006018000000601800000060}" },
		{ JWT_TIME, "{\"sub\":\"a\",\"exp\":1e300}" }, { JWT_TIME, "{\"sub\":\"a\",\"exp\":-1e300}" },
		{ JWT_TIME, "{\"sub\":\"a\",\"exp\":1800000060,\"nbf\":\"0\"}" },
		{ JWT_TIME, "{\"sub\":\"a\",\"exp\":1800000060,\"iat\":{}}" },
		{ JWT_EXPIRED, "{\"sub\":\"a\",\"exp\":1800000000}" }, { JWT_EXPIRED, "{\"sub\":\"a\",\"exp\":0}" },
		{ JWT_EXPIRED, "{\"sub\":\"a\",\"exp\":-1}" }, { JWT_EXPIRED, "{\"sub\":\"a\",\"exp\":-9007199254740992}" },
		{ JWT_EXPIRED, "{\"sub\":\"a\",\"exp\":1799999999.9}" }, { JWT_EXPIRED, "{\"sub\":\"a\",\"exp\":1.8e9}" },
		{ JWT_EXPIRED, "{\"sub\":\"a\",\"exp\":1e-400}" }, { JWT_EXPIRED, "{\"sub\":\"a\",\"exp\":-0.0}" },
		{ JWT_NOT_YET, "{\"sub\":\"a\",\"exp\":1800000060,\"nbf\":1800000001}" },
		{ JWT_NOT_YET, "{\"sub\":\"a\",\"exp\":1800000060,\"nbf\":1800000000.01}" },
		{ JWT_FUTURE, "{\"sub\":\"a\",\"exp\":1800000060,\"iat\":1800000001}" },
		{ JWT_PRINCIPAL, "{\"exp\":1800000060}" }, { JWT_PRINCIPAL, "{\"exp\":1800000060,\"sub\":\"\"}" },
		{ JWT_PRINCIPAL, "{\"exp\":1800000060,\"sub\":7}" }, { JWT_PRINCIPAL, "{\"exp\":1800000060,\"sub\":null}" },
		{ JWT_PRINCIPAL, "{\"exp\":1800000060,\"sub\":[\"a\"]}" }, { JWT_PRINCIPAL, "{\"exp\":1800000060,\"Sub\":\"a\"}" },
		{ JWT_PRINCIPAL, "{\"exp\":1800000060,\"sub\":\"a\\u0000b\"}" }, { JWT_PRINCIPAL, "{\"exp\":1800000060,\"sub\":\"a\\n\"}" },
		{ JWT_PRINCIPAL, "{\"exp\":1800000060,\"sub\":\"\x7F\"}" }, { JWT_PRINCIPAL, "{\"exp\":1800000060,\"sub\":\"\xC2\x85\"}" },
		{ JWT_OK, "{\"sub\":\"a\",\"exp\":1800000001}" }, { JWT_OK, "{\"sub\":\"a\",\"exp\":1800000000.001}" },
		{ JWT_OK, "{\"sub\":\"a\",\"exp\":9007199254740992}" }, { JWT_OK, "{\"sub\":\"a\",\"exp\":9.007199254740992e15}" },
		{ JWT_OK, "{\"sub\":\"a\",\"exp\":1800000060,\"nbf\":1800000000,\"iat\":1800000000}" },
		{ JWT_OK, "{\"sub\":\"a\",\"exp\":1800000060,\"nbf\":-9007199254740992,\"iat\":-1.5}" },
		{ JWT_OK, "{\"sub\":\"a\",\"exp\":1800000060,\"iss\":7,\"aud\":{}}" },
		{ JWT_OK, "{\"sub\":\"a\",\"exp\":1800000060,\"n\":-123456789012345678901234567890}" },
		{ JWT_OK, "{\"sub\":\"\xC3\xA9\xF0\x9F\x98\x80\xC2\xA0\",\"exp\":1800000060}" },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		expect_result(verify_of(ES, rows[i].claims), rows[i].result, rows[i].claims);
}
END_TEST

START_TEST(leeway_and_tokens_without_an_end)
{
	expect.leeway_s = 60;
	expect_result(verify_of(ES, "{\"sub\":\"a\",\"exp\":1799999941}"), JWT_OK, "exp");
	ck_assert_int_eq(got.end_s, STAGE_NOW + 1);
	expect_result(verify_of(ES, "{\"sub\":\"a\",\"exp\":1799999940}"), JWT_EXPIRED, "exp");
	expect_result(verify_of(ES, "{\"sub\":\"a\",\"exp\":1800000060,\"nbf\":1800000060,\"iat\":1800000060}"), JWT_OK, "nbf");
	expect_result(verify_of(ES, "{\"sub\":\"a\",\"exp\":1800000060,\"nbf\":1800000061}"), JWT_NOT_YET, "nbf");
	expect_result(verify_of(ES, "{\"sub\":\"a\",\"exp\":1800000060,\"iat\":1800000061}"), JWT_FUTURE, "iat");
	expect.leeway_s = UINT32_MAX;
	expect_result(verify_of(ES, "{\"sub\":\"a\",\"exp\":9007199254740992,\"nbf\":-9007199254740992}"), JWT_OK, "far");
	expect.require_exp = false;
	expect_result(verify_of(ES, "{\"sub\":\"a\"}"), JWT_OK, "no exp");
	ck_assert_int_eq(got.end_s, INT64_MAX);
	expect.leeway_s = 0;
	expect_result(verify_of(ES, "{\"sub\":\"a\",\"exp\":1}"), JWT_EXPIRED, "exp that is not required");
}
END_TEST

START_TEST(issuer_and_audience)
{
	static const struct {
		enum jwt_result	 result;
		const char	*parties;
	} rows[] = {
		{ JWT_OK, "\"iss\":\"https://i.example/\",\"aud\":\"cmdr\"" },
		{ JWT_OK, "\"iss\":\"https://i.example/\",\"aud\":[\"cmdr\"]" },
		{ JWT_OK, "\"iss\":\"https:\\/\\/i.example\\/\",\"aud\":[\"a\",\"cmdr\",\"b\"]" },
		{ JWT_ISSUER, "\"aud\":\"cmdr\"" }, { JWT_ISSUER, "\"iss\":null,\"aud\":\"cmdr\"" },
		{ JWT_ISSUER, "\"iss\":\"https://i.example\",\"aud\":\"cmdr\"" },
		{ JWT_ISSUER, "\"iss\":\"https://i.example/\\u0000\",\"aud\":\"cmdr\"" },
		{ JWT_ISSUER, "\"iss\":\"https://I.example/\",\"aud\":\"cmdr\"" },
		{ JWT_ISSUER, "\"iss\":[\"https://i.example/\"],\"aud\":\"cmdr\"" },
		{ JWT_AUDIENCE, "\"iss\":\"https://i.example/\"" },
		{ JWT_AUDIENCE, "\"iss\":\"https://i.example/\",\"aud\":\"\"" },
		{ JWT_AUDIENCE, "\"iss\":\"https://i.example/\",\"aud\":[]" },
		{ JWT_AUDIENCE, "\"iss\":\"https://i.example/\",\"aud\":\"cmdr2\"" },
		{ JWT_AUDIENCE, "\"iss\":\"https://i.example/\",\"aud\":\"a cmdr b\"" },
		{ JWT_AUDIENCE, "\"iss\":\"https://i.example/\",\"aud\":[\"CMDR\",\"cmd\"]" },
		{ JWT_AUDIENCE, "\"iss\":\"https://i.example/\",\"aud\":[[\"cmdr\"]]" },
		{ JWT_AUDIENCE, "\"iss\":\"https://i.example/\",\"aud\":[\"cmdr\",1]" },
		{ JWT_AUDIENCE, "\"iss\":\"https://i.example/\",\"aud\":{\"cmdr\":\"cmdr\"}" },
		{ JWT_AUDIENCE, "\"iss\":\"https://i.example/\",\"aud\":null" },
	};
	char claims[256];

	expect.issuer = "https://i.example/";
	expect.audience = "cmdr";
	for (size_t i = 0; i < COUNT(rows); i++) {
		snprintf(claims, sizeof(claims), "{\"sub\":\"a\",\"exp\":1800000060,%s}", rows[i].parties);
		expect_result(verify_of(ES, claims), rows[i].result, claims);
	}
	expect.issuer = "";
	expect_result(verify_of(ES, GOOD), JWT_ISSUER, "an empty issuer is one, too");
}
END_TEST

START_TEST(other_claims_are_given_out)
{
	static const char claims[] = "{\"exp\":1800000060,\"sub\":\"s\",\"azp\":\"app\",\"https://a.example/user\":\"u\",\"/\":\"slash\","
	    "\"bad\":7,\"empty\":\"\"}";
	char text[400];

	expect.claim = "azp";
	expect.user_claim = "https://a.example/user";
	expect_result(verify_of(ES, claims), JWT_OK, "two claims");
	ck_assert_str_eq(got.principal, "app");
	ck_assert_str_eq(got.user, "u");
	expect.user_claim = "/";
	expect_result(verify_of(ES, claims), JWT_OK, "a slash");
	ck_assert_str_eq(got.user, "slash");
	expect.user_claim = "not/there";
	expect_result(verify_of(ES, claims), JWT_OK, "no user");
	ck_assert_ptr_null(got.user);
	expect.user_claim = "bad";
	expect_result(verify_of(ES, claims), JWT_USER, "a number");
	expect.user_claim = "empty";
	expect_result(verify_of(ES, claims), JWT_USER, "an empty text");
	expect.claim = "not there";
	expect_result(verify_of(ES, claims), JWT_PRINCIPAL, "no principal");
	expect.claim = NULL;
	expect.user_claim = NULL;
	snprintf(text, sizeof(text), "{\"exp\":1800000060,\"sub\":\"%0255d\"}", 7);
	expect_result(verify_of(ES, text), JWT_OK, "255 bytes");
	ck_assert_uint_eq(strlen(got.principal), 255);
	snprintf(text, sizeof(text), "{\"exp\":1800000060,\"sub\":\"%0256d\"}", 7);
	expect_result(verify_of(ES, text), JWT_PRINCIPAL, "256 bytes");
}
END_TEST

static char *
nested(unsigned depth)
{
	char *s = xmalloc(2 * (size_t)depth + 64);
	int n = sprintf(s, "{\"exp\":1800000060,\"sub\":\"a\",\"x\":");

	memset(s + n, '[', depth);
	memset(s + n + depth, ']', depth);
	strcpy(s + n + 2 * depth, "}");
	return s;
}

START_TEST(depth_and_length)
{
	char *deep = nested(31), *deeper = nested(32), *deepest = nested(2500);
	char *longest = xmalloc(9000);

	expect_result(verify_of(ES, deep), JWT_OK, "32 deep");
	expect_result(verify_of(ES, deeper), JWT_LIMIT, "33 deep");
	expect_result(verify_of(ES, deepest), JWT_LIMIT, "2501 deep");
	for (int n = 5800; n < 6300; n += 100) {
		snprintf(longest, 9000, "{\"exp\":1800000060,\"sub\":\"a\",\"x\":%0*d}", n, 0);
		memset(strstr(longest, "x\":") + 3, '7', (size_t)n);
		maker_token(&token, ec, ES, longest);
		expect_result(verify(), token.len > JWT_MAX_BYTES ? JWT_LIMIT : JWT_OK, "a long number");
	}
	maker_token(&token, ec, ES, GOOD);
	buf_puts(&token, longest);
	while (token.len <= JWT_MAX_BYTES)
		buf_putc(&token, 'A');
	expect_result(verify(), JWT_LIMIT, "8193 bytes");
	token.len = JWT_MAX_BYTES;
	expect_result(verify(), JWT_FORM, "8192 bytes");
	free(deep);
	free(deeper);
	free(deepest);
	free(longest);
}
END_TEST

/* An array of 4000 is the most memory that a token may take. */
START_TEST(memory_is_bounded)
{
	char claims[6000] = "{\"exp\":1800000060,\"sub\":\"a\",\"x\":[0", *p = claims + strlen(claims);
	struct arena small;

	while (p < claims + sizeof(claims) - 8)
		p = stpcpy(p, ",0");
	strcpy(p, "]}");
	expect_result(verify_of(ES, claims), JWT_OK, "256 KiB");
	ck_assert_uint_lt(arena.taken, (size_t)256 << 10);
	for (size_t limit = 1; limit < (size_t)256 << 10; limit += limit / 8 + 1) {
		enum jwt_result r;

		arena_init(&small, limit);
		r = jwt_verify(keys, &expect, (const char *)token.data, token.len, STAGE_NOW, &small, &got);
		ck_assert_msg(r == JWT_OK || r == JWT_LIMIT, "%zu bytes: %s", limit, jwt_reason(r));
		arena_free(&small);
	}
}
END_TEST

START_TEST(forms_that_are_refused)
{
	static const char *const rows[] = {
		"", ".", "..", "...", "a", "a.b", "e30", "e30.e30", "e30.e30.e30.e30", "e30.e30.e30.e30.e30", "e30=.e30.AA",
		"e30.e30.AA==", "e30.e30.A", "e30.e30.AB", "e30. e30.AA ", "e30.e30.A+", "e30.e30.A/", "e3.e30.AA", "e31.e30.AA",
		"e30.e30.AA\n", " e30.e30.AA", "e\xC3\xA9.e30.AA",
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		enum jwt_result r = verify_bytes(keys, rows[i], strlen(rows[i]));

		ck_assert_msg(r == JWT_FORM || r == JWT_HEADER, "%s: %s", rows[i], jwt_reason(r));
	}
	ck_assert_int_eq(jwt_verify(keys, &expect, NULL, 0, STAGE_NOW, &arena, &got), JWT_FORM);
	/* A NUL is a character like others. */
	maker_token(&token, ec, ES, GOOD);
	buf_putc(&token, '\0');
	ck_assert_int_eq(verify(), JWT_FORM);
}
END_TEST

/* Keys are read and tokens checked where no file can be opened: libcrypto must not need one for it. */
START_TEST(within_the_jail)
{
	int status;
	pid_t pid;

	maker_token(&token, rsa, RS, GOOD);
	jwks_free(keys);
	keys = NULL;
	pid = fork();
	ck_assert_int_ne(pid, -1);
	if (pid == 0) {
#ifndef CMDR_SANITIZED
		jail_enter(JAIL_WORKER);
#endif
		jwt_stage_up();
		status = verify() == JWT_OK ? 0 : 1;
		maker_token(&token, ec, ES, GOOD);
		_exit(status + (verify() == JWT_OK ? 0 : 2));
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

/* What RFC 6750 3 lets stand in an error_description. */
START_TEST(sentences_fit_their_header)
{
	for (int i = JWT_OK; i <= JWT_USER + 1; i++)
		for (const char *s = jwt_reason((enum jwt_result)i); *s != '\0'; s++)
			ck_assert(*s >= 0x20 && *s <= 0x7E && *s != '"' && *s != '\\');
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("jwt");
	TCase *t = tcase_create("jwt");

	tcase_add_test(t, good_tokens);
	tcase_add_test(t, tokens_of_the_rfcs);
	tcase_add_test(t, headers_that_are_refused);
	tcase_add_test(t, claims_that_are_refused);
	tcase_add_test(t, leeway_and_tokens_without_an_end);
	tcase_add_test(t, issuer_and_audience);
	tcase_add_test(t, other_claims_are_given_out);
	tcase_add_test(t, depth_and_length);
	tcase_add_test(t, memory_is_bounded);
	tcase_add_test(t, forms_that_are_refused);
	tcase_add_test(t, within_the_jail);
	tcase_add_test(t, sentences_fit_their_header);
	return jwt_stage_run(s, t);
}
