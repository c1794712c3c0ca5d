/*
 * rollback.c: the way back to the former image. See rollback.h.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "master/rollback.h"
#include "master/state.h"
#include "util/log.h"

static bool
same_file(int a, int b)
{
	struct stat one, other;

	return fstat(a, &one) == 0 && fstat(b, &other) == 0 && one.st_dev == other.st_dev &&
	    one.st_ino == other.st_ino;
}

void
rollback_forget(struct master *m)
{
	if (m->former.exe_fd != -1)
		close(m->former.exe_fd);
	if (m->former.board_fd != -1)
		close(m->former.board_fd);
	m->former.exe_fd = m->former.board_fd = -1;
}

void
rollback_settle(struct master *m)
{
	if (m->former.exe_fd != -1)
		fcntl(m->former.exe_fd, F_SETFD, FD_CLOEXEC);
	if (m->former.board_fd != -1)
		fcntl(m->former.board_fd, F_SETFD, FD_CLOEXEC);
	/* An image that gave up is nothing to go back to; and a reload of the configuration alone changes none. */
	if (m->back != NULL || m->former.exe_fd == -1 || same_file(m->former.exe_fd, m->exe_fd))
		rollback_forget(m);
}

int
rollback_image(const struct master *m, const struct generation *g)
{
	return g->inherited && m->former.exe_fd != -1 ? m->former.exe_fd : m->exe_fd;
}

void
rollback(struct master *m, const char *why)
{
	if (m->former.exe_fd == -1)
		return;
	log_notice("reload: going back to the former %s", m->options.exe);
	m->former.why = why;
	if (state_save(m) == 0)
		fexecve(m->former.exe_fd, m->options.argv, environ);
	log_error("reload: the former %s cannot be executed: %s; the new one goes on with its processes",
	    m->options.exe, strerror(errno));
	state_discard(m);
	m->former.why = NULL;
	rollback_forget(m);
}
