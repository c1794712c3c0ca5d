/*
 * compat.c: does the next schema take every value that the former one takes? Every keyword of next must follow from
 * the former schema, by its row in the table. Where it does not, the view of the former is split into cases (branches of its
 * anyOf, values of its enum, types) and each is tried. No is the answer where it cannot be told.
 */
#include <string.h>

#include "command/schema/compat.h"
#include "command/schema/program_new.h"
#include "util/buf.h"

#define DEPTH_MAX	150
#define STEPS		1000000ul	/* a schema looked at, or 64 names */
#define MEMORY		((size_t)64 << 20)
#define ERRORS_DEFAULT	16

static const struct rule rules[] = {
	{ "type", TYPE_ALL, true, compat_type },
	{ "const", TYPE_ALL, false, compat_values },
	{ "enum", TYPE_ALL, false, compat_values },
	{ "minimum", TYPE_NUMBERS, true, compat_minimum },
	{ "exclusiveMinimum", TYPE_NUMBERS, true, compat_minimum },
	{ "maximum", TYPE_NUMBERS, true, compat_maximum },
	{ "exclusiveMaximum", TYPE_NUMBERS, true, compat_maximum },
	{ "multipleOf", TYPE_NUMBERS, true, compat_multiple },
	{ "minLength", TYPE_STRING, true, compat_at_least },
	{ "maxLength", TYPE_STRING, true, compat_at_most },
	{ "pattern", TYPE_STRING, true, compat_equal },
	{ "format", TYPE_STRING, true, compat_equal },
	{ "x-edn-type", TYPE_ALL, false, compat_equal },
	{ "minItems", TYPE_ARRAY, true, compat_at_least },
	{ "maxItems", TYPE_ARRAY, true, compat_at_most },
	{ "uniqueItems", TYPE_ARRAY, true, compat_unique },
	{ "prefixItems", TYPE_ARRAY, false, compat_prefix },
	{ "items", TYPE_ARRAY, false, compat_items },
	{ "additionalItems", TYPE_ARRAY, false, compat_items },
	{ "unevaluatedItems", TYPE_ARRAY, false, compat_unevaluated_items },
	{ "contains", TYPE_ARRAY, false, compat_contains },
	{ "minContains", TYPE_ARRAY, false, NULL },
	{ "maxContains", TYPE_ARRAY, false, NULL },
	{ "minProperties", TYPE_OBJECT, true, compat_at_least },
	{ "maxProperties", TYPE_OBJECT, true, compat_at_most },
	{ "required", TYPE_OBJECT, false, compat_required },
	{ "properties", TYPE_OBJECT, false, compat_properties },
	{ "patternProperties", TYPE_OBJECT, false, compat_patterns },
	{ "additionalProperties", TYPE_OBJECT, false, compat_rest },
	{ "unevaluatedProperties", TYPE_OBJECT, false, compat_rest },
	{ "propertyNames", TYPE_OBJECT, false, compat_names },
	{ "dependentRequired", TYPE_OBJECT, false, compat_dependencies },
	{ "dependentSchemas", TYPE_OBJECT, false, compat_dependencies },
	{ "dependencies", TYPE_OBJECT, false, compat_dependencies },
	{ "allOf", TYPE_ALL, false, compat_all },
	{ "anyOf", TYPE_ALL, false, compat_any },
	{ "oneOf", TYPE_ALL, false, compat_one },
	{ "not", TYPE_ALL, false, compat_not },
	{ "if", TYPE_ALL, false, compat_if },
	{ "then", TYPE_ALL, false, NULL },
	{ "else", TYPE_ALL, false, NULL },
	{ "$ref", TYPE_ALL, false, compat_ref },
	{ "$dynamicRef", TYPE_ALL, false, compat_ref },
};

/* What says nothing of values. So does every name that begins with x-, but for x-edn-type. */
static const char *const remarks[] = {
	"$anchor", "$comment", "$defs", "$dynamicAnchor", "$id", "$schema", "$vocabulary", "contentEncoding",
	"contentMediaType", "contentSchema", "default", "definitions", "deprecated", "description", "examples",
	"readOnly", "title", "writeOnly",
};

static void
put_escaped(struct buf *b, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (s[i] == '~' || s[i] == '/')
			buf_puts(b, s[i] == '~' ? "~0" : "~1");
		else
			buf_putc(b, s[i]);
}

static void
put_trail(struct buf *b, const struct trail *t)
{
	if (t == NULL)
		return;
	if (t->keyword == NULL) {
		buf_put(b, t->name, t->len);
		return;
	}
	put_trail(b, t->up);
	buf_printf(b, "/%s", t->keyword);
	if (t->name != NULL) {
		buf_putc(b, '/');
		put_escaped(b, t->name, t->len);
	} else if (t->len != SIZE_MAX) {
		buf_printf(b, "/%zu", t->len);
	}
}

bool
compat_error(struct compat *c, const char *keyword, const char *expected, const char *found)
{
	struct schema_errors *e = c->errors;
	const struct trail at = { c->at, keyword, NULL, SIZE_MAX };
	size_t max = e == NULL ? 0 : e->max == 0 ? ERRORS_DEFAULT : e->max;
	struct buf b = { 0 };
	const char *pointer;

	if (c->quiet > 0 || e == NULL)
		return false;
	if (e->list == NULL)
		e->list = arena_array(c->tmp, max, sizeof(*e->list));
	if (e->list == NULL || e->n >= max)
		return false;
	put_trail(&b, keyword[0] == '\0' ? c->at : &at);
	pointer = arena_strndup(c->tmp, b.len > 0 ? (const char *)b.data : "", b.len);
	buf_free(&b);
	e->list[e->n++] = (struct schema_error){ .pointer = pointer != NULL ? pointer : "", .keyword = keyword,
		.schema_pointer = pointer != NULL ? pointer : "",
		.expected = expected != NULL ? expected : "what the former schema says",
		.found = found != NULL ? found : "something else" };
	return false;
}

bool
compat_work(struct compat *c, size_t n)
{
	if (c->exhausted || n > c->steps) {
		c->exhausted = true;
		return false;
	}
	c->steps -= n;
	return true;
}

static bool
is_remark(const char *name, size_t len)
{
	if (len > 2 && memcmp(name, "x-", 2) == 0)
		return true;
	for (size_t i = 0; i < sizeof(remarks) / sizeof(remarks[0]); i++)
		if (strlen(remarks[i]) == len && memcmp(remarks[i], name, len) == 0)
			return true;
	return false;
}

static const struct rule *
rule_of(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (strlen(rules[i].keyword) == len && memcmp(rules[i].keyword, name, len) == 0)
			return &rules[i];
	return NULL;
}

/* A keyword that no draft has, as far as we know. It must be as it was. */
static bool
unknown_implied(struct compat *c, const struct view *v, const char *name, size_t len, const struct value *value)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct value *former = member_of(c, v->parts[i].schema, name, len);

		if (former != NULL && value_equal(former, value))
			return true;
	}
	name = arena_strndup(c->tmp, name, len);
	return compat_error(c, name != NULL ? name : "", "this keyword as it was, since what it means is not known",
	    "another or a new one");
}

/* Few values: each is compared with this keyword alone. */
static bool
values_pass(struct compat *c, const struct view *v, const struct part *next, const struct rule *rule,
    const struct value *value)
{
	struct value pair[2] = { value_ckeyword(&c->arena, rule->keyword), *value }, document = value_map(pair, 1);
	struct schema_options o = { .formats = true };
	struct schema_errors errors = { .max = 1 };
	const struct value *values;
	struct schema *s;
	size_t n;
	bool ok = true;

	if (!rule->alone || !view_values(c, v, &values, &n) || !compat_work(c, n + 10))
		return false;
	(void)next;
	if ((s = program_new(&document, &o, &c->arena, &errors)) == NULL)
		return false;
	for (size_t i = 0; ok && i < n; i++)
		ok = !(compat_types(&values[i]) & v->types) || schema_validate(s, &values[i], &c->arena, NULL);
	schema_free(s);
	return ok;
}

/* By cases, quietly. */
static bool
keyword_implied(struct compat *c, const struct view *all, const struct part *next, const struct rule *rule,
    const struct value *value, unsigned depth)
{
	struct view v = view_typed(all, rule->types), *cases;
	size_t n;

	if (v.types == 0 || values_pass(c, &v, next, rule, value) || rule->implied(c, &v, next, rule, value))
		return true;
	if (depth == 0 || !compat_work(c, 1) || (cases = compat_split(c, &v, &n)) == NULL || n == 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!keyword_implied(c, &cases[i], next, rule, value, depth - 1))
			return false;
	return true;
}

#define SPLITS_MAX	6

static bool
take_keyword(struct compat *c, const struct view *v, const struct part *next, const char *name, size_t len,
    const struct value *value)
{
	const struct rule *rule = rule_of(name, len);
	struct view typed;
	bool ok;

	if (rule == NULL)
		return is_remark(name, len) || unknown_implied(c, v, name, len, value);
	if (rule->implied == NULL || part_get(next, rule->keyword) == NULL)
		return true;
	c->quiet++;
	ok = keyword_implied(c, v, next, rule, value, SPLITS_MAX);
	c->quiet--;
	if (ok || c->quiet > 0)
		return ok;
	typed = view_typed(v, rule->types);
	rule->implied(c, &typed, next, rule, value);
	return false;
}

static bool
is_plain_ref(const struct part *p)
{
	return p->source->draft == DRAFT_7 && value_map_get(p->schema, "$ref", false) != NULL;
}

static bool
take_keywords(struct compat *c, const struct view *v, const struct part *next)
{
	bool plain = is_plain_ref(next), ok = true;

	for (uint32_t i = 0; i < next->schema->n && !c->exhausted; i++) {
		size_t len;
		const char *name = key_name(c, &next->schema->u.items[2 * i], &len);

		if (name == NULL || (plain && (len != 4 || memcmp(name, "$ref", 4) != 0)))
			continue;
		if (!take_keyword(c, v, next, name, len, &next->schema->u.items[2 * i + 1]))
			ok = false;
		if (!ok && (c->quiet > 0 || c->errors == NULL))
			return false;
	}
	return ok && !c->exhausted;
}

bool
compat_implied(struct compat *c, const struct view *v, const struct part *next)
{
	bool ok;

	if (!compat_work(c, 1 + v->n) || c->depth >= DEPTH_MAX) {
		c->exhausted = true;
		return false;
	}
	if (v->types == 0)
		return true;
	if (next->schema->kind != VALUE_MAP)
		return (next->schema->kind == VALUE_BOOL && next->schema->u.boolean) || compat_error(c, "",
		    "a schema, since the former one takes values here", "false, which takes none");
	for (size_t i = 0; i < v->n; i++)
		if (compat_same(c, &v->parts[i], next))
			return true;
	c->depth++;
	ok = take_keywords(c, v, next);
	c->depth--;
	return ok;
}

bool
compat_implied_quietly(struct compat *c, const struct view *v, const struct part *next)
{
	bool ok;

	c->quiet++;
	ok = compat_implied(c, v, next);
	c->quiet--;
	return ok;
}

bool
compat_implied_at(struct compat *c, const struct view *v, const struct part *next, const char *keyword,
    const char *name, size_t len)
{
	const struct trail *before = c->at, here = { before, keyword, name, len };
	bool ok;

	c->at = &here;
	ok = compat_implied(c, v, next);
	c->at = before;
	return ok;
}

bool
schema_compatible(const struct value *former, const struct value *next, struct arena *a, struct schema_errors *errors)
{
	static const struct schema_options options = { 0 };
	struct compat c = { .tmp = a, .errors = errors, .steps = STEPS, .documents = { former, next } };
	size_t told = errors != NULL ? errors->n : 0;
	struct part tops[2];
	struct view v;
	bool ok = true;

	if (value_equal(former, next))
		return true;
	arena_init(&c.arena, MEMORY);
	for (int i = 0; ok && i < 2; i++) {
		c.sides[i] = (struct resources){ .arena = &c.arena, .options = &options };
		tops[i] = (struct part){ &c.sides[i], resources_add(&c.sides[i], "", c.documents[i]), c.documents[i], 0 };
		if (tops[i].source == NULL)
			ok = compat_error(&c, "", i == 0 ? "a former schema that can be read" : "a schema that can be read",
			    arena_printf(a, "%s", c.sides[i].why));
	}
	if (ok && (c.claims = arena_array(&c.arena, CLAIMS_MAX, sizeof(*c.claims))) != NULL) {
		v = view_of(&c, &tops[0]);
		ok = compat_implied(&c, &v, &tops[1]);
		if (c.exhausted) {
			/* What was told may rest on what was not looked at. */
			if (errors != NULL)
				errors->n = told;
			ok = compat_error(&c, "", "schemas that can be compared within a bound", "that it takes too long");
		}
	}
	for (struct named_pattern *p = c.patterns; p != NULL; p = p->next)
		pattern_free(p->pattern);
	arena_free(&c.arena);
	return ok;
}
