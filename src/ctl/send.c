/*
 * send.c: cmdrctl send: a command of the arguments, or of a document of data,
 * POSTed as any client would.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/ctl.h"
#include "ctl/document.h"
#include "ctl/http.h"
#include "ctl/settings.h"
#include "ctl/types.h"
#include "util/arena.h"
#include "util/mem.h"
#include "value/json.h"

enum { SYNC = 1, KEY, TYPE, ACCEPT };

const struct ctl_option send_options[] = {
	{ SYNC, '\0', "sync", NULL, NULL, "wait for the event that answers it" },
	{ KEY, '\0', "key", "TEXT", NULL,
	    "its Idempotency-Key: sent again with the same one, it is\nwritten once" },
	{ TYPE, '\0', "type", "TYPE", CTL_WRITTEN, "what the command is sent as (json)" },
	{ ACCEPT, '\0', "accept", "TYPE", CTL_WRITTEN, "what the answer shall be (json)" },
	{ .name = NULL },
};

struct send {
	const struct ctl_command *self;
	const struct codec	*type, *accept;
	bool			 sync;
	char			 key[600];	/* the header; "" for none */
	struct arena		 arena;
	struct documents	 input;		/* open where the data come from it */
	struct buf		 body;
};

/* A string of structured fields (RFC 8941 3.3.3). */
static int
take_key(struct send *s, const char *value)
{
	size_t n = (size_t)snprintf(s->key, sizeof(s->key), "Idempotency-Key: \"");

	if (*value == '\0' || strlen(value) > 255)
		return ctl_usage(s->self, "--key takes 1 to 255 characters");
	for (; *value != '\0'; value++) {
		if (*value < 0x20 || *value > 0x7e)
			return ctl_usage(s->self, "--key takes ASCII that can be printed");
		if (*value == '"' || *value == '\\')
			s->key[n++] = '\\';
		s->key[n++] = *value;
	}
	snprintf(s->key + n, sizeof(s->key) - n, "\"");
	return CTL_OK;
}

static int
take(void *arg, int id, const char *value)
{
	struct send *s = arg;

	switch (id) {
	case KEY:
		return take_key(s, value);
	case SYNC:
		s->sync = true;
		return CTL_OK;
	case TYPE:
		s->type = type_of(s->self, value);
		break;
	case ACCEPT:
		s->accept = type_of(s->self, value);
		break;
	}
	if (s->type == NULL || s->accept == NULL)
		return CTL_USAGE;
	if (s->type->write == NULL || s->accept->write == NULL)
		return ctl_usage(s->self, "%s cannot be written here", value);
	return CTL_OK;
}

static int
told(struct send *s, const char *what, const struct codec_error *err)
{
	if (err->line > 0)
		return ctl_usage(s->self, "%s: line %u, column %u: %s", what, err->line, err->column, err->text);
	return ctl_usage(s->self, "%s: byte %zu: %s", what, err->offset, err->text);
}

/* "k=v" or "k:=JSON" as a key and a value. */
static int
pair(struct send *s, const char *text, struct value out[2])
{
	const char *eq = strchr(text, '=');
	struct codec_error err;
	size_t len;

	if (eq == NULL || eq == text || strncmp(text, ":=", 2) == 0)
		return ctl_usage(s->self, "expected KEY=VALUE or KEY:=JSON; found %s", text);
	len = (size_t)(eq - text);
	if (eq[-1] != ':') {
		out[1] = value_cstring(eq + 1);
	} else {
		len--;
		if (json_read((const uint8_t *)eq + 1, strlen(eq + 1), &codec_request_limits, &s->arena, &out[1],
		    &err) == -1)
			return told(s, text, &err);
	}
	out[0] = value_keyword_split(&s->arena, text, len);
	return CTL_OK;
}

static int
data_of_arguments(struct send *s, int n, char **argv, struct value *out)
{
	struct value *items = xcalloc((size_t)n + 1, 2 * sizeof(*items)), *copy;
	size_t pairs = (size_t)n;
	int result = CTL_OK;

	for (int i = 0; i < n && result == CTL_OK; i++)
		result = pair(s, argv[i], &items[2 * i]);
	copy = arena_array(&s->arena, pairs + 1, 2 * sizeof(*items));
	memcpy(copy, items, pairs * 2 * sizeof(*items));
	free(items);
	if (result == CTL_OK)
		value_map_dedup(&s->arena, copy, &pairs);
	*out = value_map(copy, pairs);
	return result;
}

static int
data_of_input(struct send *s, struct value *out)
{
	struct codec_error err;
	size_t len;
	char *data;

	documents_open(&s->input, stdin, false);
	if (documents_next(&s->input, &data, &len) != 1)
		return ctl_fail(s->self, "standard input cannot be read, or is longer than 64 MiB");
	if (s->type->read((const uint8_t *)data, len, &codec_request_limits, &s->arena, out, &err) == -1)
		return told(s, "standard input", &err);
	if (out->kind != VALUE_MAP)
		return ctl_usage(s->self, "the data must be a map; standard input has a %s",
		    value_kind_name((enum value_kind)out->kind));
	return CTL_OK;
}

/* {:action … :data …} into s->body. */
static int
compose(struct send *s, const char *action, int n, char **argv)
{
	struct value items[4], whole;
	struct codec_error err;
	int result;

	result = n == 1 && strcmp(argv[0], "-") == 0 ? data_of_input(s, &items[3]) :
	    data_of_arguments(s, n, argv, &items[3]);
	if (result != CTL_OK)
		return result;
	items[0] = value_ckeyword(&s->arena, "action");
	items[1] = value_keyword_split(&s->arena, action, strlen(action));
	items[2] = value_ckeyword(&s->arena, "data");
	whole = value_map(items, 2);
	if (s->type->write(&s->body, &whole, &err) == -1)
		return ctl_fail(s->self, "the command cannot be written as %s: %s", s->type->name, err.text);
	return CTL_OK;
}

static int
verdict(struct send *s, enum http_result got, struct http_answer *answer, const char *err)
{
	if (got == HTTP_AWAY)
		return ctl_fail(s->self, "%s", err);
	if (got == HTTP_LOST) {
		ctl_fail(s->self, "%s; whether the command was written is unknown", err);
		return CTL_UNKNOWN;
	}
	types_print(type_of_media(answer->type), answer->body.data, answer->body.len);
	if (answer->status / 100 == 2)
		return CTL_OK;
	return answer->status == 504 ? CTL_UNKNOWN : CTL_FAILED;
}

static int
post(struct send *s, const struct settings *settings)
{
	char type[128], accept[128], media[96], err[2048];
	struct http_request request = { .path = s->sync ? "/commands?sync=true" : "/commands",
		.header = { type, accept, s->key[0] != '\0' ? s->key : NULL }, .body = s->body.data, .len = s->body.len };
	struct http_answer answer;
	int result;

	types_media(s->type, media, sizeof(media));
	snprintf(type, sizeof(type), "Content-Type: %s", media);
	types_media(s->accept, media, sizeof(media));
	snprintf(accept, sizeof(accept), "Accept: %s", media);
	result = verdict(s, http_ask(settings, &settings->http, &request, &answer, err, sizeof(err)), &answer, err);
	buf_free(&answer.body);
	return result;
}

int
send_run(const struct ctl_command *self, int argc, char **argv)
{
	struct send s = { .self = self, .type = codec_by_name("json"), .accept = codec_by_name("json") };
	struct settings settings;
	struct ctl_where where;
	int operand, result;

	if ((result = ctl_parse(self, argc, argv, &where, take, &s, &operand)) != CTL_OK)
		return result;
	if (operand == argc)
		return ctl_usage(self, "ACTION is missing");
	arena_init(&s.arena, 0);
	result = compose(&s, argv[operand], argc - operand - 1, argv + operand + 1);
	if (result == CTL_OK && (result = settings_load(self, &where, &settings)) == CTL_OK) {
		result = post(&s, &settings);
		settings_free(&settings);
	}
	documents_close(&s.input);
	arena_free(&s.arena);
	buf_free(&s.body);
	return result;
}
