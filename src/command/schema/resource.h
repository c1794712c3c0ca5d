/*
 * resource.h: the documents of a compilation: which schemas have a name ($id,
 * $anchor, $dynamicAnchor), and where a reference leads.
 */
#ifndef COMMAND_SCHEMA_RESOURCE_H
#define COMMAND_SCHEMA_RESOURCE_H

#include "command/schema/program.h"

/* A schema with an $id, or a document's top. */
struct source {
	struct source		*next;
	const char		*uri;		/* absolute where there is a base; no fragment */
	const struct value	*root;
	enum draft		 draft;
	unsigned		 vocabularies;
	struct resource		*resource;	/* of the program; NULL: not entered yet */
	bool			 done;		/* its dynamic anchors are compiled */
};

struct anchor {
	struct anchor		*next;
	struct source		*source;
	const char		*name;
	const struct value	*value;
	bool			 dynamic;
};

struct resources {
	struct arena			*arena;
	const struct schema_options	*options;
	struct source			*sources;
	struct anchor			*anchors;
	const char			*why;		/* what failed last */
};

/* Take a document in; its top is the source returned. NULL: why says what is wrong with it. */
struct source	*resources_add(struct resources *r, const char *uri, const struct value *document);
/* Where a reference from a source leads. *source is that of the target, *anchor the name that it was found by. */
const struct value *resources_find(struct resources *r, const struct source *from, const char *ref, size_t len,
		    struct source **source, const struct anchor **anchor);

#endif
