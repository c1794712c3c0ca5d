/*
 * base64.h: RFC 4648: section 4, with padding, through libcrypto; and reading section 5, base64url, as JOSE and
 * tokens of our own have it: without padding.
 */
#ifndef VALUE_BASE64_H
#define VALUE_BASE64_H

#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/buf.h"

void	base64_encode(struct buf *out, const uint8_t *data, size_t len);
/* Into the arena; *out_len bytes. NULL where s is not padded base64 or the arena is full. Strict: no white space. */
uint8_t	*base64_decode(struct arena *a, const char *s, size_t len, size_t *out_len);
/* What a digit of base64url stands for, 0 … 63; -1 where it is none. */
int	base64url_digit(char c);
/*
 * Into the arena; *out_len bytes, with a NUL behind them. NULL where s is not base64url without padding or the arena
 * is full. Strict: the bits that fill the last digit are 0, so that no two texts give the same bytes.
 */
uint8_t	*base64url_decode(struct arena *a, const char *s, size_t len, size_t *out_len);

#endif
