/*
 * jwt.c: a token's form, header, signature and claims, in this order, each by a function that gives JWT_OK or why not.
 * See jwt.h.
 */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "access/jwt.h"
#include "value/base64.h"
#include "value/json.h"

/* Times are exact up to here in a double, and any sum with a leeway fits. */
#define TIME_MAX	(INT64_C(1) << 53)

static const struct codec_limits limits = { .depth = 32, .unique = true };

struct token {
	const struct jwt_expect	*expect;
	struct arena		*a;
	int64_t			 now_s;
	const char		*text;		/* header, dot, claims: what is signed */
	size_t			 header_len, claims_len, signed_len;
	const uint8_t		*signature;
	size_t			 signature_len;
	struct value		 header, claims;
	enum jwk_alg		 alg;
};

static bool
is(const struct value *v, const char *text)
{
	return v->kind == VALUE_STRING && v->n == strlen(text) && memcmp(v->u.text, text, v->n) == 0;
}

/* A part of the token as a JSON object. */
static enum jwt_result
read_part(struct token *t, const char *text, size_t len, struct value *out, enum jwt_result refused)
{
	struct codec_error err;
	uint8_t *json;
	size_t n;

	if ((json = base64url_decode(t->a, text, len, &n)) == NULL)
		return t->a->full ? JWT_LIMIT : JWT_FORM;
	if (json_read(json, n, &limits, t->a, out, &err) == -1)
		return err.class == E_LIMIT ? JWT_LIMIT : refused;
	return out->kind == VALUE_MAP ? JWT_OK : refused;
}

/* RFC 7515 7.1 */
static enum jwt_result
split(struct token *t, const char *token, size_t len)
{
	const char *end, *dot, *second;

	if (len > JWT_MAX_BYTES)
		return JWT_LIMIT;
	if (len == 0)
		return JWT_FORM;
	end = token + len;
	if ((dot = memchr(token, '.', len)) == NULL ||
	    (second = memchr(dot + 1, '.', (size_t)(end - dot - 1))) == NULL)
		return JWT_FORM;
	t->text = token;
	t->header_len = (size_t)(dot - token);
	t->claims_len = (size_t)(second - dot - 1);
	t->signed_len = (size_t)(second - token);
	t->signature = base64url_decode(t->a, second + 1, (size_t)(end - second - 1), &t->signature_len);
	if (t->signature == NULL)
		return t->a->full ? JWT_LIMIT : JWT_FORM;
	return JWT_OK;
}

/* RFC 7515 4.1.9: a media type, application/ left out or not. */
static bool
is_jwt(const struct value *typ)
{
	static const char *const names[] = { "JWT", "at+jwt", "application/jwt", "application/at+jwt" };

	for (size_t i = 0; typ->kind == VALUE_STRING && i < sizeof(names) / sizeof(names[0]); i++)
		if (typ->n == strlen(names[i]) && strncasecmp(typ->u.text, names[i], typ->n) == 0)
			return true;
	return false;
}

/* What the header may ask for; that it names keys of its own (jwk, jku, x5c, x5u) is passed over. */
static enum jwt_result
check_header(struct token *t)
{
	const struct value *alg = value_map_get(&t->header, "alg", false);
	const struct value *typ = value_map_get(&t->header, "typ", false);
	const struct value *b64 = value_map_get(&t->header, "b64", false);
	const struct value *kid = value_map_get(&t->header, "kid", false);

	if (value_map_get(&t->header, "crit", false) != NULL ||
	    (b64 != NULL && !(b64->kind == VALUE_BOOL && b64->u.boolean)))
		return JWT_CRITICAL;
	if (alg == NULL || (!is(alg, "RS256") && !is(alg, "ES256")))
		return JWT_ALG;
	t->alg = is(alg, "RS256") ? JWK_RS256 : JWK_ES256;
	if (typ != NULL && !is_jwt(typ))
		return JWT_TYP;
	return kid != NULL && kid->kind != VALUE_STRING ? JWT_HEADER : JWT_OK;
}

static enum jwt_result
check_signature(const struct token *t, const struct jwks *keys)
{
	static const enum jwt_result results[] = {
		[JWKS_GOOD] = JWT_OK,
		[JWKS_BAD] = JWT_SIGNATURE,
		[JWKS_NO_KEY] = JWT_NO_KEY,
	};
	const struct value *kid = value_map_get(&t->header, "kid", false);

	return results[jwks_verify(keys, t->alg, kid == NULL ? NULL : kid->u.text, kid == NULL ? 0 : kid->n,
	    (const uint8_t *)t->text, t->signed_len, t->signature, t->signature_len)];
}

/*
 * A NumericDate (RFC 7519 2), which may have a fraction: the first whole second that is not before it. *out stays
 * where the claim is absent.
 */
static enum jwt_result
read_time(const struct token *t, const char *name, int64_t *out)
{
	const struct value *v = value_map_get(&t->claims, name, false);

	if (v == NULL)
		return JWT_OK;
	if (v->kind == VALUE_INT && v->u.integer >= -TIME_MAX && v->u.integer <= TIME_MAX)
		*out = v->u.integer;
	else if (v->kind == VALUE_DOUBLE && fabs(v->u.real) <= (double)TIME_MAX)
		*out = (int64_t)ceil(v->u.real);
	else
		return JWT_TIME;
	return JWT_OK;
}

static enum jwt_result
check_times(struct token *t, struct jwt_claims *out)
{
	int64_t exp = INT64_MAX, nbf = INT64_MIN, iat = INT64_MIN, leeway = t->expect->leeway_s;

	if (read_time(t, "exp", &exp) != JWT_OK || read_time(t, "nbf", &nbf) != JWT_OK ||
	    read_time(t, "iat", &iat) != JWT_OK)
		return JWT_TIME;
	if (exp == INT64_MAX && t->expect->require_exp)
		return JWT_NO_EXP;
	out->end_s = exp == INT64_MAX ? exp : exp + leeway;
	if (t->now_s >= out->end_s)
		return JWT_EXPIRED;
	if (nbf != INT64_MIN && nbf - leeway > t->now_s)
		return JWT_NOT_YET;
	return iat != INT64_MIN && iat - leeway > t->now_s ? JWT_FUTURE : JWT_OK;
}

/* One text, or an array of texts (RFC 7519 4.1.3). */
static bool
has_audience(const struct value *aud, const char *audience)
{
	bool found = false;

	if (aud == NULL)
		return false;
	if (aud->kind != VALUE_VECTOR)
		return is(aud, audience);
	for (uint32_t i = 0; i < aud->n; i++) {
		if (aud->u.items[i].kind != VALUE_STRING)
			return false;
		found |= is(&aud->u.items[i], audience);
	}
	return found;
}

static enum jwt_result
check_parties(const struct token *t)
{
	const struct value *iss = value_map_get(&t->claims, "iss", false);

	if (t->expect->issuer != NULL && (iss == NULL || !is(iss, t->expect->issuer)))
		return JWT_ISSUER;
	if (t->expect->audience != NULL &&
	    !has_audience(value_map_get(&t->claims, "aud", false), t->expect->audience))
		return JWT_AUDIENCE;
	return JWT_OK;
}

/* The C0 and C1 controls, and DEL, in valid UTF-8. */
static bool
has_control(const char *text, size_t len)
{
	const uint8_t *s = (const uint8_t *)text;

	for (size_t i = 0; i < len; i++)
		if (s[i] < 0x20 || s[i] == 0x7F || (s[i] == 0xC2 && s[i + 1] < 0xA0))
			return true;
	return false;
}

/* Claims may have a name as https://example.com/name, which JSON's reader splits at a slash. */
static enum jwt_result
read_name(const struct token *t, const char *claim, enum jwt_result refused, const char **out)
{
	struct value name = value_keyword_split(t->a, claim, strlen(claim));

	*out = NULL;
	if (name.kind != VALUE_KEYWORD)
		return JWT_LIMIT;
	for (uint32_t i = 0; i < t->claims.n; i++) {
		const struct value *v = &t->claims.u.items[2 * i + 1];

		if (!value_equal(&t->claims.u.items[2 * i], &name))
			continue;
		if (v->kind != VALUE_STRING || v->n == 0 || v->n > JWT_MAX_PRINCIPAL ||
		    has_control(v->u.text, v->n))
			return refused;
		if ((*out = arena_strndup(t->a, v->u.text, v->n)) == NULL)
			return JWT_LIMIT;
	}
	return JWT_OK;
}

static enum jwt_result
check_claims(struct token *t, struct jwt_claims *out)
{
	const struct jwt_expect *e = t->expect;
	enum jwt_result r;

	if ((r = check_times(t, out)) != JWT_OK || (r = check_parties(t)) != JWT_OK ||
	    (r = read_name(t, e->claim == NULL ? "sub" : e->claim, JWT_PRINCIPAL, &out->principal)) != JWT_OK)
		return r;
	if (out->principal == NULL)
		return JWT_PRINCIPAL;
	out->user = NULL;
	return e->user_claim == NULL ? JWT_OK : read_name(t, e->user_claim, JWT_USER, &out->user);
}

enum jwt_result
jwt_verify(const struct jwks *keys, const struct jwt_expect *expect, const char *token, size_t len,
    int64_t now_s, struct arena *a, struct jwt_claims *out)
{
	struct token t = { .expect = expect, .a = a, .now_s = now_s };
	struct jwt_claims claims;
	enum jwt_result r;

	if ((r = split(&t, token, len)) != JWT_OK ||
	    (r = read_part(&t, t.text, t.header_len, &t.header, JWT_HEADER)) != JWT_OK ||
	    (r = check_header(&t)) != JWT_OK || (r = check_signature(&t, keys)) != JWT_OK ||
	    (r = read_part(&t, t.text + t.header_len + 1, t.claims_len, &t.claims, JWT_CLAIMS)) != JWT_OK ||
	    (r = check_claims(&t, &claims)) != JWT_OK)
		return r;
	*out = claims;
	return JWT_OK;
}

const char *
jwt_reason(enum jwt_result result)
{
	static const char *const sentences[] = {
#define X(result, sentence) sentence,
		JWT_RESULTS(X)
#undef X
	};

	return (size_t)result < sizeof(sentences) / sizeof(sentences[0]) ? sentences[result] :
	    "the token is refused";
}
