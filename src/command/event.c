/*
 * event.c: an event, found in the bytes of a Kafka record. See event.h.
 */
#include <string.h>

#include "command/event.h"
#include "value/fressian.h"

/* What an answer says of a record itself; a key of the same name in the record would be there twice. */
static const char *const answered[] = {
	"id", "parent", "action", "data", "timestamp", "topic", "partition", "offset",
};

#define NANSWERED (sizeof(answered) / sizeof(answered[0]))

/* A uuid, or its text. */
static int
id_of(const struct value *v, struct id *out)
{
	if (v->kind == VALUE_UUID) {
		*out = *v->u.id;
		return 0;
	}
	return v->kind == VALUE_STRING ? id_parse(v->u.text, v->n, out) : -1;
}

/* The value at a key. 1: *out is the id; 0: absent or nil; -1: something else, said in *err. */
static int
id_at(const struct value *map, const char *name, struct id *out, struct codec_error *err)
{
	const struct value *v = value_map_get(map, name, true);

	if (v == NULL || v->kind == VALUE_NIL)
		return 0;
	if (id_of(v, out) == 0)
		return 1;
	return codec_fail(err, E_VALUE, 0, "expected a uuid at :%s, found %s%s", name,
	    v->kind == VALUE_STRING ? "another " : "", value_kind_name((enum value_kind)v->kind));
}

/* The id that a record's key is, by its length or, else, as Fressian. */
static int
id_from_key(const uint8_t *key, size_t len, struct arena *a, struct id *out)
{
	struct codec_error ignored;
	struct value v;

	if (key == NULL)
		return -1;
	if (len == ID_TEXT)
		return id_parse((const char *)key, len, out);
	if (len == ID_BYTES) {
		memcpy(out->b, key, ID_BYTES);
		return 0;
	}
	if (fressian_read(key, len, &codec_event_limits, a, &v, &ignored) == -1)
		return -1;
	return id_of(&v, out);
}

static struct value
value_at(const struct value *map, const char *name)
{
	const struct value *v = value_map_get(map, name, true);

	return v != NULL ? *v : value_nil();
}

int
event_parse(const uint8_t *key, size_t key_len, const uint8_t *value, size_t len, struct arena *a,
    struct event *out, struct codec_error *err)
{
	int found;

	memset(out, 0, sizeof(*out));
	if (value == NULL)
		return codec_fail(err, E_EOF, 0, "expected a map, found no value (a tombstone)");
	if (fressian_read(value, len, &codec_event_limits, a, &out->map, err) == -1)
		return -1;
	if (out->map.kind != VALUE_MAP)
		return codec_fail(err, E_TYPE, 0, "expected a map, found a %s",
		    value_kind_name((enum value_kind)out->map.kind));
	if ((found = id_at(&out->map, "id", &out->id, err)) == -1)
		return -1;
	if (found == 0 && id_from_key(key, key_len, a, &out->id) == -1)
		return codec_fail(err, E_VALUE, 0, "expected a uuid at :id or as the record's key, found none");
	if ((found = id_at(&out->map, "parent", &out->parent, err)) == -1)
		return -1;
	out->has_parent = found == 1;
	out->action = value_at(&out->map, "action");
	out->data = value_at(&out->map, "data");
	return 0;
}

static bool
is_answered(const struct value *key)
{
	for (size_t i = 0; i < NANSWERED; i++)
		if (value_named(key, answered[i], true))
			return true;
	return false;
}

/* Pairs being put together. */
struct pairs {
	struct arena	*arena;
	struct value	*items;
	size_t		 n;
	bool		 failed;
};

static void
put(struct pairs *p, const char *name, struct value v)
{
	struct value key = value_ckeyword(p->arena, name);

	p->failed |= key.kind == VALUE_NIL;
	p->items[2 * p->n] = key;
	p->items[2 * p->n + 1] = v;
	p->n++;
}

static void
put_id(struct pairs *p, const char *name, const struct id *id)
{
	struct value v = value_uuid(p->arena, id);

	p->failed |= v.kind == VALUE_NIL;
	put(p, name, v);
}

struct value
event_answer(struct arena *a, const struct event *e, const struct record_place *place)
{
	struct pairs p = { .arena = a };

	p.items = arena_array(a, 2 * ((size_t)e->map.n + NANSWERED), sizeof(*p.items));
	if (p.items == NULL)
		return value_nil();
	put_id(&p, "id", &e->id);
	if (e->has_parent)
		put_id(&p, "parent", &e->parent);
	put(&p, "action", e->action);
	put(&p, "data", e->data);
	for (uint32_t i = 0; i < e->map.n; i++) {
		if (is_answered(&e->map.u.items[2 * i]))
			continue;
		p.items[2 * p.n] = e->map.u.items[2 * i];
		p.items[2 * p.n + 1] = e->map.u.items[2 * i + 1];
		p.n++;
	}
	put(&p, "timestamp", value_int(place->timestamp));
	put(&p, "topic", value_cstring(place->topic));
	put(&p, "partition", value_int(place->partition));
	put(&p, "offset", place->offset >= 0 ? value_int(place->offset) : value_nil());
	return p.failed ? value_nil() : value_map(p.items, p.n);
}
