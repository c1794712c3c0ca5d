/*
 * coerce.h: x-edn-type: values of a client whose media type has few types given
 * those that processors want. Runs over a value that was found valid.
 */
#ifndef COMMAND_SCHEMA_COERCE_H
#define COMMAND_SCHEMA_COERCE_H

#include "command/schema/evaluate.h"

/* The table of them stands in edn_type.c. */
enum edn_type {
	EDN_NONE,
	EDN_UUID,
	EDN_KEYWORD,
	EDN_SYMBOL,
	EDN_INST,
	EDN_URI,
	EDN_BYTES,
	EDN_CHAR,
	EDN_INTEGER,
	EDN_BIGINT,
	EDN_BIGDEC,
	EDN_DOUBLE,
	EDN_FLOAT,
	EDN_SET,
	EDN_LIST,
	EDN_TYPES
};

struct coercion {
	const struct schema	*schema;
	struct arena		*arena;
	struct schema_errors	*errors;
	const struct place	*place;
	unsigned		 depth;
	unsigned long		 steps, pattern_work;	/* left */
	bool			 failed, exhausted;
};

/* Change *v as the node asks; its items are copied before they are changed. False: told, or the arena is full. */
bool	coerce_node(struct coercion *c, const struct node *n, struct value *v);
/* The value of member i of an object, or item i of an array, by a node. */
bool	coerce_member(struct coercion *c, const struct node *n, struct value *v, size_t i);
bool	coerce_item(struct coercion *c, const struct node *n, struct value *v, size_t i);
/* Does a node take the value? */
bool	coerce_takes(struct coercion *c, const struct node *n, const struct value *v);
/* Give *v this type. False, and *why, where it cannot have it. */
bool	edn_give(enum edn_type type, struct value *v, struct arena *a, const char **why);
const char *edn_name(enum edn_type type);

#endif
