/*
 * children.c: a role's process from fork to reaping. What a death means for
 * its generation is generation.c's concern; links to its peers are links.c's.
 */
#include <sys/mman.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/control.h"
#include "daemon/proc.h"
#include "daemon/registry_log.h"
#include "master/children.h"
#include "master/generation.h"
#include "master/index_files.h"
#include "master/links.h"
#include "master/reload.h"
#include "master/rollback.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/mem.h"

#define BACKOFF_FIRST_MS	50
#define BACKOFF_MAX_MS		10000
#define LIVED_WELL_MS		2000	/* a READY role that lived this long starts its backoff anew */

const char *
child_name(const struct child *c, char *out, size_t size)
{
	if (c->role->id == ROLE_WORKER)
		snprintf(out, size, "%s %u", c->role->name, c->nr);
	else
		snprintf(out, size, "%s", c->role->name);
	return out;
}

/* A memfd with the keys of the configuration that this role may hold. */
static int
config_fd(const struct generation *g, enum role_id role)
{
	struct buf text;
	int fd = memfd_create("cmdr-config", MFD_CLOEXEC);

	buf_init(&text, 0);
	if (fd == -1 || config_serialize(&g->config, ROLE_BIT(role), &text) == -1 ||
	    write(fd, text.data, text.len) != (ssize_t)text.len)
		fatal("writing the configuration for %s", role_name(role));
	buf_free(&text);
	return fd;
}

static int
log_fd(const struct generation *g)
{
	if (g->config.log.to != LOG_TO_FILE)
		return -1;
	return open(g->config.log.file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
}

/* -1: it cannot be opened, which is told once a start and no reason not to serve. */
static int
lines_fd(const char *key, const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0640);

	if (fd == -1)
		log_error("%s: %s cannot be opened: %s; it is not written", key, path, strerror(errno));
	return fd;
}

static void
send_lines(const struct child *c, bool wanted, enum ipc_type type, const char *key, const char *path)
{
	int fd;

	if (!wanted || path[0] == '\0' || (fd = lines_fd(key, path)) == -1)
		return;
	control_send(c->control, type, NULL, 0, fd);
	close(fd);
}

/* The access log, and the audit log where anybody is asked who he is. */
static void
send_access(const struct child *c)
{
	const struct config *config = &c->generation->config;
	unsigned methods = config_auth_methods(config);

	if (c->role->id != ROLE_WORKER)
		return;
	send_lines(c, config->http.access_log != CONFIG_ACCESS_LOG_OFF, IPC_ACCESS, "http.access_log_file",
	    config->http.access_log_file);
	send_lines(c, methods != 0 && methods != CONFIG_AUTH_NONE, IPC_AUDIT, "auth.audit_log", config->auth.audit_log);
}

/* Only the registrar's can be written through. */
static void
send_registry(const struct child *c)
{
	int shared = c->generation->registry_fd, fd;

	if (!(c->role->holds & HOLDS_REGISTRY) || shared == -1)
		return;
	if (c->role->id == ROLE_REGISTRAR) {
		control_send(c->control, IPC_REGISTRY, NULL, 0, shared);
		return;
	}
	if ((fd = registry_log_reader(shared)) == -1)
		fatal("the memory of the schemas, for a reader");
	control_send(c->control, IPC_REGISTRY, NULL, 0, fd);
	close(fd);
}

static void
send_listeners(struct master *m, struct child *c)
{
	struct listener *l;

	TAILQ_FOREACH(l, &m->listeners, entry) {
		enum listener_use use = l->use[c->generation->nr & 1];
		uint8_t payload[2] = { (uint8_t)use, 0 };

		if (use != LISTENER_NONE)
			control_send(c->control, IPC_LISTENER, payload, sizeof(payload), l->fd);
	}
}

/* A broker may still be there for the generation before, which was configured for it. */
static void
send_bootstrap(const struct master *m, const struct child *c)
{
	if (m->bootstrap == NULL || strcmp(c->generation->config.kafka.servers, CONFIG_EMBEDDED) != 0)
		return;
	if (c->role->id == ROLE_PRODUCER || c->role->id == ROLE_TAILER ||
	    c->role->id == ROLE_INDEXER || c->role->id == ROLE_REGISTRAR)
		control_send(c->control, IPC_BOOTSTRAP, m->bootstrap, strlen(m->bootstrap), -1);
}

/* All that a role is handed, in the order that proc.c takes it. */
static void
hand_over(struct master *m, struct child *c)
{
	const struct generation *g = c->generation;
	int level = g->config.log.level + m->options.verbose;
	uint8_t start[8] = { (uint8_t)g->nr, (uint8_t)(g->nr >> 8), (uint8_t)(g->nr >> 16),
		(uint8_t)(g->nr >> 24), (uint8_t)c->nr, (uint8_t)(c->nr >> 8),
		(uint8_t)(level > LOG_DEBUG ? LOG_DEBUG : level), 0 };
	int fd = config_fd(g, c->role->id);

	control_send(c->control, IPC_CONFIG, NULL, 0, fd);
	close(fd);
	control_send(c->control, IPC_BOARD, NULL, 0, m->board_fd);
	if ((c->role->holds & HOLDS_SECRETS) && g->secrets_fd != -1)
		control_send(c->control, IPC_SECRETS, NULL, 0, g->secrets_fd);
	if ((c->role->holds & HOLDS_FILES) && g->files_fd != -1)
		control_send(c->control, IPC_FILES, NULL, 0, g->files_fd);
	send_registry(c);
	if (c->role->holds & HOLDS_LISTENERS)
		send_listeners(m, c);
	if ((fd = log_fd(g)) != -1) {
		control_send(c->control, IPC_LOG, NULL, 0, fd);
		close(fd);
	}
	send_access(c);
	send_bootstrap(m, c);
	index_files_send(m, c);
	control_send(c->control, IPC_START, start, sizeof(start), -1);
}

/* In the child, between fork and exec: nothing but system calls. */
static void
exec_role(struct master *m, const struct generation *generation, int control, char *const argv[])
{
	sigset_t none;
	int null;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* A daemon's roles must not hold the terminal, or the pipe, that it was started from. */
	if (!m->options.foreground && (null = open("/dev/null", O_RDWR | O_CLOEXEC)) != -1)
		for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
			dup2(null, fd);
	if (control == PROC_CONTROL_FD)
		fcntl(control, F_SETFD, 0);
	else if (dup2(control, PROC_CONTROL_FD) == -1)
		_exit(127);
	fexecve(rollback_image(m, generation), argv, environ);
	_exit(127);
}

static void
on_control(evutil_socket_t fd, short what, void *arg)
{
	struct child *c = arg;

	(void)fd;
	(void)what;
	generation_hear(c);
}

static void
spawn(struct master *m, struct child *c)
{
	char nr[16], role[32];
	char *argv[] = { (char *)(uintptr_t)"cmdrd", (char *)(uintptr_t)"-x", role,
		(char *)(uintptr_t)"-N", nr, NULL };
	int pair[2];

	snprintf(nr, sizeof(nr), "%u", c->nr);
	snprintf(role, sizeof(role), "%s", c->role->name);
	if (control_pair(pair) == -1)
		fatal("a control socket for %s", role);
	c->pid = fork();
	if (c->pid == -1) {
		log_error("cannot start %s %u: fork: %s", role, c->nr, strerror(errno));
		close(pair[0]);
		close(pair[1]);
		if (generation_child_died(m, c))
			child_rest(m, c);
		return;
	}
	if (c->pid == 0)
		exec_role(m, c->generation, pair[1], argv);
	close(pair[1]);
	c->control = pair[0];
	c->state = CHILD_STARTING;
	c->started_ms = clock_ms();
	c->was_ready = false;
	child_adopt(m, c);
	log_debug("started %s %u of generation %u as process %d", role, c->nr, c->generation->nr,
	    (int)c->pid);
	hand_over(m, c);
	links_make(m, c);
}

void
child_adopt(struct master *m, struct child *c)
{
	evutil_make_socket_nonblocking(c->control);
	c->control_event = event_new(m->base, c->control, EV_READ | EV_PERSIST, on_control, c);
	if (c->control_event == NULL || event_add(c->control_event, NULL) == -1)
		fatalx("no event for a control socket");
}

void
child_new(struct master *m, struct generation *g, const struct role *role, unsigned nr)
{
	struct child *c = xcalloc(1, sizeof(*c));

	c->role = role;
	c->nr = nr;
	c->generation = g;
	c->control = -1;
	TAILQ_INSERT_TAIL(&m->children, c, entry);
	spawn(m, c);
}

static void
hang_up(struct child *c)
{
	if (c->control_event != NULL)
		event_free(c->control_event);
	c->control_event = NULL;
	if (c->control != -1)
		close(c->control);
	c->control = -1;
}

void
child_free(struct master *m, struct child *c)
{
	hang_up(c);
	if (c->restart != NULL)
		event_free(c->restart);
	TAILQ_REMOVE(&m->children, c, entry);
	free(c);
}

void
child_stop(struct child *c)
{
	if (c->state == CHILD_STOPPING || c->state == CHILD_RESTING)
		return;
	c->state = CHILD_STOPPING;
	if (control_send(c->control, IPC_STOP, NULL, 0, -1) == -1 && errno != EPIPE)
		log_warn("telling process %d to stop: %s", (int)c->pid, strerror(errno));
}

static void
on_restart(evutil_socket_t fd, short what, void *arg)
{
	struct child *c = arg;
	struct master *m = generation_master();

	(void)fd;
	(void)what;
	event_free(c->restart);
	c->restart = NULL;
	atomic_fetch_add(&board_slot(m->board, c->role->id, c->nr,
	    c->generation->nr)->restarts, 1);
	spawn(m, c);
}

/* Doubling while it dies before READY (or at once after); afresh for one that lived well. */
void
child_rest(struct master *m, struct child *c)
{
	struct timeval wait;
	bool well = c->was_ready && clock_ms() - c->started_ms >= LIVED_WELL_MS;

	c->backoff_ms = well || c->backoff_ms == 0 ? BACKOFF_FIRST_MS : c->backoff_ms * 2;
	if (c->backoff_ms > BACKOFF_MAX_MS)
		c->backoff_ms = BACKOFF_MAX_MS;
	c->state = CHILD_RESTING;
	wait.tv_sec = c->backoff_ms / 1000;
	wait.tv_usec = c->backoff_ms % 1000 * 1000;
	c->restart = event_new(m->base, -1, 0, on_restart, c);
	if (c->restart == NULL || event_add(c->restart, &wait) == -1)
		fatalx("no timer to restart a role");
}

static void
log_death(const struct child *c, int status)
{
	char name[32];
	bool expected = c->state == CHILD_STOPPING && WIFEXITED(status) && WEXITSTATUS(status) == 0;
	int level = expected ? LOG_INFO : LOG_ERR;

	child_name(c, name, sizeof(name));
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		log_at(LOG_ERR, "%s (process %d, generation %u) was killed for a forbidden system call (SIGSYS); see the "
		    "kernel's audit log", name, (int)c->pid, c->generation->nr);
	else if (WIFSIGNALED(status))
		log_at(LOG_ERR, "%s (process %d, generation %u) died of signal %d (%s)%s", name,
		    (int)c->pid, c->generation->nr, WTERMSIG(status), strsignal(WTERMSIG(status)),
		    c->was_ready ? "" : " before it was ready");
	else
		log_at(level, "%s (process %d, generation %u) exited with status %d%s", name,
		    (int)c->pid, c->generation->nr, WEXITSTATUS(status),
		    c->was_ready ? "" : " before it was ready");
}

static struct child *
find_pid(struct master *m, pid_t pid)
{
	struct child *c;

	TAILQ_FOREACH(c, &m->children, entry)
		if (c->pid == pid)
			return c;
	return NULL;
}

/* What a producer says of itself on the scoreboard is true as long as it lives. */
static void
forget_claims(struct master *m, const struct child *c)
{
	struct board_producer *p = &board_of(m->board, c->generation->nr)->producer;

	if (c->role->id != ROLE_PRODUCER)
		return;
	atomic_store(&p->alive, 0);
	atomic_store(&p->once_busy, 0);
}

void
children_reap(struct master *m)
{
	struct child *c;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if ((c = find_pid(m, pid)) == NULL) {
			reload_reaped(m, pid, status);
			continue;
		}
		/* It may have said READY just before: hear it out. */
		generation_hear(c);
		log_death(c, status);
		if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
			board_add(board_slot(m->board, ROLE_MASTER, 0, 0), COUNT_jail_killed, 1);
		board_leave(board_slot(m->board, c->role->id, c->nr, c->generation->nr), (int)pid);
		hang_up(c);
		c->pid = -1;
		forget_claims(m, c);
		if (generation_child_died(m, c))
			child_rest(m, c);
	}
}

struct child *
children_find(struct master *m, const struct generation *g, enum role_id role, unsigned nr)
{
	struct child *c;

	TAILQ_FOREACH(c, &m->children, entry)
		if (c->role->id == role && c->nr == nr && c->generation == g)
			return c;
	return NULL;
}

void
children_send_log(struct master *m)
{
	struct child *c;
	int fd;

	TAILQ_FOREACH(c, &m->children, entry) {
		if (c->control != -1)
			send_access(c);
		if (c->control == -1 || (fd = log_fd(c->generation)) == -1)
			continue;
		control_send(c->control, IPC_LOG, NULL, 0, fd);
		close(fd);
	}
}

void
children_send_bootstrap(struct master *m)
{
	struct child *c;

	TAILQ_FOREACH(c, &m->children, entry)
		if (c->control != -1)
			send_bootstrap(m, c);
}

void
children_kill_all(struct master *m)
{
	struct child *c;

	TAILQ_FOREACH(c, &m->children, entry)
		if (c->pid > 0)
			kill(c->pid, SIGKILL);
}
