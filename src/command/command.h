/*
 * command.h: a command: its form as http.md's readers give it, checked, and
 * the bytes of its Kafka key and value. Pure: ids and times are the caller's.
 */
#ifndef COMMAND_COMMAND_H
#define COMMAND_COMMAND_H

#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/buf.h"
#include "util/id.h"
#include "value/value.h"

#define COMMAND_ACTION_MAX 255	/* bytes of namespace, slash and name together */

struct command {
	struct value	action;		/* a keyword with a readable EDN spelling */
	struct value	data;		/* a map; its first-level keys are keywords */
	struct id	user, system;
	bool		has_user, has_system;
};

/* One thing that is wrong: where (RFC 6901 JSON Pointer) and what, as a sentence. In the arena. */
struct command_fault {
	const char	*pointer;
	const char	*detail;
};

#define COMMAND_FAULTS 16	/* more are not listed */

struct command_faults {
	struct command_fault	list[COMMAND_FAULTS];
	size_t			n;
};

/*
 * Check a decoded body and coerce what may be sent in another form (string action, string keys of data, text
 * of uuids). keys_may_be_strings: top-level keys too (Fressian). Returns 0, or -1 with at least one fault.
 */
int	command_parse(const struct value *in, bool keys_may_be_strings, struct arena *a, struct command *out,
	    struct command_faults *faults);
/* {:id … :action … :data …} and :user, :system where given, in that order. VALUE_NIL where the arena is full. */
struct value command_value(struct arena *a, const struct id *id, const struct command *c);

/* topics.key */
enum command_key {
	COMMAND_KEY_FRESSIAN,	/* the uuid in Fressian, with footer */
	COMMAND_KEY_STRING,	/* 36 characters */
	COMMAND_KEY_BINARY,	/* 16 bytes */
};

/* Append the Kafka key of an id. */
void	command_key(struct buf *out, enum command_key form, const struct id *id);

#endif
