/*
 * arena.h: memory that is taken piece by piece and given back all at once.
 * One arena a request: values, decoded text and answers live in it. Its limit
 * is what bounds how far a small hostile input can expand.
 */
#ifndef UTIL_ARENA_H
#define UTIL_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block	*blocks;	/* newest first */
	char			*next, *end;	/* free room in the newest block */
	size_t			 taken;		/* bytes of all blocks */
	size_t			 limit;
	int			 full;		/* something did not fit since the arena was new or reset */
};

/* limit: bytes that may be taken in all; 0 = no limit. */
void	 arena_init(struct arena *a, size_t limit);
void	 arena_free(struct arena *a);
/* Give back everything but the oldest block, which the next user finds warm. */
void	 arena_reset(struct arena *a);
/* size bytes, aligned for any type, not cleared; NULL once the limit would be passed. */
void	*arena_alloc(struct arena *a, size_t size);
/* count * size bytes, checked for overflow. */
void	*arena_array(struct arena *a, size_t count, size_t size);
/* A copy of len bytes with a NUL behind them; NULL as above. */
char	*arena_strndup(struct arena *a, const char *s, size_t len);
char	*arena_printf(struct arena *a, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

#endif
