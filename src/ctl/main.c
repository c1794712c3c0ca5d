/*
 * main.c: cmdrctl: argv -> command.
 */
#include <stdio.h>
#include <string.h>

#include "build-config.h"
#include "ctl/ctl.h"

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
is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* Whether help is asked for among the options. */
static int
wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (is_help(argv[i]))
			return 1;
	return 0;
}

int
main(int argc, char **argv)
{
	const struct ctl_command *c;

	if (argc < 2) {
		ctl_help(NULL, stderr);
		return CTL_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		printf("cmdrctl %s\n", PACKAGE_VERSION);
		return CTL_OK;
	}
	if (is_help(argv[1])) {
		ctl_help(NULL, stdout);
		return CTL_OK;
	}
	if ((c = ctl_find(argv[1])) == NULL)
		return unknown(argv[1]);
	if (wants_help(argc - 1, argv + 1)) {
		ctl_help(c, stdout);
		return CTL_OK;
	}
	return c->run(c, argc - 1, argv + 1);
}
