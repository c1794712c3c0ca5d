/*
 * transit_cache.h: transit's caching of repeated strings ("Caching" in the
 * transit format 0.8, with the 44-numeral codes that every implementation
 * writes): which strings count, what the codes look like, and the table of
 * each side. Both sides count alike, or they lose each other.
 */
#ifndef VALUE_TRANSIT_CACHE_H
#define VALUE_TRANSIT_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/buf.h"
#include "value/value.h"

#define TRANSIT_CACHE_NUMERALS	44
#define TRANSIT_CACHE_MAX	(TRANSIT_CACHE_NUMERALS * TRANSIT_CACHE_NUMERALS)
#define TRANSIT_CACHE_CODE	3	/* longest code, "^ab" */

/* Does a string count, as a map key or elsewhere? text is valid UTF-8, as it stands on the wire. */
bool	transit_cache_counts(const char *text, size_t len, bool as_key);
/* Is text a code, good or bad? "^ " is none. */
bool	transit_cache_is_code(const char *text, size_t len);

/* What a string on the wire stands for: a value, or a tag (a string value, without "~#"). */
struct transit_slot {
	struct value	value;
	uint32_t	len;	/* of the text on the wire */
	bool		tag;
};

/* The reader's side. All zero is an empty one. */
struct transit_read_cache {
	struct transit_slot	*slots;
	unsigned		 n, room;
};

/*
 * Enter what the next counting string stands for; past the last code it begins anew. 0, or -1 if
 * the arena is full.
 */
int	transit_cache_enter(struct transit_read_cache *c, struct arena *a,
	    const struct transit_slot *slot);
/* What a code stands for; NULL if it is malformed or was not given since the table last began. */
const struct transit_slot *transit_cache_find(const struct transit_read_cache *c,
	    const char *code, size_t len);

/* The writer's side: texts by hash. */
struct transit_cached {
	uint64_t	hash;
	size_t		at;	/* of its text in texts */
	size_t		len;
};

#define TRANSIT_CACHE_FIRST 32

/* Must not move: small ones lie in it. */
struct transit_write_cache {
	struct transit_cached	*entries;
	uint16_t		*index;		/* entry number + 1; 0: free */
	unsigned		 n, room;	/* index has 2 * room places */
	struct buf		 texts;
	struct transit_cached	 first_entries[TRANSIT_CACHE_FIRST];
	uint16_t		 first_index[2 * TRANSIT_CACHE_FIRST];
};

void	transit_cache_init(struct transit_write_cache *c);
void	transit_cache_free(struct transit_write_cache *c);
/*
 * The length of the code of a counting text, put into code; or 0 where it was not entered yet (and
 * now is): then the text itself is to be written.
 */
size_t	transit_cache_code(struct transit_write_cache *c, const char *text, size_t len,
	    char code[TRANSIT_CACHE_CODE]);

#endif
