/*
 * compile.h: what the keywords' compile functions use.
 */
#ifndef COMMAND_SCHEMA_COMPILE_H
#define COMMAND_SCHEMA_COMPILE_H

#include "command/schema/keyword.h"
#include "command/schema/resource.h"

struct compiled_node;

struct compiler {
	struct schema			*schema;
	struct arena			*tmp;		/* the caller's */
	const struct schema_options	*options;
	struct schema_errors		*errors;
	struct resources		 resources;
	struct compiled_node		**memo;		/* nodes by the value that they are made of */
	size_t				 nmemo, nodes, searched;
	const struct value		*document;
	const struct source		*source;	/* the resource of the node being compiled */
	unsigned			 depth;
	bool				 failed;
};

/* The node of a subschema at "/keyword" (name NULL) or "/keyword/name" of parent. NULL: an error was told. */
struct node	*compile_child(struct compiler *c, struct node *parent, const struct value *v, const char *keyword,
		    const char *name, size_t len);
/* The same at "/keyword/3". */
struct node	*compile_item(struct compiler *c, struct node *parent, const struct value *v, const char *keyword,
		    size_t index);
/* The node that a reference leads to. *dynamic: the name, where it leads to a $dynamicAnchor. */
struct node	*compile_target(struct compiler *c, struct node *from, const char *keyword, const struct value *ref,
		    const char **dynamic);
/* Memory of the program; never NULL: failing that, the compiler fails and gives one shared scratch. */
void		*compile_alloc(struct compiler *c, size_t count, size_t size);
/* A copy in the program. */
const char	*compile_text(struct compiler *c, const char *s, size_t len);
struct value	 compile_copy(struct compiler *c, const struct value *v);
/* NULL: told. */
struct pattern	*compile_pattern(struct compiler *c, const struct node *n, const char *keyword, const char *text,
		    size_t len);
/* An error at a keyword of a node's schema. Returns COMPILED_FAILED. */
enum compiled	 compile_error(struct compiler *c, const struct node *n, const char *keyword, const char *expected,
		    const char *found);

#endif
