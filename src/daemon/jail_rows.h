/*
 * jail_rows.h: the tables that jails are made of: every system call of every
 * kernel that we know of, with what becomes of it in each jail and why; and the
 * limits. The filter (jail.c) and docs/security.md are both made from them.
 */
#ifndef DAEMON_JAIL_ROWS_H
#define DAEMON_JAIL_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "daemon/role.h"

enum jail_outcome {
	JAIL_LET,
	JAIL_REFUSED,	/* an error for the caller: what sound code may try, and do without */
	JAIL_KILLED,	/* the end of the process: what no sound code in that role does */
};

enum jail_op {
	JAIL_ALWAYS,
	JAIL_IS,	/* argument & mask == value */
	JAIL_AMONG_NOT,	/* the argument is none of the bits of mask */
	JAIL_OTHER,	/* the argument is not value, which JAIL_SELF stands for the own process id in */
};

#define JAIL_SELF	UINT64_MAX

struct jail_test {
	enum jail_op	 op;
	unsigned	 arg;		/* 0 to 5 */
	uint64_t	 mask, value;
};

struct jail_row {
	const char		*calls;		/* names, with single spaces between them */
	const char		*when;		/* the test in words; NULL: always */
	struct jail_test	 test;
	enum jail_outcome	 outcome[JAIL_COUNT];	/* of JAIL_NONE: JAIL_LET */
	int			 error;		/* that a refused call gives */
	const char		*why;
};

struct jail_limit {
	unsigned	 resource;	/* RLIMIT_…; soft and hard become 0 */
	const char	*name;
	unsigned	 jails;		/* bits 1 << JAIL_… */
	const char	*why;
};

/* Calls from this number on have one number on all architectures; those in no row are not there (ENOSYS). */
#define JAIL_NEW_FIRST	424
#define JAIL_NEW_LAST	599

extern const struct jail_row jail_rows[];
extern const size_t jail_nrows;
extern const struct jail_limit jail_limits[];
extern const size_t jail_nlimits;

/* The first row that has the call; NULL: none. */
const struct jail_row *jail_row_of(const char *call);

#endif
