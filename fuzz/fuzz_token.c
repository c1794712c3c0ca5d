/*
 * fuzz_token.c: the token that a client brings back. What is read is written
 * the same, but for zeros at its end.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/scoreboard.h"
#include "worker/token.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int64_t next[BOARD_PARTITIONS];
	struct buf b = { 0 };
	uint64_t source;
	size_t n;

	if (token_parse((const char *)data, size, &source, next, &n) == -1)
		return 0;
	if (n > BOARD_PARTITIONS)
		abort();
	for (size_t i = 0; i < n; i++)
		if (next[i] < 0)
			abort();
	token_put(&b, source, next, n);
	if ((n == 0 || next[n - 1] != 0) && (b.len != size || memcmp(b.data, data, size) != 0))
		abort();
	buf_free(&b);
	return 0;
}
