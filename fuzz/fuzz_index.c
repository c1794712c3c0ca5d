/*
 * fuzz_index.c: any bytes as what the index packs, as a damaged file may have them, and as a cursor, which clients
 * send: no crash; what is read can be written, and reads back as the same.
 */
#include <stdlib.h>
#include <string.h>

#include "index/cursor.h"
#include "index/times.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
times(const uint8_t *data, size_t size)
{
	int64_t got[TIMES_MAX], back[TIMES_MAX];
	struct buf pack = { 0 };
	int n = times_unpack(data, size, got);

	if (n < 0)
		return;
	times_pack(&pack, got, (size_t)n);
	if (times_unpack(pack.data, pack.len, back) != n ||
	    (n > 0 && memcmp(got, back, (size_t)n * sizeof(got[0])) != 0))
		abort();
	buf_free(&pack);
}

static void
spans(const uint8_t *data, size_t size)
{
	struct times_span got[TIMES_SPANS], back[TIMES_SPANS];
	struct buf pack = { 0 };
	int n = times_unpack_spans(data, size, got);

	if (n < 0)
		return;
	times_pack_spans(&pack, got, (size_t)n);
	if (times_unpack_spans(pack.data, pack.len, back) != n ||
	    (n > 0 && memcmp(got, back, (size_t)n * sizeof(got[0])) != 0))
		abort();
	buf_free(&pack);
}

static void
cursor(const uint8_t *data, size_t size)
{
	struct index_query q = { .topic = INDEX_EVENTS, .since = INT64_MIN, .until = INT64_MAX };
	char *text = malloc(size + 1), again[INDEX_CURSOR];
	int64_t at, back;

	memcpy(text, data, size);
	text[size] = '\0';
	if (cursor_read(text, 0, &q, &at) == INDEX_OK) {
		cursor_write(again, 0, &q, at);
		if (cursor_read(again, 0, &q, &back) != INDEX_OK || back != at)
			abort();
	}
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	times(data, size);
	spans(data, size);
	cursor(data, size);
	return 0;
}
