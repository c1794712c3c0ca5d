/*
 * client.c: the address of a client. See client.h.
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <string.h>

#include "daemon/config_net.h"
#include "util/log.h"
#include "util/mem.h"
#include "worker/client.h"
#include "worker/worker.h"

void
client_proxies_init(struct client_proxies *p, const struct config *c)
{
	p->n = c->http.proxies.count;
	p->net = xcalloc(p->n + 1, sizeof(*p->net));
	for (size_t i = 0; i < p->n; i++)
		if (config_net_parse(c->http.proxies.item[i], &p->net[i]) != NULL)
			fatalx("http.proxies: %s", c->http.proxies.item[i]);
}

static void
set(struct client *out, int family, const void *bytes)
{
	const struct in6_addr *six = bytes;

	/* An IPv4 client of a socket for both. */
	if (family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(six)) {
		family = AF_INET;
		bytes = (const uint8_t *)bytes + 12;
	}
	out->family = family;
	memcpy(out->bytes, bytes, family == AF_INET ? 4 : 16);
}

static void
take(struct client *out, const struct sockaddr *sa)
{
	if (sa->sa_family == AF_INET)
		set(out, AF_INET, &((const struct sockaddr_in *)(const void *)sa)->sin_addr);
	else if (sa->sa_family == AF_INET6)
		set(out, AF_INET6, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr);
	else
		out->family = sa->sa_family;
}

void
client_of_socket(int fd, struct client *out)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	memset(out, 0, sizeof(*out));
	if (fd != -1 && getpeername(fd, (struct sockaddr *)&ss, &len) == 0)
		take(out, (const struct sockaddr *)&ss);
}

/* The other end of its connection. */
static void
direct(const struct exchange *x, struct client *out)
{
	const struct sockaddr *sa = guard_peer(&x->g);

	if (sa == NULL) {
		client_of_socket(guard_fd(&x->g), out);
		return;
	}
	memset(out, 0, sizeof(*out));
	take(out, sa);
}

static bool
is_proxy(const struct client_proxies *p, const struct client *c)
{
	for (size_t i = 0; i < p->n; i++)
		if (config_net_holds(&p->net[i], c->family, c->bytes))
			return true;
	return false;
}

/* An element of the list: an address, as some proxies write it in brackets, with a port. False: it is none. */
static bool
parse(const char *s, size_t len, struct client *out)
{
	char host[INET6_ADDRSTRLEN + 8];
	char *end, *from = host;
	uint8_t bytes[16];
	int family;

	while (len > 0 && (*s == ' ' || *s == '\t')) {
		s++;
		len--;
	}
	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	if (len == 0 || len >= sizeof(host))
		return false;
	memcpy(host, s, len);
	host[len] = '\0';
	if (host[0] == '[' && (end = strchr(host, ']')) != NULL) {
		*end = '\0';
		from = host + 1;
	} else if ((end = strchr(host, ':')) != NULL && strchr(end + 1, ':') == NULL) {
		*end = '\0';
	}
	family = strchr(from, ':') != NULL ? AF_INET6 : AF_INET;
	if (inet_pton(family, from, bytes) != 1)
		return false;
	set(out, family, bytes);
	return true;
}

/*
 * Each proxy appends whom it saw, so the list is believed from its end, for as long as it names proxies of ours. What
 * stands before the first that is none of them the client may have written itself.
 */
void
client_of(const struct exchange *x, struct client *out)
{
	const struct client_proxies *p = &exchange_worker(x)->proxies;
	const struct guard_span *s = &x->g.head.field[FIELD_X_FORWARDED_FOR];
	const char *text = guard_head_text(&x->g.head, s);
	size_t end = s->len, from;
	struct client next;

	direct(x, out);
	if (p->n == 0 || text == NULL)
		return;
	while (is_proxy(p, out) && end > 0) {
		for (from = end; from > 0 && text[from - 1] != ','; from--)
			continue;
		if (!parse(text + from, end - from, &next))
			return;
		*out = next;
		end = from > 0 ? from - 1 : 0;
	}
}

const char *
client_text(const struct client *c, char out[INET6_ADDRSTRLEN])
{
	if ((c->family != AF_INET && c->family != AF_INET6) || inet_ntop(c->family, c->bytes, out, INET6_ADDRSTRLEN) == NULL)
		return "-";
	return out;
}
