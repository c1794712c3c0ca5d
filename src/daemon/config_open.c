/*
 * config_open.c: opening a file that the configuration names. See config_open.h.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "daemon/config_error.h"
#include "daemon/config_open.h"

int
config_open(const char *path, const char *key, mode_t closed, const char *whose, struct config_error *err)
{
	struct stat st;
	/* Non-blocking, so that a FIFO by mistake does not hang the start. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd == -1)
		return config_error_set(err, path, 0, 0, "%s cannot be opened: %s", key, strerror(errno));
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		config_error_set(err, path, 0, 0, "%s: expected a file; it is something else", key);
	else if (st.st_mode & closed)
		config_error_set(err, path, 0, 0, "%s: expected a file that only its %s can read; found mode %04o: "
		    "run chmod 600 %s", key, whose, (unsigned)(st.st_mode & 07777), path);
	else
		return fd;
	close(fd);
	return -1;
}
