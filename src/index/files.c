/*
 * files.c: an index whose files come as descriptors. See files.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <sqlite3.h>

#include "index/files.h"

#define LOWEST_FD	10	/* SQLite takes none of the first three */

static const char *const suffixes[] = { "", "-wal", "-shm" };

static struct {
	const char	*path;		/* NULL: none */
	const int	*fd;
} current;

static int
open_known(const char *path, int flags, int mode)
{
	size_t len = current.path != NULL ? strlen(current.path) : 0;

	(void)flags;
	(void)mode;
	if (len > 0 && strncmp(path, current.path, len) == 0)
		for (int i = 0; i < 3; i++)
			if (strcmp(path + len, suffixes[i]) == 0)
				return fcntl(current.fd[i], F_DUPFD_CLOEXEC, LOWEST_FD);
	errno = EACCES;
	return -1;
}

void
files_use(const char *path, const int fd[3])
{
	sqlite3_vfs *vfs = sqlite3_vfs_find("unix");

	current.path = path;
	current.fd = fd;
	vfs->xSetSystemCall(vfs, "open", (sqlite3_syscall_ptr)open_known);
}

void
files_forget(void)
{
	current.path = NULL;
}
