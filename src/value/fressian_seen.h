/*
 * fressian_seen.h: what the Fressian writer has written before and may name
 * again by number: names, and struct types. A small hash table that lives in
 * its owner until it outgrows that.
 */
#ifndef VALUE_FRESSIAN_SEEN_H
#define VALUE_FRESSIAN_SEEN_H

#include <stdbool.h>
#include <stdint.h>

#include "value/value.h"

#define FRESSIAN_SEEN_SMALL 32

struct fressian_seen_entry {
	struct value	key;
	uint32_t	count;
	uint32_t	hash;
};

struct fressian_seen {
	uint32_t	n, cap;		/* entries */
	uint32_t	*slots;		/* 2 * cap: entry number + 1, 0: free. NULL: no entry */
	struct fressian_seen_entry *entries;
	struct fressian_seen_entry small_entries[FRESSIAN_SEEN_SMALL];
	uint32_t	small_slots[2 * FRESSIAN_SEEN_SMALL];
};

/* Empty. Nothing is cleared until the first entry comes. */
void	fressian_seen_init(struct fressian_seen *t);
void	fressian_seen_free(struct fressian_seen *t);
/* The number of a text, from 0 in order of arrival; *is_new: it came only now. Not copied. */
uint32_t fressian_seen_text(struct fressian_seen *t, const char *s, uint32_t len, bool *is_new);
/* The number of a struct's tag (any value) with so many fields, or -1. */
int64_t	 fressian_seen_type(const struct fressian_seen *t, const struct value *tag, uint32_t count);
/* Give it the next number. */
void	 fressian_seen_add_type(struct fressian_seen *t, const struct value *tag, uint32_t count);

#endif
