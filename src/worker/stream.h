/*
 * stream.h: live streams, GET /commands/updates and /events/updates: clients
 * get every record from where they stand, none missed and none twice. Their
 * life here: from the request to the end; catching up is resume.c's, what comes
 * live is live.c's.
 */
#ifndef WORKER_STREAM_H
#define WORKER_STREAM_H

#include "daemon/peer.h"
#include "worker/exchange.h"

struct streams;

/* What gives the reader of the index; NULL from it: there is none now. */
typedef struct index_reader *stream_index_fn(void *arg);

/* One for a worker; p, base's loop and the wheel outlive it. */
struct streams	*streams_new(struct proc *p, struct wheel *wheel, stream_index_fn *index, void *arg);
void		 streams_free(struct streams *ss);
/* All end within two seconds: clients resume elsewhere, not all in one moment. */
void		 streams_stop(struct streams *ss);

/* Handlers of the routes. */
void	 stream_commands(struct exchange *x);
void	 stream_events(struct exchange *x);
/* The client hung up. */
void	 stream_gone(struct exchange *x);
/* What waited for the client has left. */
void	 stream_writable(struct exchange *x);

/* The link to the tailer is a new one, is gone, or brought FEED, RECORD, PASSED (-1: break it). */
void	 streams_linked(struct streams *ss, struct peer *link);
void	 streams_unlinked(struct streams *ss);
int	 streams_feed(struct streams *ss, struct rdr *r);
int	 streams_record(struct streams *ss, struct rdr *r);
int	 streams_passed(struct streams *ss, struct rdr *r);

#endif
