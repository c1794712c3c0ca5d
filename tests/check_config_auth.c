/*
 * check_config_auth.c: the keys of auth in a file: rules as maps, every mistake with its place, and the way to a worker.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "daemon/config.h"
#include "daemon/config_rule.h"
#include "daemon/role.h"
#include "util/mem.h"

#define COUNT(rows)	(sizeof(rows) / sizeof((rows)[0]))
#define HERE		"http: { listen: 127.0.0.1:1 }\n"
#define BEARER		"auth:\n  methods: bearer\n  tokens: /t\n"
#define RULES		BEARER "  rules:\n"

static char path[64];
static struct config config;
static struct config_error err;

static void
setup(void)
{
	int fd;

	unsetenv("PORT");
	strcpy(path, "/tmp/check_config_auth.XXXXXX");
	ck_assert_int_ne(fd = mkstemp(path), -1);
	close(fd);
}

static void
teardown(void)
{
	unlink(path);
}

static int
load(const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	memset(&err, 0, sizeof(err));
	return config_load(&config, path, &err);
}

static void
loads(const char *text)
{
	ck_assert_msg(load(text) == 0, "%s: %s", text, err.text);
}

/* A rule in YAML, and the line that it becomes. */
static const struct {
	const char	*yaml, *line;
} rules[] = {
	{ "    - principal: token:a\n", "principal=token:a" },
	{ "    - { principal: '*' }\n", "principal=*" },
	{ "    - { principal: 'tok*' }\n", "principal=tok*" },
	{ "    - { principal: anonymous, read: events }\n", "read=events principal=anonymous" },
	{ "    - principal: jwt:alice smith, of = Example\n", "principal=jwt:alice smith, of = Example" },
	{ "    - principal: \"cert:CN=a,O=Ex\\\\, b principal=x\"\n", "principal=cert:CN=a,O=Ex\\, b principal=x" },
	{ "    - principal: jwt:\xc3\xa4\n", "principal=jwt:\xc3\xa4" },
	{ "    - principal: token:a\n      rate: 0\n      send: [ ':a/*', \"b\" ]\n      schemas: x\n      read: [ commands, '*' ]\n",
	    "send=a/*,b read=commands,* schemas=x rate=0 principal=token:a" },
	{ "    - { principal: token:a, send: [], read: [] }\n", "principal=token:a" },
	{ "    - { principal: token:a, send: 'a=b' }\n", "send=a=b principal=token:a" },
	/* One is a list of one. */
	{ "    { principal: token:a }\n", "principal=token:a" },
	{ "    - { principal: token:a, rate: 1000000 }\n", "rate=1000000 principal=token:a" },
};

START_TEST(rules_become_lines)
{
	char text[1024];
	struct config_rule r;
	struct config there;
	struct buf blob = { 0 };

	snprintf(text, sizeof(text), "%s%s", RULES, rules[_i].yaml);
	loads(text);
	ck_assert_uint_eq(config.auth.rules.count, 1);
	ck_assert_str_eq(config.auth.rules.item[0], rules[_i].line);
	ck_assert_ptr_null(config_rule_read(rules[_i].line, &r));
	ck_assert_ptr_eq(strstr(rules[_i].line + strlen(rules[_i].line) - strlen(r.principal), r.principal),
	    rules[_i].line + strlen(rules[_i].line) - strlen(r.principal));
	config_rule_free(&r);
	/* To a worker it comes as it is; the tokens' path is not its concern. */
	ck_assert_int_eq(config_serialize(&config, ROLE_BIT(ROLE_WORKER), &blob), 0);
	ck_assert_int_eq(config_parse_blob(&there, (const char *)blob.data, blob.len, &err), 0);
	ck_assert_uint_eq(there.auth.rules.count, 1);
	ck_assert_str_eq(there.auth.rules.item[0], rules[_i].line);
	ck_assert_uint_eq(config_auth_methods(&there), CONFIG_AUTH_BEARER);
	ck_assert_str_eq(there.auth.tokens, "");
	config_free(&there);
	config_free(&config);
	buf_free(&blob);
}
END_TEST

START_TEST(other_roles_know_no_rules)
{
	struct buf blob = { 0 };
	struct config there;

	loads(RULES "    - { principal: token:a }\n");
	ck_assert_int_eq(config_serialize(&config, ROLE_BIT(ROLE_PRODUCER), &blob), 0);
	ck_assert_int_eq(config_parse_blob(&there, (const char *)blob.data, blob.len, &err), 0);
	ck_assert_uint_eq(there.auth.rules.count, 0);
	config_free(&there);
	config_free(&config);
	buf_free(&blob);
}
END_TEST

static const struct {
	const char	*text;
	int		 line, column;
	const char	*says;
} refusals[] = {
	{ RULES "    - token:a\n", 5, 7, "expected maps of principal, send, read, schemas and rate; found" },
	{ RULES "    - 'send=* principal=*'\n", 5, 7, "expected maps of" },
	{ RULES "    - { send: '*' }\n", 5, 19, "a rule needs a principal" },
	{ RULES "    - { principal: billing }\n", 5, 20, "a principal begins with token:, jwt: or cert:" },
	{ RULES "    - { principal: 'bill*' }\n", 5, 20, "a principal begins with" },
	{ RULES "    - { principal: 'anon*' }\n", 5, 20, "a principal begins with" },
	{ RULES "    - { principal: '' }\n", 5, 20, "a principal begins with" },
	{ RULES "    - { principal: \"token:a\\nb\" }\n", 5, 33, "control character" },
	{ RULES "    - { principal: \"token:a\\0\" }\n", 5, 20, "NUL" },
	{ RULES "    - { principal: [ token:a, token:b ] }\n", 5, 31, "it can stand once in a rule" },
	{ RULES "    - { principal: token:a, principal: token:b }\n", 5, 29, "expected principal once in a rule" },
	{ RULES "    - { principal: token:a, send: a, send: b }\n", 5, 38, "expected send once in a rule" },
	{ RULES "    - { principal: token:a, sends: a }\n", 5, 36, "a rule has principal, send, read, schemas and rate" },
	{ RULES "    - { principal: token:a, send: 'a b' }\n", 5, 35, "neither blanks nor commas" },
	{ RULES "    - { principal: token:a, send: 'a,b' }\n", 5, 35, "neither blanks nor commas" },
	{ RULES "    - { principal: token:a, send: '::a' }\n", 5, 35, "a pattern of actions" },
	{ RULES "    - { principal: token:a, send: [ a, '' ] }\n", 5, 40, "a pattern of actions" },
	{ RULES "    - { principal: token:a, read: [ commands, writes ] }\n", 5, 47, "what can be read is" },
	{ RULES "    - { principal: token:a, rate: -1 }\n", 5, 35, "a rate is a whole number" },
	{ RULES "    - { principal: token:a, rate: 1000001 }\n", 5, 35, "a rate is a whole number" },
	{ RULES "    - { principal: token:a, rate: 1s }\n", 5, 35, "a rate is a whole number" },
	{ RULES "    - { principal: token:a, send: { a: b } }\n", 5, 35, "auth.rules" },
	{ RULES "    - { principal: token:a, send: [ [ a ] ] }\n", 5, 37, "auth.rules" },
	{ RULES "    - { principal: &a token:a }\n", 5, 20, "anchor" },
	{ RULES "    - { principal: token:a }\n    - { principal: token:a }\n", 6, 28, "it is there twice" },
	{ BEARER, 2, 3, "expected at least one rule" },
	{ "auth: { methods: bearer, rules: [ { principal: token:a } ] }\n", 1, 9, "bearer needs a file of tokens" },
	{ "auth: { methods: jwt, rules: [ { principal: jwt:a } ] }\n", 1, 9, "jwt needs a file of keys" },
	{ "auth: { methods: certificate, rules: [ { principal: cert:a } ] }\n", 1, 9, "tls.client_certificates" },
	{ "auth: { methods: [ none, bearer ], tokens: /t }\n", 1, 9, "found both" },
	{ "auth: { methods: none, rules: [ { principal: token:a } ] }\n", 1, 9, "would not hold" },
	{ "auth: everybody\n", 1, 7, "there is no such way" },
	{ HERE "auth: { rules: [ { principal: token:a } ] }\n", 2, 9, "expected how clients say who they are" },
	{ HERE "auth: { jwks: /k }\n", 0, 0, "expected how clients say who they are" },
	{ "http: { listen: 3000 }\n", 1, 9, "other machines can connect to \"3000\"" },
	{ "http: { listen: [ 127.0.0.1:1, '10.0.0.1:1' ] }\n", 1, 9, "other machines can connect to \"10.0.0.1:1\"" },
};

START_TEST(mistakes_have_their_place)
{
	ck_assert_msg(load(refusals[_i].text) == -1, "taken: %s", refusals[_i].text);
	ck_assert_msg(strstr(err.text, refusals[_i].says) != NULL, "%s: %s", refusals[_i].text, err.text);
	ck_assert_msg(err.line == refusals[_i].line && (err.column == refusals[_i].column), "expected %d:%d: %s", refusals[_i].line,
	    refusals[_i].column, err.text);
}
END_TEST

START_TEST(what_needs_no_rules)
{
	static const char *const good[] = { "", HERE, "http: { listen: 3000 }\nauth: none\n", "auth: { methods: none, tokens: /t }\n",
		"http: { listen: [ '[::1]:1', 'unix:/x' ] }\n" };

	loads(good[_i]);
	config_free(&config);
}
END_TEST

/* As many as may be, each in turn too long by one. */
START_TEST(the_bounds_of_a_rule)
{
	struct config_rule_text t = { 0 };
	struct config_rule r;
	struct buf line = { 0 };
	char text[600];

	memset(text, 'a', sizeof(text));
	text[255] = '\0';
	ck_assert_ptr_null(config_rule_add(&t, "send", text));
	text[255] = 'a';
	text[256] = '\0';
	ck_assert_ptr_nonnull(config_rule_add(&t, "send", text));
	text[256] = 'a';
	memcpy(text, "token:", 6);
	text[512] = '\0';
	ck_assert_ptr_null(config_rule_add(&t, "principal", text));
	for (int i = 1; i < 256; i++)
		ck_assert_ptr_null(config_rule_add(&t, "send", "b*"));
	ck_assert_ptr_null(config_rule_end(&t, &line));
	ck_assert_ptr_null(config_rule_read(buf_cstr(&line), &r));
	ck_assert_uint_eq(r.send.count, 256);
	config_rule_free(&r);
	buf_reset(&line);
	buf_puts(&line, "send=b");
	for (int i = 0; i < 256; i++)
		buf_puts(&line, ",b");
	buf_puts(&line, " principal=*");
	ck_assert_ptr_nonnull(config_rule_read(buf_cstr(&line), &r));
	text[512] = 'a';
	text[513] = '\0';
	ck_assert_ptr_nonnull(config_rule_add(&t, "principal", text));
	buf_reset(&line);
	ck_assert_ptr_nonnull(config_rule_end(&t, &line));
	buf_free(&line);
}
END_TEST

static const char *const broken[] = {
	"", "principal=", "principal", "send=a", "send= principal=*", "send principal=*", " principal=*", "x=1 principal=*", "=a principal=*",
	"send=a,,b principal=*", "rate= principal=*", "rate=a principal=*", "rate=99999999999999999999 principal=*", "read=x principal=*",
	"send=a  principal=*", "send=:a principal=*",
};

START_TEST(lines_that_are_none)
{
	struct config_rule r;

	ck_assert_msg(config_rule_read(broken[_i], &r) != NULL, "%s", broken[_i]);
	ck_assert(r.principal == NULL && r.send.item == NULL);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("config_auth");
	TCase *t = tcase_create("config_auth");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, rules_become_lines, 0, COUNT(rules));
	tcase_add_test(t, other_roles_know_no_rules);
	tcase_add_loop_test(t, mistakes_have_their_place, 0, COUNT(refusals));
	tcase_add_loop_test(t, what_needs_no_rules, 0, 5);
	tcase_add_test(t, the_bounds_of_a_rule);
	tcase_add_loop_test(t, lines_that_are_none, 0, COUNT(broken));
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
