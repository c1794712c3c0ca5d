/*
 * tail.h: what cmdrctl tail was asked for, for its two sources: a live stream
 * of the daemon (tail_stream.c), and the topic itself (tail_kafka.c).
 */
#ifndef CTL_TAIL_H
#define CTL_TAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "ctl/ctl.h"
#include "ctl/settings.h"
#include "util/arena.h"
#include "util/id.h"
#include "value/value.h"

enum tail_format { TAIL_JSON, TAIL_EDN, TAIL_HEX };

struct tail {
	const struct ctl_command *self;
	struct settings		 settings;
	bool			 events;	/* else commands */
	enum tail_format	 format;
	bool			 from_beginning, kafka, tokens;
	const char		*from;		/* a token; NULL */
	const char		*action;	/* "name", "ns/name"; NULL: any */
	const char		*parent;	/* text of an id; NULL: any */
	struct id		 parent_id;
	int64_t			 left;		/* records still wanted; -1: without end */
};

/* Print a record. False: enough were printed. */
bool	tail_show(struct tail *t, const struct value *record);
/* The same of one that is JSON already. */
bool	tail_show_json(struct tail *t, const char *text, size_t len);
/* One was printed, by whoever. False: enough were. */
bool	tail_counted(struct tail *t);

/* Follow until enough were printed, or it cannot go on (told). Returns what to end with. */
int	tail_stream(struct tail *t);
int	tail_kafka(struct tail *t);

#endif
