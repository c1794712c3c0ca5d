/*
 * pending.c: the commands in flight. See pending.h.
 */
#include <string.h>

#include "util/mem.h"
#include "worker/pending.h"

void
pending_init(struct pending *p)
{
	memset(p, 0, sizeof(*p));
	TAILQ_INIT(&p->all);
	TAILQ_INIT(&p->free);
	idtab_init(&p->by_id);
}

static void
grow(struct pending *p)
{
	uint32_t before = p->nslots;

	p->nslots = before == 0 ? 256 : before * 2;
	p->slots = xreallocarray(p->slots, p->nslots, sizeof(*p->slots));
	p->free_slots = xreallocarray(p->free_slots, p->nslots, sizeof(*p->free_slots));
	for (uint32_t i = p->nslots; i-- > before;) {
		p->slots[i] = NULL;
		p->free_slots[p->nfree++] = i;
	}
}

struct submission *
pending_add(struct pending *p, const struct id *id, bool sync)
{
	struct submission *s = TAILQ_FIRST(&p->free);
	uint32_t slot;

	if (s != NULL)
		TAILQ_REMOVE(&p->free, s, entry);
	else
		s = xmalloc(sizeof(*s));
	memset(s, 0, sizeof(*s));
	if (p->nfree == 0)
		grow(p);
	slot = p->free_slots[--p->nfree];
	p->slots[slot] = s;
	s->seq = (uint64_t)++p->round << 32 | slot;
	s->sync = sync;
	s->result.id = *id;
	if (sync)
		s->same = idtab_put(&p->by_id, id, s);
	TAILQ_INSERT_TAIL(&p->all, s, entry);
	p->count++;
	return s;
}

/* Several may wait for the event of one command: a repeat joins the wait. */
static void
leave_same(struct pending *p, struct submission *s)
{
	struct submission *first = idtab_get(&p->by_id, &s->result.id), *before;

	if (first == s && s->same == NULL) {
		idtab_remove(&p->by_id, &s->result.id);
	} else if (first == s) {
		idtab_put(&p->by_id, &s->result.id, s->same);
	} else {
		for (before = first; before->same != s;)
			before = before->same;
		before->same = s->same;
	}
}

void
pending_remove(struct pending *p, struct submission *s)
{
	uint32_t slot = (uint32_t)s->seq;

	p->slots[slot] = NULL;
	p->free_slots[p->nfree++] = slot;
	if (s->sync)
		leave_same(p, s);
	buf_free(&s->record);
	buf_free(&s->event);
	TAILQ_REMOVE(&p->all, s, entry);
	TAILQ_INSERT_HEAD(&p->free, s, entry);
	p->count--;
}

struct submission *
pending_by_seq(const struct pending *p, uint64_t seq)
{
	uint32_t slot = (uint32_t)seq;
	struct submission *s = slot < p->nslots ? p->slots[slot] : NULL;

	return s != NULL && s->seq == seq ? s : NULL;
}

struct submission *
pending_by_id(const struct pending *p, const struct id *id)
{
	return idtab_get(&p->by_id, id);
}
