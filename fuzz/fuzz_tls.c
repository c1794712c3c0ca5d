/*
 * fuzz_tls.c: any bytes as those of a client that is to speak TLS ('r' before
 * them), and any deeds of one that has shaken hands ('s' before pairs of a deed
 * and a number): no crash, nothing that was not said, no answer out of all
 * proportion, and the same verdict however the bytes are cut.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "worker/guard_tls.h"

#include "../tests/tls_maker.h"

#define ANSWER_MAX	((size_t)32 << 10)
#define DEEDS_MAX	200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct pair {
	struct guard_tls	*server;
	SSL			*client;
	struct evbuffer		*plain, *wire;
	enum guard_tls_took	 took;
	struct buf		 said;		/* by the client */
	size_t			 piece;
	bool			 spoilt;	/* the client sent what TLS would not have */
};

static SSL_CTX *server_ctx, *client_ctx;

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
setup(void)
{
	struct maker_tls ca, server;

	if (server_ctx != NULL)
		return;
	maker_tls(&ca, "ca", NULL, 86400);
	maker_tls(&server, "server", &ca, 86400);
	server_ctx = maker_tls_server(&server, &ca);
	client_ctx = SSL_CTX_new(TLS_client_method());
	maker_tls_free(&ca);
	maker_tls_free(&server);
}

static void
begin(struct pair *p)
{
	memset(p, 0, sizeof(*p));
	must((p->server = guard_tls_new(server_ctx)) != NULL);
	must((p->plain = evbuffer_new()) != NULL && (p->wire = evbuffer_new()) != NULL);
	p->piece = SIZE_MAX;
}

static void
end(struct pair *p)
{
	guard_tls_end(p->server, p->wire);
	guard_tls_free(p->server);
	SSL_free(p->client);
	evbuffer_free(p->plain);
	evbuffer_free(p->wire);
	buf_free(&p->said);
}

/* Bytes for the server, up to its first word that it goes on no more. */
static void
give(struct pair *p, const uint8_t *data, size_t len)
{
	for (size_t at = 0, n; at < len && p->took == TLS_GOES_ON; at += n) {
		size_t before = evbuffer_get_length(p->wire);

		n = len - at < p->piece ? len - at : p->piece;
		p->took = guard_tls_take(p->server, data + at, n, p->plain, p->wire);
		must(evbuffer_get_length(p->wire) - before <= ANSWER_MAX + n);
	}
}

static void
raw(const uint8_t *data, size_t size)
{
	struct pair whole, cut;

	begin(&whole);
	begin(&cut);
	cut.piece = 1;
	give(&whole, data, size);
	give(&cut, data, size);
	must(whole.took == cut.took);
	must(evbuffer_get_length(whole.plain) == 0 && !guard_tls_shaken(whole.server));
	end(&whole);
	end(&cut);
}

/* What the client has to send, and what it is answered. */
static void
exchange(struct pair *p)
{
	uint8_t *out;
	long len = BIO_get_mem_data(SSL_get_wbio(p->client), &out);

	if (len > 0) {
		give(p, out, (size_t)len);
		(void)BIO_reset(SSL_get_wbio(p->client));
	}
	len = (long)evbuffer_get_length(p->wire);
	if (len > 0)
		must(BIO_write(SSL_get_rbio(p->client), evbuffer_pullup(p->wire, -1), (int)len) == (int)len);
	evbuffer_drain(p->wire, (size_t)len);
}

static void
shake(struct pair *p, bool old)
{
	must((p->client = SSL_new(client_ctx)) != NULL);
	SSL_set_bio(p->client, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	SSL_set_connect_state(p->client);
	if (old)
		SSL_set_max_proto_version(p->client, TLS1_2_VERSION);
	for (int i = 0; i < 10 && SSL_do_handshake(p->client) != 1; i++)
		exchange(p);
	exchange(p);
	must(p->took == TLS_GOES_ON && guard_tls_shaken(p->server));
}

static void
client_says(struct pair *p, size_t n)
{
	static const uint8_t text[256] = "what the client says";
	size_t put;

	if (SSL_write_ex(p->client, text, n, &put) == 1)
		buf_put(&p->said, text, put);
}

static void
server_says(struct pair *p, size_t n)
{
	static const uint8_t text[256] = "what the server says";
	uint8_t room[256];

	guard_tls_put(p->server, text, n, p->wire);
	exchange(p);
	while (SSL_read(p->client, room, sizeof(room)) > 0)
		continue;
}

static void
spoil(struct pair *p, size_t n)
{
	uint8_t *out;
	long len;

	client_says(p, 1);
	len = BIO_get_mem_data(SSL_get_wbio(p->client), &out);
	if (len <= 0)
		return;
	out[n % (size_t)len] ^= (uint8_t)(1u << (n % 8));
	p->spoilt = true;
}

static void
deed(struct pair *p, uint8_t what, uint8_t n, const uint8_t *rest, size_t left)
{
	switch (what % 8) {
	case 0:
		client_says(p, n);
		break;
	case 1:
		SSL_key_update(p->client, n % 2 ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED);
		SSL_do_handshake(p->client);
		break;
	case 2:
		spoil(p, n);
		break;
	case 3:
		server_says(p, n);
		break;
	case 4:
		p->spoilt = true;
		give(p, rest, n < left ? n : left);
		break;
	case 5:
		SSL_shutdown(p->client);
		break;
	case 6:
		p->piece = n == 0 ? SIZE_MAX : n;
		break;
	default:
		guard_tls_end(p->server, p->wire);
	}
	ERR_clear_error();
	exchange(p);
}

static void
script(const uint8_t *data, size_t size)
{
	struct pair p;
	size_t len;

	begin(&p);
	shake(&p, data[0] % 2);
	for (size_t i = 1; i + 1 < size && i < 2 * DEEDS_MAX && p.took == TLS_GOES_ON; i += 2)
		deed(&p, data[i], data[i + 1], data + i + 2, size - i - 2);
	/* It understood what was said, and of that all, unless the client spoilt it. */
	len = evbuffer_get_length(p.plain);
	must(len <= p.said.len && (p.spoilt || p.took == TLS_BROKEN || len == p.said.len));
	must(len == 0 || memcmp(evbuffer_pullup(p.plain, -1), p.said.data, len) == 0);
	end(&p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	setup();
	if (size > 0 && data[0] == 'r')
		raw(data + 1, size - 1);
	else if (size > 1 && data[0] == 's')
		script(data + 1, size - 1);
	ERR_clear_error();
	return 0;
}
