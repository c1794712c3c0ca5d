/*
 * metrics_docs.c: the families of /metrics for those that speak of them:
 * `metrics_docs markdown` is the table in docs/metrics.md, `metrics_docs names`
 * each name that a sample can have, with its type and labels.
 */
#include <stdio.h>
#include <string.h>

#include "worker/metrics.h"

/* A bar would end the cell. */
static void
cell(const char *text)
{
	for (; *text != '\0'; text++)
		printf(*text == '|' ? "\\|" : "%c", *text);
}

static void
markdown(const struct metrics_family *f)
{
	printf("| `%s` | %s | %s | ", f->name, metrics_type_name(f->type), f->labels[0] != '\0' ? f->labels : "–");
	cell(f->doc);
	printf(" |\n");
}

static void
names(const struct metrics_family *f)
{
	static const char *const suffixes[] = { "_bucket", "_sum", "_count" };

	for (size_t i = 0; i < 3 && f->type == METRICS_HISTOGRAM; i++)
		printf("%s%s\t%s\t%s%s\n", f->name, suffixes[i], metrics_type_name(f->type), f->labels,
		    i == 0 ? ", le" : "");
	if (f->type != METRICS_HISTOGRAM)
		printf("%s\t%s\t%s\n", f->name, metrics_type_name(f->type), f->labels);
}

int
main(int argc, char **argv)
{
	size_t n;
	const struct metrics_family *f = metrics_families(&n);
	bool table = argc == 2 && strcmp(argv[1], "markdown") == 0;

	if (!table && (argc != 2 || strcmp(argv[1], "names") != 0)) {
		fprintf(stderr, "usage: metrics_docs markdown|names\n");
		return 2;
	}
	if (table)
		printf("| name | type | labels | what |\n|---|---|---|---|\n");
	for (size_t i = 0; i < n; i++)
		(table ? markdown : names)(&f[i]);
	return 0;
}
