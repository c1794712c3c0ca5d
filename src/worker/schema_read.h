/*
 * schema_read.h: GET /schemas and what lies under it.
 */
#ifndef WORKER_SCHEMA_READ_H
#define WORKER_SCHEMA_READ_H

#include "worker/exchange.h"

void	schema_list(struct exchange *x);
/* GET /schemas/ACTION, …/versions, …/versions/N */
void	schema_read(struct exchange *x);

#endif
