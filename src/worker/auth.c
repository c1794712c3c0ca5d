/*
 * auth.c: who asks, and may they. See auth.h.
 */
#include <string.h>
#include <strings.h>

#include "command/action.h"
#include "util/clock.h"
#include "worker/auth.h"
#include "worker/limit.h"
#include "worker/routes.h"
#include "worker/worker.h"

static const struct access *
access_of(const struct exchange *x)
{
	return &exchange_worker(x)->who;
}

/* Nothing that needs a principal: what everybody may know, and a browser's question before its request. */
static bool
is_open(const struct exchange *x)
{
	return x->route == NULL || (x->route->flags & ROUTE_OPEN) || x->g.head.method == METHOD_OPTIONS;
}

/* detail NULL: the arena is full. */
static enum problem_id
told(struct problem *p, enum problem_id id, const char *detail)
{
	p->id = id;
	p->detail = detail != NULL ? detail : "The request needs more memory than one request may have.";
	return id;
}

/* 401 to who showed nothing, as showing something may help; 403 to who did. */
static enum problem_id
deny(struct exchange *x, const char *what, struct problem *p)
{
	if (strcmp(x->who.principal, RULES_ANONYMOUS) == 0)
		return told(p, PROBLEM_UNAUTHORIZED, arena_printf(&x->arena,
		    "Without credentials one may not %s here: send Authorization: Bearer and a token%s.", what,
		    access_of(x)->methods & CONFIG_AUTH_CERTIFICATE ? ", or show a certificate" : ""));
	return told(p, PROBLEM_FORBIDDEN, arena_printf(&x->arena, "%s may not %s (auth.rules).",
	    x->who.principal, what));
}

static bool
denied(struct exchange *x, const char *what)
{
	deny(x, what, &x->problem);
	return false;
}

static bool
identify(struct exchange *x)
{
	const struct guard_span *s = &x->g.head.field[FIELD_AUTHORIZATION];
	const char *why = access_identify(access_of(x), guard_head_text(&x->g.head, s), s->len, guard_subject(&x->g),
	    clock_wall_ms() / 1000, &x->arena, &x->who);

	if (why == NULL)
		return true;
	/* Who tried another scheme has shown no token (RFC 6750 3.1). */
	x->bad_token = s->len >= 6 && strncasecmp(guard_head_text(&x->g.head, s), "bearer", 6) == 0;
	return exchange_wrong(x, PROBLEM_UNAUTHORIZED, arena_printf(&x->arena, "The credentials are not good: %s.", why));
}

/* What a method does at a route, and whether the rule has any of it. */
static bool
may_use_route(struct exchange *x)
{
	const struct config_rule *rule = x->who.rule;
	unsigned reads = ROUTE_READ_BITS(x->route->flags);

	switch (x->g.head.method) {
	case METHOD_POST:
		return (rule != NULL && rule->send.count > 0) || denied(x, "send commands");
	case METHOD_PUT:
	case METHOD_DELETE:
		return (rule != NULL && rule->schemas.count > 0) || denied(x, "write schemas");
	default:
		return (rule != NULL && rules_read(rule, reads)) || denied(x, arena_printf(&x->arena, "read %s",
		    x->route->path));
	}
}

void
auth_forget(struct exchange *x)
{
	x->bad_token = false;
	x->who = (struct identity){ .principal = "", .end_s = INT64_MAX };
}

/* Who it is where that only decides how much is told: bad credentials are as good as none. */
static void
identify_if_good(struct exchange *x)
{
	if (x->route == NULL || (x->route->flags & ROUTE_ADMIN) || x->g.head.method == METHOD_OPTIONS || identify(x))
		return;
	x->problem = (struct problem){ 0 };
	auth_forget(x);
}

bool
auth_count(struct exchange *x)
{
	/* What a load balancer and Prometheus ask is not lost among what others ask. */
	return x->g.door->side == GUARD_ADMIN || (x->route != NULL && (x->route->flags & ROUTE_ADMIN)) || limit_address(x);
}

bool
auth_enter(struct exchange *x)
{
	/* Where it listens is the operator's way to say who may ask. */
	if (x->g.door->side == GUARD_ADMIN || !access_asks(access_of(x)))
		return true;
	if (is_open(x)) {
		identify_if_good(x);
		return true;
	}
	if (identify(x))
		return limit_principal(x) && may_use_route(x);
	/* Guessing is counted wherever it is done: 429 in place of 401. */
	if (x->route->flags & ROUTE_ADMIN)
		limit_address(x);
	return false;
}

/* :user is the principal's own, whatever the client says. */
static bool
give_user(struct exchange *x, struct command *c)
{
	if (exchange_worker(x)->proc->config.auth.user != CONFIG_USER_PRINCIPAL)
		return true;
	if (c->has_user && !(x->who.has_user && id_equal(&c->user, &x->who.user)))
		return false;
	c->has_user = x->who.has_user;
	c->user = x->who.user;
	return true;
}

enum problem_id
auth_send(struct exchange *x, struct command *c, struct problem *p)
{
	char action[COMMAND_ACTION_MAX];
	size_t len;

	if (!access_asks(access_of(x)))
		return PROBLEM_NONE;
	len = action_spell(c->action.u.name, action);
	if (!rules_send(x->who.rule, action, len))
		return deny(x, arena_printf(&x->arena, "send %.*s", (int)len, action), p);
	if (!give_user(x, c))
		return told(p, PROBLEM_FORBIDDEN,
		    "The user of a command is that of its token here (auth.user): leave user out, or send that one.");
	return PROBLEM_NONE;
}

bool
auth_schema(struct exchange *x, const char *action, size_t len)
{
	if (!access_asks(access_of(x)) || rules_schema(x->who.rule, action, len))
		return true;
	return denied(x, arena_printf(&x->arena, "write the schema of %.*s", (int)(len < 256 ? len : 256), action));
}

bool
auth_may_read(const struct exchange *x, unsigned bits)
{
	if (x->g.door->side == GUARD_ADMIN || !access_asks(access_of(x)))
		return true;
	return x->who.rule != NULL && rules_read(x->who.rule, bits);
}

const char *
auth_challenge(struct exchange *x)
{
	const char *text = !x->bad_token ? "Bearer realm=\"cmdr\"" : arena_printf(&x->arena,
	    "Bearer realm=\"cmdr\", error=\"invalid_token\", error_description=\"%s\"", x->problem.detail);

	return text != NULL ? text : "Bearer realm=\"cmdr\"";
}
