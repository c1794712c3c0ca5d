/*
 * fuzz_transit_json.c: any bytes as transit in JSON: no crash, no unbounded
 * work; what is read is written, compact and verbose, and reads back as the
 * same.
 */
#include "fuzz_transit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static codec_write_fn *const writers[] = { transit_json_write, transit_verbose_write };

	for (int i = 0; i < 2; i++)
		fuzz_transit(data, size, transit_json_read, writers[i]);
	return 0;
}
