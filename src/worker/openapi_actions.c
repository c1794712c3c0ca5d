/*
 * openapi_actions.c: what a command is, in /openapi.json: one schema for each
 * action that has one, told apart by the action. See openapi.h.
 */
#include <inttypes.h>
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

static bool
has_id(const struct registry_record *rec)
{
	struct codec_error err;
	struct arena a;
	struct value v;
	bool has;

	arena_init(&a, rec->text_len * 64 + ((size_t)1 << 20));
	has = json_read((const uint8_t *)rec->text, rec->text_len, &codec_event_limits, &a, &v, &err) == -1 ||
	    v.kind != VALUE_MAP || value_map_get(&v, "$id", false) != NULL;
	arena_free(&a);
	return has;
}

/* With an $id, its references stay within it. */
static void
put_data(struct buf *b, const struct registry_record *rec)
{
	if (has_id(rec)) {
		buf_put(b, rec->text, rec->text_len);
		return;
	}
	buf_puts(b, "{\"$id\":\"urn:cmdr:schema:");
	put_name(b, "", rec);
	buf_printf(b, ":%" PRIu32 "\"%s", rec->version, rec->text_len > 2 ? "," : "");
	buf_put(b, rec->text + 1, rec->text_len - 1);
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
