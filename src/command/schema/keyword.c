/*
 * keyword.c: the keywords, one row each. See keyword.h. What has no functions
 * is a remark, or a place for subschemas that a $ref leads to.
 */
#include "command/schema/keyword.h"
#include "command/schema/keywords.h"

#define BOTH	(DRAFT_7 | DRAFT_2020)
#define D7	DRAFT_7
#define D2020	DRAFT_2020
#define CORE	VOCABULARY_CORE
#define APPLY	VOCABULARY_APPLICATOR
#define VALID	VOCABULARY_VALIDATION
#define UNEVAL	VOCABULARY_UNEVALUATED
#define FORMAT	VOCABULARY_FORMAT

const struct keyword keywords[] = {
	{ "$defs", BOTH, CORE, SHAPE_MAP, NULL, NULL, NULL },
	{ "definitions", BOTH, CORE, SHAPE_MAP, NULL, NULL, NULL },
	{ "$ref", BOTH, CORE, SHAPE_NONE, ref_compile, ref_evaluate, ref_coerce },
	{ "$dynamicRef", D2020, CORE, SHAPE_NONE, dynamic_compile, dynamic_evaluate, ref_coerce },

	{ "type", BOTH, VALID, SHAPE_NONE, type_compile, type_evaluate, NULL },
	{ "const", BOTH, VALID, SHAPE_NONE, const_compile, const_evaluate, NULL },
	{ "enum", BOTH, VALID, SHAPE_NONE, enum_compile, enum_evaluate, NULL },
	{ "minimum", BOTH, VALID, SHAPE_NONE, number_compile, minimum_evaluate, NULL },
	{ "maximum", BOTH, VALID, SHAPE_NONE, number_compile, maximum_evaluate, NULL },
	{ "exclusiveMinimum", BOTH, VALID, SHAPE_NONE, number_compile, exclusive_minimum_evaluate, NULL },
	{ "exclusiveMaximum", BOTH, VALID, SHAPE_NONE, number_compile, exclusive_maximum_evaluate, NULL },
	{ "multipleOf", BOTH, VALID, SHAPE_NONE, number_compile, multiple_evaluate, NULL },
	{ "minLength", BOTH, VALID, SHAPE_NONE, count_compile, min_length_evaluate, NULL },
	{ "maxLength", BOTH, VALID, SHAPE_NONE, count_compile, max_length_evaluate, NULL },
	{ "pattern", BOTH, VALID, SHAPE_NONE, pattern_compile, pattern_evaluate, NULL },
	{ "format", BOTH, FORMAT, SHAPE_NONE, format_compile, format_evaluate, NULL },
	{ "minItems", BOTH, VALID, SHAPE_NONE, count_compile, min_items_evaluate, NULL },
	{ "maxItems", BOTH, VALID, SHAPE_NONE, count_compile, max_items_evaluate, NULL },
	{ "uniqueItems", BOTH, VALID, SHAPE_NONE, unique_compile, unique_evaluate, NULL },
	{ "minProperties", BOTH, VALID, SHAPE_NONE, count_compile, min_properties_evaluate, NULL },
	{ "maxProperties", BOTH, VALID, SHAPE_NONE, count_compile, max_properties_evaluate, NULL },

	/* One pass answers these four; the first of them that is there makes the step. */
	{ "required", BOTH, VALID, SHAPE_NONE, members_compile, members_evaluate, members_coerce },
	{ "properties", BOTH, APPLY, SHAPE_MAP, members_compile, members_evaluate, members_coerce },
	{ "patternProperties", BOTH, APPLY, SHAPE_MAP, members_compile, members_evaluate, members_coerce },
	{ "additionalProperties", BOTH, APPLY, SHAPE_SCHEMA, members_compile, members_evaluate, members_coerce },
	{ "propertyNames", BOTH, APPLY, SHAPE_SCHEMA, schema_keyword_compile, names_evaluate, NULL },
	{ "dependentRequired", D2020, VALID, SHAPE_NONE, dependencies_compile, dependencies_evaluate,
	    dependencies_coerce },
	{ "dependentSchemas", D2020, APPLY, SHAPE_MAP, dependencies_compile, dependencies_evaluate,
	    dependencies_coerce },
	{ "dependencies", BOTH, APPLY, SHAPE_MIXED, dependencies_compile, dependencies_evaluate, dependencies_coerce },

	{ "prefixItems", D2020, APPLY, SHAPE_LIST, list_compile, prefix_evaluate, prefix_coerce },
	{ "items", BOTH, APPLY, SHAPE_EITHER, items_compile, items_evaluate, items_coerce },
	{ "additionalItems", D7, APPLY, SHAPE_SCHEMA, additional_items_compile, items_evaluate, items_coerce },
	{ "contains", BOTH, APPLY, SHAPE_SCHEMA, contains_compile, contains_evaluate, NULL },

	{ "allOf", BOTH, APPLY, SHAPE_LIST, list_compile, all_evaluate, all_coerce },
	{ "anyOf", BOTH, APPLY, SHAPE_LIST, list_compile, any_evaluate, any_coerce },
	{ "oneOf", BOTH, APPLY, SHAPE_LIST, list_compile, one_evaluate, any_coerce },
	{ "not", BOTH, APPLY, SHAPE_SCHEMA, schema_keyword_compile, not_evaluate, NULL },
	{ "if", BOTH, APPLY, SHAPE_SCHEMA, if_compile, if_evaluate, if_coerce },
	{ "then", BOTH, APPLY, SHAPE_SCHEMA, NULL, NULL, NULL },
	{ "else", BOTH, APPLY, SHAPE_SCHEMA, NULL, NULL, NULL },

	{ "x-edn-type", BOTH, CORE, SHAPE_NONE, edn_compile, NULL, NULL },
	{ "contentSchema", D2020, CORE, SHAPE_SCHEMA, NULL, NULL, NULL },

	{ "unevaluatedItems", D2020, UNEVAL, SHAPE_SCHEMA, unevaluated_compile, unevaluated_items_evaluate,
	    NULL },
	{ "unevaluatedProperties", D2020, UNEVAL, SHAPE_SCHEMA, unevaluated_compile, unevaluated_properties_evaluate,
	    NULL },
};
const size_t keywords_count = sizeof(keywords) / sizeof(keywords[0]);
