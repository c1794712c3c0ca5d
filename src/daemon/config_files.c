/*
 * config_files.c: copies of the files that the configuration names for
 * workers. See config_files.h. The memory holds, for each: u32 which, u32
 * length, the bytes.
 */
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/config_error.h"
#include "daemon/config_files.h"
#include "daemon/config_open.h"
#include "util/buf.h"

#define FILE_MAX_BYTES	((size_t)1 << 20)
#define PIECE		((size_t)4096)

static const struct {
	const char	*key;
	size_t		 offset;	/* of the path */
	bool		 secret;	/* others must not be able to read it */
} rows[CONFIG_FILES] = {
	[CONFIG_FILE_TLS_CERTIFICATE] = { "tls.certificate", offsetof(struct config, tls.certificate), false },
	[CONFIG_FILE_TLS_KEY] = { "tls.key", offsetof(struct config, tls.key), true },
	[CONFIG_FILE_TLS_CLIENT_CA] = { "tls.client_ca", offsetof(struct config, tls.client_ca), false },
	[CONFIG_FILE_AUTH_TOKENS] = { "auth.tokens", offsetof(struct config, auth.tokens), true },
	[CONFIG_FILE_AUTH_JWKS] = { "auth.jwks", offsetof(struct config, auth.jwks), false },
};

static int
copy_one(int which, const char *path, struct buf *out, struct config_error *err)
{
	struct buf text;
	ssize_t n = 0;
	uint8_t *p;
	int fd, bad = -1;

	/* A group may read a secret: that is how hosts share their keys with their daemons (ssl-cert). */
	fd = config_open(path, rows[which].key, rows[which].secret ? S_IWGRP | S_IRWXO : 0, "owner and group", err);
	if (fd == -1)
		return -1;
	buf_init(&text, FILE_MAX_BYTES + PIECE);
	while ((p = buf_reserve(&text, PIECE)) != NULL && (n = read(fd, p, PIECE)) > 0)
		buf_commit(&text, (size_t)n);
	if (p == NULL || text.len > FILE_MAX_BYTES)
		config_error_set(err, path, 0, 0, "%s: expected at most %zu KiB; the file is larger", rows[which].key,
		    FILE_MAX_BYTES / 1024);
	else if (n == -1)
		config_error_set(err, path, 0, 0, "%s cannot be read: %s", rows[which].key, strerror(errno));
	else
		bad = 0;
	if (!bad) {
		buf_put_u32(out, (uint32_t)which);
		buf_put_u32(out, (uint32_t)text.len);
		buf_put(out, text.data, text.len);
	}
	if (text.cap > 0)
		explicit_bzero(text.data, text.cap);
	buf_free(&text);
	close(fd);
	return bad;
}

/* Each worker could make its own: but a client that comes back meets any of them. */
static int
add_tickets(struct buf *out, struct config_error *err)
{
	uint8_t keys[CONFIG_TICKETS];

	if (getrandom(keys, sizeof(keys), 0) != (ssize_t)sizeof(keys))
		return config_error_set(err, NULL, 0, 0, "no random numbers for TLS: %s", strerror(errno));
	buf_put_u32(out, CONFIG_FILE_TLS_TICKETS);
	buf_put_u32(out, sizeof(keys));
	buf_put(out, keys, sizeof(keys));
	explicit_bzero(keys, sizeof(keys));
	return 0;
}

static int
memory_of(const struct buf *all, struct config_error *err)
{
	int fd = memfd_create("cmdr-files", MFD_CLOEXEC);

	if (fd != -1 && write(fd, all->data, all->len) == (ssize_t)all->len)
		return fd;
	config_error_set(err, NULL, 0, 0, "memory for the files that the configuration names: %s", strerror(errno));
	if (fd != -1)
		close(fd);
	return -2;
}

int
config_files_copy(const struct config *c, struct config_error *err)
{
	struct buf all = { 0 };
	int fd = -1, bad = 0;

	for (int i = 0; i < CONFIG_FILES && !bad; i++) {
		const char *path = *(char *const *)(const void *)((const char *)c + rows[i].offset);

		if (rows[i].key != NULL && path[0] != '\0')
			bad = copy_one(i, path, &all, err);
	}
	if (!bad && c->tls.certificate[0] != '\0')
		bad = add_tickets(&all, err);
	if (bad)
		fd = -2;
	else if (all.len > 0)
		fd = memory_of(&all, err);
	if (all.cap > 0)
		explicit_bzero(all.data, all.cap);
	buf_free(&all);
	return fd;
}

static int
find(struct config_files *out)
{
	struct rdr r = rdr_of(out->memory, out->size);

	while (rdr_left(&r) > 0) {
		uint32_t which = rdr_u32(&r), len = rdr_u32(&r);
		const uint8_t *text = rdr_bytes(&r, len);

		if (r.failed || which >= CONFIG_FILES)
			return -1;
		out->file[which].text = (const char *)text;
		out->file[which].len = len;
	}
	return 0;
}

int
config_files_map(int fd, struct config_files *out)
{
	struct stat st;

	memset(out, 0, sizeof(*out));
	if (fd == -1)
		return 0;
	if (fstat(fd, &st) == -1 || st.st_size <= 0)
		return -1;
	out->size = (size_t)st.st_size;
	out->memory = mmap(NULL, out->size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (out->memory == MAP_FAILED) {
		out->memory = NULL;
		return -1;
	}
	if (find(out) == 0)
		return 0;
	config_files_unmap(out);
	return -1;
}

void
config_files_unmap(struct config_files *f)
{
	if (f->memory != NULL)
		munmap(f->memory, f->size);
	memset(f, 0, sizeof(*f));
}
