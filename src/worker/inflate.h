/*
 * inflate.h: gzip request bodies. The worker's door to zlib.
 */
#ifndef WORKER_INFLATE_H
#define WORKER_INFLATE_H

#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

enum inflate_result {
	INFLATE_OK,
	INFLATE_MALFORMED,	/* no gzip, cut short, a wrong checksum, or something behind it */
	INFLATE_TOO_LARGE,	/* more than max bytes */
};

/* Append what len bytes of gzip (RFC 1952; members one after the other are one body) hold. */
enum inflate_result inflate_gzip(const uint8_t *in, size_t len, size_t max, struct buf *out);

#endif
