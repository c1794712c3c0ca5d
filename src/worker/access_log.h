/*
 * access_log.h: a line for each answer, in the file that the master opened
 * (http.access_log_file). Lines are gathered and written once a turn of the loop;
 * a file that takes no more loses lines, never time.
 */
#ifndef WORKER_ACCESS_LOG_H
#define WORKER_ACCESS_LOG_H

#include "daemon/proc.h"
#include "util/buf.h"
#include "worker/guard.h"

struct exchange;

struct access_log {
	struct proc	*proc;
	int		 form;		/* enum config_access_log */
	struct buf	 lines;		/* to be written */
	struct event	*flush;
};

void	access_log_init(struct access_log *a, struct proc *p);
/* x NULL: the request was refused before it was whole. Where form is off, do not call. */
void	access_log_answer(struct access_log *a, const struct guard_answer *answer, const struct exchange *x);

#endif
