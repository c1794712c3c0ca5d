/*
 * schema_target.h: which schema a request under /schemas/ is about.
 */
#ifndef WORKER_SCHEMA_TARGET_H
#define WORKER_SCHEMA_TARGET_H

#include "command/registry.h"
#include "worker/exchange.h"

enum schema_what {
	SCHEMA_NEWEST,		/* /schemas/ACTION */
	SCHEMA_VERSIONS,	/* /schemas/ACTION/versions */
	SCHEMA_VERSION,		/* /schemas/ACTION/versions/N */
};

struct schema_target {
	enum schema_what		 what;
	const char			*action;	/* in the arena */
	size_t				 len;
	uint32_t			 version;	/* SCHEMA_VERSION */
	struct registry_entry		*entry;		/* NULL: nothing was ever registered for it */
	const struct registry_record	*current;	/* NULL: it has no schema now */
};

/* False: what is wrong is noted in x. The registry is as new as can be. */
bool	schema_target(struct exchange *x, struct schema_target *t);
/* "/schemas/ns%2Fname", and "/versions/N" where version is not 0; in the arena. */
const char *schema_location(struct exchange *x, const char *action, size_t len, uint32_t version);
/* The ETag of a version in the form that is answered: its number; but in JSON as it is, ";" and the form follow. */
const char *schema_etag(struct exchange *x, uint32_t version);
/* Does a list of entity tags in a field name this tag, or anything (*)? */
bool	schema_tag_listed(struct exchange *x, enum guard_field field, const char *tag);
/* Does it name this version, in whatever form, or anything (*)? version 0: there is none. */
bool	schema_version_listed(struct exchange *x, enum guard_field field, uint32_t version);
/* Answer with a record's schema, which is JSON, in the type that was asked for. */
void	schema_answer(struct exchange *x, int status, const struct registry_record *rec);

#endif
