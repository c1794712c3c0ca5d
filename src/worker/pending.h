/*
 * pending.h: the commands in flight: found by the sequence number of their
 * PUBLISH and by their id. The state of one is here, its course in submit.c.
 */
#ifndef WORKER_PENDING_H
#define WORKER_PENDING_H

#include <sys/queue.h>

#include "util/buf.h"
#include "util/idtab.h"
#include "worker/submit.h"
#include "worker/wheel.h"

enum stage {
	STAGE_HELD,		/* its PUBLISH waits until its WATCH has left */
	STAGE_PUBLISHED,	/* handed to the producer */
	STAGE_ACKED,		/* sync: waits for the event */
	STAGE_UNKNOWN,		/* sync: of unknown outcome; an event would prove it */
};

struct submission {
	TAILQ_ENTRY(submission)	 entry;		/* in pending.all, or the free list */
	TAILQ_ENTRY(submission)	 held;		/* in engine.held while STAGE_HELD */
	struct submission	*same;		/* sync: another one of the same id */
	struct engine		*engine;
	enum stage		 stage;
	bool			 sync;
	bool			 once;		/* its PUBLISH is a PUBLISH_ONCE */
	bool			 orphan;	/* the client is gone; only its PUBLISH is still owed */
	bool			 expired;	/* sync: its time is over, the acknowledgement still out */
	uint64_t		 seq;
	uint64_t		 watch_end;	/* peer_sent() of the tailer's link when its WATCH has left */
	uint64_t		 publish_end;	/* the same of the producer's link and its PUBLISH */
	struct buf		 record;	/* the PUBLISH payload, while held */
	struct buf		 event;		/* an event that came before the acknowledgement */
	bool			 has_event;
	int64_t			 received_ns;	/* of its ask */
	int64_t			 mark_ns;	/* when the stage before this one ended */
	struct wheel_timer	 wait;		/* sync: the event's time is over */
	struct wheel_timer	 bound;		/* the producer should long have answered */
	void			(*done)(void *, const struct submit_result *);
	void			*arg;
	struct submit_result	 result;
};

TAILQ_HEAD(submission_list, submission);

struct pending {
	struct submission_list	 all, free;
	struct submission	**slots;	/* by the low half of seq */
	uint32_t		*free_slots;
	uint32_t		 nslots, nfree;
	uint32_t		 round;		/* the high half of seq: a slot's next user is another */
	struct idtab		 by_id;		/* sync only */
	size_t			 count;
};

void			 pending_init(struct pending *p);
/* A zeroed one with a sequence number; enters it by id too where sync. */
struct submission	*pending_add(struct pending *p, const struct id *id, bool sync);
void			 pending_remove(struct pending *p, struct submission *s);
/* NULL: answered or cancelled meanwhile. */
struct submission	*pending_by_seq(const struct pending *p, uint64_t seq);
/* The first of them: go on with same. */
struct submission	*pending_by_id(const struct pending *p, const struct id *id);

#endif
