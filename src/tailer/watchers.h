/*
 * watchers.h: the tailer's links to the workers: WATCH, UNWATCH, SUBSCRIBE,
 * UNSUBSCRIBE and SYNCED in, EVENT out (and what feeder.c puts); whether every
 * worker has told its watches; how far what was sent has left.
 */
#ifndef TAILER_WATCHERS_H
#define TAILER_WATCHERS_H

#include <sys/queue.h>

#include "daemon/peer.h"
#include "tailer/match.h"

struct watcher {
	TAILQ_ENTRY(watcher)	 entry;
	struct watchers		*all;
	struct peer		*peer;
	unsigned		 nr;		/* the worker's */
	bool			 synced;
	bool			 subscribed[BOARD_TOPICS];
	bool			 fed[BOARD_TOPICS];	/* FEED was put: every record from there on is */
	uint64_t		 owed;		/* peer_sent() once every EVENT and RECORD put so far has left */
	uint64_t		 checkpoint;	/* owed, when the open checkpoint was taken */
	struct watch_list	 watches;
	size_t			 nwatches;	/* WATCHes taken less UNWATCHes: bounds the table */
};

struct watchers {
	TAILQ_HEAD(, watcher)	 list;
	struct proc		*proc;
	struct matcher		 matcher;
	bool			 peers_done;	/* the master told all workers that lived at our start */
	bool			 lossy[BOARD_WORKERS];	/* a link to this worker broke; it has not said SYNCED since */
	/* Something left, came up, or broke. */
	void			(*changed)(void *arg);
	/* A worker lives that did not get an event: what was read must be read again. */
	void			(*lost)(void *arg, unsigned worker);
	/* A worker wants a topic, which may be the first to do so. */
	void			(*subscribed)(void *arg, enum board_topic topic);
	void			*arg;
};

void	watchers_init(struct watchers *ls, struct proc *p);
void	watchers_add(struct watchers *ls, unsigned nr, int fd);
/* Has every worker that we know told all its open watches? */
bool	watchers_synced(const struct watchers *ls);
bool	watchers_empty(const struct watchers *ls);
/* Is every worker served that was? One whose link broke has not been heard of since. */
bool	watchers_whole(const struct watchers *ls);
/* Read every link to EAGAIN: all watches sent until now are known then. */
void	watchers_drain(struct watchers *ls);
/* Send what can be sent now. */
void	watchers_flush(struct watchers *ls);
/* Remember what has been put so far … */
void	watchers_checkpoint(struct watchers *ls);
/* … has all of that left, with no worker unserved? */
bool	watchers_checkpoint_passed(const struct watchers *ls);
/* End a frame (peer_begin) that must have left before its record is passed over. */
void	watcher_put(struct watcher *l);
/* event: the id of the record, which its value need not have. */
void	watcher_send_event(struct watcher *l, const struct id *parent, const struct id *event,
	    const struct match_record *r);

#endif
