/*
 * decode.c: cmdrctl decode: the bytes of a record's key or value, as EDN or
 * another type. convert is for documents in a stream.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/ctl.h"
#include "ctl/document.h"
#include "ctl/types.h"
#include "util/arena.h"
#include "util/hex.h"
#include "util/mem.h"

enum { FROM = 1, TO, FILE_NAME };

const struct ctl_option decode_options[] = {
	{ FROM, '\0', "from", "TYPE", CTL_TYPES, "what the bytes are (fressian)" },
	{ TO, '\0', "to", "TYPE", CTL_WRITTEN, "what to print (edn)" },
	{ FILE_NAME, '\0', "file", "FILE", CTL_FILE, "read them from a file" },
	{ .name = NULL },
};

struct decode {
	const struct ctl_command *self;
	const struct codec	*from, *to;
	const char		*file;
};

static int
take(void *arg, int id, const char *value)
{
	struct decode *d = arg;

	if (id == FILE_NAME) {
		d->file = value;
		return CTL_OK;
	}
	if (id == FROM)
		d->from = type_of(d->self, value);
	else
		d->to = type_of(d->self, value);
	if (d->from == NULL || d->to == NULL)
		return CTL_USAGE;
	if (d->to->write == NULL)
		return ctl_usage(d->self, "%s is only read", d->to->name);
	return CTL_OK;
}

/* Pairs of hexadecimal digits, with white space between, and nothing else: to bytes in their place. */
static bool
from_hex(char *data, size_t *len)
{
	size_t digits = 0;

	for (size_t i = 0; i < *len; i++)
		if (!isxdigit((unsigned char)data[i]) && !isspace((unsigned char)data[i]))
			return false;
	for (size_t i = 0; i < *len; i++)
		if (!isspace((unsigned char)data[i]))
			data[digits++] = data[i];
	*len = digits / 2;
	return digits > 0 && hex_decode(data, digits, (uint8_t *)data);
}

static int
print(const struct decode *d, const uint8_t *data, size_t len)
{
	struct buf out = { 0 };
	struct codec_error err;
	struct arena a;
	struct value v;
	int result = CTL_OK;

	arena_init(&a, 0);
	if (d->from->read(data, len, &codec_event_limits, &a, &v, &err) == -1)
		result = err.line > 0 ?
		    ctl_fail(d->self, "line %u, column %u: %s", err.line, err.column, err.text) :
		    ctl_fail(d->self, "byte %zu of %zu: %s", err.offset, len, err.text);
	else if (d->to->write(&out, &v, &err) == -1)
		result = ctl_fail(d->self, "it has no form in %s: %s", d->to->name, err.text);
	else
		types_print(d->to, out.data, out.len);
	buf_free(&out);
	arena_free(&a);
	return result;
}

/* The arguments are digits, of one record, however they are cut. */
static int
decode_arguments(const struct decode *d, int n, char **argv)
{
	struct buf text = { 0 };
	size_t len;
	int result;

	for (int i = 0; i < n; i++)
		buf_puts(&text, argv[i]);
	len = text.len;
	result = len > 0 && from_hex((char *)text.data, &len) ? print(d, text.data, len) :
	    ctl_usage(d->self, "expected pairs of hexadecimal digits; found %s", buf_cstr(&text));
	buf_free(&text);
	return result;
}

static int
decode_stream(const struct decode *d, FILE *from, const char *name)
{
	struct documents docs;
	size_t len;
	char *data;
	int result;

	documents_open(&docs, from, false);
	if (documents_next(&docs, &data, &len) != 1) {
		result = ctl_fail(d->self, "%s: %s", name, errno == EFBIG ? "it is longer than 64 MiB" : strerror(errno));
	} else {
		/* a type of text is never taken for digits: 12 is a number */
		if (!d->from->text)
			from_hex(data, &len);
		result = print(d, (const uint8_t *)data, len);
	}
	documents_close(&docs);
	return result;
}

int
decode_run(const struct ctl_command *self, int argc, char **argv)
{
	struct decode d = { .self = self, .from = codec_by_name("fressian"), .to = codec_by_name("edn") };
	int operand, result;
	FILE *f;

	if ((result = ctl_parse(self, argc, argv, NULL, take, &d, &operand)) != CTL_OK)
		return result;
	if (operand < argc && d.file != NULL)
		return ctl_usage(self, "--file or hexadecimal digits, not both");
	if (operand < argc)
		return decode_arguments(&d, argc - operand, argv + operand);
	if (d.file == NULL)
		return decode_stream(&d, stdin, "standard input");
	if ((f = fopen(d.file, "rb")) == NULL)
		return ctl_fail(self, "%s: %s", d.file, strerror(errno));
	result = decode_stream(&d, f, d.file);
	fclose(f);
	return result;
}
