/*
 * fressian_scalar.c: writing the values that hold no other ones, but for those
 * that are structs or names (fressian_write.c).
 */
#include <math.h>
#include <string.h>

#include "value/bignum.h"
#include "value/fressian_out.h"

/* A code and the low n bytes of bits, big-endian. */
static int
put_be(struct fressian_out *o, uint8_t code, uint64_t bits, unsigned n)
{
	uint8_t *p = fressian_out_room(o, 1 + n);

	if (p == NULL)
		return -1;
	*p++ = code;
	while (n-- > 0)
		*p++ = (uint8_t)(bits >> (8 * n));
	o->p = p;
	return 0;
}

int
fressian_scalar_nil(struct fressian_out *o, const struct value *v, unsigned depth)
{
	(void)v, (void)depth;
	return fressian_out_code(o, 0xF7);
}

int
fressian_scalar_bool(struct fressian_out *o, const struct value *v, unsigned depth)
{
	(void)depth;
	return fressian_out_code(o, v->u.boolean ? 0xF5 : 0xF6);
}

int
fressian_scalar_int(struct fressian_out *o, const struct value *v, unsigned depth)
{
	(void)depth;
	return fressian_out_int(o, v->u.integer);
}

/* -0.0 is 0.0 here, as the reference has it; there is one NaN. */
int
fressian_scalar_double(struct fressian_out *o, const struct value *v, unsigned depth)
{
	double d = v->u.real;
	uint64_t bits = UINT64_C(0x7FF8000000000000);

	(void)depth;
	if (d == 0)
		return fressian_out_code(o, 0xFB);
	if (d == 1)
		return fressian_out_code(o, 0xFC);
	if (!isnan(d))
		memcpy(&bits, &d, sizeof(bits));
	return put_be(o, 0xFA, bits, 8);
}

int
fressian_scalar_float(struct fressian_out *o, const struct value *v, unsigned depth)
{
	uint32_t bits = 0x7FC00000;

	(void)depth;
	if (!isnan(v->u.real32))
		memcpy(&bits, &v->u.real32, sizeof(bits));
	return put_be(o, 0xF9, bits, 4);
}

int
fressian_scalar_string(struct fressian_out *o, const struct value *v, unsigned depth)
{
	(void)depth;
	return fressian_out_text(o, v->u.text, v->n);
}

int
fressian_scalar_bytes(struct fressian_out *o, const struct value *v, unsigned depth)
{
	(void)depth;
	return fressian_out_bytes(o, v->u.bytes, v->n);
}

int
fressian_scalar_uri(struct fressian_out *o, const struct value *v, unsigned depth)
{
	return fressian_out_code(o, 0xC5) == -1 ? -1 : fressian_scalar_string(o, v, depth);
}

int
fressian_scalar_regex(struct fressian_out *o, const struct value *v, unsigned depth)
{
	return fressian_out_code(o, 0xC4) == -1 ? -1 : fressian_scalar_string(o, v, depth);
}

int
fressian_scalar_uuid(struct fressian_out *o, const struct value *v, unsigned depth)
{
	uint8_t *p = fressian_out_room(o, 3 + ID_BYTES);

	(void)depth;
	if (p == NULL)
		return -1;
	p[0] = 0xC3;
	p[1] = 0xD9;
	p[2] = ID_BYTES;
	memcpy(p + 3, v->u.id->b, ID_BYTES);
	o->p = p + 3 + ID_BYTES;
	return 0;
}

int
fressian_scalar_inst(struct fressian_out *o, const struct value *v, unsigned depth)
{
	(void)depth;
	return fressian_out_counted(o, 0xC8, (uint64_t)v->u.integer);
}

/* A big integer's bytes, held to what our own reader takes. */
static int
put_big(struct fressian_out *o, const uint8_t *bytes, size_t len)
{
	if (len > BIGNUM_MAX_BYTES)
		return codec_fail(o->err, E_ENCODE, 0,
		    "a number of %zu bytes, more than the %d allowed", len, BIGNUM_MAX_BYTES);
	return fressian_out_bytes(o, bytes, len);
}

int
fressian_scalar_bigint(struct fressian_out *o, const struct value *v, unsigned depth)
{
	(void)depth;
	return fressian_out_code(o, 0xC6) == -1 ? -1 : put_big(o, v->u.bytes, v->n);
}

int
fressian_scalar_bigdec(struct fressian_out *o, const struct value *v, unsigned depth)
{
	const struct value_bigdec *d = v->u.bigdec;

	(void)depth;
	if (fressian_out_code(o, 0xC7) == -1 || put_big(o, d->unscaled, d->unscaled_len) == -1)
		return -1;
	return fressian_out_int(o, d->scale);
}
