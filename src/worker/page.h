/*
 * page.h: GET /: what this is and what there is, for people and for programs.
 */
#ifndef WORKER_PAGE_H
#define WORKER_PAGE_H

#include "worker/exchange.h"

void	page_root(struct exchange *x);

#endif
