/*
 * transit_msgpack_read.c: transit in MessagePack: the bytes as tokens. A
 * scanner of ours, not msgpack-c's unpacker: that one takes no more than 32
 * levels, and allocates what a count claims before it looks for the items.
 * Here every count meets the bytes that are left. What transit makes of the
 * tokens is transit_decode.c's concern.
 */
#include <string.h>

#include "value/transit.h"
#include "value/transit_decode.h"
#include "value/utf8.h"

struct form;
typedef int form_fn(struct transit_source *src, const struct form *form, uint64_t arg,
    struct transit_token *t);

/* Codes first … last of the specification; arg: the size bytes behind, or code - first. */
struct form {
	uint8_t		 first, last;
	uint8_t		 size;
	form_fn		*read;
	const char	*name;
};

static int
eof(struct transit_source *src, const struct form *form)
{
	return transit_fail(src, E_EOF, src->len, "expected more bytes of a %s, found the end",
	    form->name);
}

static int
read_unsigned(struct transit_source *src, const struct form *form, uint64_t arg,
    struct transit_token *t)
{
	if (arg > INT64_MAX)
		return transit_fail(src, E_VALUE, t->offset,
		    "expected an integer of 64 bits with sign, found a larger %s (sent with ~n)",
		    form->name);
	t->value = value_int((int64_t)arg);
	return 0;
}

static int
read_signed(struct transit_source *src, const struct form *form, uint64_t arg,
    struct transit_token *t)
{
	unsigned shift = 64 - 8u * form->size;

	(void)src;
	t->value = value_int((int64_t)(arg << shift) >> shift);
	return 0;
}

static int
read_negative(struct transit_source *src, const struct form *form, uint64_t arg,
    struct transit_token *t)
{
	(void)src;
	(void)form;
	t->value = value_int((int64_t)arg - 32);
	return 0;
}

static int
read_nil(struct transit_source *src, const struct form *form, uint64_t arg, struct transit_token *t)
{
	(void)src;
	(void)form;
	(void)arg;
	t->value = value_nil();
	return 0;
}

static int
read_boolean(struct transit_source *src, const struct form *form, uint64_t arg,
    struct transit_token *t)
{
	(void)src;
	(void)form;
	t->value = value_bool(arg != 0);
	return 0;
}

static int
read_float(struct transit_source *src, const struct form *form, uint64_t arg,
    struct transit_token *t)
{
	uint32_t bits = (uint32_t)arg;
	float f;

	(void)src;
	(void)form;
	memcpy(&f, &bits, sizeof(f));
	t->value = value_double((double)f);
	return 0;
}

static int
read_double(struct transit_source *src, const struct form *form, uint64_t arg,
    struct transit_token *t)
{
	double d;

	(void)src;
	(void)form;
	memcpy(&d, &arg, sizeof(d));
	t->value = value_double(d);
	return 0;
}

static int
read_raw(struct transit_source *src, const struct form *form, uint64_t arg, struct transit_token *t)
{
	const uint8_t *s = src->in + src->at;
	size_t valid;

	if (arg > src->len - src->at)
		return eof(src, form);
	if ((valid = utf8_valid(s, (size_t)arg)) != arg)
		return transit_fail(src, E_UTF8, src->at + valid,
		    "the text is not valid UTF-8 from here on");
	src->at += (size_t)arg;
	t->kind = TRANSIT_STRING;
	t->value = value_string((const char *)s, (size_t)arg);
	return 0;
}

/* per: values an item takes, each a byte at least: no count exceeds what is left. */
static int
open_counted(struct transit_source *src, const struct form *form, uint64_t count, uint64_t per,
    struct transit_token *t)
{
	if (count * per > src->len - src->at)
		return transit_fail(src, E_COUNT, t->offset,
		    "%s of %llu items, but %zu bytes are left", form->name,
		    (unsigned long long)count, src->len - src->at);
	t->n = count * per;
	return 0;
}

static int
read_array(struct transit_source *src, const struct form *form, uint64_t arg,
    struct transit_token *t)
{
	t->kind = TRANSIT_ARRAY;
	return open_counted(src, form, arg, 1, t);
}

static int
read_map(struct transit_source *src, const struct form *form, uint64_t arg, struct transit_token *t)
{
	t->kind = TRANSIT_MAP;
	return open_counted(src, form, arg, 2, t);
}

static int
refuse(struct transit_source *src, const struct form *form, uint64_t arg, struct transit_token *t)
{
	(void)arg;
	return transit_fail(src, E_CODE, t->offset, "transit has no MessagePack %s (byte 0x%02X)",
	    form->name, src->in[t->offset]);
}

/* In the order of their bytes, none left out. */
static const struct form forms[] = {
	{ 0x00, 0x7F, 0, read_unsigned,	"positive fixint" },
	{ 0x80, 0x8F, 0, read_map,	"fixmap" },
	{ 0x90, 0x9F, 0, read_array,	"fixarray" },
	{ 0xA0, 0xBF, 0, read_raw,	"fixstr" },
	{ 0xC0, 0xC0, 0, read_nil,	"nil" },
	{ 0xC1, 0xC1, 0, refuse,	"reserved code" },
	{ 0xC2, 0xC3, 0, read_boolean,	"boolean" },
	/* No transit writer uses bin; the reference reads it as text, as it reads raw. */
	{ 0xC4, 0xC4, 1, read_raw,	"bin 8" },
	{ 0xC5, 0xC5, 2, read_raw,	"bin 16" },
	{ 0xC6, 0xC6, 4, read_raw,	"bin 32" },
	{ 0xC7, 0xC9, 0, refuse,	"ext" },
	{ 0xCA, 0xCA, 4, read_float,	"float 32" },
	{ 0xCB, 0xCB, 8, read_double,	"float 64" },
	{ 0xCC, 0xCC, 1, read_unsigned,	"uint 8" },
	{ 0xCD, 0xCD, 2, read_unsigned,	"uint 16" },
	{ 0xCE, 0xCE, 4, read_unsigned,	"uint 32" },
	{ 0xCF, 0xCF, 8, read_unsigned,	"uint 64" },
	{ 0xD0, 0xD0, 1, read_signed,	"int 8" },
	{ 0xD1, 0xD1, 2, read_signed,	"int 16" },
	{ 0xD2, 0xD2, 4, read_signed,	"int 32" },
	{ 0xD3, 0xD3, 8, read_signed,	"int 64" },
	{ 0xD4, 0xD8, 0, refuse,	"fixext" },
	{ 0xD9, 0xD9, 1, read_raw,	"str 8" },
	{ 0xDA, 0xDA, 2, read_raw,	"str 16" },
	{ 0xDB, 0xDB, 4, read_raw,	"str 32" },
	{ 0xDC, 0xDC, 2, read_array,	"array 16" },
	{ 0xDD, 0xDD, 4, read_array,	"array 32" },
	{ 0xDE, 0xDE, 2, read_map,	"map 16" },
	{ 0xDF, 0xDF, 4, read_map,	"map 32" },
	{ 0xE0, 0xFF, 0, read_negative,	"negative fixint" },
};

static int
next(struct transit_source *src, enum transit_place place, struct transit_token *t)
{
	const struct form *form = forms;
	uint64_t arg;
	uint8_t code;

	(void)place;
	t->kind = TRANSIT_SCALAR;
	t->offset = src->at;
	if (src->at == src->len)
		return transit_fail(src, E_EOF, src->at, src->len == 0 ?
		    "expected a value, found an empty body" : "expected a value, found the end");
	code = src->in[src->at++];
	while (code > form->last)
		form++;
	arg = form->size == 0 ? (uint64_t)(code - form->first) : 0;
	if (form->size > src->len - src->at)
		return eof(src, form);
	for (unsigned i = 0; i < form->size; i++)
		arg = arg << 8 | src->in[src->at++];
	return form->read(src, form, arg, t);
}

static int
end(struct transit_source *src)
{
	if (src->at < src->len)
		return transit_fail(src, E_TRAILING, src->at,
		    "expected nothing behind the value, found %zu bytes", src->len - src->at);
	return 0;
}

int
transit_msgpack_read(const uint8_t *in, size_t len, const struct codec_limits *limits,
    struct arena *a, struct value *out, struct codec_error *err)
{
	struct transit_source src = { .next = next, .end = end, .in = in, .len = len, .arena = a,
	    .err = err };

	return transit_decode(&src, limits, a, out);
}
