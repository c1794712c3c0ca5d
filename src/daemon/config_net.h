/*
 * config_net.h: one entry of http.proxies: an address, or all of a network.
 */
#ifndef DAEMON_CONFIG_NET_H
#define DAEMON_CONFIG_NET_H

#include <stdbool.h>
#include <stdint.h>

#define CONFIG_NET_BYTES	16

struct config_net {
	int		family;		/* AF_INET, AF_INET6; AF_UNIX: whoever comes over a socket in the file system */
	uint8_t		bytes[CONFIG_NET_BYTES];
	unsigned	bits;		/* that must be the same */
};

/* "192.0.2.7", "10.0.0.0/8", "2001:db8::/32" or "unix". NULL, or what is wrong with it, as a sentence's end. */
const char *config_net_parse(const char *text, struct config_net *out);
/* Is an address (4 bytes of AF_INET, 16 of AF_INET6, in network order; any of AF_UNIX) in it? */
bool	config_net_holds(const struct config_net *n, int family, const uint8_t *bytes);

#endif
