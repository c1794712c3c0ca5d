/*
 * ctl_docs.c: the tables of cmdrctl's commands and options as the page's list (mdoc). `make docs` writes it;
 * ctl_docs.sh compares.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"

/* A text of lines: those that begin as a request would are guarded, and a sentence ends its line. */
static void
text(const char *p)
{
	bool start = true;

	for (; *p != '\0'; p++) {
		if (start && (*p == '.' || *p == '\''))
			printf("\\&");
		start = *p == '\n';
		if (*p == '.' && p[1] == ' ' && isupper((unsigned char)p[2])) {
			printf(".\n");
			p++;
			start = true;
		} else if (*p == '\\') {
			printf("\\e");
		} else {
			putchar(*p);
		}
	}
	if (!start)
		putchar('\n');
}

static void
option(const struct ctl_option *o)
{
	printf(".It ");
	if (o->letter != '\0')
		printf("Fl %c , ", o->letter);
	printf("Fl -%s", o->name);
	if (o->argument != NULL && *o->argument == '[')
		printf(" Ns Op = Ns Ar %.*s", (int)strlen(o->argument) - 2, o->argument + 1);
	else if (o->argument != NULL)
		printf(" Ar %s", o->argument);
	printf("\n");
	text(o->doc);
}

/* The usage on a line of its own, in ASCII. */
static void
usage(const struct ctl_command *c)
{
	printf(".Dl cmdrctl %s [option ...]%s", c->name, *c->usage != '\0' ? " " : "");
	for (const char *p = c->usage; *p != '\0'; p++) {
		if (strncmp(p, "…", strlen("…")) == 0) {
			printf("...");
			p += strlen("…") - 1;
		} else {
			putchar(*p);
		}
	}
	printf("\n.Pp\n");
}

/* "It takes --config and --socket." */
static void
common(const struct ctl_command *c)
{
	const struct ctl_option *list[8];
	size_t n = 0;

	for (const struct ctl_option *o = ctl_common; o->name != NULL; o++)
		if (o->id != 0 && ctl_takes(c, o))
			list[n++] = o;
	if (n == 0)
		return;
	printf(".Pp\nIt takes\n");
	for (size_t i = 0; i < n; i++)
		printf("%s.Fl -%s%s\n", i > 0 && i + 1 == n ? "and\n" : "", list[i]->name,
		    i + 1 == n ? " ." : i + 2 < n ? " ," : "");
}

static void
command(const struct ctl_command *c)
{
	printf(".Ss %s\n", c->name);
	usage(c);
	text(c->summary);
	text(c->doc);
	if (c->options != NULL) {
		printf(".Bl -tag -width Ds\n");
		for (const struct ctl_option *o = c->options; o->name != NULL; o++)
			option(o);
		printf(".El\n");
	}
	common(c);
}

int
main(void)
{
	printf(".Ss Options of several commands\n.Bl -tag -width Ds\n");
	for (const struct ctl_option *o = ctl_common; o->name != NULL; o++)
		option(o);
	printf(".El\n");
	for (const struct ctl_command *c = ctl_commands; c->name != NULL; c++)
		command(c);
	return fflush(stdout) == 0 ? 0 : 1;
}
