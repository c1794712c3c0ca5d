/*
 * jwt_stage.h: what the suites of JWTs stand on: a set of two keys, RSA by the name of "r" and EC by the name of "e",
 * two pairs that are not in it, and tokens that are held against it at second STAGE_NOW.
 */
#ifndef TESTS_JWT_STAGE_H
#define TESTS_JWT_STAGE_H

#include <check.h>

#include "access/jwt.h"
#include "tests/jwt_maker.h"

#define STAGE_NOW	1800000000
#define GOOD		"{\"sub\":\"alice\",\"exp\":1800000060}"
#define RS		"{\"alg\":\"RS256\",\"kid\":\"r\"}"
#define ES		"{\"alg\":\"ES256\",\"kid\":\"e\"}"

extern EVP_PKEY *rsa, *ec, *other_rsa, *other_ec;
extern struct jwks *keys;
extern struct arena arena;
extern struct buf token;	/* the last one made */
extern struct jwt_claims got;	/* of the last one verified */
extern struct jwt_expect expect;

/* Make the pairs, run the tests of a case with the stage as its fixture, free them. The exit status. */
int		jwt_stage_run(Suite *s, TCase *t);
void		jwt_stage_up(void);
/* These bytes against a set; the token against the stage's. */
enum jwt_result	verify_bytes(const struct jwks *set, const void *text, size_t len);
enum jwt_result	verify(void);
/* A token of the set's own key for the header's alg, with these. */
enum jwt_result	verify_of(const char *header, const char *claims);
void		expect_result(enum jwt_result is, enum jwt_result should, const char *what);

#endif
