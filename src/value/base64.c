/*
 * base64.c: RFC 4648 section 4 through libcrypto, section 5 by hand: libcrypto knows no other alphabet. See base64.h.
 */
#include <openssl/evp.h>

#include "value/base64.h"

/* Bytes encoded, and characters decoded, in one call: libcrypto counts in int. */
#define ENCODE_STEP	((size_t)3 << 20)
#define DECODE_STEP	((size_t)4 << 20)

void
base64_encode(struct buf *out, const uint8_t *data, size_t len)
{
	uint8_t *p;
	size_t n;

	for (; len > 0; data += n, len -= n) {
		n = len < ENCODE_STEP ? len : ENCODE_STEP;
		/* It ends its text with a NUL, which is not claimed. */
		if ((p = buf_reserve(out, (n + 2) / 3 * 4 + 1)) == NULL)
			return;
		buf_commit(out, (size_t)EVP_EncodeBlock(p, data, (int)n));
	}
}

/* libcrypto skips white space and takes '=' anywhere: what it gets is checked here first. */
static int
is_base64(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i], letter = c | 0x20;

		if (!(letter >= 'a' && letter <= 'z') && !(c >= '0' && c <= '9') && c != '+' &&
		    c != '/')
			return 0;
	}
	return 1;
}

uint8_t *
base64_decode(struct arena *a, const char *s, size_t len, size_t *out_len)
{
	size_t padding = 0, at = 0, n;
	uint8_t *p;

	if (len % 4 != 0)
		return NULL;
	if (len > 0 && s[len - 1] == '=')
		padding = s[len - 2] == '=' ? 2 : 1;
	if (!is_base64(s, len - padding) || (p = arena_alloc(a, len / 4 * 3 + 1)) == NULL)
		return NULL;
	for (; at < len; at += n) {
		n = len - at < DECODE_STEP ? len - at : DECODE_STEP;
		if (EVP_DecodeBlock(p + at / 4 * 3, (const unsigned char *)s + at, (int)n) < 0)
			return NULL;
	}
	*out_len = len / 4 * 3 - padding;
	return p;
}

int
base64url_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

uint8_t *
base64url_decode(struct arena *a, const char *s, size_t len, size_t *out_len)
{
	uint8_t *p, *out;
	uint32_t held = 0;
	unsigned n = 0;
	int digit;

	if (len % 4 == 1 || (p = out = arena_alloc(a, len / 4 * 3 + 3)) == NULL)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		if ((digit = base64url_digit(s[i])) == -1)
			return NULL;
		held = held << 6 | (uint32_t)digit;
		if ((n += 6) < 8)
			continue;
		n -= 8;
		*p++ = (uint8_t)(held >> n);
	}
	if ((held & ((1u << n) - 1)) != 0)
		return NULL;
	*p = 0;
	*out_len = (size_t)(p - out);
	return out;
}
