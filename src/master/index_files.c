/*
 * index_files.c: the descriptors of the index. See index_files.h.
 */
#include <sys/stat.h>

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "master/index_files.h"
#include "util/buf.h"
#include "util/log.h"
#include "util/mem.h"

static bool
reads(const struct child *c, const struct index_files *files)
{
	const struct config *config = &c->generation->config;

	return c->role->id == ROLE_WORKER && c->control != -1 && config->index.enabled &&
	    files->directory != NULL && files->fd[2] != -1 && strcmp(config->index.directory, files->directory) == 0;
}

void
index_files_send(const struct master *m, const struct child *c)
{
	struct buf b;

	if (!reads(c, &m->index))
		return;
	buf_init(&b, 12);
	for (uint32_t part = 0; part < 3; part++) {
		buf_reset(&b);
		buf_put_u32(&b, part);
		buf_put_u64(&b, m->index.serial);
		if (control_send(c->control, IPC_INDEX, b.data, b.len, m->index.fd[part]) == -1 &&
		    errno != EPIPE)
			log_error("handing process %d the index: %s", (int)c->pid, strerror(errno));
	}
	buf_free(&b);
}

void
index_files_directory(const struct config *c)
{
	struct passwd *pw;
	struct group *gr;

	if (!c->index.enabled || geteuid() != 0 || c->user[0] == '\0' ||
	    (pw = getpwnam(c->user)) == NULL || (gr = getgrnam(c->group)) == NULL)
		return;
	/* One that is there already is the operator's, with the owner it has. */
	if (mkdir(c->index.directory, 0750) == -1)
		return;
	if (chown(c->index.directory, pw->pw_uid, gr->gr_gid) == -1)
		log_error("index.directory: %s cannot be given to %s: %s", c->index.directory, c->user,
		    strerror(errno));
	else
		log_info("made %s for %s", c->index.directory, c->user);
}

/* Another index begins with its first file. */
static void
begin(struct master *m, const char *directory, uint64_t serial)
{
	struct index_files *files = &m->index;

	for (int i = 0; files->directory != NULL && i < 3; i++)
		if (files->fd[i] != -1)
			close(files->fd[i]);
	free(files->directory);
	files->directory = xstrdup(directory);
	files->serial = serial;
	files->fd[0] = files->fd[1] = files->fd[2] = -1;
}

void
index_files_take(struct master *m, const struct child *from, const struct control_msg *msg)
{
	struct rdr r = rdr_of(msg->payload, msg->len);
	uint32_t part = rdr_u32(&r);
	uint64_t serial = rdr_u64(&r);
	struct child *c;

	if (part > 2 || msg->fd == -1) {
		log_error("%s sent no file of the index", from->role->name);
		if (msg->fd != -1)
			close(msg->fd);
		return;
	}
	if (part == 0)
		begin(m, from->generation->config.index.directory, serial);
	if (m->index.directory == NULL || m->index.serial != serial || m->index.fd[part] != -1) {
		log_error("%s sent a file of the index out of order", from->role->name);
		close(msg->fd);
		return;
	}
	m->index.fd[part] = msg->fd;
	if (part < 2)
		return;
	TAILQ_FOREACH(c, &m->children, entry)
		index_files_send(m, c);
}
