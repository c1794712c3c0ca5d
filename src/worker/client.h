/*
 * client.h: the address of a client: that of its socket, or the one that a
 * proxy in front tells (X-Forwarded-For), where the proxy is one of
 * http.proxies. For logs and limits; nothing is allowed by it.
 */
#ifndef WORKER_CLIENT_H
#define WORKER_CLIENT_H

#include <netinet/in.h>
#include <stdint.h>

#include "daemon/config.h"
#include "worker/exchange.h"

struct config_net;

/* The entries of http.proxies, read once. */
struct client_proxies {
	struct config_net	*net;
	size_t			 n;
};

struct client {
	int	family;		/* AF_INET, AF_INET6, AF_UNIX; AF_UNSPEC: not known */
	uint8_t	bytes[16];	/* in network order */
};

void	client_proxies_init(struct client_proxies *p, const struct config *c);
/* Whoever asked. */
void	client_of(const struct exchange *x, struct client *out);
/* Whoever is at the other end of a socket; fd -1: not known. */
void	client_of_socket(int fd, struct client *out);
/* "192.0.2.7", "2001:db8::1"; "-" where there is none. */
const char *client_text(const struct client *c, char out[INET6_ADDRSTRLEN]);

#endif
