/*
 * files.c: an index whose files come as descriptors. See files.h.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <sqlite3.h>

#include "index/files.h"

#define LOWEST_FD	10	/* SQLite takes none of the first three */

static const char *const names[] = { FILES_PATH, FILES_PATH "-wal", FILES_PATH "-shm" };
static const int *current;	/* NULL: none */

/* Which of the three it is; -1: another, with errno. */
static int
known(const char *path, int otherwise)
{
	errno = otherwise;
	for (int i = 0; current != NULL && i < 3; i++)
		if (strcmp(path, names[i]) == 0) {
			errno = EBADF;
			return current[i];
		}
	return -1;
}

static int
open_known(const char *path, int flags, int mode)
{
	int fd = known(path, EACCES);

	(void)flags;
	(void)mode;
	return fd == -1 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, LOWEST_FD);
}

static int
stat_known(const char *path, struct stat *st)
{
	int fd = known(path, ENOENT);

	return fd == -1 ? -1 : fstat(fd, st);
}

/* What a path consists of. */
static int
lstat_none(const char *path, struct stat *st)
{
	(void)path;
	(void)st;
	errno = ENOENT;
	return -1;
}

/* Is there a journal? A database in WAL mode has none, and says by itself that it is in WAL mode. */
static int
access_none(const char *path, int mode)
{
	(void)path;
	(void)mode;
	errno = ENOENT;
	return -1;
}

void
files_use(const int fd[3])
{
	static const struct { const char *name; sqlite3_syscall_ptr call; } calls[] = {
		{ "open", (sqlite3_syscall_ptr)open_known }, { "stat", (sqlite3_syscall_ptr)stat_known },
		{ "lstat", (sqlite3_syscall_ptr)lstat_none }, { "access", (sqlite3_syscall_ptr)access_none },
	};
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

	current = fd;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		vfs->xSetSystemCall(vfs, calls[i].name, calls[i].call);
}

void
files_forget(void)
{
	current = NULL;
}
