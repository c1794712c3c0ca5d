/*
 * state.c: what one image of the master tells the next. See state.h.
 */
#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "master/children.h"
#include "master/control_socket.h"
#include "master/generation.h"
#include "master/listen.h"
#include "master/rollback.h"
#include "master/state.h"
#include "util/buf.h"
#include "util/log.h"
#include "util/mem.h"

#define VARIABLE	"CMDRD_STATE"
#define STATE_MAX	((off_t)4 << 20)

static int state_fd = -1;

/* The scoreboard that the image to come can read, and its children write. */
static int
told_board(const struct master *m)
{
	return m->former.why != NULL && m->former.board_fd != -1 ? m->former.board_fd : m->board_fd;
}

/* fd -1 is allowed. */
static void
keep_across_exec(int fd, bool keep)
{
	if (fd != -1)
		fcntl(fd, F_SETFD, keep ? 0 : FD_CLOEXEC);
}

static void
keep_all(struct master *m, bool keep)
{
	struct generation *g;
	struct listener *l;
	struct child *c;

	keep_across_exec(told_board(m), keep);
	keep_across_exec(m->exe_fd, keep);
	keep_across_exec(m->pid_fd, keep);
	TAILQ_FOREACH(g, &m->generations, entry) {
		keep_across_exec(g->secrets_fd, keep);
		keep_across_exec(g->files_fd, keep);
		keep_across_exec(g->registry_fd, keep);
		keep_across_exec(g->blob_fd, keep);
	}
	TAILQ_FOREACH(l, &m->listeners, entry)
		keep_across_exec(l->fd, keep);
	TAILQ_FOREACH(c, &m->children, entry)
		keep_across_exec(c->control, keep);
	for (int i = 0; m->index.directory != NULL && i < 3; i++)
		keep_across_exec(m->index.fd[i], keep);
	keep_across_exec(m->control[0].fd, keep);
}

static int
memfd_of(const char *name, const struct buf *text)
{
	int fd = memfd_create(name, 0);

	if (fd != -1 && write(fd, text->data, text->len) != (ssize_t)text->len) {
		close(fd);
		return -1;
	}
	return fd;
}

/* One that came from the former image goes on as it came: what we do not know, the image to come may. */
static void
put_generation(struct buf *out, struct generation *g)
{
	struct buf blob;

	if (g->blob_fd == -1) {
		buf_init(&blob, 0);
		config_serialize(&g->config, ~0u, &blob);
		g->blob_fd = memfd_of("cmdr-config", &blob);
		buf_free(&blob);
	}
	buf_printf(out, "generation %u %d %d %d %d %d\n", g->nr, (int)g->state, g->secrets_fd, g->blob_fd,
	    g->registry_fd, g->files_fd);
}

static void
describe(struct master *m, struct buf *out)
{
	struct generation *g;
	const struct listener *l;
	const struct child *c;

	buf_printf(out, "board %d\n", told_board(m));
	buf_printf(out, "image %d %s\n", m->exe_fd, m->options.exe);
	if (m->former.why != NULL)
		buf_printf(out, "back %.*s\n", (int)strcspn(m->former.why, "\n"), m->former.why);
	buf_printf(out, "pidfile %d %s\n", m->pid_fd, m->pidfile);
	buf_printf(out, "began %" PRId64 "\n", m->began_ms);
	buf_printf(out, "reload %u %d\n", m->reload.number, m->reload.again);
	if (m->control[0].path != NULL)
		buf_printf(out, "control %d %s\n", m->control[0].fd, m->control[0].path);
	if (m->bootstrap != NULL)
		buf_printf(out, "bootstrap %s\n", m->bootstrap);
	if (m->index.directory != NULL)
		buf_printf(out, "index %d %d %d %" PRIu64 " %s\n", m->index.fd[0], m->index.fd[1],
		    m->index.fd[2], m->index.serial, m->index.directory);
	TAILQ_FOREACH(g, &m->generations, entry)
		put_generation(out, g);
	TAILQ_FOREACH(l, &m->listeners, entry)
		buf_printf(out, "listener %d %d %d %s\n", l->fd, (int)l->use[0], (int)l->use[1], l->text);
	TAILQ_FOREACH(l, &m->listeners, entry)
		if (l->passed)
			buf_printf(out, "passed %d %s\n", (int)l->dual, l->text);
	TAILQ_FOREACH(c, &m->children, entry)
		if (c->pid > 0 || c->state == CHILD_RESTING)
			buf_printf(out, "child %s %u %u %d %d %d\n", c->role->name, c->nr,
			    c->generation->nr, (int)c->pid, c->control, (int)c->state);
}

int
state_save(struct master *m)
{
	struct buf out;
	char number[16];

	buf_init(&out, 0);
	describe(m, &out);
	state_fd = memfd_of("cmdr-state", &out);
	buf_free(&out);
	if (state_fd == -1)
		return -1;
	keep_all(m, true);
	snprintf(number, sizeof(number), "%d", state_fd);
	return setenv(VARIABLE, number, 1);
}

void
state_discard(struct master *m)
{
	keep_all(m, false);
	unsetenv(VARIABLE);
	if (state_fd != -1)
		close(state_fd);
	state_fd = -1;
}

bool
state_present(void)
{
	return getenv(VARIABLE) != NULL;
}

static struct generation *
generation_nr(struct master *m, unsigned nr)
{
	struct generation *g;

	TAILQ_FOREACH(g, &m->generations, entry)
		if (g->nr == nr)
			return g;
	return NULL;
}

static void
restore_board(struct master *m, const char *args)
{
	m->board_fd = atoi(args);
	m->board = board_map(m->board_fd);
	if (m->board == NULL) {
		/* Another version's: the old children keep theirs, the new ones share a new one. */
		m->former.board_fd = m->board_fd;
		if ((m->board_fd = board_create(&m->board)) == -1)
			fatal("a scoreboard");
	}
}

/* Where we were installed, which /proc does not tell of a file that was replaced. */
static void
restore_image(struct master *m, const char *args)
{
	char *path;

	m->former.exe_fd = (int)strtol(args, &path, 10);
	if (*path == ' ')
		m->options.exe = xstrdup(path + 1);
}

static void
restore_back(struct master *m, const char *args)
{
	m->back = xstrdup(args);
}

static void
restore_pidfile(struct master *m, const char *args)
{
	char *path;

	m->pid_fd = (int)strtol(args, &path, 10);
	free(m->pidfile);
	m->pidfile = xstrdup(path + (*path == ' '));
}

static void
restore_bootstrap(struct master *m, const char *args)
{
	free(m->bootstrap);
	m->bootstrap = xstrdup(args);
}

static void
restore_began(struct master *m, const char *args)
{
	m->began_ms = strtoll(args, NULL, 10);
}

/* The one that this image was executed for. */
static void
restore_reload(struct master *m, const char *args)
{
	int again = 0;

	sscanf(args, "%u %d", &m->reload.number, &again);
	m->reload.state = RELOAD_STARTING;
	m->reload.again = again != 0;
}

static void
restore_control(struct master *m, const char *args)
{
	char *path;
	int fd = (int)strtol(args, &path, 10);

	control_socket_adopt(m, fd, path + (*path == ' '));
}

static void
restore_index(struct master *m, const char *args)
{
	int at = 0;

	if (sscanf(args, "%d %d %d %" SCNu64 " %n", &m->index.fd[0], &m->index.fd[1],
	    &m->index.fd[2], &m->index.serial, &at) == 4 && at != 0)
		m->index.directory = xstrdup(args + at);
}

static char *
read_all(int fd, size_t *len)
{
	struct stat st;
	char *text;

	if (fstat(fd, &st) == -1 || st.st_size > STATE_MAX)
		return NULL;
	text = xmalloc((size_t)st.st_size + 1);
	if (pread(fd, text, (size_t)st.st_size, 0) != st.st_size) {
		free(text);
		return NULL;
	}
	text[st.st_size] = '\0';
	*len = (size_t)st.st_size;
	return text;
}

static void
restore_generation(struct master *m, const char *args)
{
	struct config_error err;
	struct generation *g;
	struct config config;
	unsigned nr;
	int state, secrets, blob, known = 0, registry = -1, files = -1;
	size_t len;
	char *text;

	/* A version before schemas tells four, one before TLS five. */
	if (sscanf(args, "%u %d %d %d %d %d", &nr, &state, &secrets, &blob, &registry, &files) < 4)
		return;
	if ((text = read_all(blob, &len)) != NULL)
		known = config_parse_blob(&config, text, len, &err) == 0;
	free(text);
	if (!known)
		config_defaults(&config);
	g = generation_new(m, nr, &config, secrets, files);
	g->registry_fd = registry;
	g->state = (enum generation_state)state;
	/* Keys that only another version knows: its roles can go on, but not be started again. */
	g->restartable = known;
	g->blob_fd = blob;
	generation_resume(m, g);
}

static void
restore_listener(struct master *m, const char *args)
{
	int fd, even, odd, at = 0;

	if (sscanf(args, "%d %d %d %n", &fd, &even, &odd, &at) != 3 || at == 0)
		return;
	if (even != LISTENER_NONE)
		listen_adopt(m, args + at, fd, 0, (enum listener_use)even);
	if (odd != LISTENER_NONE)
		listen_adopt(m, args + at, fd, 1, (enum listener_use)odd);
}

static void
restore_passed(struct master *m, const char *args)
{
	if ((args[0] == '0' || args[0] == '1') && args[1] == ' ')
		listen_passed(m, args + 2, args[0] == '1');
}

static void
restore_child(struct master *m, const char *args)
{
	struct child *c = xcalloc(1, sizeof(*c));
	unsigned generation;
	char name[32];
	int pid, state;

	if (sscanf(args, "%31s %u %u %d %d %d", name, &c->nr, &generation, &pid, &c->control,
	    &state) != 6 || (c->role = role_by_name(name)) == NULL ||
	    (c->generation = generation_nr(m, generation)) == NULL) {
		log_error("a child of the former image is not understood: %s", args);
		free(c);
		return;
	}
	c->pid = pid;
	c->state = (enum child_state)state;
	c->was_ready = c->state != CHILD_STARTING;
	TAILQ_INSERT_TAIL(&m->children, c, entry);
	if (c->control != -1)
		child_adopt(m, c);
	else if (c->state == CHILD_RESTING)
		child_rest(m, c);
}

static const struct {
	const char	*word;
	void		(*restore)(struct master *, const char *);
} lines[] = {
	{ "board", restore_board },
	{ "image", restore_image },
	{ "back", restore_back },
	{ "pidfile", restore_pidfile },
	{ "began", restore_began },
	{ "reload", restore_reload },
	{ "control", restore_control },
	{ "bootstrap", restore_bootstrap },
	{ "index", restore_index },
	{ "generation", restore_generation },
	{ "listener", restore_listener },
	{ "passed", restore_passed },
	{ "child", restore_child },
};

static void
restore_line(struct master *m, char *line)
{
	char *args = strchr(line, ' ');

	if (args == NULL)
		return;
	*args++ = '\0';
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (strcmp(lines[i].word, line) == 0) {
			lines[i].restore(m, args);
			return;
		}
	log_warn("the former image of the master says %s, which this one does not know", line);
}

int
state_restore(struct master *m)
{
	int fd = atoi(getenv(VARIABLE));
	char *text, *line, *rest;
	size_t len;

	unsetenv(VARIABLE);
	if ((text = read_all(fd, &len)) == NULL) {
		log_error("the state of the former image cannot be read: %s", strerror(errno));
		return -1;
	}
	close(fd);
	for (rest = text; (line = strsep(&rest, "\n")) != NULL;)
		if (*line != '\0')
			restore_line(m, line);
	free(text);
	keep_all(m, false);
	rollback_settle(m);
	return m->board != NULL ? 0 : -1;
}
