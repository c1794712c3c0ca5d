/*
 * fressian_write.c: values into Fressian, byte for byte as data.fressian writes
 * them: structs, names, lists and what is made of lists. One function a kind;
 * those of plain values stand in fressian_scalar.c, what may be named again in
 * fressian_seen.c.
 */
#include <stdbool.h>

#include "value/bignum.h"
#include "value/fressian.h"
#include "value/fressian_footer.h"
#include "value/fressian_out.h"
#include "value/fressian_read.h"

#define LIST_PACKED	8
#define NAMES_PACKED	32
#define TYPES_PACKED	16

static int put(struct fressian_out *o, const struct value *v, unsigned depth);

/* The head of a struct: its type at length the first time, then by number. */
static int
put_type(struct fressian_out *o, const struct value *tag, uint32_t count, unsigned depth)
{
	int64_t i = fressian_seen_type(&o->types, tag, count);

	if (i >= TYPES_PACKED)
		return fressian_out_counted(o, 0xF0, (uint64_t)i);
	if (i >= 0)
		return fressian_out_code(o, (uint8_t)(0xA0 + i));
	/* Types inside the tag come before it, as the reader counts them. */
	if (fressian_out_code(o, 0xEF) == -1 || put(o, tag, depth + 1) == -1)
		return -1;
	fressian_seen_add_type(&o->types, tag, count);
	return fressian_out_int(o, count);
}

static int
put_char(struct fressian_out *o, const struct value *v, unsigned depth)
{
	static const struct value tag = { .kind = VALUE_STRING, .n = 4, .u.text = "char" };

	return put_type(o, &tag, 1, depth) == -1 ? -1 : fressian_scalar_int(o, v, depth);
}

static int
put_byte(struct fressian_out *o, const struct value *v, unsigned depth)
{
	static const struct value tag = { .kind = VALUE_STRING, .n = 4, .u.text = "byte" };

	return put_type(o, &tag, 1, depth) == -1 ? -1 : fressian_scalar_int(o, v, depth);
}

/* One part of a ratio, always as a bigint. */
static int
put_part(struct fressian_out *o, const struct value *v, unsigned depth)
{
	uint8_t be[8];
	const uint8_t *p = be;
	size_t n = sizeof(be);

	if (v->kind == VALUE_BIGINT)
		return fressian_scalar_bigint(o, v, depth);
	for (unsigned i = 0; i < sizeof(be); i++)
		be[i] = (uint8_t)((uint64_t)v->u.integer >> (8 * (7 - i)));
	bignum_trim(&p, &n);
	return fressian_out_code(o, 0xC6) == -1 ? -1 : fressian_out_bytes(o, p, n);
}

static int
put_ratio(struct fressian_out *o, const struct value *v, unsigned depth)
{
	static const struct value tag = { .kind = VALUE_STRING, .n = 5, .u.text = "ratio" };

	if (put_type(o, &tag, 2, depth) == -1 || put_part(o, &v->u.items[0], depth) == -1)
		return -1;
	return put_part(o, &v->u.items[1], depth);
}

/* A part of a keyword or symbol: the only text that is cached. */
static int
put_name(struct fressian_out *o, const char *s, uint32_t len)
{
	uint32_t i;
	bool is_new;

	if (s == NULL)
		return fressian_out_code(o, 0xF7);
	if (len == 0)
		return fressian_out_code(o, 0xDA);
	i = fressian_seen_text(&o->names, s, len, &is_new);
	if (is_new)
		return fressian_out_code(o, 0xCD) == -1 ? -1 : fressian_out_text(o, s, len);
	if (i < NAMES_PACKED)
		return fressian_out_code(o, (uint8_t)(0x80 + i));
	return fressian_out_counted(o, 0xCC, i);
}

static int
put_named(struct fressian_out *o, uint8_t code, const struct value_name *name)
{
	if (fressian_out_code(o, code) == -1 || put_name(o, name->ns, name->ns_len) == -1)
		return -1;
	return put_name(o, name->name, name->name_len);
}

static int
put_keyword(struct fressian_out *o, const struct value *v, unsigned depth)
{
	(void)depth;
	return put_named(o, 0xCA, v->u.name);
}

static int
put_symbol(struct fressian_out *o, const struct value *v, unsigned depth)
{
	(void)depth;
	return put_named(o, 0xC9, v->u.name);
}

static int
put_items(struct fressian_out *o, const struct value *items, uint64_t n, unsigned depth)
{
	for (uint64_t i = 0; i < n; i++)
		if (put(o, &items[i], depth + 1) == -1)
			return -1;
	return 0;
}

static int
put_list(struct fressian_out *o, const struct value *items, uint64_t n, unsigned depth)
{
	int r;

	if (n < LIST_PACKED)
		r = fressian_out_code(o, (uint8_t)(0xE4 + n));
	else
		r = fressian_out_counted(o, 0xEC, n);
	return r == -1 ? -1 : put_items(o, items, n, depth);
}

static int
put_seq(struct fressian_out *o, const struct value *v, unsigned depth)
{
	return put_list(o, v->u.items, v->n, depth);
}

static int
put_set(struct fressian_out *o, const struct value *v, unsigned depth)
{
	return fressian_out_code(o, 0xC1) == -1 ? -1 : put_list(o, v->u.items, v->n, depth);
}

static int
put_map(struct fressian_out *o, const struct value *v, unsigned depth)
{
	if (fressian_out_code(o, 0xC0) == -1)
		return -1;
	return put_list(o, v->u.items, 2 * (uint64_t)v->n, depth);
}

/* The code of each array, and what it may hold (VALUE_NKINDS: anything). */
static const struct {
	uint8_t		code;
	enum value_kind	kind;
} arrays[] = {
	[ARRAY_INT] = { 0xB3, VALUE_INT },
	[ARRAY_LONG] = { 0xB0, VALUE_INT },
	[ARRAY_FLOAT] = { 0xB4, VALUE_FLOAT },
	[ARRAY_DOUBLE] = { 0xB1, VALUE_DOUBLE },
	[ARRAY_BOOLEAN] = { 0xB2, VALUE_BOOL },
	[ARRAY_OBJECT] = { 0xB5, VALUE_NKINDS },
};

static int
put_array(struct fressian_out *o, const struct value *v, unsigned depth)
{
	enum value_kind kind = arrays[v->sub].kind;

	for (uint32_t i = 0; kind != VALUE_NKINDS && i < v->n; i++)
		if (v->u.items[i].kind != kind)
			return codec_fail(o->err, E_ENCODE, 0, "an array of kind %s holds kind %s",
			    value_kind_name(kind), value_kind_name(v->u.items[i].kind));
	if (fressian_out_counted(o, arrays[v->sub].code, v->n) == -1)
		return -1;
	return put_items(o, v->u.items, v->n, depth);
}

static int
put_tagged(struct fressian_out *o, const struct value *v, unsigned depth)
{
	const struct value *tag = v->u.tagged->tag;

	if (fressian_struct_known(tag) != NULL)
		return codec_fail(o->err, E_ENCODE, 0,
		    "a tagged value of tag \"%.*s\", which Fressian has for a type of its own",
		    (int)tag->n, tag->u.text);
	if (put_type(o, tag, v->n, depth) == -1)
		return -1;
	return put_items(o, v->u.tagged->fields, v->n, depth);
}

static fressian_put_fn *const puts_by_kind[VALUE_NKINDS] = {
	[VALUE_NIL] = fressian_scalar_nil,
	[VALUE_BOOL] = fressian_scalar_bool,
	[VALUE_INT] = fressian_scalar_int,
	[VALUE_BYTE] = put_byte,
	[VALUE_BIGINT] = fressian_scalar_bigint,
	[VALUE_DOUBLE] = fressian_scalar_double,
	[VALUE_FLOAT] = fressian_scalar_float,
	[VALUE_BIGDEC] = fressian_scalar_bigdec,
	[VALUE_RATIO] = put_ratio,
	[VALUE_CHAR] = put_char,
	[VALUE_STRING] = fressian_scalar_string,
	[VALUE_BYTES] = fressian_scalar_bytes,
	[VALUE_KEYWORD] = put_keyword,
	[VALUE_SYMBOL] = put_symbol,
	[VALUE_UUID] = fressian_scalar_uuid,
	[VALUE_INST] = fressian_scalar_inst,
	[VALUE_URI] = fressian_scalar_uri,
	[VALUE_REGEX] = fressian_scalar_regex,
	[VALUE_LIST] = put_seq,
	[VALUE_VECTOR] = put_seq,
	[VALUE_SET] = put_set,
	[VALUE_MAP] = put_map,
	[VALUE_ARRAY] = put_array,
	[VALUE_TAGGED] = put_tagged,
};

static int
put(struct fressian_out *o, const struct value *v, unsigned depth)
{
	if (depth > FRESSIAN_WRITE_DEPTH)
		return codec_fail(o->err, E_LIMIT, 0, "values are nested more than %d deep",
		    FRESSIAN_WRITE_DEPTH);
	return puts_by_kind[v->kind](o, v, depth);
}

int
fressian_write_bare(struct buf *out, const struct value *v, struct codec_error *err)
{
	struct fressian_out o;
	int r;

	o.buf = out;
	o.err = err;
	o.p = out->data == NULL ? NULL : out->data + out->len;
	o.end = out->data == NULL ? NULL : out->data + out->cap;
	fressian_seen_init(&o.names);
	fressian_seen_init(&o.types);
	r = put(&o, v, 1);
	if (o.p != NULL)
		fressian_out_commit(&o);
	fressian_seen_free(&o.names);
	fressian_seen_free(&o.types);
	return r;
}

int
fressian_write(struct buf *out, const struct value *v, struct codec_error *err)
{
	size_t start = out->len;

	if (fressian_write_bare(out, v, err) == -1)
		return -1;
	return fressian_footer_put(out, start, err);
}
