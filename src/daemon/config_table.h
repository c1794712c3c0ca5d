/*
 * config_table.h: the rows behind struct config, for the files that read,
 * write and document it. Nothing outside config_*.c and the generator of the
 * documentation includes this; the rest of the daemon reads the struct.
 */
#ifndef DAEMON_CONFIG_TABLE_H
#define DAEMON_CONFIG_TABLE_H

#include <stdbool.h>

#include "daemon/config.h"

enum config_type {
	CONFIG_STRING,		/* char * */
	CONFIG_INT,		/* int */
	CONFIG_SIZE,		/* size_t, bytes: 8KiB */
	CONFIG_DURATION,	/* int64_t, milliseconds: 500ms, 5s */
	CONFIG_ENUM,		/* int, the value of a word */
	CONFIG_LIST,		/* struct config_list of strings */
	CONFIG_MAP,		/* struct config_map of strings */
};

struct config_enum {
	const char	*word;
	int		 value;
};

/* Looks at one string (for a map: at a pair). NULL, or what is wrong, as a sentence's end. */
typedef const char *(*config_check)(const char *name, const char *value);

struct config_key {
	const char			*name;
	enum config_type		 type;
	size_t				 offset;
	int64_t				 min, max;	/* of a number, a string's bytes, a count */
	const char			*def;		/* as in the file; a list's only item */
	unsigned			 audience;	/* ROLE_BITs of who may hold it */
	const struct config_enum	*words;
	config_check			 check;
	const char			*expects;	/* what a checked string must be */
	bool				 maps;		/* items are maps in the file: config_rule.h */
	const char			*doc;		/* sentences, without an end of line */
};

/* "http", and what its keys are about. */
struct config_section {
	const char	*name;
	const char	*doc;
	const char	*alone;	/* the key that a single value in the section's place is for; NULL: none */
};

/* In the order in which they are documented: those of a section stand together. */
extern const struct config_key		config_keys[];
extern const size_t			config_nkeys;
extern const struct config_section	config_sections[];
extern const size_t			config_nsections;

/* Where a key's value came from, for the checks that come after the reading; one for each row. */
struct config_place {
	int		 line, column;	/* in the file; 0 = not there */
	const char	*env;		/* the variable, or NULL */
};

/* By dotted name; NULL if there is none. */
const struct config_key *config_key_find(const char *name);
/* The index of a section in config_sections, or -1. */
int	 config_section_find(const char *name);
/* The dotted name nearest to the one given, or NULL if none resembles it. */
const char *config_nearest(const char *name);

#endif
