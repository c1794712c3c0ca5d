/*
 * cursor.c: where a client is in a list. See cursor.h.
 */
#include <string.h>

#include "index/cursor.h"
#include "util/buf.h"
#include "util/hex.h"

#define VERSION		1
#define CURSOR_BYTES	21	/* version, generation, question, position */

/* A cursor is a place in one list: that of its topic, action, parent and times. Not a secret, so no keyed hash. */
static uint32_t
question_hash(const struct index_query *q)
{
	struct buf b = { 0 };
	uint64_t h = UINT64_C(14695981039346656037);

	buf_putc(&b, (int)q->topic);
	buf_put_u64(&b, (uint64_t)q->since);
	buf_put_u64(&b, (uint64_t)q->until);
	buf_putc(&b, q->has_parent);
	if (q->has_parent)
		buf_put(&b, q->parent.b, ID_BYTES);
	if (q->action != NULL)
		buf_puts(&b, q->action);
	for (size_t i = 0; i < b.len; i++)
		h = (h ^ b.data[i]) * UINT64_C(1099511628211);
	buf_free(&b);
	return (uint32_t)(h ^ (h >> 32));
}

void
cursor_write(char out[INDEX_CURSOR], uint64_t generation, const struct index_query *q, int64_t position)
{
	struct buf b = { 0 }, text = { 0 };

	buf_putc(&b, VERSION);
	buf_put_u64(&b, generation);
	buf_put_u32(&b, question_hash(q));
	buf_put_u64(&b, (uint64_t)position);
	hex_encode(&text, b.data, b.len);
	memcpy(out, text.data, text.len);
	out[text.len] = '\0';
	buf_free(&b);
	buf_free(&text);
}

enum index_result
cursor_read(const char *text, uint64_t generation, const struct index_query *q, int64_t *position)
{
	uint8_t bytes[CURSOR_BYTES] = { 0 };
	struct rdr r = rdr_of(bytes, sizeof(bytes));
	uint64_t of;

	if (strlen(text) != (size_t)2 * CURSOR_BYTES || !hex_decode(text, (size_t)2 * CURSOR_BYTES, bytes) ||
	    rdr_u8(&r) != VERSION)
		return INDEX_BAD;
	of = rdr_u64(&r);
	if (rdr_u32(&r) != question_hash(q))
		return INDEX_BAD;
	*position = (int64_t)rdr_u64(&r);
	if (*position < 0)
		return INDEX_BAD;
	return of == generation ? INDEX_OK : INDEX_GONE;
}
