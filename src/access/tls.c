/*
 * tls.c: a server's TLS context from PEM. See tls.h.
 */
#include <stdio.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "access/tls.h"

/* TLS 1.2: forward secrecy and authenticated encryption only (RFC 9325 4.2); those of 1.3 are all of that kind. */
#define CIPHERS_1_2	"ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL"
#define CHAIN_DEPTH	6

/* OpenSSL's own words for what failed last; the rest of its queue is forgotten. */
static const char *
reason(void)
{
	unsigned long code = ERR_peek_last_error();
	const char *text = code == 0 ? NULL : ERR_reason_error_string(code);

	ERR_clear_error();
	return text != NULL ? text : "nothing more is known";
}

/* Nobody is there to type one. */
static int
no_passphrase(char *out, int size, int writing, void *arg)
{
	(void)out;
	(void)size;
	(void)writing;
	*(int *)arg = 1;
	return 0;
}

static int
use_chain(SSL_CTX *ctx, BIO *in, char *why, size_t size)
{
	X509 *x = PEM_read_bio_X509(in, NULL, NULL, NULL);
	int ok = x != NULL && SSL_CTX_use_certificate(ctx, x) == 1;

	if (x == NULL)
		snprintf(why, size, "tls.certificate: expected a certificate in PEM; found none (%s)", reason());
	else if (!ok)
		snprintf(why, size, "tls.certificate: it cannot be used: %s", reason());
	X509_free(x);
	while (ok && (x = PEM_read_bio_X509(in, NULL, NULL, NULL)) != NULL) {
		ok = SSL_CTX_add1_chain_cert(ctx, x) == 1;
		X509_free(x);
	}
	if (ok && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
		snprintf(why, size, "tls.certificate: a certificate behind the first cannot be read: %s", reason());
		ok = 0;
	}
	ERR_clear_error();
	return ok ? 0 : -1;
}

static int
use_key(SSL_CTX *ctx, BIO *in, char *why, size_t size)
{
	int encrypted = 0, ok;
	EVP_PKEY *key = PEM_read_bio_PrivateKey(in, NULL, no_passphrase, &encrypted);

	if (key == NULL) {
		if (encrypted)
			snprintf(why, size, "tls.key: it is encrypted, and nobody can type a passphrase: store it without "
			    "one, readable for its owner only (openssl pkey -in FILE -out FILE.new)");
		else
			snprintf(why, size, "tls.key: expected a private key in PEM; found none (%s)", reason());
		ERR_clear_error();
		return -1;
	}
	ok = SSL_CTX_use_PrivateKey(ctx, key) == 1 && SSL_CTX_check_private_key(ctx) == 1;
	if (!ok)
		snprintf(why, size, "tls.key: expected the key of tls.certificate; found another (%s)", reason());
	EVP_PKEY_free(key);
	return ok ? 0 : -1;
}

static int
use_client_ca(SSL_CTX *ctx, BIO *in, char *why, size_t size)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	X509 *x;
	int n = 0, ok = 1;

	while (ok && (x = PEM_read_bio_X509(in, NULL, NULL, NULL)) != NULL) {
		ok = X509_STORE_add_cert(store, x) == 1 && SSL_CTX_add_client_CA(ctx, x) == 1;
		n += ok;
		X509_free(x);
	}
	if (!ok || n == 0 || ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
		snprintf(why, size, "tls.client_ca: expected certificates of authorities in PEM; %d were read, then: %s", n,
		    reason());
		return -1;
	}
	ERR_clear_error();
	return 0;
}

static int
with(SSL_CTX *ctx, const struct tls_text *text, int (*use)(SSL_CTX *, BIO *, char *, size_t), char *why,
    size_t size)
{
	BIO *in = BIO_new_mem_buf(text->pem, (int)text->len);
	int r;

	ERR_clear_error();
	if (in == NULL) {
		snprintf(why, size, "tls: %s", reason());
		return -1;
	}
	r = use(ctx, in, why, size);
	BIO_free(in);
	return r;
}

/* RFC 7301 3.2: whoever names protocols must name the one that is spoken here. */
static int
on_alpn(SSL *ssl, const unsigned char **out, unsigned char *outlen, const unsigned char *in, unsigned inlen,
    void *arg)
{
	static const unsigned char ours[] = "\x08http/1.1";
	unsigned char *chosen;

	(void)ssl;
	(void)arg;
	if (SSL_select_next_proto(&chosen, outlen, ours, sizeof(ours) - 1, in, inlen) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

static int
ask_clients(SSL_CTX *ctx, const struct tls_setup *s, char *why, size_t size)
{
	static const unsigned char here[] = "cmdr";

	if (s->clients == TLS_CLIENTS_NONE)
		return 0;
	if (with(ctx, &s->client_ca, use_client_ca, why, size) == -1)
		return -1;
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER |
	    (s->clients == TLS_CLIENTS_REQUIRED ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), NULL);
	SSL_CTX_set_verify_depth(ctx, CHAIN_DEPTH);
	/* A session that is resumed is the same client's. */
	SSL_CTX_set_session_id_context(ctx, here, sizeof(here) - 1);
	return 0;
}

/* A session is resumed by its ticket; to remember it here would take memory for each client. */
static int
set_tickets(SSL_CTX *ctx, const struct tls_setup *s, char *why, size_t size)
{
	unsigned char keys[TLS_TICKETS];
	int ok = 0;

	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	if (s->tickets.pem == NULL)
		return 0;
	if (s->tickets.len == sizeof(keys)) {
		memcpy(keys, s->tickets.pem, sizeof(keys));
		ok = SSL_CTX_set_tlsext_ticket_keys(ctx, keys, sizeof(keys)) == 1;
		OPENSSL_cleanse(keys, sizeof(keys));
	}
	if (ok)
		return 0;
	snprintf(why, size, "tls: the keys of tickets are not taken: %s", reason());
	return -1;
}

static int
set_up(SSL_CTX *ctx, const struct tls_setup *s, char *why, size_t size)
{
	if (SSL_CTX_set_min_proto_version(ctx, s->least) != 1 || SSL_CTX_set_cipher_list(ctx, CIPHERS_1_2) != 1) {
		snprintf(why, size, "tls: %s", reason());
		return -1;
	}
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
	    SSL_OP_IGNORE_UNEXPECTED_EOF);
	/* An idle connection holds no record buffers. */
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_alpn_select_cb(ctx, on_alpn, NULL);
	if (set_tickets(ctx, s, why, size) == -1)
		return -1;
	if (with(ctx, &s->certificate, use_chain, why, size) == -1 || with(ctx, &s->key, use_key, why, size) == -1)
		return -1;
	return ask_clients(ctx, s, why, size);
}

SSL_CTX *
tls_context(const struct tls_setup *s, char *why, size_t size)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (ctx == NULL) {
		snprintf(why, size, "tls: OpenSSL cannot begin: %s", reason());
		return NULL;
	}
	if (set_up(ctx, s, why, size) == 0)
		return ctx;
	SSL_CTX_free(ctx);
	return NULL;
}

int64_t
tls_expires_in(const SSL_CTX *ctx)
{
	const X509 *x = SSL_CTX_get0_certificate(ctx);
	int days = 0, seconds = 0;

	if (x == NULL || ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(x)) != 1)
		return 0;
	return (int64_t)days * 86400 + seconds;
}

int
tls_subject(const SSL *ssl, char *out, size_t size)
{
	X509 *x = SSL_get0_peer_certificate(ssl);
	BIO *b;
	char *text;
	long len;
	int r = -1;

	if (x == NULL || SSL_get_verify_result(ssl) != X509_V_OK || (b = BIO_new(BIO_s_mem())) == NULL)
		return -1;
	/* Text as UTF-8; separators, quotes and controls within a value are escaped. */
	if (X509_NAME_print_ex(b, X509_get_subject_name(x), 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0 &&
	    (len = BIO_get_mem_data(b, &text)) > 0 && (size_t)len < size && memchr(text, '\0', (size_t)len) == NULL) {
		memcpy(out, text, (size_t)len);
		out[len] = '\0';
		r = 0;
	}
	BIO_free(b);
	return r;
}
