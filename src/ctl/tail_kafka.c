/*
 * tail_kafka.c: a topic read from Kafka itself, with the servers, properties
 * and secrets of the configuration; for when cmdrd is in question, or its bytes
 * are. Joins no consumer group. See tail.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <librdkafka/rdkafka.h>

#include "command/event.h"
#include "ctl/door.h"
#include "ctl/field.h"
#include "ctl/tail.h"
#include "util/hex.h"

#define TIMEOUT_MS	10000

static const struct {
	const char	*name, *value;
} fixed[] = {
	{ "client.id", "cmdrctl" },
	/* never joined and never committed to, but a consumer must have one */
	{ "group.id", "cmdrctl" },
	{ "enable.auto.commit", "false" },
	{ "enable.auto.offset.store", "false" },
	{ "auto.offset.reset", "earliest" },
	{ "isolation.level", "read_committed" },
	{ "allow.auto.create.topics", "false" },
	{ "log_level", "3" },	/* errors alone: it writes to standard error by itself */
};

static bool
set(struct tail *t, rd_kafka_conf_t *conf, const char *name, const char *value)
{
	char why[256];

	if (rd_kafka_conf_set(conf, name, value, why, sizeof(why)) == RD_KAFKA_CONF_OK)
		return true;
	ctl_fail(t->self, "%s: %s", name, why);
	return false;
}

/* cmdrd's own broker has another address each time: the master knows it. */
static bool
find_embedded(struct tail *t, char *out, size_t size)
{
	struct arena a;
	struct value v;
	char err[2048];
	bool found;

	arena_init(&a, 0);
	found = door_ask(&t->settings, "status", &a, &v, NULL, err, sizeof(err)) == DOOR_OK;
	if (found)
		field_text(field(&v, "kafka"), "servers", out, size);
	else
		ctl_fail(t->self, "kafka.servers is embedded: %s", err);
	arena_free(&a);
	return found;
}

static bool
set_servers(struct tail *t, rd_kafka_conf_t *conf)
{
	char servers[1024];

	if (strcmp(t->settings.servers, "embedded") != 0)
		return set(t, conf, "bootstrap.servers", t->settings.servers);
	/* it never wakes a fetch that waits */
	return find_embedded(t, servers, sizeof(servers)) && set(t, conf, "bootstrap.servers", servers) &&
	    set(t, conf, "fetch.wait.max.ms", "10");
}

static rd_kafka_t *
consumer(struct tail *t)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_t *rk = NULL;
	char err[512];
	bool good;

	good = settings_secrets(&t->settings, err, sizeof(err)) == 0;
	if (!good)
		ctl_fail(t->self, "%s", err);
	good = good && set_servers(t, conf);
	for (size_t i = 0; good && i < t->settings.npairs; i++)
		good = set(t, conf, t->settings.pair[i].name, t->settings.pair[i].value);
	for (size_t i = 0; good && i < sizeof(fixed) / sizeof(fixed[0]); i++)
		good = set(t, conf, fixed[i].name, fixed[i].value);
	if (good && (rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, err, sizeof(err))) == NULL)
		ctl_fail(t->self, "%s", err);
	if (rk == NULL)
		rd_kafka_conf_destroy(conf);
	else
		rd_kafka_poll_set_consumer(rk);
	return rk;
}

/* Every partition at its end, or beginning. NULL: told. */
static rd_kafka_topic_partition_list_t *
places(struct tail *t, rd_kafka_t *rk, const char *topic)
{
	rd_kafka_topic_t *handle = rd_kafka_topic_new(rk, topic, NULL);
	const struct rd_kafka_metadata *md = NULL;
	rd_kafka_topic_partition_list_t *list = NULL;
	rd_kafka_resp_err_t e = rd_kafka_metadata(rk, 0, handle, &md, TIMEOUT_MS);
	int64_t low, high;

	if (e == RD_KAFKA_RESP_ERR_NO_ERROR)
		e = md->topics[0].err;
	if (e == RD_KAFKA_RESP_ERR_NO_ERROR)
		list = rd_kafka_topic_partition_list_new(md->topics[0].partition_cnt);
	for (int i = 0; e == RD_KAFKA_RESP_ERR_NO_ERROR && i < md->topics[0].partition_cnt; i++) {
		int32_t p = md->topics[0].partitions[i].id;

		e = rd_kafka_query_watermark_offsets(rk, topic, p, &low, &high, TIMEOUT_MS);
		rd_kafka_topic_partition_list_add(list, topic, p)->offset = t->from_beginning ? low : high;
	}
	if (e == RD_KAFKA_RESP_ERR_NO_ERROR)
		e = rd_kafka_assign(rk, list);
	if (e != RD_KAFKA_RESP_ERR_NO_ERROR) {
		ctl_fail(t->self, "topic %s: %s", topic, rd_kafka_err2str(e));
		if (list != NULL)
			rd_kafka_topic_partition_list_destroy(list);
		list = NULL;
	}
	if (md != NULL)
		rd_kafka_metadata_destroy(md);
	rd_kafka_topic_destroy(handle);
	return list;
}

static void
print_hex(const rd_kafka_message_t *m)
{
	struct buf key = { 0 }, value = { 0 };

	hex_encode(&key, m->key, m->key_len);
	hex_encode(&value, m->payload, m->len);
	printf("%" PRId32 " %" PRId64 " %" PRId64 " %s %s\n", m->partition, m->offset,
	    rd_kafka_message_timestamp(m, NULL), key.len > 0 ? buf_cstr(&key) : "-",
	    value.len > 0 ? buf_cstr(&value) : "-");
	buf_free(&key);
	buf_free(&value);
}

/* "ns/name", as a client spells it. */
static bool
is_action(const struct value *action, const char *wanted)
{
	const struct value_name *name = action->u.name;
	char text[600];

	if (action->kind == VALUE_STRING)
		return strlen(wanted) == action->n && memcmp(wanted, action->u.text, action->n) == 0;
	if (action->kind != VALUE_KEYWORD)
		return false;
	snprintf(text, sizeof(text), "%.*s%s%.*s", (int)name->ns_len, name->ns != NULL ? name->ns : "",
	    name->ns != NULL ? "/" : "", (int)name->name_len, name->name);
	return strcmp(text, wanted) == 0;
}

static bool
wanted(const struct tail *t, const struct event *e)
{
	if (t->action != NULL && !is_action(&e->action, t->action))
		return false;
	return t->parent == NULL || (e->has_parent && id_equal(&e->parent, &t->parent_id));
}

/* False: enough were shown. */
static bool
show(struct tail *t, const rd_kafka_message_t *m, const char *topic)
{
	struct record_place place = { topic, m->partition, m->offset, rd_kafka_message_timestamp(m, NULL) };
	struct codec_error err;
	struct event e;
	struct arena a;
	struct value v;
	bool more = true;

	arena_init(&a, 0);
	if (event_parse(m->key, m->key_len, m->payload, m->len, &a, &e, &err) == -1) {
		if (t->format == TAIL_HEX && t->action == NULL && t->parent == NULL) {
			print_hex(m);
			more = tail_counted(t);
		} else {
			fprintf(stderr, "cmdrctl tail: %s/%" PRId32 "@%" PRId64 ": %s\n", topic, m->partition, m->offset,
			    err.text);
		}
	} else if (wanted(t, &e)) {
		v = event_answer(&a, &e, &place);
		if (t->format == TAIL_HEX) {
			print_hex(m);
			more = tail_counted(t);
		} else {
			more = tail_show(t, &v);
		}
	}
	arena_free(&a);
	return more;
}

static int
follow(struct tail *t, rd_kafka_t *rk, const char *topic)
{
	rd_kafka_message_t *m;
	char why[512];
	bool more = true;

	while (more) {
		if ((m = rd_kafka_consumer_poll(rk, 1000)) == NULL)
			continue;
		if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR)
			more = show(t, m, topic);
		else
			fprintf(stderr, "cmdrctl tail: %s\n", rd_kafka_message_errstr(m));
		rd_kafka_message_destroy(m);
		if (rd_kafka_fatal_error(rk, why, sizeof(why)) != RD_KAFKA_RESP_ERR_NO_ERROR)
			return ctl_fail(t->self, "%s", why);
	}
	return CTL_OK;
}

int
tail_kafka(struct tail *t)
{
	const char *topic = t->events ? t->settings.events : t->settings.commands;
	rd_kafka_topic_partition_list_t *list;
	rd_kafka_t *rk = consumer(t);
	int result = CTL_FAILED;

	if (rk == NULL)
		return CTL_FAILED;
	if ((list = places(t, rk, topic)) != NULL) {
		result = follow(t, rk, topic);
		rd_kafka_topic_partition_list_destroy(list);
	}
	rd_kafka_destroy(rk);
	return result;
}
