/*
 * ready.c: cmdrctl ready: the checks of /ready, and what the master says of its
 * processes.
 */
#include <stdio.h>

#include "ctl/ctl.h"
#include "ctl/door.h"
#include "ctl/field.h"
#include "ctl/http.h"
#include "ctl/screen.h"
#include "util/arena.h"
#include "value/json.h"

#define TIMEOUT_S 10L

static void
print_check(const struct value *check)
{
	char name[64], detail[512];
	bool ok = field_true(check, "ok");

	printf("%s%-4s%s %-12s %s\n", screen_colour(ok ? SCREEN_GOOD : SCREEN_BAD), ok ? "ok" : "no",
	    screen_colour(SCREEN_PLAIN), field_text(check, "name", name, sizeof(name)),
	    field_text(check, "detail", detail, sizeof(detail)));
}

/* What is amiss with the processes; nothing where the master cannot be asked. */
static void
print_processes(const struct settings *s)
{
	const struct value *list, *check;
	struct arena a;
	struct value v;
	char err[2048];

	arena_init(&a, 0);
	if (door_ask(s, "ready", &a, &v, NULL, err, sizeof(err)) == DOOR_OK) {
		list = field(&v, "checks");
		for (uint32_t i = 0; (check = field_item(list, i)) != NULL; i++)
			if (!field_true(check, "ok"))
				print_check(check);
	}
	arena_free(&a);
}

/* Whether the answer is one of /ready; prints it. */
static bool
print_checks(const struct http_answer *answer)
{
	const struct value *list, *check;
	struct codec_error err;
	struct arena a;
	struct value v;
	bool found;

	arena_init(&a, 0);
	found = json_read(answer->body.data, answer->body.len, &codec_event_limits, &a, &v, &err) == 0 &&
	    (list = field(&v, "checks")) != NULL;
	for (uint32_t i = 0; found && (check = field_item(list, i)) != NULL; i++)
		print_check(check);
	arena_free(&a);
	return found;
}

int
ready_run(const struct ctl_command *self, int argc, char **argv)
{
	const struct http_request request = { .path = "/ready", .header = { "Accept: application/json" },
		.timeout_s = TIMEOUT_S };
	struct http_answer answer;
	struct ctl_where where;
	struct settings s;
	char err[2048];
	int operand, result;

	if ((result = ctl_parse(self, argc, argv, &where, NULL, NULL, &operand)) != CTL_OK)
		return result;
	if (operand < argc)
		return ctl_usage(self, "unexpected argument: %s", argv[operand]);
	if ((result = settings_load(self, &where, &s)) != CTL_OK)
		return result;
	if (http_ask(&s, &s.admin, &request, &answer, err, sizeof(err)) != HTTP_OK) {
		result = ctl_fail(self, "%s", err);
		print_processes(&s);
	} else if (!print_checks(&answer)) {
		result = ctl_fail(self, "what answers at %s is no cmdrd", s.admin.url);
	} else {
		print_processes(&s);
		result = answer.status == 200 ? CTL_OK : CTL_FAILED;
	}
	buf_free(&answer.body);
	settings_free(&s);
	return result;
}
