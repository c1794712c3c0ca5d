/*
 * hex.c: bytes as hexadecimal digits. See hex.h.
 */
#include "util/hex.h"

void
hex_encode(struct buf *out, const uint8_t *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t *p = buf_reserve(out, len * 2);

	if (p == NULL)
		return;
	for (size_t i = 0; i < len; i++) {
		p[2 * i] = (uint8_t)digits[bytes[i] >> 4];
		p[2 * i + 1] = (uint8_t)digits[bytes[i] & 15];
	}
	buf_commit(out, len * 2);
}

int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool
hex_decode(const char *digits, size_t len, uint8_t *out)
{
	for (size_t i = 0; i + 1 < len; i += 2) {
		int high = hex_digit(digits[i]), low = hex_digit(digits[i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i / 2] = (uint8_t)(high << 4 | low);
	}
	return len % 2 == 0;
}
