/*
 * mem.h: allocation that cannot fail. Running out of memory ends the process
 * (fatal), so callers need no error path; sizes that come from a wire are
 * bounded before they get here.
 */
#ifndef UTIL_MEM_H
#define UTIL_MEM_H

#include <stddef.h>

void	*xmalloc(size_t size);
void	*xcalloc(size_t count, size_t size);
/* count * size is checked for overflow. */
void	*xreallocarray(void *ptr, size_t count, size_t size);
char	*xstrdup(const char *s);
/* The first len bytes of s and a NUL. */
char	*xstrndup(const char *s, size_t len);
char	*xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
