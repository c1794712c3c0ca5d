/*
 * guard_tls.h: TLS of one connection, as something that turns bytes into
 * others: what came from the socket into what the client meant, and what is to
 * be said into what goes to the socket. It never reads or writes a socket, so
 * nothing of it blocks and all limits of the guard hold for it too.
 */
#ifndef WORKER_GUARD_TLS_H
#define WORKER_GUARD_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include <event2/buffer.h>
#include <openssl/types.h>

struct guard_tls;

enum guard_tls_took {
	TLS_GOES_ON,
	TLS_ENDED,	/* the client says that it sends no more (close_notify) */
	TLS_IS_HTTP,	/* the first bytes are those of a request without TLS */
	TLS_BROKEN,
};

/* A server's side. NULL: out of memory. */
struct guard_tls *guard_tls_new(SSL_CTX *ctx);
void	guard_tls_free(struct guard_tls *t);
/*
 * Bytes from the socket: what they mean is appended to plain, what must be answered to them (handshake, alert) to
 * wire, also where it is broken. A client that sends messages of TLS itself (updates of keys, renegotiations) and
 * nothing else breaks it too.
 */
enum guard_tls_took guard_tls_take(struct guard_tls *t, const void *data, size_t len, struct evbuffer *plain,
	    struct evbuffer *wire);
/* Is the handshake done? */
bool	guard_tls_shaken(const struct guard_tls *t);
/* Something to say, once the handshake is done. -1: it cannot be said any more; the connection is to end. */
int	guard_tls_put(struct guard_tls *t, const void *data, size_t len, struct evbuffer *wire);
/* The same, all of from, which is empty afterwards. */
int	guard_tls_move(struct guard_tls *t, struct evbuffer *from, struct evbuffer *wire);
/* Nothing more will be said (close_notify, RFC 8446 6.1). Once. */
void	guard_tls_end(struct guard_tls *t, struct evbuffer *wire);
/* The subject of the certificate that the client showed (RFC 4514), or NULL. */
const char *guard_tls_subject(const struct guard_tls *t);

#endif
