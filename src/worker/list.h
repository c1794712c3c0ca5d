/*
 * list.h: GET /commands and GET /events: pages of the index, oldest first.
 */
#ifndef WORKER_LIST_H
#define WORKER_LIST_H

#include "worker/exchange.h"

void	list_commands(struct exchange *x);
void	list_events(struct exchange *x);

#endif
