/*
 * batch.h: POST /commands with a list, or with a line for each command: each
 * goes its own way, in the order of the list; the answer tells of each.
 */
#ifndef WORKER_BATCH_H
#define WORKER_BATCH_H

#include "worker/exchange.h"
#include "worker/idempotency.h"

struct batch;

/* key NULL: none. The exchange is answered, now or later. */
void	batch_list(struct exchange *x, const struct value *list, const struct idempotency_key *key);
/* application/x-ndjson. */
void	batch_lines(struct exchange *x, const uint8_t *body, size_t len, const struct idempotency_key *key);
/* The client hung up. */
void	batch_cancel(struct batch *b);

#endif
