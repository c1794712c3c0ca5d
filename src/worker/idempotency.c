/*
 * idempotency.c: the Idempotency-Key field. See idempotency.h.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "worker/idempotency.h"

#define CALLER_MAX	1024

static const char empty[] = "Idempotency-Key must hold 1 to 255 characters, as in Idempotency-Key: \"8e03978e\".";
static const char quoted[] = "Idempotency-Key must be one quoted string of printable ASCII, such as \"8e03978e\".";

/* What stands in tokens (RFC 9110 5.6.2), and what RFC 8941 adds. */
static bool
is_token(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    (c != '\0' && strchr("!#$%&'*+-.^_`|~:/", c) != NULL);
}

/* The inside of a quoted string, unescaped into out. Returns its length, or -1. */
static int
unquote(const char *s, size_t len, char *out)
{
	int n = 0;

	for (size_t i = 1; i < len; i++) {
		char c = s[i];

		if (c == '"')
			return i + 1 == len ? n : -1;
		if (c == '\\') {
			if (++i == len || (s[i] != '"' && s[i] != '\\'))
				return -1;
			c = s[i];
		}
		if (c < 0x20 || c > 0x7e)
			return -1;
		out[n++] = c;
	}
	return -1;
}

static int
bare(const char *s, size_t len, char *out)
{
	for (size_t i = 0; i < len; i++) {
		if (!is_token(s[i]))
			return -1;
		out[i] = s[i];
	}
	return (int)len;
}

const char *
idempotency_parse(const char *field, size_t len, struct arena *a, struct idempotency_key *out)
{
	char *text;
	int n;

	/* Every character may be escaped, and quotes stand around. */
	if (len == 0 || len > 2 * IDEMPOTENCY_KEY_MAX + 2)
		return empty;
	if ((text = arena_alloc(a, len + 1)) == NULL)
		return "The request needs more memory than one request may have.";
	n = field[0] == '"' ? unquote(field, len, text) : bare(field, len, text);
	if (n == -1)
		return quoted;
	if (n == 0 || n > IDEMPOTENCY_KEY_MAX)
		return empty;
	out->text = text;
	out->len = (size_t)n;
	return NULL;
}

struct id
idempotency_id(const char *caller, const struct idempotency_key *key, size_t item)
{
	const struct id dns = id_dns();
	const struct id space = id_v5(&dns, "cmdr", 4);
	char name[CALLER_MAX + IDEMPOTENCY_KEY_MAX + 32];
	size_t n = strnlen(caller, CALLER_MAX);

	memcpy(name, caller, n);
	name[n++] = '\0';
	memcpy(name + n, key->text, key->len);
	n += key->len;
	if (item != IDEMPOTENCY_SINGLE) {
		name[n++] = '\0';
		n += (size_t)snprintf(name + n, sizeof(name) - n, "%zu", item);
	}
	return id_v5(&space, name, n);
}
