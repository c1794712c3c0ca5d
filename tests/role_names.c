/*
 * role_names.c: in the place of src/roles.c, which would bring every role's
 * code into a test: their names, and no role to run.
 */
#include <string.h>

#include "daemon/role.h"

const struct role roles[ROLE_COUNT] = {
	[ROLE_MASTER] = { .id = ROLE_MASTER, .name = "master" },
	[ROLE_BROKER] = { .id = ROLE_BROKER, .name = "broker" },
	[ROLE_PRODUCER] = { .id = ROLE_PRODUCER, .name = "producer" },
	[ROLE_TAILER] = { .id = ROLE_TAILER, .name = "tailer" },
	[ROLE_WORKER] = { .id = ROLE_WORKER, .name = "worker" },
	[ROLE_INDEXER] = { .id = ROLE_INDEXER, .name = "indexer" },
	[ROLE_REGISTRAR] = { .id = ROLE_REGISTRAR, .name = "registrar" },
};

const char *
role_name(enum role_id id)
{
	return roles[id].name;
}

const struct role *
role_by_name(const char *name)
{
	for (int id = 0; id < ROLE_COUNT; id++)
		if (strcmp(roles[id].name, name) == 0)
			return &roles[id];
	return NULL;
}
