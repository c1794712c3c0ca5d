/*
 * roles.c: the process graph, one table. Nothing else knows all roles.
 */
#include <sys/sysinfo.h>

#include <string.h>

#include "broker/broker.h"
#include "daemon/config.h"
#include "daemon/role.h"
#include "daemon/scoreboard.h"
#include "indexer/indexer.h"
#include "producer/producer.h"
#include "registrar/registrar.h"
#include "tailer/tailer.h"
#include "worker/worker.h"

static unsigned
one(const struct config *c)
{
	(void)c;
	return 1;
}

static unsigned
workers(const struct config *c)
{
	int n = c->http.workers > 0 ? c->http.workers : get_nprocs();

	return n > BOARD_WORKERS ? BOARD_WORKERS : (unsigned)n;
}

static unsigned
if_embedded(const struct config *c)
{
	return strcmp(c->kafka.servers, CONFIG_EMBEDDED) == 0 ? 1 : 0;
}

static unsigned
if_indexed(const struct config *c)
{
	return c->index.enabled ? 1 : 0;
}

static unsigned
if_schemas(const struct config *c)
{
	return c->topics.schemas[0] != '\0' || c->schemas.dir[0] != '\0' ? 1 : 0;
}

const struct role roles[ROLE_COUNT] = {
	[ROLE_MASTER] = {
		.id = ROLE_MASTER, .name = "master",
		.doc = "reads the configuration, binds sockets, starts, restarts and replaces the others",
	},
	[ROLE_BROKER] = {
		.id = ROLE_BROKER, .name = "broker", .run = broker_run, .count = if_embedded,
		.jail = JAIL_KAFKA, .wave = 0, .per_generation = false,
		.doc = "an in-memory Kafka for a first run; keeps nothing",
	},
	[ROLE_PRODUCER] = {
		.id = ROLE_PRODUCER, .name = "producer", .run = producer_run, .count = one,
		.holds = HOLDS_SECRETS, .jail = JAIL_KAFKA, .wave = 1, .per_generation = true,
		.doc = "writes commands to Kafka and tells what became of each",
	},
	[ROLE_TAILER] = {
		.id = ROLE_TAILER, .name = "tailer", .run = tailer_run, .count = one,
		.holds = HOLDS_SECRETS, .jail = JAIL_KAFKA, .wave = 1, .per_generation = true,
		.doc = "follows the events topic and sends a worker the events it watches for",
	},
	[ROLE_WORKER] = {
		.id = ROLE_WORKER, .name = "worker", .run = worker_run, .count = workers,
		.links_to = ROLE_BIT(ROLE_PRODUCER) | ROLE_BIT(ROLE_TAILER) | ROLE_BIT(ROLE_REGISTRAR),
		.holds = HOLDS_LISTENERS | HOLDS_REGISTRY | HOLDS_FILES,
		.jail = JAIL_WORKER, .wave = 2, .per_generation = true,
		.doc = "speaks HTTP",
	},
	[ROLE_INDEXER] = {
		.id = ROLE_INDEXER, .name = "indexer", .run = indexer_run, .count = if_indexed,
		.holds = HOLDS_SECRETS, .jail = JAIL_INDEXER, .wave = 1, .per_generation = true,
		.doc = "keeps both topics in the index, which answers reads",
	},
	[ROLE_REGISTRAR] = {
		.id = ROLE_REGISTRAR, .name = "registrar", .run = registrar_run, .count = if_schemas,
		.holds = HOLDS_SECRETS | HOLDS_REGISTRY, .jail = JAIL_KAFKA, .wave = 1, .per_generation = true,
		.doc = "keeps the schemas that data of commands must match, and writes new ones to Kafka",
	},
};

const struct role *
role_by_name(const char *name)
{
	for (int i = 0; i < ROLE_COUNT; i++)
		if (roles[i].name != NULL && strcmp(roles[i].name, name) == 0)
			return &roles[i];
	return NULL;
}

const char *
role_name(enum role_id id)
{
	return (unsigned)id < ROLE_COUNT ? roles[id].name : "unknown role";
}
