/*
 * config_value.h: one value of the configuration from text and back again:
 * units, bounds, words, lists and maps. Knows nothing of files and lines.
 */
#ifndef DAEMON_CONFIG_VALUE_H
#define DAEMON_CONFIG_VALUE_H

#include "daemon/config_table.h"

/* What a value should have been and what it was, the end of a sentence. */
struct config_why {
	char	text[512];
};

/* No value at all: 0, "" and empty. c need not be initialised. */
void	config_value_clear(struct config *c);
/* Free what key holds and leave it empty. */
void	config_value_free(struct config *c, const struct config_key *key);
/*
 * The value that text spells (not for lists and maps). 0, or -1 with *why
 * filled and the value as it was.
 */
int	config_value_set(struct config *c, const struct config_key *key, const char *text,
	    struct config_why *why);
/* One more item of a list (name NULL) or pair of a map. As above. */
int	config_value_add(struct config *c, const struct config_key *key, const char *name,
	    const char *value, struct config_why *why);
/* Whether a list or map has as many items as it must. */
int	config_value_count(const struct config *c, const struct config_key *key,
	    struct config_why *why);
/* Put from's list or map in the place of c's. */
void	config_value_move(struct config *c, struct config *from, const struct config_key *key);
/* The text of a value (not of a list or map) in the form that config_value_set takes. */
void	config_value_format(const struct config *c, const struct config_key *key, struct buf *out);
/* "a size from 1KiB to 64MiB, such as 8KiB": what the key's row asks for. */
void	config_value_expects(const struct config_key *key, struct buf *out);

/* The field itself, by type. */
const struct config_list *config_value_list(const struct config *c, const struct config_key *key);
const struct config_map *config_value_map(const struct config *c, const struct config_key *key);

#endif
