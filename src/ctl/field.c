/*
 * field.c: members of decoded answers. See field.h.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "ctl/field.h"

const struct value *
field(const struct value *v, const char *name)
{
	return v == NULL ? NULL : value_map_get(v, name, true);
}

int64_t
field_int(const struct value *v, const char *name, int64_t otherwise)
{
	const struct value *m = field(v, name);

	return m != NULL && m->kind == VALUE_INT ? m->u.integer : otherwise;
}

bool
field_true(const struct value *v, const char *name)
{
	const struct value *m = field(v, name);

	return m != NULL && m->kind == VALUE_BOOL && m->u.boolean;
}

bool
field_is(const struct value *v, const char *name, const char *text)
{
	const struct value *m = field(v, name);

	return m != NULL && m->kind == VALUE_STRING && m->n == strlen(text) && memcmp(m->u.text, text, m->n) == 0;
}

const char *
field_text(const struct value *v, const char *name, char *out, size_t size)
{
	const struct value *m = field(v, name);

	out[0] = '\0';
	if (m != NULL && m->kind == VALUE_STRING)
		snprintf(out, size, "%.*s", (int)m->n, m->u.text);
	for (char *p = out; *p != '\0'; p++)
		if (iscntrl((unsigned char)*p))
			*p = '?';
	return out;
}

const struct value *
field_item(const struct value *list, uint32_t i)
{
	if (list == NULL || (list->kind != VALUE_VECTOR && list->kind != VALUE_LIST) || i >= list->n)
		return NULL;
	return &list->u.items[i];
}
