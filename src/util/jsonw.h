/*
 * jsonw.h: JSON text (RFC 8259) written piece by piece into a buffer, for what a process says about itself. Values
 * of clients are the value layer's concern. The caller keeps begins and ends in pairs.
 */
#ifndef UTIL_JSONW_H
#define UTIL_JSONW_H

#include <stdbool.h>
#include <stdint.h>

#include "util/buf.h"

struct jsonw {
	struct buf	*out;
	bool		 comma;		/* something stands before the next value */
};

/* out's overflow tells whether all did fit. */
struct jsonw jsonw_of(struct buf *out);
/* key NULL: an item of an array, or the outermost value. kind: '{' or '['. */
void	jsonw_begin(struct jsonw *w, const char *key, char kind);
/* kind: '}' or ']'. */
void	jsonw_end(struct jsonw *w, char kind);
/* text NULL is null. What is no UTF-8 becomes U+FFFD. */
void	jsonw_string(struct jsonw *w, const char *key, const char *text);
void	jsonw_int(struct jsonw *w, const char *key, int64_t n);
void	jsonw_bool(struct jsonw *w, const char *key, bool b);
void	jsonw_null(struct jsonw *w, const char *key);

#endif
