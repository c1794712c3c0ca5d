/*
 * rules.c: the rules of auth.rules. See rules.h.
 */
#include <stdlib.h>
#include <string.h>

#include "access/rules.h"
#include "util/log.h"
#include "util/mem.h"

struct rules {
	struct config_rule	*rule;
	size_t			 n;
};

void
rules_subject(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		buf_putc(out, *text);
		if (*text != '\\' || text[1] == '\0')
			continue;
		text++;
		if (*text == ',' || *text == '+')
			buf_puts(out, *text == ',' ? "2C" : "2B");
		else
			buf_putc(out, *text);
	}
}

static void
take_subject(struct config_rule *rule)
{
	struct buf b = { 0 };

	if (strncmp(rule->principal, "cert:", 5) != 0)
		return;
	rules_subject(&b, rule->principal);
	free(rule->principal);
	rule->principal = xstrdup(buf_cstr(&b));
	buf_free(&b);
}

struct rules *
rules_new(const struct config_list *items)
{
	struct rules *r = xcalloc(1, sizeof(*r));
	const char *why;

	r->rule = xcalloc(items->count + 1, sizeof(*r->rule));
	for (size_t i = 0; i < items->count; i++) {
		/* The configuration holds none that cannot be read. */
		if ((why = config_rule_read(items->item[i], &r->rule[i])) != NULL)
			fatalx("auth.rules: %s", why);
		take_subject(&r->rule[i]);
		r->n++;
	}
	return r;
}

void
rules_free(struct rules *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->n; i++)
		config_rule_free(&r->rule[i]);
	free(r->rule);
	free(r);
}

/* Where the rest does not match, only the last star can have taken too little: no other place need be tried again. */
bool
rules_match(const char *pattern, const char *text, size_t len)
{
	const char *end = text + len, *star = NULL, *from = NULL;

	while (text < end) {
		if (*pattern == '*') {
			star = pattern++;
			from = text;
		} else if (*pattern != '\0' && *pattern == *text) {
			pattern++;
			text++;
		} else if (star != NULL) {
			pattern = star + 1;
			text = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

const struct config_rule *
rules_find(const struct rules *r, const char *principal)
{
	bool anonymous = strcmp(principal, RULES_ANONYMOUS) == 0;
	size_t len = strlen(principal);

	for (size_t i = 0; i < r->n; i++)
		if (anonymous ? strcmp(r->rule[i].principal, principal) == 0 :
		    rules_match(r->rule[i].principal, principal, len))
			return &r->rule[i];
	return NULL;
}

static bool
any(const struct config_list *patterns, const char *text, size_t len)
{
	for (size_t i = 0; i < patterns->count; i++)
		if (rules_match(patterns->item[i], text, len))
			return true;
	return false;
}

bool
rules_send(const struct config_rule *rule, const char *action, size_t len)
{
	return any(&rule->send, action, len);
}

bool
rules_schema(const struct config_rule *rule, const char *action, size_t len)
{
	return any(&rule->schemas, action, len);
}

bool
rules_read(const struct config_rule *rule, unsigned bits)
{
	return (rule->read & bits) == bits;
}
