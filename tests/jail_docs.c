/*
 * jail_docs.c: the rows of the jails as the tables in docs/security.md.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/jail_rows.h"

static void
outcome(const struct jail_row *row, enum role_jail jail)
{
	if (row->outcome[jail] == JAIL_REFUSED)
		printf(" | %s", strerrorname_np(row->error));
	else
		printf(" | %s", row->outcome[jail] == JAIL_KILLED ? "**killed**" : "let");
}

static void
calls(void)
{
	printf("| call | worker | Kafka roles | indexer | because of |\n|---|---|---|---|---|\n");
	for (size_t i = 0; i < jail_nrows; i++) {
		const struct jail_row *row = &jail_rows[i];

		printf("| `%s`%s%s", row->calls, row->when != NULL ? ": " : "", row->when != NULL ? row->when : "");
		for (enum role_jail j = JAIL_WORKER; j < JAIL_COUNT; j++)
			outcome(row, j);
		printf(" | %s |\n", row->why);
	}
	printf("| all that are newer (%d to %d), in no row | ENOSYS | ENOSYS | ENOSYS | "
	    "libc does without, as on an older kernel |\n", JAIL_NEW_FIRST, JAIL_NEW_LAST);
	printf("| any of another architecture, x32 with them | **killed** | **killed** | **killed** | "
	    "its numbers mean other calls |\n");
}

static void
limits(void)
{
	printf("\n| limit, set to 0 | worker | Kafka roles | indexer | because of |\n|---|---|---|---|---|\n");
	for (size_t i = 0; i < jail_nlimits; i++) {
		printf("| `%s`", jail_limits[i].name);
		for (enum role_jail j = JAIL_WORKER; j < JAIL_COUNT; j++)
			printf(" | %s", jail_limits[i].jails >> j & 1 ? "0" : "–");
		printf(" | %s |\n", jail_limits[i].why);
	}
}

int
main(void)
{
	calls();
	limits();
	return fflush(stdout) == 0 ? 0 : 1;
}
