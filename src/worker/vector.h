/*
 * vector.h: where a stream stands: the next offset of each partition; one that
 * is not there is at 0. Streams that stand at the same place share one: it is
 * copied when one of them moves on.
 */
#ifndef WORKER_VECTOR_H
#define WORKER_VECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vector {
	unsigned	refs;
	size_t		n;
	int64_t		next[];
};

/* A copy of next, with one reference. */
struct vector	*vector_new(const int64_t *next, size_t n);
/* One reference more. */
struct vector	*vector_share(struct vector *v);
/* One less. NULL is allowed. */
void		 vector_free(struct vector *v);
int64_t		 vector_at(const struct vector *v, size_t i);
/* *v becomes another where it is shared, or too short. */
void		 vector_set(struct vector **v, size_t i, int64_t next);
/* Is v nowhere before floor? */
bool		 vector_reaches(const struct vector *v, const int64_t *floor, size_t n);
/* Is v nowhere behind end? */
bool		 vector_within(const struct vector *v, const int64_t *end, size_t n);

#endif
