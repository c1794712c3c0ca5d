/*
 * arena.c: memory given back all at once. See arena.h.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/arena.h"
#include "util/mem.h"

#define FIRST_BLOCK	((size_t)4096)
#define LARGEST_BLOCK	((size_t)1 << 20)
#define ALIGN		((size_t)16)

struct arena_block {
	struct arena_block	*older;
	size_t			 size;
	_Alignas(16) char	 room[];
};

void
arena_init(struct arena *a, size_t limit)
{
	memset(a, 0, sizeof(*a));
	a->limit = limit;
}

static void
free_until(struct arena *a, const struct arena_block *last)
{
	struct arena_block *b;

	while ((b = a->blocks) != last) {
		a->blocks = b->older;
		a->taken -= b->size;
		free(b);
	}
}

void
arena_free(struct arena *a)
{
	free_until(a, NULL);
	a->next = a->end = NULL;
}

void
arena_reset(struct arena *a)
{
	const struct arena_block *oldest = a->blocks;

	if (oldest == NULL)
		return;
	while (oldest->older != NULL)
		oldest = oldest->older;
	free_until(a, oldest);
	a->full = 0;
	a->next = a->blocks->room;
	a->end = a->next + a->blocks->size;
}

static int
grow(struct arena *a, size_t need)
{
	size_t size = a->blocks == NULL ? FIRST_BLOCK : a->blocks->size * 2;
	struct arena_block *b;

	if (size > LARGEST_BLOCK)
		size = LARGEST_BLOCK;
	if (size < need)
		size = need;
	if (a->limit != 0 && size > a->limit - a->taken) {
		size = need;
		if (size > a->limit - a->taken)
			return -1;
	}
	b = xmalloc(sizeof(*b) + size);
	b->size = size;
	b->older = a->blocks;
	a->blocks = b;
	a->taken += size;
	a->next = b->room;
	a->end = b->room + size;
	return 0;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	void *p;

	if (size > SIZE_MAX / 2) {
		a->full = 1;
		return NULL;
	}
	/* Even nothing has an address of its own: NULL only ever means that the limit is reached. */
	size = size == 0 ? ALIGN : (size + ALIGN - 1) & ~(ALIGN - 1);
	if (size > (size_t)(a->end - a->next) && grow(a, size) == -1) {
		a->full = 1;
		return NULL;
	}
	p = a->next;
	a->next += size;
	return p;
}

void *
arena_array(struct arena *a, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		return arena_alloc(a, SIZE_MAX);
	return arena_alloc(a, count * size);
}

char *
arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *p = arena_alloc(a, len + 1);

	if (p == NULL)
		return NULL;
	if (len > 0)
		memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || (p = arena_alloc(a, (size_t)n + 1)) == NULL)
		return NULL;
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}
