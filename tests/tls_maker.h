/*
 * tls_maker.h: certificates and their keys for tests, as an authority would make them.
 */
#ifndef TESTS_TLS_MAKER_H
#define TESTS_TLS_MAKER_H

#include <openssl/types.h>

#include "util/buf.h"

/* Both in PEM. */
struct maker_tls {
	struct buf	 certificate, key;
	X509		*x;
	EVP_PKEY	*pair;
};

/* A certificate of P-256 for CN=name that ca signed (NULL: itself), and that expires in so many seconds. */
void	 maker_tls(struct maker_tls *out, const char *name, const struct maker_tls *ca, long seconds);
void	 maker_tls_free(struct maker_tls *m);
/* A server's context with it; ca NULL: clients are not asked for certificates, else they may show one. */
SSL_CTX	*maker_tls_server(const struct maker_tls *m, const struct maker_tls *ca);

#endif
