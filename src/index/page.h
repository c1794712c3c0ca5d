/*
 * page.h: which numbers of a list a question is about: all of them, those of
 * a time, those from a place on. For reader files only.
 */
#ifndef INDEX_PAGE_H
#define INDEX_PAGE_H

#include "index/reader_state.h"

/* Rows and blocks that one question may look at, whatever it asks. */
#define PAGE_LOOKED_MAX	300000

enum page_list {
	PAGE_ALL,
	PAGE_ACTION,
	PAGE_PARENT,
};

/* A question as numbers. */
struct page_walk {
	const struct index_query	*q;
	enum page_list			 list;
	int64_t				 action;	/* PAGE_ACTION; PAGE_PARENT: or 0, any */
	int64_t				 first, last;	/* numbers that the list has; last < first: none */
	int64_t				 from;		/* nothing before this number is wanted */
	int64_t				 skip;		/* of what is wanted so many are passed over */
	int64_t				 total;
	int64_t				 looked;
	/* What is on the page, and one more: runs of numbers. */
	struct page_run { int64_t from, n; } *runs;
	size_t				 nruns, room;
	int64_t				 chosen;
	struct arena			*arena;
};

#endif
