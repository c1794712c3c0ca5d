/*
 * openapi_actions.c: what a command is, in /openapi.json: one schema for each
 * action that has one, told apart by the action. See openapi.h.
 */
#include <stdlib.h>
#include <string.h>

#include "util/mem.h"
#include "value/json.h"
#include "worker/openapi.h"

#define ACTIONS_MAX	1000
#define BYTES_MAX	((size_t)4 << 20)

/* The name of a component: what may not stand in one is _XX. */
static void
put_name(struct buf *b, const char *prefix, const struct registry_record *rec)
{
	buf_puts(b, prefix);
	for (size_t i = 0; i < rec->action_len; i++) {
		char c = rec->action[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.')
			buf_putc(b, c);
		else
			buf_printf(b, "_%02X", (unsigned char)c);
	}
}

static void
put_text(struct buf *b, const char *s, size_t len)
{
	buf_putc(b, '"');
	/* An action is ASCII without quotes and backslashes. */
	buf_put(b, s, len);
	buf_putc(b, '"');
}

/* Keywords whose values are data, not schemas. */
static bool
is_data(const struct value *key)
{
	return value_named(key, "const", false) || value_named(key, "enum", false) ||
	    value_named(key, "default", false) || value_named(key, "examples", false);
}

/* Within the document a reference to the schema itself leads to where the schema stands. */
static struct value
moved(struct arena *a, const struct value *v, const char *base)
{
	size_t n = v->kind == VALUE_MAP ? 2 * (size_t)v->n : v->kind == VALUE_VECTOR ? v->n : 0;
	struct value *items = n > 0 ? arena_array(a, n, sizeof(*items)) : NULL, out = *v;

	if (items == NULL)
		return out;
	for (size_t i = 0; i < n; i++) {
		const struct value *key = v->kind == VALUE_MAP && i % 2 == 1 ? &v->u.items[i - 1] : NULL,
		    *item = &v->u.items[i];

		if (key != NULL && value_named(key, "$ref", false) && item->kind == VALUE_STRING && item->n > 0 &&
		    item->u.text[0] == '#' && (item->n == 1 || item->u.text[1] == '/'))
			items[i] = value_cstring(arena_printf(a, "%s%.*s", base, (int)item->n - 1, item->u.text + 1));
		else
			items[i] = key != NULL && is_data(key) ? *item : moved(a, item, base);
	}
	out.u.items = items;
	return out;
}

/* A schema with an $id of its own is at home anywhere. */
static void
put_data(struct buf *b, const struct registry_record *rec)
{
	struct codec_error err;
	struct buf base = { 0 };
	struct arena a;
	struct value v;
	size_t at = b->len;

	arena_init(&a, rec->text_len * 256 + ((size_t)1 << 20));
	buf_puts(&base, "#/components/schemas/");
	put_name(&base, "Data.", rec);
	if (json_read((const uint8_t *)rec->text, rec->text_len, &codec_event_limits, &a, &v, &err) == 0 &&
	    v.kind == VALUE_MAP && value_map_get(&v, "$id", false) == NULL) {
		v = moved(&a, &v, buf_cstr(&base));
		if (json_write(b, &v, &err) == -1)
			b->len = at;
	}
	if (b->len == at)
		buf_put(b, rec->text, rec->text_len);
	buf_free(&base);
	arena_free(&a);
}

static void
put_command(struct jsonw *w, const struct registry_record *rec)
{
	struct buf *b = w->out;

	buf_puts(b, w->comma ? ",\"" : "\"");
	put_name(b, "Data.", rec);
	buf_puts(b, "\":");
	put_data(b, rec);
	buf_puts(b, ",\"");
	put_name(b, "Command.", rec);
	buf_puts(b, "\":{\"type\":\"object\",\"required\":[\"action\",\"data\"],\"additionalProperties\":false,"
	    "\"properties\":{\"action\":{\"type\":\"string\",\"const\":");
	put_text(b, rec->action, rec->action_len);
	buf_puts(b, "},\"data\":{\"$ref\":\"#/components/schemas/");
	put_name(b, "Data.", rec);
	buf_puts(b, "\"},\"user\":{\"type\":\"string\",\"format\":\"uuid\"},"
	    "\"system\":{\"type\":\"string\",\"format\":\"uuid\"}}}");
	w->comma = true;
}

/* Any other action, where such are taken. */
static void
put_other(struct buf *b, struct registry_entry **list, size_t n)
{
	buf_puts(b, "{\"allOf\":[{\"$ref\":\"#/components/schemas/CommandAny\"},{\"properties\":{\"action\":{\"not\":"
	    "{\"enum\":[");
	for (size_t i = 0; i < n; i++) {
		const struct registry_record *rec = registry_current(list[i]);

		if (i > 0)
			buf_putc(b, ',');
		put_text(b, rec->action, rec->action_len);
	}
	buf_puts(b, "]}}}}]}");
}

static void
put_choice(struct jsonw *w, struct registry_entry **list, size_t n, bool others)
{
	struct buf *b = w->out;

	buf_puts(b, ",\"CommandIn\":{\"anyOf\":[");
	for (size_t i = 0; i < n; i++) {
		buf_puts(b, i > 0 ? ",{\"$ref\":\"#/components/schemas/" : "{\"$ref\":\"#/components/schemas/");
		put_name(b, "Command.", registry_current(list[i]));
		buf_puts(b, "\"}");
	}
	if (others) {
		buf_putc(b, ',');
		put_other(b, list, n);
	}
	buf_puts(b, "]");
	/* Where other actions are taken too, the action does not tell which of these it is. */
	if (!others) {
		buf_puts(b, ",\"discriminator\":{\"propertyName\":\"action\",\"mapping\":{");
		for (size_t i = 0; i < n; i++) {
			const struct registry_record *rec = registry_current(list[i]);

			buf_puts(b, i > 0 ? "," : "");
			put_text(b, rec->action, rec->action_len);
			buf_puts(b, ":\"#/components/schemas/");
			put_name(b, "Command.", rec);
			buf_putc(b, '"');
		}
		buf_puts(b, "}}");
	}
	buf_putc(b, '}');
	w->comma = true;
}

void
openapi_actions(struct jsonw *w, struct schemas *s)
{
	struct registry_entry **list = xcalloc(ACTIONS_MAX, sizeof(*list));
	size_t n = 0, shown = 0, bytes = 0;
	bool strict = false, all;

	if (s != NULL && s->proc->config.schemas.mode != CONFIG_SCHEMAS_OFF) {
		n = registry_list(s->registry, NULL, 0, list, ACTIONS_MAX);
		strict = s->proc->config.schemas.mode == CONFIG_SCHEMAS_STRICT;
	}
	for (; shown < n && (bytes += registry_current(list[shown])->text_len) <= BYTES_MAX; shown++)
		put_command(w, registry_current(list[shown]));
	/* Those past the bound are told of as any other. */
	all = s == NULL || shown == registry_count(s->registry);
	if (shown > 0) {
		put_choice(w, list, shown, !strict || !all);
	} else {
		buf_printf(w->out, "%s\"CommandIn\":{\"$ref\":\"#/components/schemas/CommandAny\"}", w->comma ? "," : "");
		w->comma = true;
	}
	free(list);
}
