/*
 * prefer.c: the Prefer field. See prefer.h.
 */
#include <string.h>

#include "worker/guard_head.h"
#include "worker/prefer.h"

/* To the end of an element: the next of the given characters outside of a quoted string. */
static size_t
element_end(const char *s, size_t len, size_t at, const char *ends)
{
	bool quoted = false;

	for (; at < len; at++) {
		if (s[at] == '\\' && quoted)
			at++;
		else if (s[at] == '"')
			quoted = !quoted;
		else if (!quoted && strchr(ends, s[at]) != NULL)
			break;
	}
	return at < len ? at : len;
}

static void
trim(const char *s, size_t *from, size_t *to)
{
	while (*from < *to && (s[*from] == ' ' || s[*from] == '\t'))
		(*from)++;
	while (*to > *from && (s[*to - 1] == ' ' || s[*to - 1] == '\t'))
		(*to)--;
}

static void
take_wait(struct prefer *out, const char *s, size_t len)
{
	int64_t n = 0;

	if (len == 0)
		return;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return;
		if (n < PREFER_WAIT_MAX)
			n = n * 10 + (s[i] - '0');
	}
	out->wait = true;
	out->wait_s = n < PREFER_WAIT_MAX ? n : PREFER_WAIT_MAX;
}

/* NAME or NAME=VALUE; a value may be quoted. */
static void
take(struct prefer *out, const char *s, size_t from, size_t to)
{
	size_t name_from = from, name_to = element_end(s, to, from, "="), value_from = name_to + 1;
	size_t value_to = to;
	bool has_value = name_to < to;

	trim(s, &name_from, &name_to);
	if (has_value)
		trim(s, &value_from, &value_to);
	if (has_value && value_to - value_from >= 2 && s[value_from] == '"' &&
	    s[value_to - 1] == '"') {
		value_from++;
		value_to--;
	}
	if (guard_head_is(s + name_from, name_to - name_from, "respond-async"))
		/* RFC 7240 2: an empty value is the same as none. */
		out->respond_async |= !has_value || value_from == value_to;
	else if (has_value && !out->wait &&
	    guard_head_is(s + name_from, name_to - name_from, "wait"))
		take_wait(out, s + value_from, value_to - value_from);
}

void
prefer_parse(struct prefer *out, const char *text, size_t len)
{
	size_t at = 0, end, name_end;

	memset(out, 0, sizeof(*out));
	while (text != NULL && at < len) {
		end = element_end(text, len, at, ",");
		/* What follows a semicolon are the preference's parameters. */
		name_end = element_end(text, end, at, ";");
		take(out, text, at, name_end);
		at = end + 1;
	}
}
