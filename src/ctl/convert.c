/*
 * convert.c: cmdrctl convert: documents of one media type to another, through
 * the readers and writers of the daemon. What a daemon would refuse by size or
 * as a command is converted all the same.
 */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"
#include "ctl/document.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/hex.h"
#include "value/codec.h"

/* What the values of one document may take, and its text. */
#define MEMORY_MAX	((size_t)1 << 30)

const char convert_doc[] =
    "Convert documents from one media type to another, stdin to stdout.\n"
    "\n"
    "  --from TYPE  what comes in\n"
    "  --to TYPE    what goes out\n"
    "  --hex-in     the input is written in hexadecimal digits\n"
    "  --hex-out    write the output in hexadecimal digits\n"
    "  --lines      each line is a document, and each result a line; !CLASS and a message\n"
    "               where there is none\n"
    "\n"
    "The types are json, edn, transit-json, transit-json-verbose, transit-msgpack, fressian\n"
    "and form (from only). A document has at most 64 MiB and nests at most 256 deep.\n"
    "Ends with 1 if a document could not be converted, with 2 if the arguments are wrong.\n";

struct conversion {
	const struct codec	*from, *to;
	bool			 hex_in, hex_out, lines, failed;
	struct arena		 arena;
	struct buf		 out, hex;
};

enum { FROM = 1, TO, HEX_IN, HEX_OUT, LINES };

static const struct option options[] = {
	{ "from", required_argument, NULL, FROM },
	{ "to", required_argument, NULL, TO },
	{ "hex-in", no_argument, NULL, HEX_IN },
	{ "hex-out", no_argument, NULL, HEX_OUT },
	{ "lines", no_argument, NULL, LINES },
	{ NULL, 0, NULL, 0 },
};

/* The codec of a name, or NULL with what there is on stderr. */
static const struct codec *
type_of(const char *name)
{
	const struct codec *codec = codec_by_name(name);
	char known[256] = "";

	if (codec != NULL)
		return codec;
	for (size_t i = 0; i < codecs_count; i++) {
		size_t n = strlen(known);

		snprintf(known + n, sizeof(known) - n, " %s", codecs[i].name);
	}
	ctl_usage("convert", "there is no type %s; there are%s", name, known);
	return NULL;
}

static int
take_option(struct conversion *c, int option, char **argv)
{
	switch (option) {
	case FROM:
		return (c->from = type_of(optarg)) != NULL ? CTL_OK : CTL_USAGE;
	case TO:
		return (c->to = type_of(optarg)) != NULL ? CTL_OK : CTL_USAGE;
	case HEX_IN:
		c->hex_in = true;
		return CTL_OK;
	case HEX_OUT:
		c->hex_out = true;
		return CTL_OK;
	case LINES:
		c->lines = true;
		return CTL_OK;
	case ':':
		return ctl_usage("convert", "%s takes a type", argv[optind - 1]);
	default:
		if (isgraph(optopt))
			return ctl_usage("convert", "there is no option -%c", optopt);
		return ctl_usage("convert", "%s is no option here", argv[optind - 1]);
	}
}

static int
parse_options(struct conversion *c, int argc, char **argv)
{
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1)
		if (take_option(c, option, argv) != CTL_OK)
			return CTL_USAGE;
	if (optind < argc)
		return ctl_usage("convert", "unexpected argument: %s (the input is stdin)",
		    argv[optind]);
	if (c->from == NULL || c->to == NULL)
		return ctl_usage("convert", "%s is missing", c->from == NULL ? "--from" : "--to");
	if (c->from->read == NULL || c->to->write == NULL)
		return ctl_usage("convert", "%s is only %s", c->from->read == NULL ? c->from->name :
		    c->to->name, c->from->read == NULL ? "written" : "read");
	if (c->lines && ((!c->from->text && !c->hex_in) || (!c->to->text && !c->hex_out)))
		return ctl_usage("convert", "lines cannot hold binary: --lines needs %s here",
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
		ctl_fail("convert", "line %u, column %u: %s (%s)", err->line, err->column,
		    err->text, class);
	else
		ctl_fail("convert", "byte %zu: %s (%s)", err->offset, err->text, class);
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
		return ctl_fail("convert", "a document is longer than 64 MiB");
	if (got == -1)
		return ctl_fail("convert", "cannot read the input: %s", strerror(errno));
	if (fflush(stdout) == EOF)
		return ctl_fail("convert", "cannot write the output: %s", strerror(errno));
	return c->failed ? CTL_FAILED : CTL_OK;
}

int
convert_run(int argc, char **argv)
{
	struct conversion c = { .lines = false };
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
