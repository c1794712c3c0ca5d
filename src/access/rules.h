/*
 * rules.h: the rules of auth.rules, ready to be asked: what a principal may
 * send, read and write schemas of.
 */
#ifndef ACCESS_RULES_H
#define ACCESS_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/config_rule.h"

/* The principal of who says nothing. Only a rule that names it in full is about it. */
#define RULES_ANONYMOUS	"anonymous"

struct rules;

/* items: each what config_rule_read takes, as struct config holds them. */
struct rules *rules_new(const struct config_list *items);
void	rules_free(struct rules *r);
/* The first whose principal matches; NULL: none, so nothing is allowed. */
const struct config_rule *rules_find(const struct rules *r, const char *principal);

/* May it? action without its colon, as in "invoice/create". */
bool	rules_send(const struct config_rule *rule, const char *action, size_t len);
bool	rules_schema(const struct config_rule *rule, const char *action, size_t len);
/* All of these CONFIG_READ bits? */
bool	rules_read(const struct config_rule *rule, unsigned bits);

/*
 * A certificate's subject, or a pattern of some, as rules compare it, appended: a comma or plus within a value is \2C, \2B
 * (RFC 4514 2.4 lets both be spelled so), and one that stands by itself parts names. So no value passes for several.
 */
void	rules_subject(struct buf *out, const char *text);

/* Does text match a pattern in which * is any text, also none? Takes time of the product of their lengths at most. */
bool	rules_match(const char *pattern, const char *text, size_t len);

#endif
