/*
 * fuzz_access.c: who may come in. By the first byte: 't' a file of tokens; 'r' a rule as the master hands it on, a newline,
 * and what is matched with it; 'a' an Authorization field, a newline, and the subject of a certificate.
 */
#include <stdlib.h>
#include <string.h>

#include "access/access.h"
#include "util/mem.h"

#define NOW	1800000000
#define MEMORY	((size_t)256 << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct access a;

static void
start(void)
{
	static const char token[] = "a 2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b\n",
	    key[] = "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\","
	    "\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\"}]}";
	static char rule[] = "send=* principal=*";
	static char *items[] = { rule };
	static const struct config_list list = { items, 1 };
	char why[512];

	a.methods = CONFIG_AUTH_BEARER | CONFIG_AUTH_JWT | CONFIG_AUTH_CERTIFICATE;
	a.rules = rules_new(&list);
	a.tokens = tokens_read(token, sizeof(token) - 1, why, sizeof(why));
	a.jwks = jwks_read(key, sizeof(key) - 1, why, sizeof(why));
	if (a.tokens == NULL || a.jwks == NULL)
		abort();
}

static void
tokens(const char *text, size_t len)
{
	char why[512];
	struct tokens *t = tokens_read(text, len, why, sizeof(why));

	/* Nothing hashes to what one writes down, but what is known. */
	if (t != NULL && tokens_find(t, "another", 7) != NULL)
		abort();
	tokens_free(t);
}

/* The line of a rule, read, is written and read again the same. */
static void
again(const struct config_rule *r)
{
	struct config_rule_text t = { 0 };
	struct config_rule second;
	struct buf line = { 0 };

	for (size_t i = 0; i < r->send.count; i++)
		if (config_rule_add(&t, "send", r->send.item[i]) != NULL)
			abort();
	for (size_t i = 0; i < r->schemas.count; i++)
		if (config_rule_add(&t, "schemas", r->schemas.item[i]) != NULL)
			abort();
	if (config_rule_add(&t, "principal", r->principal) != NULL || config_rule_end(&t, &line) != NULL ||
	    config_rule_read(buf_cstr(&line), &second) != NULL || strcmp(second.principal, r->principal) != 0 ||
	    second.send.count != r->send.count || second.schemas.count != r->schemas.count)
		abort();
	config_rule_free(&second);
	buf_free(&line);
}

static void
rule(const char *text, const char *other)
{
	char *item = (char *)(uintptr_t)text;
	const struct config_list list = { &item, 1 };
	struct config_rule r;
	struct rules *rs;

	if (config_rule_read(text, &r) != NULL)
		return;
	again(&r);
	if (r.principal[0] == '*' && r.principal[1] == '\0' && !rules_match(r.principal, other, strlen(other)))
		abort();
	rules_send(&r, other, strlen(other));
	rules_schema(&r, other, strlen(other));
	config_rule_free(&r);
	rs = rules_new(&list);
	rules_find(rs, other);
	rules_free(rs);
}

static void
identify(const char *field, const char *subject)
{
	struct identity who;
	struct arena arena;
	const char *why;

	arena_init(&arena, MEMORY);
	why = access_identify(&a, field[0] == '-' ? NULL : field, strlen(field), subject[0] == '\0' ? NULL : subject, NOW, &arena, &who);
	if ((why == NULL) != (strcmp(who.principal, RULES_ANONYMOUS) == 0 ? who.rule == NULL && field[0] == '-' : who.rule != NULL) ||
	    (why != NULL && strpbrk(why, "\"\\") != NULL))
		abort();
	arena_free(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text, *rest;

	if (size == 0)
		return 0;
	if (a.rules == NULL)
		start();
	text = xstrndup((const char *)data + 1, size - 1);
	if (data[0] == 't') {
		tokens((const char *)data + 1, size - 1);
	} else {
		rest = strchr(text, '\n');
		if (rest != NULL)
			*rest++ = '\0';
		if (data[0] == 'r')
			rule(text, rest != NULL ? rest : "");
		else
			identify(text, rest != NULL ? rest : "");
	}
	free(text);
	return 0;
}
