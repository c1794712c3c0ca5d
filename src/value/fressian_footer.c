/*
 * fressian_footer.c: the footer behind a value. See fressian_footer.h.
 */
#include <string.h>

#include <zlib.h>

#include "value/fressian_footer.h"

#define MAGIC_BYTES	4

static uint32_t
get_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void
put_u32(uint8_t *p, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (8 * (3 - i)));
}

/* The checksum covers the footer's own magic and length. */
static uint32_t
checksum(const uint8_t *section, const uint8_t *at)
{
	return (uint32_t)adler32_z(1, section, (size_t)(at + 8 - section));
}

int
fressian_footer_check(const uint8_t *start, const uint8_t *section, const uint8_t *at,
    const uint8_t *end, struct codec_error *err)
{
	size_t offset = (size_t)(at - start), len = (size_t)(at - section);

	for (size_t i = 0; i < MAGIC_BYTES && at + i < end; i++)
		if (at[i] != FRESSIAN_FOOTER_CODE)
			return codec_fail(err, E_FOOTER, offset + i,
			    "expected CF, four of which start a footer, found %02X", at[i]);
	if (end - at < FRESSIAN_FOOTER_BYTES)
		return codec_fail(err, E_EOF, (size_t)(end - start),
		    "expected 12 bytes of a footer, found %zu", (size_t)(end - at));
	if (get_u32(at + 4) != len)
		return codec_fail(err, E_FOOTER, offset + 4,
		    "the footer speaks of %lu bytes, found %zu", (unsigned long)get_u32(at + 4),
		    len);
	if (get_u32(at + 8) != checksum(section, at))
		return codec_fail(err, E_FOOTER, offset + 8,
		    "the footer's checksum is %08lX, found %08lX", (unsigned long)get_u32(at + 8),
		    (unsigned long)checksum(section, at));
	return 0;
}

int
fressian_footer_put(struct buf *out, size_t start, struct codec_error *err)
{
	size_t len = out->len - start;
	uint8_t *p = len > UINT32_MAX ? NULL : buf_reserve(out, FRESSIAN_FOOTER_BYTES);

	if (p == NULL)
		return codec_fail(err, E_LIMIT, len,
		    "the value takes more than the %zu bytes allowed", out->max);
	memset(p, FRESSIAN_FOOTER_CODE, MAGIC_BYTES);
	put_u32(p + 4, (uint32_t)len);
	put_u32(p + 8, checksum(p - len, p));
	buf_commit(out, FRESSIAN_FOOTER_BYTES);
	return 0;
}
