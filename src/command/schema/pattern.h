/*
 * pattern.h: regular expressions of schemas, which are ECMA-262's, on PCRE2.
 * Bounded: one that would take too long says so. The door to PCRE2.
 */
#ifndef COMMAND_SCHEMA_PATTERN_H
#define COMMAND_SCHEMA_PATTERN_H

#include <stddef.h>

struct pattern;

enum pattern_result {
	PATTERN_NONE,		/* no match */
	PATTERN_FOUND,
	PATTERN_TOO_LONG,	/* given up: it would take too long */
};

/* NULL with a sentence in why. */
struct pattern	*pattern_new(const char *text, size_t len, char *why, size_t size);
/* NULL is allowed. */
void		 pattern_free(struct pattern *p);
/*
 * Anywhere in valid UTF-8. *work is what it may take, about a nanosecond each; it is lowered by what it took. Past that it
 * is PATTERN_TOO_LONG.
 */
enum pattern_result pattern_find(const struct pattern *p, const char *s, size_t len, unsigned long *work);
/* Bytes that it takes. */
size_t		 pattern_size(const struct pattern *p);

#endif
