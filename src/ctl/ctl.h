/*
 * ctl.h: a command of cmdrctl, as main.c's table has it.
 */
#ifndef CTL_CTL_H
#define CTL_CTL_H

/* What a command ends with. */
enum {
	CTL_OK		= 0,
	CTL_FAILED	= 1,	/* it was tried and did not work */
	CTL_USAGE	= 2,	/* it was asked wrongly; nothing was done */
};

struct ctl_command {
	const char	*name;
	const char	*usage;		/* the arguments */
	const char	*doc;		/* one line, then what else is to say, each line ended */
	/* argv[0] is the command's name. Returns one of the above. */
	int		(*run)(int argc, char **argv);
};

extern const struct ctl_command ctl_commands[];

/* Say on stderr what was asked wrongly in a command, and how to ask. Returns CTL_USAGE. */
int	ctl_usage(const char *command, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Say on stderr why a command failed. Returns CTL_FAILED. */
int	ctl_fail(const char *command, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The commands, each in the file of its name. */
int	convert_run(int argc, char **argv);
extern const char convert_doc[];

#endif
