/*
 * program.h: a compiled schema: nodes, one for each subschema, each with its
 * steps, one for each keyword that asserts or applies something. For the files
 * of this folder.
 */
#ifndef COMMAND_SCHEMA_PROGRAM_H
#define COMMAND_SCHEMA_PROGRAM_H

#include <stdint.h>

#include "command/schema/instance.h"
#include "command/schema/pattern.h"
#include "command/schema/schema.h"

enum draft {
	DRAFT_7 = 0x1,
	DRAFT_2020 = 0x2,
};

/* 2020-12's vocabularies, as far as they can be left out. */
enum vocabulary {
	VOCABULARY_CORE = 0,		/* always there */
	VOCABULARY_APPLICATOR = 0x1,
	VOCABULARY_UNEVALUATED = 0x2,
	VOCABULARY_VALIDATION = 0x4,
	VOCABULARY_FORMAT = 0x8,
	VOCABULARY_ALL = 0xf,
	VOCABULARY_ASSERTS = 0x10,	/* format asserts, whatever the options say */
};

struct node;
struct keyword;

struct dynamic {
	const char	*name;
	struct node	*node;
};

/* What a $dynamicRef may look through: a schema with an $id, or the document. */
struct resource {
	struct resource	*next;
	struct dynamic	*dynamic;
	size_t		 ndynamic;
};

/* A property that the schema names: in properties, required, or both. */
struct property {
	const char	*name;
	uint32_t	 len;
	int32_t		 required;	/* its place among the required ones; -1: it is not */
	struct node	*node;		/* NULL: required only */
};

struct pattern_node {
	struct pattern	*pattern;
	const char	*text;
	struct node	*node;
};

/* properties, patternProperties, additionalProperties and required, which one pass over an object answers. */
struct members {
	struct property		*properties;
	uint32_t		*slots;		/* a power of two of places in properties, from 1; 0: free */
	uint32_t		 nproperties, nslots, nrequired;
	struct pattern_node	*patterns;
	uint32_t		 npatterns;
	struct node		*additional;	/* NULL: none */
};

struct dependent {
	const char	*name;
	size_t		 len;
};

/* dependentRequired, dependentSchemas and dependencies: what a property asks for. */
struct dependency {
	const char		*name;
	size_t			 len;
	struct node		*node;		/* NULL: names */
	struct dependent	*names;
	size_t			 nnames;
};

struct nodes {
	struct node	**list;
	size_t		  n;
};

struct step {
	const struct keyword	*keyword;
	union {
		struct node		*node;
		struct nodes		 nodes;
		struct members		*members;
		struct { struct dependency *list; size_t n; } dependencies;
		struct { struct node *target; const char *dynamic; } ref;
		struct { struct node *test, *then, *otherwise; } condition;
		struct { struct node *node; uint64_t least, most; } contains;
		struct { struct node *rest; size_t from; } items;
		struct { struct pattern *pattern; const char *text; } pattern;
		struct { const struct format *format; } format;
		struct value		 value;		/* const; numbers; enum as a vector */
		uint64_t		 count;		/* lengths and sizes */
		unsigned		 types;		/* bits of enum instance_type, and TYPE_INTEGER */
	} u;
};

#define TYPE_INTEGER	(1u << INSTANCE_TYPES)

enum node_kind {
	NODE_ANY,	/* true */
	NODE_NEVER,	/* false */
	NODE_STEPS,
};

struct node {
	const struct node	*parent;	/* for its pointer; NULL: the top of a document */
	const char		*segment;	/* "/properties/a", from the parent's; escaped */
	struct resource		*resource;
	struct step		*steps;
	uint16_t		 nsteps;
	uint8_t			 kind;		/* enum node_kind */
	uint8_t			 edn;		/* enum edn_type; 0: none */
	bool			 unevaluated;	/* it has unevaluatedProperties or unevaluatedItems */
};

struct pattern_list {
	struct pattern_list	*next;
	struct pattern		*pattern;
};

struct schema {
	struct arena		 arena;		/* of all nodes and texts */
	struct node		*root;
	struct resource		*resources;
	struct pattern_list	*patterns;
	size_t			 pattern_bytes;
	bool			 coerces;	/* some node has x-edn-type */
};

#endif
