/*
 * trace.h: the trace that a request belongs to (W3C Trace Context, Level 1), as
 * headers of the Kafka record: processors go on with it.
 */
#ifndef WORKER_TRACE_H
#define WORKER_TRACE_H

#include "worker/exchange.h"
#include "worker/submit.h"

#define TRACE_HEADERS	2

/*
 * traceparent, and tracestate where there is one, as they were sent. Returns how many: 0 where traceparent is not valid, which
 * is ignored (3.2.2.4), and with it tracestate. The texts are the head's.
 */
unsigned	trace_headers(struct exchange *x, struct submit_header out[TRACE_HEADERS]);
/* Is it a traceparent that may be passed on? */
bool		trace_valid(const char *s, size_t len);

#endif
