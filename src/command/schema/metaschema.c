/*
 * metaschema.c: the schemas of schemas. See metaschema.h.
 */
#include <string.h>

#include "command/schema/metaschema.h"
#include "command/schema/metaschemas.h"
#include "command/schema/program_new.h"
#include "util/log.h"
#include "value/json.h"

static const struct value *
read_all(struct arena *a)
{
	struct value *all = arena_alloc(a, sizeof(*all));
	struct codec_error err;

	if (all == NULL || json_read((const uint8_t *)metaschemas_json, strlen(metaschemas_json),
	    &codec_event_limits, a, all, &err) == -1)
		return NULL;
	return all;
}

static bool
is_of(const struct value *document, const char *uri)
{
	const struct value *id = value_map_get(document, "$id", false);
	size_t n = strlen(uri);

	/* Draft-07's ends in an empty fragment. */
	return id != NULL && id->kind == VALUE_STRING && (id->n == n || (id->n == n + 1 && id->u.text[n] == '#')) &&
	    memcmp(id->u.text, uri, n) == 0;
}

const struct value *
metaschema_document(const char *uri, struct arena *a)
{
	const struct value *all;

	if (strstr(uri, "json-schema.org/") == NULL || (all = read_all(a)) == NULL)
		return NULL;
	for (uint32_t i = 0; i < all->n; i++)
		if (is_of(&all->u.items[i], uri))
			return &all->u.items[i];
	return NULL;
}

const struct schema *
metaschema_program(enum draft draft)
{
	static struct schema *programs[2];
	struct schema **p = &programs[draft == DRAFT_2020];
	struct schema_errors errors = { 0 };
	struct schema_options o = { 0 };
	const struct value *document;
	struct arena a;

	if (*p != NULL)
		return *p;
	arena_init(&a, 0);
	document = metaschema_document(draft == DRAFT_2020 ? METASCHEMA_2020 : METASCHEMA_7, &a);
	if (document != NULL)
		*p = program_new(document, &o, &a, &errors);
	if (*p == NULL)
		fatalx("the metaschema does not compile: %s", errors.n > 0 ? errors.list[0].expected : "no memory");
	arena_free(&a);
	return *p;
}
