/*
 * manual_http.c: the lists of cmdr-http(7), from the tables that the worker goes by: `manual_http routes` and so on, each a
 * block between two markers of the page. `make docs` writes them; manual_docs.sh compares. What the tables cannot
 * know is in manual_words.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "manual_words.h"
#include "mdoc.h"
#include "value/json.h"
#include "worker/media.h"
#include "worker/openapi.h"
#include "worker/routes.h"

static const struct {
	int		 status;
	const char	*slug, *title;
} problems[] = {
#define X(name, status, slug, title) { status, slug, title },
	PROBLEMS(X)
#undef X
};
#define NPROBLEMS (sizeof(problems) / sizeof(problems[0]))

static const char *const read_fields[] = {
#define X(name, text, repeat) text,
	GUARD_FIELDS(X)
#undef X
};

static void
missing(const char *what, const char *name)
{
	fprintf(stderr, "tests/manual_words.c: %s %s has no row: say there what a client needs to know about it\n", what, name);
	exit(1);
}

/* "Content-Type" of "content-type"; that of a parameter as it is spelt there. */
static void
field_name(const char *lower)
{
	char name[64] = "";
	bool capital = strncmp(lower, "trace", 5) != 0;

	for (size_t i = 0; i < OPENAPI_NPARAMETERS; i++)
		if (strcmp(openapi_parameters[i].in, "header") == 0 && strcasecmp(openapi_parameters[i].name, lower) == 0) {
			mdoc_word(openapi_parameters[i].name, strlen(openapi_parameters[i].name));
			return;
		}
	for (size_t i = 0; lower[i] != '\0' && i + 1 < sizeof(name); i++) {
		name[i] = (char)(capital && lower[i] >= 'a' && lower[i] <= 'z' ? lower[i] - 'a' + 'A' : lower[i]);
		capital = lower[i] == '-';
	}
	mdoc_word(name, strlen(name));
}

/* A path as a client fills it in. */
static void
path_of(const struct openapi_op *op)
{
	size_t n = strlen(op->path);
	char text[128];

	snprintf(text, sizeof(text), "%.*s%s", (int)(op->path[n - 1] == '*' ? n - 1 : n), op->path,
	    op->path[n - 1] == '*' ? "{id}" : "");
	mdoc_word(op->shown != NULL ? op->shown : text, strlen(op->shown != NULL ? op->shown : text));
}

static const struct openapi_op *
op_of(const struct route *r, unsigned method)
{
	for (size_t i = 0; i < openapi_nops; i++)
		if (strcmp(openapi_ops[i].path, r->path) == 0 && (1u << openapi_ops[i].method) == method)
			return &openapi_ops[i];
	missing("an operation of openapi_ops.c for route", r->path);
	return NULL;
}

/* A sentence of a table, which has none or one full stop at its end. A first word that is no value begins large. */
static void
sentence(const char *text)
{
	char line[1024];
	size_t n = strlen(text), word = strcspn(text, " :,-.");

	snprintf(line, sizeof(line), "%s%s", text, n > 0 && strchr(".?!", text[n - 1]) != NULL ? "" : ".");
	if (text[word] == ' ' && line[0] >= 'a' && line[0] <= 'z')
		line[0] = (char)(line[0] - 'a' + 'A');
	mdoc_text(line);
}

/* "Parameters: a, b." of those of a kind; what every operation takes is told once, elsewhere. */
static void
takes(const struct openapi_op *op, const char *in, const char *title)
{
	bool any = false;

	for (unsigned i = 0; i < OPENAPI_NPARAMETERS; i++) {
		if (!(op->parameters & (1u << i)) || strcmp(openapi_parameters[i].in, in) != 0 || i == OPENAPI_REQUEST_ID)
			continue;
		printf(any ? " ,\n.Ic " : "%s:\n.Ic ", title);
		mdoc_word(openapi_parameters[i].name, strlen(openapi_parameters[i].name));
		any = true;
	}
	if (any)
		printf(" .\n");
}

static void
answers(const struct openapi_op *op)
{
	printf("Answers:");
	for (const struct openapi_answer *a = op->answers; a->status != 0; a++)
		printf("%s %d", a == op->answers ? "" : ",", a->status);
	printf(".\n");
}

static const struct {
	unsigned	 flag;
	const char	*doc;
} flags[] = {
	{ ROUTE_PAGE, "There is text/html too." },
	{ ROUTE_STREAM, "The answer is text/event-stream and nothing else." },
	{ ROUTE_TEXT, "The answer is text/plain and nothing else." },
	{ ROUTE_JSON, "The answer is application/json and nothing else." },
	{ ROUTE_ADMIN, "Where http.admin is set it is there, and there only." },
};

static void
route(const struct route *r)
{
	const struct openapi_op *op;

	for (unsigned bit = 1; bit != 0 && bit <= r->methods; bit <<= 1) {
		if (!(r->methods & bit))
			continue;
		op = op_of(r, bit);
		printf(".It Ic %s Pa ", guard_head_method(op->method));
		path_of(op);
		printf("\n");
		/* the row of a route with one method says more than the operation's summary */
		sentence((r->methods & (r->methods - 1)) == 0 ? r->doc : op->summary);
		takes(op, "query", "Parameters");
		takes(op, "header", "Header fields");
		for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
			if (r->flags & flags[i].flag)
				printf("%s\n", flags[i].doc);
		answers(op);
	}
}

static void
put_routes(void)
{
	for (size_t i = 0; i < routes_count; i++)
		route(&routes[i]);
}

static void
number(const struct value *schema, const char *name, const char *before, const char *after)
{
	const struct value *v = value_map_get(schema, name, false);

	if (v != NULL && v->kind == VALUE_INT && v->u.integer < INT32_MAX)
		printf("%s%lld%s", before, (long long)v->u.integer, after);
}

static bool
is(const struct value *v, const char *text)
{
	return v != NULL && v->kind == VALUE_STRING && v->n == strlen(text) && memcmp(v->u.text, text, v->n) == 0;
}

/* "true or false.": what a parameter's schema says, as far as its doc does not. */
static void
form_of(const char *name, const char *text)
{
	struct codec_error err;
	struct value schema;
	struct arena a;
	const struct value *choice;

	arena_init(&a, 0);
	if (json_read((const uint8_t *)text, strlen(text), &codec_request_limits, &a, &schema, &err) == -1)
		missing("a JSON Schema that can be read for parameter", name);
	if (is(value_map_get(&schema, "type", false), "boolean"))
		printf("It is true or false.\n");
	else if (is(value_map_get(&schema, "format", false), "uuid"))
		printf("It is the 36 characters of a UUID.\n");
	else if (is(value_map_get(&schema, "type", false), "integer")) {
		printf("It is a number");
		number(&schema, "minimum", ", at least ", "");
		number(&schema, "maximum", ", at most ", "");
		number(&schema, "default", "; ", " unless said");
		printf(".\n");
	} else if ((choice = value_map_get(&schema, "enum", false)) != NULL) {
		printf("It is");
		for (uint32_t i = 0; i < choice->n; i++)
			printf("%s %.*s", i > 0 ? " or" : "", (int)choice->u.items[i].n, choice->u.items[i].u.text);
		printf(".\n");
	}
	arena_free(&a);
}

/* The operations that take it. */
static void
taken_by(unsigned parameter)
{
	bool any = false;

	for (size_t i = 0; i < openapi_nops; i++) {
		if (!(openapi_ops[i].parameters & (1u << parameter)))
			continue;
		printf("%s.Ic %s Pa ", any ? " ,\n" : "Of\n", guard_head_method(openapi_ops[i].method));
		path_of(&openapi_ops[i]);
		any = true;
	}
	printf(any ? " .\n" : "");
}

static void
put_parameters(void)
{
	for (unsigned i = 0; i < OPENAPI_NPARAMETERS; i++) {
		if (strcmp(openapi_parameters[i].in, "query") != 0)
			continue;
		printf(".It Ic ");
		mdoc_word(openapi_parameters[i].name, strlen(openapi_parameters[i].name));
		printf("\n");
		sentence(openapi_parameters[i].doc);
		form_of(openapi_parameters[i].name, openapi_parameters[i].schema);
		taken_by(i);
	}
}

/* What the tables say of a field, or our own row. */
static const char *
field_doc(const char *name)
{
	for (size_t i = 0; i < OPENAPI_NPARAMETERS; i++)
		if (strcmp(openapi_parameters[i].in, "header") == 0 && strcasecmp(openapi_parameters[i].name, name) == 0)
			return openapi_parameters[i].doc;
	if (words_field(name) == NULL)
		missing("header field", name);
	return words_field(name);
}

static void
put_fields(void)
{
	for (size_t i = 0; i < sizeof(read_fields) / sizeof(read_fields[0]); i++) {
		printf(".It Ic ");
		field_name(read_fields[i]);
		printf("\n");
		sentence(field_doc(read_fields[i]));
	}
}

static void
medium(const char *type, const char *parameter, const char *doc, bool in, bool out)
{
	printf(".It Li ");
	mdoc_word(type, strlen(type));
	if (parameter != NULL) {
		printf(" Ns Li ");
		mdoc_word(parameter, strlen(parameter));
	}
	printf("\n");
	sentence(doc);
	printf("%s\n", in && out ? "Requests and answers." : in ? "Requests only." : "Answers only.");
}

static void
put_media(void)
{
	for (size_t i = 0; i < codecs_count; i++)
		medium(codecs[i].type, codecs[i].parameter, codecs[i].doc, codecs[i].read != NULL, codecs[i].write != NULL);
	medium(media_ndjson()->type, NULL, "a batch, one command of JSON a line", true, false);
}

static void
put_problems(void)
{
	for (int status = 400; status < 600; status++)
		for (size_t i = 0; i < NPROBLEMS; i++) {
			if (problems[i].status != status)
				continue;
			if (words_problem(problems[i].slug) == NULL)
				missing("problem", problems[i].slug);
			printf(".It %d Li %s\n", status, problems[i].slug);
			sentence(problems[i].title);
			mdoc_text(words_problem(problems[i].slug));
		}
}

static const char *
answer_doc(const struct openapi_op *op, int status)
{
	for (const struct openapi_answer *a = op->answers; a->status != 0; a++)
		if (a->status == status)
			return a->doc;
	return NULL;
}

/* What a status below 400 means where; operations that say the same of it are told together. */
static void
success(int status)
{
	const char *doc, *before = NULL;

	for (size_t i = 0; i < openapi_nops; i++) {
		if ((doc = answer_doc(&openapi_ops[i], status)) == NULL)
			continue;
		if (before == NULL) {
			printf(".It %d ", status);
			mdoc_word(problem_reason(status), strlen(problem_reason(status)));
			printf("\n");
		} else if (strcmp(doc, before) == 0) {
			printf(" ,\n");
		} else {
			printf(" :\n");
			sentence(before);
		}
		printf(".Ic %s Pa ", guard_head_method(openapi_ops[i].method));
		path_of(&openapi_ops[i]);
		before = doc;
	}
	if (before != NULL) {
		printf(" :\n");
		sentence(before);
	}
}

static void
put_successes(void)
{
	for (int status = 201; status < 400; status++)
		success(status);
}

static const struct {
	const char	*name;
	void		(*put)(void);
} blocks[] = {
	{ "routes", put_routes },
	{ "parameters", put_parameters },
	{ "fields", put_fields },
	{ "media", put_media },
	{ "successes", put_successes },
	{ "problems", put_problems },
};

int
main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < sizeof(blocks) / sizeof(blocks[0]); i++)
		if (strcmp(argv[1], blocks[i].name) == 0) {
			blocks[i].put();
			return fflush(stdout) == 0 ? 0 : 1;
		}
	fprintf(stderr, "usage: manual_http BLOCK, one of");
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		fprintf(stderr, " %s", blocks[i].name);
	fprintf(stderr, "\n");
	return 2;
}
