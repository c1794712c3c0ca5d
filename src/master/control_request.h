/*
 * control_request.h: what can be asked over the control socket, one row each,
 * and the answers: one JSON object a request, with "ok", and "error" (a
 * sentence) where that is false.
 */
#ifndef MASTER_CONTROL_REQUEST_H
#define MASTER_CONTROL_REQUEST_H

#include "master/control_client.h"
#include "master/master.h"
#include "util/buf.h"

/* Do what the line says, as far as the asker may, and append the answer and a newline. */
void	control_request(struct master *m, const char *line, const struct control_asker *asker, struct buf *out);

#endif
