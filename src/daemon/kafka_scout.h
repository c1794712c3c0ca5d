/*
 * kafka_scout.h: asking brokers what only blocking calls tell: how many partitions
 * the topic has, and where each begins and ends. On a thread of its own, so
 * that the loop never waits for a broker.
 */
#ifndef DAEMON_KAFKA_SCOUT_H
#define DAEMON_KAFKA_SCOUT_H

#include <stdbool.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

struct kafka_scout_range {
	int32_t		partition;
	int64_t		low, high;	/* first offset kept; next offset to be read at the end */
};

/* What one round found. The callee frees it with kafka_scout_report_free. */
struct kafka_scout_report {
	rd_kafka_resp_err_t	 err;		/* of the topic */
	int			 partitions;	/* of the topic, where err is 0 */
	struct kafka_scout_range	*ranges;	/* of the partitions asked for that answered */
	int			 nranges;
};

struct kafka_scout;

/* notify_fd (an eventfd) is written to when a report is there. rk outlives the scout. */
struct kafka_scout	*kafka_scout_new(rd_kafka_t *rk, const char *topic, int notify_fd);
/* Stop it; waits for a call under way, at most its time-out (2 s). */
void		 kafka_scout_free(struct kafka_scout *s);
/*
 * Ask for a round, unless one is under way: metadata, then the ranges of the partitions from first_new on and
 * of the n listed ones.
 */
void		 kafka_scout_ask(struct kafka_scout *s, int first_new, const int32_t *list, int n);
/* The report that is there, or NULL. */
struct kafka_scout_report *kafka_scout_take(struct kafka_scout *s);
void		 kafka_scout_report_free(struct kafka_scout_report *r);

#endif
