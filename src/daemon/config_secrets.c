/*
 * config_secrets.c: the file of kafka.secrets. See config_secrets.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/config_error.h"
#include "daemon/config_kafka.h"
#include "daemon/config_open.h"
#include "daemon/config_secrets.h"
#include "util/mem.h"

#define FILE_MAX_BYTES	(64 * 1024)
#define MAX_SECRETS	64

int
config_secrets_open(const char *path, struct config_error *err)
{
	return config_open(path, "kafka.secrets", S_IRWXG | S_IRWXO, "owner", err);
}

static void
add_pair(struct config_map *out, const char *name, const char *value)
{
	out->pair = xreallocarray(out->pair, out->count + 1, sizeof(*out->pair));
	out->pair[out->count].name = xstrdup(name);
	out->pair[out->count++].value = xstrdup(value);
}

/* One line without its end. Blanks around the name go; in the value they may be a password's. */
static int
read_line(char *line, const char *path, int number, struct config_map *out,
    struct config_error *err)
{
	char *name = line + strspn(line, " \t"), *eq = strchr(name, '='), *end;
	const char *reason;

	if (*name == '\0' || *name == '#')
		return 0;
	if (eq == NULL)
		return config_error_set(err, path, number, 1, "expected name=value; found no =");
	for (end = eq; end > name && (end[-1] == ' ' || end[-1] == '\t'); end--)
		;
	*end = '\0';
	if ((reason = config_kafka_secret(name, eq + 1)) != NULL)
		return config_error_set(err, path, number, 1, "\"%.80s\" cannot be set: %s",
		    name, reason);
	for (size_t i = 0; i < out->count; i++)
		if (strcmp(out->pair[i].name, name) == 0)
			return config_error_set(err, path, number, 1,
			    "%s: expected once; found again", name);
	if (out->count == MAX_SECRETS)
		return config_error_set(err, path, number, 1,
		    "expected at most %d lines; found more", MAX_SECRETS);
	add_pair(out, name, eq + 1);
	return 0;
}

static int
read_lines(char *text, const char *path, struct config_map *out, struct config_error *err)
{
	int number = 0;
	size_t len;
	char *line;

	while ((line = strsep(&text, "\n")) != NULL) {
		number++;
		if ((len = strlen(line)) > 0 && line[len - 1] == '\r')
			line[len - 1] = '\0';
		if (read_line(line, path, number, out, err) == -1)
			return -1;
	}
	return 0;
}

/* pread: the descriptor's offset is shared with whoever else was given it. */
static int
read_all(int fd, const char *path, char *text, size_t *len, struct config_error *err)
{
	ssize_t n;

	*len = 0;
	while ((n = pread(fd, text + *len, FILE_MAX_BYTES + 1 - *len, (off_t)*len)) > 0)
		*len += (size_t)n;
	if (n == -1)
		return config_error_set(err, path, 0, 0, "kafka.secrets cannot be read: %s",
		    strerror(errno));
	if (*len > FILE_MAX_BYTES || memchr(text, '\0', *len) != NULL)
		return config_error_set(err, path, 0, 0,
		    "kafka.secrets: expected lines of text, at most %d KiB", FILE_MAX_BYTES / 1024);
	text[*len] = '\0';
	return 0;
}

int
config_secrets_read(int fd, const char *path, struct config_map *out, struct config_error *err)
{
	char *text = xmalloc(FILE_MAX_BYTES + 2);
	size_t len;
	int bad;

	memset(out, 0, sizeof(*out));
	bad = read_all(fd, path, text, &len, err) == -1 || read_lines(text, path, out, err) == -1;
	if (bad)
		config_secrets_free(out);
	explicit_bzero(text, FILE_MAX_BYTES + 2);
	free(text);
	return bad ? -1 : 0;
}

void
config_secrets_free(struct config_map *secrets)
{
	for (size_t i = 0; i < secrets->count; i++) {
		explicit_bzero(secrets->pair[i].value, strlen(secrets->pair[i].value));
		free(secrets->pair[i].name);
		free(secrets->pair[i].value);
	}
	free(secrets->pair);
	memset(secrets, 0, sizeof(*secrets));
}
