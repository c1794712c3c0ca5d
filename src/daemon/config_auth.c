/*
 * config_auth.c: the keys of auth. See config_auth.h.
 */
#include <string.h>

#include "daemon/config_auth.h"
#include "daemon/config_blame.h"
#include "daemon/config_listen.h"
#include "daemon/config_rule.h"

static const struct {
	const char	*word;
	unsigned	 bit;
} methods[] = {
	{ "none", CONFIG_AUTH_NONE }, { "bearer", CONFIG_AUTH_BEARER }, { "jwt", CONFIG_AUTH_JWT },
	{ "certificate", CONFIG_AUTH_CERTIFICATE },
};

static unsigned
method_bit(const char *word)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(methods[i].word, word) == 0)
			return methods[i].bit;
	return 0;
}

unsigned
config_auth_methods(const struct config *c)
{
	unsigned bits = 0;

	for (size_t i = 0; i < c->auth.methods.count; i++)
		bits |= method_bit(c->auth.methods.item[i]);
	return bits;
}

const char *
config_check_method(const char *name, const char *value)
{
	(void)name;
	return method_bit(value) != 0 ? NULL : "there is no such way";
}

const char *
config_check_rule(const char *name, const char *value)
{
	struct config_rule r;
	const char *why = config_rule_read(value, &r);

	(void)name;
	if (why == NULL)
		config_rule_free(&r);
	return why;
}

const char *
config_check_text(const char *name, const char *value)
{
	(void)name;
	(void)value;
	return NULL;
}

/* The first entry that others than this machine can connect to; NULL if there is none. */
static const char *
open_to_others(const struct config *c)
{
	for (size_t i = 0; i < c->http.listen.count; i++)
		if (!config_listen_local(c->http.listen.item[i]))
			return c->http.listen.item[i];
	return NULL;
}

/* Nothing is decided: that is so where nobody else can connect. */
static int
check_undecided(const struct config *c, const char *file, const struct config_place *places, struct config_error *err)
{
	const char *listener = open_to_others(c);
	struct buf text = { 0 };
	int bad = 0;

	if (c->auth.rules.count > 0 || c->auth.tokens[0] != '\0' || c->auth.jwks[0] != '\0') {
		bad = config_blame(file, places, err, (const char *const[2]){ "auth.rules", "auth.methods" },
		    "auth.methods: expected how clients say who they are (bearer, jwt, certificate); found nothing");
	} else if (listener != NULL) {
		buf_printf(&text, "http.listen: other machines can connect to \"%s\", and nothing says who may do what: "
		    "expected auth.methods and auth.rules, or auth: none, which lets everybody do everything, or addresses "
		    "of this machine only, such as 127.0.0.1:3000", listener);
		bad = config_blame(file, places, err, (const char *const[2]){ "http.listen", "auth.methods" },
		    buf_cstr(&text));
	}
	buf_free(&text);
	return bad;
}

/* What a way needs beside. */
static const char *
missing(const struct config *c, unsigned bits)
{
	if ((bits & CONFIG_AUTH_NONE) && bits != CONFIG_AUTH_NONE)
		return "auth.methods: expected none, or ways to say who one is; found both";
	if (bits == CONFIG_AUTH_NONE)
		return c->auth.rules.count > 0 ?
		    "auth.methods: none lets everybody do everything; found rules in auth.rules, which would not hold" : NULL;
	if ((bits & CONFIG_AUTH_BEARER) && c->auth.tokens[0] == '\0')
		return "auth.methods: bearer needs a file of tokens in auth.tokens; found none";
	if ((bits & CONFIG_AUTH_JWT) && c->auth.jwks[0] == '\0')
		return "auth.methods: jwt needs a file of keys in auth.jwks; found none";
	if ((bits & CONFIG_AUTH_CERTIFICATE) && c->tls.client_certificates == CONFIG_CLIENT_CERTIFICATES_NONE)
		return "auth.methods: certificate needs tls.client_certificates: optional or required; found none";
	if (c->auth.rules.count == 0)
		return "auth.rules: expected at least one rule, as nobody may do anything without; found none";
	return NULL;
}

int
config_auth_check(const struct config *c, const char *file, const struct config_place *places, struct config_error *err)
{
	unsigned bits = config_auth_methods(c);
	const char *why;

	if (bits == 0)
		return check_undecided(c, file, places, err);
	if ((why = missing(c, bits)) != NULL)
		return config_blame(file, places, err, (const char *const[2]){ "auth.methods", "auth.rules" }, why);
	return 0;
}
