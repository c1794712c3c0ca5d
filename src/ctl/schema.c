/*
 * schema.c: cmdrctl schema: the schemas that cmdrd has, and a schema that is
 * still a file compared with a command, here, as the daemon would.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/schema/schema.h"
#include "ctl/ctl.h"
#include "ctl/document.h"
#include "ctl/field.h"
#include "ctl/http.h"
#include "ctl/settings.h"
#include "ctl/types.h"
#include "value/edn.h"
#include "value/json.h"

#define TIMEOUT_S	30L
#define ERRORS_MAX	1000

enum { VERSION = 1, DRY_RUN, ANY, MATCH, TYPE };

const struct ctl_option schema_options[] = {
	{ VERSION, '\0', "version", "N", NULL, "get: this version, not the one that holds" },
	{ DRY_RUN, 'n', "dry-run", NULL, NULL, "put: say what would come of it, change nothing" },
	{ ANY, '\0', "any", NULL, NULL, "put: take it though it refuses commands that the version\nbefore takes" },
	{ MATCH, '\0', "match", "N", NULL, "put, delete: only where version N holds" },
	{ TYPE, '\0', "type", "TYPE", CTL_TYPES, "check: what the command is written in (json)" },
	{ .name = NULL },
};

struct tool {
	const struct ctl_command *self;
	const struct codec	*type;
	const char		*version;
	char			 match[64];	/* the header; "" for none */
	bool			 dry, any;
	struct buf		 path;
};

static bool
is_number(const char *s)
{
	return *s != '\0' && strlen(s) <= 10 && strspn(s, "0123456789") == strlen(s);
}

static int
take(void *arg, int id, const char *value)
{
	struct tool *t = arg;

	if ((id == VERSION || id == MATCH) && !is_number(value))
		return ctl_usage(t->self, "a version is a number; found %s", value);
	switch (id) {
	case VERSION:
		t->version = value;
		return CTL_OK;
	case DRY_RUN:
		t->dry = true;
		return CTL_OK;
	case ANY:
		t->any = true;
		return CTL_OK;
	case MATCH:
		snprintf(t->match, sizeof(t->match), "If-Match: \"%s\"", value);
		return CTL_OK;
	default:
		t->type = type_of(t->self, value);
		return t->type == NULL ? CTL_USAGE : CTL_OK;
	}
}

static int
ask(struct tool *t, const struct settings *s, const char *method, const void *body, size_t len,
    struct http_answer *answer)
{
	struct http_request r = { .method = method, .path = buf_cstr(&t->path), .timeout_s = TIMEOUT_S, .body = body,
		.len = len };
	enum http_result got;
	char err[2048];
	int n = 0;

	if (body != NULL)
		r.header[n++] = "Content-Type: application/schema+json";
	if (t->match[0] != '\0')
		r.header[n++] = t->match;
	got = http_ask(s, &s->http, &r, answer, err, sizeof(err));
	if (got == HTTP_AWAY)
		return ctl_fail(t->self, "%s", err);
	if (got == HTTP_LOST) {
		ctl_fail(t->self, "%s; whether the schema was changed is unknown: cmdrctl schema get tells", err);
		return CTL_UNKNOWN;
	}
	if (answer->status / 100 == 2)
		return CTL_OK;
	ctl_fail(t->self, "%s", http_complaint(answer, err, sizeof(err)));
	return answer->status == 504 ? CTL_UNKNOWN : CTL_FAILED;
}

static void
print_one(const struct value *schema)
{
	char action[300] = "", source[16] = "";

	field_text(schema, "action", action, sizeof(action));
	field_text(schema, "source", source, sizeof(source));
	printf("%-40s %6" PRId64 "  %s\n", action, field_int(schema, "version", 0), source);
}

/* One page; the name that the next one follows is left in after. */
static int
list_page(struct tool *t, const struct settings *s, char *after, size_t size)
{
	const struct value *list;
	struct http_answer answer;
	struct codec_error err;
	struct arena a;
	struct value v;
	int result;

	buf_reset(&t->path);
	buf_puts(&t->path, "/schemas?limit=1000");
	if (after[0] != '\0') {
		buf_puts(&t->path, "&after=");
		http_escape(&t->path, after);
	}
	after[0] = '\0';
	if ((result = ask(t, s, NULL, NULL, 0, &answer)) == CTL_OK) {
		arena_init(&a, 0);
		if (json_read(answer.body.data, answer.body.len, &codec_event_limits, &a, &v, &err) == -1 ||
		    (list = value_map_get(&v, "schemas", false)) == NULL || list->kind != VALUE_VECTOR) {
			result = ctl_fail(t->self, "the answer is no list of schemas");
		} else {
			for (uint32_t i = 0; i < list->n; i++)
				print_one(&list->u.items[i]);
			field_text(&v, "next", after, size);
		}
		arena_free(&a);
	}
	buf_free(&answer.body);
	return result;
}

static int
list(struct tool *t, const struct settings *s, char **operands)
{
	char after[300] = "";
	int result;

	(void)operands;
	do
		result = list_page(t, s, after, sizeof(after));
	while (result == CTL_OK && after[0] != '\0');
	return result;
}

static void
aim(struct tool *t, const char *action)
{
	buf_reset(&t->path);
	buf_puts(&t->path, "/schemas/");
	http_escape(&t->path, action);
}

static int
get(struct tool *t, const struct settings *s, char **operands)
{
	struct http_answer answer;
	int result;

	aim(t, operands[0]);
	if (t->version != NULL)
		buf_printf(&t->path, "/versions/%s", t->version);
	if ((result = ask(t, s, NULL, NULL, 0, &answer)) == CTL_OK)
		types_print(codec_by_name("json"), answer.body.data, answer.body.len);
	buf_free(&answer.body);
	return result;
}

/* A whole file, or standard input for "-". */
static int
read_file(const struct tool *t, const char *name, struct documents *d, char **data, size_t *len)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");
	int n;

	if (f == NULL)
		return ctl_fail(t->self, "%s: %s", name, strerror(errno));
	documents_open(d, f, false);
	n = documents_next(d, data, len);
	if (f != stdin)
		fclose(f);
	return n == 1 ? CTL_OK : ctl_fail(t->self, "%s cannot be read, or is longer than 64 MiB", name);
}

static int
put(struct tool *t, const struct settings *s, char **operands)
{
	struct http_answer answer;
	struct documents d = { 0 };
	char *data;
	size_t len;
	int result;

	aim(t, operands[0]);
	if (t->dry || t->any)
		buf_printf(&t->path, "?%s%s%s", t->dry ? "dry_run=true" : "", t->dry && t->any ? "&" : "",
		    t->any ? "compatibility=none" : "");
	if ((result = read_file(t, operands[1], &d, &data, &len)) == CTL_OK) {
		result = ask(t, s, "PUT", data, len, &answer);
		if (result == CTL_OK)
			printf("%s\n", t->dry ? "it would be taken" : answer.status == 201 ? "it holds now, the first of its action" :
			    "it holds");
		buf_free(&answer.body);
	}
	documents_close(&d);
	return result;
}

static int
delete(struct tool *t, const struct settings *s, char **operands)
{
	struct http_answer answer;
	int result;

	aim(t, operands[0]);
	result = ask(t, s, "DELETE", NULL, 0, &answer);
	buf_free(&answer.body);
	return result;
}

static void
print_errors(const struct schema_errors *e, const char *prefix)
{
	for (size_t i = 0; i < e->n; i++)
		printf("%s%s: expected %s, found %s (%s)\n", prefix, e->list[i].pointer, e->list[i].expected,
		    e->list[i].found, e->list[i].keyword);
}

static struct schema *
compile(struct tool *t, const char *file, struct arena *a)
{
	struct schema_options o = { .formats = true };
	struct schema_errors errors = { .max = ERRORS_MAX };
	struct schema *s = NULL;
	struct documents d = { 0 };
	struct codec_error err;
	struct value v;
	char *data;
	size_t len;

	if (read_file(t, file, &d, &data, &len) != CTL_OK)
		return NULL;
	if (json_read((const uint8_t *)data, len, &codec_request_limits, a, &v, &err) == -1)
		ctl_fail(t->self, "%s:%u:%u: %s", file, err.line, err.column, err.text);
	else if ((s = schema_compile(&v, &o, a, &errors)) == NULL) {
		print_errors(&errors, "");
		ctl_fail(t->self, "%s is no JSON Schema that can be used", file);
	}
	documents_close(&d);
	return s;
}

/* The data of the command on standard input, or what of it a schema looks at where it is no command. */
static int
compare(struct tool *t, const struct schema *schema, struct arena *a)
{
	struct schema_errors errors = { .max = ERRORS_MAX };
	const struct value *data;
	struct documents d = { 0 };
	struct codec_error err;
	struct value v, typed;
	struct buf out = { 0 };
	char *text;
	size_t len;
	int result = read_file(t, "-", &d, &text, &len);

	if (result != CTL_OK)
		return result;
	if (t->type->read((const uint8_t *)text, len, &codec_request_limits, a, &v, &err) == -1) {
		result = ctl_fail(t->self, "standard input is not %s: %s", t->type->name, err.text);
	} else if ((data = value_map_get(&v, "data", true)) == NULL) {
		result = ctl_fail(t->self, "standard input has no data: a command is a map with action and data");
	} else if (!schema_validate(schema, data, a, &errors) || !schema_coerce(schema, data, a, &typed, &errors)) {
		print_errors(&errors, "/data");
		result = CTL_FAILED;
	} else if (edn_write(&out, &typed, &err) == 0) {
		types_print(codec_by_name("edn"), out.data, out.len);
	}
	buf_free(&out);
	documents_close(&d);
	return result;
}

static int
check(struct tool *t, const struct settings *s, char **operands)
{
	struct schema *schema;
	struct arena a;
	int result = CTL_FAILED;

	(void)s;
	arena_init(&a, 0);
	if ((schema = compile(t, operands[0], &a)) != NULL)
		result = compare(t, schema, &a);
	schema_free(schema);
	arena_free(&a);
	return result;
}

static const struct {
	const char	*name, *operands;
	int		 noperands;
	bool		 asks;		/* cmdrd */
	int		(*run)(struct tool *t, const struct settings *s, char **operands);
} verbs[] = {
	{ "list", "", 0, true, list },
	{ "get", "ACTION", 1, true, get },
	{ "put", "ACTION FILE", 2, true, put },
	{ "delete", "ACTION", 1, true, delete },
	{ "check", "FILE", 1, false, check },
};
#define NVERBS	(sizeof(verbs) / sizeof(verbs[0]))

int
schema_run(const struct ctl_command *self, int argc, char **argv)
{
	struct tool t = { .self = self, .type = codec_by_name("json") };
	struct settings s = { 0 };
	struct ctl_where where;
	int operand, result;
	size_t i = 0;

	if ((result = ctl_parse(self, argc, argv, &where, take, &t, &operand)) != CTL_OK)
		return result;
	while (operand < argc && i < NVERBS && strcmp(verbs[i].name, argv[operand]) != 0)
		i++;
	if (operand == argc || i == NVERBS)
		return ctl_usage(self, "expected list, get, put, delete or check; found %s",
		    operand == argc ? "nothing" : argv[operand]);
	if (argc - operand - 1 != verbs[i].noperands)
		return ctl_usage(self, "%s takes %s", verbs[i].name, verbs[i].noperands == 0 ? "nothing else" :
		    verbs[i].operands);
	if (verbs[i].asks && (result = settings_load(self, &where, &s)) != CTL_OK)
		return result;
	result = verbs[i].run(&t, &s, argv + operand + 1);
	if (verbs[i].asks)
		settings_free(&s);
	buf_free(&t.path);
	return result;
}
