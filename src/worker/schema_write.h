/*
 * schema_write.h: PUT and DELETE of /schemas/ACTION.
 */
#ifndef WORKER_SCHEMA_WRITE_H
#define WORKER_SCHEMA_WRITE_H

#include "worker/exchange.h"

/* Must the body of a PUT be looked at? application/json or application/schema+json; else 415 is noted in x. */
bool	schema_write_type(struct exchange *x);
void	schema_put(struct exchange *x);
void	schema_delete(struct exchange *x);
/* The client hung up; the change goes on. */
void	schema_write_gone(struct exchange *x);

#endif
