/*
 * config_listen.h: one entry of http.listen or http.admin as the addresses to bind. Does not
 * resolve names and opens nothing.
 */
#ifndef DAEMON_CONFIG_LISTEN_H
#define DAEMON_CONFIG_LISTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/* A port alone is two addresses: 0.0.0.0 and :: (bind that one with IPV6_V6ONLY). */
struct config_listen {
	struct sockaddr_storage	addr[2];
	socklen_t		len[2];
	int			count;
	bool			tls;
};

/* "3000", "127.0.0.1:3000", "[::1]:3000", "unix:/path"; "tls:" before one of the first three. NULL, or what is wrong with it. */
const char *config_listen_parse(const char *text, struct config_listen *out);
/* Is there an address that both would bind? Every address of a family holds each of its addresses. */
bool	config_listen_overlap(const struct config_listen *a, const struct config_listen *b);
/* Can nobody but processes of this machine connect to it: a loopback address or a Unix socket? */
bool	config_listen_local(const char *text);
/* The entry with another port into out; -1 if it has none (a Unix socket) or out is too small. */
int	config_listen_with_port(const char *text, const char *port, char *out, size_t size);

#endif
