/*
 * config_blob.c: the configuration of one role as text, which the master
 * writes and that role reads. Lines of key TAB value; an item of a list and a
 * pair of a map (key TAB name TAB value) is a line each, and the key alone
 * begins them. Nothing is escaped: no value holds a control character. The
 * first line is the audience, and every key of that audience is there once: a
 * blob from another build or cut short is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/config_error.h"
#include "daemon/config_value.h"
#include "util/mem.h"

#define AUDIENCE	"audience"
/* Far from what every string at its longest and a hundred properties come to. */
#define BLOB_MAX_BYTES	(1024 * 1024)

static void
put_field(struct buf *out, const char *s)
{
	buf_putc(out, '\t');
	buf_puts(out, s);
}

static void
put_items(const struct config *c, const struct config_key *key, struct buf *out)
{
	const struct config_list *list = config_value_list(c, key);
	const struct config_map *map = config_value_map(c, key);

	buf_printf(out, "%s\n", key->name);
	for (size_t i = 0; key->type == CONFIG_LIST && i < list->count; i++) {
		buf_puts(out, key->name);
		put_field(out, list->item[i]);
		buf_putc(out, '\n');
	}
	for (size_t i = 0; key->type == CONFIG_MAP && i < map->count; i++) {
		buf_puts(out, key->name);
		put_field(out, map->pair[i].name);
		put_field(out, map->pair[i].value);
		buf_putc(out, '\n');
	}
}

int
config_serialize(const struct config *c, unsigned audience, struct buf *out)
{
	struct buf value = { 0 };

	buf_printf(out, AUDIENCE "\t%u\n", audience);
	for (size_t i = 0; i < config_nkeys; i++) {
		const struct config_key *key = &config_keys[i];

		if ((key->audience & audience) == 0)
			continue;
		if (key->type == CONFIG_LIST || key->type == CONFIG_MAP) {
			put_items(c, key, out);
			continue;
		}
		buf_reset(&value);
		config_value_format(c, key, &value);
		buf_puts(out, key->name);
		put_field(out, buf_cstr(&value));
		buf_putc(out, '\n');
	}
	buf_free(&value);
	return out->overflow ? -1 : 0;
}

struct blob {
	struct config		*config;
	struct config_error	*err;
	unsigned		 audience;
	unsigned char		*seen;		/* one for each row */
	int			 line;
};

#define FAIL(b, ...)	config_error_set((b)->err, "configuration blob", (b)->line, 1, __VA_ARGS__)

/* Cut a line into its key and up to two fields; their number, or -1. */
static int
split(char *line, char *field[3])
{
	int n = 0;

	for (char *p = line; p != NULL && n < 3; n++) {
		field[n] = strsep(&p, "\t");
		if (p != NULL && n == 2)
			return -1;
	}
	return n;
}

static int
read_line(struct blob *b, char *line)
{
	const struct config_key *key;
	struct config_why why;
	char *field[3];
	int n = split(line, field), wanted, bad;
	unsigned char *seen;

	if (n == -1 || (key = config_key_find(field[0])) == NULL ||
	    (key->audience & b->audience) == 0)
		return FAIL(b, "expected a key of this role and its value; found \"%.80s\"", line);
	seen = &b->seen[key - config_keys];
	if (n == 1 && (key->type == CONFIG_LIST || key->type == CONFIG_MAP) && !*seen) {
		*seen = 1;
		return 0;
	}
	wanted = key->type == CONFIG_MAP ? 3 : 2;
	if (n != wanted || *seen != (key->type == CONFIG_LIST || key->type == CONFIG_MAP))
		return FAIL(b, "%s: it is there twice, out of place or of another type", key->name);
	*seen = 1;
	if (key->type == CONFIG_MAP)
		bad = config_value_add(b->config, key, field[1], field[2], &why);
	else if (key->type == CONFIG_LIST)
		bad = config_value_add(b->config, key, NULL, field[1], &why);
	else
		bad = config_value_set(b->config, key, field[1], &why);
	return bad ? FAIL(b, "%s: %s", key->name, why.text) : 0;
}

/* The first line: for whom it is. */
static int
read_audience(struct blob *b, const char *line)
{
	char *end;

	if (line == NULL || strncmp(line, AUDIENCE "\t", strlen(AUDIENCE) + 1) != 0)
		return FAIL(b, "expected the audience");
	b->audience = (unsigned)strtoul(line + strlen(AUDIENCE) + 1, &end, 10);
	if (*end != '\0')
		return FAIL(b, "expected the audience as a number");
	return 0;
}

static int
check_complete(struct blob *b)
{
	for (size_t i = 0; i < config_nkeys; i++)
		if ((config_keys[i].audience & b->audience) != 0 && !b->seen[i])
			return FAIL(b, "%s is missing: expected the blob of this very build",
			    config_keys[i].name);
	return 0;
}

int
config_parse_blob(struct config *c, const char *blob, size_t len, struct config_error *err)
{
	struct blob b = { .config = c, .err = err, .line = 1 };
	char *copy, *rest, *line;
	int bad;

	if (len == 0 || len > BLOB_MAX_BYTES || blob[len - 1] != '\n' ||
	    memchr(blob, '\0', len) != NULL)
		return config_error_set(err, "configuration blob", 0, 0,
		    "expected whole lines of text, at most %d bytes; found %zu bytes",
		    BLOB_MAX_BYTES, len);
	config_value_clear(c);
	b.seen = xcalloc(config_nkeys, 1);
	rest = copy = xstrndup(blob, len - 1);
	bad = read_audience(&b, strsep(&rest, "\n"));
	while (!bad && (line = strsep(&rest, "\n")) != NULL) {
		b.line++;
		bad = read_line(&b, line);
	}
	if (!bad)
		bad = check_complete(&b);
	if (bad)
		config_free(c);
	free(copy);
	free(b.seen);
	return bad;
}
