/*
 * vector.c: where a stream stands. See vector.h.
 */
#include <stdlib.h>
#include <string.h>

#include "util/mem.h"
#include "worker/vector.h"

static struct vector *
make(size_t room, const int64_t *next, size_t n)
{
	struct vector *v = xcalloc(1, sizeof(*v) + room * sizeof(v->next[0]));

	v->refs = 1;
	v->n = room;
	if (n > 0)
		memcpy(v->next, next, n * sizeof(v->next[0]));
	return v;
}

struct vector *
vector_new(const int64_t *next, size_t n)
{
	return make(n, next, n);
}

struct vector *
vector_share(struct vector *v)
{
	v->refs++;
	return v;
}

void
vector_free(struct vector *v)
{
	if (v != NULL && --v->refs == 0)
		free(v);
}

int64_t
vector_at(const struct vector *v, size_t i)
{
	return i < v->n ? v->next[i] : 0;
}

void
vector_set(struct vector **v, size_t i, int64_t next)
{
	struct vector *old = *v;

	if (old->refs > 1 || i >= old->n) {
		*v = make(i < old->n ? old->n : i + 1, old->next, old->n);
		vector_free(old);
	}
	(*v)->next[i] = next;
}

bool
vector_reaches(const struct vector *v, const int64_t *floor, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (vector_at(v, i) < floor[i])
			return false;
	return true;
}

bool
vector_within(const struct vector *v, const int64_t *end, size_t n)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->next[i] > (i < n ? end[i] : 0))
			return false;
	return true;
}
