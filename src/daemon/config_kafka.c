/*
 * config_kafka.c: which librdkafka properties an operator may set, and where.
 * Not whether librdkafka knows a name or likes a value: it says that itself
 * when the handle is made.
 */
#include <fnmatch.h>
#include <string.h>

#include "daemon/config_kafka.h"

#define NAME_MAX_BYTES	128

#define ACKED	"a 2xx answer means that every in-sync replica has the command"
#define ORDERED	"that no command is written twice or out of order rests on it"
#define TIMED	"set kafka.delivery_timeout, which also bounds the client's wait"
#define TAILED	"the tailer follows every partition by offsets of its own and commits none"
#define QUEUED	"set kafka.max_queued and kafka.max_queued_bytes"
#define LINGERS	"set kafka.linger"
#define BROKERS	"set kafka.servers"
#define SQUEEZE	"set kafka.compression"
#define PROGRAM	"only a program can set it"

/* Patterns as fnmatch(3) has them. */
static const struct {
	const char	*pattern;
	const char	*reason;
} reserved[] = {
	{ "acks", ACKED },
	{ "request.required.acks", ACKED },
	{ "delivery.report.only.error", "a 2xx answer is sent on the command's delivery report" },
	{ "enable.idempotence", ORDERED },
	{ "enable.gapless.guarantee", ORDERED },
	{ "max.in.flight*", ORDERED },
	{ "message.send.max.retries", ORDERED },
	{ "retries", ORDERED },
	{ "queuing.strategy", ORDERED },
	{ "transactional.id", "cmdr writes each command by itself, never in a transaction" },
	{ "transaction.timeout.ms", "cmdr writes each command by itself, never in a transaction" },
	{ "message.timeout.ms", TIMED },
	{ "delivery.timeout.ms", TIMED },
	{ "request.timeout.ms", TIMED },
	{ "socket.timeout.ms", "set kafka.unreachable_after, which /ready keeps with its help" },
	{ "isolation.level", "events of a transaction that was aborted must answer no command" },
	{ "group.id", TAILED },
	{ "group.instance.id", TAILED },
	{ "enable.auto.commit", TAILED },
	{ "auto.commit.enable", TAILED },
	{ "enable.auto.offset.store", TAILED },
	{ "offset.store.method", TAILED },
	{ "auto.offset.reset", TAILED },
	{ "enable.partition.eof", TAILED },
	{ "bootstrap.servers", BROKERS },
	{ "metadata.broker.list", BROKERS },
	{ "test.mock.*", "set kafka.servers: embedded" },
	{ "queue.buffering.max.messages", QUEUED },
	{ "queue.buffering.max.kbytes", QUEUED },
	{ "queue.buffering.max.ms", LINGERS },
	{ "linger.ms", LINGERS },
	{ "compression.codec", SQUEEZE },
	{ "compression.type", SQUEEZE },
	{ "message.max.bytes", "it follows from http.max_body" },
	{ "plugin.library.paths", "no foreign code is loaded into a process that writes commands" },
	{ "*_cb", PROGRAM },
	{ "opaque", PROGRAM },
	{ "interceptors", PROGRAM },
	{ "enabled_events", PROGRAM },
	{ "log.queue", PROGRAM },
	{ "default_topic_conf", PROGRAM },
	{ "msg_order_cmp", PROGRAM },
	{ "ssl_*", PROGRAM },
};

/* Whose value nobody but the Kafka roles should see. */
static const char *const secret[] = {
	"*password*", "*secret*", "ssl.key.pem", "sasl.oauthbearer.config",
};

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static int
is_name(const char *s)
{
	size_t len = strlen(s);

	return len > 0 && len <= NAME_MAX_BYTES &&
	    strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789._") == len;
}

const char *
config_kafka_secret(const char *name, const char *value)
{
	(void)value;
	if (!is_name(name))
		return "a librdkafka property has a name of a-z 0-9 . _";
	for (size_t i = 0; i < COUNT(reserved); i++)
		if (fnmatch(reserved[i].pattern, name, 0) == 0)
			return reserved[i].reason;
	return NULL;
}

const char *
config_kafka_property(const char *name, const char *value)
{
	for (size_t i = 0; i < COUNT(secret); i++)
		if (fnmatch(secret[i], name, 0) == 0)
			return "it is a secret; put it into the file that kafka.secrets names";
	return config_kafka_secret(name, value);
}
