/*
 * post_answer.h: what became of a command, as the HTTP face tells it.
 */
#ifndef WORKER_POST_ANSWER_H
#define WORKER_POST_ANSWER_H

#include "worker/submit.h"

/* submit_ask.done; arg is the exchange, which ends. */
void	post_answer(void *arg, const struct submit_result *r);

#endif
