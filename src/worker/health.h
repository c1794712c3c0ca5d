/*
 * health.h: GET /health and GET /ready.
 */
#ifndef WORKER_HEALTH_H
#define WORKER_HEALTH_H

#include "worker/exchange.h"

void	health_alive(struct exchange *x);
void	health_ready(struct exchange *x);

#endif
