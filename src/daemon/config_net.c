/*
 * config_net.c: one entry of http.proxies. See config_net.h.
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/config_net.h"

static unsigned
width(int family)
{
	return family == AF_INET ? 32 : 128;
}

/* Is a bit set behind the first so many? Such an entry means another network than it seems to. */
static bool
has_more(const struct config_net *n)
{
	for (unsigned i = n->bits; i < width(n->family); i++)
		if (n->bytes[i / 8] & (0x80u >> i % 8))
			return true;
	return false;
}

const char *
config_net_parse(const char *text, struct config_net *out)
{
	char host[INET6_ADDRSTRLEN];
	size_t len = strcspn(text, "/");
	const char *bits = text[len] == '/' ? text + len + 1 : NULL;

	memset(out, 0, sizeof(*out));
	if (strcmp(text, "unix") == 0) {
		out->family = AF_UNIX;
		return NULL;
	}
	if (len >= sizeof(host))
		return "it is no address";
	memcpy(host, text, len);
	host[len] = '\0';
	out->family = strchr(host, ':') != NULL ? AF_INET6 : AF_INET;
	if (inet_pton(out->family, host, out->bytes) != 1)
		return "it is no address; names are not looked up";
	out->bits = width(out->family);
	if (bits == NULL)
		return NULL;
	if (*bits == '\0' || strlen(bits) > 3 || strspn(bits, "0123456789") != strlen(bits) ||
	    strtoul(bits, NULL, 10) > width(out->family))
		return "behind the slash stands how many bits are the network's";
	out->bits = (unsigned)strtoul(bits, NULL, 10);
	return has_more(out) ? "bits are set behind those of the network" : NULL;
}

bool
config_net_holds(const struct config_net *n, int family, const uint8_t *bytes)
{
	unsigned whole = n->bits / 8, rest = n->bits % 8;

	if (n->family != family)
		return false;
	if (family == AF_UNIX)
		return true;
	return memcmp(n->bytes, bytes, whole) == 0 &&
	    (rest == 0 || ((n->bytes[whole] ^ bytes[whole]) & (0xff00u >> rest & 0xffu)) == 0);
}
