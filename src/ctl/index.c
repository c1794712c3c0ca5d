/*
 * index.c: cmdrctl index: check the file that the index is, or have it made
 * anew from the topics.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "ctl/door.h"
#include "ctl/field.h"
#include "ctl/index.h"
#include "ctl/screen.h"
#include "util/clock.h"

#define EVERY_US	200000
#define BEGIN_MS	30000	/* in which a new index must have been begun */

enum { NO_WAIT = 1 };

const struct ctl_option index_options[] = {
	{ NO_WAIT, '\0', "no-wait", NULL, NULL, "rebuild: do not wait until it has caught up" },
	{ .name = NULL },
};

static int
take(void *arg, int id, const char *value)
{
	(void)id;
	(void)value;
	*(bool *)arg = true;
	return CTL_OK;
}

int
index_open(const struct ctl_command *self, const struct settings *s, struct index_reader **out)
{
	char err[1024], path[1100];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", s->index, INDEX_FILE);
	if (stat(path, &st) == -1)
		return ctl_fail(self, "%s: %s: %s", path, strerror(errno), errno == ENOENT ?
		    "there is no index there (index.directory)" : "become root or a member of cmdrd's group");
	switch (index_reader_open(out, s->index, NULL, err, sizeof(err))) {
	case INDEX_OK:
		return CTL_OK;
	case INDEX_NONE:
		return ctl_fail(self, "there is no index in %s yet (index.directory)", s->index);
	default:
		/* without cmdrd, SQLite makes files beside it: the group may not */
		return ctl_fail(self, "%s%s", err, geteuid() == 0 ? "" :
		    ": become root, or the user that cmdrd runs as");
	}
}

struct progress {
	int64_t	began_ms, shown_ms;
};

static int
on_progress(void *arg)
{
	struct progress *p = arg;
	int64_t now = clock_ms();

	if (now - p->shown_ms < EVERY_US / 1000)
		return 0;
	p->shown_ms = now;
	screen_progress("checking the index, seconds:", (now - p->began_ms) / 1000, 0);
	return 0;
}

static int
check(const struct ctl_command *self, const struct settings *s)
{
	struct progress progress = { clock_ms(), clock_ms() };
	struct index_reader *r;
	enum index_result found;
	char err[1024];
	int result;

	if ((result = index_open(self, s, &r)) != CTL_OK)
		return result;
	found = index_reader_check(r, on_progress, &progress, err, sizeof(err));
	screen_progress_end();
	if (found == INDEX_OK)
		printf("the index in %s is whole\n", s->index);
	else if (found == INDEX_CORRUPT)
		result = ctl_fail(self, "the index in %s is damaged: %s (cmdrctl index rebuild makes it anew)", s->index,
		    err);
	else
		result = ctl_fail(self, "the index in %s could not be checked: %s", s->index, err);
	index_reader_close(r);
	return result;
}

/* What status says of the index; *away where nobody said anything. */
static const struct value *
look(const struct settings *s, struct arena *a, struct value *status, bool *away)
{
	char err[2048];

	*away = door_ask(s, "status", a, status, NULL, err, sizeof(err)) != DOOR_OK;
	return *away ? NULL : field(status, "index");
}

/* Records read and there to be read, over all partitions of a topic. */
static void
add_progress(const struct value *topic, int64_t *done, int64_t *of)
{
	const struct value *list = field(topic, "partitions"), *p;

	for (uint32_t i = 0; (p = field_item(list, i)) != NULL; i++) {
		*done += field_int(p, "next", 0);
		*of += field_int(p, "end", 0);
	}
}

/* One look. True where a new index has caught up. */
static bool
caught_up(const struct settings *s, const char *former, bool *begun)
{
	const struct value *index;
	int64_t done = 0, of = 0;
	struct arena a;
	struct value v;
	char id[64];
	bool away, all;

	arena_init(&a, 0);
	index = look(s, &a, &v, &away);
	*begun = *begun || (index != NULL && strcmp(field_text(index, "id", id, sizeof(id)), former) != 0 && *id != '\0');
	add_progress(field(index, "commands"), &done, &of);
	add_progress(field(index, "events"), &done, &of);
	all = *begun && field_is(index, "state", "running") && !field_true(index, "rebuilding");
	if (*begun && index != NULL)
		screen_progress("indexing", done, of);
	arena_free(&a);
	return all;
}

static int
await(const struct ctl_command *self, const struct settings *s, const char *former)
{
	int64_t until = clock_ms() + BEGIN_MS;
	bool begun = false;

	while (!caught_up(s, former, &begun)) {
		if (!begun && clock_ms() > until)
			return ctl_fail(self, "no new index was begun within %d s: see cmdrctl status, and the log",
			    BEGIN_MS / 1000);
		usleep(EVERY_US);
	}
	screen_progress_end();
	printf("the index has been made anew\n");
	return CTL_OK;
}

static int
rebuild(const struct ctl_command *self, const struct settings *s, bool wait)
{
	const struct value *index;
	char err[2048], former[64];
	struct arena a;
	struct value v;
	bool away;
	int result;

	arena_init(&a, 0);
	index = look(s, &a, &v, &away);
	field_text(index, "id", former, sizeof(former));
	if (door_ask(s, "rebuild", &a, &v, NULL, err, sizeof(err)) != DOOR_OK) {
		result = ctl_fail(self, "%s", err);
	} else if (wait) {
		result = await(self, s, former);
	} else {
		printf("the index is being made anew; cmdrctl status tells how far it is\n");
		result = CTL_OK;
	}
	arena_free(&a);
	return result;
}

int
index_run(const struct ctl_command *self, int argc, char **argv)
{
	struct ctl_where where;
	struct settings s;
	bool no_wait = false;
	int operand, result;

	if ((result = ctl_parse(self, argc, argv, &where, take, &no_wait, &operand)) != CTL_OK)
		return result;
	if (operand + 1 != argc || (strcmp(argv[operand], "check") != 0 && strcmp(argv[operand], "rebuild") != 0))
		return ctl_usage(self, "expected check or rebuild");
	if ((result = settings_load(self, &where, &s)) != CTL_OK)
		return result;
	result = strcmp(argv[operand], "check") == 0 ? check(self, &s) : rebuild(self, &s, !no_wait);
	settings_free(&s);
	return result;
}
