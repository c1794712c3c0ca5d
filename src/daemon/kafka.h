/*
 * kafka.h: a librdkafka handle as the roles want it: configured from ours, the
 * operator's and the secret settings, its log lines in our log, and what its
 * threads alone can see counted. docs/kafka.md says what is set and why.
 * Records and topics are the roles' concern.
 */
#ifndef DAEMON_KAFKA_H
#define DAEMON_KAFKA_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "daemon/proc.h"

enum kafka_use {
	KAFKA_WRITE,	/* the idempotent producer */
	KAFKA_READ,	/* a consumer that assigns its partitions itself */
	/* The same two, for a topic that brokers must not make by themselves. */
	KAFKA_WRITE_EXISTING,
	KAFKA_READ_EXISTING,
};

/*
 * librdkafka sends a record again no sooner than this after an attempt failed: 100 ms are set, and later
 * versions take up to a fifth off.
 */
#define KAFKA_RETRY_MIN_MS	80

struct kafka {
	rd_kafka_t		*rk;
	/* Produce requests whose last byte the kernel has taken. Written by librdkafka's threads. */
	_Atomic uint64_t	 produce_requests;
	/* clock_ms when a broker last answered (a request of substance, not the handshake). */
	_Atomic int64_t		*answered_ms;
};

/* The use of a topic that brokers must not make by themselves. The embedded one makes none, and warns of being told. */
enum kafka_use	 kafka_existing(const struct proc *p, enum kafka_use use);
/*
 * A new handle for p's brokers (p->bootstrap is not NULL). answered_ms, which outlives the process (it is in
 * the scoreboard), is kept up to date by it. NULL with *err saying which setting is wrong and where it stands.
 */
struct kafka	*kafka_new(const struct proc *p, enum kafka_use use, _Atomic int64_t *answered_ms,
		    char *err, size_t errsize);
/*
 * Destroy it on a thread of its own, since that can take long when a broker does not answer. Waits at most
 * wait_ms. True: it is done; false: it goes on behind, and the process must then end by _exit(2). Everything
 * that was taken from the handle (queues, topics, messages) has been given back before. NULL is allowed.
 */
bool		 kafka_free(struct kafka *k, int wait_ms);
/* Have eventfd fd written to whenever queue stops being empty. */
void		 kafka_wake(rd_kafka_queue_t *queue, int fd);
/* Milliseconds since a broker last answered, or since_ms (clock_ms) if that is later. */
int64_t		 kafka_silence(const _Atomic int64_t *answered_ms, int64_t since_ms);

#endif
