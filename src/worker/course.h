/*
 * course.h: the way of one command from a request: submitted; and where it
 * carries an Idempotency-Key, first looked for in the index, and looked for
 * again for as long as the producer cannot tell whether it is new.
 */
#ifndef WORKER_COURSE_H
#define WORKER_COURSE_H

#include "worker/exchange.h"
#include "worker/idempotency.h"
#include "worker/submit.h"

struct course {
	struct exchange		*x;		/* whose sync, wait_ms, arena it uses */
	const struct command	*command;
	bool			 keyed;
	struct submit_once	 once;		/* keyed */
	struct submission	*submission;	/* NULL: none out */
	struct wheel_timer	 again;		/* keyed: look again */
	int64_t			 give_up_ms;
	int64_t			*ends;		/* what the index must have passed before it is looked at; NULL: nothing */
	int			 nends;
	bool			 running;
	/* Once, unless cancelled; perhaps before course_start returns. */
	void			(*done)(struct course *c, const struct submit_result *r);
	size_t			 item;		/* of a batch: its number */
};

/*
 * Begin. x, command, done and item are set, the rest is zero. key NULL: none. The command and the arena stay until done
 * or course_cancel.
 */
void	course_start(struct course *c, const struct idempotency_key *key);
/* The client hung up: done is not called. */
void	course_cancel(struct course *c);

#endif
