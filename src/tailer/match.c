/*
 * match.c: who waits for which event. See match.h.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "command/event.h"
#include "tailer/watchers.h"
#include "tailer/match.h"
#include "util/log.h"
#include "util/mem.h"

/* What one event may take decoded: a hostile one expands no further. */
#define EVENT_MEMORY ((size_t)256 << 20)

void
match_init(struct matcher *m, struct proc *p)
{
	memset(m, 0, sizeof(*m));
	m->proc = p;
	idtab_init(&m->by_id);
	arena_init(&m->arena, EVENT_MEMORY);
}

static void
set_count(struct matcher *m, int change)
{
	m->count = change > 0 ? m->count + 1 : m->count - 1;
	board_set(m->proc->slot, COUNT_tail_watches, (int64_t)m->count);
}

static struct watch *
find(const struct matcher *m, const struct watcher *l, const struct id *id)
{
	struct watch *w = idtab_get(&m->by_id, id);

	while (w != NULL && w->link != l)
		w = w->next;
	return w;
}

void
match_watch(struct matcher *m, struct watcher *l, const struct id *id)
{
	struct watch *w;

	if (find(m, l, id) != NULL)
		return;
	w = xcalloc(1, sizeof(*w));
	w->link = l;
	w->id = *id;
	w->next = idtab_put(&m->by_id, id, w);
	TAILQ_INSERT_TAIL(&l->watches, w, of_link);
	set_count(m, 1);
}

static void
close_watch(struct matcher *m, struct watch *w)
{
	struct watch *first = idtab_remove(&m->by_id, &w->id), *before;

	if (first == w) {
		first = w->next;
	} else {
		for (before = first; before->next != w;)
			before = before->next;
		before->next = w->next;
	}
	if (first != NULL)
		idtab_put(&m->by_id, &w->id, first);
	TAILQ_REMOVE(&w->link->watches, w, of_link);
	free(w);
	set_count(m, -1);
}

void
match_unwatch(struct matcher *m, struct watcher *l, const struct id *id)
{
	struct watch *w = find(m, l, id);

	if (w != NULL)
		close_watch(m, w);
}

void
match_forget(struct matcher *m, struct watcher *l)
{
	struct watch *w;

	while ((w = TAILQ_FIRST(&l->watches)) != NULL)
		close_watch(m, w);
}

static void
undecodable(struct matcher *m, const struct match_record *r, const struct codec_error *err)
{
	static struct log_limit limit;

	board_add(m->proc->slot, COUNT_tail_undecodable, 1);
	log_limited(&limit, LOG_WARNING, "events topic, partition %" PRId32 ", offset %" PRId64
	    " is not an event and is passed over: %s at byte %zu (%s)", r->partition, r->offset,
	    err->text, err->offset, codec_class_name(err->class));
}

void
match_record(struct matcher *m, const struct match_record *r)
{
	struct codec_error err;
	struct event e;
	struct watch *w;
	struct id id;

	board_add(m->proc->slot, COUNT_tail_records, 1);
	/* Nobody waits for anything: it need not even be read. */
	if (m->count == 0)
		return;
	if (event_parse(r->key, r->key_len, r->value, r->value_len, &m->arena, &e, &err) == -1) {
		undecodable(m, r, &err);
	} else if (e.has_parent) {
		id = e.parent;
		while ((w = idtab_get(&m->by_id, &id)) != NULL) {
			struct watcher *l = w->link;

			/* Closed first: sending may break the link, which closes all that it has. */
			close_watch(m, w);
			board_add(m->proc->slot, COUNT_tail_matched, 1);
			watcher_send_event(l, &id, &e.id, r);
		}
	}
	arena_reset(&m->arena);
}
