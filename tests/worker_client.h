/*
 * worker_client.h: a client of a worker between fake roles: asks, waits for a
 * whole answer, looks into it. For the suites that drive a worker.
 */
#ifndef TESTS_WORKER_CLIENT_H
#define TESTS_WORKER_CLIENT_H

#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "util/clock.h"

#include "fake_roles.h"

#define PATIENCE_MS	20000	/* a bound for a test that hangs, not a measure */

#define JSON	"Content-Type: application/json\r\n"
#define COMMAND	"{\"action\":\"create-foo\",\"data\":{\"a\":1}}"

static struct fake f;

/* A client and the answer it got. */
static struct {
	int	 fd;
	char	 got[200000];
	size_t	 len;
	bool	 closed;
	bool	 head;		/* the answer to HEAD has no body */
} c = { .fd = -1 };

static inline void
start(void)
{
	fake_init(&f, 0);
}

static inline void
stop(void)
{
	if (c.fd != -1)
		close(c.fd);
	c.fd = -1;
	fake_free(&f);
}

static inline void
set(const char *key, const char *value)
{
	struct config_error err;

	ck_assert_msg(config_set(&f.config, key, value, &err) == 0, "%s", err.text);
}

static inline void
spin(void)
{
	ssize_t n;

	fake_turn(&f);
	if (c.fd == -1 || c.closed)
		return;
	n = recv(c.fd, c.got + c.len, sizeof(c.got) - 1 - c.len, MSG_DONTWAIT);
	if (n > 0)
		c.len += (size_t)n;
	else if (n == 0 || errno != EAGAIN)
		c.closed = true;
	else
		usleep(500);
	c.got[c.len] = '\0';
}

static inline void
dial(void)
{
	if (c.fd != -1)
		close(c.fd);
	c.fd = socket(AF_INET, SOCK_STREAM, 0);
	c.len = 0;
	c.got[0] = '\0';
	c.closed = false;
	ck_assert_int_eq(connect(c.fd, (struct sockaddr *)&f.addr, sizeof(f.addr)), 0);
}

static inline void
ask_bytes(const void *data, size_t len)
{
	c.len = 0;
	ck_assert_int_eq(send(c.fd, data, len, MSG_NOSIGNAL), (ssize_t)len);
}

/* head: "METHOD TARGET\nFIELD: VALUE\r\n…" */
static inline void
ask(const char *head, const char *body)
{
	const char *fields = strchr(head, '\n');
	char text[70000];
	int n = snprintf(text, sizeof(text),
	    "%.*s HTTP/1.1\r\nHost: h\r\nContent-Length: %zu\r\n%s\r\n%s",
	    (int)(fields - head), head, strlen(body), fields + 1, body);

	c.head = strncmp(head, "HEAD", 4) == 0;
	ask_bytes(text, (size_t)n);
}

/* A whole answer: its status; 0: the server closed without one. */
static inline int
answer(void)
{
	int64_t until = clock_ms() + PATIENCE_MS;
	const char *end, *length;

	while (clock_ms() < until && !c.closed) {
		spin();
		end = strstr(c.got, "\r\n\r\n");
		length = strstr(c.got, "\r\nContent-Length: ");
		if (end == NULL || c.len == 0)
			continue;
		if (c.head || length == NULL || length > end ||
		    strncmp(c.got, "HTTP/1.1 100", 12) == 0 ||
		    (size_t)(end + 4 - c.got) + strtoul(length + 18, NULL, 10) <= c.len)
			return atoi(c.got + 9);
	}
	return 0;
}

static inline bool
has(const char *text)
{
	return strstr(c.got, text) != NULL;
}

/* "POST /commands\nFIELDS", as a command. */
static inline int
post(const char *head)
{
	dial();
	ask(head, COMMAND);
	return answer();
}

#define POST	"POST /commands\n" JSON
#define SYNC	"POST /commands?sync=true\n" JSON

static inline void
until_publishes(int n)
{
	int64_t until = clock_ms() + PATIENCE_MS;

	while (f.publishes < n && clock_ms() < until)
		spin();
	ck_assert_int_eq(f.publishes, n);
}

static inline int64_t
gauge(enum counter which)
{
	return atomic_load(&board_slot(f.board, ROLE_WORKER, 0, 1)->counters[which]);
}

static inline void
until_none_in_flight(void)
{
	int64_t until = clock_ms() + PATIENCE_MS;

	while (gauge(COUNT_commands_in_flight) > 0 && clock_ms() < until)
		spin();
	ck_assert_int_eq(gauge(COUNT_commands_in_flight), 0);
	ck_assert_int_eq(gauge(COUNT_sync_waiting), 0);
}

#endif
