/*
 * files.c: the schemas of schemas.dir. See files.h.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/action.h"
#include "registrar/files.h"
#include "util/hex.h"
#include "util/log.h"
#include "util/mem.h"
#include "value/json.h"

#define SUFFIX	".json"

static int
is_schema(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return d->d_name[0] != '.' && n > strlen(SUFFIX) && strcmp(d->d_name + n - strlen(SUFFIX), SUFFIX) == 0;
}

/* The action that a file is named after, in the arena: %XX decoded, the suffix gone. NULL: no name of an action. */
static const char *
action_of(const char *name, struct arena *a, const char **why)
{
	size_t len = strlen(name) - strlen(SUFFIX), n = 0;
	char *text = arena_strndup(a, name, len);
	struct value keyword;

	*why = "its name is too long";
	if (text == NULL)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		if (name[i] != '%') {
			text[n++] = name[i];
			continue;
		}
		*why = "its name has a % that is not followed by two hexadecimal digits";
		if (i + 2 >= len || hex_digit(name[i + 1]) < 0 || hex_digit(name[i + 2]) < 0)
			return NULL;
		text[n++] = (char)(hex_digit(name[i + 1]) * 16 + hex_digit(name[i + 2]));
		i += 2;
	}
	text[n] = '\0';
	keyword = value_keyword_split(a, text, n);
	*why = keyword.kind == VALUE_KEYWORD ? action_fault(a, keyword.u.name) : "its name is too long";
	return *why == NULL ? text : NULL;
}

/* The content in the arena; NULL with *why. */
static const char *
read_file(int dir, const char *name, size_t max, struct arena *a, size_t *len, int64_t *changed_ms, const char **why)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;
	char *text;

	*why = fd == -1 ? strerror(errno) : "it is no plain file";
	if (fd == -1)
		return NULL;
	text = NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		*why = "it is larger than schemas.max_size";
		if ((size_t)st.st_size <= max && (text = arena_alloc(a, (size_t)st.st_size + 1)) != NULL &&
		    read(fd, text, (size_t)st.st_size) != (ssize_t)st.st_size) {
			*why = "it changed while it was read";
			text = NULL;
		}
		*len = (size_t)st.st_size;
		*changed_ms = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
	}
	close(fd);
	return text;
}

/* The file's JSON as it is handed out: compact. */
static const char *
compact(const char *text, size_t len, struct arena *a, struct registry_record *rec)
{
	struct codec_error err;
	struct buf b = { 0 };
	struct value v;

	if (json_read((const uint8_t *)text, len, &codec_request_limits, a, &v, &err) == -1)
		return arena_printf(a, "line %u, column %u: %s", err.line, err.column, err.text);
	if (json_write(&b, &v, &err) == 0)
		rec->text = arena_strndup(a, (const char *)b.data, b.len);
	rec->text_len = b.len;
	buf_free(&b);
	return rec->text == NULL ? "it needs too much memory" : NULL;
}

/* NULL, or what is wrong. */
static const char *
load(struct shelf *s, int dir, const char *name, struct arena *a)
{
	struct registry_record rec = { .version = 1, .from_file = true, .offset = -1 };
	size_t max = s->proc->config.schemas.max_size, len = 0;
	char *sentence = arena_alloc(a, 1024);
	const char *why, *text;
	bool full;

	if ((rec.action = action_of(name, a, &why)) == NULL)
		return why;
	rec.action_len = strlen(rec.action);
	if (registry_find(s->registry, rec.action, rec.action_len) != NULL)
		return NULL;
	if ((text = read_file(dir, name, max, a, &len, &rec.timestamp, &why)) == NULL ||
	    (why = compact(text, len, a, &rec)) != NULL)
		return why;
	if (sentence == NULL || !shelf_sound(s, &rec, sentence, 1024))
		return sentence;
	shelf_take(s, &rec, &full);
	return full ? registry_state_text(REGISTRY_FULL) : NULL;
}

static int
load_all(struct shelf *s, const char *dir, struct dirent **names, int n)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), bad = 0;
	struct arena a;
	const char *why;

	if (fd == -1) {
		log_error("schemas.dir: %s: %s", dir, strerror(errno));
		return -1;
	}
	arena_init(&a, s->proc->config.schemas.max_size * 64);
	for (int i = 0; i < n; i++) {
		if ((why = load(s, fd, names[i]->d_name, &a)) != NULL) {
			log_error("schemas.dir: %s/%s: %s", dir, names[i]->d_name, why);
			bad++;
		}
		arena_reset(&a);
	}
	arena_free(&a);
	close(fd);
	return bad == 0 ? 0 : -1;
}

int
files_load(struct shelf *s, const char *dir)
{
	struct dirent **names;
	int n = scandir(dir, &names, is_schema, alphasort), r;

	if (n == -1) {
		log_error("schemas.dir: %s: %s", dir, strerror(errno));
		return -1;
	}
	r = load_all(s, dir, names, n);
	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
	return r;
}
