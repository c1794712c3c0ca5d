/*
 * jail.c: what a role gives up for good: makes the filter out of the rows of
 * jail_rows.c, and loads it. See jail.h. What no row forbids is let, but for
 * calls that are newer than the rows: to a role the kernel is one that has
 * not got them, and libc does what it does on such a kernel.
 */
#include <sys/prctl.h>
#include <sys/resource.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <seccomp.h>

#include "build-config.h"
#include "daemon/jail.h"
#include "daemon/jail_rows.h"
#include "util/log.h"

#define INT_BITS	32	/* the kernel looks at so much of an int: what stands above may be anything */
#define CALL_MAX	64

static uint32_t
action_of(const struct jail_row *row, enum role_jail jail)
{
	return row->outcome[jail] == JAIL_KILLED ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ERRNO((uint16_t)row->error);
}

static int
add_masked(scmp_filter_ctx ctx, uint32_t action, int nr, unsigned arg, uint64_t mask, uint64_t value)
{
	const struct scmp_arg_cmp cmp = { .arg = arg, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value };

	return seccomp_rule_add_array(ctx, action, nr, 1, &cmp);
}

/* Another int than this one differs in a bit. */
static int
add_other(scmp_filter_ctx ctx, uint32_t action, int nr, unsigned arg, uint64_t value)
{
	int r = 0;

	for (unsigned bit = 0; r == 0 && bit < INT_BITS; bit++) {
		uint64_t mask = UINT64_C(1) << bit;

		r = add_masked(ctx, action, nr, arg, mask, ~value & mask);
	}
	return r;
}

/* An int below 32 that is none of these, or one from 32 on. */
static int
add_among_not(scmp_filter_ctx ctx, uint32_t action, int nr, unsigned arg, uint64_t these)
{
	int r = 0;

	for (unsigned value = 0; r == 0 && value < 32; value++)
		if (!(these >> value & 1))
			r = add_masked(ctx, action, nr, arg, UINT32_MAX, value);
	for (unsigned bit = 5; r == 0 && bit < INT_BITS; bit++)
		r = add_masked(ctx, action, nr, arg, UINT64_C(1) << bit, UINT64_C(1) << bit);
	return r;
}

static int
add_call(scmp_filter_ctx ctx, const struct jail_test *t, uint32_t action, int nr)
{
	switch (t->op) {
	case JAIL_IS:
		return add_masked(ctx, action, nr, t->arg, t->mask, t->value);
	case JAIL_AMONG_NOT:
		return add_among_not(ctx, action, nr, t->arg, t->mask);
	case JAIL_OTHER:
		return add_other(ctx, action, nr, t->arg, t->value == JAIL_SELF ? (uint64_t)getpid() : t->value);
	default:
		return seccomp_rule_add_array(ctx, action, nr, 0, NULL);
	}
}

/* Calls that this architecture or libseccomp does not know are passed over. */
static int
add_row(scmp_filter_ctx ctx, const struct jail_row *row, enum role_jail jail)
{
	char name[CALL_MAX];
	int nr, r = 0;

	for (const char *s = row->calls; r == 0 && *s != '\0'; s += *s == ' ') {
		size_t len = strcspn(s, " ");

		snprintf(name, sizeof(name), "%.*s", (int)len, s);
		s += len;
		if ((nr = seccomp_syscall_resolve_name(name)) >= 0)
			r = add_call(ctx, &row->test, action_of(row, jail), nr);
	}
	return r;
}

/* Newer calls than we know: to libc they are not there. */
static int
add_new(scmp_filter_ctx ctx)
{
	int r = 0;

	for (int nr = JAIL_NEW_FIRST; r == 0 && nr <= JAIL_NEW_LAST; nr++) {
		char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, nr);

		if (name == NULL || jail_row_of(name) == NULL)
			r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), nr, 0);
		free(name);
	}
	return r;
}

/*
 * Foreign architectures end the process: their numbers mean other calls. What a worker is refused the kernel logs as it
 * logs all that kill; others are refused clone3 with each thread, which is nothing to tell.
 */
static int
set_attributes(scmp_filter_ctx ctx, enum role_jail jail)
{
	int r;

	/* librdkafka's threads exist before the jail does: bring them in as well. */
	if ((r = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1)) != 0 ||
	    (r = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS)) != 0)
		return r;
	return jail == JAIL_WORKER ? seccomp_attr_set(ctx, SCMP_FLTATR_CTL_LOG, 1) : 0;
}

static int
build(scmp_filter_ctx ctx, enum role_jail jail)
{
	int r = set_attributes(ctx, jail);

#ifdef CMDR_SANITIZED
	/* The leak check at exit forks and traces. */
	(void)add_row;
	(void)add_new;
	return r;
#else
	for (size_t i = 0; r == 0 && i < jail_nrows; i++)
		if (jail_rows[i].outcome[jail] != JAIL_LET)
			r = add_row(ctx, &jail_rows[i], jail);
	return r != 0 ? r : add_new(ctx);
#endif
}

int
jail_enter(enum role_jail jail)
{
	scmp_filter_ctx ctx;
	int r;

	if (jail == JAIL_NONE)
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 || (ctx = seccomp_init(SCMP_ACT_ALLOW)) == NULL) {
		log_warn("no jail: %s; going on without", strerror(errno));
		return -1;
	}
	r = build(ctx, jail);
	if (r == 0)
		r = seccomp_load(ctx);
	seccomp_release(ctx);
	if (r != 0)
		log_warn("no jail: the kernel refused the system call filter (%s); going on without",
		    strerror(r < 0 ? -r : r));
	return r == 0 ? 0 : -1;
}

void
jail_limit(enum role_jail jail)
{
	const struct rlimit none = { 0, 0 };

	for (size_t i = 0; i < jail_nlimits; i++) {
		const struct jail_limit *l = &jail_limits[i];

#ifdef CMDR_SANITIZED
		if (l->resource == RLIMIT_NPROC)
			continue;
#endif
		if ((l->jails >> jail & 1) && setrlimit(l->resource, &none) == -1)
			log_warn("%s stays as it is: %s", l->name, strerror(errno));
	}
}
