/*
 * link.h: the producer's links to the workers: PUBLISH in, ACK and NAK out. A
 * worker that went away is not told, and its records go on all the same.
 */
#ifndef PRODUCER_LINK_H
#define PRODUCER_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/ipc.h"
#include "daemon/proc.h"
#include "producer/once.h"

struct links;
struct link;

/* A Kafka header. name is NUL-terminated. */
struct link_header {
	char		 name[32];
	const uint8_t	*value;
	size_t		 len;
};

/* A record as a worker hands it over; the memory is the caller's and is valid during the call. */
struct link_record {
	uint64_t	 seq;		/* the worker's name for it */
	int64_t		 timestamp;	/* ms since 1970 */
	const uint8_t	*key, *value;
	size_t		 key_len, value_len;
	struct link_header	 headers[IPC_HEADERS_MAX];
	unsigned		 nheaders;
	const struct once_question *once;	/* NULL: write it in any case */
};

/* What a link's owner does with what comes. */
struct link_ops {
	void	(*publish)(void *arg, struct link *l, const struct link_record *r);
	/* The link is gone, and l with it after this call. */
	void	(*gone)(void *arg, struct link *l);
};

struct links	*links_new(struct proc *p, const struct link_ops *ops, void *arg);
/* Sends what can be sent and closes them all; tells nobody that they are gone. */
void		 links_free(struct links *ls);
/* A link to worker nr, in the place of an earlier one. Owns fd. */
void		 links_add(struct links *ls, unsigned nr, int fd);
/* Does any link live? */
bool		 links_any(const struct links *ls);
/* Has everything been sent? */
bool		 links_flushed(const struct links *ls);

void	link_ack(struct link *l, uint64_t seq, int32_t partition, int64_t offset, int64_t timestamp);
/* The answer to a PUBLISH_ONCE whose command had been written before. */
void	link_known(struct link *l, uint64_t seq, const struct once_place *place);
void	link_nak(struct link *l, uint64_t seq, enum ipc_nak kind, const char *text);

#endif
