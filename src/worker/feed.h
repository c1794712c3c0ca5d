/*
 * feed.h: a topic as it comes from the tailer while this worker has streams of
 * it: where it stands, and the newest records (sse.recent) as blocks that are
 * ready to be sent, made once for all streams. Knows nothing of clients.
 *
 * Records stand in one list, the newest last. From f->oldest on a stream may
 * join: all there is between f->floor and f->next of each partition. What is
 * older stays only for as long as someone holds a place in the list.
 */
#ifndef WORKER_FEED_H
#define WORKER_FEED_H

#include <sys/queue.h>

#include "daemon/peer.h"
#include "daemon/proc.h"
#include "util/arena.h"
#include "worker/block.h"

struct feed;

struct feed_record {
	TAILQ_ENTRY(feed_record) entry;
	uint64_t	 start;		/* bytes of all blocks before it, since ever */
	unsigned	 held;		/* places held at it */
	int32_t		 partition;
	int64_t		 offset;
	struct block	 block;
};

struct feed_ops {
	/* FEED came: f->live. */
	void	(*live)(struct feed *f);
	/* r was appended. */
	void	(*grew)(struct feed *f, struct feed_record *r);
	/*
	 * Records are missing between what is there and what will come. Everything is still as it
	 * was before; when this returns no place may be held.
	 */
	void	(*gap)(struct feed *f);
	/* The same, and what will come is of a topic made anew: former offsets mean nothing. */
	void	(*anew)(struct feed *f);
};

TAILQ_HEAD(feed_list, feed_record);

struct feed {
	enum board_topic	 topic;
	const char		*name;		/* the topic's */
	struct proc		*proc;
	const struct feed_ops	*ops;
	void			*arg;		/* the owner's */
	struct peer		*link;		/* the tailer's; NULL: away */
	bool			 wanted;	/* subscribed to, on every link */
	bool			 known;		/* FEED came since it is wanted: all below holds */
	bool			 live;		/* … and over the present link */
	uint32_t		 epoch;
	uint64_t		 source;	/* token.h; 0: not known yet */
	int64_t			*next;		/* what follows on each partition */
	int64_t			*floor;		/* where the list that may be joined begins */
	size_t			 n;		/* partitions */
	struct feed_list	 list;
	struct feed_record	*oldest;	/* NULL: no record may be joined at */
	uint64_t		 total;		/* bytes of all blocks that there ever were */
	struct arena		 arena;		/* a record being decoded */
	struct buf		 beat;		/* "id: TOKEN\n\n" of next; empty: to be made */
};

/* p, ops and arg outlive it. */
void	feed_init(struct feed *f, enum board_topic topic, struct proc *p, const struct feed_ops *ops,
	    void *arg);
void	feed_free(struct feed *f);
/* Subscribe, or give it up and forget all. No place is held then. */
void	feed_want(struct feed *f);
void	feed_unwant(struct feed *f);
/* A new link to the tailer: subscribe on it where wanted. */
void	feed_linked(struct feed *f, struct peer *link);
void	feed_unlinked(struct feed *f);

/* The payloads of FEED, RECORD and PASSED, behind their u8 topic. 0, or -1: they are not sound. */
int	feed_take(struct feed *f, struct rdr *r);
int	feed_record(struct feed *f, struct rdr *r);
int	feed_passed(struct feed *f, struct rdr *r);

/* Does the scoreboard tell by now which cluster offsets are of? Then f->source is set. */
bool	feed_has_source(struct feed *f);
/* Hold a place: r and what comes behind it stay. */
void	feed_hold(struct feed_record *r);
void	feed_release(struct feed *f, struct feed_record *r);
/* The block without a record that says where the topic stands. known. */
const struct buf *feed_beat(struct feed *f);
/* Copy to out, of f->n, what followed on each partition when r was the next record. */
void	feed_before(const struct feed *f, const struct feed_record *r, int64_t *out);

#endif
