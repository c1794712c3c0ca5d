/*
 * document.c: documents from a stream. See document.h.
 */
#include <errno.h>
#include <string.h>

#include "ctl/document.h"

#define CHUNK 65536

void
documents_open(struct documents *d, FILE *from, bool lines)
{
	memset(d, 0, sizeof(*d));
	d->from = from;
	d->lines = lines;
	buf_init(&d->text, DOCUMENT_MAX + CHUNK);
}

/* Read on: bytes read, 0 at the end, -1. */
static ssize_t
fill(struct documents *d)
{
	uint8_t *room = buf_reserve(&d->text, CHUNK);
	size_t n;

	if (room == NULL || d->text.len > DOCUMENT_MAX) {
		errno = EFBIG;
		return -1;
	}
	if ((n = fread(room, 1, CHUNK, d->from)) == 0 && ferror(d->from))
		return -1;
	buf_commit(&d->text, n);
	return (ssize_t)n;
}

/* Give `len` bytes, and step over `step`. 1, or -1 where that is too long. */
static int
give(struct documents *d, size_t len, size_t step, char **data, size_t *given)
{
	*data = (char *)d->text.data + d->at;
	*given = len;
	d->at += step;
	if (len <= DOCUMENT_MAX)
		return 1;
	errno = EFBIG;
	return -1;
}

int
documents_next(struct documents *d, char **data, size_t *len)
{
	size_t seen = 0, left;
	const uint8_t *newline;
	ssize_t n = 1;

	if (d->done)
		return 0;
	while (n > 0) {
		left = d->text.len - d->at;
		newline = d->lines && left > seen ?
		    memchr(d->text.data + d->at + seen, '\n', left - seen) : NULL;
		if (newline != NULL) {
			left = (size_t)(newline - d->text.data) - d->at;
			return give(d, left, left + 1, data, len);
		}
		seen = left;
		buf_drain(&d->text, d->at);
		d->at = 0;
		if ((n = fill(d)) == -1)
			return -1;
	}
	d->done = true;
	left = d->text.len - d->at;
	return d->lines && left == 0 ? 0 : give(d, left, left, data, len);
}

void
documents_close(struct documents *d)
{
	buf_free(&d->text);
}
