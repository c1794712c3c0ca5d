/*
 * metrics_docs.c: the families of /metrics for those that speak of them:
 * `metrics_docs markdown` is the table in docs/metrics.md, `metrics_docs names`
 * each name that a sample can have, with its type and labels, `metrics_docs
 * page` a page with a sample of each.
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

static int
page(void)
{
	static struct proc p;
	struct buf out = { 0 };
	const struct access nobody = { 0 };
	struct arena a;

	config_defaults(&p.config);
	if (board_create(&p.board) == -1)
		return 1;
	p.generation = 1;
	p.shared = board_begin(p.board, 1);
	board_enter(board_slot(p.board, ROLE_WORKER, 0, 1), 1, 1);
	series_add(series_row(board_answers(p.board, 0, 1), "route=\"/\",method=\"GET\",type=\"text/html\",status=\"200\"",
	    "rest"), 1);
	atomic_store(&p.shared->tailer.partitions, 1);
	atomic_store(&p.board->index.partitions[BOARD_EVENTS], 1);
	arena_init(&a, 0);
	metrics_page(&out, &p, &nobody, &a);
	fwrite(out.data, 1, out.len, stdout);
	buf_free(&out);
	arena_free(&a);
	config_free(&p.config);
	return 0;
}

int
main(int argc, char **argv)
{
	const char *what = argc == 2 ? argv[1] : "";
	bool table = strcmp(what, "markdown") == 0;
	size_t n;
	const struct metrics_family *f = metrics_families(&n);

	if (strcmp(what, "page") == 0)
		return page();
	if (!table && strcmp(what, "names") != 0) {
		fprintf(stderr, "usage: metrics_docs markdown|names|page\n");
		return 2;
	}
	if (table)
		printf("| name | type | labels | what |\n|---|---|---|---|\n");
	for (size_t i = 0; i < n; i++)
		(table ? markdown : names)(&f[i]);
	return 0;
}
