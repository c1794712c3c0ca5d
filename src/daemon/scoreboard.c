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
#define VERSION	3

static const struct {
	const char	*name;
	bool		 gauge;
	const char	*doc;
} counter_rows[] = {
#define COUNT	false
#define GAUGE	true
#define COUNTER(name, kind, doc) { #name, kind, doc },
#include "daemon/counters.def"
#undef COUNTER
};

const char *
counter_name(enum counter c)
{
	return counter_rows[c].name;
}

const char *
counter_doc(enum counter c)
{
	return counter_rows[c].doc;
}

bool
counter_is_gauge(enum counter c)
{
	return counter_rows[c].gauge;
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
	if (b->magic != MAGIC || b->version != VERSION || b->size != sizeof(*b)) {
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
	return &b->slots[role][nr < BOARD_WORKERS ? nr : BOARD_WORKERS - 1][generation & 1];
}

void
board_enter(struct board_slot *slot, int pid)
{
	for (int i = 0; i < COUNTERS; i++)
		if (counter_rows[i].gauge)
			board_set(slot, (enum counter)i, 0);
	atomic_store(&slot->started_ms, clock_ms());
	atomic_store(&slot->pid, (int32_t)pid);
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

int64_t
board_sum(const struct board *b, enum counter c)
{
	int64_t sum = 0;

	for (int role = 0; role < ROLE_COUNT; role++)
		for (int i = 0; i < BOARD_WORKERS * 2; i++)
			sum += atomic_load_explicit(&b->slots[role][i / 2][i % 2].counters[c],
			    memory_order_relaxed);
	return sum;
}
