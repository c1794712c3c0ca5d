/*
 * compile.c: a document becomes a program. See schema.h and compile.h. A node
 * is entered in the memo before its keywords are compiled, so that a $ref may
 * lead back to it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/schema/coerce.h"
#include "command/schema/compile.h"
#include "command/schema/evaluate.h"
#include "command/schema/metaschema.h"
#include "command/schema/program_new.h"
#include "util/buf.h"
#include "util/mem.h"

#define NODES_MAX	20000
#define DEPTH_MAX	200
#define STEPS_MAX	64
#define SEARCHED_MAX	20000	/* values looked at to find where anchors stand */

struct compiled_node {
	const struct value	*value;
	struct node		*node;
};

enum compiled
compile_error(struct compiler *c, const struct node *n, const char *keyword, const char *expected, const char *found)
{
	struct schema_error e = { .pointer = node_pointer(c->tmp, n, keyword), .keyword = keyword,
		.schema_pointer = "", .expected = expected != NULL ? expected : "less",
		.found = found != NULL ? found : "too much" };

	c->failed = true;
	schema_errors_add(c->errors, c->tmp, &e);
	return COMPILED_FAILED;
}

void *
compile_alloc(struct compiler *c, size_t count, size_t size)
{
	/* The program's arena has no limit: what goes into it is bounded by the document and NODES_MAX. */
	void *p = arena_array(&c->schema->arena, count == 0 ? 1 : count, size);

	memset(p, 0, (count == 0 ? 1 : count) * size);
	return p;
}

const char *
compile_text(struct compiler *c, const char *s, size_t len)
{
	return arena_strndup(&c->schema->arena, s, len);
}

static struct value
copy_name(struct compiler *c, const struct value *v)
{
	struct value_name *n = compile_alloc(c, 1, sizeof(*n));
	struct value out = *v;

	*n = *v->u.name;
	n->name = compile_text(c, n->name, n->name_len);
	if (n->ns != NULL)
		n->ns = compile_text(c, n->ns, n->ns_len);
	out.u.name = n;
	return out;
}

/* What JSON reads: no other kinds are in a schema. */
struct value
compile_copy(struct compiler *c, const struct value *v)
{
	size_t n = v->kind == VALUE_MAP ? 2 * (size_t)v->n : v->n;
	struct value out = *v, *items;

	switch (v->kind) {
	case VALUE_STRING:
		out.u.text = compile_text(c, v->n == 0 ? "" : v->u.text, v->n);
		break;
	case VALUE_BIGINT:
		out.u.bytes = (const uint8_t *)compile_text(c, (const char *)v->u.bytes, v->n);
		break;
	case VALUE_KEYWORD:
		return copy_name(c, v);
	case VALUE_MAP:
	case VALUE_VECTOR:
		items = compile_alloc(c, n, sizeof(*items));
		for (size_t i = 0; i < n; i++)
			items[i] = compile_copy(c, &v->u.items[i]);
		out.u.items = items;
		break;
	default:
		break;
	}
	return out;
}

struct pattern *
compile_pattern(struct compiler *c, const struct node *n, const char *keyword, const char *text, size_t len)
{
	struct pattern_list *l;
	struct pattern *p;
	char why[256];

	if ((p = pattern_new(text, len, why, sizeof(why))) == NULL) {
		compile_error(c, n, keyword, "a regular expression (ECMA-262)", arena_printf(c->tmp, "\"%.*s\": %s",
		    (int)(len > 60 ? 60 : len), text, why));
		return NULL;
	}
	l = compile_alloc(c, 1, sizeof(*l));
	l->pattern = p;
	l->next = c->schema->patterns;
	c->schema->patterns = l;
	c->schema->pattern_bytes += pattern_size(p);
	return p;
}

static struct compiled_node *
memo_slot(struct compiled_node *memo, size_t size, const struct value *v)
{
	size_t i = (size_t)((uintptr_t)v * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (size - 1);

	while (memo[i].value != NULL && memo[i].value != v)
		i = (i + 1) & (size - 1);
	return &memo[i];
}

static struct compiled_node *
memo_of(struct compiler *c, const struct value *v)
{
	struct compiled_node *old = *c->memo, *grown;

	if (2 * c->nodes >= c->nmemo) {
		grown = xcalloc(c->nmemo * 2, sizeof(*grown));
		for (size_t i = 0; i < c->nmemo; i++)
			if (old[i].value != NULL)
				*memo_slot(grown, c->nmemo * 2, old[i].value) = old[i];
		free(old);
		*c->memo = grown;
		c->nmemo *= 2;
	}
	return memo_slot(*c->memo, c->nmemo, v);
}

/* The steps of a schema's keywords, in the order of the table. */
static void
compile_keywords(struct compiler *c, struct node *n, const struct value *map)
{
	bool only_ref = c->source->draft == DRAFT_7 && value_map_get(map, "$ref", false) != NULL;
	struct step steps[STEPS_MAX];
	size_t count = 0;
	const struct value *v;

	for (size_t i = 0; i < keywords_count; i++) {
		const struct keyword *k = &keywords[i];

		if (k->compile == NULL || !(k->drafts & c->source->draft) ||
		    (k->vocabulary != VOCABULARY_CORE && !(c->source->vocabularies & k->vocabulary)) ||
		    (only_ref && strcmp(k->name, "$ref") != 0) ||
		    (v = value_map_get(map, k->name, false)) == NULL)
			continue;
		memset(&steps[count], 0, sizeof(steps[count]));
		steps[count].keyword = k;
		if (k->compile(c, n, map, v, &steps[count]) == COMPILED_STEP)
			count++;
	}
	n->nsteps = (uint16_t)count;
	n->steps = compile_alloc(c, count, sizeof(struct step));
	memcpy(n->steps, steps, count * sizeof(struct step));
	n->kind = count == 0 && n->edn == EDN_NONE ? NODE_ANY : NODE_STEPS;
}

static struct resource *
enter(struct compiler *c, struct source *s)
{
	if (s->resource == NULL) {
		s->resource = compile_alloc(c, 1, sizeof(struct resource));
		s->resource->next = c->schema->resources;
		c->schema->resources = s->resource;
	}
	return s->resource;
}

/* segment: in the program. */
static struct node *
compile_value(struct compiler *c, const struct value *v, struct source *s, const struct node *parent,
    const char *segment)
{
	struct compiled_node *memo = memo_of(c, v);
	const struct source *before = c->source;
	struct node *n;

	if (memo->value != NULL)
		return memo->node;
	n = compile_alloc(c, 1, sizeof(*n));
	n->parent = parent;
	n->segment = segment;
	n->resource = enter(c, s);
	memo->value = v;
	memo->node = n;
	if (++c->nodes > NODES_MAX || ++c->depth > DEPTH_MAX) {
		compile_error(c, n, "", "a schema of at most 20000 subschemas, 200 deep", "more");
		return n;
	}
	c->source = s;
	if (v->kind == VALUE_BOOL)
		n->kind = v->u.boolean ? NODE_ANY : NODE_NEVER;
	else if (v->kind == VALUE_MAP)
		compile_keywords(c, n, v);
	else
		compile_error(c, n, "", "a schema, which is an object or a boolean", instance_describe(v, c->tmp));
	c->source = before;
	c->depth--;
	return n;
}

/* A child with an $id is of another resource. */
static struct source *
source_of(struct compiler *c, const struct value *v)
{
	for (struct source *s = c->resources.sources; s != NULL; s = s->next)
		if (s->root == v)
			return s;
	return (struct source *)(uintptr_t)c->source;
}

static void
put_token(struct buf *b, const char *name, size_t len)
{
	buf_putc(b, '/');
	for (size_t i = 0; i < len; i++)
		if (name[i] == '~' || name[i] == '/')
			buf_puts(b, name[i] == '~' ? "~0" : "~1");
		else
			buf_putc(b, name[i]);
}

static const char *
segment_of(struct compiler *c, const char *keyword, const char *name, size_t len)
{
	struct buf b = { 0 };
	const char *out;

	buf_printf(&b, "/%s", keyword);
	if (name != NULL)
		put_token(&b, name, len);
	out = compile_text(c, (const char *)b.data, b.len);
	buf_free(&b);
	return out;
}

struct node *
compile_child(struct compiler *c, struct node *parent, const struct value *v, const char *keyword, const char *name,
    size_t len)
{
	return compile_value(c, v, source_of(c, v), parent, segment_of(c, keyword, name, len));
}

struct node *
compile_item(struct compiler *c, struct node *parent, const struct value *v, const char *keyword, size_t index)
{
	const char *number = arena_printf(c->tmp, "%zu", index);

	if (number == NULL) {
		compile_error(c, parent, keyword, NULL, NULL);
		number = "0";
	}
	return compile_child(c, parent, v, keyword, number, strlen(number));
}

/* Appends the way from a value to one within it; false: it is not there. */
static bool
put_way(struct compiler *c, struct buf *b, const struct value *from, const struct value *to)
{
	size_t before = b->len, n;
	const char *name;
	char number[24];

	if (from == to)
		return true;
	if (++c->searched > SEARCHED_MAX)
		return false;
	for (uint32_t i = 0; from->kind == VALUE_MAP && i < from->n; i++) {
		if ((name = instance_key(&from->u.items[2 * i], c->tmp, &n)) == NULL)
			continue;
		put_token(b, name, n);
		if (put_way(c, b, &from->u.items[2 * i + 1], to))
			return true;
		b->len = before;
	}
	for (uint32_t i = 0; from->kind == VALUE_VECTOR && i < from->n; i++) {
		put_token(b, number, (size_t)snprintf(number, sizeof(number), "%" PRIu32, i));
		if (put_way(c, b, &from->u.items[i], to))
			return true;
		b->len = before;
	}
	return false;
}

/*
 * Where a reference leads, as a pointer into the document if it is there: an $anchor or an $id does not tell. Where there
 * are very many of them some stay as they are written.
 */
static const char *
place_of(struct compiler *c, const struct value *target, const char *ref, size_t len)
{
	struct buf b = { 0 };
	const char *out;

	if (memo_of(c, target)->value != NULL || (len > 1 && ref[0] == '#' && ref[1] == '/' &&
	    c->source->root == c->document))
		return compile_text(c, ref, len);
	buf_putc(&b, '#');
	out = put_way(c, &b, c->document, target) ? compile_text(c, (const char *)b.data, b.len) : compile_text(c, ref, len);
	buf_free(&b);
	return out;
}

struct node *
compile_target(struct compiler *c, struct node *from, const char *keyword, const struct value *ref,
    const char **dynamic)
{
	const struct anchor *anchor;
	const struct value *v;
	struct source *s;

	*dynamic = NULL;
	if (ref->kind != VALUE_STRING) {
		compile_error(c, from, keyword, "a reference, which is a string", instance_describe(ref, c->tmp));
		return NULL;
	}
	v = resources_find(&c->resources, c->source, ref->n == 0 ? "" : ref->u.text, ref->n, &s, &anchor);
	if (v == NULL) {
		compile_error(c, from, keyword, "a reference into the schema itself", arena_printf(c->tmp,
		    "\"%.*s\": %s", (int)ref->n, ref->u.text, c->resources.why));
		return NULL;
	}
	if (anchor != NULL && anchor->dynamic)
		*dynamic = compile_text(c, anchor->name, strlen(anchor->name));
	return compile_value(c, v, s, NULL, place_of(c, v, ref->n == 0 ? "" : ref->u.text, ref->n));
}

/* What a $dynamicRef may find in a resource that was entered. More resources may be entered by that. */
static void
compile_dynamic(struct compiler *c, struct source *s)
{
	size_t n = 0;

	s->done = true;
	for (const struct anchor *a = c->resources.anchors; a != NULL; a = a->next)
		n += a->source == s && a->dynamic;
	s->resource->dynamic = compile_alloc(c, n, sizeof(struct dynamic));
	for (const struct anchor *a = c->resources.anchors; a != NULL; a = a->next) {
		struct dynamic *d = &s->resource->dynamic[s->resource->ndynamic];

		if (a->source != s || !a->dynamic || s->resource->ndynamic == n)
			continue;
		d->name = compile_text(c, a->name, strlen(a->name));
		d->node = compile_value(c, a->value, s, NULL, place_of(c, a->value, "", 0));
		s->resource->ndynamic++;
	}
}

static void
compile_all(struct compiler *c, struct source *top)
{
	bool again;

	c->schema->root = compile_value(c, top->root, top, NULL, "");
	do {
		again = false;
		for (struct source *s = c->resources.sources; s != NULL && !c->failed; s = s->next)
			if (s->resource != NULL && !s->done) {
				compile_dynamic(c, s);
				again = true;
			}
	} while (again);
}

struct schema *
program_new(const struct value *document, const struct schema_options *o, struct arena *a,
    struct schema_errors *errors)
{
	struct compiler c = { .tmp = a, .options = o, .errors = errors, .nmemo = 64, .document = document,
		.resources = { .arena = a, .options = o } };
	struct compiled_node *memo = xcalloc(c.nmemo, sizeof(*memo));
	struct source *top;

	c.memo = &memo;
	c.schema = xcalloc(1, sizeof(*c.schema));
	arena_init(&c.schema->arena, 0);
	if ((top = resources_add(&c.resources, "", document)) == NULL)
		compile_error(&c, NULL, "", "a schema that can be read", c.resources.why);
	else
		compile_all(&c, top);
	free(memo);
	if (!c.failed)
		return c.schema;
	schema_free(c.schema);
	return NULL;
}

/* The draft whose metaschema a document must match; 0: another's, which is not compared. */
static unsigned
draft_of(const struct value *document, const struct schema_options *o)
{
	const struct value *v = document->kind == VALUE_MAP ? value_map_get(document, "$schema", false) : NULL;
	const char *text = o->dialect != NULL && o->dialect[0] != '\0' ? o->dialect : METASCHEMA_2020;
	size_t len = strlen(text);

	if (v != NULL && v->kind == VALUE_STRING) {
		text = v->u.text;
		len = v->n;
	}
	while (len > 0 && text[len - 1] == '#')
		len--;
	if (len == strlen(METASCHEMA_7) && memcmp(text, METASCHEMA_7, len) == 0)
		return DRAFT_7;
	return len == strlen(METASCHEMA_2020) && memcmp(text, METASCHEMA_2020, len) == 0 ? DRAFT_2020 : 0;
}

struct schema *
schema_compile(const struct value *document, const struct schema_options *o, struct arena *a,
    struct schema_errors *errors)
{
	unsigned draft = draft_of(document, o);

	if (draft != 0 && !schema_validate(metaschema_program((enum draft)draft), document, a, errors))
		return NULL;
	return program_new(document, o, a, errors);
}

void
schema_free(struct schema *s)
{
	if (s == NULL)
		return;
	for (struct pattern_list *l = s->patterns; l != NULL; l = l->next)
		pattern_free(l->pattern);
	arena_free(&s->arena);
	free(s);
}

size_t
schema_size(const struct schema *s)
{
	return sizeof(*s) + s->arena.taken + s->pattern_bytes;
}
