/*
 * cors.h: pages of other origins (Fetch standard, 3.2 CORS protocol): which may
 * read answers, and what a preflight is told. No credentials are ever asked for
 * by cookies, so "*" is safe to give.
 */
#ifndef WORKER_CORS_H
#define WORKER_CORS_H

#include "worker/exchange.h"

/* The fields that let a page of the request's origin read this answer, if it may. */
void	cors_answer(struct exchange *x);
/* Is it a preflight from an origin that is allowed? Then what methods and header fields there are is added. */
bool	cors_preflight(struct exchange *x, const char *methods);

#endif
