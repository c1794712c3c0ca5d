/*
 * fuzz_transit_msgpack.c: any bytes as transit in MessagePack: no crash, no
 * unbounded work; what is read is written and reads back as the same.
 */
#include "fuzz_transit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_transit(data, size, transit_msgpack_read, transit_msgpack_write);
	return 0;
}
