/*
 * transit_emit_msgpack.c: transit written as MessagePack, packed by msgpack-c,
 * with the raw strings of its first specification (fixraw, raw 16, raw 32),
 * which every transit reader takes; never str 8 or bin. Which tag and what
 * representation is transit_write.c's concern.
 */
#include <msgpack.h>

#include "value/transit.h"
#include "value/transit_write.h"

static int
append(void *data, const char *bytes, size_t len)
{
	buf_put(data, bytes, len);
	return 0;
}

static msgpack_packer
packer(struct transit_writer *w)
{
	msgpack_packer pk;

	msgpack_packer_init(&pk, w->out, append);
	return pk;
}

static void
nil(struct transit_writer *w)
{
	msgpack_packer pk = packer(w);

	msgpack_pack_nil(&pk);
}

static void
boolean(struct transit_writer *w, bool b)
{
	msgpack_packer pk = packer(w);

	if (b)
		msgpack_pack_true(&pk);
	else
		msgpack_pack_false(&pk);
}

static bool
integer(struct transit_writer *w, int64_t i)
{
	msgpack_packer pk = packer(w);

	msgpack_pack_int64(&pk, i);
	return true;
}

static void
real(struct transit_writer *w, double d)
{
	msgpack_packer pk = packer(w);

	msgpack_pack_double(&pk, d);
}

static void
real32(struct transit_writer *w, float f)
{
	msgpack_packer pk = packer(w);

	msgpack_pack_float(&pk, f);
}

static void
string(struct transit_writer *w, const char *text, size_t len)
{
	msgpack_packer pk = packer(w);

	msgpack_pack_v4raw(&pk, len);
	msgpack_pack_v4raw_body(&pk, text, len);
}

static void
open_shape(struct transit_writer *w, enum transit_shape shape, size_t n)
{
	msgpack_packer pk = packer(w);

	if (shape == TRANSIT_PAIRS)
		msgpack_pack_map(&pk, n);
	else
		msgpack_pack_array(&pk, shape == TRANSIT_TAGGED ? 2 : n);
}

/* Counted: there is nothing between the items, and nothing behind them. */
static void
nothing(struct transit_writer *w, enum transit_shape shape)
{
	(void)w;
	(void)shape;
}

static const struct transit_form form = {
	.cached = true, .native = true,
	.nil = nil, .boolean = boolean, .integer = integer, .real = real, .real32 = real32,
	    .string = string,
	.open = open_shape, .after_key = nothing, .close = nothing,
};

int
transit_msgpack_write(struct buf *out, const struct value *v, struct codec_error *err)
{
	return transit_write(&form, out, v, err);
}
