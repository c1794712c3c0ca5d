/*
 * settings.c: where the daemon is and what it works with. See settings.h.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctl/settings.h"
#include "daemon/config.h"
#include "daemon/config_listen.h"
#include "daemon/config_secrets.h"
#include "util/mem.h"

#define TOKEN_MAX	16384	/* bytes of a file with a token */

/* The address of a host that listens everywhere is the loopback's. */
static void
from_sockaddr(const struct sockaddr_storage *ss, bool tls, struct settings_http *out)
{
	const char *scheme = tls ? "https" : "http";
	const struct sockaddr_in *in = (const void *)ss;
	const struct sockaddr_in6 *in6 = (const void *)ss;
	char host[INET6_ADDRSTRLEN];

	out->path[0] = '\0';
	if (ss->ss_family == AF_UNIX) {
		snprintf(out->path, sizeof(out->path), "%s", ((const struct sockaddr_un *)ss)->sun_path);
		snprintf(out->url, sizeof(out->url), "http://localhost");
	} else if (ss->ss_family == AF_INET6) {
		inet_ntop(AF_INET6, IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr) ? &in6addr_loopback :
		    &in6->sin6_addr, host, sizeof(host));
		snprintf(out->url, sizeof(out->url), "%s://[%s]:%u", scheme, host, ntohs(in6->sin6_port));
	} else {
		inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
		snprintf(out->url, sizeof(out->url), "%s://%s:%u", scheme,
		    in->sin_addr.s_addr == INADDR_ANY ? "127.0.0.1" : host, ntohs(in->sin_port));
	}
}

/* The first entry without TLS, which needs no certificate to be believed; else the first. */
static void
from_listen(const struct config_list *list, const char *certificate, struct settings_http *out)
{
	struct config_listen parsed = { 0 }, first = { 0 };

	for (size_t i = 0; i < list->count; i++) {
		if (config_listen_parse(list->item[i], &parsed) != NULL)
			continue;
		if (!parsed.tls)
			break;
		if (first.count == 0)
			first = parsed;
	}
	if (parsed.tls)
		parsed = first;
	from_sockaddr(&parsed.addr[0], parsed.tls, out);
	snprintf(out->pinned, sizeof(out->pinned), "%s", parsed.tls ? certificate : "");
}

static int
from_option(const struct ctl_command *self, const char *url, struct settings_http *out)
{
	size_t len = strlen(url);

	out->named = true;
	if (strncmp(url, "unix:/", 6) == 0 && len - 5 < sizeof(out->path)) {
		memcpy(out->path, url + 5, len - 4);
		snprintf(out->url, sizeof(out->url), "http://localhost");
		return CTL_OK;
	}
	if ((strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0) || len > 1024)
		return ctl_usage(self, "--url takes http://HOST:PORT, https://HOST:PORT or unix:/PATH; found %s", url);
	while (len > 0 && url[len - 1] == '/')
		len--;
	snprintf(out->url, sizeof(out->url), "%.*s", (int)len, url);
	out->path[0] = '\0';
	return CTL_OK;
}

static void
add_pairs(struct settings *s, const struct config_map *map)
{
	s->pair = xreallocarray(s->pair, s->npairs + map->count + 1, sizeof(*s->pair));
	for (size_t i = 0; i < map->count; i++, s->npairs++) {
		s->pair[s->npairs].name = xstrdup(map->pair[i].name);
		s->pair[s->npairs].value = xstrdup(map->pair[i].value);
	}
}

static void
from_config(struct settings *s, const struct config *c)
{
	s->socket = xstrdup(c->control.socket);
	s->configured = xstrdup(c->control.socket);
	from_listen(&c->http.listen, c->tls.certificate, &s->http);
	from_listen(c->http.admin.count > 0 ? &c->http.admin : &c->http.listen, c->tls.certificate, &s->admin);
	s->index = xstrdup(c->index.directory);
	s->commands = xstrdup(c->topics.commands);
	s->events = xstrdup(c->topics.events);
	s->servers = xstrdup(c->kafka.servers);
	s->secrets = xstrdup(c->kafka.secrets);
	add_pairs(s, &c->kafka.properties);
}

/* The file, or the defaults where it cannot be read and nobody named it. */
static int
load(const struct ctl_command *self, bool named, struct settings *s, struct config *c)
{
	struct config_error err;

	if (access(s->file, R_OK) == -1) {
		snprintf(s->trouble, sizeof(s->trouble), "%s: %s%s", s->file, strerror(errno),
		    errno == EACCES ? ": become root or a member of cmdrd's group" : "");
		if (named)
			return ctl_fail(self, "%s", s->trouble);
		config_defaults(c);
		return CTL_OK;
	}
	if (config_load(c, s->file, &err) == 0)
		return CTL_OK;
	snprintf(s->trouble, sizeof(s->trouble), "%s", err.text);
	config_defaults(c);
	return CTL_OK;
}

/* What may stand in an Authorization field (RFC 6750 2.1), and a line end behind it. */
#define TOKEN_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/="

static int
take_token(const struct ctl_command *self, const char *text, const char *from, struct settings *s)
{
	size_t len = strcspn(text, "\r\n");

	if (len == 0 || strspn(text, TOKEN_CHARS) != len || text[len + strspn(text + len, "\r\n")] != '\0')
		return ctl_usage(self, "%s: expected one bearer token; found something else", from);
	s->token = xstrndup(text, len);
	return CTL_OK;
}

static int
find_token(const struct ctl_command *self, const char *path, struct settings *s)
{
	const char *given = getenv("CMDR_TOKEN");
	char text[TOKEN_MAX];
	size_t n;
	FILE *f;
	int result;

	if (path == NULL)
		return given == NULL || given[0] == '\0' ? CTL_OK : take_token(self, given, "CMDR_TOKEN", s);
	if ((f = fopen(path, "re")) == NULL)
		return ctl_fail(self, "--token-file: %s cannot be opened: %s", path, strerror(errno));
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	result = take_token(self, text, path, s);
	explicit_bzero(text, sizeof(text));
	return result;
}

int
settings_load(const struct ctl_command *self, const struct ctl_where *where, struct settings *s)
{
	struct config c;
	int result;

	memset(s, 0, sizeof(*s));
	s->file = xstrdup(where->config != NULL ? where->config : CMDR_SYSCONFDIR "/cmdr.yaml");
	if ((result = load(self, where->config != NULL, s, &c)) != CTL_OK) {
		settings_free(s);
		return result;
	}
	from_config(s, &c);
	config_free(&c);
	if (where->socket != NULL) {
		free(s->socket);
		s->socket = xstrdup(where->socket);
		s->socket_named = true;
	}
	if (where->url != NULL && (result = from_option(self, where->url, &s->http)) == CTL_OK)
		s->admin = s->http;
	if (result == CTL_OK)
		result = find_token(self, where->token_file, s);
	if (result != CTL_OK)
		settings_free(s);
	return result;
}

int
settings_secrets(struct settings *s, char *err, size_t size)
{
	struct config_map secrets = { NULL, 0 };
	struct config_error why;
	int fd, bad;

	if (*s->secrets == '\0')
		return 0;
	fd = config_secrets_open(s->secrets, &why);
	bad = fd == -1 || config_secrets_read(fd, s->secrets, &secrets, &why) == -1;
	if (fd != -1)
		close(fd);
	if (bad) {
		snprintf(err, size, "kafka.secrets: %s", why.text);
		return -1;
	}
	add_pairs(s, &secrets);
	config_secrets_free(&secrets);
	return 0;
}

void
settings_free(struct settings *s)
{
	for (size_t i = 0; i < s->npairs; i++) {
		free(s->pair[i].name);
		explicit_bzero(s->pair[i].value, strlen(s->pair[i].value));
		free(s->pair[i].value);
	}
	free(s->pair);
	free(s->file);
	free(s->socket);
	free(s->configured);
	free(s->index);
	free(s->commands);
	free(s->events);
	free(s->servers);
	free(s->secrets);
	if (s->token != NULL)
		explicit_bzero(s->token, strlen(s->token));
	free(s->token);
	memset(s, 0, sizeof(*s));
}
