/*
 * index_cost.c: what the index costs as it grows: rows a second that it takes,
 * bytes a row, microseconds a question (median and 99th percentile), at each power of ten up to --rows.
 *
 *	index_cost [--rows N] [--dir DIR] [--value BYTES] [--ids 1|4] [--mixed] [--batch N] [--seed N]
 *
 * Half of the rows are commands, half are events, each the child of a recent command; questions for pages are about
 * events. --ids 4: random ids instead of ones made of time. --mixed: as when an old log is indexed anew, its partitions
 * read far apart from each other, so that neighbours in the index are from different days.
 */
#include <sys/stat.h>

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "index/reader.h"
#include "index/writer.h"

#define PARTITIONS	12
#define ACTIONS		40
#define ASKED		400	/* times that each question is asked; a tenth as many before, uncounted */
#define LIMIT		100
#define EPOCH_MS	INT64_C(1700000000000)

static struct {
	int64_t	rows, batch;
	size_t	value;
	int	ids;
	bool	mixed;
	char	dir[256];
} options = { .rows = 1000000, .batch = 2000, .value = 300, .ids = 1 };

static uint64_t seed = 1;
static uint8_t payload[65536];
static char err[512];

static void
fail(const char *what, const char *why)
{
	fprintf(stderr, "index_cost: %s: %s\n", what, why);
	exit(1);
}

/* splitmix64: the same numbers on every machine. */
static uint64_t
mix(uint64_t x)
{
	x += UINT64_C(0x9E3779B97F4A7C15);
	x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
	return x ^ x >> 31;
}

static int64_t
below(int64_t n)
{
	return (int64_t)(mix(seed++) % (uint64_t)n);
}

static int64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* The id of record n of a topic: version 1, a millisecond after the one before; or version 4. */
static struct id
id_at(int topic, int64_t n)
{
	uint64_t a = mix((uint64_t)n * 2 + (uint64_t)topic), b = mix(a), t;
	struct id id;

	memcpy(id.b, &a, 8);
	memcpy(id.b + 8, &b, 8);
	if (options.ids == 1) {
		t = UINT64_C(0x1ec9414c232ab00) + (uint64_t)n * 10000 + a % 5000;
		for (int i = 0; i < 4; i++)
			id.b[i] = (uint8_t)(t >> (24 - 8 * i));
		id.b[4] = (uint8_t)(t >> 40);
		id.b[5] = (uint8_t)(t >> 32);
		id.b[6] = (uint8_t)(t >> 56 & 0x0f);
		id.b[7] = (uint8_t)(t >> 48);
	}
	id.b[6] = (uint8_t)((id.b[6] & 0x0f) | options.ids << 4);
	id.b[8] = (uint8_t)((id.b[8] & 0x3f) | 0x80);
	return id;
}

/* Some actions are frequent, some are rare. */
static const char *
action_at(int64_t n)
{
	static char name[32];
	int64_t a = (int64_t)(mix((uint64_t)n) % ACTIONS), b = (int64_t)(mix((uint64_t)n + 77) % ACTIONS);

	snprintf(name, sizeof(name), "orders/action-%" PRId64, a < b ? a : b);
	return name;
}

static int64_t
timestamp_at(int64_t n)
{
	/* Each partition stands at another place of the log: 4 hours further than the one before, 2000 records at a time. */
	int64_t partition = n / 2000 % PARTITIONS, run = n / 2000 / PARTITIONS;

	if (!options.mixed)
		return EPOCH_MS + n + (int64_t)(mix((uint64_t)n) % 50);
	return EPOCH_MS + partition * 14400000 + (run * 2000 + n % 2000) * PARTITIONS;
}

static void
add(struct index_writer *w, enum index_topic topic, int64_t n)
{
	struct index_record rec = { .id = id_at((int)topic, n), .has_parent = topic == INDEX_EVENTS,
		.action = action_at(n), .partition = (int32_t)(n % PARTITIONS), .offset = n / PARTITIONS,
		.timestamp = timestamp_at(n), .value = payload, .value_len = options.value };

	if (rec.has_parent)
		rec.parent = id_at(0, n - (n > 20 ? (int64_t)(mix((uint64_t)n) % 20) : 0));
	memcpy(payload, &n, sizeof(n));
	if (index_writer_add(w, topic, &rec) != INDEX_OK)
		fail("adding", index_writer_error(w));
}

/* What this process had written to its disk, in bytes. 0: the system does not say. */
static int64_t
written(void)
{
	long long n = 0;
	char line[128];
	FILE *f = fopen("/proc/self/io", "r");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "write_bytes: %lld", &n) == 1)
			break;
	if (f != NULL)
		fclose(f);
	return n;
}

/* The records from..to of both topics: prints rows a second, bytes written a row. */
static void
fill(struct index_writer *w, int64_t from, int64_t to)
{
	int64_t began = now_ns(), wrote = written();
	double rows = (double)(to - from) * 2;

	for (int64_t n = from; n < to; ) {
		if (index_writer_begin(w) != INDEX_OK)
			fail("begin", index_writer_error(w));
		for (int64_t end = n + options.batch / 2; n < end && n < to; n++)
			for (int t = 0; t < INDEX_TOPICS; t++)
				add(w, (enum index_topic)t, n);
		for (int t = 0; t < INDEX_TOPICS; t++)
			for (int p = 0; p < PARTITIONS; p++) {
				struct index_position at = { .partition = p, .next = n / PARTITIONS + 1,
					.last = n / PARTITIONS };

				if (index_writer_position(w, (enum index_topic)t, &at) != INDEX_OK)
					fail("position", index_writer_error(w));
			}
		if (index_writer_commit(w) != INDEX_OK)
			fail("commit", index_writer_error(w));
	}
	printf("| %" PRId64 " | %.0f | %.0f", to * 2, rows * 1e9 / (double)(now_ns() - began),
	    (double)(written() - wrote) / rows);
}

/* One question, about records of which there are n a topic. */
struct asked {
	struct index_reader	*r;
	struct arena		*a;
	int64_t			 n;
};

static void
ask(struct asked *x, struct index_query *q, struct index_page *page)
{
	q->topic = INDEX_EVENTS;
	if (q->limit == 0)
		q->limit = LIMIT;
	q->max_bytes = SIZE_MAX;
	if (index_reader_list(x->r, q, x->a, page) != INDEX_OK)
		fail("a page", index_reader_error(x->r));
}

#define ANY	.since = INT64_MIN, .until = INT64_MAX

static void
ask_get(struct asked *x)
{
	struct id id = id_at(0, below(x->n));
	struct index_record rec;

	if (index_reader_get(x->r, INDEX_COMMANDS, &id, x->a, &rec) != INDEX_OK)
		fail("get", "a record is missing");
}

static void
ask_children(struct asked *x)
{
	struct id id = id_at(0, below(x->n));
	struct index_record *list;
	size_t n;

	if (index_reader_children(x->r, &id, 100, true, x->a, &list, &n) != INDEX_OK)
		fail("children", index_reader_error(x->r));
}

static void
ask_first(struct asked *x)
{
	struct index_query q = { ANY };
	struct index_page page;

	ask(x, &q, &page);
}

static void
ask_deep(struct asked *x)
{
	struct index_query q = { ANY, .offset = below(x->n) };
	struct index_page page;

	ask(x, &q, &page);
}

/* The page behind one at a random place; the place is found beforehand (see measure). */
static char cursor[INDEX_CURSOR];

static void
find_cursor(struct asked *x)
{
	struct index_query q = { ANY, .offset = below(x->n - 1), .limit = 1 };
	struct index_page page;

	ask(x, &q, &page);
	strcpy(cursor, page.next);
}

static void
ask_after(struct asked *x)
{
	struct index_query q = { ANY, .after = cursor };
	struct index_page page;

	ask(x, &q, &page);
}

static void
ask_action(struct asked *x)
{
	struct index_query q = { ANY, .action = action_at(below(x->n)) };
	struct index_page page;

	ask(x, &q, &page);
}

/* Some part of the times that there are, from none of them to all. */
static void
some_time(struct asked *x, struct index_query *q)
{
	int64_t a = timestamp_at(below(x->n)), b = timestamp_at(below(x->n));

	q->since = a < b ? a : b;
	q->until = a < b ? b : a;
}

static void
ask_times(struct asked *x)
{
	struct index_query q = { ANY };
	struct index_page page;

	some_time(x, &q);
	ask(x, &q, &page);
}

static void
ask_times_deep(struct asked *x)
{
	struct index_query q = { ANY, .offset = below(x->n) };
	struct index_page page;

	some_time(x, &q);
	ask(x, &q, &page);
}

static void
ask_action_times(struct asked *x)
{
	struct index_query q = { ANY, .action = action_at(below(x->n)) };
	struct index_page page;

	some_time(x, &q);
	ask(x, &q, &page);
}

static const struct {
	const char	*name;
	void		(*ask)(struct asked *);
	void		(*before)(struct asked *);
} questions[] = {
	{ "get", ask_get, NULL },
	{ "children", ask_children, NULL },
	{ "first page", ask_first, NULL },
	{ "offset", ask_deep, NULL },
	{ "after", ask_after, find_cursor },
	{ "action", ask_action, NULL },
	{ "times", ask_times, NULL },
	{ "times+offset", ask_times_deep, NULL },
	{ "action+times", ask_action_times, NULL },
};
#define QUESTIONS	(sizeof(questions) / sizeof(questions[0]))

static int
by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void
measure(struct asked *x, size_t question)
{
	static int64_t took[ASKED];
	int64_t began;

	for (int i = -ASKED / 10; i < ASKED; i++) {
		if (questions[question].before != NULL)
			questions[question].before(x);
		arena_reset(x->a);
		began = now_ns();
		questions[question].ask(x);
		if (i >= 0)
			took[i] = now_ns() - began;
		arena_reset(x->a);
	}
	qsort(took, ASKED, sizeof(took[0]), by_size);
	printf(" | %.0f / %.0f", (double)took[ASKED / 2] / 1000, (double)took[ASKED * 99 / 100] / 1000);
	fflush(stdout);
}

static void
stage(struct index_writer *w, int64_t from, int64_t to)
{
	int64_t rows[INDEX_TOPICS], undecodable, bytes;
	struct arena a;
	struct asked x = { .a = &a, .n = to / 2 };

	fill(w, from / 2, to / 2);
	index_writer_counts(w, rows, &undecodable, &bytes);
	printf(" | %.0f", (double)bytes / (double)to);
	fflush(stdout);
	arena_init(&a, 0);
	if (index_reader_open(&x.r, options.dir, NULL, err, sizeof(err)) != INDEX_OK)
		fail("open", err);
	for (size_t i = 0; i < QUESTIONS; i++)
		measure(&x, i);
	printf(" |\n");
	fflush(stdout);
	index_reader_close(x.r);
	arena_free(&a);
}

static void
parse(int argc, char **argv)
{
	static const struct option names[] = {
		{ "rows", required_argument, NULL, 'r' }, { "dir", required_argument, NULL, 'd' },
		{ "value", required_argument, NULL, 'v' }, { "ids", required_argument, NULL, 'i' },
		{ "mixed", no_argument, NULL, 'm' }, { "batch", required_argument, NULL, 'b' },
		{ "seed", required_argument, NULL, 's' }, { NULL, 0, NULL, 0 },
	};
	int c;

	snprintf(options.dir, sizeof(options.dir), "/var/tmp/index_cost.%d", (int)getpid());
	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1)
		switch (c) {
		case 'r': options.rows = atoll(optarg); break;
		case 'd': snprintf(options.dir, sizeof(options.dir), "%s", optarg); break;
		case 'v': options.value = (size_t)atoll(optarg) % sizeof(payload); break;
		case 'i': options.ids = atoi(optarg) == 4 ? 4 : 1; break;
		case 'm': options.mixed = true; break;
		case 'b': options.batch = atoll(optarg) > 1 ? atoll(optarg) : 2; break;
		case 's': seed = (uint64_t)atoll(optarg); break;
		default: exit(2);
		}
	if (options.value < sizeof(int64_t))
		options.value = sizeof(int64_t);
}

int
main(int argc, char **argv)
{
	struct index_writer *w;
	int64_t done = 0;

	parse(argc, argv);
	for (size_t i = 0; i < sizeof(payload); i++)
		payload[i] = (uint8_t)mix(i);
	mkdir(options.dir, 0700);
	if (index_writer_open(&w, options.dir, "commands", "events", err, sizeof(err)) != INDEX_OK)
		fail("open", err);
	printf("| rows | rows/s in | written/row | bytes/row");
	for (size_t i = 0; i < QUESTIONS; i++)
		printf(" | %s", questions[i].name);
	printf(" |\n");
	for (int64_t to = 1000; done < options.rows; to *= 10) {
		if (to > options.rows)
			to = options.rows;
		stage(w, done, to);
		done = to;
	}
	index_writer_close(w);
	if (index_remove(options.dir) == 0)
		rmdir(options.dir);
	return 0;
}
