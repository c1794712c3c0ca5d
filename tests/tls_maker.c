/*
 * tls_maker.c: certificates for tests. See tls_maker.h.
 */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "access/tls.h"
#include "util/log.h"

#include "tls_maker.h"

static void
take(struct buf *out, BIO *b)
{
	char *text;
	long len = BIO_get_mem_data(b, &text);

	buf_put(out, text, (size_t)len);
	BIO_free(b);
}

static void
must(int ok)
{
	if (!ok)
		fatalx("OpenSSL makes no certificate");
}

static void
name_of(X509_NAME *n, const char *name)
{
	must(X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0));
}

static X509 *
sign(EVP_PKEY *pair, const char *name, const struct maker_tls *ca, long seconds)
{
	X509 *x = X509_new();
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints,
	    ca == NULL ? "critical,CA:TRUE" : "critical,CA:FALSE");

	must(x != NULL && e != NULL && X509_set_version(x, X509_VERSION_3) && X509_set_pubkey(x, pair));
	ASN1_INTEGER_set(X509_get_serialNumber(x), ca == NULL ? 1 : 2);
	X509_gmtime_adj(X509_getm_notBefore(x), -86400);
	X509_gmtime_adj(X509_getm_notAfter(x), seconds);
	name_of(X509_get_subject_name(x), name);
	must(X509_set_issuer_name(x, X509_get_subject_name(ca == NULL ? x : ca->x)) && X509_add_ext(x, e, -1));
	must(X509_sign(x, ca == NULL ? pair : ca->pair, EVP_sha256()) > 0);
	X509_EXTENSION_free(e);
	return x;
}

void
maker_tls(struct maker_tls *out, const char *name, const struct maker_tls *ca, long seconds)
{
	BIO *certificate = BIO_new(BIO_s_mem()), *key = BIO_new(BIO_s_mem());

	*out = (struct maker_tls){ .pair = EVP_EC_gen("P-256") };
	must(out->pair != NULL);
	out->x = sign(out->pair, name, ca, seconds);
	must(PEM_write_bio_X509(certificate, out->x) &&
	    PEM_write_bio_PrivateKey(key, out->pair, NULL, NULL, 0, NULL, NULL));
	take(&out->certificate, certificate);
	take(&out->key, key);
}

void
maker_tls_free(struct maker_tls *m)
{
	X509_free(m->x);
	EVP_PKEY_free(m->pair);
	buf_free(&m->certificate);
	buf_free(&m->key);
}

static struct tls_text
text_of(const struct buf *b)
{
	return (struct tls_text){ (const char *)b->data, b->len };
}

SSL_CTX *
maker_tls_server(const struct maker_tls *m, const struct maker_tls *ca)
{
	struct tls_setup setup = { .certificate = text_of(&m->certificate), .key = text_of(&m->key),
		.clients = ca == NULL ? TLS_CLIENTS_NONE : TLS_CLIENTS_OPTIONAL, .least = TLS1_2_VERSION };
	SSL_CTX *ctx;
	char why[512];

	if (ca != NULL)
		setup.client_ca = text_of(&ca->certificate);
	if ((ctx = tls_context(&setup, why, sizeof(why))) == NULL)
		fatalx("%s", why);
	return ctx;
}
