/*
 * manual_types.c: types and codes of cmdr-contract(7), and what it shares with manual_contract.c. See manual_contract.h.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "manual_contract.h"
#include "mdoc.h"
#include "value/edn.h"
#include "value/fressian.h"
#include "value/fressian_read.h"
#include "value/json.h"
#include "value/transit.h"

#define COLUMNS		68	/* of a literal line */

struct arena contract_arena;

void
contract_broken(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("tests/manual_contract.c: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputs("\n", stderr);
	va_end(ap);
	exit(1);
}

struct value
contract_value(const char *edn)
{
	struct codec_error err;
	struct value v;

	if (edn_read((const uint8_t *)edn, strlen(edn), &codec_request_limits, &contract_arena, &v, &err) == -1)
		contract_broken("%s: %s", edn, err.text);
	return v;
}

struct buf *
contract_written(codec_write_fn *write, const struct value *v)
{
	static struct buf out;
	struct codec_error err;

	buf_reset(&out);
	if (write(&out, v, &err) == -1)
		contract_broken("a value cannot be written: %s", err.text);
	return &out;
}

void
contract_literal(const char *text, size_t len)
{
	if (len > 0 && (text[0] == '.' || text[0] == '\''))
		fputs("\\&", stdout);
	for (size_t i = 0; i < len; i++)
		if (text[i] == '\\')
			fputs("\\e", stdout);
		else
			putchar(text[i]);
}

void
contract_bytes(const uint8_t *b, size_t len, const char *indent)
{
	size_t per = (COLUMNS - strlen(indent)) / 3;

	for (size_t i = 0; i < len; i++) {
		if (i > 0 && i % per == 0)
			printf("\n%s", indent);
		printf(i % per == 0 ? "%02X" : " %02X", b[i]);
	}
	putchar('\n');
}

/* A sample of every kind, in EDN. */
static const struct {
	enum value_kind	 kind;
	const char	*edn;
} samples[] = {
	{ VALUE_NIL, "nil" },
	{ VALUE_BOOL, "true" },
	{ VALUE_INT, "-2" },
	{ VALUE_BYTE, "#byte 7" },
	{ VALUE_BIGINT, "7N" },
	{ VALUE_DOUBLE, "1.5" },
	{ VALUE_FLOAT, "#float 1.5" },
	{ VALUE_BIGDEC, "1.50M" },
	{ VALUE_RATIO, "1/3" },
	{ VALUE_CHAR, "\\a" },
	{ VALUE_STRING, "\"text\"" },
	{ VALUE_BYTES, "#bytes \"00ff\"" },
	{ VALUE_KEYWORD, ":ns/name" },
	{ VALUE_SYMBOL, "name" },
	{ VALUE_UUID, "#uuid \"" CONTRACT_ID "\"" },
	{ VALUE_INST, "#inst \"2016-09-20T12:34:56.789Z\"" },
	{ VALUE_URI, "#uri \"urn:x\"" },
	{ VALUE_REGEX, "#regex \"a.*\"" },
	{ VALUE_LIST, "(1 2)" },
	{ VALUE_VECTOR, "[1 2]" },
	{ VALUE_SET, "#{1 2}" },
	{ VALUE_MAP, "{:a 1}" },
	{ VALUE_MAP, "{[1] 2}" },
	{ VALUE_ARRAY, "#longarray [1 2]" },
	{ VALUE_TAGGED, "#fressian/tagged [\"money\" [5 \"EUR\"]]" },
};
#define NSAMPLES (sizeof(samples) / sizeof(samples[0]))

/*
 * A line of a sample: how a codec writes it, and what its reader makes of that, where it is another type. In a vector of its
 * own, whose brackets are left out: transit wraps a scalar at the top.
 */
static void
text_line(const char *name, codec_write_fn *write, codec_read_fn *read, const struct value *v)
{
	struct value in = value_seq(VALUE_VECTOR, v, 1), back;
	struct buf *out = contract_written(write, &in);
	struct codec_error err;

	if (read(out->data, out->len, &codec_event_limits, &contract_arena, &back, &err) == -1 || back.n != 1)
		contract_broken("what was written cannot be read: %s", err.text);
	printf("%-10s", name);
	contract_literal((const char *)out->data + 1, out->len - 2);
	if (back.u.items[0].kind != v->kind)
		printf("    -> %s", value_kind_name((enum value_kind)back.u.items[0].kind));
	printf("\n");
}

static void
sample(enum value_kind kind, const char *edn)
{
	struct value v = contract_value(edn), back;
	struct codec_error err;
	struct buf *out;

	if (v.kind != kind)
		contract_broken("%s is of type %s", edn, value_kind_name((enum value_kind)v.kind));
	printf(".Bd -literal -compact\n");
	text_line("EDN", edn_write, edn_read, &v);
	text_line("JSON", json_write, json_read, &v);
	text_line("transit", transit_json_write, transit_json_read, &v);
	out = contract_written(fressian_write_bare, &v);
	printf("%-10s", "Fressian");
	contract_bytes(out->data, out->len, "          ");
	printf(".Ed\n");
	if (fressian_read(out->data, out->len, &codec_event_limits, &contract_arena, &back, &err) == -1)
		contract_broken("what was written cannot be read: %s", err.text);
	if (back.kind != kind)
		printf("Read from Fressian, it is a %s.\n", value_kind_name((enum value_kind)back.kind));
}

void
contract_types(void)
{
	size_t n;

	for (unsigned kind = 0; kind < VALUE_NKINDS; kind++) {
		n = 0;
		printf(".It %s\n", value_kind_name((enum value_kind)kind));
		for (size_t i = 0; i < NSAMPLES; i++)
			if (samples[i].kind == kind) {
				sample(samples[i].kind, samples[i].edn);
				n++;
			}
		if (n == 0)
			contract_broken("type %s has no sample", value_kind_name((enum value_kind)kind));
	}
}

static const struct {
	unsigned	 from, to;
	const char	*doc;
} codes[] = {
	{ 0x00, 0x3F, "the integer that the code is" },
	{ 0x40, 0x7F, "an integer of 2 to 7 bytes; see below" },
	{ 0x80, 0x9F, "what the cache has at number 0 to 31" },
	{ 0xA0, 0xAF, "a struct of type 0 to 15 of those that were defined; its fields" },
	{ 0xB0, 0xB5, "long[], double[], boolean[], int[], float[], Object[]: a count, that many values" },
	{ 0xB6, 0xBF, NULL },
	{ 0xC0, 0xC0, "a map: a list of key, value, key, value" },
	{ 0xC1, 0xC1, "a set: a list" },
	{ 0xC2, 0xC2, NULL },
	{ 0xC3, 0xC3, "a uuid: 16 bytes, as bytes" },
	{ 0xC4, 0xC5, "a regular expression, a URI: a string" },
	{ 0xC6, 0xC6, "a bigint: bytes, two's complement" },
	{ 0xC7, 0xC7, "a bigdec: bytes as a bigint's, the scale as an integer" },
	{ 0xC8, 0xC8, "an inst: milliseconds since 1970, an integer" },
	{ 0xC9, 0xCA, "a symbol, a keyword: the namespace (nil or a string), the name" },
	{ 0xCB, 0xCB, NULL },
	{ 0xCC, 0xCC, "what the cache has at a number, which is an integer" },
	{ 0xCD, 0xCD, "a value, which goes into the cache at the next number" },
	{ 0xCE, 0xCE, NULL },
	{ 0xCF, 0xCF, "the first of the footer's four" },
	{ 0xD0, 0xD7, "0 to 7 bytes" },
	{ 0xD8, 0xD8, "bytes that go on: a count, the bytes, more bytes" },
	{ 0xD9, 0xD9, "the last bytes, or all: a count, the bytes" },
	{ 0xDA, 0xE1, "a string of 0 to 7 bytes" },
	{ 0xE2, 0xE2, "a string that goes on: a count of bytes, the bytes, more of the string" },
	{ 0xE3, 0xE3, "the last of a string, or all: a count of bytes, the bytes" },
	{ 0xE4, 0xEB, "a list of 0 to 7 items" },
	{ 0xEC, 0xEC, "a list: a count, the items" },
	{ 0xED, 0xED, "a list: items, up to FD" },
	{ 0xEE, 0xEE, "a list: items, up to FD or the end of the message" },
	{ 0xEF, 0xEF, "a struct whose type is defined here: the tag, the number of fields, the fields" },
	{ 0xF0, 0xF0, "a struct of a type that was defined: its number, the fields" },
	{ 0xF1, 0xF4, NULL },
	{ 0xF5, 0xF6, "true, false" },
	{ 0xF7, 0xF7, "nil" },
	{ 0xF8, 0xF8, "an integer of 8 bytes, two's complement" },
	{ 0xF9, 0xF9, "a float: 4 bytes of IEEE 754" },
	{ 0xFA, 0xFA, "a double: 8 bytes of IEEE 754" },
	{ 0xFB, 0xFC, "the doubles 0.0 and 1.0" },
	{ 0xFD, 0xFD, NULL },
	{ 0xFE, 0xFE, "empties the caches; a value follows" },
	{ 0xFF, 0xFF, "the integer -1" },
};

/* All of them, once; and no value where the reader knows none. */
static void
check_codes(void)
{
	unsigned next = 0;

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (codes[i].from != next)
			contract_broken("the codes of Fressian lack %02X", next);
		for (next = codes[i].from; next <= codes[i].to; next++)
			if ((fressian_codes[next].read == fressian_codes[0xB6].read) != (codes[i].doc == NULL) ||
			    fressian_codes[next].read != fressian_codes[codes[i].from].read)
				contract_broken("code %02X of Fressian is something else", next);
	}
	if (next != 0x100)
		contract_broken("the codes of Fressian end at %02X", next);
}

void
contract_codes(void)
{
	check_codes();
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (codes[i].doc == NULL)
			continue;
		printf(codes[i].to > codes[i].from ? ".It Li %02X-%02X\n" : ".It Li %02X\n", codes[i].from, codes[i].to);
		mdoc_text(codes[i].doc);
	}
}
