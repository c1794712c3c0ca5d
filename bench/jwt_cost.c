/*
 * jwt_cost.c: what a JWT costs: microseconds to check one of RS256 (2048 and 4096 bits) and of ES256, good or not, and to
 * read a set of keys.
 *
 *	jwt_cost [ROUNDS]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "access/jwt.h"
#include "tests/jwt_maker.h"
#include "util/clock.h"

#define CLAIMS	"{\"iss\":\"https://issuer.example/\",\"aud\":[\"cmdr\",\"account\"],\"sub\":\"alice\",\"exp\":1800000060,"	\
	"\"iat\":1799999000,\"jti\":\"cc7f1e6f-6a3c-4b70-8a1f-2d1f6c0b0d5e\",\"azp\":\"shop\",\"scope\":\"openid email\","	\
	"\"realm_access\":{\"roles\":[\"orders\",\"offline_access\"]},\"email\":\"alice@example.com\"}"

static const struct jwt_expect expect = { .issuer = "https://issuer.example/", .audience = "cmdr", .require_exp = true };
static struct arena arena;

static double
verify(const struct jwks *keys, const struct buf *token, enum jwt_result result, int rounds)
{
	int64_t from = clock_ns();

	for (int i = 0; i < rounds; i++) {
		struct jwt_claims claims;

		arena_reset(&arena);
		if (jwt_verify(keys, &expect, (const char *)token->data, token->len, 1800000000, &arena, &claims) != result)
			exit(1);
	}
	return (double)(clock_ns() - from) / 1000 / rounds;
}

static void
measure(const char *what, EVP_PKEY *pair, const char *header, int rounds)
{
	struct buf text = { 0 }, token = { 0 };
	struct jwks *keys;
	char why[JWKS_WHY];
	double good, bad, read;
	int64_t from;

	buf_puts(&text, "{\"keys\":[");
	maker_jwk(&text, pair, "\"kid\":\"a\",");
	buf_puts(&text, "]}");
	from = clock_ns();
	if ((keys = jwks_read((const char *)text.data, text.len, why, sizeof(why))) == NULL)
		exit(1);
	read = (double)(clock_ns() - from) / 1000;
	maker_token(&token, pair, header, CLAIMS);
	good = verify(keys, &token, JWT_OK, rounds);
	token.data[token.len - 8] = token.data[token.len - 8] == 'A' ? 'B' : 'A';
	bad = verify(keys, &token, JWT_SIGNATURE, rounds);
	printf("%-12s good %6.1f us, bad signature %6.1f us; key read in %.0f us; %zu bytes\n", what, good, bad, read, token.len);
	jwks_free(keys);
	EVP_PKEY_free(pair);
	buf_free(&text);
	buf_free(&token);
}

int
main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 20000;

	arena_init(&arena, (size_t)256 << 10);
	measure("RS256 2048", maker_pair(2048, NULL), "{\"alg\":\"RS256\",\"kid\":\"a\"}", rounds);
	measure("RS256 4096", maker_pair(4096, NULL), "{\"alg\":\"RS256\",\"kid\":\"a\"}", rounds);
	measure("ES256", maker_pair(0, "P-256"), "{\"alg\":\"ES256\",\"kid\":\"a\"}", rounds);
	arena_free(&arena);
	return 0;
}
