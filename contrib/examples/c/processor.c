/*
 * processor.c: a command processor in C, with librdkafka. It follows the commands
 * topic and answers each :create-foo with a :foo-created event; with --echo it answers
 * every command with its own action and data, which is what a benchmark wants.
 *
 * It is an example: it keeps no state, so it does not know after a restart which
 * commands it has answered.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>

#include "fressian_lite.h"

#define BATCH             1000 /* commands taken at a time */
#define POLL_MS           100
#define REQUEST_MS        5000 /* for metadata and watermarks */
#define LOOK_FOR_TOPICS_S 5    /* how often to look for new partitions */
#define FLUSH_MS          10000

static volatile sig_atomic_t stopping;

static struct processor {
	const char *brokers, *commands, *events;
	bool from_beginning, echo, quiet;
	char **properties; /* name=value, for librdkafka */
	size_t nproperties;

	rd_kafka_t *consumer, *producer;
	rd_kafka_topic_t *topic;  /* events */
	int npartitions;          /* of the commands topic, that are followed */
	time_t looked;
	bool lost;                /* an event could not be delivered */

	struct fl_arena arena;
	struct fl_buf out;        /* keys and values of the events of a batch */
	struct event {
		size_t key, value, end; /* offsets in out */
	} batch[BATCH];
	size_t nbatch;
} me = { .brokers = "127.0.0.1:9092", .commands = "commands", .events = "events" };

static void __attribute__((noreturn, format(printf, 1, 2)))
die(const char *format, ...)
{
	va_list ap;

	fputs("processor: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static void
on_signal(int signal)
{
	(void)signal;
	stopping = 1;
}

/* --- Kafka -------------------------------------------------------------------- */

/* -X goes to both clients, so each is told of properties that only the other has. */
static void
on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	if (strcmp(facility, "CONFWARN") != 0)
		rd_kafka_log_print(rk, level, facility, text);
}

static void
on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
	(void)rk;
	(void)opaque;
	if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR)
		return;
	me.lost = true;
	fprintf(stderr, "processor: an event was not delivered: %s\n", rd_kafka_err2str(m->err));
}

static void
set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
	char error[512];

	if (rd_kafka_conf_set(conf, name, value, error, sizeof(error)) != RD_KAFKA_CONF_OK)
		die("%s", error);
}

static rd_kafka_t *
new_client(rd_kafka_type_t type)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_t *rk;
	char error[512], *value;
	size_t i;

	set(conf, "bootstrap.servers", me.brokers);
	set(conf, "client.id", "cmdr-example-c");
	set(conf, "socket.nagle.disable", "true");
	if (type == RD_KAFKA_CONSUMER) {
		/* librdkafka wants a group even of a consumer that joins and commits nothing. */
		set(conf, "group.id", "cmdr-example-c");
		set(conf, "enable.auto.commit", "false");
		set(conf, "auto.offset.reset", "error");
		set(conf, "isolation.level", "read_committed");
	} else {
		set(conf, "linger.ms", "0");
		set(conf, "enable.idempotence", "true");
		/* As the Java clients choose a partition for a key. */
		set(conf, "partitioner", "murmur2_random");
		rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
	}
	for (i = 0; i < me.nproperties; i++) {
		value = strchr(me.properties[i], '=');
		*value = '\0';
		set(conf, me.properties[i], value + 1);
		*value = '=';
	}
	rd_kafka_conf_set_log_cb(conf, on_log);
	if ((rk = rd_kafka_new(type, conf, error, sizeof(error))) == NULL)
		die("cannot make a Kafka client: %s", error);
	return rk;
}

/* How many partitions a topic has; 0 while it, or the broker, is not there. */
static int
count_partitions(rd_kafka_t *rk, const char *name, const char **why)
{
	const struct rd_kafka_metadata *md;
	rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, name, NULL);
	rd_kafka_resp_err_t err;
	int n = 0;

	if (topic == NULL)
		die("%s: %s", name, rd_kafka_err2str(rd_kafka_last_error()));
	err = rd_kafka_metadata(rk, 0, topic, &md, REQUEST_MS);
	if (err == RD_KAFKA_RESP_ERR_NO_ERROR) {
		if ((err = md->topics[0].err) == RD_KAFKA_RESP_ERR_NO_ERROR)
			n = md->topics[0].partition_cnt;
		rd_kafka_metadata_destroy(md);
	}
	rd_kafka_topic_destroy(topic);
	*why = rd_kafka_err2str(err);
	return n;
}

/* Returns the number of partitions, at least 1; or 0 to stop. */
static int
await_topic(rd_kafka_t *rk, const char *name)
{
	const char *why, *said = "";
	int n = 0;

	while (!stopping && (n = count_partitions(rk, name, &why)) == 0) {
		if (strcmp(why, said) != 0)
			fprintf(stderr, "processor: waiting for topic %s on %s: %s\n", name,
			    me.brokers, said = why);
		usleep(200 * 1000);
	}
	return n;
}

/* The offset that stands for the beginning or the end of a partition just now. */
static int64_t
find_offset(int partition, bool beginning)
{
	int64_t low, high;
	rd_kafka_resp_err_t err;

	while (!stopping) {
		err = rd_kafka_query_watermark_offsets(me.consumer, me.commands, partition, &low,
		    &high, REQUEST_MS);
		if (err == RD_KAFKA_RESP_ERR_NO_ERROR)
			return beginning ? low : high;
		fprintf(stderr, "processor: no offsets of %s[%d] yet: %s\n", me.commands, partition,
		    rd_kafka_err2str(err));
		usleep(200 * 1000);
	}
	return 0;
}

/*
 * Follows partitions that are not followed yet. An end that is asked for by name is
 * found only when the first fetch comes, and commands written before that would be
 * missed; so offsets are looked up. A partition that is new holds new commands only.
 */
static void
follow_partitions(int n, bool beginning)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(n);
	rd_kafka_error_t *error;
	int i;

	for (i = me.npartitions; i < n; i++)
		rd_kafka_topic_partition_list_add(list, me.commands, i)->offset =
		    find_offset(i, beginning);
	if (!stopping && (error = rd_kafka_incremental_assign(me.consumer, list)) != NULL)
		die("cannot follow %s: %s", me.commands, rd_kafka_error_string(error));
	rd_kafka_topic_partition_list_destroy(list);
	me.npartitions = n;
}

/* To ask for the events topic also connects the producer, before the first command comes. */
static void
start_following(void)
{
	int n;

	if (await_topic(me.producer, me.events) > 0 &&
	    (n = await_topic(me.consumer, me.commands)) > 0)
		follow_partitions(n, me.from_beginning);
	me.looked = time(NULL);
}

static void
look_for_partitions(void)
{
	const char *why;
	int n;

	if (time(NULL) - me.looked < LOOK_FOR_TOPICS_S)
		return;
	if ((n = count_partitions(me.consumer, me.commands, &why)) > me.npartitions)
		follow_partitions(n, true);
	me.looked = time(NULL);
}

/* --- commands and events -------------------------------------------------------- */

/* Random bytes, drawn many at a time. */
static void
random_bytes(uint8_t *out, size_t n)
{
	static uint8_t pool[256];
	static size_t left;

	if (left < n) {
		while (getrandom(pool, sizeof(pool), 0) != (ssize_t)sizeof(pool))
			if (errno != EINTR)
				die("no random numbers: %s", strerror(errno));
		left = sizeof(pool);
	}
	left -= n;
	memcpy(out, pool + left, n);
}

/* A uuid of version 4 (RFC 9562, 5.4). */
static void
new_id(uint8_t id[16])
{
	random_bytes(id, 16);
	id[6] = (uint8_t)((id[6] & 0x0F) | 0x40);
	id[8] = (uint8_t)((id[8] & 0x3F) | 0x80);
}

static void
print_id(const uint8_t id[16])
{
	int i;

	for (i = 0; i < 16; i++)
		printf(i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", id[i]);
}

/* The event that answers a command, or NULL if none does. */
static const struct fl_value *
answer(const struct fl_value *id, const struct fl_value *command_id,
    const struct fl_value *action, const struct fl_value *data)
{
	struct fl_arena *a = &me.arena;

	if (!me.echo) {
		if (!fl_is_named(action, "create-foo"))
			return NULL;
		action = fl_keyword(a, "foo-created");
		data = fl_map_put(a, data, "likely",
		    fl_string(a, "with more keys generated upstream"));
	}
	const struct fl_value *items[] = {
		fl_keyword(a, "id"), id,
		fl_keyword(a, "parent"), command_id,
		fl_keyword(a, "action"), action,
		fl_keyword(a, "data"), data,
	};
	return fl_map(a, items, sizeof(items) / sizeof(items[0]) / 2);
}

static bool
add_event(const struct fl_value *id, const struct fl_value *event)
{
	struct event *e = &me.batch[me.nbatch];

	e->key = me.out.n;
	if (!fl_write(&me.out, id))
		return false;
	e->value = me.out.n;
	if (!fl_write(&me.out, event)) {
		me.out.n = e->key;
		return false;
	}
	e->end = me.out.n;
	me.nbatch++;
	return true;
}

/* Returns what is wrong with the command, or NULL. */
static const char *
handle(const uint8_t *p, size_t n)
{
	const struct fl_value *command, *command_id, *action, *data, *id, *event;
	const char *error;
	uint8_t bytes[16];

	if ((command = fl_read(&me.arena, p, n, &error)) == NULL)
		return error;
	if (command->type != FL_MAP)
		return "it is not a map";
	command_id = fl_map_get(command, "id");
	action = fl_map_get(command, "action");
	data = fl_map_get(command, "data");
	if (command_id == NULL || fl_uuid_bytes(command_id) == NULL)
		return "it has no uuid under :id";
	if (action == NULL || data == NULL || data->type != FL_MAP)
		return "it has no :action, or no map under :data";
	new_id(bytes);
	id = fl_uuid(&me.arena, bytes);
	if ((event = answer(id, command_id, action, data)) == NULL)
		return NULL;
	if (!add_event(id, event))
		return "its event would be too long or too deep";
	if (!me.quiet) {
		fputs("handled ", stdout);
		print_id(fl_uuid_bytes(command_id));
		fputs(" event ", stdout);
		print_id(bytes);
		putchar('\n');
	}
	return NULL;
}

/* Gives the events of the batch to librdkafka, which copies them; waits while it has no room. */
static void
produce_batch(void)
{
	rd_kafka_message_t messages[BATCH];
	size_t i, left = me.nbatch;

	memset(messages, 0, left * sizeof(messages[0]));
	for (i = 0; i < left; i++) {
		messages[i].key = me.out.data + me.batch[i].key;
		messages[i].key_len = me.batch[i].value - me.batch[i].key;
		messages[i].payload = me.out.data + me.batch[i].value;
		messages[i].len = me.batch[i].end - me.batch[i].value;
	}
	while (left > 0) {
		rd_kafka_produce_batch(me.topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, messages,
		    (int)left);
		for (i = 0, left = me.nbatch, me.nbatch = 0; i < left; i++) {
			if (messages[i].err == RD_KAFKA_RESP_ERR__QUEUE_FULL)
				messages[me.nbatch++] = messages[i];
			else if (messages[i].err != RD_KAFKA_RESP_ERR_NO_ERROR)
				on_delivery(me.producer, &messages[i], NULL);
		}
		if ((left = me.nbatch) > 0)
			rd_kafka_poll(me.producer, POLL_MS);
	}
	me.out.n = 0;
}

/* One record: an event in the batch, a report, or nothing. */
static void
take(const rd_kafka_message_t *m)
{
	const char *wrong;

	/* Where it stood is deleted by now: to go on elsewhere would be to miss commands. */
	if (m->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
		die("%s[%d]: %s", me.commands, m->partition, rd_kafka_message_errstr(m));
	if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
		fprintf(stderr, "processor: %s[%d]: %s\n", me.commands, m->partition,
		    rd_kafka_message_errstr(m));
		return;
	}
	if ((wrong = handle(m->payload, m->len)) != NULL)
		fprintf(stderr, "processor: skipped %s[%d]@%lld: %s\n", me.commands, m->partition,
		    (long long)m->offset, wrong);
	fl_arena_reset(&me.arena);
}

/*
 * Waits for one record and takes what else has come. To ask for a batch with a timeout
 * would be to wait for the batch to be full.
 */
static void
step(rd_kafka_queue_t *queue)
{
	rd_kafka_message_t *records[BATCH];
	ssize_t i, n = 1;

	if ((records[0] = rd_kafka_consumer_poll(me.consumer, POLL_MS)) == NULL)
		n = 0;
	else if ((i = rd_kafka_consume_batch_queue(queue, 0, records + 1, BATCH - 1)) > 0)
		n += i;
	for (i = 0; i < n; i++) {
		take(records[i]);
		rd_kafka_message_destroy(records[i]);
	}
	if (me.nbatch > 0)
		produce_batch();
	rd_kafka_poll(me.producer, 0);
	fflush(stdout);
	look_for_partitions();
}

/* --- the program ------------------------------------------------------------------ */

static void __attribute__((noreturn))
usage(int status)
{
	fputs("usage: processor [--brokers HOST:PORT,...] [--commands TOPIC] [--events TOPIC]\n"
	      "                 [--from-beginning] [--echo] [--quiet] [-X NAME=VALUE ...]\n"
	      "  --from-beginning  start at the oldest command, not at the end of the topic\n"
	      "  --echo            answer every command with its own action and data\n"
	      "  --quiet           do not print a line for each command\n"
	      "  -X NAME=VALUE     a property of librdkafka\n",
	    status == 0 ? stdout : stderr);
	exit(status);
}

static void
parse_arguments(int argc, char **argv)
{
	static const struct option options[] = {
		{ "brokers", required_argument, NULL, 'b' },
		{ "commands", required_argument, NULL, 'c' },
		{ "events", required_argument, NULL, 'e' },
		{ "from-beginning", no_argument, NULL, 'f' },
		{ "echo", no_argument, NULL, 'E' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	if ((me.properties = calloc((size_t)argc, sizeof(*me.properties))) == NULL)
		die("out of memory");
	while ((c = getopt_long(argc, argv, "X:h", options, NULL)) != -1) {
		if (c == 'b')
			me.brokers = optarg;
		else if (c == 'c')
			me.commands = optarg;
		else if (c == 'e')
			me.events = optarg;
		else if (c == 'f')
			me.from_beginning = true;
		else if (c == 'E')
			me.echo = true;
		else if (c == 'q')
			me.quiet = true;
		else if (c == 'X' && strchr(optarg, '=') != NULL)
			me.properties[me.nproperties++] = optarg;
		else
			usage(c == 'h' ? 0 : 2);
	}
	if (optind != argc)
		usage(2);
}

static void
catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sigemptyset(&sa.sa_mask);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
}

/* Whether every event is with the broker. */
static bool
finish(void)
{
	if (rd_kafka_flush(me.producer, FLUSH_MS) != RD_KAFKA_RESP_ERR_NO_ERROR) {
		fprintf(stderr, "processor: events were not delivered within %d s\n",
		    FLUSH_MS / 1000);
		me.lost = true;
	}
	rd_kafka_topic_destroy(me.topic);
	rd_kafka_destroy(me.producer);
	rd_kafka_destroy(me.consumer);
	fl_arena_free(&me.arena);
	free(me.out.data);
	free(me.properties);
	return !me.lost;
}

int
main(int argc, char **argv)
{
	rd_kafka_queue_t *queue;

	parse_arguments(argc, argv);
	catch_signals();
	me.consumer = new_client(RD_KAFKA_CONSUMER);
	rd_kafka_poll_set_consumer(me.consumer);
	me.producer = new_client(RD_KAFKA_PRODUCER);
	if ((me.topic = rd_kafka_topic_new(me.producer, me.events, NULL)) == NULL)
		die("%s: %s", me.events, rd_kafka_err2str(rd_kafka_last_error()));
	queue = rd_kafka_queue_get_consumer(me.consumer);
	start_following();
	if (!stopping) {
		puts("ready");
		fflush(stdout);
	}
	while (!stopping)
		step(queue);
	rd_kafka_queue_destroy(queue);
	return finish() ? 0 : 1;
}
