/*
 * inflate.c: gzip request bodies. See inflate.h.
 */
#include <string.h>

#include <zlib.h>

#include "util/log.h"
#include "worker/inflate.h"

#define WINDOW	(15 + 16)	/* the largest window, gzip framing only */
#define PIECE	((size_t)16 << 10)

/*
 * Z_OK: more to come, Z_STREAM_END: a member is whole, else malformed or (Z_BUF_ERROR) cut
 * short.
 */
static int
one_piece(z_stream *z, size_t room, struct buf *out)
{
	uint8_t *to = buf_reserve(out, room);
	int r;

	z->next_out = to;
	z->avail_out = (uInt)room;
	r = inflate(z, Z_NO_FLUSH);
	buf_commit(out, room - z->avail_out);
	return r;
}

enum inflate_result
inflate_gzip(const uint8_t *in, size_t len, size_t max, struct buf *out)
{
	enum inflate_result result = INFLATE_MALFORMED;
	size_t start = out->len;
	z_stream z;
	int r = Z_OK;

	memset(&z, 0, sizeof(z));
	if (inflateInit2(&z, WINDOW) != Z_OK)
		fatalx("zlib does not start");
	z.next_in = (Bytef *)(uintptr_t)in;
	z.avail_in = (uInt)len;
	while (r == Z_OK || (r == Z_STREAM_END && z.avail_in > 0 && inflateReset(&z) == Z_OK)) {
		size_t left = max - (out->len - start);

		/* One byte more than may be: it shows that there is too much. */
		r = one_piece(&z, left < PIECE ? left + 1 : PIECE, out);
		if (out->len - start > max) {
			result = INFLATE_TOO_LARGE;
			break;
		}
	}
	if (result == INFLATE_MALFORMED && r == Z_STREAM_END && z.avail_in == 0)
		result = INFLATE_OK;
	inflateEnd(&z);
	return result;
}
