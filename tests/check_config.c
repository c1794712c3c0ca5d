/*
 * check_config.c: src/daemon/config*: defaults, units, what each mistake in the
 * file is answered with, the environment, the blob for a role.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>

#include "daemon/config.h"
#include "daemon/config_table.h"
#include "daemon/role.h"
#include "util/log.h"

static char path[64];
static struct config config;
static struct config_error err;

static void
setup(void)
{
	static const char *const variables[] = {
		"COMMANDS_TOPIC", "EVENTS_TOPIC", "KAFKA_SERVERS", "PORT", "SYNC_TIMEOUT_MS",
	};
	int fd;

	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		unsetenv(variables[i]);
	strcpy(path, "/tmp/check_config.XXXXXX");
	ck_assert_int_ne(fd = mkstemp(path), -1);
	close(fd);
}

static void
teardown(void)
{
	unlink(path);
}

static void
write_file(const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(write(fd, text, len), (ssize_t)len);
	close(fd);
}

static int
load(const char *text)
{
	write_file(text, strlen(text));
	memset(&err, 0, sizeof(err));
	return config_load(&config, path, &err);
}

static void
loads(const char *text)
{
	if (load(text) == -1)
		ck_abort_msg("refused: %s", err.text);
}

/* The text is refused at a line and a column (0: no place) with a message that holds says. */
static void
refused(const char *text, int line, int column, const char *says)
{
	ck_assert_msg(load(text) == -1, "taken: %s", text);
	ck_assert_msg(strstr(err.text, says) != NULL, "expected \"%s\" in: %s", says, err.text);
	ck_assert_msg(err.line == line && err.column == column, "expected %d:%d: %s", line, column,
	    err.text);
	if (line != 0)
		ck_assert_int_eq(strncmp(err.text, path, strlen(path)), 0);
}

START_TEST(the_defaults_are_those_of_the_table)
{
	loads("");
	ck_assert_uint_eq(config.http.listen.count, 1);
	ck_assert_str_eq(config.http.listen.item[0], "127.0.0.1:3000");
	ck_assert_int_eq(config.http.workers, 0);
	ck_assert_uint_eq(config.http.max_body, 1 << 20);
	ck_assert_int_eq(config.http.idle_timeout, 60000);
	ck_assert_str_eq(config.http.public_url, "");
	ck_assert_uint_eq(config.kafka.properties.count, 0);
	ck_assert_int_eq(config.kafka.delivery_timeout, 10000);
	ck_assert_int_eq(config.kafka.linger, 0);
	ck_assert_str_eq(config_word(&config, "kafka.compression"), "gzip");
	ck_assert_str_eq(config.topics.commands, "commands");
	ck_assert_str_eq(config.topics.events, "events");
	ck_assert_int_eq(config.topics.key, CONFIG_TOPIC_KEY_FRESSIAN);
	ck_assert_int_eq(config.sync.timeout, 5000);
	ck_assert_int_eq(config.sync.timeout_status, 202);
	ck_assert_int_eq(config.log.to, LOG_TO_SYSLOG);
	ck_assert_int_eq(config.log.level, LOG_INFO);
	ck_assert_str_eq(config.user, "cmdr");
	config_free(&config);
}
END_TEST

START_TEST(every_type_reads)
{
	loads("# a comment\n"
	      "http:\n"
	      "  listen: [ 127.0.0.1:80, '[::1]:80', \"unix:/run/x.sock\" ]\n"
	      "  workers: 3\n"
	      "  max_body: 64MiB\n"
	      "  max_uri: 1000\n"
	      "  idle_timeout: 1h\n"
	      "  public_url: https://example.com/cmdr\n"
	      "kafka:\n"
	      "  servers: a:9092,b,[::1]:9093\n"
	      "  properties:\n"
	      "    security.protocol: ssl\n"
	      "    socket.keepalive.enable: true\n"
	      "    client.id: \"\"\n"
	      "  linger: 5ms\n"
	      "  compression: none\n"
	      "topics: { commands: c.1, events: e_2, key: binary }\n"
	      "sync:\n"
	      "  timeout_status: 504\n"
	      "log: { to: file, file: /var/log/x, level: debug }\n"
	      "user: \"\"\n");
	ck_assert_uint_eq(config.http.listen.count, 3);
	ck_assert_str_eq(config.http.listen.item[1], "[::1]:80");
	ck_assert_uint_eq(config.http.max_body, 64 << 20);
	ck_assert_uint_eq(config.http.max_uri, 1000);
	ck_assert_int_eq(config.http.idle_timeout, 3600000);
	ck_assert_uint_eq(config.kafka.properties.count, 3);
	ck_assert_str_eq(config.kafka.properties.pair[1].name, "socket.keepalive.enable");
	ck_assert_str_eq(config.kafka.properties.pair[1].value, "true");
	ck_assert_str_eq(config.kafka.properties.pair[2].value, "");
	ck_assert_str_eq(config_word(&config, "kafka.compression"), "none");
	ck_assert_int_eq(config.topics.key, CONFIG_TOPIC_KEY_BINARY);
	ck_assert_int_eq(config.sync.timeout_status, 504);
	ck_assert_int_eq(config.log.level, LOG_DEBUG);
	ck_assert_str_eq(config.user, "");
	config_free(&config);
}
END_TEST

START_TEST(a_section_or_map_may_be_empty_and_a_list_may_be_its_only_item)
{
	loads("http:\nkafka:\n  properties:\n");
	config_free(&config);
	loads("http:\n  listen: 8080\nauth: none\n");
	ck_assert_uint_eq(config.http.listen.count, 1);
	ck_assert_str_eq(config.http.listen.item[0], "8080");
	config_free(&config);
	loads("---\n{}\n...\n");
	config_free(&config);
}
END_TEST

START_TEST(wrong_values_are_told_with_their_place)
{
	refused("http:\n  workers: many\n", 2, 12,
	    "http.workers: expected a whole number from 0 to 64; found \"many\"");
	refused("http:\n  workers: 65\n", 2, 12, "found \"65\"");
	refused("http:\n  workers: -1\n", 2, 12, "found \"-1\"");
	refused("http:\n  workers: 99999999999999999999\n", 2, 12, "from 0 to 64");
	refused("http:\n  max_body: 64MB\n", 2, 13,
	    "expected a size in bytes, KiB, MiB or GiB from 1KiB to 64MiB; found \"64MB\"");
	refused("http:\n  max_body: 9007199254740993GiB\n", 2, 13, "found \"9007199254740993GiB\"");
	refused("sync:\n  timeout: 5\n", 2, 12,
	    "sync.timeout: expected a duration in ms, s, m, h or d from 1ms to 1h; found \"5\"");
	refused("sync:\n  timeout: 0\n", 2, 12, "from 1ms to 1h");
	refused("sync:\n  timeout_status: 200\n", 2, 19, "expected 202, 409 or 504; found \"200\"");
	refused("topics:\n  commands: a b\n", 2, 13, "expected a Kafka topic name");
	refused("topics:\n  commands: ..\n", 2, 13, "Kafka takes no such name");
	refused("topics:\n  commands: \"\"\n", 2, 13, "found \"\"");
	refused("http:\n  public_url: https://x.org/\n", 2, 15, "it ends with a slash");
	refused("http:\n  public_url: ftp://x.org\n", 2, 15, "does not begin with http://");
	refused("kafka:\n  servers: a:9092,,b\n", 2, 12, "a name is missing");
	refused("kafka:\n  servers: a:99999\n", 2, 12, "from 1 to 65535");
	refused("pidfile: cmdrd.pid\n", 1, 10, "expected an absolute path");
	refused("user: 1000\n", 1, 7, "expected the name of an account");
	refused("user: \"a\\nb\"\n", 1, 7, "control character");
	refused("user: \"a\\0b\"\n", 1, 7, "NUL");
	refused("http:\n  listen: [ 3000, localhost:3000 ]\n", 2, 19, "names are not looked up");
	refused("http:\n  listen: [ 3000, 3000 ]\n", 2, 19, "twice");
	refused("http:\n  listen: []\n", 2, 12, "at least 1 entry; found none");
}
END_TEST

START_TEST(a_topic_name_of_249_passes_and_of_250_not)
{
	char text[300], name[251];

	memset(name, 'x', 250);
	name[250] = '\0';
	snprintf(text, sizeof(text), "topics:\n  events: %s\n", name + 1);
	loads(text);
	config_free(&config);
	snprintf(text, sizeof(text), "topics:\n  events: %s\n", name);
	refused(text, 2, 11, "it is too long");
}
END_TEST

START_TEST(the_shape_of_the_file_is_checked)
{
	refused("http:\n  max_bdy: 1MiB\n", 2, 3,
	    "http.max_bdy: no such key; did you mean http.max_body?");
	refused("htpp:\n  workers: 1\n", 1, 1, "did you mean http?");
	refused("workers: 1\n", 1, 1, "did you mean http.workers?");
	refused("http.workers: 1\n", 1, 1, "under it, indented");
	refused("xyzzyplugh: 1\n", 1, 1, "cmdr.yaml(5)");
	refused("user: a\nuser: b\n", 2, 1, "user: expected once; found again, first in line 1");
	refused("http:\n  workers: 1\n  workers: 1\n", 3, 3, "first in line 2");
	refused("http:\n  workers: 1\nhttp:\n", 3, 1, "first in line 1");
	refused("http: 5\n", 1, 7, "http: expected keys under it; found a single value");
	refused("http:\n  - a\n", 2, 3, "found a list");
	refused("- a\n", 1, 1, "expected sections and keys; found a list");
	refused("http:\n  workers: [ 1 ]\n", 2, 12, "found a list");
	refused("http:\n  workers: { a: 1 }\n", 2, 12, "found a map");
	refused("http:\n  workers:\n", 2, 11, "found nothing");
	refused("http:\n  listen: [ [ 1 ] ]\n", 2, 13, "found a list");
	refused("kafka:\n  properties: [ 1 ]\n", 2, 15, "expected a map");
	refused("kafka:\n  properties: { a: [ 1 ] }\n", 2, 20,
	    "expected a value for \"a\"; found a list");
	refused("kafka:\n  properties: { a: }\n", 2, 20,
	    "expected a value for \"a\"; found nothing");
	refused("? [ a ]\n: b\n", 1, 3, "expected a name; found a list");
	refused("user: &a cmdr\ngroup: *a\n", 1, 7, "anchor");
	refused("group: *a\n", 1, 8, "alias");
	refused("user: !!str cmdr\n", 1, 7, "tag");
	refused("user: a\n---\nuser: b\n", 2, 1, "one document");
	refused("http:\n\tworkers: 1\n", 2, 1, "not YAML");
	refused("user: \"a\n", 2, 1, "not YAML");
	refused("user: a\nlog:\n  \xff: b\n", 3, 3, "not YAML");
}
END_TEST

START_TEST(what_the_promises_rest_on_cannot_be_set)
{
	static const char *const reserved[] = {
		"acks", "request.required.acks", "enable.idempotence", "message.timeout.ms",
		"delivery.timeout.ms", "isolation.level", "group.id", "group.instance.id",
		"enable.auto.commit", "enable.auto.offset.store", "auto.offset.reset",
		"transactional.id", "max.in.flight", "max.in.flight.requests.per.connection",
		"retries", "message.send.max.retries", "bootstrap.servers", "metadata.broker.list",
		"queue.buffering.max.messages", "queue.buffering.max.kbytes", "linger.ms",
		"enable.gapless.guarantee", "test.mock.num.brokers", "dr_msg_cb",
	};
	char text[160];

	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		snprintf(text, sizeof(text), "kafka:\n  properties:\n    %s: 1\n", reserved[i]);
		refused(text, 3, 5, "cannot be set: ");
	}
	refused("kafka:\n  properties:\n    acks: 1\n", 3, 5,
	    "kafka.properties: \"acks\" cannot be set: a 2xx answer means");
	refused("kafka:\n  properties:\n    sasl.password: x\n", 3, 5, "kafka.secrets");
	refused("kafka:\n  properties:\n    ssl.key.password: x\n", 3, 5, "kafka.secrets");
	refused("kafka:\n  properties:\n    Debug: x\n", 3, 5, "a-z 0-9 . _");
	refused("kafka:\n  properties:\n    debug: x\n    debug: y\n", 4, 5, "twice");
	loads("kafka:\n  properties: { partitioner: murmur2_random, debug: msg, log_level: 7,\n"
	      "    statistics.interval.ms: 1000 }\n");
	config_free(&config);
}
END_TEST

START_TEST(a_refused_secret_is_not_told)
{
	refused("kafka:\n  properties:\n    sasl.password: hunter2\n", 3, 5, "sasl.password");
	ck_assert_ptr_null(strstr(err.text, "hunter2"));
}
END_TEST

START_TEST(keys_must_agree)
{
	refused("sync:\n  timeout: 2m\n", 2, 3,
	    "sync.timeout: expected not more than sync.max_wait, which is 1m; found 2m");
	refused("sync:\n  max_wait: 1s\n", 2, 3, "found 5s");
	refused("topics:\n  commands: events\n", 2, 3, "another topic than topics.commands");
	refused("log:\n  to: file\n", 2, 3, "needs the path in log.file");
	refused("kafka:\n  delivery_timeout: 1s\n  linger: 1s\n", 3, 3,
	    "less than kafka.delivery_timeout");
	refused("http:\n  max_body: 2MiB\nkafka:\n  max_queued_bytes: 1MiB\n", 2, 3,
	    "not more than kafka.max_queued_bytes, which is 1MiB; found 2MiB");
}
END_TEST

START_TEST(the_file_must_be_one_of_bounded_size)
{
	size_t size = 300 * 1024;
	char *big = malloc(size);

	memset(big, '\n', size);
	write_file(big, size);
	ck_assert_int_eq(config_load(&config, path, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "at most 256 KiB"));
	free(big);
	ck_assert_int_eq(config_load(&config, "/tmp", &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "expected a file"));
	ck_assert_int_eq(config_load(&config, "/nonexistent/cmdr.yaml", &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "No such file"));
	ck_assert_int_eq(err.line, 0);
}
END_TEST

START_TEST(the_environment_replaces_the_file)
{
	setenv("COMMANDS_TOPIC", "c", 1);
	setenv("EVENTS_TOPIC", "e", 1);
	setenv("KAFKA_SERVERS", "k:1", 1);
	setenv("PORT", "81", 1);
	setenv("SYNC_TIMEOUT_MS", "250", 1);
	loads("auth: none\nhttp:\n  listen: [ '[::1]:80', 90 ]\ntopics: { commands: x }\n"
	      "sync: { timeout: 9s }\n");
	ck_assert_str_eq(config.topics.commands, "c");
	ck_assert_str_eq(config.topics.events, "e");
	ck_assert_str_eq(config.kafka.servers, "k:1");
	ck_assert_uint_eq(config.http.listen.count, 2);
	ck_assert_str_eq(config.http.listen.item[0], "[::1]:81");
	ck_assert_str_eq(config.http.listen.item[1], "90");
	ck_assert_int_eq(config.sync.timeout, 250);
	config_free(&config);
	setenv("PORT", "", 1);
	loads("");
	ck_assert_str_eq(config.http.listen.item[0], "127.0.0.1:3000");
	config_free(&config);
}
END_TEST

START_TEST(the_environment_is_checked_too)
{
	setenv("PORT", "70000", 1);
	refused("", 0, 0, "environment variable PORT, for http.listen: expected a port "
	    "from 1 to 65535; found \"70000\"");
	setenv("PORT", "127.0.0.1:80", 1);
	refused("", 0, 0, "expected a port");
	setenv("PORT", "80", 1);
	refused("http: { listen: 'unix:/run/x' }", 0, 0, "found \"unix:/run/x\"");
	refused("http: { listen: [ 90, 80 ] }", 0, 0, "twice");
	unsetenv("PORT");
	setenv("SYNC_TIMEOUT_MS", "5s", 1);
	refused("", 0, 0, "whole number of milliseconds; found \"5s\"");
	setenv("SYNC_TIMEOUT_MS", "90000", 1);
	refused("", 0, 0,
	    "environment variable SYNC_TIMEOUT_MS: sync.timeout: expected not more than");
	unsetenv("SYNC_TIMEOUT_MS");
	setenv("EVENTS_TOPIC", "a/b", 1);
	refused("", 0, 0,
	    "environment variable EVENTS_TOPIC, for topics.events: expected a Kafka topic");
	setenv("EVENTS_TOPIC", "commands", 1);
	refused("", 0, 0, "environment variable EVENTS_TOPIC");
}
END_TEST

static const char *const full =
    "http: { listen: [ 80, '[::1]:81' ], workers: 2, public_url: 'http://a.b' }\n"
    "auth: { methods: bearer, tokens: /t, rules: [ { principal: 'token:*', send: [ a/*, b ], read: '*', rate: 5 } ] }\n"
    "kafka:\n"
    "  servers: k\n"
    "  secrets: /etc/secret.properties\n"
    "  properties: { debug: 'a,b', client.id: 'x = \\t \"y\" #z ' }\n"
    "  linger: 7ms\n"
    "topics: { key: string }\n"
    "sync: { timeout_status: 409 }\n"
    "embedded: { partitions: 9 }\n";

START_TEST(the_blob_of_a_role_round_trips_exactly)
{
	struct buf one = { 0 }, two = { 0 };
	struct config copy;

	for (unsigned role = 0; role < ROLE_COUNT; role++) {
		loads(full);
		buf_reset(&one);
		buf_reset(&two);
		ck_assert_int_eq(config_serialize(&config, ROLE_BIT(role), &one), 0);
		if (config_parse_blob(&copy, (const char *)one.data, one.len, &err) == -1)
			ck_abort_msg("%s", err.text);
		ck_assert_int_eq(config_serialize(&copy, ROLE_BIT(role), &two), 0);
		ck_assert_uint_eq(one.len, two.len);
		ck_assert_mem_eq(one.data, two.data, one.len);
		config_free(&copy);
		config_free(&config);
	}
	buf_free(&one);
	buf_free(&two);
}
END_TEST

START_TEST(a_role_holds_no_more_than_its_keys)
{
	struct buf blob = { 0 };
	struct config copy;

	loads(full);
	ck_assert_int_eq(config_serialize(&config, ROLE_BIT(ROLE_WORKER), &blob), 0);
	ck_assert_int_eq(config_parse_blob(&copy, (const char *)blob.data, blob.len, &err), 0);
	ck_assert_str_eq(copy.http.public_url, "http://a.b");
	ck_assert_int_eq(copy.sync.timeout_status, 409);
	ck_assert_str_eq(copy.kafka.servers, "");
	ck_assert_str_eq(copy.kafka.secrets, "");
	ck_assert_uint_eq(copy.kafka.properties.count, 0);
	ck_assert_str_eq(copy.control.socket, "");
	ck_assert_int_eq(copy.embedded.partitions, 0);
	config_free(&copy);
	buf_reset(&blob);
	ck_assert_int_eq(config_serialize(&config, ROLE_BIT(ROLE_PRODUCER), &blob), 0);
	ck_assert_int_eq(config_parse_blob(&copy, (const char *)blob.data, blob.len, &err), 0);
	ck_assert_str_eq(copy.kafka.properties.pair[1].value, "x = \\t \"y\" #z ");
	ck_assert_str_eq(copy.kafka.secrets, "");
	ck_assert_int_eq(copy.kafka.linger, 7);
	config_free(&copy);
	config_free(&config);
	buf_free(&blob);
}
END_TEST

START_TEST(a_blob_that_is_not_whole_is_refused)
{
	struct buf blob = { 0 };
	struct config copy;

	loads(full);
	ck_assert_int_eq(config_serialize(&config, ROLE_BIT(ROLE_TAILER), &blob), 0);
	for (size_t len = 0; len < blob.len; len++)
		ck_assert_msg(config_parse_blob(&copy, (const char *)blob.data, len, &err) == -1,
		    "the first %zu of %zu bytes were taken", len, blob.len);
	buf_puts(&blob, "log.level\tinfo\n");
	ck_assert_int_eq(config_parse_blob(&copy, (const char *)blob.data, blob.len, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "twice"));
	blob.len -= strlen("log.level\tinfo\n");
	buf_puts(&blob, "http.workers\t2\n");
	ck_assert_int_eq(config_parse_blob(&copy, (const char *)blob.data, blob.len, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "of this role"));
	config_free(&config);
	buf_free(&blob);
}
END_TEST

START_TEST(a_full_buffer_is_an_error)
{
	struct buf small;

	buf_init(&small, 100);
	loads(full);
	ck_assert_int_eq(config_serialize(&config, ROLE_BIT(ROLE_WORKER), &small), -1);
	config_free(&config);
	buf_free(&small);
}
END_TEST

START_TEST(one_key_can_be_set)
{
	loads("");
	ck_assert_int_eq(config_set(&config, "pidfile", "/tmp/x.pid", &err), 0);
	ck_assert_str_eq(config.pidfile, "/tmp/x.pid");
	ck_assert_int_eq(config_set(&config, "log.level", "debug", &err), 0);
	ck_assert_int_eq(config.log.level, LOG_DEBUG);
	ck_assert_int_eq(config_set(&config, "http.listen", "unix:/tmp/x", &err), 0);
	ck_assert_uint_eq(config.http.listen.count, 1);
	ck_assert_str_eq(config.http.listen.item[0], "unix:/tmp/x");
	ck_assert_int_eq(config_set(&config, "http.listen", "x", &err), -1);
	ck_assert_str_eq(config.http.listen.item[0], "unix:/tmp/x");
	ck_assert_int_eq(config_set(&config, "kafka.properties", "debug=msg", &err), 0);
	ck_assert_str_eq(config.kafka.properties.pair[0].value, "msg");
	ck_assert_int_eq(config_set(&config, "kafka.properties", "debug", &err), -1);
	ck_assert_int_eq(config_set(&config, "pidfile", "x.pid", &err), -1);
	ck_assert_int_eq(strncmp(err.text, "pidfile: expected an absolute path", 34), 0);
	ck_assert_int_eq(config_set(&config, "pidfiles", "/x", &err), -1);
	config_free(&config);
}
END_TEST

static char *
installed_file(int live)
{
	const char *dir = getenv("top_builddir");
	char name[512], line[256], *text = calloc(1, 64 * 1024);
	FILE *f;

	snprintf(name, sizeof(name), "%s/etc/cmdr.yaml", dir != NULL ? dir : ".");
	ck_assert_msg((f = fopen(name, "r")) != NULL, "%s cannot be read", name);
	while (fgets(line, sizeof(line), f) != NULL) {
		char *hash = line + strspn(line, " ");

		if (live && *hash == '#' && (strncmp(hash + 1, "  - ", 4) == 0 ||
		    (hash[1] >= 'a' && hash[1] <= 'z')))
			memmove(hash, hash + 1, strlen(hash));
		ck_assert_uint_lt(strlen(text) + strlen(line), 64 * 1024);
		strcat(text, line);
	}
	fclose(f);
	return text;
}

START_TEST(the_installed_file_is_the_defaults)
{
	struct buf standard = { 0 }, read = { 0 };
	char *text;

	loads("");
	ck_assert_int_eq(config_serialize(&config, ROLE_BIT(ROLE_MASTER), &standard), 0);
	config_free(&config);
	for (int live = 0; live <= 1; live++) {
		text = installed_file(live);
		ck_assert_ptr_nonnull(strstr(text, live ? "\n  max_body:" : "\n  #max_body:"));
		loads(text);
		buf_reset(&read);
		ck_assert_int_eq(config_serialize(&config, ROLE_BIT(ROLE_MASTER), &read), 0);
		ck_assert_uint_eq(read.len, standard.len);
		ck_assert_mem_eq(read.data, standard.data, read.len);
		config_free(&config);
		free(text);
	}
	buf_free(&standard);
	buf_free(&read);
}
END_TEST

START_TEST(the_file_for_a_first_run_loads)
{
	const char *dir = getenv("srcdir");
	char name[512];

	snprintf(name, sizeof(name), "%s/etc/cmdr-dev.yaml", dir != NULL ? dir : ".");
	ck_assert_msg(config_load(&config, name, &err) == 0, "%s", err.text);
	ck_assert_str_eq(config.kafka.servers, CONFIG_EMBEDDED);
	ck_assert_str_eq(config.user, "");
	config_free(&config);
}
END_TEST

START_TEST(the_table_is_in_order)
{
	loads("");
	for (size_t i = 0; i < config_nkeys; i++) {
		const struct config_key *key = &config_keys[i];
		const char *dot = strchr(key->name, '.');
		char section[32];

		ck_assert_ptr_eq(config_key_find(key->name), key);
		ck_assert(key->audience & ROLE_BIT(ROLE_MASTER));
		ck_assert_msg(key->doc[strlen(key->doc) - 1] == '.', "%s", key->name);
		if (key->type == CONFIG_STRING || key->type == CONFIG_LIST ||
		    key->type == CONFIG_MAP)
			ck_assert(key->check != NULL && key->expects != NULL);
		if (dot == NULL)
			continue;
		snprintf(section, sizeof(section), "%.*s", (int)(dot - key->name), key->name);
		ck_assert_msg(config_section_find(section) != -1, "%s", key->name);
	}
	config_free(&config);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("config");
	TCase *t = tcase_create("config");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, the_table_is_in_order);
	tcase_add_test(t, the_installed_file_is_the_defaults);
	tcase_add_test(t, the_file_for_a_first_run_loads);
	tcase_add_test(t, the_defaults_are_those_of_the_table);
	tcase_add_test(t, every_type_reads);
	tcase_add_test(t, a_section_or_map_may_be_empty_and_a_list_may_be_its_only_item);
	tcase_add_test(t, wrong_values_are_told_with_their_place);
	tcase_add_test(t, a_topic_name_of_249_passes_and_of_250_not);
	tcase_add_test(t, the_shape_of_the_file_is_checked);
	tcase_add_test(t, what_the_promises_rest_on_cannot_be_set);
	tcase_add_test(t, a_refused_secret_is_not_told);
	tcase_add_test(t, keys_must_agree);
	tcase_add_test(t, the_file_must_be_one_of_bounded_size);
	tcase_add_test(t, the_environment_replaces_the_file);
	tcase_add_test(t, the_environment_is_checked_too);
	tcase_add_test(t, the_blob_of_a_role_round_trips_exactly);
	tcase_add_test(t, a_role_holds_no_more_than_its_keys);
	tcase_add_test(t, a_blob_that_is_not_whole_is_refused);
	tcase_add_test(t, a_full_buffer_is_an_error);
	tcase_add_test(t, one_key_can_be_set);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
