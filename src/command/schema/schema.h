/*
 * schema.h: JSON Schema, draft 2020-12 and draft-07, compiled once and
 * evaluated on values of every media type. Pure: nothing is ever fetched, a
 * $ref that leads out of the schema is an error. docs/schemas.md says how types
 * beyond JSON are seen, what x-edn-type does, and what is bounded.
 */
#ifndef COMMAND_SCHEMA_SCHEMA_H
#define COMMAND_SCHEMA_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "util/arena.h"
#include "value/value.h"

struct schema;

/* A document that a $ref may lead to beside the schema itself. */
struct schema_document {
	const char		*uri;
	const struct value	*document;
};

struct schema_options {
	bool				 formats;	/* format asserts; else it is a remark */
	/* Of a schema that names none: "" is 2020-12. */
	const char			*dialect;
	const struct schema_document	*documents;	/* until schema_compile returns */
	size_t				 ndocuments;
};

/* One thing that is wrong. Texts are in the caller's arena or constant. */
struct schema_error {
	const char	*pointer;		/* RFC 6901, into the instance; of a schema: into that */
	const char	*keyword;		/* "minLength"; "" where none is to blame */
	const char	*schema_pointer;	/* into the schema */
	const char	*expected;		/* "a string of at least 3 characters" */
	const char	*found;			/* "\"ab\" (2 characters)" */
};

struct schema_errors {
	struct schema_error	*list;	/* in the caller's arena; NULL at first */
	size_t			 n, max;	/* max: the caller's; more are not listed. 0 is taken as 16 */
};

/* Add one to a list, where it has room and the arena memory. */
void		 schema_errors_add(struct schema_errors *errors, struct arena *a, const struct schema_error *e);
/*
 * A program of its own memory, or NULL with at least one error. The document, its texts included, may go after
 * the call. A schema is compared with its metaschema first.
 */
struct schema	*schema_compile(const struct value *document, const struct schema_options *o, struct arena *a,
		    struct schema_errors *errors);
/* NULL is allowed. */
void		 schema_free(struct schema *s);
/* What it takes of memory. */
size_t		 schema_size(const struct schema *s);
/* errors may be NULL. What would take too long (patterns, recursion) is an error, not a pass. */
bool		 schema_validate(const struct schema *s, const struct value *v, struct arena *a,
		    struct schema_errors *errors);
/*
 * Give a value that was found valid the types that x-edn-type names. *out is v itself where nothing changes. False:
 * a text cannot become that type, or the arena is full.
 */
bool		 schema_coerce(const struct schema *s, const struct value *v, struct arena *a, struct value *out,
		    struct schema_errors *errors);
/*
 * Does `next` take every value that `former` takes? Decided by rules, keyword by keyword; where that cannot be told, no.
 * Errors point into next. Both are sound schemas.
 */
bool		 schema_compatible(const struct value *former, const struct value *next, struct arena *a,
		    struct schema_errors *errors);

#endif
