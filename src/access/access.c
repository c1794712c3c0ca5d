/*
 * access.c: who may come in, from the configuration. See access.h.
 */
#include <stdio.h>
#include <string.h>

#include <openssl/ssl.h>

#include "access/access.h"
#include "access/tls.h"

static struct tls_text
text_of(const struct config_files *f, enum config_file which)
{
	return (struct tls_text){ f->file[which].text, f->file[which].len };
}

static int
load_tls(struct access *a, const struct config *c, const struct config_files *f, char *why, size_t size)
{
	static const enum tls_clients clients[] = {
		[CONFIG_CLIENT_CERTIFICATES_NONE] = TLS_CLIENTS_NONE,
		[CONFIG_CLIENT_CERTIFICATES_OPTIONAL] = TLS_CLIENTS_OPTIONAL,
		[CONFIG_CLIENT_CERTIFICATES_REQUIRED] = TLS_CLIENTS_REQUIRED,
	};
	struct tls_setup s = {
		.certificate = text_of(f, CONFIG_FILE_TLS_CERTIFICATE),
		.key = text_of(f, CONFIG_FILE_TLS_KEY),
		.client_ca = text_of(f, CONFIG_FILE_TLS_CLIENT_CA),
		.clients = clients[c->tls.client_certificates],
		.least = c->tls.min_version == 13 ? TLS1_3_VERSION : TLS1_2_VERSION,
	};

	if (s.certificate.pem == NULL || s.key.pem == NULL)
		return 0;
	return (a->tls = tls_context(&s, why, size)) != NULL ? 0 : -1;
}

int
access_load(struct access *a, const struct config *c, const struct config_files *f, char *why, size_t size)
{
	memset(a, 0, sizeof(*a));
	if (load_tls(a, c, f, why, size) == 0)
		return 0;
	access_free(a);
	return -1;
}

void
access_free(struct access *a)
{
	SSL_CTX_free(a->tls);
	memset(a, 0, sizeof(*a));
}

int
access_check(const struct config *c, int files_fd, char *why, size_t size)
{
	struct config_files f;
	struct access a;
	int bad = -1;

	if (config_files_map(files_fd, &f) == -1) {
		snprintf(why, size, "the copies of the files that the configuration names cannot be read");
	} else if (access_load(&a, c, &f, why, size) == 0) {
		access_free(&a);
		bad = 0;
	}
	config_files_unmap(&f);
	return bad;
}
