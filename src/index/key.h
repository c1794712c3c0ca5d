/*
 * key.h: ids in the order of time. A version 1 UUID begins with the lowest bits of its time, so ids that are made one
 * after the other lie all over an index, and each that is added touches another page. Version 6 (RFC 9562 5.6) is the
 * same fields, highest bits first: so is an id of version 1 kept, and one of version 6 as version 1; all others are
 * kept as they are. Doing it twice undoes it. Pure.
 */
#ifndef INDEX_KEY_H
#define INDEX_KEY_H

#include "util/id.h"

struct id	key_of(const struct id *id);

#endif
