/*
 * submit.h: a checked command on its way: to the producer, and back as an
 * acknowledgement, an event, a time-out or a failure that is told for what it
 * is. Knows nothing of HTTP; post.c turns results into answers.
 */
#ifndef WORKER_SUBMIT_H
#define WORKER_SUBMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command/command.h"
#include "daemon/proc.h"
#include "util/id.h"
#include "worker/wheel.h"

enum submit_outcome {
	SUBMIT_ACKED,		/* all in-sync replicas have it (async: the answer; sync never ends so) */
	SUBMIT_EVENT,		/* its event came: result.event */
	SUBMIT_TIMED_OUT,	/* acknowledged, but no event in time */
	SUBMIT_NOT_SENT,	/* certainly not persisted: a retry is safe */
	SUBMIT_FULL,		/* the same: too many commands in flight */
	SUBMIT_UNREACHABLE,	/* the same: no broker answers */
	SUBMIT_NO_TAILER,	/* the same: a reply could not be awaited */
	SUBMIT_TOO_LARGE,	/* larger than the topic takes */
	SUBMIT_REFUSED,		/* Kafka refuses it for good */
	SUBMIT_UNKNOWN,		/* may or may not be on the log */
	/* With once only. */
	SUBMIT_BUSY,		/* the same command is being written for another request */
	SUBMIT_REUSED,		/* the id was used for another command */
	SUBMIT_LOOK,		/* look into the index again, then ask again */
};

struct submit_place {
	int32_t	partition;
	int64_t	offset;		/* -1: Kafka did not tell */
	int64_t	timestamp;
};

/* An event as the tailer sent it, or as the index has it. */
struct submit_event {
	struct id	 parent, id;
	int32_t		 partition;
	int64_t		 offset, timestamp;
	const uint8_t	*value;
	size_t		 len;
};

/* The first event of a command that the index has; false: none, or no index. *out holds until the next call. */
typedef bool submit_find_fn(void *arg, const struct id *parent, struct submit_event *out);

struct submit_result {
	enum submit_outcome	 outcome;
	struct id		 id;
	bool			 acked;		/* partition, offset, timestamp hold */
	bool			 replayed;	/* it had been written before; nothing was written now */
	int32_t			 partition;
	int64_t			 offset;	/* -1: Kafka did not tell */
	int64_t			 timestamp;	/* ms since 1970; before the acknowledgement: that of acceptance */
	struct id		 event_id;	/* SUBMIT_EVENT, as all that follows */
	const uint8_t		*event;		/* its value; valid until done returns */
	size_t			 event_len;
	int32_t			 event_partition;
	int64_t			 event_offset, event_timestamp;
	const char		*text;		/* failures: a sentence, else "" */
};

/* A command that is written once, however often it is sent. */
struct submit_once {
	struct id	 id;
	uint64_t	 fingerprint;	/* of the command: equal for equal ones, whichever process made it */
	int64_t		 looked_ms;	/* clock_ms before the index was looked at, which did not know the id */
};

/* A header of the Kafka record. */
struct submit_header {
	const char	*name;		/* at most 31 bytes */
	const char	*value;
	size_t		 len;		/* of the value, at most 512 */
};

struct submit_ask {
	const struct command	*command;	/* used until submit returns */
	struct arena		*arena;		/* for the time of the call */
	const struct submit_once *once;		/* NULL: it gets an id of its own, and is written in any case */
	const struct submit_header *headers;	/* IPC_HEADERS_MAX at most */
	unsigned		 nheaders;
	bool			 sync;
	int64_t			 wait_ms;	/* sync: how long to wait for the event */
	int64_t			 received_ns;	/* clock_ns when the request was whole */
	/* Called once, unless cancelled. */
	void			(*done)(void *arg, const struct submit_result *r);
	void			*arg;
};

struct engine;
struct streams;
struct submission;

/* max_in_flight: http.max_in_flight. The wheel and p outlive it. */
struct engine	*engine_new(struct proc *p, struct wheel *wheel);
/* A link from the master (proc_ops.peer). */
void		 engine_peer(struct engine *e, enum role_id role, unsigned nr, int fd);
/* Are both links up? Then the worker may say READY. */
bool		 engine_linked(const struct engine *e);
/* Told once when engine_linked becomes true. */
void		 engine_on_linked(struct engine *e, void (*linked)(void *), void *arg);
/* Live streams, to be given what the tailer sends for them. Before the first link. */
void		 engine_feeds(struct engine *e, struct streams *ss);
/* Where to look for events that no tailer tells of. */
void		 engine_find(struct engine *e, submit_find_fn *find, void *arg);
size_t		 engine_in_flight(const struct engine *e);

/*
 * Give the command an id and send it. NULL where done was called already: it was refused before anything was
 * written.
 */
struct submission *submit(struct engine *e, const struct submit_ask *ask);
/*
 * A command that was written before, at *known (as index_record has it): wait for its event only. ask.command and once.looked_ms are not
 * looked at; ask.sync holds. NULL as above.
 */
struct submission *submit_wait(struct engine *e, const struct submit_ask *ask, const struct submit_place *known);
/* The id that the command has been given. */
const struct id	*submit_id(const struct submission *s);
/* The client hung up: frees what waits for it; done is not called. Changes nothing on the log. */
void		 submit_cancel(struct submission *s);

#endif
