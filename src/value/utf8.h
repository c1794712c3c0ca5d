/*
 * utf8.h: UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing
 * above U+10FFFF. Pure.
 */
#ifndef VALUE_UTF8_H
#define VALUE_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define UTF8_MAX 4

/* How many leading bytes are whole, valid UTF-8: len if all are. */
size_t	utf8_valid(const uint8_t *s, size_t len);
/* Encode a code point (not a surrogate, at most 0x10FFFF). Returns its bytes, 1 to 4. */
size_t	utf8_encode(uint8_t out[UTF8_MAX], uint32_t cp);
/* Decode one code point of VALID text at s, moving *n (> 0) bytes: 1 to 4. */
uint32_t utf8_decode(const uint8_t *s, size_t *n);
/* How many UTF-16 units valid text takes. */
size_t	utf8_utf16_len(const uint8_t *s, size_t len);

#endif
