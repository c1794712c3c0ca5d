/*
 * jwks.c: a JWK Set to keys. See jwks.h. What a key must be stands in judge(), what it is made of in the table kinds.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access/jwks.h"
#include "util/mem.h"
#include "value/base64.h"
#include "value/json.h"

#define MEMORY	((size_t)4 << 20)

struct entry {
	struct jwk	 key;
	char		*kid;		/* NULL: none */
	size_t		 kid_len;
};

struct jwks {
	struct entry	 keys[JWKS_MAX_KEYS];	/* those without kid first */
	size_t		 n, nameless, passed;
};

static const struct codec_limits limits = { .depth = 16, .unique = true };

static bool
is(const struct value *v, const char *text)
{
	return v->kind == VALUE_STRING && v->n == strlen(text) && memcmp(v->u.text, text, v->n) == 0;
}

/* The bytes of a member in base64url, NULL where it is absent or not that. */
static const uint8_t *
bytes_of(struct arena *a, const struct value *key, const char *name, size_t *len)
{
	const struct value *v = value_map_get(key, name, false);

	return v == NULL || v->kind != VALUE_STRING ? NULL : base64url_decode(a, v->u.text, v->n, len);
}

static const char *
make_rsa(struct arena *a, const struct value *key, struct jwk *out)
{
	size_t n_len, e_len;
	const uint8_t *n = bytes_of(a, key, "n", &n_len), *e = bytes_of(a, key, "e", &e_len);

	if (n == NULL || e == NULL)
		return "an RSA key has n and e, in base64url without padding";
	return jwk_rsa(out, n, n_len, e, e_len);
}

static const char *
make_ec(struct arena *a, const struct value *key, struct jwk *out)
{
	const struct value *crv = value_map_get(key, "crv", false);
	size_t x_len, y_len;
	const uint8_t *x = bytes_of(a, key, "x", &x_len), *y = bytes_of(a, key, "y", &y_len);

	if (crv == NULL || !is(crv, "P-256"))
		return "of EC keys those with crv P-256 are used";
	if (x == NULL || y == NULL || x_len != JWK_P256_BYTES || y_len != JWK_P256_BYTES)
		return "an EC key has x and y, 32 bytes each in base64url without padding";
	return jwk_p256(out, x, y);
}

/* Type, its one algorithm, and how a key is made. */
static const struct kind {
	const char	*kty, *alg;
	const char	*(*make)(struct arena *, const struct value *, struct jwk *);
} kinds[] = {
	{ "RSA", "RS256", make_rsa },
	{ "EC", "ES256", make_ec },
};

static const struct kind *
kind_of(const struct value *kty)
{
	for (size_t i = 0; kty != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (is(kty, kinds[i].kty))
			return &kinds[i];
	return NULL;
}

/* What makes it an error to have the key in this file; NULL. */
static const char *
secret(const struct value *key)
{
	static const char *const names[] = { "d", "p", "q", "dp", "dq", "qi", "oth" };
	const struct value *kty = value_map_get(key, "kty", false);

	if (value_map_get(key, "k", false) != NULL || (kty != NULL && is(kty, "oct")))
		return "is a shared secret: only public keys, RSA or EC, belong here";
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (value_map_get(key, names[i], false) != NULL)
			return "is a private key: only public halves belong here; is it still a secret?";
	return NULL;
}

static bool
may_verify(const struct value *ops)
{
	if (ops->kind != VALUE_VECTOR)
		return false;
	for (uint32_t i = 0; i < ops->n; i++)
		if (is(&ops->u.items[i], "verify"))
			return true;
	return false;
}

/* Why the key is passed over; NULL where it is of this kind and for checking signatures. */
static const char *
judge(const struct value *key, const struct kind **kind)
{
	const struct value *use = value_map_get(key, "use", false), *alg = value_map_get(key, "alg", false);
	const struct value *ops = value_map_get(key, "key_ops", false), *kid = value_map_get(key, "kid", false);

	if ((*kind = kind_of(value_map_get(key, "kty", false))) == NULL)
		return "its kty is neither RSA nor EC";
	if (use != NULL && !is(use, "sig"))
		return "its use is not sig";
	if (ops != NULL && !may_verify(ops))
		return "its key_ops are without verify";
	if (alg != NULL && !is(alg, (*kind)->alg))
		return "its alg is neither RS256, for RSA, nor ES256, for EC";
	if (kid != NULL && kid->kind != VALUE_STRING)
		return "its kid is not a string";
	return NULL;
}

/* kid NULL: none. */
static bool
is_named(const struct entry *e, const char *kid, size_t len)
{
	if (kid == NULL || e->kid == NULL)
		return kid == e->kid;
	return e->kid_len == len && memcmp(e->kid, kid, len) == 0;
}

/* Into its place: those without a name go before the others. NULL, or why it is passed over. */
static const char *
add(struct jwks *set, const struct jwk *key, const struct value *kid)
{
	const char *name = kid == NULL ? NULL : kid->u.text;
	size_t at = kid == NULL ? set->nameless : set->n, len = kid == NULL ? 0 : kid->n, same = 0;
	struct entry *e = &set->keys[at];

	for (size_t i = 0; i < set->n; i++)
		same += set->keys[i].key.alg == key->alg && is_named(&set->keys[i], name, len);
	if (same == JWKS_TRIES)
		return "4 keys of its type and kid stand before it, and no more than 4 are tried";
	memmove(e + 1, e, (set->n++ - at) * sizeof(*e));
	set->nameless += kid == NULL;
	*e = (struct entry){ .key = *key, .kid_len = len };
	if (name != NULL) {
		e->kid = xmalloc(len + 1);
		memcpy(e->kid, name, len);
	}
	return NULL;
}

/* NULL, or why it is passed over. */
static const char *
take(struct jwks *set, struct arena *a, const struct value *key)
{
	const struct kind *kind;
	struct jwk made;
	const char *why;

	if ((why = judge(key, &kind)) != NULL || (why = kind->make(a, key, &made)) != NULL)
		return why;
	if ((why = add(set, &made, value_map_get(key, "kid", false))) != NULL)
		jwk_free(&made);
	return why;
}

static int __attribute__((format(printf, 3, 4)))
fail(char *why, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, size, fmt, ap);
	va_end(ap);
	return -1;
}

static int
take_all(struct jwks *set, struct arena *a, const struct value *keys, char *why, size_t size)
{
	char last[JWKS_WHY] = "the set is empty";
	const char *text;

	for (uint32_t i = 0; i < keys->n; i++) {
		const struct value *key = &keys->u.items[i];

		if (key->kind != VALUE_MAP)
			return fail(why, size, "key %u is not an object", i + 1);
		if ((text = secret(key)) != NULL)
			return fail(why, size, "key %u %s", i + 1, text);
		if ((text = take(set, a, key)) != NULL) {
			set->passed++;
			fail(last, sizeof(last), "key %u is passed over: %s", i + 1, text);
		}
	}
	if (set->n == 0)
		return fail(why, size, "no key can be used: %s", last);
	if (set->passed > 0)
		fail(why, size, "%s", last);
	return 0;
}

static int
read_set(struct jwks *set, struct arena *a, const char *text, size_t len, char *why, size_t size)
{
	const struct value *keys;
	struct codec_error err;
	struct value root;

	if (len > JWKS_MAX_BYTES)
		return fail(why, size, "a set of keys has at most 64 KiB");
	if (json_read((const uint8_t *)text, len, &limits, a, &root, &err) == -1)
		return fail(why, size, "line %u, column %u: %s", err.line, err.column, err.text);
	keys = value_map_get(&root, "keys", false);
	if (keys == NULL || keys->kind != VALUE_VECTOR)
		return fail(why, size, "expected a set of keys, {\"keys\":[…]} (JWK Set, RFC 7517)");
	if (keys->n > JWKS_MAX_KEYS)
		return fail(why, size, "%u keys, at most %d are taken", keys->n, JWKS_MAX_KEYS);
	return take_all(set, a, keys, why, size);
}

struct jwks *
jwks_read(const char *text, size_t len, char *why, size_t size)
{
	struct jwks *set = xcalloc(1, sizeof(*set));
	struct arena a;

	fail(why, size, "%s", "");
	arena_init(&a, MEMORY);
	if (read_set(set, &a, text, len, why, size) == -1) {
		jwks_free(set);
		set = NULL;
	}
	arena_free(&a);
	return set;
}

void
jwks_free(struct jwks *set)
{
	if (set == NULL)
		return;
	for (size_t i = 0; i < set->n; i++) {
		jwk_free(&set->keys[i].key);
		free(set->keys[i].kid);
	}
	free(set);
}

size_t
jwks_count(const struct jwks *set)
{
	return set->n;
}

size_t
jwks_passed(const struct jwks *set)
{
	return set->passed;
}

enum jwks_answer
jwks_verify(const struct jwks *set, enum jwk_alg alg, const char *kid, size_t kid_len,
    const uint8_t *text, size_t len, const uint8_t *signature, size_t signature_len)
{
	unsigned tries = 0;

	for (size_t i = 0; i < set->n && tries < JWKS_TRIES; i++) {
		const struct entry *e = &set->keys[i];

		if (e->key.alg != alg || (kid != NULL && !is_named(e, kid, kid_len)))
			continue;
		tries++;
		if (jwk_verify(&e->key, text, len, signature, signature_len))
			return JWKS_GOOD;
	}
	return tries > 0 ? JWKS_BAD : JWKS_NO_KEY;
}
