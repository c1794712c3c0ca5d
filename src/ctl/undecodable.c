/*
 * undecodable.c: cmdrctl undecodable: what the indexer found on the topics that
 * is no command and no event.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "ctl/ctl.h"
#include "ctl/index.h"
#include "ctl/settings.h"
#include "util/arena.h"
#include "util/hex.h"

#define SHOWN 100

enum { HEX = 1, LIMIT };

const struct ctl_option undecodable_options[] = {
	{ HEX, '\0', "hex", NULL, NULL, "print the bytes too, as much as was kept" },
	{ LIMIT, 'n', "limit", "N", NULL, "at most so many (100)" },
	{ .name = NULL },
};

struct undecodable {
	const struct ctl_command *self;
	bool	hex;
	long	limit;
};

static int
take(void *arg, int id, const char *value)
{
	struct undecodable *u = arg;
	char *end;

	if (id == HEX) {
		u->hex = true;
		return CTL_OK;
	}
	u->limit = strtol(value, &end, 10);
	if (*value == '\0' || *end != '\0' || u->limit < 1 || u->limit > INDEX_KEPT_UNDECODABLE)
		return ctl_usage(u->self, "--limit takes a number from 1 to %d; found %s", INDEX_KEPT_UNDECODABLE, value);
	return CTL_OK;
}

static void
print_bytes(const char *what, const uint8_t *bytes, size_t len, size_t full)
{
	struct buf hex = { 0 };

	hex_encode(&hex, bytes, len);
	printf("  %-5s  %s", what, len == 0 ? "(empty)" : buf_cstr(&hex));
	if (full > len)
		printf(" and %zu bytes that were not kept", full - len);
	putchar('\n');
	buf_free(&hex);
}

static void
print(const struct undecodable *u, const struct settings *s, const struct index_undecodable *one)
{
	time_t seconds = (time_t)(one->timestamp / 1000);
	char when[32] = "-";
	struct tm tm;

	if (gmtime_r(&seconds, &tm) != NULL)
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	printf("%s  %s/%" PRId32 "@%" PRId64 "  ", when, one->topic == INDEX_COMMANDS ? s->commands : s->events,
	    one->partition, one->offset);
	for (const char *p = one->reason; p != NULL && *p != '\0'; p++)
		putchar(iscntrl((unsigned char)*p) ? '?' : *p);
	putchar('\n');
	if (u->hex) {
		print_bytes("key", one->key, one->key_len, one->key_len);
		print_bytes("value", one->value, one->value_len, one->value_full);
	}
}

static int
list(const struct undecodable *u, const struct settings *s)
{
	struct index_undecodable *found;
	struct index_reader *r;
	struct arena a;
	int64_t total;
	size_t n;
	int result;

	if ((result = index_open(u->self, s, &r)) != CTL_OK)
		return result;
	arena_init(&a, 0);
	if (index_reader_undecodable(r, (size_t)u->limit, &a, &found, &n, &total) != INDEX_OK) {
		result = ctl_fail(u->self, "%s", index_reader_error(r));
	} else {
		/* the newest last, as a log has it */
		for (size_t i = n; i > 0; i--)
			print(u, s, &found[i - 1]);
		if (total > (int64_t)n)
			fprintf(stderr, "the newest %zu of %" PRId64 "\n", n, total);
	}
	arena_free(&a);
	index_reader_close(r);
	return result;
}

int
undecodable_run(const struct ctl_command *self, int argc, char **argv)
{
	struct undecodable u = { .self = self, .limit = SHOWN };
	struct ctl_where where;
	struct settings s;
	int operand, result;

	if ((result = ctl_parse(self, argc, argv, &where, take, &u, &operand)) != CTL_OK)
		return result;
	if (operand < argc)
		return ctl_usage(self, "unexpected argument: %s", argv[operand]);
	if ((result = settings_load(self, &where, &s)) != CTL_OK)
		return result;
	result = list(&u, &s);
	settings_free(&s);
	return result;
}
