/*
 * options.c: what every command of cmdrctl does alike with its arguments: read
 * them by its table, say what it takes, complain.
 */
#include <ctype.h>
#include <getopt.h>
#include <stdarg.h>
#include <string.h>

#include "ctl/ctl.h"

#define OPTIONS_MAX	32	/* of a command, with the common ones */
#define COLUMN		26	/* where the text of an option begins */

const struct ctl_option ctl_common[] = {
	{ -(int)CTL_CONFIG, 'f', "config", "FILE", CTL_FILE,
	    "the configuration that says where cmdrd is\n(" CMDR_SYSCONFDIR "/cmdr.yaml)" },
	{ -(int)CTL_SOCKET, '\0', "socket", "PATH", CTL_FILE, "the control socket, whatever the configuration says" },
	{ -(int)CTL_URL, '\0', "url", "URL", NULL,
	    "where HTTP is spoken, whatever the configuration says:\nhttp://HOST:PORT, https://HOST:PORT or unix:/PATH" },
	{ -(int)CTL_TOKEN, '\0', "token-file", "FILE", CTL_FILE,
	    "a file that holds the bearer token to show (else CMDR_TOKEN\nin the environment is it)" },
	{ 0, 'h', "help", NULL, NULL, "say all about the command" },
	{ .name = NULL },
};

bool
ctl_takes(const struct ctl_command *c, const struct ctl_option *common)
{
	return common->id == 0 || (c->where & (unsigned)-common->id) != 0;
}

/* The tables as getopt_long wants them. */
struct built {
	const struct ctl_option	*row[OPTIONS_MAX];
	struct option		 option[OPTIONS_MAX + 1];
	char			 letters[3 * OPTIONS_MAX + 2];
	int			 n;
};

static void
build_one(struct built *b, const struct ctl_option *o)
{
	struct option *to = &b->option[b->n];
	size_t len = strlen(b->letters);

	if (b->n == OPTIONS_MAX)
		return;
	to->name = o->name;
	to->has_arg = o->argument == NULL ? no_argument : *o->argument == '[' ? optional_argument : required_argument;
	to->val = 256 + b->n;
	if (o->letter != '\0') {
		b->letters[len++] = o->letter;
		for (int i = 0; i < to->has_arg; i++)
			b->letters[len++] = ':';
	}
	b->row[b->n++] = o;
}

static void
build(struct built *b, const struct ctl_command *c)
{
	memset(b, 0, sizeof(*b));
	b->letters[0] = ':';
	for (const struct ctl_option *o = c->options; o != NULL && o->name != NULL; o++)
		build_one(b, o);
	for (const struct ctl_option *o = ctl_common; o->name != NULL; o++)
		if (ctl_takes(c, o))
			build_one(b, o);
}

static const struct ctl_option *
row_of(const struct built *b, int value)
{
	if (value >= 256)
		return b->row[value - 256];
	for (int i = 0; i < b->n; i++)
		if (value != 0 && b->row[i]->letter == value)
			return b->row[i];
	return NULL;
}

static int
wrong(const struct ctl_command *self, const struct built *b, int option, char **argv)
{
	const struct ctl_option *o = row_of(b, optopt);

	if (option == ':' && o != NULL)
		return ctl_usage(self, "--%s takes %s", o->name, o->argument);
	if (o != NULL)
		return ctl_usage(self, "--%s takes no argument", o->name);
	if (optopt != 0 && isgraph(optopt))
		return ctl_usage(self, "there is no option -%c", optopt);
	return ctl_usage(self, "%s is no option here", argv[optind - 1]);
}

static void
take_common(struct ctl_where *where, int id, const char *value)
{
	if (id == -(int)CTL_CONFIG)
		where->config = value;
	else if (id == -(int)CTL_SOCKET)
		where->socket = value;
	else if (id == -(int)CTL_URL)
		where->url = value;
	else if (id == -(int)CTL_TOKEN)
		where->token_file = value;
}

int
ctl_parse(const struct ctl_command *self, int argc, char **argv, struct ctl_where *where,
    int (*take)(void *arg, int id, const char *value), void *arg, int *operand)
{
	struct built b;
	int option, result;

	build(&b, self);
	if (where != NULL)
		memset(where, 0, sizeof(*where));
	opterr = 0;
	optind = 0;
	while ((option = getopt_long(argc, argv, b.letters, b.option, NULL)) != -1) {
		const struct ctl_option *o = option == ':' || option == '?' ? NULL : row_of(&b, option);

		if (o == NULL)
			return wrong(self, &b, option, argv);
		if (o->id <= 0)
			take_common(where, o->id, optarg);
		else if ((result = take(arg, o->id, optarg)) != CTL_OK)
			return result;
	}
	*operand = optind;
	return CTL_OK;
}

static void
help_option(const struct ctl_option *o, FILE *to)
{
	const char *line = o->doc;
	char left[64];
	size_t len;

	snprintf(left, sizeof(left), "%c%c%s --%s%s%s", o->letter != '\0' ? '-' : ' ',
	    o->letter != '\0' ? o->letter : ' ', o->letter != '\0' ? "," : " ", o->name,
	    o->argument == NULL ? "" : *o->argument == '[' ? "=" : " ", o->argument == NULL ? "" : o->argument);
	for (;;) {
		len = strcspn(line, "\n");
		fprintf(to, "  %-*s %.*s\n", COLUMN, left, (int)len, line);
		left[0] = '\0';
		if (line[len] == '\0')
			return;
		line += len + 1;
	}
}

static void
help_all(FILE *to)
{
	fprintf(to, "usage: cmdrctl COMMAND [OPTION …] [ARGUMENT …]\n       cmdrctl --version\n\n");
	for (const struct ctl_command *c = ctl_commands; c->name != NULL; c++)
		fprintf(to, "  %-12s %s\n", c->name, c->summary);
	fprintf(to, "\n`cmdrctl help COMMAND` says more; cmdrctl(1) says all.\n");
}

void
ctl_help(const struct ctl_command *c, FILE *to)
{
	if (c == NULL) {
		help_all(to);
		return;
	}
	fprintf(to, "usage: cmdrctl %s [OPTION …] %s\n\n%s\n%s\n", c->name, c->usage, c->summary, c->doc);
	for (const struct ctl_option *o = c->options; o != NULL && o->name != NULL; o++)
		help_option(o, to);
	for (const struct ctl_option *o = ctl_common; o->name != NULL; o++)
		if (ctl_takes(c, o))
			help_option(o, to);
}

static void
complain(const struct ctl_command *self, const char *fmt, va_list ap)
{
	fflush(stdout);
	fprintf(stderr, "cmdrctl %s: ", self->name);
	vfprintf(stderr, fmt, ap);
	fprintf(stderr, "\n");
}

int
ctl_usage(const struct ctl_command *self, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain(self, fmt, ap);
	va_end(ap);
	fprintf(stderr, "usage: cmdrctl %s [OPTION …] %s\n", self->name, self->usage);
	return CTL_USAGE;
}

int
ctl_fail(const struct ctl_command *self, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain(self, fmt, ap);
	va_end(ap);
	return CTL_FAILED;
}
