/*
 * ends.h: where the partitions of the commands topic end, asked for whenever
 * once.h wants to know. A look goes on while commands are written.
 */
#ifndef PRODUCER_ENDS_H
#define PRODUCER_ENDS_H

#include <librdkafka/rdkafka.h>

#include "producer/once.h"

struct ends;

/* rk and once outlive it. */
struct ends	*ends_new(rd_kafka_t *rk, const char *topic, struct once *once);
/* Waits for a look under way, at most two seconds. NULL is allowed. */
void		 ends_free(struct ends *e);
/* Take what was found, ask for what is wanted. Now and then. */
void		 ends_tick(struct ends *e);

#endif
