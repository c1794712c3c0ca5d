/*
 * json_suite_run.c: run a file of JSON parsing cases, [{"name": …, "input": …}, …], through
 * json_read: y_… must be taken, n_… refused, i_… may be either. json_suite.sh fetches the file.
 * usage: json_suite_run FILE
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/buf.h"
#include "value/json.h"

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

static void
run_case(const struct value *name, const struct value *input, struct counts *counts)
{
	struct codec_error err = { 0 };
	struct arena a;
	struct value v;
	int rc;

	arena_init(&a, (size_t)64 << 20);
	rc = json_read((const uint8_t *)input->u.text, input->n, &codec_request_limits, &a, &v,
	    &err);
	arena_free(&a);
	if (name->u.text[0] == 'i') {
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

		if (name != NULL && name->kind == VALUE_STRING && name->n > 0 && input != NULL &&
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
