/*
 * scoreboard.c: memory that all processes share. See scoreboard.h.
 */
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <string.h>
#include <unistd.h>

#include "daemon/scoreboard.h"
#include "util/clock.h"
#include "util/log.h"

#define MAGIC	0x72646d63u	/* "cmdr" */
#define VERSION	5

const struct counter_row counter_rows[COUNTERS] = {
#define COUNTER(name, kind, doc) { #name, COUNTER_##kind, NULL, NULL, NULL, doc },
#define LABELLED(name, kind, family, label, value, doc) { #name, COUNTER_##kind, #family, label, value, doc },
#include "daemon/counters.def"
#undef COUNTER
#undef LABELLED
};

const char *
counter_name(enum counter c)
{
	return counter_rows[c].name;
}

bool
counter_is_gauge(enum counter c)
{
	return counter_rows[c].kind == COUNTER_GAUGE;
}

/* What a place in a slot means: FNV-1a over the names. */
static uint64_t
layout(void)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (int i = 0; i < COUNTERS + HISTOGRAMS; i++) {
		const char *s = i < COUNTERS ? counter_rows[i].name : histogram_rows[i - COUNTERS].name;

		do
			h = (h ^ (uint8_t)*s) * UINT64_C(0x100000001b3);
		while (*s++ != '\0');
	}
	return h;
}

int
board_create(struct board **out)
{
	int fd = memfd_create("cmdr-scoreboard", MFD_CLOEXEC);
	struct board *b;

	if (fd == -1)
		return -1;
	if (ftruncate(fd, sizeof(*b)) == -1 || (b = mmap(NULL, sizeof(*b), PROT_READ | PROT_WRITE,
	    MAP_SHARED, fd, 0)) == MAP_FAILED) {
		close(fd);
		return -1;
	}
	b->magic = MAGIC;
	b->version = VERSION;
	if (getrandom(&b->seed, sizeof(b->seed), 0) != (ssize_t)sizeof(b->seed))
		b->seed = (uint64_t)clock_wall_ms();
	b->size = sizeof(*b);
	b->layout = layout();
	*out = b;
	return fd;
}

struct board *
board_map(int fd)
{
	struct stat st;
	struct board *b;

	if (fstat(fd, &st) == -1 || (uint64_t)st.st_size != sizeof(*b))
		return NULL;
	b = mmap(NULL, sizeof(*b), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (b == MAP_FAILED)
		return NULL;
	if (b->magic != MAGIC || b->version != VERSION || b->size != sizeof(*b) ||
	    b->layout != layout()) {
		log_notice("the scoreboard is another version's: starting a new one");
		munmap(b, sizeof(*b));
		return NULL;
	}
	return b;
}

struct board_generation *
board_of(struct board *b, unsigned generation)
{
	return &b->generations[generation & 1];
}

struct board_generation *
board_begin(struct board *b, unsigned generation)
{
	struct board_generation *g = board_of(b, generation);

	memset((void *)g, 0, sizeof(*g));
	atomic_store(&g->generation, generation);
	return g;
}

struct board_slot *
board_slot(struct board *b, enum role_id role, unsigned nr, unsigned generation)
{
	uint32_t asked = atomic_load(&b->asked[role]);

	nr = nr < BOARD_WORKERS ? nr : BOARD_WORKERS - 1;
	/* So that readers pass over those that were never used, whose memory does not exist before it is read. */
	while (asked <= nr && !atomic_compare_exchange_weak(&b->asked[role], &asked, nr + 1))
		;
	return &b->slots[role][nr][generation & 1];
}

struct series *
board_answers(struct board *b, unsigned nr, unsigned generation)
{
	return &b->answers[nr < BOARD_WORKERS ? nr : BOARD_WORKERS - 1][generation & 1];
}

static void
clear_gauges(struct board_slot *slot)
{
	for (int i = 0; i < COUNTERS; i++)
		if (counter_rows[i].kind == COUNTER_GAUGE)
			board_set(slot, (enum counter)i, 0);
	atomic_store(&slot->rss_bytes, 0);
	atomic_store(&slot->open_fds, 0);
}

void
board_enter(struct board_slot *slot, unsigned generation, int pid)
{
	clear_gauges(slot);
	atomic_store(&slot->generation, generation);
	atomic_store(&slot->started_ms, clock_ms());
	atomic_store(&slot->started_wall_ms, clock_wall_ms());
	atomic_store(&slot->pid, (int32_t)pid);
}

void
board_leave(struct board_slot *slot, int pid)
{
	int32_t expected = (int32_t)pid;

	if (atomic_compare_exchange_strong(&slot->pid, &expected, 0))
		clear_gauges(slot);
}

void
board_acked(struct board *b, int32_t partition, int64_t offset)
{
	_Atomic int64_t *behind;
	int64_t seen;

	if (partition < 0 || partition >= BOARD_PARTITIONS || offset < 0)
		return;
	behind = &b->acked[partition];
	seen = atomic_load(behind);
	while (seen <= offset && !atomic_compare_exchange_weak(behind, &seen, offset + 1))
		;
}

static int64_t
look(const _Atomic int64_t *n)
{
	return atomic_load_explicit(n, memory_order_relaxed);
}

static uint32_t
asked(const struct board *b, int role)
{
	return atomic_load(&b->asked[role]);
}

int64_t
board_sum(const struct board *b, enum counter c)
{
	int64_t sum = 0;

	for (int role = 0; role < ROLE_COUNT; role++)
		for (uint32_t i = 0; i < asked(b, role) * 2; i++)
			sum += look(&b->slots[role][i / 2][i % 2].counters[c]);
	return sum;
}

void
board_each_slot(const struct board *b, void (*each)(void *, enum role_id, unsigned, const struct board_slot *),
    void *arg)
{
	for (int role = 0; role < ROLE_COUNT; role++)
		for (uint32_t i = 0; i < asked(b, role) * 2; i++)
			each(arg, (enum role_id)role, i / 2, &b->slots[role][i / 2][i % 2]);
}

void
board_each_answers(const struct board *b, void (*each)(void *, const struct series *), void *arg)
{
	for (uint32_t i = 0; i < asked(b, ROLE_WORKER) * 2; i++)
		each(arg, &b->answers[i / 2][i % 2]);
}

static void
total_slot(void *arg, enum role_id role, unsigned nr, const struct board_slot *slot)
{
	struct board_totals *t = arg;

	(void)nr;
	for (int i = 0; i < COUNTERS; i++)
		t->counters[i] += look(&slot->counters[i]);
	for (int i = 0; i < HISTOGRAMS; i++) {
		for (int j = 0; j < HISTOGRAM_BUCKETS; j++)
			t->histograms[i].buckets[j] += look(&slot->histograms[i].buckets[j]);
		t->histograms[i].sum_ns += look(&slot->histograms[i].sum_ns);
	}
	t->restarts[role] += atomic_load(&slot->restarts);
	t->cpu_us[role] += look(&slot->cpu_us);
	t->processes[role] += atomic_load(&slot->pid) != 0;
}

void
board_total(const struct board *b, struct board_totals *out)
{
	memset(out, 0, sizeof(*out));
	board_each_slot(b, total_slot, out);
}
