/*
 * kafka.c: a librdkafka handle as the roles want it. See kafka.h.
 */
#include <pthread.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/config_secrets.h"
#include "daemon/ipc.h"
#include "daemon/kafka.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/mem.h"

#define USE(use)	(1u << (use))
#define WRITES		(USE(KAFKA_WRITE) | USE(KAFKA_WRITE_EXISTING))
#define READS		(USE(KAFKA_READ) | USE(KAFKA_READ_EXISTING))
#define BOTH		(WRITES | READS)
#define EXISTING	(USE(KAFKA_WRITE_EXISTING) | USE(KAFKA_READ_EXISTING))

#define API_PRODUCE		0	/* Kafka's request types, "ApiKey" in its protocol guide */
#define API_SASL_HANDSHAKE	17
#define API_VERSIONS		18
#define API_SASL_AUTHENTICATE	36

struct row {
	unsigned	 uses;
	const char	*name, *value;
};

/* What an operator may set otherwise: docs/kafka.md says why these. */
static const struct row defaults[] = {
	{ BOTH, "client.id", "cmdr" },
	{ BOTH, "socket.keepalive.enable", "true" },
	{ BOTH, "socket.nagle.disable", "true" },
	{ BOTH, "reconnect.backoff.ms", "100" },
	{ BOTH, "reconnect.backoff.max.ms", "1000" },
	{ BOTH, "log.thread.name", "false" },
	{ BOTH, "log.connection.close", "false" },
	{ BOTH, "allow.auto.create.topics", "true" },
	{ WRITES, "partitioner", "murmur2_random" },
	{ WRITES, "batch.size", "131072" },
	/* Batches are small: a higher level costs much of the producer's time and saves next to nothing. */
	{ WRITES, "compression.level", "1" },
	{ WRITES, "topic.metadata.propagation.max.ms", "3000" },
	{ READS, "fetch.error.backoff.ms", "100" },
	{ READS, "queued.min.messages", "10000" },
	{ READS, "queued.max.messages.kbytes", "32768" },
};

/* What cmdr's promises rest on: set last, so that nothing replaces it. */
static const struct row promises[] = {
	{ BOTH, "log.queue", "true" },
	{ WRITES, "enable.idempotence", "true" },
	/*
	 * A record that times out, or a second request refused because the first one failed, makes librdkafka
	 * raise its epoch and send what is left once more: twice on the log, where it was there already. With one
	 * request at a time the latter cannot be; with the guarantee the former is a fatal error, upon which the
	 * handle is made anew and nothing is sent again. (More in flight would gain nothing: a broker serves
	 * the requests of a connection one by one, and what waits meanwhile shares the next request.)
	 */
	{ WRITES, "max.in.flight.requests.per.connection", "1" },
	{ WRITES, "enable.gapless.guarantee", "true" },
	{ WRITES, "acks", "all" },
	{ WRITES, "delivery.report.only.error", "false" },
	{ WRITES, "retry.backoff.ms", "100" },
	/* Never joined and never committed to, but librdkafka assigns partitions only to a member of something. */
	{ READS, "group.id", "cmdr" },
	{ READS, "enable.auto.commit", "false" },
	{ READS, "enable.auto.offset.store", "false" },
	{ READS, "auto.offset.reset", "error" },
	{ READS, "isolation.level", "read_committed" },
	{ READS, "enable.partition.eof", "true" },
	{ EXISTING, "allow.auto.create.topics", "false" },
};

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* A configuration while it is being built; once a setting is refused the rest is passed over. */
struct draft {
	rd_kafka_conf_t	*conf;
	char		*err;
	size_t		 errsize;
	bool		 failed;
};

static void
set(struct draft *d, const char *where, const char *name, const char *value)
{
	char why[256];

	if (d->failed)
		return;
	if (rd_kafka_conf_set(d->conf, name, value, why, sizeof(why)) == RD_KAFKA_CONF_OK)
		return;
	d->failed = true;
	snprintf(d->err, d->errsize, "%s: %s: %s", where, name, why);
}

static void
set_number(struct draft *d, const char *name, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, value);
	set(d, "cmdr", name, text);
}

static void
set_rows(struct draft *d, enum kafka_use use, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].uses & USE(use))
			set(d, "cmdr", rows[i].name, rows[i].value);
}

/* Properties whose value is a file, or a folder of them, that librdkafka opens: some of its versions crash where they cannot. */
static const char *const files[] = {
	"ssl.ca.location", "ssl.certificate.location", "ssl.crl.location", "ssl.key.location", "ssl.keystore.location",
};

static void
check_file(struct draft *d, const char *where, const char *name, const char *value)
{
	/* ssl.ca.location: probe looks where systems keep theirs. */
	if (d->failed || value[0] == '\0' || strcmp(value, "probe") == 0)
		return;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (strcmp(files[i], name) != 0 || faccessat(AT_FDCWD, value, R_OK, AT_EACCESS) == 0)
			continue;
		d->failed = true;
		snprintf(d->err, d->errsize, "%s: %s: %s cannot be read by the processes that speak to Kafka (user): %s", where,
		    name, value, strerror(errno));
	}
}

static void
set_pairs(struct draft *d, const char *where, const struct config_map *pairs)
{
	for (size_t i = 0; i < pairs->count; i++) {
		set(d, where, pairs->pair[i].name, pairs->pair[i].value);
		check_file(d, where, pairs->pair[i].name, pairs->pair[i].value);
	}
}

static void
set_secrets(struct draft *d, const struct proc *p)
{
	struct config_map secrets = { NULL, 0 };
	struct config_error err;

	if (p->secrets_fd == -1 || d->failed)
		return;
	if (config_secrets_read(p->secrets_fd, "kafka.secrets", &secrets, &err) == -1) {
		d->failed = true;
		snprintf(d->err, d->errsize, "%s", err.text);
		return;
	}
	set_pairs(d, "kafka.secrets", &secrets);
	config_secrets_free(&secrets);
}

/*
 * Before 2.6.1 librdkafka sends its nonce twice in SCRAM, which Kafka 4 refuses as wrong credentials: without this line
 * one would look for the mistake in the password.
 */
static void
warn_of_scram(const struct config_map *properties)
{
	for (size_t i = 0; i < properties->count; i++)
		if (strncmp(properties->pair[i].name, "sasl.mechanism", 14) == 0 &&
		    strncmp(properties->pair[i].value, "SCRAM", 5) == 0 && rd_kafka_version() < 0x02060100)
			log_warn("%s: %s: librdkafka %s speaks it in a way that Kafka 4 refuses (invalid credentials); "
			    "2.6.1 is the first that does not. PLAIN over TLS and client certificates work",
			    properties->pair[i].name, properties->pair[i].value, rd_kafka_version_str());
}

static int64_t
clamp(int64_t value, int64_t low, int64_t high)
{
	return value < low ? low : value > high ? high : value;
}

/*
 * A broker that went silent must be given up, and one that answers heard from, well within
 * kafka.unreachable_after: an idle handle asks for metadata several times in it.
 */
static void
set_pace(struct draft *d, const struct config *c)
{
	int64_t after = c->kafka.unreachable_after;

	set_number(d, "socket.timeout.ms", clamp(after * 3 / 4, 500, 60000));
	set_number(d, "socket.connection.setup.timeout.ms", clamp(after / 2, 1000, 30000));
	set_number(d, "topic.metadata.refresh.interval.ms", clamp(after / 4, 200, 1000));
}

static void
set_write(struct draft *d, const struct config *c)
{
	set_number(d, "message.timeout.ms", c->kafka.delivery_timeout);
	set_number(d, "request.timeout.ms", c->kafka.delivery_timeout);
	set_number(d, "linger.ms", c->kafka.linger);
	set(d, "kafka.compression", "compression.codec", config_word(c, "kafka.compression"));
	set_number(d, "queue.buffering.max.messages", c->kafka.max_queued);
	set_number(d, "queue.buffering.max.kbytes", (int64_t)(c->kafka.max_queued_bytes / 1024));
	/* Whether a record is too large is the topic's to say. */
	set_number(d, "message.max.bytes", (int64_t)IPC_MAX_PAYLOAD);
}

static void
on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	static struct log_limit limits[LOG_DEBUG + 1];

	(void)rk;
	if (level < LOG_EMERG || level > LOG_DEBUG)
		level = LOG_DEBUG;
	/* It tries again by itself after what it calls errors (one broker is away), but not after LOG_CRIT and above. */
	log_limited(&limits[level], level == LOG_ERR ? LOG_WARNING : level < LOG_ERR ? LOG_ERR : level,
	    "kafka: %s: %s", facility, text);
}

static void
on_error(rd_kafka_t *rk, int error, const char *text, void *opaque)
{
	static struct log_limit limit;

	(void)rk;
	(void)opaque;
	log_limited(&limit, error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ? LOG_ERR : LOG_WARNING,
	    "kafka: %s", text);
}

static rd_kafka_resp_err_t
on_request_sent(rd_kafka_t *rk, int sock, const char *broker, int32_t id, int16_t api,
    int16_t version, int32_t correlation, size_t size, void *opaque)
{
	struct kafka *k = opaque;

	(void)rk; (void)sock; (void)broker; (void)id; (void)version; (void)correlation; (void)size;
	if (api == API_PRODUCE)
		atomic_fetch_add(&k->produce_requests, 1);
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t
on_response_received(rd_kafka_t *rk, int sock, const char *broker, int32_t id, int16_t api,
    int16_t version, int32_t correlation, size_t size, int64_t rtt, rd_kafka_resp_err_t error,
    void *opaque)
{
	struct kafka *k = opaque;

	(void)rk; (void)sock; (void)broker; (void)id; (void)version; (void)correlation; (void)size;
	(void)rtt;
	/* A broker that goes on to refuse our credentials has not answered anything. */
	if (error == RD_KAFKA_RESP_ERR_NO_ERROR && api != API_VERSIONS && api != API_SASL_HANDSHAKE &&
	    api != API_SASL_AUTHENTICATE)
		atomic_store_explicit(k->answered_ms, clock_ms(), memory_order_relaxed);
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t
on_new(rd_kafka_t *rk, const rd_kafka_conf_t *conf, void *opaque, char *err, size_t errsize)
{
	rd_kafka_resp_err_t e;

	(void)conf;
	e = rd_kafka_interceptor_add_on_request_sent(rk, "cmdr", on_request_sent, opaque);
	if (e == RD_KAFKA_RESP_ERR_NO_ERROR)
		e = rd_kafka_interceptor_add_on_response_received(rk, "cmdr", on_response_received,
		    opaque);
	if (e != RD_KAFKA_RESP_ERR_NO_ERROR)
		snprintf(err, errsize, "interceptors: %s", rd_kafka_err2str(e));
	return e;
}

static rd_kafka_conf_t *
configure(const struct proc *p, enum kafka_use use, struct kafka *k, char *err, size_t errsize)
{
	const struct config *c = &p->config;
	struct draft d = { .conf = rd_kafka_conf_new(), .err = err, .errsize = errsize };

	set_rows(&d, use, defaults, COUNT(defaults));
	set_pace(&d, c);
	set_pairs(&d, "kafka.properties", &c->kafka.properties);
	warn_of_scram(&c->kafka.properties);
	set_secrets(&d, p);
	set_rows(&d, use, promises, COUNT(promises));
	set(&d, "kafka.servers", "bootstrap.servers", p->bootstrap);
	set_number(&d, "log_level", log_enabled(LOG_DEBUG) ? LOG_DEBUG : LOG_INFO);
	if (USE(use) & WRITES)
		set_write(&d, c);
	else if (strcmp(c->kafka.servers, CONFIG_EMBEDDED) == 0)
		set(&d, "kafka.servers", "fetch.wait.max.ms", "1");	/* it never wakes a waiting fetch */
	if (d.failed) {
		rd_kafka_conf_destroy(d.conf);
		return NULL;
	}
	rd_kafka_conf_set_log_cb(d.conf, on_log);
	if (USE(use) & WRITES)
		rd_kafka_conf_set_events(d.conf, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
	else
		rd_kafka_conf_set_error_cb(d.conf, on_error);
	if (rd_kafka_conf_interceptor_add_on_new(d.conf, "cmdr", on_new, k) != RD_KAFKA_RESP_ERR_NO_ERROR)
		fatalx("librdkafka took no interceptor");
	return d.conf;
}

enum kafka_use
kafka_existing(const struct proc *p, enum kafka_use use)
{
	if (strcmp(p->config.kafka.servers, CONFIG_EMBEDDED) == 0)
		return use;
	return use == KAFKA_WRITE ? KAFKA_WRITE_EXISTING : KAFKA_READ_EXISTING;
}

struct kafka *
kafka_new(const struct proc *p, enum kafka_use use, _Atomic int64_t *answered_ms, char *err,
    size_t errsize)
{
	struct kafka *k = xcalloc(1, sizeof(*k));
	rd_kafka_conf_t *conf;

	k->answered_ms = answered_ms;
	conf = configure(p, use, k, err, errsize);
	if (conf != NULL)
		k->rk = rd_kafka_new((USE(use) & WRITES) ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, conf,
		    err, errsize);
	if (k->rk == NULL) {
		if (conf != NULL)
			rd_kafka_conf_destroy(conf);
		free(k);
		return NULL;
	}
	/* Log lines come with the events, on our own thread. */
	rd_kafka_set_log_queue(k->rk, NULL);
	if (USE(use) & READS)
		rd_kafka_poll_set_consumer(k->rk);
	return k;
}

/* Between the thread that destroys and the one that waits; the last of the two frees it. */
struct farewell {
	struct kafka	*k;
	pthread_mutex_t	 lock;
	pthread_cond_t	 done_cond;
	bool		 done, abandoned;
};

static void
farewell_free(struct farewell *f)
{
	pthread_mutex_destroy(&f->lock);
	pthread_cond_destroy(&f->done_cond);
	free(f);
}

static void *
destroy(void *arg)
{
	struct farewell *f = arg;
	bool abandoned;

	rd_kafka_destroy_flags(f->k->rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
	free(f->k);
	pthread_mutex_lock(&f->lock);
	f->done = true;
	abandoned = f->abandoned;
	pthread_cond_signal(&f->done_cond);
	pthread_mutex_unlock(&f->lock);
	if (abandoned)
		farewell_free(f);
	return NULL;
}

static bool
await(struct farewell *f, int wait_ms)
{
	struct timespec until;
	bool done;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += wait_ms / 1000;
	until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&f->lock);
	while (!f->done && pthread_cond_timedwait(&f->done_cond, &f->lock, &until) != ETIMEDOUT)
		continue;
	done = f->done;
	f->abandoned = !done;
	pthread_mutex_unlock(&f->lock);
	return done;
}

bool
kafka_free(struct kafka *k, int wait_ms)
{
	struct farewell *f;
	pthread_t thread;

	if (k == NULL)
		return true;
	f = xcalloc(1, sizeof(*f));
	f->k = k;
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->done_cond, NULL);
	if ((errno = pthread_create(&thread, NULL, destroy, f)) != 0)
		fatal("a thread to close a Kafka handle");
	pthread_detach(thread);
	if (!await(f, wait_ms))
		return false;
	farewell_free(f);
	return true;
}

void
kafka_wake(rd_kafka_queue_t *queue, int fd)
{
	static const uint64_t one = 1;

	rd_kafka_queue_io_event_enable(queue, fd, &one, sizeof(one));
}

int64_t
kafka_silence(const _Atomic int64_t *answered_ms, int64_t since_ms)
{
	int64_t at = atomic_load_explicit(answered_ms, memory_order_relaxed);

	return clock_ms() - (at > since_ms ? at : since_ms);
}
