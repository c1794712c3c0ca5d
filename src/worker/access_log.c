/*
 * access_log.c: a line for each answer. See access_log.h.
 */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "util/clock.h"
#include "worker/access_log.h"
#include "worker/client.h"
#include "worker/exchange.h"

void
access_log_init(struct access_log *a, struct proc *p)
{
	a->form = p->config.http.access_log;
	line_log_init(&a->log, p, &p->access_fd, "the access log");
}

static void
put_span(struct buf *out, const struct guard_head *h, const struct guard_span *s, bool json)
{
	if (s->set)
		line_log_text(out, guard_head_text(h, s), s->len, json);
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
	line_log_text(out, x->request_id, strlen(x->request_id), false);
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

/* What was not understood has no header fields to believe. */
static const char *
address(const struct guard_answer *a, const struct exchange *x, char out[INET6_ADDRSTRLEN])
{
	struct client c;

	if (x != NULL)
		client_of(x, &c);
	else
		client_of_socket(a->fd, &c);
	return client_text(&c, out);
}

/* The principal, in one piece: what reads this format parts it at blanks. */
static void
put_user(struct buf *out, const struct exchange *x)
{
	const char *s = x != NULL ? x->who.principal : "";

	if (*s == '\0')
		buf_putc(out, '-');
	for (; *s != '\0'; s++)
		if (*s == ' ')
			buf_puts(out, "\\x20");
		else
			line_log_text(out, s, 1, false);
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
	buf_printf(out, "%s - ", address(a, x, addr));
	put_user(out, x);
	buf_printf(out, " [%s] \"", when);
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
	char addr[INET6_ADDRSTRLEN];

	buf_puts(out, "{\"time\":\"");
	line_log_time(out);
	buf_printf(out, "\",\"address\":\"%s\",\"request\":\"", address(a, x, addr));
	put_request(out, h, true);
	buf_printf(out, "\",\"status\":%d,\"bytes\":%zu,\"microseconds\":%" PRId64, a->status, a->len, micros(x));
	if (h != NULL && h->field[FIELD_USER_AGENT].set) {
		buf_puts(out, ",\"user_agent\":\"");
		put_span(out, h, &h->field[FIELD_USER_AGENT], true);
		buf_putc(out, '"');
	}
	if (x != NULL && x->request_id != NULL) {
		buf_puts(out, ",\"request_id\":\"");
		line_log_text(out, x->request_id, strlen(x->request_id), true);
		buf_putc(out, '"');
	}
	if (x != NULL && x->who.principal[0] != '\0') {
		buf_puts(out, ",\"principal\":\"");
		line_log_text(out, x->who.principal, strlen(x->who.principal), true);
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
	struct buf *line = line_log_begin(&a->log);

	if (line == NULL)
		return;
	if (a->form == CONFIG_ACCESS_LOG_JSON)
		put_json(line, answer, x);
	else
		put_common(line, answer, x);
	line_log_end(&a->log);
}
