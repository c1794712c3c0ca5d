/*
 * utf8.c: UTF-8 as RFC 3629 has it. See utf8.h.
 */
#include <string.h>

#include "value/utf8.h"

#define HIGH_BITS UINT64_C(0x8080808080808080)

/* Bytes of the sequence at s if it is whole and valid, else 0. s[0] >= 0x80. */
static size_t
sequence(const uint8_t *s, size_t len)
{
	uint8_t c = s[0];

	if (c >= 0xC2 && c <= 0xDF)
		return len >= 2 && (s[1] & 0xC0) == 0x80 ? 2 : 0;
	if (c >= 0xE0 && c <= 0xEF) {
		if (len < 3 || (s[1] & 0xC0) != 0x80 || (s[2] & 0xC0) != 0x80)
			return 0;
		if ((c == 0xE0 && s[1] < 0xA0) || (c == 0xED && s[1] > 0x9F))
			return 0;	/* overlong; surrogate */
		return 3;
	}
	if (c >= 0xF0 && c <= 0xF4) {
		if (len < 4 || (s[1] & 0xC0) != 0x80 || (s[2] & 0xC0) != 0x80 ||
		    (s[3] & 0xC0) != 0x80)
			return 0;
		if ((c == 0xF0 && s[1] < 0x90) || (c == 0xF4 && s[1] > 0x8F))
			return 0;	/* overlong; above U+10FFFF */
		return 4;
	}
	return 0;
}

size_t
utf8_valid(const uint8_t *s, size_t len)
{
	size_t i = 0, n;
	uint64_t word;

	while (i < len) {
		while (len - i >= 8) {
			memcpy(&word, s + i, 8);
			if (word & HIGH_BITS)
				break;
			i += 8;
		}
		if (i >= len)
			break;
		if (s[i] < 0x80) {
			i++;
			continue;
		}
		if ((n = sequence(s + i, len - i)) == 0)
			break;
		i += n;
	}
	return i;
}

size_t
utf8_encode(uint8_t out[UTF8_MAX], uint32_t cp)
{
	if (cp < 0x80) {
		out[0] = (uint8_t)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (uint8_t)(0xC0 | cp >> 6);
		out[1] = (uint8_t)(0x80 | (cp & 0x3F));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (uint8_t)(0xE0 | cp >> 12);
		out[1] = (uint8_t)(0x80 | (cp >> 6 & 0x3F));
		out[2] = (uint8_t)(0x80 | (cp & 0x3F));
		return 3;
	}
	out[0] = (uint8_t)(0xF0 | cp >> 18);
	out[1] = (uint8_t)(0x80 | (cp >> 12 & 0x3F));
	out[2] = (uint8_t)(0x80 | (cp >> 6 & 0x3F));
	out[3] = (uint8_t)(0x80 | (cp & 0x3F));
	return 4;
}

uint32_t
utf8_decode(const uint8_t *s, size_t *n)
{
	uint32_t c = s[0];

	if (c < 0x80) {
		*n = 1;
		return c;
	}
	if (c < 0xE0) {
		*n = 2;
		return (c & 0x1F) << 6 | (s[1] & 0x3Fu);
	}
	if (c < 0xF0) {
		*n = 3;
		return (c & 0x0F) << 12 | (s[1] & 0x3Fu) << 6 | (s[2] & 0x3Fu);
	}
	*n = 4;
	return (c & 0x07) << 18 | (s[1] & 0x3Fu) << 12 | (s[2] & 0x3Fu) << 6 | (s[3] & 0x3Fu);
}

size_t
utf8_utf16_len(const uint8_t *s, size_t len)
{
	size_t units = 0;

	for (size_t i = 0; i < len; i++)
		units += (size_t)((s[i] & 0xC0) != 0x80) + (size_t)(s[i] >= 0xF0);
	return units;
}
