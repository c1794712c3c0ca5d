/*
 * link.h: the tailer's links to the workers: WATCH, UNWATCH and SYNCED in,
 * EVENT out; whether every worker has told its watches; how far what was sent
 * has left.
 */
#ifndef TAILER_LINK_H
#define TAILER_LINK_H

#include <sys/queue.h>

#include "daemon/peer.h"
#include "tailer/match.h"

struct link {
	TAILQ_ENTRY(link)	 entry;
	struct links		*all;
	struct peer		*peer;
	unsigned		 nr;		/* the worker's */
	bool			 synced;
	uint64_t		 owed;		/* peer_sent() once every EVENT put so far has left */
	uint64_t		 checkpoint;	/* owed, when the open checkpoint was taken */
	struct watch_list	 watches;
	size_t			 nwatches;	/* WATCHes taken less UNWATCHes: bounds the table */
};

struct links {
	TAILQ_HEAD(, link)	 list;
	struct proc		*proc;
	struct matcher		 matcher;
	bool			 peers_done;	/* the master told all workers that lived at our start */
	bool			 lossy[BOARD_WORKERS];	/* a link to this worker broke; it has not said SYNCED since */
	/* Something left, came up, or broke. */
	void			(*changed)(void *arg);
	/* A worker lives that did not get an event: what was read must be read again. */
	void			(*lost)(void *arg, unsigned worker);
	void			*arg;
};

void	links_init(struct links *ls, struct proc *p);
void	links_add(struct links *ls, unsigned nr, int fd);
/* Has every worker that we know told all its open watches? */
bool	links_synced(const struct links *ls);
bool	links_empty(const struct links *ls);
/* Read every link to EAGAIN: all watches sent until now are known then. */
void	links_drain(struct links *ls);
/* Send what can be sent now. */
void	links_flush(struct links *ls);
/* Remember what has been put so far … */
void	links_checkpoint(struct links *ls);
/* … has all of that left, with no worker unserved? */
bool	links_checkpoint_passed(const struct links *ls);
void	link_send_event(struct link *l, const struct id *parent, const struct match_record *r);

#endif
