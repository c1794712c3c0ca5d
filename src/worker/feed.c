/*
 * feed.c: a topic as it comes from the tailer. See feed.h.
 */
#include <stdlib.h>
#include <string.h>

#include "util/log.h"
#include "util/mem.h"
#include "worker/feed.h"
#include "worker/token.h"

/* What one record may take decoded: a hostile one expands no further. */
#define RECORD_MEMORY	((size_t)256 << 20)
#define KEEP_MEMORY	((size_t)1 << 20)

void
feed_init(struct feed *f, enum board_topic topic, struct proc *p, const struct feed_ops *ops,
    void *arg)
{
	memset(f, 0, sizeof(*f));
	f->topic = topic;
	f->name = topic == BOARD_COMMANDS ? p->config.topics.commands : p->config.topics.events;
	f->proc = p;
	f->ops = ops;
	f->arg = arg;
	TAILQ_INIT(&f->list);
	arena_init(&f->arena, RECORD_MEMORY);
}

static void
drop_oldest(struct feed *f)
{
	struct feed_record *r = TAILQ_FIRST(&f->list);

	TAILQ_REMOVE(&f->list, r, entry);
	block_free(&r->block);
	free(r);
}

/* What may not be joined at and no one holds, nor anything before it. */
static void
drop_unheld(struct feed *f)
{
	struct feed_record *r;

	while ((r = TAILQ_FIRST(&f->list)) != NULL && r != f->oldest && r->held == 0)
		drop_oldest(f);
}

/* No record may be joined at any more; streams may begin where the topic stands. */
static void
forget_list(struct feed *f)
{
	f->oldest = NULL;
	drop_unheld(f);
	if (f->n > 0)
		memcpy(f->floor, f->next, f->n * sizeof(*f->floor));
}

static void
forget(struct feed *f)
{
	f->known = f->live = false;
	f->source = 0;
	f->n = 0;
	forget_list(f);
}

static void
put(struct feed *f, enum ipc_type type)
{
	uint8_t topic = (uint8_t)f->topic;

	if (f->link != NULL)
		peer_put(f->link, type, &topic, sizeof(topic));
}

void
feed_free(struct feed *f)
{
	forget(f);
	free(f->next);
	free(f->floor);
	arena_free(&f->arena);
	buf_free(&f->beat);
}

void
feed_want(struct feed *f)
{
	if (f->wanted)
		return;
	f->wanted = true;
	put(f, IPC_SUBSCRIBE);
}

void
feed_unwant(struct feed *f)
{
	if (!f->wanted)
		return;
	f->wanted = false;
	forget(f);
	put(f, IPC_UNSUBSCRIBE);
}

void
feed_linked(struct feed *f, struct peer *link)
{
	f->link = link;
	f->live = false;
	if (f->wanted)
		put(f, IPC_SUBSCRIBE);
}

void
feed_unlinked(struct feed *f)
{
	f->link = NULL;
	f->live = false;
}

static void
grow(struct feed *f, size_t n)
{
	if (n <= f->n)
		return;
	f->next = xreallocarray(f->next, n, sizeof(*f->next));
	f->floor = xreallocarray(f->floor, n, sizeof(*f->floor));
	memset(f->next + f->n, 0, (n - f->n) * sizeof(*f->next));
	memset(f->floor + f->n, 0, (n - f->n) * sizeof(*f->floor));
	f->n = n;
}

/* Is any of what will come further than what was there? */
static bool
is_further(const struct feed *f, struct rdr r, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((int64_t)rdr_u64(&r) > (i < f->n ? f->next[i] : 0))
			return true;
	return false;
}

/* What was sent already comes again, and is dropped by its offset; so none goes back. */
static void
advance(struct feed *f, struct rdr *r, size_t n)
{
	grow(f, n);
	for (size_t i = 0; i < n; i++) {
		int64_t next = (int64_t)rdr_u64(r);

		if (next > f->next[i])
			f->next[i] = next;
	}
	buf_reset(&f->beat);
}

int
feed_take(struct feed *f, struct rdr *r)
{
	uint32_t epoch = rdr_u32(r);
	size_t n = rdr_u32(r);

	if (n > BOARD_PARTITIONS || rdr_left(r) != n * 8)
		return -1;
	if (!f->wanted)
		return 0;
	if (f->known && f->epoch != epoch) {
		log_notice("topic %s was made anew: its streams end", f->name);
		f->ops->anew(f);
		forget(f);
	} else if (f->known && is_further(f, *r, n)) {
		log_notice("topic %s: records are missing, streams go back to the index", f->name);
		f->ops->gap(f);
		f->known = false;
	}
	/* The tailer learns it before it sends FEED; one that leaves this broker will send another. */
	if (!feed_has_source(f))
		return 0;
	advance(f, r, n);
	if (!f->known)
		forget_list(f);
	f->epoch = epoch;
	f->known = f->live = true;
	f->ops->live(f);
	return 0;
}

/* The list that may be joined holds sse.recent, and the newest record in any case. */
static void
shorten(struct feed *f)
{
	struct feed_record *r;

	while ((r = f->oldest) != NULL && f->total - r->start > f->proc->config.sse.recent &&
	    TAILQ_NEXT(r, entry) != NULL) {
		f->floor[r->partition] = r->offset + 1;
		f->oldest = TAILQ_NEXT(r, entry);
	}
	drop_unheld(f);
}

static void
append(struct feed *f, const struct block_record *from)
{
	struct feed_record *r = xcalloc(1, sizeof(*r));

	if (block_make(&r->block, from, f->source, f->next, f->n, &f->arena) == -1) {
		free(r);
		return;
	}
	r->partition = from->partition;
	r->offset = from->offset;
	r->start = f->total;
	f->total += r->block.len;
	TAILQ_INSERT_TAIL(&f->list, r, entry);
	if (f->oldest == NULL)
		f->oldest = r;
	f->ops->grew(f, r);
	shorten(f);
}

/* One that was added is read from its beginning, perhaps before FEED tells of it. */
static bool
has_partition(struct feed *f, uint32_t partition)
{
	if (partition >= BOARD_PARTITIONS)
		return false;
	grow(f, (size_t)partition + 1);
	return true;
}

int
feed_record(struct feed *f, struct rdr *r)
{
	struct block_record b = { .topic = f->topic, .name = f->name };

	b.partition = (int32_t)rdr_u32(r);
	b.offset = (int64_t)rdr_u64(r);
	b.timestamp = (int64_t)rdr_u64(r);
	b.key_len = rdr_u16(r);
	b.key = rdr_bytes(r, b.key_len);
	b.value_len = rdr_left(r);
	b.value = rdr_bytes(r, b.value_len);
	if (r->failed || b.partition < 0 || b.offset < 0)
		return -1;
	if (!f->live)
		return 0;
	if (!has_partition(f, (uint32_t)b.partition))
		return -1;
	if (b.offset < f->next[b.partition])
		return 0;
	f->next[b.partition] = b.offset + 1;
	buf_reset(&f->beat);
	append(f, &b);
	arena_reset(&f->arena);
	if (f->arena.taken > KEEP_MEMORY)
		arena_free(&f->arena);
	return 0;
}

int
feed_passed(struct feed *f, struct rdr *r)
{
	uint32_t partition = rdr_u32(r);
	int64_t next = (int64_t)rdr_u64(r);

	if (!f->live)
		return 0;
	if (!has_partition(f, partition))
		return -1;
	if (next > f->next[partition]) {
		f->next[partition] = next;
		buf_reset(&f->beat);
	}
	return 0;
}

bool
feed_has_source(struct feed *f)
{
	uint64_t cluster = atomic_load(&f->proc->shared->cluster);

	if (f->source == 0 && cluster != 0)
		f->source = token_source(cluster, f->name);
	return f->source != 0;
}

void
feed_hold(struct feed_record *r)
{
	r->held++;
}

void
feed_release(struct feed *f, struct feed_record *r)
{
	r->held--;
	drop_unheld(f);
}

const struct buf *
feed_beat(struct feed *f)
{
	if (f->beat.len == 0) {
		block_id(&f->beat, f->source, f->next, f->n);
		buf_putc(&f->beat, '\n');
	}
	return &f->beat;
}

void
feed_before(const struct feed *f, const struct feed_record *r, int64_t *out)
{
	const struct feed_record *last;

	memcpy(out, f->next, f->n * sizeof(*out));
	for (last = TAILQ_LAST(&f->list, feed_list);; last = TAILQ_PREV(last, feed_list, entry)) {
		out[last->partition] = last->offset;
		if (last == r)
			break;
	}
}
