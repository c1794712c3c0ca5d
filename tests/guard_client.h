/*
 * guard_client.h: a client of guard_server.h, in the same process: it sends raw
 * bytes, and keeps those that come. For the guard's suites only.
 */
#ifndef TESTS_GUARD_CLIENT_H
#define TESTS_GUARD_CLIENT_H

#include <sys/socket.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "util/clock.h"

#include "guard_server.h"

#define PATIENCE_MS	10000	/* a bound for a test that hangs, not a measure */

/* A client: what it has got, and whether the server closed. */
struct client {
	int	 fd;
	char	 got[9 << 20];
	size_t	 len;
	bool	 closed;
};

static struct client c;

static void
start(void)
{
	start_with(&own_limits, NULL);
}

static void
spin(void)
{
	ssize_t n;

	event_base_loop(s.base, EVLOOP_NONBLOCK);
	if (c.closed || c.fd == -1)
		return;
	n = recv(c.fd, c.got + c.len, sizeof(c.got) - c.len, MSG_DONTWAIT);
	if (n > 0)
		c.len += (size_t)n;
	else if (n == 0 || errno != EAGAIN)
		c.closed = true;
}

static void
connect_client(void)
{
	c.fd = socket(AF_INET, SOCK_STREAM, 0);
	c.len = 0;
	c.closed = false;
	ck_assert_int_eq(connect(c.fd, (struct sockaddr *)&s.addr, sizeof(s.addr)), 0);
	spin();
}

static void
send_bytes(const char *data, size_t len, size_t piece)
{
	for (size_t at = 0; at < len;) {
		size_t n = len - at < piece ? len - at : piece;
		ssize_t sent = send(c.fd, data + at, n, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent == -1 && errno != EAGAIN)
			return;	/* refused meanwhile */
		at += sent > 0 ? (size_t)sent : 0;
		spin();
	}
}

static void
send_text(const char *text)
{
	send_bytes(text, strlen(text), SIZE_MAX);
}

static void
await_close(void)
{
	int64_t until = clock_ms() + PATIENCE_MS;

	while (!c.closed && clock_ms() < until)
		spin();
	ck_assert(c.closed);
}

static void
disconnect(void)
{
	int64_t until = clock_ms() + PATIENCE_MS;

	close(c.fd);
	c.fd = -1;
	while (s.guard.nconns > 0 && clock_ms() < until)
		spin();
	ck_assert_uint_eq(s.guard.nconns, 0);
}

#endif
