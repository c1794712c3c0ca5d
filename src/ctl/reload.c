/*
 * reload.c: cmdrctl reload: have the master reload, and wait for what becomes
 * of it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "ctl/door.h"
#include "ctl/field.h"
#include "util/arena.h"
#include "util/clock.h"

#define WAIT_MS		120000	/* the check has 10 s, the start of a generation 30 s, the end of an old one its grace */
#define AWAY_MS		10000	/* becoming the next image takes it far less */
#define EVERY_US	100000

enum look { LOOK_AGAIN, LOOK_AWAY, LOOK_ENDED };

/* What is told of the reload; *result where it has ended. */
static enum look
judge(const struct ctl_command *self, const struct value *status, int64_t number, int *result)
{
	const struct value *reload = field(status, "reload"), *list = field(status, "generations"), *g;
	char why[1024];

	if (field_int(reload, "number", 0) < number || field_is(reload, "state", "checking") ||
	    field_is(reload, "state", "starting"))
		return LOOK_AGAIN;
	if (field_is(reload, "state", "failed")) {
		*result = ctl_fail(self, "%s; what ran goes on", field_text(reload, "error", why, sizeof(why)));
		return LOOK_ENDED;
	}
	g = list != NULL && list->n > 0 ? field_item(list, list->n - 1) : NULL;
	printf("generation %" PRId64 " is running\n", field_int(g, "number", 0));
	return LOOK_ENDED;
}

static enum look
look(const struct ctl_command *self, const struct settings *s, int64_t number, int *result)
{
	enum look found = LOOK_ENDED;
	enum door_result door;
	struct arena a;
	struct value v;
	char err[2048];

	arena_init(&a, 0);
	door = door_ask(s, "status", &a, &v, NULL, err, sizeof(err));
	if (door == DOOR_OK)
		found = judge(self, &v, number, result);
	else if (door == DOOR_AWAY || door == DOOR_CUT)
		found = LOOK_AWAY;
	else
		*result = ctl_fail(self, "%s", err);
	arena_free(&a);
	return found;
}

/* A reload may have moved the socket to where the configuration now says: go there, and back. */
static void
turn(struct settings *s)
{
	char *other = s->configured;

	if (*other == '\0')
		return;
	s->configured = s->socket;
	s->socket = other;
}

static int
await(const struct ctl_command *self, struct settings *s, int64_t number)
{
	int64_t until = clock_ms() + WAIT_MS, heard = clock_ms();
	int result = CTL_OK;
	enum look found;

	while ((found = look(self, s, number, &result)) != LOOK_ENDED) {
		if (found == LOOK_AGAIN)
			heard = clock_ms();
		else
			turn(s);
		if (clock_ms() - heard > AWAY_MS)
			return ctl_fail(self, "cmdrd does not answer any more at %s%s: see the log", s->socket,
			    *s->configured == '\0' ? ", since the configuration names no control socket" : "");
		if (clock_ms() > until)
			return ctl_fail(self, "nothing came of it within %d s: it may wait for an older generation to "
			    "end; see cmdrctl status, and the log", WAIT_MS / 1000);
		usleep(EVERY_US);
	}
	return result;
}

int
reload_run(const struct ctl_command *self, int argc, char **argv)
{
	struct ctl_where where;
	struct settings s;
	struct arena a;
	struct value v;
	char err[2048];
	int operand, result;

	if ((result = ctl_parse(self, argc, argv, &where, NULL, NULL, &operand)) != CTL_OK)
		return result;
	if (operand < argc)
		return ctl_usage(self, "unexpected argument: %s", argv[operand]);
	if ((result = settings_load(self, &where, &s)) != CTL_OK)
		return result;
	arena_init(&a, 0);
	if (door_ask(&s, "reload", &a, &v, NULL, err, sizeof(err)) != DOOR_OK)
		result = ctl_fail(self, "%s", err);
	else
		result = await(self, &s, field_int(&v, "reload", 0));
	arena_free(&a);
	settings_free(&s);
	return result;
}
