/*
 * master.c: the supervisor's entry, in a fixed order: configuration, daemon,
 * pid file, sockets, first generation, loop. See master.h.
 */
#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "access/access.h"
#include "build-config.h"
#include "daemon/config_files.h"
#include "daemon/config_secrets.h"
#include "daemon/empty_root.h"
#include "daemon/proc.h"
#include "daemon/title.h"
#include "daemon/usage.h"
#include "master/activation.h"
#include "master/children.h"
#include "master/control_socket.h"
#include "master/detach.h"
#include "master/generation.h"
#include "master/index_files.h"
#include "master/listen.h"
#include "master/master.h"
#include "master/notify.h"
#include "master/reload.h"
#include "master/rollback.h"
#include "master/state.h"
#include "master/status.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/mem.h"

static void
on_sigchld(evutil_socket_t sig, short what, void *arg)
{
	(void)sig;
	(void)what;
	children_reap(arg);
}

static void
on_term(evutil_socket_t sig, short what, void *arg)
{
	struct master *m = arg;

	(void)what;
	if (m->stopping) {
		log_notice("signal %d again: ending at once", (int)sig);
		children_kill_all(m);
		event_base_loopbreak(m->base);
		return;
	}
	log_notice("signal %d: stopping", (int)sig);
	master_stop(m);
}

static void
on_hup(evutil_socket_t sig, short what, void *arg)
{
	struct master *m = arg;

	(void)sig;
	(void)what;
	if (!m->stopping)
		reload(m);
}

static void
on_usr1(evutil_socket_t sig, short what, void *arg)
{
	struct master *m = arg;

	(void)sig;
	(void)what;
	if (log_reopen() == -1)
		log_error("the log cannot be opened again: %s; going on with the old file", strerror(errno));
	children_send_log(m);
	log_notice("log opened again");
}

static void
on_usr2(evutil_socket_t sig, short what, void *arg)
{
	(void)sig;
	(void)what;
	status_log(arg);
}

static const struct {
	int			signal;
	event_callback_fn	handle;
} handled[] = {
	{ SIGCHLD, on_sigchld },
	{ SIGTERM, on_term },
	{ SIGINT, on_term },
	{ SIGHUP, on_hup },
	{ SIGUSR1, on_usr1 },
	{ SIGUSR2, on_usr2 },
};

static void
hear_signals(struct master *m)
{
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof(handled) / sizeof(handled[0]); i++) {
		struct event *ev = evsignal_new(m->base, handled[i].signal, handled[i].handle, m);

		if (ev == NULL || event_add(ev, NULL) == -1)
			fatalx("no event for signal %d", handled[i].signal);
	}
}

void
master_started(struct master *m)
{
	m->started = true;
	if (m->parent_fd != -1) {
		detach_tell(m->parent_fd, NULL);
		m->parent_fd = -1;
		detach_stdio();
	}
	notify_ready();
}

static void
remove_traces(struct master *m)
{
	listen_close_all(m);
	control_socket_close_all(m);
	if (m->pidfile != NULL)
		pidfile_remove(m->pidfile, m->pid_fd);
}

void
master_start_failed(struct master *m, const char *fmt, ...)
{
	char why[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	log_error("start failed: %s", why);
	if (m->parent_fd == -1)
		fprintf(stderr, "cmdrd: %s\n", why);
	detach_tell(m->parent_fd, why);
	children_kill_all(m);
	remove_traces(m);
	exit(1);
}

void
master_stop(struct master *m)
{
	struct generation *g, *next;

	m->stopping = true;
	notify_stopping();
	listen_close_all(m);
	for (g = TAILQ_FIRST(&m->generations); g != NULL; g = next) {
		next = TAILQ_NEXT(g, entry);
		generation_drain(m, g);
	}
}

static void
open_log(struct master *m, const struct config *c)
{
	int level = c->log.level + m->options.verbose;

	log_level(level > LOG_DEBUG ? LOG_DEBUG : level);
	if (log_open((enum log_dest)c->log.to, c->log.file, "master") == -1)
		master_start_failed(m, "log.file: %s cannot be opened for writing: %s", c->log.file,
		    strerror(errno));
}

/* The log file is written by the master before it is by roles; they are handed its descriptor. */
static void
lock_pidfile(struct master *m, const struct config *c)
{
	int other;
	char *path;

	path = xstrdup(m->options.pidfile != NULL ? m->options.pidfile : c->pidfile);
	if (*path == '\0') {
		m->pidfile = path;	/* none is wanted; pid_fd stays -1 */
		return;
	}
	m->pid_fd = pidfile_lock(path, &other);
	if (m->pid_fd == -1 && errno == EWOULDBLOCK) {
		free(path);
		master_start_failed(m, "already running as process %d (pid file %s is locked)", other,
		    m->options.pidfile != NULL ? m->options.pidfile : c->pidfile);
		return;
	}
	if (m->pid_fd == -1) {
		master_start_failed(m, "pidfile: %s cannot be written: %s", path, strerror(errno));
		return;
	}
	m->pidfile = path;
}

/* Where workers see no file. */
static void
make_empty_root(void)
{
	if (geteuid() == 0 && empty_root_make(EMPTY_ROOT) == -1)
		log_warn("%s cannot be made: %s", EMPTY_ROOT, strerror(errno));
}

/* The next generation, from a configuration that has been read. -1: why says what is missing. */
static int
next_generation(struct master *m, struct config *c, unsigned nr, char *why, size_t size)
{
	struct config_error err;
	int secrets = -1, files = -1;

	if ((c->kafka.secrets[0] != '\0' && (secrets = config_secrets_open(c->kafka.secrets, &err)) == -1) ||
	    (files = config_files_copy(c, &err)) == -2) {
		snprintf(why, size, "%s", err.text);
	} else if (access_check(c, files, why, size) == 0 && listen_bind(m, c, nr, why, size) == 0 &&
	    control_socket_open(m, c, why, size) == 0) {
		make_empty_root();
		access_advise(c);
		index_files_directory(c);
		generation_start(m, generation_new(m, nr, c, secrets, files));
		return 0;
	}
	if (secrets != -1)
		close(secrets);
	if (files >= 0)
		close(files);
	return -1;
}

/* The master's own place on the scoreboard, which the next image goes on with. */
static void
take_slot(struct master *m)
{
	struct board_slot *slot = board_slot(m->board, ROLE_MASTER, 0, 0);

	if (atomic_load(&slot->pid) != (int32_t)getpid())
		board_enter(slot, 0, (int)getpid());
	usage_open();
	usage_start(m->base, slot);
}

static void
first_start(struct master *m, struct config *c)
{
	char why[1024];

	lock_pidfile(m, c);
	if ((m->board_fd = board_create(&m->board)) == -1)
		fatal("a scoreboard");
	take_slot(m);
	log_notice("cmdrd %s starting, configuration %s", PACKAGE_VERSION, m->options.config_path);
	if (geteuid() != 0)
		log_info("not started by root: the others stay user %u, and workers see the file system, which they may not "
		    "open", (unsigned)geteuid());
	activation_offer(m);
	if (next_generation(m, c, 1, why, sizeof(why)) == -1)
		master_start_failed(m, "%s", why);
	activation_close_unnamed(m, 1);
}

static struct generation *
newest(struct master *m)
{
	return TAILQ_LAST(&m->generations, generation_list);
}

/* We are the next image: take over from the former one, whatever the file says by now. */
static void
take_over(struct master *m)
{
	const struct generation *g;

	if (state_restore(m) == -1 || newest(m) == NULL)
		fatalx("the former image's state is lost: starting anew is up to init");
	m->started = true;
	/* The newest may be one that was given up. */
	g = generation_current(m) != NULL ? generation_current(m) : newest(m);
	open_log(m, &g->config);
	control_socket_own(m, &g->config);
	take_slot(m);
	children_reap(m);
	log_notice("cmdrd %s took over from the former image", PACKAGE_VERSION);
}

/* The next image, or its generation, cannot be had. */
static void
reload_failed(struct master *m, const char *why)
{
	rollback(m, why);
	log_error("reload: %s; the running generation goes on", why);
	notify_ready();
	reload_ended(m, why);
}

/* Start the next generation beside the running one. */
static void
second_start(struct master *m, struct config *c)
{
	unsigned nr = newest(m)->nr + 1;
	char why[1024];

	if (next_generation(m, c, nr, why, sizeof(why)) == -1) {
		listen_withdraw(m, nr);
		control_socket_withdraw(m);
		reload_failed(m, why);
	}
}

/* A worker's connections are descriptors: as many as the hard limit allows, for all roles, which inherit it. */
static void
raise_descriptor_limit(void)
{
	struct rlimit lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) == 0) {
		lim.rlim_cur = lim.rlim_max;
		setrlimit(RLIMIT_NOFILE, &lim);
	}
}

static void
make_loop(struct master *m)
{
	if ((m->base = event_base_new()) == NULL)
		fatalx("no event loop");
	hear_signals(m);
}

/* Kept clear of the number where a role finds its control socket. */
static int
open_image(void)
{
	int fd = open("/proc/self/exe", O_PATH | O_CLOEXEC), high;

	if (fd == -1 || (high = fcntl(fd, F_DUPFD_CLOEXEC, PROC_CONTROL_FD + 1)) == -1)
		fatal("opening /proc/self/exe");
	close(fd);
	return high;
}

static void
init(struct master *m, const struct master_options *options)
{
	memset(m, 0, sizeof(*m));
	m->options = *options;
	m->began_ms = clock_ms();
	m->control[0].fd = m->control[1].fd = -1;
	m->pid_fd = m->parent_fd = m->board_fd = m->former.exe_fd = m->former.board_fd = -1;
	TAILQ_INIT(&m->listeners);
	generation_init(m);
}

/* The file was good a moment ago, but may have changed since: that is no reason to end. */
static void
resume(struct master *m)
{
	struct config_error err;
	struct config c;

	take_over(m);
	if (m->back != NULL) {
		reload_failed(m, m->back);
		return;
	}
	if (config_load(&c, m->options.config_path, &err) == -1) {
		reload_failed(m, err.text);
		return;
	}
	open_log(m, &c);
	second_start(m, &c);
}

static int
begin(struct master *m)
{
	struct config_error err;
	struct config c;

	if (config_load(&c, m->options.config_path, &err) == -1) {
		fprintf(stderr, "cmdrd: %s\n", err.text);
		return -1;
	}
	if (!m->options.foreground)
		m->parent_fd = detach();
	title_set("master");
	umask(027);
	make_loop(m);
	open_log(m, &c);
	first_start(m, &c);
	return 0;
}

int
master_main(const struct master_options *options)
{
	static struct master m;

	init(&m, options);
	if (!state_present())
		activation_take(ACTIVATION_FIRST);
	m.exe_fd = open_image();
	raise_descriptor_limit();
	if (state_present()) {
		title_set("master");
		make_loop(&m);
		resume(&m);
	} else {
		/* The loop is made behind the fork: an epoll descriptor does not live across it. */
		if (begin(&m) == -1)
			return 1;
	}
	event_base_dispatch(m.base);
	remove_traces(&m);
	log_notice("stopped");
	return m.status;
}
