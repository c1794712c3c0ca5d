/*
 * title.c: the process title. See title.h.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/prctl.h>

#include "daemon/title.h"
#include "util/mem.h"

static char *room;
static size_t room_size;

void
title_init(int argc, char **argv)
{
	char *end = argv[argc - 1] + strlen(argv[argc - 1]) + 1;
	size_t n = 0;

	/* The environment lies behind argv: copy it elsewhere, its room is then ours. */
	while (environ[n] != NULL)
		n++;
	char **copy = xcalloc(n + 1, sizeof(*copy));
	for (size_t i = 0; i < n; i++) {
		if (environ[i] == end)
			end = environ[i] + strlen(environ[i]) + 1;
		copy[i] = xstrdup(environ[i]);
	}
	environ = copy;
	room = argv[0];
	room_size = (size_t)(end - argv[0]);
}

void
title_set(const char *fmt, ...)
{
	char text[64], name[16];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(name, sizeof(name), "cmdrd:%.9s", text);
	prctl(PR_SET_NAME, name);
	if (room_size > 0) {
		memset(room, 0, room_size);
		snprintf(room, room_size, "cmdrd: %s", text);
	}
}
