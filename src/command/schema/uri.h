/*
 * uri.h: what JSON Schema needs of RFC 3986: a reference resolved against a
 * base, and its fragment.
 */
#ifndef COMMAND_SCHEMA_URI_H
#define COMMAND_SCHEMA_URI_H

#include <stdbool.h>
#include <stddef.h>

#include "util/arena.h"

/* RFC 3986 5.2, in the arena; NULL where that is full. base may be "" (then ref stands for itself). */
const char	*uri_resolve(struct arena *a, const char *base, const char *ref, size_t ref_len);
/* Cut at the first '#': the part before it, and *fragment behind it ("" where there is none), percent-decoded. */
const char	*uri_split(struct arena *a, const char *uri, const char **fragment);

#endif
