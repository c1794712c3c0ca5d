/*
 * config_rule.c: one rule of auth.rules. See config_rule.h. The line is
 * "send=a,b read=commands schemas=a rate=9 principal=whatever follows": the
 * principal stands last, as nothing ends it but the line.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/config_rule.h"
#include "util/mem.h"

#define PRINCIPAL_MAX	512
#define PATTERN_MAX	255
#define PATTERNS_MAX	256
#define RATE_MAX	1000000

enum member { SEND, READ, SCHEMAS, RATE, PRINCIPAL, MEMBERS };

static const char *const members[MEMBERS] = {
	[SEND] = "send", [READ] = "read", [SCHEMAS] = "schemas", [RATE] = "rate", [PRINCIPAL] = "principal",
};

static const struct {
	const char	*word;
	unsigned	 bits;
} reads[] = {
	{ "commands", CONFIG_READ_COMMANDS }, { "events", CONFIG_READ_EVENTS }, { "schemas", CONFIG_READ_SCHEMAS },
	{ "metrics", CONFIG_READ_METRICS }, { "*", CONFIG_READ_ALL },
};

static unsigned
read_bits(const char *word, size_t len)
{
	for (size_t i = 0; i < sizeof(reads) / sizeof(reads[0]); i++)
		if (strlen(reads[i].word) == len && memcmp(reads[i].word, word, len) == 0)
			return reads[i].bits;
	return 0;
}

static int
rate_of(const char *text)
{
	long n = strtol(text, NULL, 10);

	if (text[0] == '\0' || strlen(text) > 7 || strspn(text, "0123456789") != strlen(text) || n > RATE_MAX)
		return -1;
	return (int)n;
}

/* Can there be such a principal? "billing" in place of "token:billing" would be about nobody. */
static bool
names_someone(const char *pattern)
{
	static const char *const kinds[] = { "token:", "jwt:", "cert:" };
	size_t star = strcspn(pattern, "*");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t len = strlen(kinds[i]);

		if (strncmp(pattern, kinds[i], star < len ? star : len) == 0 && (star >= len || pattern[star] == '*'))
			return true;
	}
	return strcmp(pattern, "anonymous") == 0;
}

/* What a member's value must be. */
static const char *
wrong(enum member m, const char *value)
{
	size_t len = strlen(value);

	switch (m) {
	case SEND:
	case SCHEMAS:
		if (len == 0 || len > PATTERN_MAX || strcspn(value, " ,\t") != len || value[0] == ':')
			return "a pattern of actions has 1 to 255 characters and neither blanks nor commas, such as invoice/*";
		return NULL;
	case READ:
		return read_bits(value, len) != 0 ? NULL : "what can be read is commands, events, schemas, metrics or *";
	case RATE:
		return rate_of(value) >= 0 ? NULL : "a rate is a whole number of requests a second, 0 (none) to 1000000";
	default:
		return len <= PRINCIPAL_MAX && names_someone(value) ? NULL :
		    "a principal begins with token:, jwt: or cert: or a star, or is anonymous, and has at most 512 characters";
	}
}

/* MEMBERS: there is none of this name. */
static int
member_of(const char *name)
{
	int m = 0;

	while (m < MEMBERS && strcmp(members[m], name) != 0)
		m++;
	return m;
}

bool
config_rule_has(const struct config_rule_text *t, const char *name)
{
	int m = member_of(name);

	return m < MEMBERS && t->member[m].len > 0;
}

const char *
config_rule_add(struct config_rule_text *t, const char *name, const char *value)
{
	struct buf *b;
	int m = member_of(name);

	if (m == MEMBERS)
		return "a rule has principal, send, read, schemas and rate";
	/* Clojure's spelling of an action. */
	if ((m == SEND || m == SCHEMAS) && value[0] == ':')
		value++;
	if (wrong((enum member)m, value) != NULL)
		return wrong((enum member)m, value);
	b = &t->member[m];
	if (b->len > 0 && (m == RATE || m == PRINCIPAL))
		return "it can stand once in a rule";
	buf_printf(b, "%s%s", b->len > 0 ? "," : "", value);
	return NULL;
}

const char *
config_rule_end(struct config_rule_text *t, struct buf *out)
{
	const char *why = t->member[PRINCIPAL].len > 0 ? NULL : "a rule needs a principal";

	for (int m = 0; m < MEMBERS; m++) {
		if (why == NULL && t->member[m].len > 0)
			buf_printf(out, "%s%s=%s", out->len > 0 ? " " : "", members[m], buf_cstr(&t->member[m]));
		buf_free(&t->member[m]);
	}
	return why;
}

static const char *
take_pattern(struct config_list *list, const char *text, size_t len)
{
	if (list->count == PATTERNS_MAX)
		return "a rule has at most 256 patterns of a kind";
	list->item = xreallocarray(list->item, list->count + 1, sizeof(*list->item));
	list->item[list->count++] = xstrndup(text, len);
	return NULL;
}

/* The items of one member. */
static const char *
take_items(struct config_rule *r, enum member m, char *value)
{
	const char *why = NULL;
	char *item;

	while (why == NULL && (item = strsep(&value, ",")) != NULL) {
		if ((why = wrong(m, item)) != NULL)
			break;
		if (m == SEND)
			why = take_pattern(&r->send, item, strlen(item));
		else if (m == SCHEMAS)
			why = take_pattern(&r->schemas, item, strlen(item));
		else if (m == READ)
			r->read |= read_bits(item, strlen(item));
		else
			r->rate = rate_of(item);
	}
	return why;
}

static const char *
read_members(char *line, struct config_rule *out)
{
	const char *why = NULL;
	char *eq, *end;

	while (why == NULL && strncmp(line, "principal=", 10) != 0) {
		int m = 0;

		if ((eq = strchr(line, '=')) == NULL || (end = strchr(line, ' ')) == NULL || end < eq)
			return "a rule is a map of principal, send, read, schemas and rate";
		*eq = *end = '\0';
		while (m < PRINCIPAL && strcmp(members[m], line) != 0)
			m++;
		if (m == PRINCIPAL)
			return "a rule has principal, send, read, schemas and rate";
		why = take_items(out, (enum member)m, eq + 1);
		line = end + 1;
	}
	if (why == NULL && (why = wrong(PRINCIPAL, line + 10)) == NULL)
		out->principal = xstrdup(line + 10);
	return why;
}

const char *
config_rule_read(const char *line, struct config_rule *out)
{
	char *copy = xstrdup(line);
	const char *why;

	memset(out, 0, sizeof(*out));
	out->rate = CONFIG_RULE_RATE_UNSET;
	if ((why = read_members(copy, out)) != NULL)
		config_rule_free(out);
	free(copy);
	return why;
}

static void
free_list(struct config_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->item[i]);
	free(list->item);
}

void
config_rule_free(struct config_rule *r)
{
	free(r->principal);
	free_list(&r->send);
	free_list(&r->schemas);
	memset(r, 0, sizeof(*r));
}
