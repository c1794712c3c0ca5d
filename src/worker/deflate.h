/*
 * deflate.h: answers in gzip (RFC 1952), for clients that ask for it and where
 * it is worth it.
 */
#ifndef WORKER_DEFLATE_H
#define WORKER_DEFLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"

/* Smaller bodies gain nothing. */
#define DEFLATE_LEAST	1024

/* Does an Accept-Encoding field ask for gzip (RFC 9110 12.5.3)? text NULL: there is none. */
bool	deflate_wanted(const char *text, size_t len);
/* Is a Content-Type one of text? */
bool	deflate_type(const char *content_type);
/* Append to out; false where that failed, or would be no smaller. */
bool	deflate_gzip(struct buf *out, const void *data, size_t len);

#endif
