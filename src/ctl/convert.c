/*
 * convert.c: cmdrctl convert: documents of one media type to another, through
 * the readers and writers of the daemon. What a daemon would refuse by size or
 * as a command is converted all the same.
 */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"
#include "ctl/document.h"
#include "ctl/types.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/hex.h"
#include "value/codec.h"

/* What the values of one document may take, and its text. */
#define MEMORY_MAX	((size_t)1 << 30)

struct conversion {
	const struct ctl_command *self;
	const struct codec	*from, *to;
	bool			 hex_in, hex_out, lines, failed;
	struct arena		 arena;
	struct buf		 out, hex;
};

enum { FROM = 1, TO, HEX_IN, HEX_OUT, LINES };

const struct ctl_option convert_options[] = {
	{ FROM, '\0', "from", "TYPE", CTL_TYPES, "what comes in" },
	{ TO, '\0', "to", "TYPE", CTL_WRITTEN, "what goes out" },
	{ HEX_IN, '\0', "hex-in", NULL, NULL, "the input is written in hexadecimal digits" },
	{ HEX_OUT, '\0', "hex-out", NULL, NULL, "write the output in hexadecimal digits" },
	{ LINES, '\0', "lines", NULL, NULL,
	    "each line is a document, and each result a line;\n!CLASS and a message where there is none" },
	{ .name = NULL },
};

static int
take_option(void *arg, int id, const char *value)
{
	struct conversion *c = arg;

	switch (id) {
	case FROM:
		return (c->from = type_of(c->self, value)) != NULL ? CTL_OK : CTL_USAGE;
	case TO:
		return (c->to = type_of(c->self, value)) != NULL ? CTL_OK : CTL_USAGE;
	case HEX_IN:
		c->hex_in = true;
		break;
	case HEX_OUT:
		c->hex_out = true;
		break;
	case LINES:
		c->lines = true;
		break;
	}
	return CTL_OK;
}

static int
parse_options(struct conversion *c, int argc, char **argv)
{
	int operand, result;

	if ((result = ctl_parse(c->self, argc, argv, NULL, take_option, c, &operand)) != CTL_OK)
		return result;
	if (operand < argc)
		return ctl_usage(c->self, "unexpected argument: %s (the input is stdin)",
		    argv[operand]);
	if (c->from == NULL || c->to == NULL)
		return ctl_usage(c->self, "%s is missing", c->from == NULL ? "--from" : "--to");
	if (c->from->read == NULL || c->to->write == NULL)
		return ctl_usage(c->self, "%s is only %s", c->from->read == NULL ? c->from->name :
		    c->to->name, c->from->read == NULL ? "written" : "read");
	if (c->lines && ((!c->from->text && !c->hex_in) || (!c->to->text && !c->hex_out)))
		return ctl_usage(c->self, "lines cannot hold binary: --lines needs %s here",
		    !c->from->text && !c->hex_in ? "--hex-in" : "--hex-out");
	return CTL_OK;
}

/* Hex digits, whatever white space stands between them, to bytes in their place. */
static int
from_hex(char *data, size_t *len, struct codec_error *err)
{
	size_t digits = 0;

	for (size_t i = 0; i < *len; i++)
		if (!isspace((unsigned char)data[i]))
			data[digits++] = data[i];
	*len = digits / 2;
	if (!hex_decode(data, digits, (uint8_t *)data))
		return codec_fail(err, E_SYNTAX, 0, "the input is not pairs of hexadecimal digits");
	return 0;
}

/* A document into c->out. 0, or -1 with *err filled. */
static int
convert(struct conversion *c, char *data, size_t len, struct codec_error *err)
{
	struct value v;

	if (c->hex_in && from_hex(data, &len, err) == -1)
		return -1;
	if (c->from->read((const uint8_t *)data, len, &codec_event_limits, &c->arena, &v,
	    err) == -1)
		return -1;
	return c->to->write(&c->out, &v, err);
}

/* A failure where a result would stand, or on stderr. */
static void
report(struct conversion *c, struct codec_error *err)
{
	const char *class = codec_class_name(err->class);

	c->failed = true;
	for (char *p = err->text; *p != '\0'; p++)
		if (iscntrl((unsigned char)*p))
			*p = '?';
	if (c->lines)
		printf("!%s %s\n", class, err->text);
	else if (err->line > 0)
		ctl_fail(c->self, "line %u, column %u: %s (%s)", err->line, err->column,
		    err->text, class);
	else
		ctl_fail(c->self, "byte %zu: %s (%s)", err->offset, err->text, class);
}

static void
print(struct conversion *c)
{
	const struct buf *out = &c->out;

	if (c->hex_out) {
		buf_reset(&c->hex);
		hex_encode(&c->hex, out->data, out->len);
		out = &c->hex;
	}
	if (out->len > 0)
		fwrite(out->data, 1, out->len, stdout);
	if (c->hex_out || c->to->text)
		putchar('\n');
}

static int
convert_all(struct conversion *c, struct documents *docs)
{
	struct codec_error err;
	size_t len;
	char *data;
	int got;

	while ((got = documents_next(docs, &data, &len)) == 1) {
		buf_reset(&c->out);
		if (convert(c, data, len, &err) == -1)
			report(c, &err);
		else
			print(c);
		arena_reset(&c->arena);
	}
	if (got == -1 && errno == EFBIG)
		return ctl_fail(c->self, "a document is longer than 64 MiB");
	if (got == -1)
		return ctl_fail(c->self, "cannot read the input: %s", strerror(errno));
	if (fflush(stdout) == EOF)
		return ctl_fail(c->self, "cannot write the output: %s", strerror(errno));
	return c->failed ? CTL_FAILED : CTL_OK;
}

int
convert_run(const struct ctl_command *self, int argc, char **argv)
{
	struct conversion c = { .self = self };
	struct documents docs;
	int result;

	if (parse_options(&c, argc, argv) != CTL_OK)
		return CTL_USAGE;
	arena_init(&c.arena, MEMORY_MAX);
	buf_init(&c.out, MEMORY_MAX);
	documents_open(&docs, stdin, c.lines);
	result = convert_all(&c, &docs);
	documents_close(&docs);
	arena_free(&c.arena);
	buf_free(&c.out);
	buf_free(&c.hex);
	return result;
}
