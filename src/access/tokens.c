/*
 * tokens.c: bearer tokens and their file. See tokens.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "access/tokens.h"
#include "util/hex.h"
#include "util/log.h"
#include "util/mem.h"

/* What a token begins with, so that it is known for one where it leaked to. */
#define PREFIX		"cmdr_"
#define RANDOM_BYTES	32
#define NAME_CHARS	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._@/-"

struct tokens {
	struct tokens_entry	*entry;	/* ordered by hash */
	size_t			 n;
};

static void
hash_of(const char *token, size_t len, uint8_t out[TOKENS_HASH])
{
	unsigned n;

	if (EVP_Digest(token, len, out, &n, EVP_sha256(), NULL) != 1 || n != TOKENS_HASH)
		fatalx("no SHA-256");
}

const char *
tokens_name_wrong(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > TOKENS_NAME_MAX || strspn(name, NAME_CHARS) != len)
		return "a name has 1 to 128 of the characters A-Z a-z 0-9 . _ @ / -";
	return NULL;
}

/* NULL, or what is wrong. A line without a token leaves *name NULL. */
static const char *
read_line(char *line, char **name, struct tokens_entry *e)
{
	char *hash, *more;

	memset(e, 0, sizeof(*e));
	do
		*name = strsep(&line, " \t");
	while (*name != NULL && **name == '\0');
	if (*name == NULL || **name == '#') {
		*name = NULL;
		return NULL;
	}
	do
		hash = strsep(&line, " \t");
	while (hash != NULL && *hash == '\0');
	if (tokens_name_wrong(*name) != NULL)
		return tokens_name_wrong(*name);
	if (hash == NULL || strlen(hash) != 2 * TOKENS_HASH || !hex_decode(hash, 2 * TOKENS_HASH, e->hash))
		return "expected NAME and the SHA-256 of its token, 64 hexadecimal digits (cmdrctl token makes the line)";
	while ((more = strsep(&line, " \t")) != NULL) {
		if (*more == '\0')
			continue;
		if (strncmp(more, "user=", 5) != 0 || e->has_user || id_parse(more + 5, strlen(more + 5), &e->user) == -1)
			return "expected nothing more than user=UUID";
		e->has_user = true;
	}
	return NULL;
}

static int
by_hash(const void *a, const void *b)
{
	return memcmp(((const struct tokens_entry *)a)->hash, ((const struct tokens_entry *)b)->hash, TOKENS_HASH);
}

static const char *
add(struct tokens *t, const char *name, const struct tokens_entry *e)
{
	if (t->n == TOKENS_MAX)
		return "more tokens than can be kept";
	if ((t->n & (t->n - 1)) == 0)
		t->entry = xreallocarray(t->entry, t->n == 0 ? 1 : 2 * t->n, sizeof(*t->entry));
	t->entry[t->n] = *e;
	t->entry[t->n++].name = xstrdup(name);
	return NULL;
}

/* NULL, or that there is a token twice; *line: where it stands again. */
static const char *
order(struct tokens *t, unsigned *line)
{
	if (t->n > 0)
		qsort(t->entry, t->n, sizeof(*t->entry), by_hash);
	for (size_t i = 1; i < t->n; i++) {
		const struct tokens_entry *a = &t->entry[i - 1], *b = &t->entry[i];

		if (by_hash(a, b) != 0)
			continue;
		*line = a->line > b->line ? a->line : b->line;
		return "the token stands in a line before, too";
	}
	return NULL;
}

struct tokens *
tokens_read(const char *text, size_t len, char *why, size_t size)
{
	struct tokens *t = xcalloc(1, sizeof(*t));
	char *copy = xstrndup(text, len), *rest = copy, *line, *name;
	const char *wrong = strlen(copy) != len ? "a NUL character is in the file" : NULL;
	struct tokens_entry e;
	unsigned nr = 0;

	while (wrong == NULL && (line = strsep(&rest, "\n")) != NULL) {
		size_t n = strlen(line);

		nr++;
		if (n > 0 && line[n - 1] == '\r')
			line[n - 1] = '\0';
		if ((wrong = read_line(line, &name, &e)) != NULL || name == NULL)
			continue;
		e.line = nr;
		wrong = add(t, name, &e);
	}
	free(copy);
	if (wrong == NULL && (wrong = order(t, &nr)) == NULL)
		return t;
	snprintf(why, size, "auth.tokens: line %u: %s", nr, wrong);
	tokens_free(t);
	return NULL;
}

void
tokens_free(struct tokens *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->n; i++)
		free((char *)(uintptr_t)t->entry[i].name);
	free(t->entry);
	free(t);
}

const struct tokens_entry *
tokens_find(const struct tokens *t, const char *token, size_t len)
{
	struct tokens_entry wanted = { 0 };
	const struct tokens_entry *e;

	hash_of(token, len, wanted.hash);
	e = t->n == 0 ? NULL : bsearch(&wanted, t->entry, t->n, sizeof(*t->entry), by_hash);
	return e != NULL && CRYPTO_memcmp(e->hash, wanted.hash, TOKENS_HASH) == 0 ? e : NULL;
}

int
tokens_make(struct buf *out)
{
	uint8_t bytes[RANDOM_BYTES];

	if (RAND_bytes(bytes, RANDOM_BYTES) != 1)
		return -1;
	buf_puts(out, PREFIX);
	hex_encode(out, bytes, RANDOM_BYTES);
	explicit_bzero(bytes, sizeof(bytes));
	return 0;
}

void
tokens_line(struct buf *out, const char *name, const char *token, const struct id *user)
{
	uint8_t hash[TOKENS_HASH];
	char text[ID_TEXT + 1];

	hash_of(token, strlen(token), hash);
	buf_printf(out, "%s ", name);
	hex_encode(out, hash, TOKENS_HASH);
	if (user != NULL) {
		id_format(user, text);
		buf_printf(out, " user=%s", text);
	}
	buf_putc(out, '\n');
}
