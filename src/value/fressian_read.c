/*
 * fressian_read.c: Fressian into values: a message with its footers, the table
 * of code bytes, and the numbers. Text, sequences, types, structs and caches
 * stand in fressian_{text,seq,type,struct,cache}.c. No byte of the input is
 * trusted: counts are held against the bytes left, depth against the limit.
 */
#include <string.h>

#include "value/fressian.h"
#include "value/fressian_footer.h"
#include "value/fressian_read.h"

#define CODE_RESET	0xFE
#define FIRST_GROWTH	16

size_t
fressian_read_left(const struct fressian_in *in)
{
	return (size_t)(in->end - in->p);
}

int
fressian_read_full(struct fressian_in *in)
{
	return fressian_read_fail(in, E_LIMIT, in->p,
	    "expected a value that fits %zu bytes of memory, found a larger one", in->arena->limit);
}

int
fressian_read_spend(struct fressian_in *in, uint64_t units)
{
	in->work += units;
	if (in->work > in->max_work)
		return fressian_read_fail(in, E_LIMIT, in->p,
		    "expected that cached values and keys come to at most %llu values, found more",
		    (unsigned long long)in->max_work);
	return 0;
}

void *
fressian_read_grow(struct fressian_in *in, void *items, size_t n, size_t *cap, size_t size)
{
	size_t more = *cap == 0 ? FIRST_GROWTH : *cap * 2;
	void *p;

	if (n < *cap)
		return items;
	if ((p = arena_array(in->arena, more, size)) == NULL) {
		fressian_read_full(in);
		return NULL;
	}
	if (n > 0)
		memcpy(p, items, n * size);
	*cap = more;
	return p;
}

static int
no_value(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	uint8_t c = in->p[-1];

	(void)depth, (void)code, (void)out;
	return fressian_read_fail(in, E_CODE, in->p - 1, "expected a value, found byte %02X, %s", c,
	    c == 0xFD ? "the end of a list that is not open here" : "which starts no value");
}

static int
small_int(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	(void)depth, (void)code;
	*out = value_int((int8_t)in->p[-1]);
	return 0;
}

/* n bytes, big-endian. */
static int
take_be(struct fressian_in *in, unsigned n, const char *what, uint64_t *out)
{
	uint64_t v = 0;

	if (fressian_read_left(in) < n)
		return fressian_read_fail(in, E_EOF, in->end, "expected %u bytes of %s, found %zu",
		    n, what, fressian_read_left(in));
	for (unsigned i = 0; i < n; i++)
		v = v << 8 | in->p[i];
	in->p += n;
	*out = v;
	return 0;
}

/* The first byte carries high bits, relative to the zero code of its length. */
static int
packed_int(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	int high = in->p[-1] - (code->arg & 0xFF);
	unsigned n = (unsigned)code->arg >> 8;
	uint64_t low = 0;

	(void)depth;
	if (take_be(in, n, "an integer", &low) == -1)
		return -1;
	*out = value_int((int64_t)((uint64_t)(int64_t)high << (8 * n) | low));
	return 0;
}

static int
long_int(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	uint64_t bits = 0;

	(void)depth, (void)code;
	if (take_be(in, 8, "an integer", &bits) == -1)
		return -1;
	*out = value_int((int64_t)bits);
	return 0;
}

static int
long_double(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	uint64_t bits = 0;
	double d;

	(void)depth, (void)code;
	if (take_be(in, 8, "a double", &bits) == -1)
		return -1;
	memcpy(&d, &bits, sizeof(d));
	*out = value_double(d);
	return 0;
}

static int
short_double(struct fressian_in *in, unsigned depth, const struct fressian_code *code,
    struct value *out)
{
	(void)in, (void)depth;
	*out = value_double(code->arg);
	return 0;
}

static int
float32(struct fressian_in *in, unsigned depth, const struct fressian_code *code, struct value *out)
{
	uint64_t wide = 0;
	uint32_t bits;

	(void)depth, (void)code;
	if (take_be(in, 4, "a float", &wide) == -1)
		return -1;
	bits = (uint32_t)wide;
	*out = (struct value){ .kind = VALUE_FLOAT };
	memcpy(&out->u.real32, &bits, sizeof(bits));
	return 0;
}

static int
boolean(struct fressian_in *in, unsigned depth, const struct fressian_code *code, struct value *out)
{
	(void)in, (void)depth;
	*out = value_bool(code->arg != 0);
	return 0;
}

static int
nil(struct fressian_in *in, unsigned depth, const struct fressian_code *code, struct value *out)
{
	(void)in, (void)depth, (void)code;
	*out = value_nil();
	return 0;
}

#define PACKED(zero, bytes) { packed_int, (zero) | (bytes) << 8 }

const struct fressian_code fressian_codes[256] = {
	[0x00 ... 0x3F] = { small_int, 0 },
	[0x40 ... 0x5F] = PACKED(0x50, 1),
	[0x60 ... 0x6F] = PACKED(0x68, 2),
	[0x70 ... 0x73] = PACKED(0x72, 3),
	[0x74 ... 0x77] = PACKED(0x76, 4),
	[0x78 ... 0x7B] = PACKED(0x7A, 5),
	[0x7C ... 0x7F] = PACKED(0x7E, 6),
	[0x80 ... 0x9F] = { fressian_cache_packed, 0x80 },
	[0xA0 ... 0xAF] = { fressian_struct_packed, 0xA0 },
	[0xB0] = { fressian_seq_array, ARRAY_LONG },
	[0xB1] = { fressian_seq_array, ARRAY_DOUBLE },
	[0xB2] = { fressian_seq_array, ARRAY_BOOLEAN },
	[0xB3] = { fressian_seq_array, ARRAY_INT },
	[0xB4] = { fressian_seq_array, ARRAY_FLOAT },
	[0xB5] = { fressian_seq_array, ARRAY_OBJECT },
	[0xB6 ... 0xBF] = { no_value, 0 },
	[0xC0] = { fressian_seq_map, 0 },
	[0xC1] = { fressian_seq_set, 0 },
	[0xC2] = { no_value, 0 },
	[0xC3] = { fressian_type_uuid, 0 },
	[0xC4] = { fressian_type_text, VALUE_REGEX },
	[0xC5] = { fressian_type_text, VALUE_URI },
	[0xC6] = { fressian_type_bigint, 0 },
	[0xC7] = { fressian_type_bigdec, 0 },
	[0xC8] = { fressian_type_inst, 0 },
	[0xC9] = { fressian_type_name, VALUE_SYMBOL },
	[0xCA] = { fressian_type_name, VALUE_KEYWORD },
	[0xCB] = { no_value, 0 },
	[0xCC] = { fressian_cache_get, 0 },
	[0xCD] = { fressian_cache_put, 0 },
	[0xCE] = { no_value, 0 },
	[FRESSIAN_FOOTER_CODE] = { NULL, 0 },	/* no value: between() sees to it */
	[0xD0 ... 0xD7] = { fressian_text_bytes_packed, 0xD0 },
	[0xD8] = { fressian_text_bytes_chunked, 0 },
	[0xD9] = { fressian_text_bytes_counted, 0 },
	[0xDA ... 0xE1] = { fressian_text_packed, 0xDA },
	[0xE2] = { fressian_text_chunked, 0 },
	[0xE3] = { fressian_text_counted, 0 },
	[0xE4 ... 0xEB] = { fressian_seq_packed, 0xE4 },
	[0xEC] = { fressian_seq_counted, 0 },
	[0xED] = { fressian_seq_closed, 0 },
	[0xEE] = { fressian_seq_open, 0 },
	[0xEF] = { fressian_struct_define, 0 },
	[0xF0] = { fressian_struct_cached, 0 },
	[0xF1 ... 0xF4] = { no_value, 0 },
	[0xF5] = { boolean, 1 },
	[0xF6] = { boolean, 0 },
	[0xF7] = { nil, 0 },
	[0xF8] = { long_int, 0 },
	[0xF9] = { float32, 0 },
	[0xFA] = { long_double, 0 },
	[0xFB] = { short_double, 0 },
	[0xFC] = { short_double, 1 },
	[0xFD] = { no_value, 0 },
	[CODE_RESET] = { NULL, 0 },
	[0xFF] = { small_int, 0 },
};

/* in->p stands at its first byte. */
static int
footer(struct fressian_in *in)
{
	if (fressian_footer_check(in->start, in->section, in->p, in->end, in->err) == -1)
		return -1;
	in->p += FRESSIAN_FOOTER_BYTES;
	in->section = in->p;
	fressian_cache_reset(in);
	return 0;
}

/* What stands between values: a reset of the caches or a footer. in->p stands behind its code. */
static int
between(struct fressian_in *in)
{
	if (in->p[-1] == CODE_RESET) {
		fressian_cache_reset(in);
		return 0;
	}
	in->p--;
	return footer(in);
}

int
fressian_read_value(struct fressian_in *in, unsigned depth, struct value *out)
{
	const struct fressian_code *code;

	if (depth > in->limits->depth)
		return fressian_read_fail(in, E_LIMIT, in->p,
		    "expected at most %u levels of values, found more", in->limits->depth);
	if (depth > in->deepest)
		in->deepest = depth;
	in->size++;
	for (;;) {
		if (in->p == in->end)
			return fressian_read_fail(in, E_EOF, in->end,
			    "expected a value, found the end");
		code = &fressian_codes[*in->p++];
		if (code->read != NULL)
			return code->read(in, depth, code, out);
		if (between(in) == -1)
			return -1;
	}
}

int
fressian_read_part(struct fressian_in *in, unsigned depth, enum value_kind kind, const char *what,
    struct value *out)
{
	const uint8_t *at = in->p;

	if (fressian_read_value(in, depth, out) == -1)
		return -1;
	if (out->kind != kind)
		return fressian_read_fail(in, E_TYPE, at, "expected %s as %s, found %s",
		    value_kind_name(kind), what, value_kind_name(out->kind));
	return 0;
}

int
fressian_read_int(struct fressian_in *in, unsigned depth, const char *what, int64_t *out)
{
	struct value v;

	if (in->p < in->end && *in->p < 0x40) {
		*out = *in->p++;
		return 0;
	}
	if (fressian_read_part(in, depth, VALUE_INT, what, &v) == -1)
		return -1;
	*out = v.u.integer;
	return 0;
}

int
fressian_read_count(struct fressian_in *in, unsigned depth, const char *what, uint32_t *out)
{
	const uint8_t *at = in->p;
	int64_t n;

	if (fressian_read_int(in, depth, what, &n) == -1)
		return -1;
	if (n < 0 || n > INT32_MAX)
		return fressian_read_fail(in, E_COUNT, at,
		    "expected 0 to 2147483647 as %s, found %lld", what, (long long)n);
	*out = (uint32_t)n;
	return 0;
}

static int
trail(struct fressian_in *in)
{
	if (in->p == in->end)
		return 0;
	if (*in->p == FRESSIAN_FOOTER_CODE && footer(in) == -1)
		return -1;
	if (in->p != in->end)
		return fressian_read_fail(in, E_TRAILING, in->p,
		    "expected the end, found %zu bytes more", fressian_read_left(in));
	return 0;
}

int
fressian_read(const uint8_t *data, size_t len, const struct codec_limits *limits, struct arena *a,
    struct value *out, struct codec_error *err)
{
	struct fressian_in in = {
		.start = data,
		.p = data,
		.end = data + len,
		.section = data,
		.arena = a,
		.limits = limits,
		.err = err,
		.max_work = FRESSIAN_WORK(len),
	};

	if (len == 0)
		return codec_fail(err, E_EOF, 0, "expected a value, found nothing at all");
	if (len > INT32_MAX)
		return codec_fail(err, E_LIMIT, 0,
		    "expected at most 2147483647 bytes, found %zu", len);
	if (fressian_read_value(&in, 1, out) == -1)
		return -1;
	return trail(&in);
}
