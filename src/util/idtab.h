/*
 * idtab.h: a hash table from id to a pointer that the caller owns: commands in
 * flight, watches. Open addressing; grows by doubling.
 */
#ifndef UTIL_IDTAB_H
#define UTIL_IDTAB_H

#include <stddef.h>

#include "util/id.h"

struct idtab_slot {
	struct id	 id;
	void		*ptr;		/* NULL: free */
};

struct idtab {
	struct idtab_slot	*slots;
	size_t			 cap;	/* a power of two */
	size_t			 count;
};

void	 idtab_init(struct idtab *t);
void	 idtab_free(struct idtab *t);
/* ptr is not NULL. Returns what stood there before, or NULL. */
void	*idtab_put(struct idtab *t, const struct id *id, void *ptr);
void	*idtab_get(const struct idtab *t, const struct id *id);
/* Returns what stood there, or NULL. */
void	*idtab_remove(struct idtab *t, const struct id *id);
/* The first used slot at or after *pos, moving *pos past it; NULL at the end. No puts or removes meanwhile. */
struct idtab_slot *idtab_next(struct idtab *t, size_t *pos);

#endif
