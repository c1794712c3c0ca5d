/*
 * commands.c: the commands of cmdrctl, one row each, and help about them. What
 * a command does stands in the file of its name.
 */
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"

static int	help_run(const struct ctl_command *self, int argc, char **argv);

const struct ctl_command ctl_commands[] = {
	{ "status", "", NULL, "How every process, Kafka and the index are.",
	    "Rates are per second, over one second or the interval of --watch.\n",
	    status_options, CTL_CONFIG | CTL_SOCKET, status_run },
	{ "ready", "", NULL, "Whether a command can be taken now.",
	    "Prints the checks of /ready, which a load balancer asks, and the processes\n"
	    "that do not run. Ends with 0 when it is ready, else with 1.\n",
	    NULL, CTL_CONFIG | CTL_SOCKET | CTL_HTTP, ready_run },
	{ "reload", "", NULL, "Have the configuration read anew, and wait for what becomes of it.",
	    "A file that is not good changes nothing; what is wrong with it is printed.\n",
	    NULL, CTL_CONFIG | CTL_SOCKET, reload_run },
	{ "stop", "", NULL, "Stop cmdrd, and wait until it is gone.",
	    "Requests in flight are finished first, for at most shutdown.grace.\n",
	    stop_options, CTL_CONFIG | CTL_SOCKET, stop_run },
	{ "send", "ACTION [KEY=VALUE … | -]", NULL, "Send a command and print the answer.",
	    "KEY=VALUE is a string of the command's data, KEY:=VALUE a value written in\n"
	    "JSON; with - the data are a document of --type on standard input. Ends with 0\n"
	    "for an answer 2xx, with 3 where the outcome is unknown, else with 1.\n",
	    send_options, CTL_CONFIG | CTL_HTTP, send_run },
	{ "get", "ID", NULL, "Print a command or an event.",
	    "The answer is cmdrd's: its index must have it.\n",
	    get_options, CTL_CONFIG | CTL_HTTP, get_run },
	{ "schema", "list|get ACTION|put ACTION FILE|delete ACTION|check FILE", "list get put delete check",
	    "Schemas of commands: what holds, another one, and a try before that.",
	    "check asks nobody: it compares the command on standard input with the schema in\n"
	    "FILE, and prints the data with the types that the schema gives them. FILE - is\n"
	    "standard input, for put.\n",
	    schema_options, CTL_CONFIG | CTL_HTTP, schema_run },
	{ "tail", "commands|events", "commands events", "Print what happens on a topic, as it happens.",
	    "One record a line. A stream that breaks is taken up where it stood. With --kafka\n"
	    "the servers, properties and secrets of the configuration are used; partitions\n"
	    "that are added meanwhile are not seen.\n",
	    tail_options, CTL_CONFIG | CTL_SOCKET | CTL_HTTP, tail_run },
	{ "token", "NAME", NULL, "Make a bearer token, and the line for it in auth.tokens.",
	    "The token is printed once and kept nowhere; the line holds its hash. With --file\n"
	    "the line is appended there and the token alone is printed. cmdrd knows it after\n"
	    "a reload. The principal is token:NAME; a name may have several tokens.\n",
	    token_options, 0, token_run },
	{ "undecodable", "", NULL, "List records that are no commands and no events.",
	    "They are kept in the index, which root and the members of cmdrd's group can\n"
	    "read. The newest come last.\n",
	    undecodable_options, CTL_CONFIG, undecodable_run },
	{ "index", "check|rebuild", "check rebuild", "Check the index, or have it made anew.",
	    "check reads the whole file, which takes a while; it does not disturb cmdrd.\n"
	    "rebuild sets the index aside and makes another from the topics; reads know only\n"
	    "what has been indexed again, until it has caught up.\n",
	    index_options, CTL_CONFIG | CTL_SOCKET, index_run },
	{ "decode", "[HEX …]", NULL, "Print what the bytes of a record say.",
	    "The bytes are hexadecimal arguments, or those of --file or standard input,\n"
	    "there as they are or in hexadecimal digits.\n",
	    decode_options, 0, decode_run },
	{ "convert", "--from TYPE --to TYPE", NULL,
	    "Convert documents from one media type to another, stdin to stdout.",
	    "The types are json, edn, transit-json, transit-json-verbose, transit-msgpack,\n"
	    "fressian and form (from only). A document has at most 64 MiB and nests at most\n"
	    "256 deep. Ends with 1 if a document could not be converted.\n",
	    convert_options, 0, convert_run },
	{ "completion", "bash|zsh", "bash zsh", "Print the completion script of a shell.",
	    "", NULL, 0, completion_run },
	{ "help", "[COMMAND]", CTL_COMMANDS, "Say what the commands are, or all about one.",
	    "", NULL, 0, help_run },
	{ .name = NULL },
};

const struct ctl_command *
ctl_find(const char *name)
{
	for (const struct ctl_command *c = ctl_commands; c->name != NULL; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

static int
help_run(const struct ctl_command *self, int argc, char **argv)
{
	const struct ctl_command *c;

	if (argc > 2)
		return ctl_usage(self, "one command at a time");
	if (argc < 2) {
		ctl_help(NULL, stdout);
		return CTL_OK;
	}
	if ((c = ctl_find(argv[1])) == NULL)
		return ctl_usage(self, "there is no command %s", argv[1]);
	ctl_help(c, stdout);
	return CTL_OK;
}
