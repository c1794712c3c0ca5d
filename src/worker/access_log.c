/*
 * access_log.c: a line for each answer. See access_log.h.
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/log.h"
#include "worker/access_log.h"
#include "worker/exchange.h"

#define WAITING_MAX	((size_t)1 << 20)	/* bytes that may wait for one write */

static void
on_flush(evutil_socket_t fd, short what, void *arg)
{
	static struct log_limit limit;
	struct access_log *a = arg;
	ssize_t n;

	(void)fd;
	(void)what;
	if (a->proc->access_fd == -1) {
		buf_reset(&a->lines);
		return;
	}
	n = write(a->proc->access_fd, a->lines.data, a->lines.len);
	if (n != (ssize_t)a->lines.len) {
		board_add(a->proc->slot, COUNT_http_unlogged, 1);
		log_limited(&limit, LOG_WARNING, "the access log takes no more: %s; lines are lost",
		    n == -1 ? strerror(errno) : "a part was written");
	}
	buf_reset(&a->lines);
}

void
access_log_init(struct access_log *a, struct proc *p)
{
	a->proc = p;
	a->form = p->config.http.access_log;
	buf_init(&a->lines, 0);
	a->flush = evtimer_new(p->base, on_flush, a);
	if (a->flush == NULL)
		fatalx("no timer");
}

/* "192.0.2.7"; "-" for a client on a Unix socket. */
static const char *
address(int fd, char out[INET6_ADDRSTRLEN])
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	const void *in = NULL;

	if (fd == -1 || getpeername(fd, (struct sockaddr *)&ss, &len) == -1)
		return "-";
	if (ss.ss_family == AF_INET) {
		in = &((const struct sockaddr_in *)(const void *)&ss)->sin_addr;
	} else if (ss.ss_family == AF_INET6) {
		in = &((const struct sockaddr_in6 *)(const void *)&ss)->sin6_addr;
		/* An IPv4 client of a socket for both. */
		if (IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)in)) {
			in = (const uint8_t *)in + 12;
			ss.ss_family = AF_INET;
		}
	}
	return in != NULL && inet_ntop(ss.ss_family, in, out, INET6_ADDRSTRLEN) != NULL ? out : "-";
}

/* What a client chose: quotes, backslashes, controls and what is no ASCII are escaped, as \xHH or, in JSON, \u00HH. */
static void
put_text(struct buf *out, const char *s, size_t len, bool json)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c < 0x20 || c > 0x7e)
			buf_printf(out, json ? "\\u00%02x" : "\\x%02x", c);
		else
			buf_putc(out, c);
	}
}

static void
put_span(struct buf *out, const struct guard_head *h, const struct guard_span *s, bool json)
{
	if (s->set)
		put_text(out, guard_head_text(h, s), s->len, json);
	else
		buf_putc(out, '-');
}

static void
put_target(struct buf *out, const struct guard_head *h, bool json)
{
	put_span(out, h, &h->path, json);
	if (h->query.set) {
		buf_putc(out, '?');
		put_span(out, h, &h->query, json);
	}
}

/* "POST /commands HTTP/1.1", as far as it was understood. */
static void
put_request(struct buf *out, const struct guard_head *h, bool json)
{
	if (h == NULL || !h->method_text.set) {
		buf_putc(out, '-');
		return;
	}
	put_span(out, h, &h->method_text, json);
	buf_putc(out, ' ');
	put_target(out, h, json);
	buf_printf(out, " HTTP/1.%u", h->minor);
}

static void
put_id(struct buf *out, const struct exchange *x)
{
	if (x == NULL || x->request_id == NULL) {
		buf_putc(out, '-');
		return;
	}
	buf_putc(out, '"');
	put_text(out, x->request_id, strlen(x->request_id), false);
	buf_putc(out, '"');
}

static void
put_command(struct buf *out, const struct exchange *x)
{
	char text[ID_TEXT + 1] = "-";

	if (x != NULL && x->has_logged)
		id_format(&x->logged, text);
	buf_puts(out, text);
}

static int64_t
micros(const struct exchange *x)
{
	return x != NULL && x->g.whole_ns != 0 ? (clock_ns() - x->g.whole_ns) / 1000 : 0;
}

static void
put_common(struct buf *out, const struct guard_answer *a, const struct exchange *x)
{
	const struct guard_head *h = a->request != NULL ? &a->request->head : NULL;
	static const struct guard_span none;
	char when[40], addr[INET6_ADDRSTRLEN];
	time_t now = time(NULL);
	struct tm tm;

	strftime(when, sizeof(when), "%d/%b/%Y:%H:%M:%S +0000", gmtime_r(&now, &tm));
	buf_printf(out, "%s - - [%s] \"", address(a->fd, addr), when);
	put_request(out, h, false);
	buf_printf(out, "\" %d %zu \"", a->status, a->len);
	put_span(out, h, h != NULL ? &h->field[FIELD_REFERER] : &none, false);
	buf_puts(out, "\" \"");
	put_span(out, h, h != NULL ? &h->field[FIELD_USER_AGENT] : &none, false);
	buf_puts(out, "\" ");
	put_id(out, x);
	buf_putc(out, ' ');
	put_command(out, x);
	buf_printf(out, " %" PRId64 "\n", micros(x));
}

static void
put_json(struct buf *out, const struct guard_answer *a, const struct exchange *x)
{
	const struct guard_head *h = a->request != NULL ? &a->request->head : NULL;
	char when[40], addr[INET6_ADDRSTRLEN];
	int64_t ms = clock_wall_ms();
	time_t now = (time_t)(ms / 1000);
	struct tm tm;

	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", gmtime_r(&now, &tm));
	buf_printf(out, "{\"time\":\"%s.%03dZ\",\"address\":\"%s\",\"request\":\"", when, (int)(ms % 1000),
	    address(a->fd, addr));
	put_request(out, h, true);
	buf_printf(out, "\",\"status\":%d,\"bytes\":%zu,\"microseconds\":%" PRId64, a->status, a->len, micros(x));
	if (h != NULL && h->field[FIELD_USER_AGENT].set) {
		buf_puts(out, ",\"user_agent\":\"");
		put_span(out, h, &h->field[FIELD_USER_AGENT], true);
		buf_putc(out, '"');
	}
	if (x != NULL && x->request_id != NULL) {
		buf_puts(out, ",\"request_id\":\"");
		put_text(out, x->request_id, strlen(x->request_id), true);
		buf_putc(out, '"');
	}
	if (x != NULL && x->has_logged) {
		buf_puts(out, ",\"command\":\"");
		put_command(out, x);
		buf_putc(out, '"');
	}
	buf_puts(out, "}\n");
}

void
access_log_answer(struct access_log *a, const struct guard_answer *answer, const struct exchange *x)
{
	static const struct timeval now;

	if (a->proc->access_fd == -1)
		return;
	if (a->lines.len > WAITING_MAX) {
		board_add(a->proc->slot, COUNT_http_unlogged, 1);
		return;
	}
	if (a->form == CONFIG_ACCESS_LOG_JSON)
		put_json(&a->lines, answer, x);
	else
		put_common(&a->lines, answer, x);
	if (!evtimer_pending(a->flush, NULL))
		event_add(a->flush, &now);
}
