/*
 * post.h: POST /commands: from the body to a checked command, to submit, and
 * from its result to the answer.
 */
#ifndef WORKER_POST_H
#define WORKER_POST_H

#include "worker/exchange.h"

void	post_command(struct exchange *x);

#endif
