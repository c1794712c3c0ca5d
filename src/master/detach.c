/*
 * detach.c: becoming a daemon; the pid file. See detach.h.
 */
#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "master/detach.h"
#include "util/log.h"
#include "util/mem.h"

/* The parent's part: wait for the word, or for the child's end without one. */
static void
wait_for_word(int fd)
{
	char reason[1024];
	size_t len = 0;
	ssize_t n;

	while (len < sizeof(reason) - 1 &&
	    (n = read(fd, reason + len, sizeof(reason) - 1 - len)) > 0)
		len += (size_t)n;
	reason[len] = '\0';
	if (strcmp(reason, "ok") == 0)
		_exit(0);
	fprintf(stderr, "cmdrd: %s\n", len > 0 ? reason : "ended during its start; the log says more");
	_exit(1);
}

int
detach(void)
{
	int word[2];

	if (pipe2(word, O_CLOEXEC) == -1)
		fatal("pipe");
	switch (fork()) {
	case -1:
		fatal("fork");
	case 0:
		break;
	default:
		close(word[1]);
		wait_for_word(word[0]);
	}
	close(word[0]);
	if (setsid() == -1)
		fatal("setsid");
	umask(027);
	if (chdir("/") == -1)
		fatal("chdir to /");
	return word[1];
}

void
detach_tell(int fd, const char *reason)
{
	if (fd == -1)
		return;
	if (reason == NULL)
		reason = "ok";
	if (write(fd, reason, strlen(reason)) == -1)
		log_warn("telling the parent how the start went: %s", strerror(errno));
	close(fd);
}

void
detach_stdio(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd == -1)
		return;
	for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
		dup2(fd, i);
	if (fd > STDERR_FILENO)
		close(fd);
}

void
detach_make_directory_of(const char *path)
{
	char *copy = xstrdup(path), *directory = dirname(copy);

	/* others than us must find what is in it, whatever our umask is */
	if (mkdir(directory, 0755) == 0)
		chmod(directory, 0755);
	free(copy);
}

int
pidfile_lock(const char *path, int *other)
{
	char text[32] = "";
	int fd;

	*other = 0;
	detach_make_directory_of(path);
	if ((fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644)) == -1)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		if (read(fd, text, sizeof(text) - 1) > 0)
			*other = atoi(text);
		close(fd);
		errno = EWOULDBLOCK;
		return -1;
	}
	snprintf(text, sizeof(text), "%d\n", (int)getpid());
	if (ftruncate(fd, 0) == -1 || write(fd, text, strlen(text)) == -1) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

void
pidfile_remove(const char *path, int fd)
{
	if (fd == -1)
		return;
	unlink(path);
	close(fd);
}
