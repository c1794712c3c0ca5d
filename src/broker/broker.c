/*
 * broker.c: an in-memory Kafka for a first run without one: librdkafka's mock
 * cluster with the topics. It is for librdkafka's clients only and keeps
 * nothing; not for production, and not for tests of what Kafka promises.
 */
#include <stdio.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "broker/broker.h"
#include "daemon/proc.h"
#include "util/log.h"

#define SERVE_MS	500

struct broker {
	struct proc			*proc;
	rd_kafka_t			*rk;	/* the cluster lives in it */
	rd_kafka_mock_cluster_t		*cluster;
	struct event			*serve;
};

static void
on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	static struct log_limit limit;

	(void)rk;
	log_limited(&limit, level < LOG_ERR ? LOG_ERR : level, "embedded broker: %s: %s", facility, text);
}

static rd_kafka_t *
make_handle(void)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char err[256];
	rd_kafka_t *rk;

	/* Its lines wait for us to ask, so that they come on our thread. */
	if (rd_kafka_conf_set(conf, "log.queue", "true", err, sizeof(err)) != RD_KAFKA_CONF_OK ||
	    rd_kafka_conf_set(conf, "log_level", "4", err, sizeof(err)) != RD_KAFKA_CONF_OK)
		fatalx("embedded broker: %s", err);
	rd_kafka_conf_set_log_cb(conf, on_log);
	rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, err, sizeof(err));
	if (rk == NULL)
		fatalx("embedded broker: %s", err);
	rd_kafka_set_log_queue(rk, NULL);
	return rk;
}

static void
make_topic(struct broker *b, const char *topic, int partitions)
{
	rd_kafka_resp_err_t error = rd_kafka_mock_topic_create(b->cluster, topic, partitions, 1);

	if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
		fatalx("embedded broker: topic %s: %s", topic, rd_kafka_err2str(error));
}

static void
on_serve(evutil_socket_t fd, short what, void *arg)
{
	struct broker *b = arg;

	(void)fd;
	(void)what;
	rd_kafka_poll(b->rk, 0);
}

/* Nobody links to a broker: its clients connect to it as to any other. */
static void
on_peer(struct proc *p, enum role_id role, unsigned nr, int fd)
{
	(void)p;
	log_error("a link to %s %u, which the embedded broker has no business with", role_name(role), nr);
	close(fd);
}

static void
on_stop(struct proc *p, bool master_gone)
{
	(void)master_gone;
	event_base_loopbreak(p->base);
}

static const struct proc_ops proc_ops = {
	.peer = on_peer,
	.stop = on_stop,
};

int
broker_run(struct proc *p)
{
	const struct timeval every = { 0, SERVE_MS * 1000 };
	struct broker b = { .proc = p, .rk = make_handle() };
	const char *address;

	b.cluster = rd_kafka_mock_cluster_new(b.rk, 1);
	if (b.cluster == NULL)
		fatalx("embedded broker: librdkafka made no cluster");
	make_topic(&b, p->config.topics.commands, p->config.embedded.partitions);
	make_topic(&b, p->config.topics.events, p->config.embedded.partitions);
	if (p->config.topics.schemas[0] != '\0')
		make_topic(&b, p->config.topics.schemas, 1);
	b.serve = event_new(p->base, -1, EV_PERSIST, on_serve, &b);
	if (b.serve == NULL || event_add(b.serve, &every) == -1)
		fatalx("no timer");
	address = rd_kafka_mock_cluster_bootstraps(b.cluster);
	log_warn("this is the EMBEDDED broker, at %s: it keeps nothing. Every command and event is lost when "
	    "it stops. For anything but a first look, set kafka.servers to a real Kafka", address);
	proc_ready(p, &proc_ops, address);
	event_base_dispatch(p->base);

	event_free(b.serve);
	rd_kafka_mock_cluster_destroy(b.cluster);
	rd_kafka_destroy(b.rk);
	return 0;
}
