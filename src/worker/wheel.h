/*
 * wheel.h: many timers, cheaply: a hashed wheel on one libevent timer. Setting
 * and clearing are a few pointer writes, so that every connection and every
 * command may have a deadline. A timer fires up to WHEEL_TICK late, never early.
 */
#ifndef WORKER_WHEEL_H
#define WORKER_WHEEL_H

#include <sys/queue.h>

#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>

#define WHEEL_TICK	16	/* ms */
#define WHEEL_SLOTS	1024	/* a power of two; later deadlines go round more than once */

struct wheel_timer {
	TAILQ_ENTRY(wheel_timer)	 link;
	struct wheel_slot		*slot;	/* where it waits; NULL: not set */
	int64_t				 due;	/* in ticks */
	/* Called once, with the timer no longer set. It may set or clear any timer. */
	void				(*fire)(struct wheel_timer *t);
};

TAILQ_HEAD(wheel_slot, wheel_timer);

struct wheel {
	struct event		*event;
	struct wheel_slot	 slots[WHEEL_SLOTS];
	struct wheel_slot	 firing;	/* those that are due, while they are called */
	/* A bit for each slot that is not empty. */
	uint64_t		 used[WHEEL_SLOTS / 64];
	int64_t			 now;		/* the last tick that was run */
	int64_t			 armed;		/* the tick that the event will come at; 0: none */
};

/* What a timer is a member of: for fire, which is given the timer only. */
#define WHEEL_OWNER(t, type, member) ((type *)(void *)((char *)(t) - offsetof(type, member)))

/* Zero a timer, with its fire set, before the first wheel_set. */
void	wheel_init(struct wheel *w, struct event_base *base);
/* Forgets all timers. */
void	wheel_free(struct wheel *w);
/* (Re)set a timer to ms milliseconds from now, 0 being the next tick. */
void	wheel_set(struct wheel *w, struct wheel_timer *t, int64_t ms);
void	wheel_clear(struct wheel *w, struct wheel_timer *t);

#endif
