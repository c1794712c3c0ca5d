/*
 * status.c: cmdrctl status: asks the master once, or again and again, and
 * prints what it says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "ctl/door.h"
#include "ctl/screen.h"
#include "ctl/settings.h"
#include "ctl/status.h"
#include "util/arena.h"

#define SAMPLE_S	1	/* what rates are made over without --watch */
#define WATCH_S		2

enum { JSON = 1, NOW, WATCH };

const struct ctl_option status_options[] = {
	{ JSON, '\0', "json", NULL, NULL, "print the answer as it is, one JSON object a line" },
	{ NOW, '\0', "now", NULL, NULL, "do not wait a second for rates" },
	{ WATCH, 'w', "watch", "[SECONDS]", NULL,
	    "again and again (every 2 seconds): drawn anew on a terminal,\nelse appended" },
	{ .name = NULL },
};

struct status {
	const struct ctl_command *self;
	struct settings		 settings;
	bool			 json, now, watch;
	double			 seconds;
	/* two answers: the newest at [turn] */
	struct arena		 arena[2];
	struct value		 answer[2];
	int			 turn;
	bool			 any;
};

static int
take(void *arg, int id, const char *value)
{
	struct status *s = arg;
	char *end;

	switch (id) {
	case JSON:
		s->json = true;
		break;
	case NOW:
		s->now = true;
		break;
	case WATCH:
		s->watch = true;
		if (value == NULL)
			break;
		s->seconds = strtod(value, &end);
		if (*end != '\0' || !(s->seconds >= 0.1 && s->seconds <= 86400))
			return ctl_usage(s->self, "--watch takes a number of seconds from 0.1; found %s", value);
		break;
	}
	return CTL_OK;
}

/* The next answer, or what to end with. */
static int
sample(struct status *s)
{
	char err[2048];
	const char *text;
	int next = s->any ? !s->turn : 0;

	arena_free(&s->arena[next]);
	arena_init(&s->arena[next], 0);
	if (door_ask(&s->settings, "status", &s->arena[next], &s->answer[next], &text, err, sizeof(err)) != DOOR_OK)
		return ctl_fail(s->self, "%s", err);
	s->turn = next;
	if (s->json)
		fputs(text, stdout);
	return CTL_OK;
}

static void
print(struct status *s)
{
	if (s->json)
		return;
	if (s->watch && screen_is_tty())
		screen_clear();
	status_page(s->any ? &s->answer[!s->turn] : NULL, &s->answer[s->turn]);
	if (s->watch && !screen_is_tty())
		printf("\n");
}

static void
rest(double seconds)
{
	usleep((useconds_t)(seconds * 1e6));
}

static int
watch(struct status *s)
{
	int result = sample(s);

	while (result == CTL_OK) {
		print(s);
		s->any = true;
		if (fflush(stdout) == EOF)
			return CTL_FAILED;
		rest(s->seconds);
		result = sample(s);
	}
	return result;
}

static int
once(struct status *s)
{
	int result = sample(s);

	if (result == CTL_OK && !s->json && !s->now) {
		s->any = true;
		rest(SAMPLE_S);
		result = sample(s);
	}
	if (result == CTL_OK)
		print(s);
	return result;
}

int
status_run(const struct ctl_command *self, int argc, char **argv)
{
	struct status s = { .self = self, .seconds = WATCH_S };
	struct ctl_where where;
	int operand, result;

	if ((result = ctl_parse(self, argc, argv, &where, take, &s, &operand)) != CTL_OK)
		return result;
	/* --watch 5 is understood as --watch=5 */
	if (operand < argc && s.watch && (result = take(&s, WATCH, argv[operand++])) != CTL_OK)
		return result;
	if (operand < argc)
		return ctl_usage(self, "unexpected argument: %s", argv[operand]);
	if ((result = settings_load(self, &where, &s.settings)) != CTL_OK)
		return result;
	result = s.watch ? watch(&s) : once(&s);
	arena_free(&s.arena[0]);
	arena_free(&s.arena[1]);
	settings_free(&s.settings);
	return result;
}
