/*
 * cesu8.c: the text of Fressian, to and from UTF-8. See cesu8.h.
 */
#include <string.h>

#include "value/cesu8.h"
#include "value/utf8.h"

#define REPLACEMENT	0xFFFD
#define UNIT_MAX	3	/* bytes of a UTF-16 unit */
#define HIGH_BITS	UINT64_C(0x8080808080808080)

static void
emit(struct cesu8_decoder *d, uint32_t cp)
{
	d->n += utf8_encode(d->out + d->n, cp);
}

void
cesu8_decode_end(struct cesu8_decoder *d)
{
	if (d->high != 0)
		emit(d, REPLACEMENT);
	d->high = 0;
}

static void
surrogate(struct cesu8_decoder *d, uint32_t unit)
{
	if (unit >= 0xDC00 && d->high != 0) {
		emit(d, 0x10000 + ((d->high - 0xD800) << 10) + (unit - 0xDC00));
		d->high = 0;
		return;
	}
	cesu8_decode_end(d);
	if (unit >= 0xDC00)
		emit(d, REPLACEMENT);
	else
		d->high = unit;
}

/* What UTF-8 has not: returns its bytes, 0 if it is nothing of ours either. */
static size_t
beyond_utf8(struct cesu8_decoder *d, const uint8_t *s, size_t len)
{
	if (len >= 3 && s[0] == 0xED && (s[1] & 0xE0) == 0xA0 && (s[2] & 0xC0) == 0x80) {
		surrogate(d, 0xD000 | (s[1] & 0x3Fu) << 6 | (s[2] & 0x3Fu));
		return 3;
	}
	if (len >= 2 && s[0] == 0xC0 && s[1] == 0x80) {
		cesu8_decode_end(d);
		emit(d, 0);
		return 2;
	}
	return 0;
}

size_t
cesu8_decode(struct cesu8_decoder *d, const uint8_t *s, size_t len)
{
	size_t i = 0, n;

	while (i < len) {
		if ((n = beyond_utf8(d, s + i, len - i)) == 0) {
			if ((n = utf8_valid(s + i, len - i)) == 0)
				break;
			cesu8_decode_end(d);
			memcpy(d->out + d->n, s + i, n);
			d->n += n;
		}
		i += n;
	}
	return i;
}

/* Only a first byte of four bytes has its four high bits set. */
static bool
has_four(uint64_t word)
{
	return (word & word << 1 & word << 2 & word << 3 & HIGH_BITS) != 0;
}

/* The last words overlap what was looked at before, so that few bytes are looked at alone. */
bool
cesu8_differs(const uint8_t *s, size_t len)
{
	uint64_t word, last;
	uint32_t half[2];

	if (len >= 8) {
		memcpy(&last, s + len - 8, 8);
		for (; len >= 8; s += 8, len -= 8) {
			memcpy(&word, s, 8);
			if (has_four(word))
				return true;
		}
		return has_four(last);
	}
	if (len >= 4) {
		memcpy(&half[0], s, 4);
		memcpy(&half[1], s + len - 4, 4);
		return has_four((uint64_t)half[0] << 32 | half[1]);
	}
	for (; len > 0; s++, len--)
		if (*s >= 0xF0)
			return true;
	return false;
}

/* Three bytes of a unit that is a surrogate. */
static void
put_surrogate(uint8_t *out, uint32_t unit)
{
	out[0] = (uint8_t)(0xE0 | unit >> 12);
	out[1] = (uint8_t)(0x80 | (unit >> 6 & 0x3F));
	out[2] = (uint8_t)(0x80 | (unit & 0x3F));
}

size_t
cesu8_encode(struct cesu8_cursor *c, uint8_t *out, size_t max)
{
	size_t done = 0, n;
	uint32_t unit;

	while (c->low != 0 || c->p < c->end) {
		if (c->low != 0 || *c->p >= 0xF0) {
			if (max - done < UNIT_MAX)
				break;
			if ((unit = c->low) == 0) {
				uint32_t over = utf8_decode(c->p, &n) - 0x10000;

				c->p += n;
				unit = 0xD800 | over >> 10;
				c->low = 0xDC00 | (over & 0x3FF);
			} else {
				c->low = 0;
			}
			if (out != NULL)
				put_surrogate(out + done, unit);
			done += UNIT_MAX;
			continue;
		}
		n = *c->p < 0x80 ? 1 : *c->p < 0xE0 ? 2 : 3;
		if (max - done < n)
			break;
		if (out != NULL)
			memcpy(out + done, c->p, n);
		c->p += n;
		done += n;
	}
	return done;
}
