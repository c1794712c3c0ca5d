/*
 * completion.c: cmdrctl completion: what a shell needs to complete a command
 * line, made from the tables of commands and options.
 */
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"
#include "value/codec.h"

/* The words of a words column, each behind a blank. */
static void
words(const char *spec)
{
	if (strcmp(spec, CTL_TYPES) == 0 || strcmp(spec, CTL_WRITTEN) == 0) {
		for (size_t i = 0; i < codecs_count; i++)
			if (codecs[i].write != NULL || strcmp(spec, CTL_TYPES) == 0)
				printf(" %s", codecs[i].name);
	} else if (strcmp(spec, CTL_COMMANDS) == 0) {
		for (const struct ctl_command *c = ctl_commands; c->name != NULL; c++)
			printf(" %s", c->name);
	} else {
		printf(" %s", spec);
	}
}

static bool
is_file(const char *spec)
{
	return spec != NULL && strcmp(spec, CTL_FILE) == 0;
}

/* Each option of a command, its own first. */
static void
each_option(const struct ctl_command *c, void (*print)(const struct ctl_option *))
{
	for (const struct ctl_option *o = c->options; o != NULL && o->name != NULL; o++)
		print(o);
	for (const struct ctl_option *o = ctl_common; o->name != NULL; o++)
		if (ctl_takes(c, o))
			print(o);
}

static void
bash_option(const struct ctl_option *o)
{
	if (o->letter != '\0')
		printf(" -%c", o->letter);
	printf(" --%s%s", o->name, o->argument != NULL && *o->argument == '[' ? "=" : "");
}

/* What completes the word behind an option that takes one. */
static void
bash_argument(const struct ctl_option *o)
{
	if (o->argument == NULL || *o->argument == '[')
		return;
	printf("\t");
	if (o->letter != '\0')
		printf("-%c | ", o->letter);
	printf("--%s) ", o->name);
	if (is_file(o->words)) {
		printf("compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")");
	} else if (o->words != NULL) {
		printf("mapfile -t COMPREPLY < <(compgen -W '");
		words(o->words);
		printf("' -- \"$cur\")");
	} else {
		printf(":");
	}
	printf("; return ;;\n");
}

static void
bash_command(const struct ctl_command *c)
{
	printf("_cmdrctl_%s() {\n\tcase $prev in\n", c->name);
	each_option(c, bash_argument);
	printf("\tesac\n\tif [[ $cur == -* ]]; then\n\t\tmapfile -t COMPREPLY < <(compgen -W '");
	each_option(c, bash_option);
	printf("' -- \"$cur\")\n");
	if (c->words != NULL) {
		printf("\telse\n\t\tmapfile -t COMPREPLY < <(compgen -W '");
		words(c->words);
		printf("' -- \"$cur\")\n");
	}
	printf("\tfi\n}\n\n");
}

static void
bash(void)
{
	printf("# bash completion for cmdrctl(1), made by `cmdrctl completion bash`\n\n");
	for (const struct ctl_command *c = ctl_commands; c->name != NULL; c++)
		bash_command(c);
	printf("_cmdrctl() {\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	    "\tCOMPREPLY=()\n\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n"
	    "\t\tmapfile -t COMPREPLY < <(compgen -W '");
	words(CTL_COMMANDS);
	printf(" --help --version' -- \"$cur\")\n"
	    "\telif declare -F \"_cmdrctl_${COMP_WORDS[1]}\" >/dev/null; then\n"
	    "\t\t\"_cmdrctl_${COMP_WORDS[1]}\"\n\tfi\n}\n\ncomplete -F _cmdrctl cmdrctl\n");
}

/* Within single quotes and an _arguments specification. */
static void
zsh_text(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			printf("'\\''");
		else if (*text == '\n')
			putchar(' ');
		else if (strchr("[]:\\", *text) != NULL)
			printf("\\%c", *text);
		else
			putchar(*text);
	}
}

static void
zsh_action(const char *spec)
{
	if (is_file(spec)) {
		printf("_files");
	} else if (spec != NULL) {
		printf("(");
		words(spec);
		printf(")");
	}
}

static void
zsh_option(const struct ctl_option *o)
{
	const char *style = o->argument == NULL ? "" : *o->argument == '[' ? "=-" : "=";

	printf(" \\\n\t\t\t");
	if (o->letter != '\0')
		printf("'(-%c --%s)'{-%c%s,--%s%s}'", o->letter, o->name, o->letter, o->argument != NULL ? "+" : "",
		    o->name, style);
	else
		printf("'--%s%s", o->name, style);
	printf("[");
	zsh_text(o->doc);
	printf("]");
	if (o->argument != NULL) {
		printf("%s", *o->argument == '[' ? "::" : ":");
		zsh_text(o->argument);
		printf(":");
		zsh_action(o->words);
	}
	printf("'");
}

static void
zsh_command(const struct ctl_command *c)
{
	printf("\t\t%s)\n\t\t_arguments", c->name);
	each_option(c, zsh_option);
	if (c->words != NULL) {
		printf(" \\\n\t\t\t'1:");
		zsh_text(c->usage);
		printf(":");
		zsh_action(c->words);
		printf("'");
	} else if (*c->usage != '\0') {
		printf(" \\\n\t\t\t'*:");
		zsh_text(c->usage);
		printf(":'");
	}
	printf("\n\t\t;;\n");
}

static void
zsh(void)
{
	printf("#compdef cmdrctl\n# zsh completion for cmdrctl(1), made by `cmdrctl completion zsh`\n\n"
	    "_cmdrctl() {\n\tlocal curcontext=$curcontext state line\n\tlocal -a commands\n\tcommands=(\n");
	for (const struct ctl_command *c = ctl_commands; c->name != NULL; c++) {
		printf("\t\t'%s:", c->name);
		zsh_text(c->summary);
		printf("'\n");
	}
	printf("\t)\n\t_arguments -C '(- *)'{-h,--help}'[say what there is]' '(- *)--version[print the version]' \\\n"
	    "\t\t'1:command:->command' '*::argument:->argument'\n"
	    "\tcase $state in\n\tcommand) _describe command commands ;;\n\targument)\n\t\tcase $words[1] in\n");
	for (const struct ctl_command *c = ctl_commands; c->name != NULL; c++)
		zsh_command(c);
	printf("\t\tesac\n\t\t;;\n\tesac\n}\n\n_cmdrctl \"$@\"\n");
}

int
completion_run(const struct ctl_command *self, int argc, char **argv)
{
	static const struct {
		const char	*name;
		void		(*print)(void);
	} shells[] = { { "bash", bash }, { "zsh", zsh } };
	int operand, result;

	if ((result = ctl_parse(self, argc, argv, NULL, NULL, NULL, &operand)) != CTL_OK)
		return result;
	for (size_t i = 0; operand + 1 == argc && i < sizeof(shells) / sizeof(shells[0]); i++)
		if (strcmp(argv[operand], shells[i].name) == 0) {
			shells[i].print();
			return CTL_OK;
		}
	return ctl_usage(self, "expected bash or zsh");
}
