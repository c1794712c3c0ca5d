/*
 * base64.h: RFC 4648 section 4, with padding. Through libcrypto.
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

#endif
