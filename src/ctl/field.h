/*
 * field.h: members of decoded answers, by name, with something sensible where
 * they are not there.
 */
#ifndef CTL_FIELD_H
#define CTL_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "value/value.h"

/* The member, or NULL. v may be NULL. */
const struct value	*field(const struct value *v, const char *name);
int64_t			 field_int(const struct value *v, const char *name, int64_t otherwise);
bool			 field_true(const struct value *v, const char *name);
bool			 field_is(const struct value *v, const char *name, const char *text);
/* A string into out, control characters as '?'; "" where there is none. Returns out. */
const char		*field_text(const struct value *v, const char *name, char *out, size_t size);
/* Item i of a list, or NULL; and how many there are. list may be NULL. */
const struct value	*field_item(const struct value *list, uint32_t i);

#endif
