/*
 * engine.h: what submit.c and the two links share: the commands in flight and
 * the peers they go to. Not for the HTTP side.
 */
#ifndef WORKER_ENGINE_H
#define WORKER_ENGINE_H

#include "daemon/peer.h"
#include "worker/pending.h"
#include "worker/stream.h"

struct engine {
	struct proc		*proc;
	struct wheel		*wheel;
	struct pending		 pending;
	struct submission_list	 held;		/* in the order of their WATCHes */
	struct peer		*producer, *tailer;	/* NULL: no link now */
	struct buf		 scratch;	/* a PUBLISH payload being made */
	struct streams		*streams;	/* what the tailer feeds; NULL: nothing */
	submit_find_fn		*find;		/* in the index; NULL: there is none */
	void			*find_arg;
	struct wheel_timer	 look;		/* no tailer: look into the index */
	struct wheel_timer	 ask;		/* no new link came: ask the master */
	void			(*linked)(void *);
	void			*linked_arg;
};

/* submit.c: what the links report. */
void	submission_acked(struct engine *e, uint64_t seq, int32_t partition, int64_t offset, int64_t timestamp);
/* It had been written before. */
void	submission_known(struct engine *e, uint64_t seq, const struct submit_place *place);
void	submission_failed(struct engine *e, uint64_t seq, enum ipc_nak kind, const char *text);
void	submission_event(struct engine *e, const struct submit_event *event);
/* Look into the index for the events of those that no tailer may tell of. False: there are none now. */
bool	submissions_look(struct engine *e);
/* Begin to do that, now and then. */
void	 engine_look(struct engine *e);
/* The producer's link broke; what was sent up to `sent` may have been read. */
void	submissions_producer_gone(struct engine *e, uint64_t sent);
/* The tailer's link broke: what waits for a WATCH to leave was never published. */
void	submissions_tailer_gone(struct engine *e);
/* WATCHes up to `sent` have left: publish what waited for them. */
void	submissions_release(struct engine *e, uint64_t sent);

/* The links themselves. */
struct peer	*producer_link_new(struct engine *e, unsigned nr, int fd);
/* Put a PUBLISH of this payload. Returns peer_queued() behind it; 0 where the link broke. */
uint64_t	 producer_link_publish(struct engine *e, bool once, const void *payload, size_t len);
struct peer	*tailer_link_new(struct engine *e, unsigned nr, int fd);
/* Put a WATCH. Returns peer_queued() behind it; 0 where the link broke. */
uint64_t	 tailer_link_watch(struct engine *e, const struct id *id);
void		 tailer_link_unwatch(struct engine *e, const struct id *id);
/* A link came up: is that all? */
void		 engine_check_linked(struct engine *e);
/* A link broke: forget it, free it when its own code is off the stack, and see that a new one comes. */
void		 engine_lost(struct engine *e, struct peer *p);

#endif
