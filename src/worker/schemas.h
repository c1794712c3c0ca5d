/*
 * schemas.h: the schemas as a worker has them: the registrar's memory, a table
 * over it, and programs made of those that were needed lately. What clients
 * ask about them is schema_read.c's and schema_write.c's concern.
 */
#ifndef WORKER_SCHEMAS_H
#define WORKER_SCHEMAS_H

#include <sys/queue.h>

#include "command/command.h"
#include "command/registry.h"
#include "daemon/proc.h"
#include "daemon/registry_log.h"
#include "worker/problem.h"

TAILQ_HEAD(registry_program_list, registry_program);

struct schemas {
	const struct proc		*proc;
	struct registry_log		 log;		/* head NULL: no schemas are configured */
	struct registry			*registry;
	uint64_t			 at;		/* how far the memory was read */
	struct registry_program_list	 programs;	/* used last comes first */
	size_t				 compiled;	/* bytes of all programs */
};

void	schemas_init(struct schemas *s, struct proc *p);
/* Take what the registrar added. */
void	schemas_refresh(struct schemas *s);
/* May they be changed over HTTP, as the configuration says? */
bool	schemas_writable(const struct config *c);
/* Can one rely on them? Else why not. */
bool	schemas_known(const struct schemas *s, const char **why);
/*
 * Compare a command's data with the schema of its action, and give it the types that the schema names: c->data may
 * be replaced. PROBLEM_NONE, or what is wrong: p then has detail, and errors where there are any, in the arena.
 */
enum problem_id schemas_check(struct schemas *s, struct arena *a, struct command *c, struct problem *p);

#endif
