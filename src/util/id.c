/*
 * id.c: 128-bit ids. See id.h.
 */
#include <sys/random.h>

#include <string.h>

#include <uuid/uuid.h>

#include "util/clock.h"
#include "util/id.h"
#include "util/log.h"

static uint8_t node[8];	/* clock sequence (2, with the variant) and node (6) */
static int seeded;

void
id_seed(void)
{
	if (getrandom(node, sizeof(node), 0) != (ssize_t)sizeof(node))
		fatal("getrandom for the node of our ids");
	node[0] = (uint8_t)(0x80 | (node[0] & 0x3f));	/* variant of RFC 9562 4.1 */
	node[2] |= 0x01;	/* multicast: never a card's address */
	seeded = 1;
}

struct id
id_make(void)
{
	uint64_t t = clock_uuid_ticks();
	struct id id;

	if (!seeded)
		id_seed();
	id.b[0] = (uint8_t)(t >> 24);
	id.b[1] = (uint8_t)(t >> 16);
	id.b[2] = (uint8_t)(t >> 8);
	id.b[3] = (uint8_t)t;
	id.b[4] = (uint8_t)(t >> 40);
	id.b[5] = (uint8_t)(t >> 32);
	id.b[6] = (uint8_t)(0x10 | ((t >> 56) & 0x0f));	/* version 1 */
	id.b[7] = (uint8_t)(t >> 48);
	memcpy(id.b + 8, node, sizeof(node));
	return id;
}

struct id
id_v5(const struct id *space, const void *name, size_t len)
{
	struct id id;

	uuid_generate_sha1(id.b, space->b, name, len);
	return id;
}

struct id
id_dns(void)
{
	struct id id;

	memcpy(id.b, *uuid_get_template("dns"), sizeof(id.b));
	return id;
}

int
id_parse(const char *text, size_t len, struct id *out)
{
	if (len != ID_TEXT || memchr(text, '\0', len) != NULL)
		return -1;
	return uuid_parse_range(text, text + len, out->b);
}

void
id_format(const struct id *id, char out[ID_TEXT + 1])
{
	static const char hex[] = "0123456789abcdef";

	for (int i = 0; i < ID_BYTES; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		*out++ = hex[id->b[i] >> 4];
		*out++ = hex[id->b[i] & 15];
	}
	*out = '\0';
}

int
id_equal(const struct id *a, const struct id *b)
{
	return memcmp(a->b, b->b, ID_BYTES) == 0;
}
