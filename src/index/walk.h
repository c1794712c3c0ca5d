/*
 * walk.h: which numbers of a list a question is about: all of them, those of
 * some time, those behind a place. For reader files only.
 */
#ifndef INDEX_WALK_H
#define INDEX_WALK_H

#include "index/reader_state.h"

enum walk_list {
	WALK_ALL,
	WALK_ACTION,
	WALK_PARENT,
};

/* A question as numbers. */
struct walk {
	const struct index_query	*q;
	enum walk_list			 list;
	int64_t				 action;	/* WALK_ACTION; WALK_PARENT: or 0, any */
	struct id			 parent;	/* WALK_PARENT: as key.h has it */
	int64_t				 first, last;	/* numbers that the list has; last < first: none */
	int64_t				 from;		/* nothing before this number is wanted */
	int64_t				 skip;		/* of what is wanted so many are passed over */
	int64_t				 total;
	int64_t				 looked;	/* how much was looked at */
	/* What is on the page, and one more: runs of numbers. */
	struct walk_run { int64_t from, n; } *runs;
	size_t				 nruns, room;
	int64_t				 chosen;
	struct arena			*arena;
};

/* Bind what a question of this list needs besides ?1 and ?2. */
void	walk_bind(const struct walk *w, sqlite3_stmt *s);
/* Count all that match, and choose the page: total and runs. INDEX_COSTLY: there would be too much to look at. */
enum index_result walk_all(struct index_reader *r, struct walk *w);

#endif
