/*
 * instant.h: points in time, ms since 1970-01-01T00:00Z, to and from text.
 */
#ifndef VALUE_INSTANT_H
#define VALUE_INSTANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INSTANT_TEXT 64

/*
 * RFC 3339 in the Gregorian calendar, "2016-09-20T12:34:56.789Z", with or without fraction,
 * offset or Z; more than three digits are truncated. What JSON and transit verbose write is
 * read back. 0, or -1.
 */
int	instant_parse(const char *s, size_t len, int64_t *ms);
/*
 * JSON's form: "2016-09-20T12:34:56Z", ".789" only where it is not 0. with_ms: always. Returns
 * the length.
 */
size_t	instant_format(char out[INSTANT_TEXT], int64_t ms, bool with_ms);
/* Clojure's #inst: partial dates, offsets, Julian before 1582-10-15, years 1 … 9999. 0, or -1. */
int	instant_parse_edn(const char *s, size_t len, int64_t *ms);
/*
 * "2016-09-20T12:34:56.789-00:00". Returns the length, or 0 where #inst would be ambiguous
 * (before 1582-10-15, after year 9999).
 */
size_t	instant_format_edn(char out[INSTANT_TEXT], int64_t ms);

#endif
