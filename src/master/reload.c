/*
 * reload.c: a reload. See reload.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "master/generation.h"
#include "master/notify.h"
#include "master/reload.h"
#include "master/state.h"
#include "util/log.h"
#include "util/mem.h"

#define CHECK_TIMEOUT_S	10

static const char *const names[] = {
	[RELOAD_NONE] = "none",
	[RELOAD_CHECKING] = "checking",
	[RELOAD_STARTING] = "starting",
	[RELOAD_DONE] = "done",
	[RELOAD_FAILED] = "failed",
};

/* The check while it runs. */
static struct {
	pid_t		 pid;	/* 0: none */
	int		 out;	/* what it says */
	bool		 killed;	/* by us, for it took too long */
	struct event	*timer;
} checker;

const char *
reload_state_name(enum reload_state state)
{
	return names[state];
}

/* Start `cmdrd -n -f FILE`, its output kept in a pipe. 0, or -1 with errno. */
static int
start_check(const struct master *m)
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
	err = posix_spawn(&checker.pid, m->options.exe, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(pipefd[1]);
	if (err != 0) {
		checker.pid = 0;
		close(pipefd[0]);
		errno = err;
		return -1;
	}
	checker.out = pipefd[0];
	checker.killed = false;
	return 0;
}

/* It reads a file that does not answer, say. */
static void
on_timeout(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	checker.killed = true;
	kill(checker.pid, SIGKILL);
}

static void
set_timer(struct master *m)
{
	struct timeval tv = { CHECK_TIMEOUT_S, 0 };

	if (checker.timer == NULL)
		checker.timer = event_new(m->base, -1, 0, on_timeout, m);
	if (checker.timer == NULL || event_add(checker.timer, &tv) == -1)
		fatalx("no timer for a reload");
}

/* What the check printed, which a pipe holds whole; the last line break is cut. */
static void
collect(char *text, size_t size)
{
	size_t len = 0;
	ssize_t n;

	fcntl(checker.out, F_SETFL, O_NONBLOCK);
	while (len < size - 1 && (n = read(checker.out, text + len, size - 1 - len)) > 0)
		len += (size_t)n;
	close(checker.out);
	while (len > 0 && text[len - 1] == '\n')
		len--;
	text[len] = '\0';
	if (strncmp(text, "cmdrd: ", 7) == 0)
		memmove(text, text + 7, len - 6);
}

static void
become(struct master *m)
{
	char why[256];

	m->reload.state = RELOAD_STARTING;
	log_notice("reload: executing %s", m->options.exe);
	notify_reloading();
	if (state_save(m) == 0)
		execv(m->options.exe, m->options.argv);
	snprintf(why, sizeof(why), "%s cannot be executed: %s", m->options.exe, strerror(errno));
	state_discard(m);
	notify_ready();
	log_error("reload: %s; the running generation goes on", why);
	reload_ended(m, why);
}

/* What the end of the check means. It exits with 1, and says why, where the file is not good. */
static void
why_not(const struct master *m, int status, const char *said, char *why, size_t size)
{
	if (checker.killed)
		snprintf(why, size, "checking the file took more than %d s", CHECK_TIMEOUT_S);
	else if (WIFSIGNALED(status))
		snprintf(why, size, "the installed %s does not run: signal %d (%s)", m->options.exe, WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) == 1 && *said != '\0')
		snprintf(why, size, "the configuration is not good: %s", said);
	else
		snprintf(why, size, "the installed %s does not run: exit status %d%s%s", m->options.exe,
		    WEXITSTATUS(status), *said == '\0' ? "" : ": ", said);
}

void
reload_reaped(struct master *m, pid_t pid, int status)
{
	char text[1024], why[1280];

	if (checker.pid == 0 || pid != checker.pid)
		return;
	checker.pid = 0;
	event_del(checker.timer);
	collect(text, sizeof(text));
	if (m->stopping)
		return;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		become(m);
		return;
	}
	why_not(m, status, text, why, sizeof(why));
	log_error("reload: %s; the running generation goes on", why);
	reload_ended(m, why);
}

static bool
under_way(struct master *m)
{
	struct generation *g;

	TAILQ_FOREACH(g, &m->generations, entry)
		if (g->state == GENERATION_STARTING)
			return true;
	return checker.pid != 0;
}

/*
 * A generation shares its place on the scoreboard with those of the same last bit. So one that is still being
 * drained must have ended before the next but one begins.
 */
static bool
place_is_taken(struct master *m)
{
	const struct generation *g, *newest = TAILQ_LAST(&m->generations, generation_list);

	TAILQ_FOREACH(g, &m->generations, entry)
		if (((g->nr ^ newest->nr) & 1) == 1)
			return true;
	return false;
}

unsigned
reload(struct master *m)
{
	char why[256];

	if (under_way(m) || place_is_taken(m)) {
		log_notice("reload: %s", under_way(m) ?
		    "one is under way, or the start still is; again when it has ended" :
		    "the generation before the last has not ended yet; again when it has");
		m->reload.again = true;
		return m->reload.number + 1;
	}
	m->reload.number++;
	m->reload.state = RELOAD_CHECKING;
	if (start_check(m) == 0) {
		set_timer(m);
		return m->reload.number;
	}
	snprintf(why, sizeof(why), "%s cannot be run: %s", m->options.exe, strerror(errno));
	log_error("reload: %s: generation %u goes on", why, generation_current(m)->nr);
	reload_ended(m, why);
	return m->reload.number;
}

static void
on_again(evutil_socket_t fd, short what, void *arg)
{
	struct master *m = arg;

	(void)fd;
	(void)what;
	if (!m->stopping)
		reload(m);
}

void
reload_again(struct master *m)
{
	if (!m->reload.again || m->stopping)
		return;
	m->reload.again = false;
	event_base_once(m->base, -1, EV_TIMEOUT, on_again, m, NULL);
}

void
reload_ended(struct master *m, const char *why)
{
	if (m->reload.number > 0) {
		m->reload.state = why == NULL ? RELOAD_DONE : RELOAD_FAILED;
		board_add(board_slot(m->board, ROLE_MASTER, 0, 0), why == NULL ? COUNT_reloads_done :
		    COUNT_reloads_failed, 1);
	}
	free(m->reload.why);
	m->reload.why = why == NULL ? NULL : xstrdup(why);
	reload_again(m);
}
