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
	DOOR_AWAY,	/* nobody listens there */
	DOOR_CUT,	/* it ended, or became another image in a reload, before it answered */
	DOOR_DENIED,	/* the file system does not let us */
	DOOR_REFUSED,	/* it said no */
};

/*
 * Ask one word; again where the answer was cut off and asking twice does no harm. The answer, whose "ok" is true, is in the arena; text (may be NULL) is set to its JSON, in the arena
 * too. Else err has a sentence that says what to do.
 */
enum door_result door_ask(const struct settings *s, const char *word, struct arena *a, struct value *out,
	    const char **text, char *err, size_t size);

#endif
