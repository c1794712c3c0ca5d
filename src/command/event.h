/*
 * event.h: an event as processors emit it: found in the bytes of a Kafka
 * record, and as the map that answers hold. Pure.
 */
#ifndef COMMAND_EVENT_H
#define COMMAND_EVENT_H

#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/id.h"
#include "value/codec.h"
#include "value/value.h"

/* Where a record stands. */
struct record_place {
	const char	*topic;
	int32_t		 partition;
	int64_t		 offset;	/* -1: not known */
	int64_t		 timestamp;	/* ms since 1970 */
};

struct event {
	struct id	id, parent;
	bool		has_parent;
	struct value	map;		/* the whole map as decoded */
	struct value	action;		/* a keyword or string; nil if absent */
	struct value	data;		/* nil if absent */
};

/*
 * Decode a record: any legal Fressian, footer or not, keyword or string keys; ids as uuids or their text. key
 * (may be NULL) gives the id in any of the three forms where the value has none. Returns 0, or -1 with *err
 * saying what it is instead of an event.
 */
int	event_parse(const uint8_t *key, size_t key_len, const uint8_t *value, size_t len, struct arena *a,
	    struct event *out, struct codec_error *err);
/*
 * The map of answers: id, (parent,) action, data, what else the record had, then timestamp, topic, partition,
 * offset. VALUE_NIL where the arena is full.
 */
struct value event_answer(struct arena *a, const struct event *e, const struct record_place *place);

#endif
