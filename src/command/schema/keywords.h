/*
 * keywords.h: the functions of the rows in keyword.c, by the file that has them.
 */
#ifndef COMMAND_SCHEMA_KEYWORDS_H
#define COMMAND_SCHEMA_KEYWORDS_H

#include "command/schema/keyword.h"

#define COMPILE(name)	enum compiled name(struct compiler *c, struct node *n, const struct value *map, \
			    const struct value *v, struct step *out)
#define EVALUATE(name)	bool name(struct run *r, const struct step *s, struct frame *f)
#define COERCE(name)	bool name(struct coercion *c, const struct step *s, struct value *v)

/* ref.c */
COMPILE(ref_compile);
EVALUATE(ref_evaluate);
COERCE(ref_coerce);
COMPILE(dynamic_compile);
EVALUATE(dynamic_evaluate);

/* validation.c: types, constants, numbers, strings */
COMPILE(type_compile);
EVALUATE(type_evaluate);
COMPILE(const_compile);
EVALUATE(const_evaluate);
COMPILE(enum_compile);
EVALUATE(enum_evaluate);
COMPILE(number_compile);
EVALUATE(minimum_evaluate);
EVALUATE(maximum_evaluate);
EVALUATE(exclusive_minimum_evaluate);
EVALUATE(exclusive_maximum_evaluate);
EVALUATE(multiple_evaluate);
COMPILE(count_compile);
EVALUATE(min_length_evaluate);
EVALUATE(max_length_evaluate);
COMPILE(pattern_compile);
EVALUATE(pattern_evaluate);
EVALUATE(min_items_evaluate);
EVALUATE(max_items_evaluate);
EVALUATE(min_properties_evaluate);
EVALUATE(max_properties_evaluate);
COMPILE(unique_compile);
EVALUATE(unique_evaluate);

/* format.c */
COMPILE(format_compile);
EVALUATE(format_evaluate);

/* members.c: what objects hold */
COMPILE(members_compile);
EVALUATE(members_evaluate);
COERCE(members_coerce);

/* dependency.c */
COMPILE(dependencies_compile);
EVALUATE(dependencies_evaluate);
COERCE(dependencies_coerce);

/* applicator.c: schemas of the same value */
COMPILE(list_compile);
COMPILE(schema_keyword_compile);
EVALUATE(all_evaluate);
EVALUATE(any_evaluate);
EVALUATE(one_evaluate);
EVALUATE(not_evaluate);
COERCE(all_coerce);
COERCE(any_coerce);
COMPILE(if_compile);
EVALUATE(if_evaluate);
COERCE(if_coerce);
EVALUATE(names_evaluate);

/* items.c: what arrays hold */
EVALUATE(prefix_evaluate);
COERCE(prefix_coerce);
COMPILE(items_compile);
COMPILE(additional_items_compile);
EVALUATE(items_evaluate);
COERCE(items_coerce);
COMPILE(contains_compile);
EVALUATE(contains_evaluate);

/* unevaluated.c */
COMPILE(unevaluated_compile);
EVALUATE(unevaluated_items_evaluate);
EVALUATE(unevaluated_properties_evaluate);

/* edn_type.c */
COMPILE(edn_compile);

#endif
