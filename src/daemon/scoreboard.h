/*
 * scoreboard.h: memory that all processes share: what each counts, how the
 * Kafka roles are, where the tailer is. Made by the master, it survives any
 * role's death. Atomics, no locks. Not a channel for messages.
 */
#ifndef DAEMON_SCOREBOARD_H
#define DAEMON_SCOREBOARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/histogram.h"
#include "daemon/rates.h"
#include "daemon/role.h"
#include "daemon/series.h"

#define BOARD_WORKERS		64	/* the bound of http.workers */
#define BOARD_PARTITIONS	4096	/* of the events topic; more are an error that the tailer tells */

#define BOARD_CACHE_LINE	64

enum counter {
#define COUNTER(name, kind, doc) COUNT_##name,
#define LABELLED(name, kind, family, label, value, doc) COUNT_##name,
#include "daemon/counters.def"
#undef COUNTER
#undef LABELLED
	COUNTERS
};

enum counter_kind {
	COUNTER_COUNT,	/* only grows */
	COUNTER_GAUGE,	/* goes up and down, and is 0 where no process is */
	COUNTER_TALLY,	/* as COUNT, but not in /metrics, which tells the same in more detail */
};

struct counter_row {
	const char		*name;
	enum counter_kind	 kind;
	const char		*family, *label, *value;	/* LABELLED; else NULL */
	const char		*doc;
};

extern const struct counter_row counter_rows[COUNTERS];

/*
 * One process's place, on cache lines of its own. What it counted stays there for the process that comes after it.
 */
struct board_slot {
	_Alignas(BOARD_CACHE_LINE) _Atomic int32_t pid;	/* 0: no process is there now */
	_Atomic uint32_t	restarts;
	_Atomic uint32_t	generation;
	_Atomic int64_t		started_ms;	/* clock_ms */
	_Atomic int64_t		started_wall_ms;
	_Atomic int64_t		rss_bytes, open_fds, max_fds;
	_Atomic int64_t		cpu_us;		/* of this process and those before it */
	_Atomic int64_t		counters[COUNTERS];
	struct histogram	histograms[HISTOGRAMS];
};

struct board_producer {
	_Atomic int64_t		answered_ms;	/* clock_ms when a broker last answered; 0: never */
	_Atomic int64_t		queued;		/* records not yet acknowledged or failed */
	_Atomic int64_t		queued_bytes;
	_Atomic int64_t		once_busy;	/* commands with an Idempotency-Key that are being written */
	_Atomic int32_t		alive;		/* 1 while the role runs and has a working handle */
};

struct board_tailer {
	_Atomic int64_t		answered_ms;
	_Atomic int32_t		assigned;	/* 1: every partition has a concrete offset */
	_Atomic int32_t		at_end;		/* 1: has reached the ends seen at its start */
	_Atomic int32_t		partitions;	/* how many positions hold; 0: none yet */
	_Atomic uint32_t	epoch;		/* grows when the topic was made anew: former offsets mean nothing */
	_Atomic int64_t		positions[BOARD_PARTITIONS];	/* next offset to read; -1: not known yet */
	_Atomic int64_t		ends[BOARD_PARTITIONS];		/* as the brokers told last; 0 or less: not known */
};

/* How the index is. One writer at a time, whatever the generation. */
enum board_index_state {
	BOARD_INDEX_NONE,	/* no indexer came so far as to open it */
	BOARD_INDEX_RUNNING,
	BOARD_INDEX_DISK_FULL,	/* stands still until there is room */
	BOARD_INDEX_FAILED,	/* stands still for another reason, which the log tells */
};

enum board_topic {
	BOARD_COMMANDS,
	BOARD_EVENTS,
	BOARD_TOPICS
};

struct board_index {
	_Atomic int32_t		state;		/* enum board_index_state */
	_Atomic int32_t		rebuilding;	/* 1: catching up from the beginning of the topics */
	_Atomic int64_t		answered_ms;	/* as the tailer's */
	_Atomic int64_t		commits;	/* grows with each transaction: something may be new */
	_Atomic int64_t		rows[BOARD_TOPICS];
	_Atomic int64_t		undecodable;	/* kept in the index now */
	_Atomic int64_t		bytes;		/* size of the file */
	_Atomic int32_t		partitions[BOARD_TOPICS];
	_Atomic int64_t		next[BOARD_TOPICS][BOARD_PARTITIONS];	/* next offset to index */
	_Atomic int64_t		end[BOARD_TOPICS][BOARD_PARTITIONS];	/* end of the partition when last seen */
};

/* What belongs to one generation: a reload runs two side by side. */
struct board_generation {
	_Atomic uint32_t	generation;
	_Atomic uint64_t	cluster;	/* a hash of the Kafka cluster's id; 0: not known yet */
	struct board_producer	producer;
	struct board_tailer	tailer;		/* the events topic */
	struct board_tailer	commands;	/* the commands topic, while some worker has streams of it */
};

struct board {
	uint32_t		magic, version;
	uint64_t		seed;		/* a random number, the same for all processes: of fingerprints */
	uint64_t		size;
	uint64_t		layout;		/* a hash of the counters' names: another version's differ */
	_Atomic uint32_t	asked[ROLE_COUNT];	/* slots from here on were never asked for */
	struct board_slot	slots[ROLE_COUNT][BOARD_WORKERS][2];	/* by the generation's last bit */
	struct series		answers[BOARD_WORKERS][2];	/* of the workers' slots: what was answered, by labels */
	struct board_generation	generations[2];		/* by the generation's last bit */
	struct board_index	index;
	/* behind the last acknowledged record of each partition of the commands topic */
	_Atomic int64_t		acked[BOARD_PARTITIONS];
	struct rates		rates;
};

/* A new one, all zero: returns its descriptor (close-on-exec) and maps it; -1 with errno. */
int	board_create(struct board **out);
/* Map one that the master made. NULL where it is not one of this version (logged). */
struct board *board_map(int fd);
/* Begin a generation: forget what the one before the last had there. */
struct board_generation *board_begin(struct board *b, unsigned generation);
struct board_generation *board_of(struct board *b, unsigned generation);
struct board_slot *board_slot(struct board *b, enum role_id role, unsigned nr, unsigned generation);
struct series *board_answers(struct board *b, unsigned nr, unsigned generation);
/* A process begins in its slot: its gauges are 0. */
void	board_enter(struct board_slot *slot, unsigned generation, int pid);
/* A process is dead: its gauges are 0, unless another has the slot by now. */
void	board_leave(struct board_slot *slot, int pid);
/* A counter over all processes that are and were. */
int64_t	board_sum(const struct board *b, enum counter c);
const char *counter_name(enum counter c);
bool	counter_is_gauge(enum counter c);

/* Everything over all processes that are and were. */
struct board_totals {
	int64_t		counters[COUNTERS];
	struct {
		int64_t	buckets[HISTOGRAM_BUCKETS];
		int64_t	sum_ns;
	} histograms[HISTOGRAMS];
	int64_t		restarts[ROLE_COUNT];
	int64_t		cpu_us[ROLE_COUNT];
	int64_t		processes[ROLE_COUNT];	/* that are */
};

void	board_total(const struct board *b, struct board_totals *out);
/* Call for every slot that was asked for. */
void	board_each_slot(const struct board *b, void (*each)(void *arg, enum role_id role, unsigned nr,
	    const struct board_slot *slot), void *arg);
/* The same for the workers' answers. */
void	board_each_answers(const struct board *b, void (*each)(void *arg, const struct series *s), void *arg);

/* A command was acknowledged: the index has it once next[BOARD_COMMANDS][partition] has passed this offset. */
void	board_acked(struct board *b, int32_t partition, int64_t offset);

static inline void
board_add(struct board_slot *slot, enum counter c, int64_t n)
{
	atomic_fetch_add_explicit(&slot->counters[c], n, memory_order_relaxed);
}

/* That something took so long, in ns. */
static inline void
board_measure(struct board_slot *slot, enum histogram_id h, int64_t ns)
{
	histogram_add(&slot->histograms[h], ns);
}

static inline void
board_set(struct board_slot *slot, enum counter c, int64_t n)
{
	atomic_store_explicit(&slot->counters[c], n, memory_order_relaxed);
}

#endif
