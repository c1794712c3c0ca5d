/*
 * guard_tls.c: TLS of one connection. See guard_tls.h.
 *
 * libevent's own bufferevents for OpenSSL are not used: they read the socket
 * by themselves, which the guard does not let anyone do (guard.c says why), and
 * evhttp switches them off and on with each request. Here OpenSSL is between
 * two buffers, by a BIO that takes from the bytes at hand and gives to an
 * evbuffer, so it always finds room and never waits.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "access/tls.h"
#include "util/log.h"
#include "util/mem.h"
#include "worker/guard_tls.h"

#define RECORD_MAX	16384	/* of plain text (RFC 8446 5.1) */
#define SUBJECT_MAX	512
#define IDLE_MESSAGES	64	/* in a row of TLS itself, without a byte of HTTP in either direction */

struct guard_tls {
	SSL		*ssl;
	const char	*in;		/* what came and was not taken yet */
	size_t		 in_len;
	struct evbuffer	*out;		/* where to say something; set for each call */
	char		*subject;
	unsigned	 idle;		/* messages of TLS since a byte of HTTP */
	bool		 shaken, ended, broken;
};

static int
bio_read(BIO *b, char *data, size_t len, size_t *got)
{
	struct guard_tls *t = BIO_get_data(b);

	BIO_clear_retry_flags(b);
	if (t->in_len == 0) {
		BIO_set_retry_read(b);
		return 0;
	}
	*got = len < t->in_len ? len : t->in_len;
	memcpy(data, t->in, *got);
	t->in += *got;
	t->in_len -= *got;
	return 1;
}

static int
bio_write(BIO *b, const char *data, size_t len, size_t *put)
{
	struct guard_tls *t = BIO_get_data(b);

	BIO_clear_retry_flags(b);
	if (t->out == NULL || evbuffer_add(t->out, data, len) == -1)
		return 0;
	*put = len;
	return 1;
}

static long
bio_ctrl(BIO *b, int what, long number, void *arg)
{
	(void)b;
	(void)number;
	(void)arg;
	return what == BIO_CTRL_FLUSH;
}

/* One for all connections, made at the first. */
static BIO_METHOD *
method(void)
{
	static BIO_METHOD *m;

	if (m != NULL)
		return m;
	if ((m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "cmdr")) == NULL ||
	    BIO_meth_set_read_ex(m, bio_read) != 1 || BIO_meth_set_write_ex(m, bio_write) != 1 ||
	    BIO_meth_set_ctrl(m, bio_ctrl) != 1)
		fatalx("no BIO for TLS");
	return m;
}

/* Each costs keys and perhaps an answer, at the price of a few bytes: so not without end. */
static void
on_message(int written, int version, int type, const void *data, size_t len, SSL *ssl, void *arg)
{
	struct guard_tls *t = arg;

	(void)written;
	(void)version;
	(void)data;
	(void)len;
	(void)ssl;
	if (t->shaken && (type == SSL3_RT_HANDSHAKE || type == SSL3_RT_ALERT))
		t->idle++;
}

struct guard_tls *
guard_tls_new(SSL_CTX *ctx)
{
	struct guard_tls *t = xcalloc(1, sizeof(*t));
	BIO *b = BIO_new(method());

	if ((t->ssl = SSL_new(ctx)) == NULL || b == NULL) {
		BIO_free(b);
		guard_tls_free(t);
		ERR_clear_error();
		return NULL;
	}
	BIO_set_data(b, t);
	BIO_set_init(b, 1);
	SSL_set_bio(t->ssl, b, b);
	SSL_set_accept_state(t->ssl);
	SSL_set_msg_callback(t->ssl, on_message);
	SSL_set_msg_callback_arg(t->ssl, t);
	return t;
}

void
guard_tls_free(struct guard_tls *t)
{
	if (t == NULL)
		return;
	SSL_free(t->ssl);
	free(t->subject);
	free(t);
}

bool
guard_tls_shaken(const struct guard_tls *t)
{
	return t->shaken;
}

const char *
guard_tls_subject(const struct guard_tls *t)
{
	return t->subject;
}

static void
take_subject(struct guard_tls *t)
{
	char text[SUBJECT_MAX];

	if (tls_subject(t->ssl, text, sizeof(text)) == 0)
		t->subject = xstrdup(text);
}

/* What a call that did not succeed means. */
static enum guard_tls_took
verdict(struct guard_tls *t, int result)
{
	int reason = ERR_GET_REASON(ERR_peek_last_error());

	switch (SSL_get_error(t->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		return TLS_GOES_ON;
	case SSL_ERROR_ZERO_RETURN:
		return TLS_ENDED;
	default:
		t->broken = true;
		ERR_clear_error();
		return !t->shaken && reason == SSL_R_HTTP_REQUEST ? TLS_IS_HTTP : TLS_BROKEN;
	}
}

static enum guard_tls_took
read_all(struct guard_tls *t, struct evbuffer *plain)
{
	static char room[RECORD_MAX];
	size_t n;
	int r;

	while ((r = SSL_read_ex(t->ssl, room, sizeof(room), &n)) == 1) {
		evbuffer_add(plain, room, n);
		t->idle = 0;
	}
	if (t->idle > IDLE_MESSAGES)
		t->broken = true;
	return t->broken ? TLS_BROKEN : verdict(t, r);
}

enum guard_tls_took
guard_tls_take(struct guard_tls *t, const void *data, size_t len, struct evbuffer *plain, struct evbuffer *wire)
{
	enum guard_tls_took took = TLS_GOES_ON;
	int r;

	if (t->broken)
		return TLS_BROKEN;
	ERR_clear_error();
	t->in = data;
	t->in_len = len;
	t->out = wire;
	if (!t->shaken) {
		if ((r = SSL_do_handshake(t->ssl)) == 1) {
			t->shaken = true;
			take_subject(t);
		} else {
			took = verdict(t, r);
		}
	}
	if (t->shaken)
		took = read_all(t, plain);
	t->in = NULL;
	t->in_len = 0;
	t->out = NULL;
	return took;
}

int
guard_tls_put(struct guard_tls *t, const void *data, size_t len, struct evbuffer *wire)
{
	size_t n;

	if (t->broken || t->ended || len == 0)
		return t->broken ? -1 : 0;
	ERR_clear_error();
	t->out = wire;
	/* All of it: the BIO always finds room. What fails is memory, or the connection's state. */
	if (SSL_write_ex(t->ssl, data, len, &n) != 1) {
		t->broken = true;
		ERR_clear_error();
	}
	t->out = NULL;
	t->idle = 0;
	return t->broken ? -1 : 0;
}

int
guard_tls_move(struct guard_tls *t, struct evbuffer *from, struct evbuffer *wire)
{
	size_t len, left = evbuffer_get_length(from);
	int r = 0;

	/* Small pieces become one record. */
	for (; left > 0; left -= len) {
		len = left < RECORD_MAX ? left : RECORD_MAX;
		if (guard_tls_put(t, evbuffer_pullup(from, (ev_ssize_t)len), len, wire) == -1)
			r = -1;
		evbuffer_drain(from, len);
	}
	return r;
}

void
guard_tls_end(struct guard_tls *t, struct evbuffer *wire)
{
	if (t->broken || t->ended || !t->shaken)
		return;
	ERR_clear_error();
	t->out = wire;
	SSL_shutdown(t->ssl);
	ERR_clear_error();
	t->out = NULL;
	t->ended = true;
}
