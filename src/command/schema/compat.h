/*
 * compat.h: does a schema take every value that another one takes? Decided by
 * rules, one for each keyword, over a view of the former schema: what it asks of
 * a value at one place. For the compat files of this folder.
 */
#ifndef COMMAND_SCHEMA_COMPAT_H
#define COMMAND_SCHEMA_COMPAT_H

#include "command/schema/program.h"
#include "command/schema/resource.h"

/* Types of values as bits: 1 << enum instance_type, numbers with a fraction and without apart. */
#define TYPE_FRACTION	(1u << INSTANCE_NUMBER)
#define TYPE_NUMBERS	(TYPE_FRACTION | TYPE_INTEGER)
#define TYPE_STRING	(1u << INSTANCE_STRING)
#define TYPE_ARRAY	(1u << INSTANCE_ARRAY)
#define TYPE_OBJECT	(1u << INSTANCE_OBJECT)
#define TYPE_ALL	((TYPE_INTEGER << 1) - 1)

/* A schema of one of the two documents. */
struct part {
	struct resources	*side;
	struct source		*source;
	const struct value	*schema;
	unsigned		 split;		/* bits of which of its keywords the view has been split by */
};

/* Values that match every part, are of one of the types and match nothing in excluded. Parts are maps. */
struct view {
	struct part	*parts, *excluded;
	size_t		 n, nexcluded;
	unsigned	 types;		/* 0: there are no such values */
};

/* Where in the next schema: a chain up to its top. */
struct trail {
	const struct trail	*up;
	const char		*keyword;	/* NULL: absolute, where a $ref led to */
	const char		*name;		/* of a member, or NULL */
	size_t			 len;		/* of name; or an index; SIZE_MAX: neither */
};

struct claim {
	const struct value	*next;
	uint64_t		 view;		/* a fingerprint */
};

struct named_pattern {
	struct named_pattern	*next;
	const struct value	*key;
	struct pattern		*pattern;
};

struct compat {
	struct resources	 sides[2];	/* former, next */
	const struct value	*documents[2];
	struct arena		 arena;		/* of the comparison */
	struct arena		*tmp;		/* the caller's, for errors */
	struct schema_errors	*errors;
	unsigned		 quiet;		/* > 0: errors are not told */
	const struct trail	*at;
	unsigned		 depth;
	unsigned long		 steps;		/* left */
	bool			 exhausted;
	struct claim		*claims;	/* what is being shown, or was, on the way here */
	size_t			 nclaims;
	struct named_pattern	*patterns;
};

#define CLAIMS_MAX	4096

struct rule;

/* Does every value of the view satisfy this keyword of next? Tells why not. */
#define COMPAT_RULE(name)	bool name(struct compat *c, const struct view *v, const struct part *next, \
				    const struct rule *rule, const struct value *value)

struct rule {
	const char	*keyword;
	unsigned	 types;		/* of the values that it asks something of */
	bool		 alone;		/* what it asks depends on no other keyword, and on no $ref */
	COMPAT_RULE((*implied));	/* NULL: it asks nothing, or another keyword's rule covers it */
};

/* compat.c */

/* Does next take all values of the view? */
bool	compat_implied(struct compat *c, const struct view *v, const struct part *next);
bool	compat_implied_quietly(struct compat *c, const struct view *v, const struct part *next);
/* The same at "/keyword/name" of where we are. */
bool	compat_implied_at(struct compat *c, const struct view *v, const struct part *next, const char *keyword,
	    const char *name, size_t len);
/* False. At the keyword of where we are; texts in the caller's arena or constant; NULL: it is full. */
bool	compat_error(struct compat *c, const char *keyword, const char *expected, const char *found);
/* So much work: false where the bound is passed. */
bool	compat_work(struct compat *c, size_t n);

/* compat_same.c */

/* A $dynamicRef whose target depends on the way to it: more than one $dynamicAnchor has the name. */
bool	compat_ambiguous(const struct part *p, const char *name);

/* The same text, whose references lead to the same. */
bool	compat_same(struct compat *c, const struct part *former, const struct part *next);

/* compat_view.c */

/* The keyword of a part, where its draft has it; NULL: none. */
const struct value *part_get(const struct part *p, const char *keyword);
/* A subschema of a part. */
struct part	part_child(const struct part *p, const struct value *schema);
/* Where its reference leads; false: nowhere. */
bool		part_target(const struct part *p, const struct value *ref, struct part *out, const struct anchor **anchor);
/* The name of a member of a map of a schema. */
const char	*key_name(struct compat *c, const struct value *key, size_t *len);
const struct value *member_of(struct compat *c, const struct value *map, const char *name, size_t len);
struct view	view_all(void);
struct view	view_of(struct compat *c, const struct part *p);
/* A copy that p, with what it refers to and its allOf, is added to. */
struct view	view_with(struct compat *c, const struct view *v, const struct part *p);
struct view	view_without(struct compat *c, const struct view *v, const struct part *p);
struct view	view_typed(const struct view *v, unsigned types);
/* The view's values, where they are few: false where they are not. */
bool		view_values(struct compat *c, const struct view *v, const struct value **values, size_t *n);
uint64_t	view_fingerprint(const struct view *v);
/* The type of a value. */
unsigned	compat_types(const struct value *v);
/* What the keyword "type" with this value takes. */
unsigned	compat_types_named(const struct value *v);
/* "string, null" of types; in the caller's arena. */
const char	*compat_type_names(struct compat *c, unsigned types);

/* compat_members.c */

/* What the view asks of the member of this name. */
struct view	view_member(struct compat *c, const struct view *v, const char *name, size_t len);
bool		view_requires(struct compat *c, const struct view *v, const char *name, size_t len);
bool		compat_matches(struct compat *c, const struct value *pattern, const char *name, size_t len);

/* compat_reach.c */

/* A name of a member, or a pattern of names, that some keyword speaks of. */
struct named {
	const struct value	*key;
	const char		*name;
	size_t			 len;
};

struct reach {
	const struct value *top;	/* where it is looked at from */
	struct named	*names, *patterns;
	size_t		 nnames, npatterns;
	bool		 rest;		/* every other name too */
};

/*
 * What a schema may look at of an object: what its keywords name, and those of all schemas that it applies to the same
 * object. sure: only what it looks at in any case.
 */
void		compat_reach(struct compat *c, const struct part *p, bool sure, struct reach *out);
bool		reach_has(struct compat *c, const struct reach *r, const char *name, size_t len);
bool		reach_has_pattern(const struct reach *r, const char *text, size_t len);
/* The same of arrays: the first n items; SIZE_MAX: all. */
size_t		compat_reach_items(struct compat *c, const struct part *p, bool sure);

/* compat_items.c */

/* Items that an array of the view has at most; SIZE_MAX: no bound is known. */
size_t		view_longest(struct compat *c, const struct view *v);

/* compat_branch.c */

/* Do the view and p have no value in common? False: it cannot be told. */
bool	compat_excluded(struct compat *c, const struct view *v, const struct part *p);
/* Cases that together cover the view: *n of them, 0 where there is nothing left to split it by. */
struct view *compat_split(struct compat *c, const struct view *v, size_t *n);

/* By the file that has them; the table is in compat.c. */

/* compat_scalar.c */
COMPAT_RULE(compat_type);
COMPAT_RULE(compat_values);
COMPAT_RULE(compat_at_least);
COMPAT_RULE(compat_at_most);
COMPAT_RULE(compat_minimum);
COMPAT_RULE(compat_maximum);
COMPAT_RULE(compat_multiple);
COMPAT_RULE(compat_equal);
COMPAT_RULE(compat_unique);
/* compat_members.c */
COMPAT_RULE(compat_required);
COMPAT_RULE(compat_properties);
COMPAT_RULE(compat_patterns);
COMPAT_RULE(compat_rest);
COMPAT_RULE(compat_names);
COMPAT_RULE(compat_dependencies);
/* compat_items.c */
COMPAT_RULE(compat_prefix);
COMPAT_RULE(compat_items);
COMPAT_RULE(compat_unevaluated_items);
COMPAT_RULE(compat_contains);
/* compat_branch.c */
COMPAT_RULE(compat_all);
COMPAT_RULE(compat_any);
COMPAT_RULE(compat_one);
COMPAT_RULE(compat_not);
COMPAT_RULE(compat_if);
COMPAT_RULE(compat_ref);

#endif
