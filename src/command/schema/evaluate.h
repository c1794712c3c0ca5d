/*
 * evaluate.h: one evaluation under way, as the keywords' functions see it.
 */
#ifndef COMMAND_SCHEMA_EVALUATE_H
#define COMMAND_SCHEMA_EVALUATE_H

#include "command/schema/program.h"

/* Where in the instance: a chain up to its top. */
struct place {
	const struct place	*up;
	const char		*key;	/* NULL: an item */
	size_t			 len;	/* of key; or the item's index */
};

/* Which members or items were evaluated by some keyword. Bits; NULL: nobody asks. */
struct seen {
	uint8_t	*bits;
	bool	 all;
};

/* The resources that were entered, the outermost last. */
struct scope {
	const struct scope	*up;
	const struct resource	*resource;
};

struct run {
	const struct schema	*schema;
	struct arena		*arena;
	struct schema_errors	*errors;	/* NULL: nothing is told */
	const struct scope	*scope;
	unsigned		 depth;
	unsigned long		 steps;		/* left */
	unsigned long		 pattern_work;	/* left; see pattern.h */
	bool			 exhausted;
};

/* A node at a value. */
struct frame {
	const struct node	*node;
	const struct value	*v;
	enum instance_type	 type;
	const struct place	*place;
	struct seen		*seen;		/* NULL: nobody asks */
};

/* Does v match? What was evaluated is added to into where it does. */
bool	evaluate_node(struct run *r, const struct node *n, const struct value *v, const struct place *at,
	    struct seen *into);
/* The same for the same value, as $ref and allOf do. */
bool	evaluate_here(struct run *r, const struct node *n, struct frame *f);
/* The same without telling errors. */
bool	evaluate_quietly(struct run *r, const struct node *n, struct frame *f, struct seen *into);
/* Note that member or item i was evaluated. */
void	evaluate_mark(struct frame *f, size_t i);
void	evaluate_mark_all(struct frame *f);
bool	evaluate_seen(const struct frame *f, size_t i);
/* False. The instance is described as what was found, unless found is given. */
bool	evaluate_error(struct run *r, const struct frame *f, const struct step *s, const char *expected,
	    const char *found);
/* The same about another place than the frame's. */
bool	evaluate_error_at(struct run *r, const struct node *n, const char *keyword, const struct place *at,
	    const char *expected, const char *found);
/* So much work: false where the bound is passed. */
bool	evaluate_work(struct run *r, size_t n);
/* Does the text match? One that takes too long exhausts the run. */
bool	evaluate_pattern(struct run *r, const struct pattern *p, const char *text, size_t len);
/* "/properties/a" of a node, in the arena. */
const char *node_pointer(struct arena *a, const struct node *n, const char *keyword);

#endif
