/*
 * reload.c: SIGHUP. See reload.h.
 */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "master/generation.h"
#include "master/notify.h"
#include "master/reload.h"
#include "master/state.h"
#include "util/clock.h"
#include "util/log.h"

#define CHECK_TIMEOUT_MS 10000

/* Start `cmdrd -n -f FILE`, its output on *out. 0, or -1 with errno. */
static int
start_check(const struct master *m, pid_t *pid, int *out)
{
	char *argv[] = { (char *)(uintptr_t)m->options.exe, (char *)(uintptr_t)"-n",
		(char *)(uintptr_t)"-f", (char *)(uintptr_t)m->options.config_path, NULL };
	posix_spawn_file_actions_t actions;
	int pipefd[2], err;

	if (pipe2(pipefd, O_CLOEXEC) == -1)
		return -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, pipefd[1], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, pipefd[1], STDERR_FILENO);
	err = posix_spawn(pid, m->options.exe, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(pipefd[1]);
	if (err != 0) {
		close(pipefd[0]);
		errno = err;
		return -1;
	}
	*out = pipefd[0];
	return 0;
}

/* Collect what it prints until it ends or its time does; the last line break is cut. */
static void
collect(int fd, char *text, size_t size)
{
	int64_t until = clock_ms() + CHECK_TIMEOUT_MS;
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	size_t len = 0;
	ssize_t n;

	while (len < size - 1 && clock_ms() < until) {
		if (poll(&pfd, 1, (int)(until - clock_ms())) <= 0)
			continue;
		if ((n = read(fd, text + len, size - 1 - len)) <= 0)
			break;
		len += (size_t)n;
	}
	while (len > 0 && text[len - 1] == '\n')
		len--;
	text[len] = '\0';
}

/* Is the installed binary content with the file as it is now? If not, say why. */
static bool
check(const struct master *m)
{
	char text[1024];
	int out, status = -1;
	pid_t pid;

	if (start_check(m, &pid, &out) == -1) {
		log_error("reload: %s cannot be run (%s): generation %u goes on", m->options.exe,
		    strerror(errno), generation_current((struct master *)(uintptr_t)m)->nr);
		return false;
	}
	collect(out, text, sizeof(text));
	close(out);
	if (waitpid(pid, &status, WNOHANG) == 0) {
		/* Its output ended, so it is about to; one that hangs instead is no good. */
		usleep(100000);
		if (waitpid(pid, &status, WNOHANG) == 0) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
		}
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	log_error("reload: the configuration is not good, the running one goes on: %s",
	    text[0] != '\0' ? text : "the check ended without a word");
	return false;
}

void
reload(struct master *m)
{
	struct generation *g;

	TAILQ_FOREACH(g, &m->generations, entry)
		if (g->state == GENERATION_STARTING) {
			log_notice("reload: generation %u is still starting; again when it runs", g->nr);
			m->reload_again = true;
			return;
		}
	if (!check(m))
		return;
	log_notice("reload: executing %s", m->options.exe);
	notify_reloading();
	if (state_save(m) == 0)
		execv(m->options.exe, m->options.argv);
	log_error("reload: %s cannot be executed (%s): the running generation goes on",
	    m->options.exe, strerror(errno));
	state_discard(m);
	notify_ready();
}
