/*
 * keyword.h: the keywords, one row each, and what each row's functions get.
 */
#ifndef COMMAND_SCHEMA_KEYWORD_H
#define COMMAND_SCHEMA_KEYWORD_H

#include "command/schema/program.h"

struct compiler;
struct frame;
struct run;
struct coercion;

/* Where a keyword holds subschemas. */
enum keyword_shape {
	SHAPE_NONE,
	SHAPE_SCHEMA,
	SHAPE_LIST,		/* of schemas */
	SHAPE_EITHER,		/* a schema or a list of them (items of draft-07) */
	SHAPE_MAP,		/* of schemas, by name */
	SHAPE_MIXED,		/* a map of schemas and lists of names (dependencies) */
};

/* What a compile function made. */
enum compiled {
	COMPILED_FAILED = -1,	/* an error was told */
	COMPILED_NOTHING,	/* no step: another keyword's covers it, or it asserts nothing */
	COMPILED_STEP,
};

struct keyword {
	const char		*name;
	unsigned		 drafts;
	unsigned		 vocabulary;
	enum keyword_shape	 shape;
	/* NULL: a remark, or a place for subschemas that others refer to. map: the schema that holds v. */
	enum compiled		(*compile)(struct compiler *c, struct node *n, const struct value *map,
				    const struct value *v, struct step *out);
	bool			(*evaluate)(struct run *r, const struct step *s, struct frame *f);
	/* Give what it applies to the types that are asked for there; NULL: it applies nothing. v is found valid. */
	bool			(*coerce)(struct coercion *c, const struct step *s, struct value *v);
};

/* In the order in which they are evaluated: unevaluated ones last. */
extern const struct keyword keywords[];
extern const size_t keywords_count;

#endif
