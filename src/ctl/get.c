/*
 * get.c: cmdrctl get: one command or event by its id.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/ctl.h"
#include "ctl/http.h"
#include "ctl/settings.h"
#include "ctl/types.h"
#include "util/id.h"

#define TIMEOUT_S 10L

enum { ACCEPT = 1, WAIT };

const struct ctl_option get_options[] = {
	{ ACCEPT, '\0', "accept", "TYPE", CTL_WRITTEN, "what the answer shall be (json)" },
	{ WAIT, '\0', "wait", "SECONDS", NULL, "how long to wait for the first event of a command that has none" },
	{ .name = NULL },
};

struct get {
	const struct ctl_command *self;
	const struct codec	*accept;
	long			 wait_s;
};

static int
take(void *arg, int id, const char *value)
{
	struct get *g = arg;
	char *end;

	if (id == WAIT) {
		g->wait_s = strtol(value, &end, 10);
		if (*value == '\0' || *end != '\0' || g->wait_s < 0 || g->wait_s > 3600)
			return ctl_usage(g->self, "--wait takes a number of seconds; found %s", value);
		return CTL_OK;
	}
	if ((g->accept = type_of(g->self, value)) == NULL)
		return CTL_USAGE;
	if (g->accept->write == NULL)
		return ctl_usage(g->self, "%s cannot be written here", value);
	return CTL_OK;
}

/* Ask one path; false where the answer is that nothing is there. */
static bool
ask(const struct get *g, const struct settings *s, const char *path, int *result)
{
	char accept[128], media[96], err[2048];
	struct http_request request = { .path = path, .header = { accept }, .timeout_s = TIMEOUT_S + g->wait_s };
	struct http_answer answer;
	bool found = true;

	types_media(g->accept, media, sizeof(media));
	snprintf(accept, sizeof(accept), "Accept: %s", media);
	if (http_ask(s, &s->http, &request, &answer, err, sizeof(err)) != HTTP_OK) {
		*result = ctl_fail(g->self, "%s", err);
	} else if (answer.status == 200) {
		types_print(type_of_media(answer.type), answer.body.data, answer.body.len);
	} else {
		found = answer.status != 404;
		*result = CTL_FAILED;
		if (found)
			ctl_fail(g->self, "%s", http_complaint(&answer, err, sizeof(err)));
	}
	buf_free(&answer.body);
	return found;
}

static int
get(const struct get *g, const struct settings *s, const char *id)
{
	char path[128];
	int result = CTL_OK;

	if (g->wait_s > 0)
		snprintf(path, sizeof(path), "/commands/%s?wait=%ld", id, g->wait_s);
	else
		snprintf(path, sizeof(path), "/commands/%s", id);
	if (ask(g, s, path, &result))
		return result;
	result = CTL_OK;
	snprintf(path, sizeof(path), "/events/%s", id);
	if (ask(g, s, path, &result))
		return result;
	return ctl_fail(g->self, "there is no command and no event %s (or cmdrd keeps no index: index.enabled)", id);
}

int
get_run(const struct ctl_command *self, int argc, char **argv)
{
	struct get g = { .self = self, .accept = codec_by_name("json") };
	struct ctl_where where;
	struct settings s;
	struct id id;
	int operand, result;

	if ((result = ctl_parse(self, argc, argv, &where, take, &g, &operand)) != CTL_OK)
		return result;
	if (operand + 1 != argc)
		return ctl_usage(self, operand == argc ? "ID is missing" : "one ID at a time");
	if (id_parse(argv[operand], strlen(argv[operand]), &id) == -1)
		return ctl_usage(self, "an id has 36 characters, as ab675ea0-7f6d-11e6-bcdd-540e9df06c05; found %s",
		    argv[operand]);
	if ((result = settings_load(self, &where, &s)) != CTL_OK)
		return result;
	result = get(&g, &s, argv[operand]);
	settings_free(&s);
	return result;
}
