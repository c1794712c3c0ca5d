/*
 * deflate.c: answers in gzip. See deflate.h. No answer holds a secret beside
 * what its request said, so its length tells nobody anything (BREACH).
 */
#include <string.h>

#include <zlib.h>

#include "util/log.h"
#include "worker/deflate.h"
#include "worker/guard_head.h"

static const char *const types[] = {
	"application/json", "application/edn", "application/transit+json", "application/problem+json", "text/",
};

bool
deflate_type(const char *content_type)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strncmp(content_type, types[i], strlen(types[i])) == 0)
			return true;
	return false;
}

/* The weight behind a coding: whether it is more than 0. What is no weight counts as none given. */
static bool
is_wanted(const char *s, size_t len)
{
	const char *q = memmem(s, len, "q=", 2);

	if (q == NULL && (q = memmem(s, len, "Q=", 2)) == NULL)
		return true;
	for (q += 2; q < s + len; q++)
		if (*q >= '1' && *q <= '9')
			return true;
		else if (*q != '0' && *q != '.')
			return false;
	return false;
}

bool
deflate_wanted(const char *text, size_t len)
{
	bool any = false;
	const char *item, *end;
	size_t at = 0, item_len, n;

	while (text != NULL && guard_head_list(text, len, &at, &item, &item_len)) {
		end = memchr(item, ';', item_len);
		n = end != NULL ? (size_t)(end - item) : item_len;
		while (n > 0 && (item[n - 1] == ' ' || item[n - 1] == '\t'))
			n--;
		/* A coding that is named counts before the star. */
		if (guard_head_is(item, n, "gzip") || guard_head_is(item, n, "x-gzip"))
			return is_wanted(item + n, item_len - n);
		any = any || (n == 1 && item[0] == '*' && is_wanted(item + n, item_len - n));
	}
	return any;
}

bool
deflate_gzip(struct buf *out, const void *data, size_t len)
{
	static z_stream z;
	static bool begun;
	uint8_t *room;
	bool done;

	/* One state for all answers of the process; level 1: most of the gain at a third of the cost. */
	if (!begun && deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
		log_warn("no memory for gzip answers");
		return false;
	}
	begun = true;
	if (deflateReset(&z) != Z_OK || len > UINT32_MAX || (room = buf_reserve(out, len)) == NULL)
		return false;
	z.next_in = (Bytef *)(uintptr_t)data;
	z.avail_in = (uInt)len;
	z.next_out = room;
	z.avail_out = (uInt)len;
	done = deflate(&z, Z_FINISH) == Z_STREAM_END;
	buf_commit(out, done ? len - z.avail_out : 0);
	return done;
}
