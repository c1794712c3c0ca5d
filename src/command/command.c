/*
 * command.c: a command's form and its bytes. See command.h.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "command/action.h"
#include "command/command.h"
#include "value/fressian.h"

struct parse {
	struct arena		*arena;
	struct command		*out;
	struct command_faults	*faults;
	bool			 has_action, has_data;
};

static void
fault(struct parse *p, const char *pointer, const char *detail)
{
	struct command_fault *f;

	if (p->faults->n == COMMAND_FAULTS)
		return;
	f = &p->faults->list[p->faults->n++];
	f->pointer = pointer != NULL ? pointer : "";
	f->detail = detail != NULL ? detail : "it does not fit into the memory of one request";
}

/* RFC 6901: "~" is written ~0 and "/" ~1. */
static const char *
pointer_to(struct parse *p, const char *prefix, const struct value *key)
{
	const char *parts[2] = { "", "" }, *s;
	size_t lens[2] = { 0, 0 };
	struct buf b;
	char *text;

	if (key->kind == VALUE_STRING) {
		parts[1] = key->u.text;
		lens[1] = key->n;
	} else {
		parts[0] = key->u.name->ns;
		lens[0] = key->u.name->ns_len;
		parts[1] = key->u.name->name;
		lens[1] = key->u.name->name_len;
	}
	buf_init(&b, 4096);
	buf_printf(&b, "%s/", prefix);
	for (int i = 0; i < 2; i++) {
		s = parts[i];
		for (size_t j = 0; s != NULL && j < lens[i]; j++)
			if (s[j] == '~' || s[j] == '/')
				buf_puts(&b, s[j] == '~' ? "~0" : "~1");
			else
				buf_putc(&b, s[j]);
		if (i == 0 && s != NULL && key->kind == VALUE_KEYWORD)
			buf_puts(&b, "~1");
	}
	text = arena_strndup(p->arena, (const char *)b.data, b.len);
	buf_free(&b);
	return text;
}

static bool
is_text(const struct value *v)
{
	return v->kind == VALUE_KEYWORD || v->kind == VALUE_STRING;
}

static void
take_action(struct parse *p, const struct value *v)
{
	const char *wrong;

	p->has_action = true;
	if (!is_text(v)) {
		fault(p, "/action", arena_printf(p->arena,
		    "an action is a keyword (or a string that becomes one); this is of type %s",
		    value_kind_name((enum value_kind)v->kind)));
		return;
	}
	p->out->action = v->kind == VALUE_KEYWORD ? *v : value_keyword_split(p->arena, v->u.text, v->n);
	if (p->out->action.kind != VALUE_KEYWORD)
		fault(p, "/action", NULL);
	else if ((wrong = action_fault(p->arena, p->out->action.u.name)) != NULL)
		fault(p, "/action", wrong);
}

/* String keys of the first level become keywords; where that makes two alike, the last wins. */
static void
coerce_keys(struct parse *p, const struct value *v)
{
	struct value *items = arena_array(p->arena, (size_t)v->n * 2, sizeof(*items));
	size_t n = v->n;

	if (items == NULL) {
		fault(p, "/data", NULL);
		return;
	}
	memcpy(items, v->u.items, (size_t)v->n * 2 * sizeof(*items));
	for (size_t i = 0; i < n; i++)
		if (items[2 * i].kind == VALUE_STRING)
			items[2 * i] = value_keyword_split(p->arena, items[2 * i].u.text,
			    items[2 * i].n);
	if (value_map_dedup(p->arena, items, &n) == -1)
		fault(p, "/data", NULL);
	p->out->data = value_map(items, n);
}

static void
take_data(struct parse *p, const struct value *v)
{
	bool strings = false;

	p->has_data = true;
	if (v->kind != VALUE_MAP) {
		fault(p, "/data", arena_printf(p->arena, "data is a map; this is of type %s",
		    value_kind_name((enum value_kind)v->kind)));
		return;
	}
	for (uint32_t i = 0; i < v->n; i++) {
		const struct value *key = &v->u.items[2 * i];

		if (!is_text(key)) {
			fault(p, "/data", arena_printf(p->arena,
			    "keys of data are keywords or strings; key %u is of type %s", i + 1,
			    value_kind_name((enum value_kind)key->kind)));
			return;
		}
		strings |= key->kind == VALUE_STRING;
	}
	p->out->data = *v;
	if (strings)
		coerce_keys(p, v);
}

static bool
take_uuid(struct parse *p, const char *pointer, const struct value *v, struct id *out)
{
	if (v->kind == VALUE_UUID) {
		*out = *v->u.id;
		return true;
	}
	if (v->kind == VALUE_STRING && id_parse(v->u.text, v->n, out) == 0)
		return true;
	fault(p, pointer, arena_printf(p->arena, "%s is a UUID or its 36 characters; this is %s",
	    pointer + 1, v->kind == VALUE_STRING ? "another string" :
	    value_kind_name((enum value_kind)v->kind)));
	return false;
}

static void
take_user(struct parse *p, const struct value *v)
{
	p->out->has_user = take_uuid(p, "/user", v, &p->out->user);
}

static void
take_system(struct parse *p, const struct value *v)
{
	p->out->has_system = take_uuid(p, "/system", v, &p->out->system);
}

static const struct {
	const char	*name;
	void		(*take)(struct parse *, const struct value *);
} keys[] = {
	{ "action", take_action },
	{ "data", take_data },
	{ "user", take_user },
	{ "system", take_system },
};
#define NKEYS (sizeof(keys) / sizeof(keys[0]))

static void
unknown_key(struct parse *p, const struct value *key, bool strings)
{
	if (key->kind == VALUE_STRING && !strings) {
		fault(p, pointer_to(p, "", key),
		    "top-level keys are keywords in this media type; this one is a string");
		return;
	}
	if (!is_text(key)) {
		fault(p, "", arena_printf(p->arena, "a command's keys are keywords; one is of type %s",
		    value_kind_name((enum value_kind)key->kind)));
		return;
	}
	fault(p, pointer_to(p, "", key), value_named(key, "id", strings) ?
	    "cmdr gives every command its id: leave it out" :
	    "a command has the keys action and data, and may have user and system: no other");
}

static void
take_pair(struct parse *p, const struct value *key, const struct value *v, bool strings)
{
	for (size_t i = 0; i < NKEYS; i++)
		if (value_named(key, keys[i].name, strings)) {
			keys[i].take(p, v);
			return;
		}
	unknown_key(p, key, strings);
}

int
command_parse(const struct value *in, bool strings, struct arena *a, struct command *out,
    struct command_faults *faults)
{
	struct parse p = { .arena = a, .out = out, .faults = faults };

	memset(out, 0, sizeof(*out));
	faults->n = 0;
	if (in->kind != VALUE_MAP) {
		fault(&p, "", arena_printf(a, "a command is a map with the keys action and data; "
		    "this is of type %s", value_kind_name((enum value_kind)in->kind)));
		return -1;
	}
	for (uint32_t i = 0; i < in->n; i++)
		take_pair(&p, &in->u.items[2 * i], &in->u.items[2 * i + 1], strings);
	if (!p.has_action)
		fault(&p, "/action", "the key action is missing: it names what is to be done");
	if (!p.has_data)
		fault(&p, "/data", "the key data is missing: a map, {} if there is nothing to say");
	return faults->n == 0 ? 0 : -1;
}

struct value
command_value(struct arena *a, const struct id *id, const struct command *c)
{
	static const struct value_name names[] = {
		{ NULL, "id", 0, 2 }, { NULL, "action", 0, 6 }, { NULL, "data", 0, 4 },
		{ NULL, "user", 0, 4 }, { NULL, "system", 0, 6 },
	};
	struct value *items = arena_array(a, 10, sizeof(*items)), key = { .kind = VALUE_KEYWORD };
	struct value parts[5];
	bool have[5] = { true, true, true, c->has_user, c->has_system };
	size_t n = 0;

	if (items == NULL)
		return value_nil();
	parts[0] = value_uuid(a, id);
	parts[1] = c->action;
	parts[2] = c->data;
	parts[3] = c->has_user ? value_uuid(a, &c->user) : value_nil();
	parts[4] = c->has_system ? value_uuid(a, &c->system) : value_nil();
	for (int i = 0; i < 5; i++) {
		if (!have[i])
			continue;
		if (parts[i].kind == VALUE_NIL)
			return value_nil();
		key.u.name = &names[i];
		items[2 * n] = key;
		items[2 * n + 1] = parts[i];
		n++;
	}
	return value_map(items, n);
}

void
command_key(struct buf *out, enum command_key form, const struct id *id)
{
	struct value v = { .kind = VALUE_UUID, .n = ID_BYTES };
	struct codec_error err;
	char text[ID_TEXT + 1];

	switch (form) {
	case COMMAND_KEY_FRESSIAN:
		v.u.id = id;
		(void)fressian_write(out, &v, &err);	/* a uuid always has a form; a full buffer shows in out */
		break;
	case COMMAND_KEY_STRING:
		id_format(id, text);
		buf_put(out, text, ID_TEXT);
		break;
	case COMMAND_KEY_BINARY:
		buf_put(out, id->b, ID_BYTES);
		break;
	}
}
