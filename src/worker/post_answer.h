/*
 * post_answer.h: what became of a command, as the HTTP face tells it.
 */
#ifndef WORKER_POST_ANSWER_H
#define WORKER_POST_ANSWER_H

#include "worker/course.h"

/* An answer, or an item of a batch's. */
struct post_verdict {
	int		 status;
	bool		 problem;	/* value is a problem's */
	bool		 unknown;	/* of unknown outcome */
	struct value	 value;
};

/* What became of c's command; in the arena, but for the event where keep is false: its bytes are r's. */
void	post_verdict(const struct course *c, const struct submit_result *r, bool keep, struct post_verdict *out);
/* course.done of a command that is the whole request, which ends. */
void	post_answer(struct course *c, const struct submit_result *r);

#endif
