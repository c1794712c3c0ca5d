/*
 * stop.c: cmdrctl stop: have the master stop, and wait until it is gone.
 */
#include <sys/syscall.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "ctl/door.h"
#include "ctl/field.h"
#include "util/arena.h"
#include "util/clock.h"

#define MARGIN_MS	10000	/* past shutdown.grace, which the master itself bounds */

enum { WAIT = 1 };

const struct ctl_option stop_options[] = {
	{ WAIT, '\0', "wait", "SECONDS", NULL,
	    "how long to wait for the end (shutdown.grace and 10 seconds);\n0: not at all" },
	{ .name = NULL },
};

static int
take(void *arg, int id, const char *value)
{
	int64_t *wait_ms = arg;
	char *end;
	long n = strtol(value, &end, 10);

	(void)id;
	if (*value == '\0' || *end != '\0' || n < 0 || n > 86400) {
		fprintf(stderr, "cmdrctl stop: --wait takes a number of seconds; found %s\n", value);
		return CTL_USAGE;
	}
	*wait_ms = n * 1000;
	return CTL_OK;
}

/* Whether the process ends within so many milliseconds; whose it is does not matter. */
static bool
ends(pid_t pid, int64_t wait_ms)
{
	int64_t until = clock_ms() + wait_ms;
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	if (fd == -1 && errno == ESRCH)
		return true;
	while (clock_ms() < until) {
		if (fd != -1) {
			if (poll(&pfd, 1, (int)(until - clock_ms())) == 1)
				return true;
		} else if (kill(pid, 0) == -1 && errno == ESRCH) {
			return true;
		} else {
			usleep(100000);	/* a kernel without pidfd_open */
		}
	}
	return false;
}

/* wait_ms -1: as long as the daemon may take. */
static int
await(const struct ctl_command *self, const struct value *answer, int64_t wait_ms)
{
	int64_t pid = field_int(answer, "pid", 0);

	if (wait_ms == 0 || pid <= 0) {
		printf("cmdrd (process %lld) is stopping\n", (long long)pid);
		return CTL_OK;
	}
	if (wait_ms == -1)
		wait_ms = field_int(answer, "grace_ms", 0) + MARGIN_MS;
	if (!ends((pid_t)pid, wait_ms))
		return ctl_fail(self, "process %lld has not ended within %lld s; a signal TERM more ends it at once",
		    (long long)pid, (long long)wait_ms / 1000);
	printf("cmdrd (process %lld) has ended\n", (long long)pid);
	return CTL_OK;
}

int
stop_run(const struct ctl_command *self, int argc, char **argv)
{
	int64_t wait_ms = -1;
	struct ctl_where where;
	struct settings s;
	struct arena a;
	struct value v;
	char err[2048];
	int operand, result;

	if ((result = ctl_parse(self, argc, argv, &where, take, &wait_ms, &operand)) != CTL_OK)
		return result;
	if (operand < argc)
		return ctl_usage(self, "unexpected argument: %s", argv[operand]);
	if ((result = settings_load(self, &where, &s)) != CTL_OK)
		return result;
	arena_init(&a, 0);
	if (door_ask(&s, "stop", &a, &v, NULL, err, sizeof(err)) != DOOR_OK)
		result = ctl_fail(self, "%s", err);
	else
		result = await(self, &v, wait_ms);
	arena_free(&a);
	settings_free(&s);
	return result;
}
