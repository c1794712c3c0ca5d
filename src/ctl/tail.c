/*
 * tail.c: cmdrctl tail: what happens on a topic, as it happens. Where records
 * come from: tail.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/ctl.h"
#include "ctl/paint.h"
#include "ctl/tail.h"
#include "value/json.h"

enum { FROM_BEGINNING = 1, FROM, FORMAT, ACTION, PARENT, COUNT, TOKENS, KAFKA };

const struct ctl_option tail_options[] = {
	{ FROM_BEGINNING, '\0', "from-beginning", NULL, NULL, "what there is first, then what comes" },
	{ FROM, '\0', "from", "TOKEN", NULL, "what came since a token of --tokens" },
	{ FORMAT, '\0', "format", "FORMAT", "json edn hex", "json, edn, or with --kafka hex: key and value" },
	{ ACTION, '\0', "action", "ACTION", NULL, "only those of this action" },
	{ PARENT, '\0', "parent", "ID", NULL, "only events of this command" },
	{ COUNT, 'n', "count", "N", NULL, "end after so many" },
	{ TOKENS, '\0', "tokens", NULL, NULL, "print the token that goes on behind a record, and a tab, before it" },
	{ KAFKA, '\0', "kafka", NULL, NULL, "read the topic itself instead of asking cmdrd" },
	{ .name = NULL },
};

static int
take_format(struct tail *t, const char *value)
{
	static const char *const names[] = { "json", "edn", "hex" };

	for (int i = 0; i < 3; i++)
		if (strcmp(names[i], value) == 0) {
			t->format = (enum tail_format)i;
			return CTL_OK;
		}
	return ctl_usage(t->self, "--format takes json, edn or hex; found %s", value);
}

static int
take_count(struct tail *t, const char *value)
{
	char *end;

	t->left = strtoll(value, &end, 10);
	if (*value == '\0' || *end != '\0' || t->left < 1)
		return ctl_usage(t->self, "--count takes a number from 1; found %s", value);
	return CTL_OK;
}

static int
take(void *arg, int id, const char *value)
{
	struct tail *t = arg;

	switch (id) {
	case FROM_BEGINNING:
		t->from_beginning = true;
		break;
	case FROM:
		t->from = value;
		break;
	case FORMAT:
		return take_format(t, value);
	case ACTION:
		t->action = *value == ':' ? value + 1 : value;
		break;
	case PARENT:
		t->parent = value;
		if (id_parse(value, strlen(value), &t->parent_id) == -1)
			return ctl_usage(t->self, "--parent takes an id of 36 characters; found %s", value);
		break;
	case COUNT:
		return take_count(t, value);
	case TOKENS:
		t->tokens = true;
		break;
	case KAFKA:
		t->kafka = true;
		break;
	}
	return CTL_OK;
}

bool
tail_counted(struct tail *t)
{
	if (t->left > 0)
		t->left--;
	return t->left != 0 && !ferror(stdout);
}

bool
tail_show(struct tail *t, const struct value *record)
{
	const struct codec *codec = codec_by_name(t->format == TAIL_EDN ? "edn" : "json");
	struct buf out = { 0 };
	struct codec_error err;

	if (codec->write(&out, record, &err) == -1)
		fprintf(stderr, "cmdrctl tail: a record cannot be shown: %s\n", err.text);
	else
		paint_line((const char *)out.data, out.len);
	buf_free(&out);
	return tail_counted(t);
}

/* Ids and actions as what they are: JSON has only text for them. */
static void
restore_types(struct value *record, struct arena *a)
{
	struct value *items;
	struct id id;

	if (record->kind != VALUE_MAP)
		return;
	items = arena_array(a, record->n, 2 * sizeof(*items));
	memcpy(items, record->u.items, record->n * 2 * sizeof(*items));
	for (uint32_t i = 0; i < record->n; i++) {
		struct value *v = &items[2 * i + 1];

		if (v->kind != VALUE_STRING)
			continue;
		if (value_named(&items[2 * i], "action", false))
			*v = value_keyword_split(a, v->u.text, v->n);
		else if ((value_named(&items[2 * i], "id", false) || value_named(&items[2 * i], "parent", false)) &&
		    id_parse(v->u.text, v->n, &id) == 0)
			*v = value_uuid(a, &id);
	}
	*record = value_map(items, record->n);
}

bool
tail_show_json(struct tail *t, const char *text, size_t len)
{
	struct codec_error err;
	struct arena a;
	struct value v;
	bool more;

	if (t->format == TAIL_JSON) {
		paint_line(text, len);
		return tail_counted(t);
	}
	arena_init(&a, 0);
	if (json_read((const uint8_t *)text, len, &codec_event_limits, &a, &v, &err) == -1) {
		fprintf(stderr, "cmdrctl tail: a record is no JSON: %s\n", err.text);
		more = true;
	} else {
		restore_types(&v, &a);
		more = tail_show(t, &v);
	}
	arena_free(&a);
	return more;
}

static int
check(struct tail *t, int n, char **operand)
{
	if (n != 1 || (strcmp(operand[0], "commands") != 0 && strcmp(operand[0], "events") != 0))
		return ctl_usage(t->self, "expected commands or events");
	t->events = strcmp(operand[0], "events") == 0;
	if (t->from != NULL && t->from_beginning)
		return ctl_usage(t->self, "--from or --from-beginning, not both");
	if (t->kafka && (t->from != NULL || t->tokens))
		return ctl_usage(t->self, "tokens are cmdrd's: --from and --tokens do not go with --kafka");
	if (!t->kafka && t->format == TAIL_HEX)
		return ctl_usage(t->self, "cmdrd's streams have no bytes: --format hex needs --kafka");
	if (t->parent != NULL && !t->events)
		return ctl_usage(t->self, "commands have no parent");
	return CTL_OK;
}

int
tail_run(const struct ctl_command *self, int argc, char **argv)
{
	struct tail t = { .self = self, .left = -1 };
	struct ctl_where where;
	int operand, result;

	if ((result = ctl_parse(self, argc, argv, &where, take, &t, &operand)) != CTL_OK ||
	    (result = check(&t, argc - operand, argv + operand)) != CTL_OK ||
	    (result = settings_load(self, &where, &t.settings)) != CTL_OK)
		return result;
	/* each record when it comes, also into a pipe */
	setvbuf(stdout, NULL, _IOLBF, 0);
	result = t.kafka ? tail_kafka(&t) : tail_stream(&t);
	settings_free(&t.settings);
	return result;
}
