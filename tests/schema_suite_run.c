/*
 * schema_suite_run.c: run JSON-Schema-Test-Suite, laid out as in its repository, through
 * schema_compile and schema_validate. Every case of tests/DRAFT must be answered as it says; those of
 * tests/DRAFT/optional are counted. schema_suite.sh fetches it.
 * usage: schema_suite_run FOLDER [-v]	(-v: name each optional case that is answered otherwise)
 */
#include <sys/stat.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/schema/schema.h"
#include "value/json.h"

#define REMOTES_MAX	256
#define REMOTE_URI	"http://localhost:1234"

struct suite {
	struct arena		 arena;		/* of the remotes */
	struct value		 values[REMOTES_MAX];
	struct schema_document	 remotes[REMOTES_MAX];
	size_t			 nremotes;
	const char		*dialect;
	bool			 required, formats, verbose;
	unsigned		 right, wrong;	/* of the file being run */
	unsigned		 all_right, all_wrong, failed;
};

typedef void	visit_fn(struct suite *s, const char *path, const char *below);

static int
read_json(const char *path, struct arena *a, struct value *v)
{
	struct codec_error err;
	struct stat st;
	FILE *f = fopen(path, "rb");
	uint8_t *text;
	size_t n;

	if (f == NULL || fstat(fileno(f), &st) == -1 || (text = arena_alloc(a, (size_t)st.st_size + 1)) == NULL) {
		fprintf(stderr, "schema_suite_run: cannot read %s\n", path);
		exit(2);
	}
	n = fread(text, 1, (size_t)st.st_size, f);
	fclose(f);
	if (json_read(text, n, &codec_event_limits, a, v, &err) == 0)
		return 0;
	fprintf(stderr, "schema_suite_run: %s: line %u, column %u: %s\n", path, err.line, err.column, err.text);
	return -1;
}

/* Every .json file under a folder in order of their names; below: the path from there. deep: folders within, too. */
static void
walk(struct suite *s, const char *folder, const char *below, bool deep, visit_fn *visit)
{
	struct dirent **list;
	int n = scandir(folder, &list, NULL, alphasort);
	struct stat st;
	char path[1024], rest[512];

	for (int i = 0; i < n; i++) {
		const char *name = list[i]->d_name, *dot = strrchr(name, '.');

		snprintf(path, sizeof(path), "%s/%s", folder, name);
		snprintf(rest, sizeof(rest), "%s/%s", below, name);
		if (name[0] != '.' && stat(path, &st) == 0) {
			if (S_ISDIR(st.st_mode) && deep)
				walk(s, path, rest, true, visit);
			else if (S_ISREG(st.st_mode) && dot != NULL && strcmp(dot, ".json") == 0)
				visit(s, path, rest);
		}
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

static void
take_remote(struct suite *s, const char *path, const char *below)
{
	struct schema_document *d = &s->remotes[s->nremotes];

	/* Other drafts' documents are not for these schemas. */
	if (s->nremotes == REMOTES_MAX || (strncmp(below, "/draft", 6) == 0 && strncmp(below, "/draft2020", 10) != 0 &&
	    strncmp(below, "/draft7", 7) != 0) || read_json(path, &s->arena, &s->values[s->nremotes]) == -1)
		return;
	d->uri = arena_printf(&s->arena, "%s%s", REMOTE_URI, below);
	d->document = &s->values[s->nremotes++];
}

static const char *
text_of(const struct value *map, const char *name, struct arena *a)
{
	const struct value *v = value_map_get(map, name, false);

	return v == NULL || v->kind != VALUE_STRING ? "?" : arena_strndup(a, v->n == 0 ? "" : v->u.text, v->n);
}

static void
count(struct suite *s, bool right, const char *below, const struct value *group, const char *what, const char *how)
{
	struct arena a;

	s->right += right;
	s->wrong += !right;
	if (right || (!s->required && !s->verbose))
		return;
	arena_init(&a, 0);
	printf("%s %s: %s: %s: %s\n", s->required ? "FAIL" : "otherwise", below + 1, text_of(group, "description", &a), what,
	    how);
	arena_free(&a);
}

static void
run_tests(struct suite *s, const struct schema *schema, const struct value *group, const struct value *tests,
    const char *below)
{
	for (uint32_t i = 0; i < tests->n; i++) {
		const struct value *test = &tests->u.items[i], *data = value_map_get(test, "data", false),
		    *valid = value_map_get(test, "valid", false);
		struct schema_errors errors = { 0 };
		struct arena a;
		bool ok;

		arena_init(&a, (size_t)64 << 20);
		ok = schema_validate(schema, data, &a, &errors);
		count(s, ok == valid->u.boolean && ok == (errors.n == 0), below, group, text_of(test, "description", &a),
		    errors.n > 0 ? errors.list[0].expected : "was found valid");
		arena_free(&a);
	}
}

static void
run_group(struct suite *s, const struct value *group, const char *below)
{
	const struct value *tests = value_map_get(group, "tests", false), *document = value_map_get(group, "schema", false);
	struct schema_options o = { .formats = s->formats, .dialect = s->dialect, .documents = s->remotes,
		.ndocuments = s->nremotes };
	struct schema_errors errors = { 0 };
	struct schema *schema;
	struct arena a;

	arena_init(&a, (size_t)64 << 20);
	if ((schema = schema_compile(document, &o, &a, &errors)) != NULL)
		run_tests(s, schema, group, tests, below);
	else
		for (uint32_t i = 0; i < tests->n; i++)
			count(s, false, below, group, errors.list[0].pointer, errors.list[0].found);
	schema_free(schema);
	arena_free(&a);
}

static void
run_file(struct suite *s, const char *path, const char *below)
{
	struct value groups;
	struct arena a;

	s->right = s->wrong = 0;
	s->formats = strncmp(below, "/format/", 8) == 0 || strcmp(below, "/format-assertion.json") == 0;
	arena_init(&a, 0);
	if (read_json(path, &a, &groups) == -1)
		s->wrong++;
	else
		for (uint32_t i = 0; i < groups.n; i++)
			run_group(s, &groups.u.items[i], below);
	arena_free(&a);
	if (!s->required)
		printf("    %-40s %3u as it says, %3u otherwise\n", below + 1, s->right, s->wrong);
	s->all_right += s->right;
	s->all_wrong += s->wrong;
}

static void
run_draft(struct suite *s, const char *top, const char *draft, const char *dialect)
{
	char path[1024];

	s->dialect = dialect;
	for (s->required = true;; s->required = false) {
		s->all_right = s->all_wrong = 0;
		snprintf(path, sizeof(path), "%s/tests/%s%s", top, draft, s->required ? "" : "/optional");
		walk(s, path, "", !s->required, run_file);
		printf("%s, %s: %u as it says, %u otherwise\n", draft, s->required ? "required" : "optional", s->all_right,
		    s->all_wrong);
		if (!s->required)
			return;
		s->failed += s->all_wrong + (s->all_right == 0);
	}
}

int
main(int argc, char **argv)
{
	static struct suite s;
	char path[1024];

	if (argc < 2) {
		fprintf(stderr, "usage: schema_suite_run FOLDER [-v]\n");
		return 2;
	}
	s.verbose = argc > 2 && strcmp(argv[2], "-v") == 0;
	arena_init(&s.arena, 0);
	snprintf(path, sizeof(path), "%s/remotes", argv[1]);
	walk(&s, path, "", true, take_remote);
	run_draft(&s, argv[1], "draft2020-12", "");
	run_draft(&s, argv[1], "draft7", "http://json-schema.org/draft-07/schema#");
	arena_free(&s.arena);
	return s.failed > 0;
}
