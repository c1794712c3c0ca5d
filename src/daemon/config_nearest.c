/*
 * config_nearest.c: the key that someone who mistyped one most likely meant.
 */
#include <string.h>

#include "daemon/config_table.h"

/* Longer names than this are no typing errors of ours. */
#define NAME_MAX_BYTES	48

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Letters put in, left out, replaced or swapped with the next (optimal string alignment). */
static size_t
distance(const char *a, const char *b)
{
	size_t d[NAME_MAX_BYTES + 1][NAME_MAX_BYTES + 1], n = strlen(a), m = strlen(b);

	if (n > NAME_MAX_BYTES || m > NAME_MAX_BYTES)
		return NAME_MAX_BYTES;
	for (size_t i = 0; i <= n; i++)
		d[i][0] = i;
	for (size_t j = 0; j <= m; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		for (size_t j = 1; j <= m; j++) {
			d[i][j] = least(least(d[i - 1][j], d[i][j - 1]) + 1,
			    d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	}
	return d[n][m];
}

static const char *
last_part(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot == NULL ? name : dot + 1;
}

const char *
config_nearest(const char *name)
{
	size_t limit = strlen(name) / 3, best = limit == 0 ? 1 : limit, d;
	const char *nearest = NULL;

	for (size_t i = 0; i < config_nsections; i++) {
		if ((d = distance(name, config_sections[i].name)) <= best) {
			best = d;
			nearest = config_sections[i].name;
		}
	}
	for (size_t i = 0; i < config_nkeys; i++) {
		d = distance(name, config_keys[i].name);
		/* the right key in the wrong section, or in none */
		if (strcmp(last_part(name), last_part(config_keys[i].name)) == 0)
			d = least(d, 1);
		if (d < best || (d == best && nearest == NULL)) {
			best = d;
			nearest = config_keys[i].name;
		}
	}
	return nearest;
}
