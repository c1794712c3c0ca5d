/*
 * fuzz_jwt.c: tokens and sets of keys. By the first byte: 't' a token as a stranger sends it; 's' header and claims, a
 * newline between, which are signed with the set's key, so that the claims are read as well; 'k' a set of keys.
 */
#include <stdlib.h>
#include <string.h>

#include "access/jwt.h"
#include "tests/jwt_maker.h"
#include "util/mem.h"

#define NOW	1800000000
#define MEMORY	((size_t)256 << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct jwt_expect expects[] = {
	{ .require_exp = true },
	{ .issuer = "joe", .audience = "cmdr", .claim = "azp", .user_claim = "https://a.example/user", .leeway_s = 60 },
};
static EVP_PKEY *pair;
static struct jwks *keys;

static void
start(void)
{
	struct buf text = { 0 };
	char why[JWKS_WHY];

	pair = maker_pair(0, "P-256");
	buf_puts(&text, "{\"keys\":[");
	maker_jwk(&text, pair, "");
	buf_puts(&text, "]}");
	if ((keys = jwks_read((const char *)text.data, text.len, why, sizeof(why))) == NULL)
		abort();
	buf_free(&text);
}

/* 0 where the token is refused. */
static int
verify(const char *token, size_t len, const struct jwt_expect *expect, int64_t now_s)
{
	struct jwt_claims claims;
	enum jwt_result r;
	struct arena a;
	int good;

	arena_init(&a, MEMORY);
	r = jwt_verify(keys, expect, token, len, now_s, &a, &claims);
	good = r == JWT_OK;
	if (r > JWT_USER || (good && (claims.principal[0] == '\0' || strlen(claims.principal) > JWT_MAX_PRINCIPAL ||
	    claims.end_s <= now_s)))
		abort();
	arena_free(&a);
	return good;
}

static void
verify_signed(const char *text)
{
	const char *newline = strchr(text, '\n');
	char *header = newline == NULL ? NULL : xstrndup(text, (size_t)(newline - text));
	struct buf token = { 0 };
	uint8_t last;

	if (header == NULL)
		return;
	maker_token(&token, pair, header, newline + 1);
	for (size_t i = 0; i < sizeof(expects) / sizeof(expects[0]); i++) {
		const char *p = (const char *)token.data;

		if (verify(p, token.len, &expects[i], NOW) && verify(p, token.len, &expects[i], INT64_MAX) &&
		    expects[i].require_exp)
			abort();
		verify(p, token.len, &expects[i], INT64_MIN);
		/* Another signature is none. */
		last = token.data[token.len - 2];
		token.data[token.len - 2] = last == 'A' ? 'B' : 'A';
		if (verify(p, token.len, &expects[i], NOW))
			abort();
		token.data[token.len - 2] = last;
	}
	free(header);
	buf_free(&token);
}

static void
read_keys(const char *text, size_t len)
{
	uint8_t signature[1024] = { 0 };
	char why[JWKS_WHY];
	struct jwks *set = jwks_read(text, len, why, sizeof(why));

	if (set == NULL) {
		if (why[0] == '\0')
			abort();
		return;
	}
	if (jwks_count(set) == 0 || (jwks_passed(set) > 0) != (why[0] != '\0') ||
	    jwks_verify(set, JWK_RS256, NULL, 0, signature, 1, signature, 256) == JWKS_GOOD ||
	    jwks_verify(set, JWK_ES256, NULL, 0, signature, 1, signature, 64) == JWKS_GOOD)
		abort();
	jwks_free(set);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (keys == NULL)
		start();
	if (size == 0)
		return 0;
	text = xmalloc(size);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	if (data[0] == 't' && verify(text, size - 1, &expects[1], NOW))
		abort();
	if (data[0] == 's')
		verify_signed(text);
	if (data[0] == 'k')
		read_keys(text, size - 1);
	free(text);
	return 0;
}
