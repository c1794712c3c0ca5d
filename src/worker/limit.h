/*
 * limit.h: how often a client may ask (limits.*): by its address before it is
 * known who it is, then by its principal. All workers count together.
 */
#ifndef WORKER_LIMIT_H
#define WORKER_LIMIT_H

#include "worker/exchange.h"

/* False: x->problem is 429 and x->retry_s says when to come again. */
bool	limit_address(struct exchange *x);
/* x->who.rule holds; where it is NULL nobody counts. */
bool	limit_principal(struct exchange *x);
/* A batch of n commands (n > 0): it was let in as one, the others are owed, by its address and by its principal. */
void	limit_batch(struct exchange *x, size_t n);

#endif
