/*
 * wheel.c: many timers on one. See wheel.h.
 */
#include <string.h>

#include "util/clock.h"
#include "util/log.h"
#include "worker/wheel.h"

#define MASK	(WHEEL_SLOTS - 1)

static int64_t
tick_now(void)
{
	return clock_ms() / WHEEL_TICK;
}

/* Ticks from `from` to the next slot in use, at most a whole round; -1 where none is. */
static int64_t
distance(const struct wheel *w, int64_t from)
{
	for (int64_t d = 0; d < WHEEL_SLOTS;) {
		size_t slot = (size_t)(from + d) & MASK;
		uint64_t bits = w->used[slot / 64] >> (slot % 64);

		if (bits != 0)
			return d + __builtin_ctzll(bits);
		d += 64 - (int64_t)(slot % 64);
	}
	return -1;
}

static void
arm(struct wheel *w, int64_t tick)
{
	int64_t ms = tick * WHEEL_TICK - clock_ms();
	struct timeval tv;

	if (ms < 0)
		ms = 0;
	tv.tv_sec = ms / 1000;
	tv.tv_usec = (suseconds_t)(ms % 1000 * 1000);
	w->armed = tick;
	event_add(w->event, &tv);
}

static void
arm_next(struct wheel *w)
{
	int64_t d = distance(w, w->now + 1);

	w->armed = 0;
	if (d >= 0)
		arm(w, w->now + 1 + d);
}

static void
put_in(struct wheel_slot *slot, struct wheel_timer *t)
{
	TAILQ_INSERT_TAIL(slot, t, link);
	t->slot = slot;
}

static void
take_out(struct wheel *w, struct wheel_timer *t)
{
	struct wheel_slot *slot = t->slot;

	TAILQ_REMOVE(slot, t, link);
	t->slot = NULL;
	if (slot != &w->firing && TAILQ_EMPTY(slot)) {
		size_t i = (size_t)(slot - w->slots);

		w->used[i / 64] &= ~(UINT64_C(1) << (i % 64));
	}
}

/* Set aside first, call then: a timer that is called may set and clear any other. */
static void
run_slot(struct wheel *w, struct wheel_slot *slot)
{
	struct wheel_timer *t, *next;

	for (t = TAILQ_FIRST(slot); t != NULL; t = next) {
		next = TAILQ_NEXT(t, link);
		if (t->due <= w->now) {
			take_out(w, t);
			put_in(&w->firing, t);
		}
	}
	while ((t = TAILQ_FIRST(&w->firing)) != NULL) {
		take_out(w, t);
		t->fire(t);
	}
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct wheel *w = arg;
	int64_t now = tick_now(), first = w->now + 1;

	(void)fd;
	(void)what;
	/* After a long sleep one round reaches every slot. */
	if (now - first >= WHEEL_SLOTS)
		first = now - WHEEL_SLOTS + 1;
	w->now = now;
	for (int64_t d, t = first; t <= now && (d = distance(w, t)) >= 0 && t + d <= now;
	    t += d + 1)
		run_slot(w, &w->slots[(size_t)(t + d) & MASK]);
	arm_next(w);
}

void
wheel_init(struct wheel *w, struct event_base *base)
{
	memset(w, 0, sizeof(*w));
	for (size_t i = 0; i < WHEEL_SLOTS; i++)
		TAILQ_INIT(&w->slots[i]);
	TAILQ_INIT(&w->firing);
	w->now = tick_now();
	if ((w->event = evtimer_new(base, on_tick, w)) == NULL)
		fatalx("no event for the timer wheel");
}

void
wheel_free(struct wheel *w)
{
	event_free(w->event);
	w->event = NULL;
}

void
wheel_set(struct wheel *w, struct wheel_timer *t, int64_t ms)
{
	size_t slot;

	wheel_clear(w, t);
	/*
	 * The tick that begins at or after the moment asked for; one that was already run would
	 * wait a round.
	 */
	t->due = (clock_ms() + ms + WHEEL_TICK - 1) / WHEEL_TICK;
	if (t->due <= w->now)
		t->due = w->now + 1;
	slot = (size_t)t->due & MASK;
	put_in(&w->slots[slot], t);
	w->used[slot / 64] |= UINT64_C(1) << (slot % 64);
	if (w->armed == 0 || t->due < w->armed)
		arm(w, t->due);
}

void
wheel_clear(struct wheel *w, struct wheel_timer *t)
{
	if (t->slot != NULL)
		take_out(w, t);
}
