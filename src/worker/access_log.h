/*
 * access_log.h: a line for each answer, in the file that the master opened
 * (http.access_log_file).
 */
#ifndef WORKER_ACCESS_LOG_H
#define WORKER_ACCESS_LOG_H

#include "daemon/proc.h"
#include "worker/guard.h"
#include "worker/line_log.h"

struct exchange;

struct access_log {
	int		 form;	/* enum config_access_log */
	struct line_log	 log;
};

void	access_log_init(struct access_log *a, struct proc *p);
/* x NULL: the request was refused before it was whole. Where form is off, do not call. */
void	access_log_answer(struct access_log *a, const struct guard_answer *answer, const struct exchange *x);

#endif
