/*
 * guard_framing.h: where a request ends: the fields of a whole head that
 * decide it, and those that say what becomes of the connection. Every shape
 * that another reader could take differently is refused (RFC 9112 6.1, 6.3).
 */
#ifndef WORKER_GUARD_FRAMING_H
#define WORKER_GUARD_FRAMING_H

#include "worker/guard_head.h"

/* The head's lines are all there: FED_DONE, or FED_REFUSED. */
enum guard_fed guard_framing(struct guard_head *h);
/*
 * RFC 3986 3.2.2 and 3.2.3, in short: a name, or an address in brackets; a colon and digits may
 * follow. Empty is sound.
 */
bool	guard_framing_host(const char *s, size_t len);
/* Note why a head is refused. */
enum guard_fed guard_head_refuse(struct guard_head *h, enum problem_id problem,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
