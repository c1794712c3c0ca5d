/*
 * empty_root.h: the directory that is a worker's whole file system once it
 * runs: there is nothing in it, and nobody but root could put something there.
 * The master makes it, a worker moves in. Both only where started by root.
 */
#ifndef DAEMON_EMPTY_ROOT_H
#define DAEMON_EMPTY_ROOT_H

#define EMPTY_ROOT	CMDR_RUNSTATEDIR "/cmdr/empty"

/* The master: make the directory, and those that it is in, where they are not there. -1: errno. */
int	empty_root_make(const char *path);
/*
 * A role while it is root: hold the directory, and the right to move into it across the change of user. What is wrong
 * with it is logged, and the role goes on without.
 */
void	empty_root_hold(const char *path);
/* The same after the change of user, by which all other rights that root has are gone. */
void	empty_root_keep(void);
/* Move in, and give the right away. 0: done, or there was nothing to do; -1: logged. */
int	empty_root_enter(void);

#endif
