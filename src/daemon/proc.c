/*
 * proc.c: what every role's process does alike. See proc.h.
 */
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "build-config.h"
#include "daemon/control.h"
#include "daemon/empty_root.h"
#include "daemon/jail.h"
#include "daemon/proc.h"
#include "daemon/title.h"
#include "daemon/usage.h"
#include "util/id.h"
#include "util/log.h"
#include "util/mem.h"

#define CONFIG_MAX ((off_t)16 << 20)

static void
take_config(struct proc *p, int fd)
{
	struct config_error err;
	struct stat st;
	char *text;

	if (fstat(fd, &st) == -1 || st.st_size > CONFIG_MAX)
		fatalx("the configuration from the master cannot be read");
	text = xmalloc((size_t)st.st_size + 1);
	if (pread(fd, text, (size_t)st.st_size, 0) != (ssize_t)st.st_size)
		fatal("reading the configuration from the master");
	if (config_parse_blob(&p->config, text, (size_t)st.st_size, &err) == -1)
		fatalx("the configuration from the master: %s", err.text);
	free(text);
	close(fd);
}

static void
take_listener(struct proc *p, struct rdr *r, int fd)
{
	if (p->nlisteners == PROC_LISTENERS)
		fatalx("more than %d listeners", PROC_LISTENERS);
	p->listener_use[p->nlisteners] = rdr_u16(r);
	p->listeners[p->nlisteners++] = fd;
}

/* A log goes on in another file. */
static void
take_log(int *log, int fd)
{
	if (*log != -1)
		close(*log);
	*log = fd;
}

/*
 * One file of the index; the third makes a set, which replaces the former one. Whoever reads that closes it first:
 * POSIX locks go with the first descriptor of a file that is closed.
 */
static bool
take_index(struct proc *p, struct rdr *r, int fd)
{
	unsigned part = rdr_u32(r);

	if (part > 2 || fd == -1)
		fatalx("the master sent file %u of an index", part);
	if (p->index_next[part] != -1)
		close(p->index_next[part]);
	p->index_next[part] = fd;
	if (part < 2)
		return false;
	if (p->index_fd[0] != -1 && p->ops != NULL && p->ops->index_gone != NULL)
		p->ops->index_gone(p);
	for (int i = 0; i < 3; i++) {
		if (p->index_fd[i] != -1)
			close(p->index_fd[i]);
		p->index_fd[i] = p->index_next[i];
		p->index_next[i] = -1;
	}
	return true;
}

static void
take_start(struct proc *p, struct rdr *r)
{
	p->generation = rdr_u32(r);
	p->nr = rdr_u16(r);
	log_level(rdr_u8(r));
}

static void
set_bootstrap(struct proc *p, const char *text, size_t len)
{
	free(p->bootstrap);
	p->bootstrap = xstrndup(text, len);
}

/* "worker 2"; roles of which there is one go without a number. */
static const char *
display_name(const struct proc *p, char *out, size_t size)
{
	if (p->role->id == ROLE_WORKER)
		snprintf(out, size, "%s %u", p->role->name, p->nr);
	else
		snprintf(out, size, "%s", p->role->name);
	return out;
}

/* Messages of the start, which are ordered and whole before START. Returns 1 at START. */
static int
take(struct proc *p, struct control_msg *m)
{
	struct rdr r = rdr_of(m->payload, m->len);
	char name[32];

	switch (m->type) {
	case IPC_CONFIG:
		take_config(p, m->fd);
		return 0;
	case IPC_BOARD:
		if ((p->board = board_map(m->fd)) == NULL)
			fatalx("the scoreboard from the master cannot be mapped");
		close(m->fd);
		return 0;
	case IPC_SECRETS:
		p->secrets_fd = m->fd;
		return 0;
	case IPC_FILES:
		p->files_fd = m->fd;
		return 0;
	case IPC_REGISTRY:
		p->registry_fd = m->fd;
		return 0;
	case IPC_LISTENER:
		take_listener(p, &r, m->fd);
		return 0;
	case IPC_LOG:
		log_open_fd(m->fd, display_name(p, name, sizeof(name)));
		return 0;
	case IPC_INDEX:
		take_index(p, &r, m->fd);
		return 0;
	case IPC_ACCESS:
		take_log(&p->access_fd, m->fd);
		return 0;
	case IPC_AUDIT:
		take_log(&p->audit_fd, m->fd);
		return 0;
	case IPC_BOOTSTRAP:
		set_bootstrap(p, (const char *)m->payload, m->len);
		return 0;
	case IPC_START:
		take_start(p, &r);
		return 1;
	default:
		fatalx("message %u from the master before START", (unsigned)m->type);
	}
}

static void
hear_start(struct proc *p)
{
	struct control_msg m;
	int r;

	do {
		r = control_recv(p->control, ROLE_MASTER, p->role->id, &m);
		if (r == 0)
			exit(0);	/* the master went away first: nobody to tell */
		if (r == -1)
			fatal("the control socket");
	} while (take(p, &m) == 0);
	if (p->board == NULL)
		fatalx("the master sent no scoreboard");
}

static void
drop_privileges(const struct config *c)
{
	struct passwd *pw;
	struct group *gr;

	if (geteuid() != 0 || c->user[0] == '\0')
		return;
	errno = 0;
	if ((pw = getpwnam(c->user)) == NULL)
		fatalx("user: there is no user %s (adduser --system --group %s)", c->user, c->user);
	if ((gr = getgrnam(c->group)) == NULL)
		fatalx("group: there is no group %s", c->group);
	if (setgroups(1, &gr->gr_gid) == -1 || setresgid(gr->gr_gid, gr->gr_gid, gr->gr_gid) == -1 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) == -1)
		fatal("becoming user %s, group %s", c->user, c->group);
	empty_root_keep();
	/* Core dumps would hold clients' data; a debugger may still ask for them. */
	prctl(PR_SET_DUMPABLE, 0);
}

/* No image of what it holds is left on a disk; what it holds of secrets nobody else may look at either. */
static void
keep_memory(const struct proc *p)
{
	jail_limit(p->role->jail);
#ifndef CMDR_SANITIZED
	/* The leak check looks at its own process from without. */
	if (p->role->holds & HOLDS_SECRETS)
		prctl(PR_SET_DUMPABLE, 0);
#endif
}

static void
set_signals(void)
{
	/* Stopping and reloading are the master's to decide; it tells over the control socket. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	signal(SIGUSR2, SIG_IGN);
}

static void
stop(struct proc *p, bool master_gone)
{
	if (p->stopping)
		return;
	p->stopping = true;
	p->ops->stop(p, master_gone);
}

static void
on_sigterm(evutil_socket_t sig, short what, void *arg)
{
	(void)sig;
	(void)what;
	stop(arg, false);
}

static void
hear(struct proc *p, struct control_msg *m)
{
	struct rdr r = rdr_of(m->payload, m->len);
	char name[32];
	unsigned role, nr;

	switch (m->type) {
	case IPC_PEER:
		role = rdr_u16(&r);
		nr = rdr_u16(&r);
		if (role >= ROLE_COUNT || m->fd == -1)
			fatalx("the master sent a link to role %u without a descriptor", role);
		p->ops->peer(p, (enum role_id)role, nr, m->fd);
		break;
	case IPC_PEERS_DONE:
		if (p->ops->peers_done != NULL)
			p->ops->peers_done(p);
		break;
	case IPC_BOOTSTRAP:
		set_bootstrap(p, (const char *)m->payload, m->len);
		if (p->ops->bootstrap != NULL)
			p->ops->bootstrap(p);
		break;
	case IPC_LOG:
		log_open_fd(m->fd, display_name(p, name, sizeof(name)));
		break;
	case IPC_INDEX:
		if (take_index(p, &r, m->fd) && p->ops->index != NULL)
			p->ops->index(p);
		break;
	case IPC_ACCESS:
		take_log(&p->access_fd, m->fd);
		break;
	case IPC_AUDIT:
		take_log(&p->audit_fd, m->fd);
		break;
	case IPC_REBUILD:
		if (p->ops->rebuild != NULL)
			p->ops->rebuild(p);
		break;
	case IPC_STOP:
		stop(p, false);
		break;
	default:
		fatalx("message %u from the master after START", (unsigned)m->type);
	}
}

static void
on_control(evutil_socket_t fd, short what, void *arg)
{
	struct proc *p = arg;
	struct control_msg m;
	int r;

	(void)what;
	while ((r = control_recv(fd, ROLE_MASTER, p->role->id, &m)) == 1)
		hear(p, &m);
	if (r == -1 && errno != EAGAIN)
		log_error("the control socket: %s", strerror(errno));
	if (r == 0) {
		event_del(p->control_event);
		log_warn("the master is gone: stopping");
		proc_close_listeners(p);
		stop(p, true);
	}
}

void
proc_hear_now(struct proc *p)
{
	if (event_pending(p->control_event, EV_READ, NULL))
		on_control(p->control, EV_READ, p);
}

void
proc_index(struct proc *p, uint64_t serial, const int fd[3])
{
	struct buf b;

	buf_init(&b, 12);
	for (uint32_t part = 0; part < 3; part++) {
		buf_reset(&b);
		buf_put_u32(&b, part);
		buf_put_u64(&b, serial);
		if (control_send(p->control, IPC_INDEX, b.data, b.len, fd[part]) == -1)
			log_warn("handing the index to the master: %s", strerror(errno));
	}
	buf_free(&b);
}

struct peer_self
proc_self(const struct proc *p)
{
	struct peer_self self = { p->role->id, p->nr, p->generation };

	return self;
}

void
proc_close_listeners(struct proc *p)
{
	for (unsigned i = 0; i < p->nlisteners; i++)
		close(p->listeners[i]);
	p->nlisteners = 0;
}

void
proc_hear(struct proc *p, const struct proc_ops *ops)
{
	struct event *term;

	if (p->control_event != NULL)
		return;

	p->ops = ops;
	evutil_make_socket_nonblocking(p->control);
	p->control_event = event_new(p->base, p->control, EV_READ | EV_PERSIST, on_control, p);
	term = evsignal_new(p->base, SIGTERM, on_sigterm, p);
	if (p->control_event == NULL || term == NULL || event_add(p->control_event, NULL) == -1 ||
	    event_add(term, NULL) == -1)
		fatalx("no events for the control socket");
#ifndef CMDR_SANITIZED
	/* The leak check at exit reads /proc. */
	empty_root_enter();
#endif
	jail_enter(p->role->jail);
}

void
proc_ready(struct proc *p, const struct proc_ops *ops, const char *text)
{
	proc_hear(p, ops);
	if (control_send(p->control, IPC_READY, text, text == NULL ? 0 : strlen(text), -1) == -1)
		log_warn("telling the master that this role is ready: %s", strerror(errno));
}

void
proc_peer_lost(struct proc *p, enum role_id role, unsigned nr)
{
	uint8_t payload[4] = { (uint8_t)role, 0, (uint8_t)nr, (uint8_t)(nr >> 8) };

	if (!p->stopping && control_send(p->control, IPC_PEER_LOST, payload, sizeof(payload), -1) == -1)
		log_warn("asking the master for a link to %s %u: %s", role_name(role), nr,
		    strerror(errno));
}

int
proc_main(const char *name, int argc, char **argv)
{
	static struct proc p;	/* large, and there is one of it */
	char shown[32];
	int status;

	title_init(argc, argv);
	p.role = role_by_name(name);
	if (p.role == NULL || p.role->run == NULL)
		fatalx("-x %s: no such role; roles are started by the master only", name);
	log_open(LOG_TO_STDERR, NULL, p.role->name);
	set_signals();
	p.control = PROC_CONTROL_FD;
	p.secrets_fd = p.access_fd = p.audit_fd = p.registry_fd = p.files_fd = -1;
	for (int i = 0; i < 3; i++)
		p.index_fd[i] = p.index_next[i] = -1;
	fcntl(p.control, F_SETFD, FD_CLOEXEC);
	hear_start(&p);
	display_name(&p, shown, sizeof(shown));
	title_set("%s", shown);
	usage_open();
	/* Read once, as long as there is a file system. */
	tzset();
	if (p.role->jail == JAIL_WORKER)
		empty_root_hold(EMPTY_ROOT);
	drop_privileges(&p.config);
	keep_memory(&p);
	if (p.config.log.to != LOG_TO_FILE)
		log_open((enum log_dest)p.config.log.to, NULL, shown);
	if (p.bootstrap == NULL && strcmp(p.config.kafka.servers, CONFIG_EMBEDDED) != 0)
		p.bootstrap = xstrdup(p.config.kafka.servers);
	p.slot = board_slot(p.board, p.role->id, p.nr, p.generation);
	p.shared = board_of(p.board, p.generation);
	board_enter(p.slot, p.generation, (int)getpid());
	id_seed();
	p.base = event_base_new();
	if (p.base == NULL)
		fatalx("no event loop");
	usage_start(p.base, p.slot);
	status = p.role->run(&p);
	log_debug("exiting with status %d", status);
	return status;
}
