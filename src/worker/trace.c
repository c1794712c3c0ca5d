/*
 * trace.c: the trace that a request belongs to. See trace.h.
 */
#include <string.h>

#include "worker/trace.h"

#define VERSION_00	55	/* "00-" 32 "-" 16 "-" 2 */
#define STATE_MAX	512	/* bytes of tracestate that must be passed on (3.3.1.5); more are not */

static bool
hex(const char *s, size_t len, bool *zero)
{
	*zero = true;
	for (size_t i = 0; i < len; i++) {
		if (!((s[i] >= '0' && s[i] <= '9') || (s[i] >= 'a' && s[i] <= 'f')))
			return false;
		*zero = *zero && s[i] == '0';
	}
	return true;
}

bool
trace_valid(const char *s, size_t len)
{
	bool zero;

	if (len < VERSION_00 || s[2] != '-' || s[35] != '-' || s[52] != '-')
		return false;
	/* ff is no version; those after 00 may be longer, after a further dash. */
	if (!hex(s, 2, &zero) || memcmp(s, "ff", 2) == 0 || (zero && len != VERSION_00) ||
	    (len > VERSION_00 && (s[VERSION_00] != '-' || len > STATE_MAX)))
		return false;
	if (!hex(s + 3, 32, &zero) || zero || !hex(s + 36, 16, &zero) || zero)
		return false;
	return hex(s + 53, 2, &zero);
}

unsigned
trace_headers(struct exchange *x, struct submit_header out[TRACE_HEADERS])
{
	const struct guard_span *parent = &x->g.head.field[FIELD_TRACEPARENT];
	const struct guard_span *state = &x->g.head.field[FIELD_TRACESTATE];

	if (!parent->set || !trace_valid(guard_head_text(&x->g.head, parent), parent->len))
		return 0;
	out[0] = (struct submit_header){ "traceparent", guard_head_text(&x->g.head, parent), parent->len };
	if (!state->set || state->len == 0 || state->len > STATE_MAX)
		return 1;
	out[1] = (struct submit_header){ "tracestate", guard_head_text(&x->g.head, state), state->len };
	return 2;
}
