/*
 * hex.h: bytes as hexadecimal digits, two a byte.
 */
#ifndef UTIL_HEX_H
#define UTIL_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

/* The value of a digit of either case; -1 where it is none. */
int	hex_digit(char c);
/* Append 2 * len lower-case digits. */
void	hex_encode(struct buf *out, const uint8_t *bytes, size_t len);
/*
 * len digits of either case into len / 2 bytes at out, which may be where the digits stand. False
 * where something else stands among them or their number is odd; out then holds a part.
 */
bool	hex_decode(const char *digits, size_t len, uint8_t *out);

#endif
