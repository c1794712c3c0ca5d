/*
 * tsv.c: the tables of tests/vectors. See tsv.h.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tsv.h"
#include "util/mem.h"

void
tsv_open(struct tsv *t, const char *name)
{
	const char *srcdir = getenv("srcdir");
	char *path = xasprintf("%s/tests/vectors/%s", srcdir == NULL ? "." : srcdir, name);
	FILE *f = fopen(path, "r");
	long size;

	memset(t, 0, sizeof(*t));
	if (f == NULL || fseek(f, 0, SEEK_END) == -1 || (size = ftell(f)) == -1)
		err(1, "%s", path);
	rewind(f);
	t->text = t->next = xmalloc((size_t)size + 1);
	if (fread(t->text, 1, (size_t)size, f) != (size_t)size)
		err(1, "%s", path);
	t->text[size] = '\0';
	fclose(f);
	free(path);
}

static void
split(struct tsv *t, char *row)
{
	for (t->n = 0; row != NULL && t->n < TSV_FIELDS; t->n++)
		t->field[t->n] = strsep(&row, "\t");
}

int
tsv_next(struct tsv *t)
{
	char *row;

	while (t->next != NULL && *t->next != '\0') {
		row = strsep(&t->next, "\n");
		t->line++;
		if (*row == '#' || *row == '\0')
			continue;
		split(t, row);
		return 1;
	}
	return 0;
}

void
tsv_close(struct tsv *t)
{
	free(t->text);
}

static unsigned
digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *p = strchr(digits, c);

	if (c == '\0' || p == NULL)
		errx(1, "'%c' is no hex digit", c);
	return (unsigned)(p - digits);
}

size_t
tsv_hex(char *hex)
{
	size_t n = strlen(hex) / 2;

	for (size_t i = 0; i < n; i++)
		hex[i] = (char)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
	return n;
}
