/*
 * instance.h: a value as JSON Schema sees it: which of the six types it is of,
 * its text where it is seen as a string, and what equals what. The table of
 * kinds stands in instance.c.
 */
#ifndef COMMAND_SCHEMA_INSTANCE_H
#define COMMAND_SCHEMA_INSTANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "value/value.h"

enum instance_type {
	INSTANCE_NONE,		/* of no type: only a schema that does not ask takes it */
	INSTANCE_NULL,
	INSTANCE_BOOLEAN,
	INSTANCE_NUMBER,	/* whether it is an integer is its value's concern */
	INSTANCE_STRING,
	INSTANCE_ARRAY,
	INSTANCE_OBJECT,
	INSTANCE_TYPES
};

enum instance_type instance_type(const struct value *v);
/* "string", …; "integer" for a number without a fraction. */
const char *instance_type_name(const struct value *v);
/* The text of a string, made in the arena where it is not there already. NULL: the arena is full. Not NUL-terminated. */
const char *instance_text(const struct value *v, struct arena *a, size_t *len);
/* The name of a property: a key that is a keyword or a string. NULL as above, or for another key. */
const char *instance_key(const struct value *key, struct arena *a, size_t *len);
/* A keyword or a string? */
bool	instance_is_name(const struct value *key);
/* RFC 3339 and draft 2020-12, 4.2.2: numbers by value, strings by text, objects without order. */
bool	instance_equal(const struct value *x, const struct value *y, struct arena *a);
/* Agrees with instance_equal. */
uint64_t instance_hash(const struct value *v, struct arena *a);
/* Items of an array; properties of an object. */
static inline size_t
instance_count(const struct value *v)
{
	return v->n;
}
/* What an error says was found: "\"ab\" (2 characters)", "an array of 3 items"; in the arena or constant. */
const char *instance_describe(const struct value *v, struct arena *a);

#endif
