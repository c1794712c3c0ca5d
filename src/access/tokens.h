/*
 * tokens.h: the file of auth.tokens: who has which bearer token (RFC 6750), of
 * which it holds hashes only. A line is
 *
 *	NAME SHA256 [user=UUID]
 *
 * with the hash in 64 hexadecimal digits; empty lines and those that begin
 * with # are passed over. A name may have several tokens. Tokens are made by
 * tokens_make with 256 random bits, so their hash needs no salt and no work
 * factor: nothing that can be guessed stands behind it.
 */
#ifndef ACCESS_TOKENS_H
#define ACCESS_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/id.h"

#define TOKENS_NAME_MAX	128
#define TOKENS_MAX	100000	/* lines with a token */
#define TOKENS_HASH	32	/* bytes of SHA-256 (FIPS 180-4) */

struct tokens;

struct tokens_entry {
	uint8_t		 hash[TOKENS_HASH];
	const char	*name;
	unsigned	 line;		/* of the file */
	bool		 has_user;
	struct id	 user;
};

/* NULL, and why with the number of the line. tokens_free gives it back. */
struct tokens *tokens_read(const char *text, size_t len, char *why, size_t size);
void	tokens_free(struct tokens *t);
/* Whose token it is, or NULL. What is compared are hashes, in constant time once one is found. */
const struct tokens_entry *tokens_find(const struct tokens *t, const char *token, size_t len);

/* Append a new token. 0, or -1: there are no random bytes. */
int	tokens_make(struct buf *out);
/* The line of a token, with its line end, appended. user may be NULL. */
void	tokens_line(struct buf *out, const char *name, const char *token, const struct id *user);
/* NULL, or what is wrong with a name, as a sentence's end. */
const char *tokens_name_wrong(const char *name);

#endif
