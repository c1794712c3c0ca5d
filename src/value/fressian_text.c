/*
 * fressian_text.c: reading strings and byte strings, packed, counted or in
 * chunks. What stands in one piece is not copied: the value points into the
 * input. The encoding itself is cesu8.h's concern.
 */
#include <string.h>

#include "value/cesu8.h"
#include "value/fressian_read.h"
#include "value/utf8.h"

#define BYTES_CHUNK	0xD8
#define BYTES_LAST	0xD9
#define STRING_PACKED	0xDA
#define STRING_CHUNK	0xE2
#define STRING_LAST	0xE3

/* Bytes gathered from chunks. */
struct pile {
	uint8_t	*data;
	size_t	 n, cap;
};

/* The next n bytes, or NULL. */
static const uint8_t *
take(struct fressian_in *in, size_t n, const char *what)
{
	const uint8_t *p = in->p;

	if (n > fressian_read_left(in)) {
		fressian_read_fail(in, E_EOF, in->end, "expected %zu bytes of %s, found %zu", n,
		    what, fressian_read_left(in));
		return NULL;
	}
	in->p += n;
	in->size += n / FRESSIAN_UNIT_BYTES;
	return p;
}

static const uint8_t *
take_counted(struct fressian_in *in, unsigned depth, const char *what, size_t *n)
{
	uint32_t count;

	if (fressian_read_count(in, depth + 1, "a length in bytes", &count) == -1)
		return NULL;
	*n = count;
	return take(in, count, what);
}

static int
bad_text(struct fressian_in *in, const uint8_t *at)
{
	return fressian_read_fail(in, E_UTF8, at,
	    "expected text in UTF-8 (CESU-8), found byte %02X", *at);
}

/* Room for `more` bytes in the pile. */
static int
room(struct fressian_in *in, struct pile *pile, size_t more)
{
	size_t cap = pile->cap == 0 ? 64 : pile->cap;
	uint8_t *data;

	if (more <= pile->cap - pile->n)
		return 0;
	while (cap - pile->n < more)
		cap *= 2;
	if ((data = arena_alloc(in->arena, cap)) == NULL)
		return fressian_read_full(in);
	if (pile->n > 0)
		memcpy(data, pile->data, pile->n);
	pile->data = data;
	pile->cap = cap;
	return 0;
}

/* A string in one piece. */
static int
whole(struct fressian_in *in, const uint8_t *s, size_t len, struct value *out)
{
	struct cesu8_decoder d = { .n = 0 };
	size_t good;

	if (s == NULL)
		return -1;
	if (utf8_valid(s, len) == len) {
		*out = value_string((const char *)s, len);
		return 0;
	}
	if ((d.out = arena_alloc(in->arena, len)) == NULL)
		return fressian_read_full(in);
	if ((good = cesu8_decode(&d, s, len)) != len)
		return bad_text(in, s + good);
	cesu8_decode_end(&d);
	*out = value_string((const char *)d.out, d.n);
	return 0;
}

int
fressian_text_packed(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	size_t len = (size_t)(in->p[-1] - code->arg);

	(void)depth;
	return whole(in, take(in, len, "a string"), len, out);
}

int
fressian_text_counted(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	size_t len = 0;
	const uint8_t *s = take_counted(in, depth, "a string", &len);

	(void)code;
	return whole(in, s, len, out);
}

static int
next_code(struct fressian_in *in, const char *what, uint8_t *code)
{
	if (in->p == in->end)
		return fressian_read_fail(in, E_EOF, in->end,
		    "expected the next chunk of %s, found the end", what);
	*code = *in->p++;
	return 0;
}

/* The bytes of the chunk that `code` starts, or NULL. */
static const uint8_t *
string_chunk(struct fressian_in *in, unsigned depth, uint8_t code, size_t *len)
{
	if (code == STRING_CHUNK || code == STRING_LAST)
		return take_counted(in, depth, "a string's chunk", len);
	if (code >= STRING_PACKED && code < STRING_CHUNK) {
		*len = (size_t)(code - STRING_PACKED);
		return take(in, *len, "a string's last chunk");
	}
	fressian_read_fail(in, E_CODE, in->p - 1,
	    "expected the next chunk of a string (E2, E3 or DA to E1), found byte %02X", code);
	return NULL;
}

int
fressian_text_chunked(struct fressian_in *in, unsigned depth, const struct fressian_code *row,
    struct value *out)
{
	struct cesu8_decoder d = { .n = 0 };
	struct pile pile = { NULL, 0, 0 };
	uint8_t code = STRING_CHUNK;
	const uint8_t *s;
	size_t len, good;

	(void)row;
	for (;;) {
		if ((s = string_chunk(in, depth, code, &len)) == NULL)
			return -1;
		/* Half a pair may wait from the chunk before, with three bytes yet to come. */
		if (room(in, &pile, len + 3) == -1)
			return -1;
		d.out = pile.data;
		if ((good = cesu8_decode(&d, s, len)) != len)
			return bad_text(in, s + good);
		pile.n = d.n;
		if (code != STRING_CHUNK)
			break;
		if (next_code(in, "a string", &code) == -1)
			return -1;
	}
	cesu8_decode_end(&d);
	*out = value_string((const char *)d.out, d.n);
	return 0;
}

static int
bytes(const uint8_t *p, size_t n, struct value *out)
{
	if (p == NULL)
		return -1;
	*out = (struct value){ .kind = VALUE_BYTES, .n = (uint32_t)n, .u.bytes = p };
	return 0;
}

int
fressian_text_bytes_packed(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	size_t n = (size_t)(in->p[-1] - code->arg);

	(void)depth;
	return bytes(take(in, n, "a byte string"), n, out);
}

int
fressian_text_bytes_counted(struct fressian_in *in, unsigned depth,
    const struct fressian_code *code, struct value *out)
{
	size_t n = 0;
	const uint8_t *p = take_counted(in, depth, "a byte string", &n);

	(void)code;
	return bytes(p, n, out);
}

int
fressian_text_bytes_chunked(struct fressian_in *in, unsigned depth, const struct fressian_code *row,
    struct value *out)
{
	struct pile pile = { NULL, 0, 0 };
	uint8_t code = BYTES_CHUNK;
	const uint8_t *p;
	size_t n;

	(void)row;
	for (;;) {
		if ((p = take_counted(in, depth, "a byte string's chunk", &n)) == NULL ||
		    room(in, &pile, n) == -1)
			return -1;
		if (n > 0)
			memcpy(pile.data + pile.n, p, n);
		pile.n += n;
		if (code == BYTES_LAST)
			break;
		if (next_code(in, "a byte string", &code) == -1)
			return -1;
		if (code != BYTES_CHUNK && code != BYTES_LAST)
			return fressian_read_fail(in, E_CODE, in->p - 1,
			    "expected the next chunk of a byte string (D8 or D9), found byte %02X",
			    code);
	}
	return bytes(pile.data == NULL ? in->p : pile.data, pile.n, out);
}
