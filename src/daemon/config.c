/*
 * config.c: the life of a struct config: defaults, the file, the environment,
 * the checks, the end. What a row means is in config_table.c, how a value is
 * spelled in config_value.c, what YAML is in config_yaml.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/config_check.h"
#include "daemon/config_env.h"
#include "daemon/config_error.h"
#include "daemon/config_value.h"
#include "daemon/config_yaml.h"
#include "util/log.h"
#include "util/mem.h"

/* Far more than every key with comments takes: a wrong path is noticed before it is read whole. */
#define FILE_MAX_BYTES	(256 * 1024)

void
config_defaults(struct config *c)
{
	struct config_why why;
	int bad;

	config_value_clear(c);
	for (size_t i = 0; i < config_nkeys; i++) {
		const struct config_key *key = &config_keys[i];

		if (key->type == CONFIG_MAP || (key->type == CONFIG_LIST && *key->def == '\0'))
			continue;
		if (key->type == CONFIG_LIST)
			bad = config_value_add(c, key, NULL, key->def, &why);
		else
			bad = config_value_set(c, key, key->def, &why);
		if (bad)
			fatalx("the default of %s: %s", key->name, why.text);
	}
}

void
config_free(struct config *c)
{
	for (size_t i = 0; i < config_nkeys; i++)
		config_value_free(c, &config_keys[i]);
}

/* The whole file in text. 0, or -1 with *err filled. */
static int
read_file(const char *path, struct buf *text, struct config_error *err)
{
	int fd, bad = -1;
	struct stat st;
	ssize_t n = 0;
	uint8_t *p;

	/* non-blocking, so that a FIFO by mistake does not hang the start */
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) == -1)
		return config_error_set(err, path, 0, 0, "cannot be opened: %s", strerror(errno));
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		config_error_set(err, path, 0, 0, "expected a file; it is something else");
		goto out;
	}
	while ((p = buf_reserve(text, 4096)) != NULL && (n = read(fd, p, 4096)) > 0)
		buf_commit(text, (size_t)n);
	if (p == NULL)
		config_error_set(err, path, 0, 0, "expected at most %d KiB; the file is larger",
		    FILE_MAX_BYTES / 1024);
	else if (n == -1)
		config_error_set(err, path, 0, 0, "cannot be read: %s", strerror(errno));
	else
		bad = 0;
out:
	close(fd);
	return bad;
}

int
config_load(struct config *c, const char *path, struct config_error *err)
{
	struct config_place *places = xcalloc(config_nkeys, sizeof(*places));
	struct buf text;
	int bad;

	buf_init(&text, FILE_MAX_BYTES);
	config_defaults(c);
	bad = read_file(path, &text, err) == -1 ||
	    config_yaml_read(c, path, (const char *)text.data, text.len, places, err) == -1 ||
	    config_env_read(c, places, err) == -1 ||
	    config_check_all(c, path, places, err) == -1;
	if (bad)
		config_free(c);
	buf_free(&text);
	free(places);
	return bad ? -1 : 0;
}

/* A list or map with text as its only item, made aside so that a bad one changes nothing. */
static int
set_only(struct config *c, const struct config_key *key, const char *text, struct config_why *why)
{
	const char *eq = strchr(text, '=');
	struct config fresh = { 0 };
	char *name = NULL;
	int bad;

	if (key->type == CONFIG_MAP && eq == NULL) {
		snprintf(why->text, sizeof(why->text), "expected NAME=VALUE; found \"%.80s\"",
		    text);
		return -1;
	}
	if (key->type == CONFIG_MAP) {
		name = xstrndup(text, (size_t)(eq - text));
		text = eq + 1;
	}
	bad = config_value_add(&fresh, key, name, text, why);
	free(name);
	if (!bad)
		config_value_move(c, &fresh, key);
	return bad;
}

int
config_set(struct config *c, const char *name, const char *text, struct config_error *err)
{
	const struct config_key *key = config_key_find(name);
	struct config_why why;
	int bad;

	if (key == NULL)
		return config_error_set(err, NULL, 0, 0, "%.80s: no such key", name);
	if (key->type == CONFIG_LIST || key->type == CONFIG_MAP)
		bad = set_only(c, key, text, &why);
	else
		bad = config_value_set(c, key, text, &why);
	return bad ? config_error_set(err, NULL, 0, 0, "%s: %s", name, why.text) : 0;
}

const char *
config_word(const struct config *c, const char *name)
{
	const struct config_key *key = config_key_find(name);
	int value;

	if (key == NULL || key->type != CONFIG_ENUM)
		fatalx("config: %s is no key with words", name);
	memcpy(&value, (const char *)c + key->offset, sizeof(value));
	for (const struct config_enum *e = key->words; e->word != NULL; e++)
		if (e->value == value)
			return e->word;
	fatalx("config: %s has no word for %d", name, value);
}
