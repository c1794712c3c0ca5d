/*
 * access.c: who may come in, from the configuration. See access.h.
 */
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/ssl.h>

#include "access/access.h"
#include "access/tls.h"
#include "util/log.h"

static struct tls_text
text_of(const struct config_files *f, enum config_file which)
{
	return (struct tls_text){ f->file[which].text, f->file[which].len };
}

static int
load_tls(struct access *a, const struct config *c, const struct config_files *f, char *why, size_t size)
{
	static const enum tls_clients clients[] = {
		[CONFIG_CLIENT_CERTIFICATES_NONE] = TLS_CLIENTS_NONE,
		[CONFIG_CLIENT_CERTIFICATES_OPTIONAL] = TLS_CLIENTS_OPTIONAL,
		[CONFIG_CLIENT_CERTIFICATES_REQUIRED] = TLS_CLIENTS_REQUIRED,
	};
	struct tls_setup s = {
		.certificate = text_of(f, CONFIG_FILE_TLS_CERTIFICATE),
		.key = text_of(f, CONFIG_FILE_TLS_KEY),
		.client_ca = text_of(f, CONFIG_FILE_TLS_CLIENT_CA),
		.tickets = text_of(f, CONFIG_FILE_TLS_TICKETS),
		.clients = clients[c->tls.client_certificates],
		.least = c->tls.min_version == 13 ? TLS1_3_VERSION : TLS1_2_VERSION,
	};

	if (s.certificate.pem == NULL || s.key.pem == NULL)
		return 0;
	return (a->tls = tls_context(&s, why, size)) != NULL ? 0 : -1;
}

static int
load_tokens(struct access *a, const struct config_files *f, char *why, size_t size)
{
	if (!(a->methods & CONFIG_AUTH_BEARER))
		return 0;
	a->tokens = tokens_read(f->file[CONFIG_FILE_AUTH_TOKENS].text, f->file[CONFIG_FILE_AUTH_TOKENS].len, why, size);
	return a->tokens != NULL ? 0 : -1;
}

static int
load_jwks(struct access *a, const struct config *c, const struct config_files *f, char *why, size_t size)
{
	char text[JWKS_WHY];

	if (!(a->methods & CONFIG_AUTH_JWT))
		return 0;
	a->expect = (struct jwt_expect){
		.issuer = c->auth.jwt_issuer[0] != '\0' ? c->auth.jwt_issuer : NULL,
		.audience = c->auth.jwt_audience[0] != '\0' ? c->auth.jwt_audience : NULL,
		.claim = c->auth.jwt_principal,
		.user_claim = c->auth.jwt_user[0] != '\0' ? c->auth.jwt_user : NULL,
		.leeway_s = (uint32_t)(c->auth.jwt_leeway / 1000), .require_exp = true,
	};
	a->jwks = jwks_read(f->file[CONFIG_FILE_AUTH_JWKS].text, f->file[CONFIG_FILE_AUTH_JWKS].len, text, sizeof(text));
	if (a->jwks == NULL)
		snprintf(why, size, "auth.jwks: %s", text);
	return a->jwks != NULL ? 0 : -1;
}

int
access_load(struct access *a, const struct config *c, const struct config_files *f, char *why, size_t size)
{
	memset(a, 0, sizeof(*a));
	/* libcrypto reads its configuration when it is first needed, which may be where nothing can be opened any more. */
	OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL);
	a->methods = config_auth_methods(c) != 0 ? config_auth_methods(c) : CONFIG_AUTH_NONE;
	a->rules = rules_new(&c->auth.rules);
	if (load_tls(a, c, f, why, size) == 0 && load_tokens(a, f, why, size) == 0 &&
	    load_jwks(a, c, f, why, size) == 0)
		return 0;
	access_free(a);
	return -1;
}

void
access_free(struct access *a)
{
	SSL_CTX_free(a->tls);
	tokens_free(a->tokens);
	jwks_free(a->jwks);
	rules_free(a->rules);
	memset(a, 0, sizeof(*a));
}

void
access_advise(const struct config *c)
{
	if (!(config_auth_methods(c) & CONFIG_AUTH_JWT))
		return;
	if (c->auth.jwt_issuer[0] == '\0')
		log_warn("auth.jwt_issuer is not set: tokens of every issuer whose key is in auth.jwks are taken");
	if (c->auth.jwt_audience[0] == '\0')
		log_warn("auth.jwt_audience is not set: tokens that were issued for other services are taken too");
}

int
access_check(const struct config *c, int files_fd, char *why, size_t size)
{
	struct config_files f;
	struct access a;
	int bad = -1;

	if (config_files_map(files_fd, &f) == -1) {
		snprintf(why, size, "the copies of the files that the configuration names cannot be read");
	} else if (access_load(&a, c, &f, why, size) == 0) {
		access_free(&a);
		bad = 0;
	}
	config_files_unmap(&f);
	return bad;
}

bool
access_asks(const struct access *a)
{
	return a->methods != CONFIG_AUTH_NONE;
}

/* "Bearer " and a token (RFC 6750 2.1), whose bounds are given. NULL, or what is wrong. */
static const char *
bearer(const char *text, size_t len, const char **token, size_t *token_len)
{
	static const char scheme[] = "bearer ";
	size_t at = sizeof(scheme) - 1;

	if (len < at || strncasecmp(text, scheme, at) != 0)
		return "expected Authorization: Bearer and a token";
	while (at < len && text[at] == ' ')
		at++;
	*token = text + at;
	*token_len = len - at;
	if (*token_len == 0 || memchr(*token, ' ', *token_len) != NULL)
		return "expected one token behind Bearer";
	return NULL;
}

static const char *
named(struct identity *out, struct arena *arena, const char *kind, const char *name)
{
	out->principal = arena_printf(arena, "%s:%s", kind, name);
	return out->principal != NULL ? NULL : "it takes more memory than a request may have";
}

static const char *
by_certificate(const char *subject, struct arena *arena, struct identity *out)
{
	struct buf b = { 0 };
	const char *why;

	rules_subject(&b, subject);
	why = named(out, arena, "cert", buf_cstr(&b));
	buf_free(&b);
	return why;
}

static const char *
by_jwt(const struct access *a, const char *token, size_t len, int64_t now_s, struct arena *arena,
    struct identity *out)
{
	struct jwt_claims claims;
	enum jwt_result r = jwt_verify(a->jwks, &a->expect, token, len, now_s, arena, &claims);

	if (r != JWT_OK)
		return jwt_reason(r);
	out->end_s = claims.end_s;
	out->has_user = claims.user != NULL && id_parse(claims.user, strlen(claims.user), &out->user) == 0;
	return named(out, arena, "jwt", claims.principal);
}

static const char *
by_token(const struct access *a, const char *token, size_t len, int64_t now_s, struct arena *arena,
    struct identity *out)
{
	const struct tokens_entry *e = a->tokens != NULL ? tokens_find(a->tokens, token, len) : NULL;

	if (e != NULL) {
		out->has_user = e->has_user;
		out->user = e->user;
		return named(out, arena, "token", e->name);
	}
	if (a->jwks != NULL && (a->tokens == NULL || memchr(token, '.', len) != NULL))
		return by_jwt(a, token, len, now_s, arena, out);
	return a->tokens != NULL ? "the token is not known" : "tokens are not taken here, only certificates";
}

const char *
access_identify(const struct access *a, const char *authorization, size_t len, const char *subject, int64_t now_s,
    struct arena *arena, struct identity *out)
{
	const char *token, *why = NULL;
	size_t token_len;

	memset(out, 0, sizeof(*out));
	out->principal = RULES_ANONYMOUS;
	out->end_s = INT64_MAX;
	if (authorization != NULL) {
		if ((why = bearer(authorization, len, &token, &token_len)) == NULL)
			why = by_token(a, token, token_len, now_s, arena, out);
	} else if (subject != NULL && (a->methods & CONFIG_AUTH_CERTIFICATE)) {
		why = by_certificate(subject, arena, out);
	}
	if (why == NULL)
		out->rule = rules_find(a->rules, out->principal);
	return why;
}
