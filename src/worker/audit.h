/*
 * audit.h: a line of JSON for each write that was accepted and each request
 * that was denied, with who it was (auth.audit_log). Never the data.
 */
#ifndef WORKER_AUDIT_H
#define WORKER_AUDIT_H

#include "worker/exchange.h"
#include "worker/guard.h"
#include "worker/line_log.h"
#include "worker/submit.h"

/* A command's way ended: written, written before, or of unknown outcome. Others leave no line. */
void	audit_command(struct exchange *x, const struct command *c, const struct submit_result *r);
/* The client hung up before it was known: it may have been written, with this id. */
void	audit_abandoned(struct exchange *x, const struct command *c, const struct id *id);
/* One command of a batch was denied. */
void	audit_denied(struct exchange *x, int status, const char *why);
/* An answer leaves: a line where it denies, or tells of a schema that was written. */
void	audit_answer(struct line_log *l, const struct guard_answer *a, struct exchange *x);

#endif
