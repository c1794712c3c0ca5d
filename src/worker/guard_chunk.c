/*
 * guard_chunk.c: the chunked transfer coding. See guard_chunk.h.
 */
#include <string.h>

#include "util/hex.h"
#include "worker/guard_chars.h"
#include "worker/guard_chunk.h"

#define MAX_DIGITS	16

void
guard_chunk_init(struct guard_chunk *c, uint64_t max, size_t max_overhead)
{
	memset(c, 0, sizeof(*c));
	c->max = max;
	c->max_overhead = max_overhead;
}

void
guard_chunk_free(struct guard_chunk *c)
{
	buf_free(&c->line);
}

void
guard_chunk_reset(struct guard_chunk *c, uint64_t max)
{
	struct buf line = c->line;

	guard_chunk_init(c, max, c->max_overhead);
	buf_reset(&line);
	c->line = line;
}

static enum guard_fed
refuse(struct guard_chunk *c, enum problem_id problem, const char *detail)
{
	c->problem = problem;
	c->detail = detail;
	return FED_REFUSED;
}

static enum guard_fed
count_overhead(struct guard_chunk *c)
{
	return ++c->overhead <= c->max_overhead ? FED_MORE : refuse(c, PROBLEM_HEADERS_TOO_LARGE,
	    "Chunk extensions and trailers are longer than the header fields may be "
	    "(http.max_headers).");
}

static enum guard_fed
in_size(struct guard_chunk *c, uint8_t ch)
{
	int digit = hex_digit((char)ch);

	if (digit >= 0 && c->digits < MAX_DIGITS) {
		c->digits++;
		c->left = c->left << 4 | (unsigned)digit;
		return FED_MORE;
	}
	if (c->digits > 0 && ch == ';') {
		c->state = CHUNK_EXTENSION;
		return FED_MORE;
	}
	if (c->digits > 0 && ch == '\r') {
		c->state = CHUNK_SIZE_LF;
		return FED_MORE;
	}
	return refuse(c, PROBLEM_MALFORMED,
	    "A chunk must begin with its size, 1 to 16 hexadecimal digits, and CRLF.");
}

static enum guard_fed
in_extension(struct guard_chunk *c, uint8_t ch)
{
	if (ch == '\r')
		c->state = CHUNK_SIZE_LF;
	else if ((guard_chars[ch] & CHAR_VALUE) == 0)
		return refuse(c, PROBLEM_MALFORMED, "A chunk extension holds a control character.");
	return count_overhead(c);
}

static enum guard_fed
at_size_lf(struct guard_chunk *c, uint8_t ch)
{
	if (ch != '\n')
		return refuse(c, PROBLEM_MALFORMED, "A chunk size line ends in CR without LF.");
	if (c->left > c->max - c->total)
		return refuse(c, PROBLEM_TOO_LARGE, NULL);
	c->state = c->left > 0 ? CHUNK_DATA : CHUNK_TRAILER;
	return FED_MORE;
}

static enum guard_fed
behind_data(struct guard_chunk *c, uint8_t ch)
{
	if (ch != (c->state == CHUNK_DATA_CR ? '\r' : '\n'))
		return refuse(c, PROBLEM_MALFORMED, "A chunk's data does not end in CRLF.");
	if (c->state == CHUNK_DATA_CR) {
		c->state = CHUNK_DATA_LF;
		return FED_MORE;
	}
	c->state = CHUNK_SIZE;
	c->digits = 0;
	c->left = 0;
	return FED_MORE;
}

/* Fields that say where the message ends have no place behind it (RFC 9110 6.5.1). */
static bool
is_framing(const char *name, size_t len)
{
	return guard_head_is(name, len, "content-length") ||
	    guard_head_is(name, len, "transfer-encoding") || guard_head_is(name, len, "host");
}

static enum guard_fed
trailer_line(struct guard_chunk *c)
{
	size_t len = c->line.len, name_len, value_at, value_len;
	const char *why;

	if (len < 2 || c->line.data[len - 2] != '\r')
		return refuse(c, PROBLEM_MALFORMED, "A trailer line ends in LF without CR.");
	if (len == 2) {
		c->state = CHUNK_END;
		return FED_DONE;
	}
	if (guard_head_field_line(c->line.data, len - 2, &name_len, &value_at, &value_len,
	    &why) == -1)
		return refuse(c, PROBLEM_MALFORMED, why);
	if (is_framing((const char *)c->line.data, name_len))
		return refuse(c, PROBLEM_MALFORMED,
		    "A field of the message's framing stands in a trailer.");
	buf_reset(&c->line);
	return FED_MORE;
}

static enum guard_fed
in_trailer(struct guard_chunk *c, uint8_t ch)
{
	buf_putc(&c->line, ch);
	if (count_overhead(c) == FED_REFUSED)
		return FED_REFUSED;
	return ch == '\n' ? trailer_line(c) : FED_MORE;
}

static enum guard_fed
step(struct guard_chunk *c, uint8_t ch)
{
	switch (c->state) {
	case CHUNK_SIZE:
		return in_size(c, ch);
	case CHUNK_EXTENSION:
		return in_extension(c, ch);
	case CHUNK_SIZE_LF:
		return at_size_lf(c, ch);
	case CHUNK_DATA_CR:
	case CHUNK_DATA_LF:
		return behind_data(c, ch);
	default:
		return in_trailer(c, ch);
	}
}

enum guard_fed
guard_chunk_feed(struct guard_chunk *c, const uint8_t *in, size_t len, size_t *used,
    struct buf *out)
{
	enum guard_fed r = FED_MORE;

	*used = 0;
	while (r == FED_MORE && *used < len) {
		size_t n = len - *used;

		if (c->state != CHUNK_DATA) {
			r = step(c, in[(*used)++]);
			continue;
		}
		if (n > c->left)
			n = (size_t)c->left;
		if (out != NULL)
			buf_put(out, in + *used, n);
		*used += n;
		c->total += n;
		c->left -= n;
		if (c->left == 0)
			c->state = CHUNK_DATA_CR;
	}
	return r;
}
