/*
 * token.h: where a stream stands, as the text that a client brings back in
 * Last-Event-ID: which cluster and topic, and the next offset of each
 * partition. Any machine can read it. Pure.
 *
 * base64url (RFC 4648 5, no padding) of: u8 version, 6 bytes hash, then as
 * LEB128 numbers the count of partitions and their offsets, from partition 0.
 * Partitions at 0 are left out at the end; one that is not there is at 0.
 */
#ifndef WORKER_TOKEN_H
#define WORKER_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

/* What the token's offsets are of. cluster: board_generation.cluster. */
uint64_t token_source(uint64_t cluster, const char *topic);
/* Append the token's text. next[i]: the offset that follows on partition i, not negative. */
void	 token_put(struct buf *out, uint64_t source, const int64_t *next, size_t n);
/*
 * Read one: next has room for BOARD_PARTITIONS. Strict: 0 only for a text that token_put may have
 * written, but that zeros at its end are taken; else -1.
 */
int	 token_parse(const char *text, size_t len, uint64_t *source, int64_t *next, size_t *n);

#endif
