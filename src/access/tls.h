/*
 * tls.h: what a server needs to speak TLS: certificate, key, and which clients'
 * certificates it takes. Texts in, a context out; no files and no sockets.
 */
#ifndef ACCESS_TLS_H
#define ACCESS_TLS_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

/* Must a client show a certificate that client_ca's authorities signed? */
enum tls_clients {
	TLS_CLIENTS_NONE,	/* it is not asked for one */
	TLS_CLIENTS_OPTIONAL,
	TLS_CLIENTS_REQUIRED,
};

struct tls_text {
	const char	*pem;
	size_t		 len;
};

/* Whoever has the same keys resumes the sessions of the others. */
#define TLS_TICKETS	80

struct tls_setup {
	struct tls_text		certificate;	/* the server's, then those between it and the root */
	struct tls_text		key;
	struct tls_text		client_ca;
	struct tls_text		tickets;	/* keys of sessions that are resumed, TLS_TICKETS bytes; NULL: its own */
	enum tls_clients	clients;
	int			least;		/* TLS1_2_VERSION or TLS1_3_VERSION */
};

/*
 * A server's context (RFC 8446, 5246; ALPN http/1.1, RFC 7301). NULL, and why: a sentence that begins with the key
 * of the configuration. SSL_CTX_free gives it back.
 */
SSL_CTX	*tls_context(const struct tls_setup *s, char *why, size_t size);
/* Seconds until the server's certificate expires; negative: it has. */
int64_t	 tls_expires_in(const SSL_CTX *ctx);
/*
 * The subject of a client's certificate as text (RFC 4514), "CN=billing,O=Example". 0, or -1: it has none, or it
 * does not fit, or holds what is no text.
 */
int	 tls_subject(const SSL *ssl, char *out, size_t size);

#endif
