/*
 * detach.h: becoming a daemon as Unix daemons do, and the pid file that keeps
 * a second one away.
 */
#ifndef MASTER_DETACH_H
#define MASTER_DETACH_H

/*
 * Fork into the background in a session of our own, with / as directory. The parent stays until the child
 * says how the start went (detach_tell): it prints the reason of a failure and exits 1, or exits 0. Returns
 * the descriptor to tell it by.
 */
int	detach(void);
/* reason NULL: all is well. Closes fd; -1 is allowed. */
void	detach_tell(int fd, const char *reason);
/* Standard input and outputs to /dev/null: from here on the log is the only voice. */
void	detach_stdio(void);

/* Make the directory that a file of this path would stand in: /run is empty after a boot. A trouble shows at the file. */
void	detach_make_directory_of(const char *path);
/*
 * Create and lock the pid file and write our pid. Returns its descriptor (close-on-exec; the lock is as
 * long-lived as it), or -1 with errno: EWOULDBLOCK, another cmdrd holds it, whose pid is in *other (0: unknown).
 */
int	pidfile_lock(const char *path, int *other);
/* Remove the file, then the lock. */
void	pidfile_remove(const char *path, int fd);

#endif
