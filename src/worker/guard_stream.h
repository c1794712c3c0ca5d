/*
 * guard_stream.h: answers without an end. The status and headers leave at once;
 * then the owner appends, for hours perhaps. A stream lives beside evhttp: it
 * takes the connection's descriptor over and lets go of all else that its
 * request held, as thousands of them are idle at a time. The guard has no
 * deadline for it. See guard.h.
 */
#ifndef WORKER_GUARD_STREAM_H
#define WORKER_GUARD_STREAM_H

#include <stdbool.h>
#include <stddef.h>

struct guard_request;

/*
 * Begin: status and the headers added by guard_header leave now. Chunked for HTTP/1.1 (RFC 9112
 * 7.1); for HTTP/1.0 the end of the connection ends it. True: r stays at work; its head and body
 * are given back, and ops.shed has the owner give back the rest. ops.gone is called when the
 * client hangs up (a half-close counts, at once) or writing fails; what it sends is dropped.
 * False: r is over, not to be used any more: it was HEAD, which got its headers, or no
 * descriptor was left, which was answered.
 */
bool	guard_stream_begin(struct guard_request *r, int status);
/*
 * Append; what the socket does not take waits. 0, or -1 where more than max bytes would wait
 * (nothing was appended), or the client is gone: cut then. Where nothing waits, data is taken
 * however long it is. Calls nothing back.
 */
int	guard_stream_write(struct guard_request *r, const void *data, size_t len, size_t max);
/* Bytes that the socket did not take yet. ops.writable is called when they have left. */
size_t	guard_stream_waiting(const struct guard_request *r);
/*
 * The last chunk; the connection ends once the client has taken what waits (within the idle
 * time). r is over.
 */
void	guard_stream_end(struct guard_request *r);
/* End the connection now: a client of HTTP/1.1 sees that the answer is not whole. r is over. */
void	guard_stream_cut(struct guard_request *r);

#endif
