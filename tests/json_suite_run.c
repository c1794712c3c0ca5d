/*
 * json_suite_run.c: run a file of JSON parsing cases, [{"name": …, "input": …}, …], through
 * json_read: y_… must be taken, n_… refused, i_… may be either: what becomes of those is printed
 * as a table. json_suite.sh fetches the file. usage: json_suite_run FILE
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/buf.h"
#include "value/json.h"

#include "tsv.h"

#define SUFFIX	".json"

struct counts {
	unsigned	taken, refused, free_taken, free_refused, failed;
};

static int
read_file(const char *path, struct buf *b)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p;
	size_t n;

	if (f == NULL)
		return -1;
	do {
		p = buf_reserve(b, 65536);
		n = p == NULL ? 0 : fread(p, 1, 65536, f);
		buf_commit(b, n);
	} while (n > 0);
	return fclose(f);
}

/* The file is text: the bytes of the cases that are none stand in a table. Returns whether it has this one. */
static bool
as_bytes(const struct value *name, struct buf *out)
{
	struct tsv t;
	bool found = false;

	tsv_open(&t, "json-suite-bytes.tsv");
	while (!found && tsv_next(&t)) {
		if (strlen(t.field[0]) != name->n || memcmp(t.field[0], name->u.text, name->n) != 0)
			continue;
		found = true;
		buf_put(out, t.field[1], tsv_hex(t.field[1]));
	}
	tsv_close(&t);
	return found;
}

static void
tell_free(const struct value *name, bool taken, const char *why)
{
	int len = (int)(name->n - 2 - (sizeof(SUFFIX) - 1));

	printf("| %.*s | %s%s |\n", len, name->u.text + 2, taken ? "taken" : "400: ", taken ? "" : why);
}

static void
run_case(const struct value *name, const struct value *input, struct counts *counts)
{
	struct codec_error err = { 0 };
	struct buf bytes = { 0 };
	struct arena a;
	struct value v;
	int rc;

	arena_init(&a, (size_t)64 << 20);
	if (!as_bytes(name, &bytes))
		buf_put(&bytes, input->u.text, input->n);
	rc = json_read(bytes.data, bytes.len, &codec_request_limits, &a, &v, &err);
	arena_free(&a);
	buf_free(&bytes);
	if (name->u.text[0] == 'i') {
		tell_free(name, rc == 0, err.text);
		counts->free_taken += rc == 0;
		counts->free_refused += rc != 0;
	} else if ((rc == 0) == (name->u.text[0] == 'y')) {
		counts->taken += rc == 0;
		counts->refused += rc != 0;
	} else {
		counts->failed++;
		printf("FAIL %.*s: %s\n", (int)name->n, name->u.text,
		    rc == 0 ? "was taken" : err.text);
	}
}

static int
run_file(const struct buf *text)
{
	struct counts counts = { 0 };
	struct codec_error err;
	struct value cases;
	struct arena a;

	arena_init(&a, 0);
	if (json_read(text->data, text->len, &codec_event_limits, &a, &cases, &err) == -1) {
		fprintf(stderr, "json_suite_run: line %u, column %u: %s\n", err.line, err.column,
		    err.text);
		return 1;
	}
	for (uint32_t i = 0; cases.kind == VALUE_VECTOR && i < cases.n; i++) {
		const struct value *name = value_map_get(&cases.u.items[i], "name", false);
		const struct value *input = value_map_get(&cases.u.items[i], "input", false);

		if (name != NULL && name->kind == VALUE_STRING && name->n > 2 + sizeof(SUFFIX) && input != NULL &&
		    input->kind == VALUE_STRING)
			run_case(name, input, &counts);
		else
			counts.failed++;
	}
	arena_free(&a);
	printf("must be taken: %u taken; must be refused: %u refused; may be either: %u taken, "
	    "%u refused; wrong: %u\n", counts.taken, counts.refused, counts.free_taken,
	    counts.free_refused, counts.failed);
	return counts.failed > 0 || counts.taken == 0 || counts.refused == 0;
}

int
main(int argc, char **argv)
{
	struct buf text = { 0 };
	int rc;

	if (argc != 2 || read_file(argv[1], &text) == -1) {
		fprintf(stderr, "usage: json_suite_run FILE\n");
		return 2;
	}
	rc = run_file(&text);
	buf_free(&text);
	return rc;
}
