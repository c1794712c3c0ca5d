/*
 * handle.h: one librdkafka producer and the records that are with it. When it
 * fails for good it is retired: it takes no more records, reports on those it
 * has for a while, and goes.
 */
#ifndef PRODUCER_HANDLE_H
#define PRODUCER_HANDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/proc.h"
#include "producer/link.h"

struct handle;

/* How its owner hears of it. */
struct handle_ops {
	/*
	 * It will never write again; why is librdkafka's text. refused: the cluster does not let us write at all.
	 * May retire it, but not free it.
	 */
	void	(*fatal)(void *arg, struct handle *h, const char *why, bool refused);
	/* A retired handle has nothing left, or had its time: free it. */
	void	(*done)(void *arg, struct handle *h);
	/* What became of a record that was to be written once; place: it was written there. Not unless .once was set. */
	void	(*settled)(void *arg, const struct id *id, enum ipc_nak kind, const struct once_place *place);
	/* Fewer records are with it than before. */
	void	(*eased)(void *arg);
};

/*
 * NULL with *err saying which setting is wrong. once: the commands with a key, which outlive it. Keeps p->shared's producer and
 * p->slot up to date.
 */
struct handle	*handle_new(struct proc *p, const struct handle_ops *ops, void *arg, struct once *once,
		    char *err, size_t errsize);
/* Answers every record that is left with NAK_UNKNOWN. Waits at most wait_ms; false: see kafka_free. NULL is allowed. */
bool		 handle_free(struct handle *h, int wait_ms);
/* Queue a record; ACK or NAK goes over l, at once or later. */
void		 handle_write(struct handle *h, struct link *l, const struct link_record *r);
/* Take no more. gone: its brokers are no more either, so do not wait for their answers. */
void		 handle_retire(struct handle *h, bool gone);
/* l is going away: forget that its records were its. */
void		 handle_forget(struct handle *h, const struct link *l);
/* Now and then. */
void		 handle_tick(struct handle *h);
/* Has a broker answered it? */
bool		 handle_heard(const struct handle *h);
/* Records with it. */
size_t		 handle_records(const struct handle *h);

#endif
