/*
 * jail.h: what a role gives up for good once it runs: new privileges, and every
 * system call that its work does not need (seccomp). The door to libseccomp.
 */
#ifndef DAEMON_JAIL_H
#define DAEMON_JAIL_H

#include "daemon/role.h"

/*
 * Enter the jail; threads that exist already (librdkafka's) enter with it. A refused call gives EPERM to the
 * caller, so that a library finds out instead of dying. Returns 0, or -1 where the kernel has no seccomp
 * (logged as a warning; the role goes on without).
 */
int	jail_enter(enum role_jail jail);

#endif
