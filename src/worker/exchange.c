/*
 * exchange.c: getters of a request. See exchange.h.
 */
#include <string.h>

#include "util/hex.h"
#include "worker/exchange.h"
#include "worker/worker.h"

struct worker *
exchange_worker(const struct exchange *x)
{
	return guard_of(&x->g)->arg;
}

const char *
exchange_field(struct exchange *x, enum guard_field f)
{
	const struct guard_span *s = &x->g.head.field[f];

	return s->set ? arena_strndup(&x->arena, guard_head_text(&x->g.head, s), s->len) : NULL;
}

const char *
exchange_decode(struct exchange *x, const char *s, size_t len, bool plus)
{
	char *out = arena_alloc(&x->arena, len + 1);
	size_t n = 0;

	for (size_t i = 0; out != NULL && i < len; i++) {
		int c = (unsigned char)s[i];

		if (c == '+' && plus)
			c = ' ';
		if (c == '%') {
			if (len - i < 3 || hex_digit(s[i + 1]) < 0 || hex_digit(s[i + 2]) < 0)
				return NULL;
			c = hex_digit(s[i + 1]) << 4 | hex_digit(s[i + 2]);
			i += 2;
		}
		if (c == '\0')
			return NULL;
		out[n++] = (char)c;
	}
	if (out != NULL)
		out[n] = '\0';
	return out;
}

int
exchange_parameter(struct exchange *x, const char *name, const char **out)
{
	const struct guard_span *s = &x->g.head.query;
	const char *q = guard_head_text(&x->g.head, s), *end, *amp, *eq, *found;
	int times = 0;

	if (q == NULL)
		return 0;
	for (end = q + s->len; q <= end; q = amp + 1) {
		amp = memchr(q, '&', (size_t)(end - q));
		if (amp == NULL)
			amp = end;
		eq = memchr(q, '=', (size_t)(amp - q));
		found = exchange_decode(x, q, (size_t)((eq != NULL ? eq : amp) - q), true);
		/* Parameters that are none of ours are ignored, however they are spelled. */
		if (found == NULL || strcmp(found, name) != 0)
			continue;
		*out = eq == NULL ? "" : exchange_decode(x, eq + 1, (size_t)(amp - eq - 1), true);
		if (*out == NULL || ++times > 1)
			return -1;
	}
	return times;
}

bool
exchange_wrong(struct exchange *x, enum problem_id id, const char *detail)
{
	x->problem.id = id;
	x->problem.detail = detail != NULL ? detail :
	    "The request needs more memory than one request may have.";
	return false;
}
