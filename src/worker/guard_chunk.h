/*
 * guard_chunk.h: the chunked transfer coding (RFC 9112 7.1), taken off a piece
 * at a time, strictly: hexadecimal sizes of 16 digits at most, CRLF everywhere,
 * extensions and trailers read, bounded and dropped. Pure.
 */
#ifndef WORKER_GUARD_CHUNK_H
#define WORKER_GUARD_CHUNK_H

#include <stdint.h>

#include "util/buf.h"
#include "worker/guard_head.h"

enum guard_chunk_state {
	CHUNK_SIZE,		/* at the first digit or behind some */
	CHUNK_EXTENSION,
	CHUNK_SIZE_LF,
	CHUNK_DATA,
	CHUNK_DATA_CR,
	CHUNK_DATA_LF,
	CHUNK_TRAILER,
	CHUNK_END,
};

struct guard_chunk {
	enum guard_chunk_state	 state;
	unsigned		 digits;
	/* the size being read, then the bytes of data to come */
	uint64_t		 left;
	uint64_t		 total;		/* bytes of data so far */
	uint64_t		 max;		/* of total */
	size_t			 overhead;	/* bytes of extensions and trailers so far */
	size_t			 max_overhead;
	struct buf		 line;		/* a trailer line */
	enum problem_id		 problem;
	const char		*detail;
};

void	guard_chunk_init(struct guard_chunk *c, uint64_t max, size_t max_overhead);
void	guard_chunk_free(struct guard_chunk *c);
/* Make ready for another body. */
void	guard_chunk_reset(struct guard_chunk *c, uint64_t max);
/*
 * Take bytes; data goes to out, or nowhere if that is NULL. *used is how many of them belong to
 * this body.
 * FED_REFUSED with PROBLEM_TOO_LARGE: more data than max was announced.
 */
enum guard_fed guard_chunk_feed(struct guard_chunk *c, const uint8_t *in, size_t len, size_t *used,
    struct buf *out);

#endif
