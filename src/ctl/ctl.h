/*
 * ctl.h: what a command of cmdrctl is: a row of commands.c's table, with a
 * table of options. Help, completion and the manual page are made from them.
 */
#ifndef CTL_CTL_H
#define CTL_CTL_H

#include <stdbool.h>
#include <stdio.h>

/* What a command ends with. */
enum {
	CTL_OK		= 0,
	CTL_FAILED	= 1,	/* it was tried and did not work */
	CTL_USAGE	= 2,	/* it was asked wrongly; nothing was done */
	CTL_UNKNOWN	= 3,	/* nobody knows whether it worked */
};

/* What an option or an operand may be, for completion: words with blanks between them, or one of these. */
#define CTL_FILE	"@file"
#define CTL_TYPES	"@types"	/* names of codecs */
#define CTL_WRITTEN	"@written"	/* of those that can be written */
#define CTL_COMMANDS	"@commands"	/* of cmdrctl */

struct ctl_option {
	int		 id;
	char		 letter;	/* '\0': none */
	const char	*name;		/* NULL ends a table */
	const char	*argument;	/* NULL: it takes none; "[X]": it may take one, as --name=X */
	const char	*words;		/* what the argument may be, or NULL */
	const char	*doc;		/* no full stop; several lines have newlines */
};

/* Where the daemon is. Ids of these are negative: commands count from 1. */
#define CTL_CONFIG	0x1u	/* -f */
#define CTL_SOCKET	0x2u	/* --socket */
#define CTL_URL		0x4u	/* --url */
#define CTL_TOKEN	0x8u	/* --token-file */
#define CTL_HTTP	(CTL_URL | CTL_TOKEN)

struct ctl_where {
	const char	*config, *socket, *url, *token_file;	/* NULL: not said */
};

struct ctl_command {
	const char			*name;
	const char			*usage;		/* operands and options that must be */
	const char			*words;		/* what its first operand may be, or NULL */
	const char			*summary;	/* a line, with its full stop */
	const char			*doc;		/* what else is to say, lines; may be "" */
	const struct ctl_option		*options;	/* NULL: none of its own */
	unsigned			 where;		/* CTL_CONFIG … that it takes */
	/* argv[0] is the command's name. Returns one of the above. */
	int				(*run)(const struct ctl_command *self, int argc, char **argv);
};

extern const struct ctl_command ctl_commands[];	/* the last has no name */
extern const struct ctl_option	ctl_common[];	/* ids are -CTL_CONFIG …; 0: in every command */

/* By name; NULL. */
const struct ctl_command *ctl_find(const char *name);
/* Is this common option one of the command's? */
bool	ctl_takes(const struct ctl_command *c, const struct ctl_option *common);

/*
 * Read the options: the common ones into where (NULL where there are none), each other by take(arg, id, value), which
 * returns CTL_OK or what to end with. CTL_OK: operands begin at *operand. Wrong ones were told.
 */
int	ctl_parse(const struct ctl_command *self, int argc, char **argv, struct ctl_where *where,
	    int (*take)(void *arg, int id, const char *value), void *arg, int *operand);
/* All about a command. */
void	ctl_help(const struct ctl_command *c, FILE *to);
/* Say on stderr what was asked wrongly in a command, and how to ask. Returns CTL_USAGE. */
int	ctl_usage(const struct ctl_command *self, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Say on stderr why a command failed. Returns CTL_FAILED. */
int	ctl_fail(const struct ctl_command *self, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The commands, each in the file of its name. */
int	completion_run(const struct ctl_command *self, int argc, char **argv);
int	convert_run(const struct ctl_command *self, int argc, char **argv);
int	decode_run(const struct ctl_command *self, int argc, char **argv);
int	get_run(const struct ctl_command *self, int argc, char **argv);
int	index_run(const struct ctl_command *self, int argc, char **argv);
int	ready_run(const struct ctl_command *self, int argc, char **argv);
int	reload_run(const struct ctl_command *self, int argc, char **argv);
int	schema_run(const struct ctl_command *self, int argc, char **argv);
int	send_run(const struct ctl_command *self, int argc, char **argv);
int	status_run(const struct ctl_command *self, int argc, char **argv);
int	stop_run(const struct ctl_command *self, int argc, char **argv);
int	token_run(const struct ctl_command *self, int argc, char **argv);
int	tail_run(const struct ctl_command *self, int argc, char **argv);
int	undecodable_run(const struct ctl_command *self, int argc, char **argv);

extern const struct ctl_option convert_options[];
extern const struct ctl_option decode_options[];
extern const struct ctl_option get_options[];
extern const struct ctl_option index_options[];
extern const struct ctl_option schema_options[];
extern const struct ctl_option send_options[];
extern const struct ctl_option status_options[];
extern const struct ctl_option stop_options[];
extern const struct ctl_option tail_options[];
extern const struct ctl_option token_options[];
extern const struct ctl_option undecodable_options[];

#endif
