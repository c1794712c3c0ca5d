/*
 * jail.h: what a role gives up for good once it runs: new privileges, and every
 * system call that its work does not need (seccomp). The door to libseccomp.
 * What becomes of which call stands in jail_rows.c.
 */
#ifndef DAEMON_JAIL_H
#define DAEMON_JAIL_H

#include "daemon/role.h"

/*
 * Enter the jail; threads that exist already (librdkafka's) enter with it. A refused call gives an error to the
 * caller, so that a library finds out and does without; a forbidden one ends the process by SIGSYS. Returns 0, or -1
 * where the kernel has no seccomp (logged as a warning; the role goes on without).
 */
int	jail_enter(enum role_jail jail);
/* The limits of the jail, which hold from the role's start on. */
void	jail_limit(enum role_jail jail);

#endif
