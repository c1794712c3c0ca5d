/*
 * config_rule.h: one rule of auth.rules: whom it is about, and what they may
 * do. In the file a rule is a map; in struct config, and on its way to the
 * workers, it is one line of text, which is made and read here.
 */
#ifndef DAEMON_CONFIG_RULE_H
#define DAEMON_CONFIG_RULE_H

#include <stdbool.h>

#include "daemon/config.h"
#include "util/buf.h"

/* What may be read. */
#define CONFIG_READ_COMMANDS	0x1u
#define CONFIG_READ_EVENTS	0x2u
#define CONFIG_READ_SCHEMAS	0x4u
#define CONFIG_READ_METRICS	0x8u
#define CONFIG_READ_ALL		0xfu

#define CONFIG_RULE_RATE_UNSET	(-1)

struct config_rule {
	char			*principal;	/* a pattern: * is any text */
	struct config_list	 send;		/* patterns of actions */
	struct config_list	 schemas;	/* patterns of the actions whose schemas may be written */
	unsigned		 read;		/* CONFIG_READ bits */
	int			 rate;		/* requests a second; 0: no limit; CONFIG_RULE_RATE_UNSET: limits.principal_rate */
};

/* The text of a rule while its members come, each once or several times (the items of a list). */
struct config_rule_text {
	struct buf	member[5];
};

/* Has this member come? */
bool	config_rule_has(const struct config_rule_text *t, const char *name);
/* NULL, or what is wrong with the member, as a sentence's end. Free the text by config_rule_end in any case. */
const char *config_rule_add(struct config_rule_text *t, const char *name, const char *value);
/* The line, appended to out. NULL, or what is missing. */
const char *config_rule_end(struct config_rule_text *t, struct buf *out);

/* Read a line. NULL and *out, which config_rule_free gives back; or what is wrong with it, and nothing to free. */
const char *config_rule_read(const char *line, struct config_rule *out);
void	config_rule_free(struct config_rule *r);

#endif
