/*
 * tls_client.h: clients of guard_server.h over TLS, in the same process: OpenSSL
 * between two buffers, so that a test says which bytes go when, and keeps those
 * that come. For the suites of TLS only.
 */
#ifndef TESTS_TLS_CLIENT_H
#define TESTS_TLS_CLIENT_H

#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>
#include <event2/buffer.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "util/clock.h"
#include "util/mem.h"

#include "guard_server.h"
#include "tls_maker.h"

#define PATIENCE_MS	60000	/* a bound for a test that hangs, not a measure */

/* Until what is expected. */
#define AWAIT(what) do {							\
	for (int64_t until_ = clock_ms() + PATIENCE_MS; !(what) && clock_ms() < until_;) \
		spin();								\
	ck_assert(what);							\
} while (0)

struct tls_client {
	SSL		*ssl;
	int		 fd;
	size_t		 piece;		/* bytes that go at once */
	struct buf	 got;		/* what the server said, without TLS */
	bool		 deaf;		/* it reads nothing from its socket */
	bool		 shaken;
	bool		 ended;		/* close_notify came */
	bool		 broken;	/* an alert came, or it ended without one */
	bool		 closed;	/* the server closed */
	int		 reason;	/* why it is broken */
};

static struct {
	struct maker_tls	 ca, server, client;
	SSL_CTX			*tls, *plain, *known;	/* of the server; of clients without a certificate and with one */
	struct tls_client	*all[32];
	unsigned		 n;
} t;

static void
take_from_socket(struct tls_client *c)
{
	char room[4096];
	ssize_t n;

	if (c->closed || c->deaf)
		return;
	n = recv(c->fd, room, sizeof(room), MSG_DONTWAIT);
	if (n > 0)
		ck_assert_int_eq(BIO_write(SSL_get_rbio(c->ssl), room, (int)n), (int)n);
	else if (n == 0 || errno != EAGAIN)
		c->closed = true;
}

static void
turn(void)
{
	event_base_loop(s.base, EVLOOP_NONBLOCK);
}

/* What OpenSSL wants to send, as far as the socket takes it. */
static void
flush(struct tls_client *c)
{
	char *data;
	long len;

	while ((len = BIO_get_mem_data(SSL_get_wbio(c->ssl), &data)) > 0) {
		size_t n = (size_t)len < c->piece ? (size_t)len : c->piece;
		ssize_t sent = send(c->fd, data, n, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent == -1 && errno == EAGAIN)
			return;
		n = sent == -1 ? (size_t)len : (size_t)sent;	/* refused meanwhile */
		while (n > 0) {
			char gone[4096];

			n -= (size_t)BIO_read(SSL_get_wbio(c->ssl), gone, (int)(n < sizeof(gone) ? n : sizeof(gone)));
		}
		if (c->piece != SIZE_MAX)
			turn();
	}
}

static void
failed(struct tls_client *c, int r)
{
	int e = SSL_get_error(c->ssl, r);

	if (e == SSL_ERROR_ZERO_RETURN) {
		c->ended = true;
	} else if (e != SSL_ERROR_WANT_READ) {
		c->reason = ERR_GET_REASON(ERR_peek_last_error());
		c->broken = true;
	}
	ERR_clear_error();
}

static void
step(struct tls_client *c)
{
	char room[4096];
	int r;

	take_from_socket(c);
	if (!c->broken && !c->shaken) {
		if ((r = SSL_do_handshake(c->ssl)) == 1)
			c->shaken = true;
		else
			failed(c, r);
	}
	while (!c->broken && c->shaken && !c->ended) {
		if ((r = SSL_read(c->ssl, room, sizeof(room))) > 0) {
			buf_put(&c->got, room, (size_t)r);
			continue;
		}
		failed(c, r);
		break;
	}
	flush(c);
}

static void
spin(void)
{
	turn();
	for (unsigned i = 0; i < t.n; i++)
		step(t.all[i]);
}

/* Connected, and nothing said yet. */
static struct tls_client *
client_new(SSL_CTX *ctx)
{
	struct tls_client *c = xcalloc(1, sizeof(*c));

	ck_assert_uint_lt(t.n, sizeof(t.all) / sizeof(t.all[0]));
	c->ssl = SSL_new(ctx);
	SSL_set_bio(c->ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	BIO_set_mem_eof_return(SSL_get_rbio(c->ssl), -1);
	SSL_set_connect_state(c->ssl);
	c->piece = SIZE_MAX;
	c->fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(c->fd, (struct sockaddr *)&s.addr, sizeof(s.addr)), 0);
	t.all[t.n++] = c;
	turn();
	return c;
}

static void
client_free(struct tls_client *c)
{
	for (unsigned i = 0; i < t.n; i++)
		if (t.all[i] == c)
			t.all[i] = t.all[--t.n];
	/* Else its session could not be resumed. */
	SSL_set_shutdown(c->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
	SSL_free(c->ssl);
	if (c->fd != -1)
		close(c->fd);
	buf_free(&c->got);
	free(c);
}

static struct tls_client *
client_shaken(SSL_CTX *ctx)
{
	struct tls_client *c = client_new(ctx);

	AWAIT(c->shaken || c->broken);
	ck_assert(c->shaken);
	return c;
}

static void
say(struct tls_client *c, const char *text)
{
	size_t n;

	ck_assert_int_eq(SSL_write_ex(c->ssl, text, strlen(text), &n), 1);
	flush(c);
}

static bool
has(const struct tls_client *c, const char *text)
{
	return c->got.len > 0 && memmem(c->got.data, c->got.len, text, strlen(text)) != NULL;
}

/* How often the answer with that body came. */
static unsigned
times(const struct tls_client *c, const char *text)
{
	unsigned n = 0;
	size_t len = strlen(text);

	for (size_t i = 0; i + len <= c->got.len; i++)
		n += memcmp(c->got.data + i, text, len) == 0;
	return n;
}

static SSL_CTX *
client_context(const struct maker_tls *m)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	ck_assert_ptr_nonnull(ctx);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	ck_assert_int_eq(X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), t.ca.x), 1);
	if (m != NULL) {
		ck_assert_int_eq(SSL_CTX_use_certificate(ctx, m->x), 1);
		ck_assert_int_eq(SSL_CTX_use_PrivateKey(ctx, m->pair), 1);
	}
	return ctx;
}

static void
start_tls(const struct guard_limits *limits)
{
	memset(&t, 0, sizeof(t));
	maker_tls(&t.ca, "authority", NULL, 86400);
	maker_tls(&t.server, "server", &t.ca, 86400);
	maker_tls(&t.client, "billing", &t.ca, 86400);
	t.tls = maker_tls_server(&t.server, &t.ca);
	t.plain = client_context(NULL);
	t.known = client_context(&t.client);
	start_with(limits, t.tls);
}

static void
stop_tls(void)
{
	while (t.n > 0)
		client_free(t.all[0]);
	for (int64_t until = clock_ms() + PATIENCE_MS; s.guard.nconns > 0 && clock_ms() < until;)
		turn();
	/* A hang-up is noticed wherever a connection stands. */
	ck_assert_uint_eq(s.guard.nconns, 0);
	ck_assert_uint_eq(s.guard.nshaking, 0);
	ck_assert_uint_eq(evbuffer_get_length(s.guard.wire), 0);
	stop();
	SSL_CTX_free(t.tls);
	SSL_CTX_free(t.plain);
	SSL_CTX_free(t.known);
	maker_tls_free(&t.ca);
	maker_tls_free(&t.server);
	maker_tls_free(&t.client);
}

#endif
