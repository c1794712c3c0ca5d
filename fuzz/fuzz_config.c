/*
 * fuzz_config.c: the reader of cmdr.yaml. What it takes must come through the
 * blob of the master unchanged; what it refuses it must refuse with a sentence.
 * The blob's reader is given the raw input, too.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/config_check.h"
#include "daemon/config_yaml.h"
#include "daemon/role.h"
#include "util/mem.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
round_trip(const struct config *c, unsigned audience)
{
	struct buf one = { 0 }, two = { 0 };
	struct config_error err;
	struct config copy;

	if (config_serialize(c, audience, &one) == -1)
		abort();
	if (config_parse_blob(&copy, (const char *)one.data, one.len, &err) == -1)
		abort();
	if (config_serialize(&copy, audience, &two) == -1)
		abort();
	if (one.len != two.len || memcmp(one.data, two.data, one.len) != 0)
		abort();
	config_free(&copy);
	buf_free(&one);
	buf_free(&two);
}

/* The error's place, if it has one, lies in the text. */
static void
check_error(const struct config_error *err, const uint8_t *data, size_t size)
{
	int lines = 2;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n' || data[i] == '\r' || data[i] >= 0x80;
	if (err->text[0] == '\0' || err->line > lines || err->line < 0 || err->column < 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config_place *places = xcalloc(config_nkeys, sizeof(*places));
	struct config_error err = { 0 };
	struct config c;

	config_defaults(&c);
	if (config_yaml_read(&c, "fuzz", (const char *)data, size, places, &err) == -1) {
		check_error(&err, data, size);
	} else {
		config_check_all(&c, "fuzz", places, &err);
		for (unsigned role = 0; role < ROLE_COUNT; role++)
			round_trip(&c, ROLE_BIT(role));
	}
	config_free(&c);
	if (config_parse_blob(&c, (const char *)data, size, &err) == 0)
		config_free(&c);
	free(places);
	return 0;
}
