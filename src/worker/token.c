/*
 * token.c: where a stream stands, as text. See token.h.
 */
#include <string.h>

#include "daemon/scoreboard.h"
#include "util/hash.h"
#include "value/base64.h"
#include "worker/token.h"

#define VERSION		1
#define SOURCE_BYTES	6
#define SOURCE_MASK	((UINT64_C(1) << (8 * SOURCE_BYTES)) - 1)

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

uint64_t
token_source(uint64_t cluster, const char *topic)
{
	uint8_t b[8];

	for (int i = 0; i < 8; i++)
		b[i] = (uint8_t)(cluster >> (8 * i));
	return hash_more(hash_more(HASH_START, b, sizeof(b)), topic, strlen(topic)) & SOURCE_MASK;
}

/* Bits on their way to base64url, or from it. */
struct bits {
	uint32_t	 held;
	unsigned	 n;
	struct buf	*out;		/* writing */
	const char	*in, *end;	/* reading */
	bool		 failed;
};

static void
put_byte(struct bits *b, unsigned byte)
{
	b->held = b->held << 8 | byte;
	for (b->n += 8; b->n >= 6; b->n -= 6)
		buf_putc(b->out, alphabet[b->held >> (b->n - 6) & 63]);
}

static void
put_number(struct bits *b, uint64_t v)
{
	for (; v > 127; v >>= 7)
		put_byte(b, (unsigned)(v & 127) | 128);
	put_byte(b, (unsigned)v);
}

void
token_put(struct buf *out, uint64_t source, const int64_t *next, size_t n)
{
	struct bits b = { .out = out };

	while (n > 0 && next[n - 1] == 0)
		n--;
	put_byte(&b, VERSION);
	for (int i = 0; i < SOURCE_BYTES; i++)
		put_byte(&b, (unsigned)(source >> (8 * i)) & 255);
	put_number(&b, n);
	for (size_t i = 0; i < n; i++)
		put_number(&b, (uint64_t)next[i]);
	if (b.n > 0)
		buf_putc(out, alphabet[b.held << (6 - b.n) & 63]);
}

static unsigned
get_byte(struct bits *b)
{
	while (b->n < 8) {
		int six = b->in < b->end ? base64url_digit(*b->in++) : -1;

		if (six == -1) {
			b->failed = true;
			return 0;
		}
		b->held = b->held << 6 | (unsigned)six;
		b->n += 6;
	}
	b->n -= 8;
	return b->held >> b->n & 255;
}

/* In the least number of bytes, at most 63 bits. */
static int64_t
get_number(struct bits *b)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 63; shift += 7) {
		unsigned byte = get_byte(b);

		v |= (uint64_t)(byte & 127) << shift;
		if (byte > 127)
			continue;
		b->failed |= byte == 0 && shift > 0;
		return (int64_t)v;
	}
	b->failed = true;
	return 0;
}

/* No byte more, and the bits that fill the last character are 0. */
static bool
at_end(const struct bits *b)
{
	return b->in == b->end && b->n < 6 && (b->held & ((1u << b->n) - 1)) == 0;
}

int
token_parse(const char *text, size_t len, uint64_t *source, int64_t *next, size_t *n)
{
	struct bits b = { .in = text, .end = text + len };
	int64_t count;

	if (get_byte(&b) != VERSION)
		return -1;
	*source = 0;
	for (int i = 0; i < SOURCE_BYTES; i++)
		*source |= (uint64_t)get_byte(&b) << (8 * i);
	count = get_number(&b);
	if (b.failed || count > BOARD_PARTITIONS)
		return -1;
	for (int64_t i = 0; i < count && !b.failed; i++)
		next[i] = get_number(&b);
	*n = (size_t)count;
	return b.failed || !at_end(&b) ? -1 : 0;
}
