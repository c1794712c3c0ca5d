/*
 * record.c: a change of a schema as it stands on the topic. See record.h.
 */
#include <inttypes.h>
#include <string.h>

#include "command/action.h"
#include "registrar/record.h"
#include "util/jsonw.h"
#include "value/json.h"

void
record_key(struct buf *out, const struct registry_record *rec, const struct id *id)
{
	char text[ID_TEXT + 1];

	id_format(id, text);
	buf_put(out, rec->action, rec->action_len);
	buf_printf(out, "/%" PRIu32 "/%s", rec->version, text);
}

/* A string that is not NUL-terminated. */
static void
put_text(struct jsonw *w, const char *key, const char *s, size_t len)
{
	struct buf b = { 0 };

	buf_put(&b, s, len);
	jsonw_string(w, key, buf_cstr(&b));
	buf_free(&b);
}

void
record_value(struct buf *out, const struct registry_record *rec, const struct id *id)
{
	struct jsonw w = jsonw_of(out);
	char text[ID_TEXT + 1];

	id_format(id, text);
	jsonw_begin(&w, NULL, '{');
	put_text(&w, "action", rec->action, rec->action_len);
	jsonw_int(&w, "version", rec->version);
	jsonw_int(&w, "base", rec->base);
	jsonw_string(&w, "id", text);
	jsonw_int(&w, "at", rec->timestamp);
	if (rec->by_len > 0)
		put_text(&w, "by", rec->by, rec->by_len);
	jsonw_string(&w, "compatibility", rec->any ? "none" : "backward");
	buf_puts(out, ",\"schema\":");
	if (rec->removed)
		buf_puts(out, "null");
	else
		buf_put(out, rec->text, rec->text_len);
	w.comma = true;
	jsonw_end(&w, '}');
}

static bool
take_number(const struct value *map, const char *name, int64_t least, int64_t most, int64_t *out)
{
	const struct value *v = value_map_get(map, name, false);

	if (v == NULL || v->kind != VALUE_INT || v->u.integer < least || v->u.integer > most)
		return false;
	*out = v->u.integer;
	return true;
}

static const char *
take_action(const struct value *map, struct arena *a, struct registry_record *rec)
{
	const struct value *v = value_map_get(map, "action", false);
	struct value keyword;

	if (v == NULL || v->kind != VALUE_STRING)
		return "it has no action";
	keyword = value_keyword_split(a, v->u.text, v->n);
	if (keyword.kind != VALUE_KEYWORD)
		return "its action is too large";
	rec->action = v->u.text;
	rec->action_len = v->n;
	return action_fault(a, keyword.u.name);
}

static const char *
take_schema(const struct value *map, struct arena *a, struct registry_record *rec)
{
	const struct value *v = value_map_get(map, "schema", false);
	struct codec_error err;
	struct buf b = { 0 };
	const char *why = NULL;

	if (v == NULL)
		return "it has no schema (null, where it removes one)";
	rec->removed = v->kind == VALUE_NIL;
	if (rec->removed)
		return NULL;
	if (json_write(&b, v, &err) == -1 || (rec->text = arena_strndup(a, (const char *)b.data, b.len)) == NULL)
		why = "its schema is too large";
	rec->text_len = b.len;
	buf_free(&b);
	return why;
}

int
record_read(const void *value, size_t len, struct arena *a, struct registry_record *rec, struct id *id,
    const char **why)
{
	const struct value *v;
	struct codec_error err;
	struct value map;
	int64_t n;

	memset(rec, 0, sizeof(*rec));
	if (json_read(value, len, &codec_event_limits, a, &map, &err) == -1) {
		*why = arena_printf(a, "it is not JSON: %s", err.text);
		return -1;
	}
	*why = "it is no object";
	if (map.kind != VALUE_MAP || (*why = take_action(&map, a, rec)) != NULL ||
	    (*why = take_schema(&map, a, rec)) != NULL)
		return -1;
	*why = "version or base is no number of a version";
	if (!take_number(&map, "version", 1, UINT32_MAX, &n))
		return -1;
	rec->version = (uint32_t)n;
	if (!take_number(&map, "base", 0, UINT32_MAX, &n))
		return -1;
	rec->base = (uint32_t)n;
	*why = "id is no UUID, or at no time";
	v = value_map_get(&map, "id", false);
	if (v == NULL || v->kind != VALUE_STRING || id_parse(v->u.text, v->n, id) == -1 ||
	    !take_number(&map, "at", INT64_MIN, INT64_MAX, &rec->timestamp))
		return -1;
	if ((v = value_map_get(&map, "by", false)) != NULL && v->kind == VALUE_STRING) {
		rec->by = v->u.text;
		rec->by_len = v->n > 255 ? 255 : v->n;
	}
	v = value_map_get(&map, "compatibility", false);
	rec->any = v != NULL && v->kind == VALUE_STRING && v->n == 4 && memcmp(v->u.text, "none", 4) == 0;
	return 0;
}
