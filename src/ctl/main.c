/*
 * main.c: cmdrctl: argv -> command, by a table. What a command does stands in
 * the file of its name.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "build-config.h"
#include "ctl/ctl.h"

static int	help_run(int argc, char **argv);

const struct ctl_command ctl_commands[] = {
	{ "convert", "--from TYPE --to TYPE [--hex-in] [--hex-out] [--lines]", convert_doc,
	    convert_run },
	{ "help", "[COMMAND]", "Say what the commands are, or all about one.\n", help_run },
	{ NULL, NULL, NULL, NULL },
};

static const struct ctl_command *
find(const char *name)
{
	for (const struct ctl_command *c = ctl_commands; c->name != NULL; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

static void
list(FILE *to)
{
	fprintf(to, "usage: cmdrctl COMMAND [ARGUMENT …]\n       cmdrctl --version\n\n");
	for (const struct ctl_command *c = ctl_commands; c->name != NULL; c++)
		fprintf(to, "  %-10s %.*s\n", c->name, (int)strcspn(c->doc, "\n"), c->doc);
	fprintf(to, "\n`cmdrctl help COMMAND` says more.\n");
}

static int
unknown(const char *name)
{
	fprintf(stderr, "cmdrctl: there is no command %s; there are", name);
	for (const struct ctl_command *c = ctl_commands; c->name != NULL; c++)
		fprintf(stderr, " %s", c->name);
	fprintf(stderr, "\n");
	return CTL_USAGE;
}

static int
help_run(int argc, char **argv)
{
	const struct ctl_command *c;

	if (argc > 2)
		return ctl_usage("help", "one command at a time");
	if (argc < 2) {
		list(stdout);
		return CTL_OK;
	}
	if ((c = find(argv[1])) == NULL)
		return unknown(argv[1]);
	printf("usage: cmdrctl %s %s\n\n%s", c->name, c->usage, c->doc);
	return CTL_OK;
}

int
ctl_usage(const char *command, const char *fmt, ...)
{
	const struct ctl_command *c = find(command);
	va_list ap;

	fprintf(stderr, "cmdrctl %s: ", command);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
	if (c != NULL)
		fprintf(stderr, "usage: cmdrctl %s %s\n", c->name, c->usage);
	return CTL_USAGE;
}

int
ctl_fail(const char *command, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "cmdrctl %s: ", command);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
	return CTL_FAILED;
}

int
main(int argc, char **argv)
{
	const struct ctl_command *c;

	if (argc < 2) {
		list(stderr);
		return CTL_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		printf("cmdrctl %s\n", PACKAGE_VERSION);
		return CTL_OK;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return help_run(1, argv);
	if ((c = find(argv[1])) == NULL)
		return unknown(argv[1]);
	return c->run(argc - 1, argv + 1);
}
