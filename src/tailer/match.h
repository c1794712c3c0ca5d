/*
 * match.h: who waits for which event: the open watches of all workers, and an
 * event brought together with them. Knows nothing of Kafka.
 */
#ifndef TAILER_MATCH_H
#define TAILER_MATCH_H

#include <sys/queue.h>

#include <stddef.h>
#include <stdint.h>

#include "daemon/proc.h"
#include "util/arena.h"
#include "util/idtab.h"

struct watcher;

struct watch {
	TAILQ_ENTRY(watch)	 of_link;
	struct watch		*next;	/* another link's watch of the same id */
	struct watcher		*link;
	struct id		 id;
};

TAILQ_HEAD(watch_list, watch);

struct matcher {
	struct proc	*proc;
	struct idtab	 by_id;		/* the first watch of an id */
	size_t		 count;
	struct arena	 arena;
};

/* A record as read from the topic. key and value may be NULL where their length is 0. */
struct match_record {
	int32_t		 partition;
	int64_t		 offset, timestamp;
	const uint8_t	*key, *value;
	size_t		 key_len, value_len;
};

void	match_init(struct matcher *m, struct proc *p);
/* Opens a watch; a second one of the same link and id changes nothing. */
void	match_watch(struct matcher *m, struct watcher *l, const struct id *id);
void	match_unwatch(struct matcher *m, struct watcher *l, const struct id *id);
/* Close all watches of a link. */
void	match_forget(struct matcher *m, struct watcher *l);
/* Send the record to everyone who watches for its parent, and close those watches. */
void	match_record(struct matcher *m, const struct match_record *r);

#endif
