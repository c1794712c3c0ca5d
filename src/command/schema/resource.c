/*
 * resource.c: which schemas have a name, and where a reference leads. See
 * resource.h. Names are looked for at places where a keyword holds a schema,
 * and nowhere else: an $id within const or an unknown keyword is data.
 */
#include <string.h>

#include "command/schema/keyword.h"
#include "command/schema/metaschema.h"
#include "command/schema/resource.h"
#include "command/schema/uri.h"

#define DEPTH	200

static bool	walk(struct resources *r, struct source *s, const struct value *v, unsigned depth);

static bool
fail(struct resources *r, const char *why)
{
	r->why = why != NULL ? why : "it is too large";
	return false;
}

static struct source *
source_new(struct resources *r, const char *uri, const struct value *root)
{
	struct source *s = arena_alloc(r->arena, sizeof(*s));

	if (s == NULL || uri == NULL) {
		fail(r, NULL);
		return NULL;
	}
	memset(s, 0, sizeof(*s));
	s->uri = uri;
	s->root = root;
	s->draft = DRAFT_2020;
	s->vocabularies = VOCABULARY_ALL;
	s->next = r->sources;
	r->sources = s;
	return s;
}

static bool
anchor_add(struct resources *r, struct source *s, const struct value *schema, const char *name, size_t len,
    bool dynamic)
{
	struct anchor *a = arena_alloc(r->arena, sizeof(*a));

	if (a == NULL || (a->name = arena_strndup(r->arena, name, len)) == NULL)
		return fail(r, NULL);
	a->source = s;
	a->value = schema;
	a->dynamic = dynamic;
	a->next = r->anchors;
	r->anchors = a;
	return true;
}

static const struct value *
text_member(const struct value *map, const char *name)
{
	const struct value *v = value_map_get(map, name, false);

	return v != NULL && v->kind == VALUE_STRING ? v : NULL;
}

static const struct {
	const char	*uri;
	unsigned	 vocabulary;
} vocabularies[] = {
	{ "https://json-schema.org/draft/2020-12/vocab/applicator", VOCABULARY_APPLICATOR },
	{ "https://json-schema.org/draft/2020-12/vocab/unevaluated", VOCABULARY_UNEVALUATED },
	{ "https://json-schema.org/draft/2020-12/vocab/validation", VOCABULARY_VALIDATION },
	{ "https://json-schema.org/draft/2020-12/vocab/format-annotation", VOCABULARY_FORMAT },
	{ "https://json-schema.org/draft/2020-12/vocab/format-assertion", VOCABULARY_FORMAT | VOCABULARY_ASSERTS },
};

static unsigned
vocabularies_of(const struct value *metaschema)
{
	const struct value *v = value_map_get(metaschema, "$vocabulary", false);
	unsigned found = 0;

	if (v == NULL || v->kind != VALUE_MAP)
		return VOCABULARY_ALL;
	for (uint32_t i = 0; i < v->n; i++)
		for (size_t j = 0; j < sizeof(vocabularies) / sizeof(vocabularies[0]); j++) {
			const struct value *key = &v->u.items[2 * i];
			const struct value_name *n = key->u.name;
			const char *uri = vocabularies[j].uri;
			size_t ns = key->kind == VALUE_KEYWORD ? n->ns_len : 0;

			/* A URI as a keyword is split at its first slash. */
			if (key->kind == VALUE_KEYWORD && n->ns != NULL && strlen(uri) == ns + 1 + n->name_len &&
			    memcmp(uri, n->ns, ns) == 0 && memcmp(uri + ns + 1, n->name, n->name_len) == 0)
				found |= vocabularies[j].vocabulary;
		}
	return found;
}

static const struct value *
document_of(struct resources *r, const char *uri)
{
	for (size_t i = 0; i < r->options->ndocuments; i++)
		if (strcmp(r->options->documents[i].uri, uri) == 0)
			return r->options->documents[i].document;
	return metaschema_document(uri, r->arena);
}

/* $schema, or what is taken where there is none. */
static bool
choose_dialect(struct resources *r, struct source *s, const struct value *schema)
{
	const struct value *v = text_member(schema, "$schema"), *metaschema;
	const char *uri = r->options->dialect, *fragment;

	if (v != NULL)
		uri = arena_strndup(r->arena, v->u.text, v->n);
	if (uri == NULL || uri[0] == '\0')
		return true;
	if ((uri = uri_split(r->arena, uri, &fragment)) == NULL)
		return fail(r, NULL);
	if (strcmp(uri, METASCHEMA_7) == 0) {
		s->draft = DRAFT_7;
	} else if (strcmp(uri, METASCHEMA_2020) != 0) {
		if ((metaschema = document_of(r, uri)) == NULL || metaschema->kind != VALUE_MAP)
			return fail(r, arena_printf(r->arena, "$schema names %s; known are %s and %s#", uri,
			    METASCHEMA_2020, METASCHEMA_7));
		s->vocabularies = vocabularies_of(metaschema);
	}
	return true;
}

/* A schema with an $id is a resource of its own. */
static struct source *
take_id(struct resources *r, struct source *s, const struct value *schema, const struct value *id)
{
	const char *full = uri_resolve(r->arena, s->uri, id->u.text, id->n), *fragment, *uri;
	struct source *own;

	if (full == NULL || (uri = uri_split(r->arena, full, &fragment)) == NULL) {
		fail(r, NULL);
		return NULL;
	}
	if (s->draft == DRAFT_7 && fragment[0] != '\0' && !anchor_add(r, s, schema, fragment, strlen(fragment), false))
		return NULL;
	if (id->n > 0 && id->u.text[0] == '#')
		return s;
	if (schema == s->root) {
		s->uri = uri;
		return s;
	}
	if ((own = source_new(r, uri, schema)) == NULL)
		return NULL;
	own->draft = s->draft;
	own->vocabularies = s->vocabularies;
	return text_member(schema, "$schema") == NULL || choose_dialect(r, own, schema) ? own : NULL;
}

static bool
walk_items(struct resources *r, struct source *s, const struct value *v, unsigned depth)
{
	for (uint32_t i = 0; i < v->n; i++)
		if (!walk(r, s, &v->u.items[i], depth))
			return false;
	return true;
}

static bool
walk_members(struct resources *r, struct source *s, const struct value *v, unsigned depth)
{
	for (uint32_t i = 0; i < v->n; i++)
		if (v->u.items[2 * i + 1].kind == VALUE_MAP && !walk(r, s, &v->u.items[2 * i + 1], depth))
			return false;
	return true;
}

static bool
walk_keyword(struct resources *r, struct source *s, const struct keyword *k, const struct value *v, unsigned depth)
{
	if (v->kind == VALUE_VECTOR && (k->shape == SHAPE_LIST || k->shape == SHAPE_EITHER))
		return walk_items(r, s, v, depth);
	if (v->kind == VALUE_MAP && (k->shape == SHAPE_SCHEMA || k->shape == SHAPE_EITHER))
		return walk(r, s, v, depth);
	if (v->kind == VALUE_MAP && (k->shape == SHAPE_MAP || k->shape == SHAPE_MIXED))
		return walk_members(r, s, v, depth);
	return true;
}

static bool
walk(struct resources *r, struct source *s, const struct value *schema, unsigned depth)
{
	const struct value *v;
	bool plain;

	if (schema->kind != VALUE_MAP)
		return true;
	if (depth > DEPTH)
		return fail(r, "schemas are nested too deeply");
	/* In draft-07 $ref stands alone: what is beside it, an $id too, means nothing. */
	plain = s->draft == DRAFT_7 && value_map_get(schema, "$ref", false) != NULL;
	if (!plain && (v = text_member(schema, "$id")) != NULL && (s = take_id(r, s, schema, v)) == NULL)
		return false;
	if (s->draft == DRAFT_2020 && (v = text_member(schema, "$anchor")) != NULL &&
	    !anchor_add(r, s, schema, v->u.text, v->n, false))
		return false;
	if (s->draft == DRAFT_2020 && (v = text_member(schema, "$dynamicAnchor")) != NULL &&
	    !anchor_add(r, s, schema, v->u.text, v->n, true))
		return false;
	for (size_t i = 0; i < keywords_count; i++)
		if (keywords[i].shape != SHAPE_NONE && (keywords[i].drafts & s->draft) &&
		    (v = value_map_get(schema, keywords[i].name, false)) != NULL &&
		    !walk_keyword(r, s, &keywords[i], v, depth + 1))
			return false;
	return true;
}

struct source *
resources_add(struct resources *r, const char *uri, const struct value *document)
{
	struct source *s = source_new(r, uri, document);

	if (s == NULL || (document->kind == VALUE_MAP && (!choose_dialect(r, s, document) || !walk(r, s, document, 0))))
		return NULL;
	return s;
}

static struct source *
source_of_uri(struct resources *r, const char *uri)
{
	for (struct source *s = r->sources; s != NULL; s = s->next)
		if (strcmp(s->uri, uri) == 0)
			return s;
	return NULL;
}

static struct source *
source_of_root(struct resources *r, const struct value *root)
{
	for (struct source *s = r->sources; s != NULL; s = s->next)
		if (s->root == root)
			return s;
	return NULL;
}

/* One token of a JSON Pointer: ~1 is a slash, ~0 a tilde. */
static size_t
token(const char *p, char *out, size_t *len)
{
	size_t n = 0, used = 0;

	for (; p[used] != '\0' && p[used] != '/'; used++)
		if (p[used] == '~' && (p[used + 1] == '0' || p[used + 1] == '1'))
			out[n++] = p[++used] == '0' ? '~' : '/';
		else
			out[n++] = p[used];
	*len = n;
	return used;
}

static const struct value *
step_into(const struct value *v, const char *name, size_t len, struct arena *a)
{
	size_t index = 0;

	if (v->kind == VALUE_MAP) {
		for (uint32_t i = 0; i < v->n; i++) {
			size_t n;
			const char *s = instance_key(&v->u.items[2 * i], a, &n);

			if (s != NULL && n == len && memcmp(s, name, n) == 0)
				return &v->u.items[2 * i + 1];
		}
		return NULL;
	}
	if (v->kind != VALUE_VECTOR || len == 0 || len > 6)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		if (name[i] < '0' || name[i] > '9')
			return NULL;
		index = index * 10 + (size_t)(name[i] - '0');
	}
	return index < v->n ? &v->u.items[index] : NULL;
}

static const struct value *
follow_pointer(struct resources *r, struct source **s, const char *p)
{
	char *name = arena_alloc(r->arena, strlen(p) + 1);
	const struct value *v = (*s)->root;
	struct source *own;
	size_t len;

	while (name != NULL && v != NULL && *p == '/') {
		p++;
		p += token(p, name, &len);
		if ((v = step_into(v, name, len, r->arena)) != NULL && (own = source_of_root(r, v)) != NULL)
			*s = own;
	}
	return name != NULL ? v : NULL;
}

static const struct value *
find_anchor(struct resources *r, const struct source *s, const char *name, const struct anchor **out)
{
	for (const struct anchor *a = r->anchors; a != NULL; a = a->next)
		if (a->source == s && strcmp(a->name, name) == 0) {
			*out = a;
			return a->value;
		}
	return NULL;
}

const struct value *
resources_find(struct resources *r, const struct source *from, const char *ref, size_t len, struct source **source,
    const struct anchor **anchor)
{
	const char *full = uri_resolve(r->arena, from->uri, ref, len), *uri, *fragment;
	const struct value *v, *document;

	*anchor = NULL;
	if (full == NULL || (uri = uri_split(r->arena, full, &fragment)) == NULL) {
		fail(r, NULL);
		return NULL;
	}
	if ((*source = source_of_uri(r, uri)) == NULL) {
		if ((document = document_of(r, uri)) == NULL) {
			fail(r, "nothing is fetched: what a $ref leads to must stand in the schema, in $defs for example");
			return NULL;
		}
		if ((*source = resources_add(r, uri, document)) == NULL)
			return NULL;
	}
	if (fragment[0] == '\0')
		return (*source)->root;
	v = fragment[0] == '/' ? follow_pointer(r, source, fragment) : find_anchor(r, *source, fragment, anchor);
	if (v == NULL)
		fail(r, "the schema has nothing at this place");
	return v;
}
