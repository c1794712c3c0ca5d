/*
 * check_access.c: src/access/access.c, tokens.c and rules.c: whose credentials are whose, and what the rules say of him.
 */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "access/access.h"
#include "tests/jwt_maker.h"
#include "util/mem.h"

#define COUNT(rows)	(sizeof(rows) / sizeof((rows)[0]))
#define NOW		INT64_C(1800000000)
#define USER		"ab675ea0-7f6d-11e6-bcdd-540e9df06c05"
/* The SHA-256 of "secret", and of "other". */
#define SECRET		"2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"
#define OTHER		"d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa"

static char why[512];
static struct arena arena;
static struct identity who;

static void
setup(void)
{
	arena_init(&arena, (size_t)1 << 20);
}

static void
teardown(void)
{
	arena_free(&arena);
}

/* Exactly as long as it is, so that a sanitizer sees a byte read behind it. */
static struct tokens *
read_bytes(const char *text, size_t len)
{
	char *copy = xmalloc(len + (len == 0));
	struct tokens *t;

	memcpy(copy, text, len);
	t = tokens_read(copy, len, why, sizeof(why));
	free(copy);
	return t;
}

static const struct {
	const char	*text;
	const char	*wrong;		/* NULL: it is good */
} files[] = {
	{ "", NULL },
	{ "\n\n  \n\t\n# nobody as yet\n   # nor here", NULL },
	{ "a " SECRET, NULL },
	{ "  a\t\t" SECRET "  \r\n", NULL },
	{ "a " SECRET "\nb " OTHER "\na 00" "00000000000000000000000000000000000000000000000000000000000000\n", NULL },
	{ "A.b_c@d/e-1 " SECRET " user=" USER "\n", NULL },
	{ "a " SECRET " user=" USER "  \n", NULL },
	{ "a\n", "line 1: expected NAME and the SHA-256" },
	{ "\na " SECRET "0\n", "line 2: expected NAME and the SHA-256" },
	{ "a " SECRET "\nb secret\n", "line 2: expected NAME and the SHA-256" },
	{ "a G" "bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b\n", "line 1: expected NAME and the SHA-256" },
	{ "a:b " SECRET "\n", "line 1: a name has 1 to 128 of" },
	{ "billing* " SECRET "\n", "line 1: a name has 1 to 128 of" },
	{ "\xc3\xa4 " SECRET "\n", "line 1: a name has 1 to 128 of" },
	{ "\xef\xbb\xbf" "a " SECRET "\n", "line 1: a name has 1 to 128 of" },
	{ "a " SECRET " user=1\n", "line 1: expected nothing more than user=UUID" },
	{ "a " SECRET " user=\n", "line 1: expected nothing more than user=UUID" },
	{ "a " SECRET " user=" USER "0\n", "line 1: expected nothing more than user=UUID" },
	{ "a " SECRET " user=" USER " user=" USER "\n", "line 1: expected nothing more than user=UUID" },
	{ "a " SECRET " # a word\n", "line 1: expected nothing more than user=UUID" },
	{ "a " SECRET "\n# one\nb " OTHER "\nc " SECRET "\n# more\n", "line 4: the token stands in a line before" },
};

START_TEST(files_of_tokens)
{
	struct tokens *t = read_bytes(files[_i].text, strlen(files[_i].text));

	ck_assert_msg((t != NULL) == (files[_i].wrong == NULL), "%s: %s", files[_i].text, why);
	if (t == NULL) {
		ck_assert_ptr_eq(strstr(why, "auth.tokens: "), why);
		ck_assert_msg(strstr(why, files[_i].wrong) != NULL, "%s", why);
		/* A message may be read by many: nothing of a line stands in it. */
		ck_assert_ptr_null(strstr(why, "2bb80d"));
	}
	tokens_free(t);
}
END_TEST

START_TEST(a_file_with_a_nul_is_refused)
{
	ck_assert_ptr_null(read_bytes("a " SECRET "\n\0b " OTHER "\n", 2 * 67 + 1));
	ck_assert_ptr_nonnull(strstr(why, "NUL"));
}
END_TEST

START_TEST(tokens_are_found_by_all_of_their_bytes)
{
	struct tokens *t = read_bytes("a " SECRET "\nb " OTHER " user=" USER, strlen("a " SECRET "\nb " OTHER " user=" USER));
	const struct tokens_entry *e;

	ck_assert_ptr_nonnull(t);
	ck_assert_ptr_nonnull(e = tokens_find(t, "secret", 6));
	ck_assert_str_eq(e->name, "a");
	ck_assert(!e->has_user);
	ck_assert_ptr_nonnull(e = tokens_find(t, "other", 5));
	ck_assert(e->has_user);
	ck_assert_ptr_null(tokens_find(t, "secre", 5));
	ck_assert_ptr_null(tokens_find(t, "secret\0", 7));
	ck_assert_ptr_null(tokens_find(t, "", 0));
	/* The hash itself opens nothing. */
	ck_assert_ptr_null(tokens_find(t, SECRET, strlen(SECRET)));
	tokens_free(t);
}
END_TEST

START_TEST(what_is_made_is_found)
{
	struct buf file = { 0 }, token[50] = { 0 };
	const struct tokens_entry *e;
	struct tokens *t;
	char name[32];
	struct id user;

	ck_assert_int_eq(id_parse(USER, strlen(USER), &user), 0);
	for (unsigned i = 0; i < COUNT(token); i++) {
		snprintf(name, sizeof(name), "name-%u", i);
		ck_assert_int_eq(tokens_make(&token[i]), 0);
		ck_assert_uint_eq(token[i].len, 5 + 64);
		tokens_line(&file, name, buf_cstr(&token[i]), i % 2 ? &user : NULL);
	}
	ck_assert_ptr_nonnull(t = read_bytes((const char *)file.data, file.len));
	for (unsigned i = 0; i < COUNT(token); i++) {
		snprintf(name, sizeof(name), "name-%u", i);
		ck_assert_ptr_nonnull(e = tokens_find(t, buf_cstr(&token[i]), token[i].len));
		ck_assert_str_eq(e->name, name);
		ck_assert_uint_eq(e->line, i + 1);
		ck_assert_int_eq(e->has_user, i % 2);
		token[i].data[7] ^= 1;
		ck_assert_ptr_null(tokens_find(t, buf_cstr(&token[i]), token[i].len));
		buf_free(&token[i]);
	}
	tokens_free(t);
	buf_free(&file);
}
END_TEST

START_TEST(names_have_bounds)
{
	char name[TOKENS_NAME_MAX + 2];

	memset(name, 'a', sizeof(name));
	name[TOKENS_NAME_MAX + 1] = '\0';
	ck_assert_ptr_nonnull(tokens_name_wrong(name));
	name[TOKENS_NAME_MAX] = '\0';
	ck_assert_ptr_null(tokens_name_wrong(name));
	ck_assert_ptr_nonnull(tokens_name_wrong(""));
	ck_assert_ptr_nonnull(tokens_name_wrong("a b"));
	ck_assert_ptr_nonnull(tokens_name_wrong("a\nb"));
}
END_TEST

static const struct {
	const char	*pattern, *text;
	bool		 matches;
} matches[] = {
	{ "", "", true }, { "", "a", false }, { "*", "", true }, { "*", "a/b", true }, { "a", "a", true }, { "a", "A", false },
	{ "a", "ab", false }, { "ab", "a", false }, { "a*", "a", true }, { "a*b", "ab", true }, { "a*b", "axxb", true },
	{ "a*b", "axxbx", false }, { "a*b*c", "abbbc", true }, { "**a**", "a", true }, { "*ab", "aab", true },
	{ "*a*b*", "ba", false }, { "a?", "ab", false }, { "[a]", "a", false }, { "invoice/*", "invoice/create", true },
	{ "invoice/*", "invoice", false }, { "invoice/*", "invoices/create", false },
	/* A star of the text is only a character. */
	{ "jwt:alice", "jwt:*", false }, { "jwt:a*", "jwt:*", false }, { "jwt:*", "jwt:*", true },
	{ "*a*a*a*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    false },
};

START_TEST(patterns)
{
	ck_assert_msg(rules_match(matches[_i].pattern, matches[_i].text, strlen(matches[_i].text)) == matches[_i].matches,
	    "%s and %s", matches[_i].pattern, matches[_i].text);
}
END_TEST

static bool
naive(const char *pattern, const char *text, size_t len)
{
	if (*pattern == '\0')
		return len == 0;
	if (*pattern == '*')
		return naive(pattern + 1, text, len) || (len > 0 && naive(pattern, text + 1, len - 1));
	return len > 0 && *pattern == *text && naive(pattern + 1, text + 1, len - 1);
}

START_TEST(random_patterns_match_as_they_do_naively)
{
	unsigned both[2] = { 0 };

	srand(1);
	for (int i = 0; i < 200000; i++) {
		char pattern[9], text[11];
		size_t p = (size_t)rand() % 9, t = (size_t)rand() % 11;

		for (size_t j = 0; j < p; j++)
			pattern[j] = "ab*"[rand() % 3];
		pattern[p] = '\0';
		for (size_t j = 0; j < t; j++)
			text[j] = "ab*"[rand() % (i % 7 == 0 ? 3 : 2)];
		text[t] = '\0';
		ck_assert_msg(rules_match(pattern, text, t) == naive(pattern, text, t), "%s and %s", pattern, text);
		both[naive(pattern, text, t)]++;
	}
	ck_assert_uint_gt(both[0], 1000);
	ck_assert_uint_gt(both[1], 1000);
}
END_TEST

static char *items[] = {
	(char *)(uintptr_t)"send=a,b/* principal=token:billing",
	(char *)(uintptr_t)"read=commands,metrics rate=7 principal=token:*",
	(char *)(uintptr_t)"send=* schemas=x read=* principal=jwt:alice",
	(char *)(uintptr_t)"read=events principal=cert:*,O=Example\\, Inc.",
	(char *)(uintptr_t)"read=metrics principal=cert:*,O=Example",
	(char *)(uintptr_t)"read=schemas principal=anonymous",
	(char *)(uintptr_t)"principal=*",
};
static const struct config_list all = { items, COUNT(items) };

static const struct {
	const char	*principal;
	int		 rule;		/* -1: none */
} found[] = {
	{ "token:billing", 0 }, { "token:billing2", 1 }, { "token:", 1 }, { "jwt:alice", 2 }, { "jwt:alice2", 6 }, { "jwt:*", 6 },
	{ "anonymous", 5 }, { "anonymous2", 6 }, { "jwt:anonymous", 6 }, { "token:anonymous", 1 }, { "", 6 },
	{ "cert:CN=a,O=Example", 4 }, { "cert:CN=a,O=Example\\2C Inc.", 3 }, { "cert:O=Example", 6 },
};

START_TEST(the_first_rule_counts)
{
	struct rules *r = rules_new(&all);
	const struct config_rule *rule = rules_find(r, found[_i].principal), *first = rules_find(r, "token:billing");

	ck_assert_ptr_nonnull(first);
	ck_assert_msg(rule == first + found[_i].rule, "%s: %s", found[_i].principal, rule != NULL ? rule->principal : "none");
	rules_free(r);
}
END_TEST

START_TEST(no_star_means_anonymous)
{
	char *some[] = { (char *)(uintptr_t)"send=* principal=*" };
	const struct config_list list = { some, 1 };
	struct rules *r = rules_new(&list);

	ck_assert_ptr_null(rules_find(r, RULES_ANONYMOUS));
	ck_assert_ptr_nonnull(rules_find(r, "x"));
	rules_free(r);
}
END_TEST

START_TEST(a_rule_allows_what_it_names)
{
	struct rules *r = rules_new(&all);
	const struct config_rule *billing = rules_find(r, "token:billing"), *other = rules_find(r, "token:x"),
	    *alice = rules_find(r, "jwt:alice");

	ck_assert(rules_send(billing, "a", 1));
	ck_assert(rules_send(billing, "ab", 1));
	ck_assert(!rules_send(billing, "ab", 2));
	ck_assert(!rules_send(billing, "", 0));
	ck_assert(rules_send(billing, "b/", 2));
	ck_assert(!rules_send(billing, "b", 1));
	ck_assert(!rules_schema(billing, "a", 1));
	ck_assert(!rules_read(billing, CONFIG_READ_EVENTS));
	ck_assert_int_eq(billing->rate, CONFIG_RULE_RATE_UNSET);
	ck_assert(rules_read(other, CONFIG_READ_COMMANDS | CONFIG_READ_METRICS));
	ck_assert(!rules_read(other, CONFIG_READ_COMMANDS | CONFIG_READ_EVENTS));
	ck_assert_int_eq(other->rate, 7);
	ck_assert(rules_send(alice, "anything", 8) && rules_schema(alice, "x", 1) && !rules_schema(alice, "xx", 2));
	ck_assert(rules_read(alice, CONFIG_READ_ALL));
	rules_free(r);
}
END_TEST

static struct access a;
static struct buf jwks, token;
static EVP_PKEY *pair;

static void
load(unsigned methods)
{
	char *rule[] = { (char *)(uintptr_t)"send=* principal=*" };
	const struct config_list list = { rule, 1 };

	memset(&a, 0, sizeof(a));
	a.methods = methods;
	a.rules = rules_new(&list);
	if (methods & CONFIG_AUTH_BEARER)
		a.tokens = read_bytes("a " SECRET "\nb " OTHER " user=" USER, strlen("a " SECRET "\nb " OTHER " user=" USER));
	if (!(methods & CONFIG_AUTH_JWT))
		return;
	pair = maker_pair(0, "P-256");
	buf_puts(&jwks, "{\"keys\":[");
	maker_jwk(&jwks, pair, "");
	buf_puts(&jwks, "]}");
	a.jwks = jwks_read((const char *)jwks.data, jwks.len, why, sizeof(why));
	ck_assert_msg(a.jwks != NULL, "%s", why);
	a.expect = (struct jwt_expect){ .user_claim = "uid", .require_exp = true };
}

static void
unload(void)
{
	access_free(&a);
	EVP_PKEY_free(pair);
	pair = NULL;
	buf_free(&jwks);
	buf_free(&token);
}

/* NULL, or what is wrong. */
static const char *
identify(const char *authorization, const char *subject)
{
	return access_identify(&a, authorization, authorization != NULL ? strlen(authorization) : 0, subject, NOW, &arena, &who);
}

static const struct {
	unsigned	 methods;
	const char	*authorization, *subject;
	const char	*principal;	/* NULL: refused … */
	const char	*wrong;		/* … with this */
} shown[] = {
	{ CONFIG_AUTH_BEARER, NULL, NULL, "anonymous", NULL },
	{ CONFIG_AUTH_BEARER, NULL, "CN=a", "anonymous", NULL },
	{ CONFIG_AUTH_BEARER, "Bearer secret", NULL, "token:a", NULL },
	{ CONFIG_AUTH_BEARER, "bEARER    secret", NULL, "token:a", NULL },
	{ CONFIG_AUTH_BEARER, "", NULL, NULL, "expected Authorization: Bearer" },
	{ CONFIG_AUTH_BEARER, "Bearer", NULL, NULL, "expected Authorization: Bearer" },
	{ CONFIG_AUTH_BEARER, "Bearer ", NULL, NULL, "expected one token" },
	{ CONFIG_AUTH_BEARER, "Bearersecret", NULL, NULL, "expected Authorization: Bearer" },
	{ CONFIG_AUTH_BEARER, "Bearer\tsecret", NULL, NULL, "expected Authorization: Bearer" },
	{ CONFIG_AUTH_BEARER, "Bearer secret secret", NULL, NULL, "expected one token" },
	{ CONFIG_AUTH_BEARER, "Bearer secret, Bearer secret", NULL, NULL, "expected one token" },
	{ CONFIG_AUTH_BEARER, "Basic c2VjcmV0Og==", NULL, NULL, "expected Authorization: Bearer" },
	{ CONFIG_AUTH_BEARER, "Bearer Secret", NULL, NULL, "not known" },
	{ CONFIG_AUTH_BEARER, "Bearer " SECRET, NULL, NULL, "not known" },
	{ CONFIG_AUTH_BEARER, "Bearer a.b.c", NULL, NULL, "not known" },
	{ CONFIG_AUTH_BEARER | CONFIG_AUTH_JWT, "Bearer nodots", NULL, NULL, "not known" },
	{ CONFIG_AUTH_BEARER | CONFIG_AUTH_JWT, "Bearer a.b.c", NULL, NULL, "three parts" },
	{ CONFIG_AUTH_JWT, "Bearer secret", NULL, NULL, "three parts" },
	{ CONFIG_AUTH_CERTIFICATE, NULL, "CN=billing,O=Example", "cert:CN=billing,O=Example", NULL },
	{ CONFIG_AUTH_CERTIFICATE, NULL, NULL, "anonymous", NULL },
	{ CONFIG_AUTH_CERTIFICATE, NULL, "CN=*", "cert:CN=*", NULL },
	/* A value is not taken for several names by a pattern's comma. */
	{ CONFIG_AUTH_CERTIFICATE, NULL, "CN=x\\,O=Example", "cert:CN=x\\2CO=Example", NULL },
	{ CONFIG_AUTH_CERTIFICATE, NULL, "CN=x\\\\,O=Example", "cert:CN=x\\\\,O=Example", NULL },
	{ CONFIG_AUTH_CERTIFICATE, NULL, "CN=a\\+b+OU=c", "cert:CN=a\\2Bb+OU=c", NULL },
	{ CONFIG_AUTH_CERTIFICATE, NULL, "CN=\\0Aa", "cert:CN=\\0Aa", NULL },
	{ CONFIG_AUTH_CERTIFICATE, "Bearer secret", "CN=a", NULL, "only certificates" },
	/* A bad token is not made good by a certificate. */
	{ CONFIG_AUTH_CERTIFICATE | CONFIG_AUTH_BEARER, "Bearer x", "CN=a", NULL, "not known" },
	{ CONFIG_AUTH_CERTIFICATE | CONFIG_AUTH_BEARER, "Bearer secret", "CN=a", "token:a", NULL },
};

/* RFC 6750 3: %x20-21 / %x23-5B / %x5D-7E. */
static void
is_description(const char *text)
{
	for (; *text != '\0'; text++)
		ck_assert(*text >= 0x20 && *text <= 0x7e && *text != '"' && *text != '\\');
}

START_TEST(who_shows_what)
{
	const char *wrong;

	load(shown[_i].methods);
	wrong = identify(shown[_i].authorization, shown[_i].subject);
	ck_assert_msg((wrong == NULL) == (shown[_i].principal != NULL), "%s", wrong != NULL ? wrong : who.principal);
	if (wrong == NULL) {
		ck_assert_str_eq(who.principal, shown[_i].principal);
		ck_assert_int_eq(who.rule != NULL, strcmp(who.principal, "anonymous") != 0);
		ck_assert(who.end_s == INT64_MAX && !who.has_user);
	} else {
		ck_assert_msg(strstr(wrong, shown[_i].wrong) != NULL, "%s", wrong);
		ck_assert_ptr_null(who.rule);
		is_description(wrong);
	}
	unload();
}
END_TEST

static const struct {
	const char	*sub, *uid;	/* JSON */
	const char	*principal;	/* NULL: refused */
	bool		 has_user;
} claims[] = {
	{ "\"alice\"", "\"" USER "\"", "jwt:alice", true },
	{ "\"alice\"", "\"AB675EA0-7F6D-11E6-BCDD-540E9DF06C05\"", "jwt:alice", true },
	{ "\"alice\"", "\"nobody\"", "jwt:alice", false },
	{ "\"alice\"", "null", NULL, false },
	{ "\"*\"", "\"" USER "\"", "jwt:*", true },
	{ "\"anonymous\"", "\"" USER "\"", "jwt:anonymous", true },
	{ "\"a \\\"b\\\" \\\\ c\"", "\"x\"", "jwt:a \"b\" \\ c", false },
	{ "\"\xc3\xa4\"", "\"x\"", "jwt:\xc3\xa4", false },
	{ "\"\"", "\"x\"", NULL, false },
	{ "\"a\\u0000b\"", "\"x\"", NULL, false },
	{ "\"a\\nb\"", "\"x\"", NULL, false },
	{ "\"a\\u0085b\"", "\"x\"", NULL, false },
	{ "7", "\"x\"", NULL, false },
};

START_TEST(json_web_tokens)
{
	char text[512], field[2048];
	const char *wrong;

	load(CONFIG_AUTH_BEARER | CONFIG_AUTH_JWT);
	snprintf(text, sizeof(text), "{\"sub\":%s,\"uid\":%s,\"exp\":%lld}", claims[_i].sub, claims[_i].uid, (long long)NOW + 60);
	maker_token(&token, pair, "{\"alg\":\"ES256\"}", text);
	snprintf(field, sizeof(field), "Bearer %s", buf_cstr(&token));
	wrong = identify(field, NULL);
	ck_assert_msg((wrong == NULL) == (claims[_i].principal != NULL), "%s: %s", text, wrong != NULL ? wrong : who.principal);
	if (wrong == NULL) {
		ck_assert_str_eq(who.principal, claims[_i].principal);
		ck_assert_int_eq(who.has_user, claims[_i].has_user);
		ck_assert_int_eq(who.end_s, NOW + 60);
	} else {
		ck_assert_msg(strstr(wrong, "claim that names") != NULL, "%s", wrong);
		is_description(wrong);
	}
	unload();
}
END_TEST

START_TEST(a_full_arena_names_nobody)
{
	load(CONFIG_AUTH_BEARER);
	arena_free(&arena);
	arena_init(&arena, 1);
	ck_assert_ptr_nonnull(identify("Bearer secret", NULL));
	ck_assert_ptr_null(who.rule);
	unload();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("access");
	TCase *t = tcase_create("access");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, files_of_tokens, 0, COUNT(files));
	tcase_add_test(t, a_file_with_a_nul_is_refused);
	tcase_add_test(t, tokens_are_found_by_all_of_their_bytes);
	tcase_add_test(t, what_is_made_is_found);
	tcase_add_test(t, names_have_bounds);
	tcase_add_loop_test(t, patterns, 0, COUNT(matches));
	tcase_add_test(t, random_patterns_match_as_they_do_naively);
	tcase_add_loop_test(t, the_first_rule_counts, 0, COUNT(found));
	tcase_add_test(t, no_star_means_anonymous);
	tcase_add_test(t, a_rule_allows_what_it_names);
	tcase_add_loop_test(t, who_shows_what, 0, COUNT(shown));
	tcase_add_loop_test(t, json_web_tokens, 0, COUNT(claims));
	tcase_add_test(t, a_full_arena_names_nobody);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
