/*
 * door.h: questions to the master over its control socket (PROTOCOL, "What
 * cmdrctl asks the master").
 */
#ifndef CTL_DOOR_H
#define CTL_DOOR_H

#include "ctl/settings.h"
#include "util/arena.h"
#include "value/value.h"

enum door_result {
	DOOR_OK,
	DOOR_AWAY,	/* nobody listens there, or the answer was cut off: it ends, or is being replaced */
	DOOR_DENIED,	/* the file system does not let us */
	DOOR_REFUSED,	/* it said no */
};

/*
 * Ask one word. The answer, whose "ok" is true, is in the arena; text (may be NULL) is set to its JSON, in the arena
 * too. Else err has a sentence that says what to do.
 */
enum door_result door_ask(const struct settings *s, const char *word, struct arena *a, struct value *out,
	    const char **text, char *err, size_t size);

#endif
