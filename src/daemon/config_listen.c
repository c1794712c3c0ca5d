/*
 * config_listen.c: one entry of http.listen or http.admin as the addresses to bind. See config_listen.h.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "daemon/config_listen.h"

#define UNIX_PREFIX	"unix:"
#define TLS_PREFIX	"tls:"

/* 1 to 65535 in digits and nothing else; 0 if it is not. */
static in_port_t
parse_port(const char *s)
{
	unsigned n = 0;
	size_t len = strlen(s);

	if (len == 0 || len > 5 || strspn(s, "0123456789") != len)
		return 0;
	for (; *s != '\0'; s++)
		n = n * 10 + (unsigned)(*s - '0');
	return n <= 65535 ? (in_port_t)n : 0;
}

static void
add_inet(struct config_listen *out, struct in_addr addr, in_port_t port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(port) };

	sin.sin_addr = addr;
	memcpy(&out->addr[out->count], &sin, sizeof(sin));
	out->len[out->count++] = sizeof(sin);
}

static void
add_inet6(struct config_listen *out, struct in6_addr addr, in_port_t port)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	sin6.sin6_addr = addr;
	memcpy(&out->addr[out->count], &sin6, sizeof(sin6));
	out->len[out->count++] = sizeof(sin6);
}

static const char *
parse_unix(const char *path, struct config_listen *out)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	if (*path != '/')
		return "the path of a socket begins with /";
	if (strlen(path) >= sizeof(sun.sun_path))
		return "the path of a socket has at most 107 bytes";
	memcpy(sun.sun_path, path, strlen(path) + 1);
	memcpy(&out->addr[0], &sun, sizeof(sun));
	out->len[0] = sizeof(sun);
	out->count = 1;
	return NULL;
}

static const char *
parse_host(const char *text, const char *colon, in_port_t port, struct config_listen *out)
{
	char host[INET6_ADDRSTRLEN + 2];
	struct in6_addr six;
	struct in_addr four;
	size_t len = (size_t)(colon - text);

	if (len == 0 || len >= sizeof(host))
		return "the address is not numeric";
	memcpy(host, text, len);
	host[len] = '\0';
	if (inet_pton(AF_INET, host, &four) == 1) {
		add_inet(out, four, port);
		return NULL;
	}
	if (host[0] == '[' && host[len - 1] == ']') {
		host[len - 1] = '\0';
		if (inet_pton(AF_INET6, host + 1, &six) == 1) {
			add_inet6(out, six, port);
			return NULL;
		}
	}
	if (strchr(host, ':') != NULL)
		return "an IPv6 address stands in brackets: [::1]:3000";
	return "the address is not numeric; names are not looked up";
}

const char *
config_listen_parse(const char *text, struct config_listen *out)
{
	const struct in_addr any = { .s_addr = htonl(INADDR_ANY) };
	const char *colon;
	in_port_t port;

	memset(out, 0, sizeof(*out));
	if (strncmp(text, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0)
		return parse_unix(text + strlen(UNIX_PREFIX), out);
	if (strncmp(text, TLS_PREFIX, strlen(TLS_PREFIX)) == 0) {
		out->tls = true;
		text += strlen(TLS_PREFIX);
		if (strncmp(text, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0)
			return "a socket in the file system is spoken to without TLS";
	}
	colon = strrchr(text, ':');
	if ((port = parse_port(colon == NULL ? text : colon + 1)) == 0)
		return "a port is a number from 1 to 65535";
	if (colon != NULL)
		return parse_host(text, colon, port, out);
	add_inet(out, any, port);
	add_inet6(out, in6addr_any, port);
	return NULL;
}

static bool
same_inet(const struct sockaddr_in *a, const struct sockaddr_in *b)
{
	return a->sin_port == b->sin_port && (a->sin_addr.s_addr == b->sin_addr.s_addr ||
	    a->sin_addr.s_addr == htonl(INADDR_ANY) || b->sin_addr.s_addr == htonl(INADDR_ANY));
}

static bool
same_inet6(const struct sockaddr_in6 *a, const struct sockaddr_in6 *b)
{
	return a->sin6_port == b->sin6_port && (IN6_ARE_ADDR_EQUAL(&a->sin6_addr, &b->sin6_addr) ||
	    IN6_IS_ADDR_UNSPECIFIED(&a->sin6_addr) || IN6_IS_ADDR_UNSPECIFIED(&b->sin6_addr));
}

static bool
same(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	if (a->ss_family != b->ss_family)
		return false;
	switch (a->ss_family) {
	case AF_INET:
		return same_inet((const void *)a, (const void *)b);
	case AF_INET6:
		return same_inet6((const void *)a, (const void *)b);
	default:
		return strcmp(((const struct sockaddr_un *)(const void *)a)->sun_path,
		    ((const struct sockaddr_un *)(const void *)b)->sun_path) == 0;
	}
}

bool
config_listen_overlap(const struct config_listen *a, const struct config_listen *b)
{
	for (int i = 0; i < a->count; i++)
		for (int j = 0; j < b->count; j++)
			if (same(&a->addr[i], &b->addr[j]))
				return true;
	return false;
}

static bool
is_local(const struct sockaddr_storage *a)
{
	switch (a->ss_family) {
	case AF_INET:
		return ntohl(((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	case AF_INET6:
		return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr);
	default:
		return true;
	}
}

bool
config_listen_local(const char *text)
{
	struct config_listen l;
	bool local = config_listen_parse(text, &l) == NULL;

	for (int i = 0; local && i < l.count; i++)
		local = is_local(&l.addr[i]);
	return local;
}

int
config_listen_with_port(const char *text, const char *port, char *out, size_t size)
{
	const char *colon = strrchr(text, ':');
	size_t len = colon == NULL ? 0 : (size_t)(colon - text) + 1;
	int n;

	if (strncmp(text, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0)
		return -1;
	n = snprintf(out, size, "%.*s%s", (int)len, text, port);
	return n >= 0 && (size_t)n < size ? 0 : -1;
}
