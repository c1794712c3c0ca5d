/*
 * record.h: a record of the index as the map that answers hold (section 2 of
 * the HTTP face).
 */
#ifndef WORKER_RECORD_H
#define WORKER_RECORD_H

#include "index/index.h"
#include "util/arena.h"
#include "value/value.h"

/*
 * id, (parent,) action, data, what else it has, timestamp, topic, partition, offset; for a command
 * also children, where that is not NULL: the ids of its events. A record that cannot be decoded is
 * what the index knows of it, and "error". name: the topic's. VALUE_NIL: the arena is full.
 */
struct value record_answer(struct arena *a, const struct index_record *r, const char *name,
    const struct value *children);

#endif
