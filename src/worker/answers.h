/*
 * answers.h: counts answers by route, method, media type and status, in the
 * worker's part of the scoreboard. However many paths clients think of, the
 * rows are few: a route is a row of routes.c, the rest stands in tables.
 */
#ifndef WORKER_ANSWERS_H
#define WORKER_ANSWERS_H

#include "daemon/series.h"
#include "worker/guard_head.h"
#include "worker/routes.h"

#define ANSWERS_KNOWN	512	/* power of 2, twice what a series holds */

/* What this process counted already, so that no text is made for it again. */
struct answers {
	struct series	*series;
	struct {
		uint64_t		 key;
		struct series_row	*row;	/* NULL: free */
	} known[ANSWERS_KNOWN];
	unsigned	 nknown;
};

/* a is zero. What the process before counted in s goes on. */
void	answers_init(struct answers *a, struct series *s);
/*
 * One more. r NULL: no route matched, or the request was refused before there was one; content_type may have
 * parameters, NULL: none.
 */
void	answers_count(struct answers *a, const struct route *r, enum guard_method method, const char *content_type,
	    int status);

#endif
