/*
 * scout.c: asking brokers what only blocking calls tell. See scout.h.
 */
#include <pthread.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/kafka_scout.h"
#include "util/log.h"
#include "util/mem.h"

#define CALL_TIMEOUT_MS 2000

struct kafka_scout {
	rd_kafka_t		*rk;
	rd_kafka_topic_t	*topic;
	int			 notify_fd;
	pthread_t		 thread;
	pthread_mutex_t		 lock;
	pthread_cond_t		 wake;
	bool			 asked, busy, ending;	/* under lock, as all below */
	int			 first_new;
	int32_t			*list;
	int			 nlist;
	struct kafka_scout_report	*report;
};

static void
ask_range(struct kafka_scout *s, struct kafka_scout_report *r, int32_t partition)
{
	struct kafka_scout_range *range = &r->ranges[r->nranges];

	range->partition = partition;
	if (rd_kafka_query_watermark_offsets(s->rk, rd_kafka_topic_name(s->topic), partition,
	    &range->low, &range->high, CALL_TIMEOUT_MS) == RD_KAFKA_RESP_ERR_NO_ERROR)
		r->nranges++;
}

/* Several partitions that do not answer would take long together: the rest waits for the next round. */
static bool
ending(struct kafka_scout *s)
{
	bool yes;

	pthread_mutex_lock(&s->lock);
	yes = s->ending;
	pthread_mutex_unlock(&s->lock);
	return yes;
}

static struct kafka_scout_report *
look(struct kafka_scout *s, int first_new, const int32_t *list, int nlist)
{
	struct kafka_scout_report *r = xcalloc(1, sizeof(*r));
	const struct rd_kafka_metadata *md;
	int failed = 0, before;

	r->err = rd_kafka_metadata(s->rk, 0, s->topic, &md, CALL_TIMEOUT_MS);
	if (r->err != RD_KAFKA_RESP_ERR_NO_ERROR)
		return r;
	if (md->topic_cnt == 1) {
		r->err = md->topics[0].err;
		r->partitions = md->topics[0].partition_cnt;
	}
	rd_kafka_metadata_destroy(md);
	if (r->err != RD_KAFKA_RESP_ERR_NO_ERROR || r->partitions == 0)
		return r;
	r->ranges = xcalloc((size_t)(r->partitions + nlist), sizeof(*r->ranges));
	for (int i = 0; i < nlist + (r->partitions - first_new) && failed < 3 && !ending(s); i++) {
		before = r->nranges;
		ask_range(s, r, i < nlist ? list[i] : (int32_t)(first_new + i - nlist));
		failed += r->nranges == before;
	}
	return r;
}

static void
deliver(struct kafka_scout *s, struct kafka_scout_report *r)
{
	uint64_t one = 1;

	pthread_mutex_lock(&s->lock);
	kafka_scout_report_free(s->report);
	s->report = r;
	s->busy = false;
	pthread_mutex_unlock(&s->lock);
	if (write(s->notify_fd, &one, sizeof(one)) == -1)
		log_warn("telling the loop of a look at the topic failed");
}

static void *
run(void *arg)
{
	struct kafka_scout *s = arg;
	int first_new, nlist;
	int32_t *list;

	pthread_mutex_lock(&s->lock);
	while (!s->ending) {
		if (!s->asked) {
			pthread_cond_wait(&s->wake, &s->lock);
			continue;
		}
		s->asked = false;
		first_new = s->first_new;
		list = s->list;
		nlist = s->nlist;
		s->list = NULL;
		pthread_mutex_unlock(&s->lock);
		deliver(s, look(s, first_new, list, nlist));
		free(list);
		pthread_mutex_lock(&s->lock);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

struct kafka_scout *
kafka_scout_new(rd_kafka_t *rk, const char *topic, int notify_fd)
{
	struct kafka_scout *s = xcalloc(1, sizeof(*s));

	s->rk = rk;
	s->notify_fd = notify_fd;
	s->topic = rd_kafka_topic_new(rk, topic, NULL);
	if (s->topic == NULL)
		fatalx("topic %s: %s", topic, rd_kafka_err2str(rd_kafka_last_error()));
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->wake, NULL);
	if (pthread_create(&s->thread, NULL, run, s) != 0)
		fatalx("no thread to look at topics");
	return s;
}

void
kafka_scout_free(struct kafka_scout *s)
{
	pthread_mutex_lock(&s->lock);
	s->ending = true;
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
	rd_kafka_topic_destroy(s->topic);
	kafka_scout_report_free(s->report);
	free(s->list);
	free(s);
}

void
kafka_scout_ask(struct kafka_scout *s, int first_new, const int32_t *list, int n)
{
	pthread_mutex_lock(&s->lock);
	if (!s->busy) {
		s->busy = s->asked = true;
		s->first_new = first_new;
		free(s->list);
		s->list = xcalloc((size_t)n + 1, sizeof(*list));
		if (n > 0)
			memcpy(s->list, list, (size_t)n * sizeof(*list));
		s->nlist = n;
		pthread_cond_signal(&s->wake);
	}
	pthread_mutex_unlock(&s->lock);
}

struct kafka_scout_report *
kafka_scout_take(struct kafka_scout *s)
{
	struct kafka_scout_report *r;

	pthread_mutex_lock(&s->lock);
	r = s->report;
	s->report = NULL;
	pthread_mutex_unlock(&s->lock);
	return r;
}

void
kafka_scout_report_free(struct kafka_scout_report *r)
{
	if (r == NULL)
		return;
	free(r->ranges);
	free(r);
}
