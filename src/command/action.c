/*
 * action.c: which keywords may name an action. See action.h.
 */
#include <string.h>

#include "command/action.h"
#include "command/command.h"

/* ASCII letters and digits aside, what a part may hold. */
static const char punctuation[] = ".*+!-_?$%&=<>#'";

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_part_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) ||
	    (c != '\0' && strchr(punctuation, c) != NULL);
}

/* A number, or a dispatch sign, is what a reader would see first. */
static bool
starts_well(const char *s, size_t len)
{
	if (is_digit(s[0]) || s[0] == '#')
		return false;
	if (len > 1 && (s[0] == '.' || s[0] == '+' || s[0] == '-') && is_digit(s[1]))
		return false;
	return true;
}

static const char *
part_fault(struct arena *a, const char *which, const char *s, size_t len)
{
	if (len == 0)
		return arena_printf(a, "the %s of an action must not be empty", which);
	for (size_t i = 0; i < len; i++)
		if (!is_part_char(s[i]))
			return arena_printf(a, "byte %zu of the action's %s may not stand in an action: "
			    "use letters, digits and %s", i + 1, which, punctuation);
	if (!starts_well(s, len))
		return arena_printf(a, "the %s of an action must not begin like a number or with #", which);
	return NULL;
}

static size_t
spelling_len(const struct value_name *n)
{
	return n->ns == NULL ? n->name_len : (size_t)n->ns_len + 1 + n->name_len;
}

const char *
action_fault(struct arena *a, const struct value_name *n)
{
	const char *first = n->ns != NULL ? n->ns : n->name, *fault;
	size_t first_len = n->ns != NULL ? n->ns_len : n->name_len;

	if (spelling_len(n) > COMMAND_ACTION_MAX)
		return arena_printf(a, "an action is %d bytes long at most; this one is %zu",
		    COMMAND_ACTION_MAX, spelling_len(n));
	if (first_len > 0 && first[0] == ':')
		return "leave the colon out: it is how EDN marks a keyword, not a part of its name";
	if (n->ns != NULL && memchr(n->name, '/', n->name_len) != NULL)
		return "an action has one slash at most: namespace/name";
	if (n->ns != NULL && (fault = part_fault(a, "namespace", n->ns, n->ns_len)) != NULL)
		return fault;
	return part_fault(a, "name", n->name, n->name_len);
}

size_t
action_spell(const struct value_name *n, char *out)
{
	size_t len = 0;

	if (n->ns != NULL) {
		memcpy(out, n->ns, n->ns_len);
		len = n->ns_len;
		out[len++] = '/';
	}
	memcpy(out + len, n->name, n->name_len);
	return len + n->name_len;
}
