/*
 * feeder.c: whole topics for workers that have live streams. See feeder.h.
 */
#include "tailer/feeder.h"

#define RECORD_HEAD	((size_t)23)	/* bytes of RECORD beside key and value */

bool
feeder_wanted(const struct watchers *ls, enum board_topic topic)
{
	const struct watcher *l;

	TAILQ_FOREACH(l, &ls->list, entry)
		if (l->subscribed[topic])
			return true;
	return false;
}

static void
tell(struct watcher *l, enum board_topic topic, const struct follow *f)
{
	struct buf *b = peer_begin(l->peer, IPC_FEED, 9 + 8 * (size_t)f->nparts);

	if (b == NULL)
		return;
	buf_putc(b, (int)topic);
	buf_put_u32(b, atomic_load(&f->board->epoch));
	buf_put_u32(b, (uint32_t)f->nparts);
	for (int i = 0; i < f->nparts; i++)
		buf_put_u64(b, (uint64_t)f->parts[i].next);
	l->fed[topic] = true;
	watcher_put(l);
}

/* Putting a frame may break its link, which frees the watcher. */
void
feeder_tell(struct watchers *ls, enum board_topic topic, const struct follow *f, bool all)
{
	struct watcher *l, *next;

	for (l = TAILQ_FIRST(&ls->list); l != NULL; l = next) {
		next = TAILQ_NEXT(l, entry);
		if (l->subscribed[topic] && (all || !l->fed[topic]))
			tell(l, topic, f);
	}
}

static void
send_record(struct watcher *l, enum board_topic topic, const struct match_record *r)
{
	/* No id is as long as that; a value that no frame holds is passed over like what cannot be decoded. */
	size_t key_len = r->key_len <= UINT16_MAX ? r->key_len : 0;
	size_t len = RECORD_HEAD + key_len + r->value_len <= IPC_MAX_PAYLOAD ? r->value_len : 0;
	struct buf *b = peer_begin(l->peer, IPC_RECORD, RECORD_HEAD + key_len + len);

	if (b == NULL)
		return;
	buf_putc(b, (int)topic);
	buf_put_u32(b, (uint32_t)r->partition);
	buf_put_u64(b, (uint64_t)r->offset);
	buf_put_u64(b, (uint64_t)r->timestamp);
	buf_put_u16(b, (uint16_t)key_len);
	buf_put(b, r->key, key_len);
	buf_put(b, r->value, len);
	board_add(l->all->proc->slot, COUNT_tail_fed, 1);
	watcher_put(l);
}

void
feeder_record(struct watchers *ls, enum board_topic topic, const struct match_record *r)
{
	struct watcher *l, *next;

	for (l = TAILQ_FIRST(&ls->list); l != NULL; l = next) {
		next = TAILQ_NEXT(l, entry);
		if (l->fed[topic])
			send_record(l, topic, r);
	}
}

static void
send_passed(struct watcher *l, enum board_topic topic, int32_t partition, int64_t next)
{
	struct buf *b = peer_begin(l->peer, IPC_PASSED, 13);

	if (b == NULL)
		return;
	buf_putc(b, (int)topic);
	buf_put_u32(b, (uint32_t)partition);
	buf_put_u64(b, (uint64_t)next);
	watcher_put(l);
}

void
feeder_passed(struct watchers *ls, enum board_topic topic, int32_t partition, int64_t next)
{
	struct watcher *l, *n;

	for (l = TAILQ_FIRST(&ls->list); l != NULL; l = n) {
		n = TAILQ_NEXT(l, entry);
		if (l->fed[topic])
			send_passed(l, topic, partition, next);
	}
}
