/*
 * role.h: what a role is. The table of all roles, and so the process graph,
 * stands in src/roles.c; nothing else knows them all.
 */
#ifndef DAEMON_ROLE_H
#define DAEMON_ROLE_H

#include <stdbool.h>
#include <stddef.h>

enum role_id {
	ROLE_MASTER,
	ROLE_BROKER,
	ROLE_PRODUCER,
	ROLE_TAILER,
	ROLE_WORKER,
	ROLE_INDEXER,	/* new roles at the end: numbers travel between versions at a reload */
	ROLE_REGISTRAR,
	ROLE_COUNT
};

#define ROLE_BIT(id)	(1u << (id))

/* What a role may be handed at its start. */
#define HOLDS_LISTENERS	0x1u	/* the sockets that clients connect to */
#define HOLDS_SECRETS	0x2u	/* the descriptor of kafka.secrets */
#define HOLDS_REGISTRY	0x4u	/* the memory of the schemas */
#define HOLDS_FILES	0x8u	/* copies of the files that its configuration names */

/* Which system calls a role keeps once it runs (jail.h). */
enum role_jail {
	JAIL_NONE,
	JAIL_WORKER,	/* no files, no new connections but accepted ones, no threads */
	JAIL_KAFKA,	/* may resolve names, connect and read certificates */
	JAIL_INDEXER,	/* the same, and makes files */
	JAIL_COUNT
};

struct config;
struct proc;

struct role {
	enum role_id	 id;
	const char	*name;
	/* Runs the role until it is told to stop; returns the exit status. */
	int		(*run)(struct proc *);
	/* Roles that this one opens links to (it is the worker that speaks first). */
	unsigned	 links_to;
	unsigned	 holds;
	enum role_jail	 jail;
	/* How many of it this configuration wants. */
	unsigned	(*count)(const struct config *);
	/* Started, and READY, before roles with a higher wave; stopped after them. */
	unsigned	 wave;
	/* A generation replaces it at a reload (false: it stays, as the embedded broker does). */
	bool		 per_generation;
	const char	*doc;
};

extern const struct role roles[ROLE_COUNT];

const struct role *role_by_name(const char *name);
const char	*role_name(enum role_id id);

#endif
