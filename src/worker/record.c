/*
 * record.c: a record of the index as the map of answers. See record.h.
 */
#include <string.h>

#include "command/event.h"
#include "worker/record.h"

/* One more entry behind those of a map. */
static struct value
append(struct arena *a, struct value map, const char *name, struct value v)
{
	struct value *items;

	if (map.kind == VALUE_NIL || v.kind == VALUE_NIL)
		return value_nil();
	items = arena_array(a, 2 * ((size_t)map.n + 1), sizeof(*items));
	if (items == NULL)
		return value_nil();
	memcpy(items, map.u.items, 2 * (size_t)map.n * sizeof(*items));
	items[2 * (size_t)map.n] = value_ckeyword(a, name);
	items[2 * (size_t)map.n + 1] = v;
	return value_map(items, (size_t)map.n + 1);
}

/* What the row alone tells, as if the record had no more. */
static struct event
bare(struct arena *a, const struct index_record *r)
{
	struct event e = { .id = r->id, .parent = r->parent, .has_parent = r->has_parent };

	e.map = value_map(NULL, 0);
	e.action = value_keyword_split(a, r->action, strlen(r->action));
	e.data = value_nil();
	return e;
}

struct value
record_answer(struct arena *a, const struct index_record *r, const char *name,
    const struct value *children)
{
	struct record_place place = { name, r->partition, r->offset, r->timestamp };
	struct codec_error err;
	struct event e;
	struct value v;
	bool good;

	good = event_parse(r->id.b, ID_BYTES, r->value, r->value_len, a, &e, &err) == 0;
	if (!good)
		e = bare(a, r);
	v = event_answer(a, &e, &place);
	if (children != NULL)
		v = append(a, v, "children", *children);
	if (!good)
		v = append(a, v, "error", value_cstring(arena_strndup(a, err.text,
		    strlen(err.text))));
	return v;
}
