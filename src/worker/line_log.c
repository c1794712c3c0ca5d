/*
 * line_log.c: a file of lines that the master opened. See line_log.h.
 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/log.h"
#include "worker/line_log.h"

#define WAITING_MAX	((size_t)1 << 20)	/* bytes that may wait for one write */

void
line_log_flush(struct line_log *l)
{
	static struct log_limit limit;
	ssize_t n;

	if (*l->fd != -1 && l->lines.len > 0) {
		n = write(*l->fd, l->lines.data, l->lines.len);
		if (n != (ssize_t)l->lines.len) {
			board_add(l->proc->slot, COUNT_http_unlogged, 1);
			log_limited(&limit, LOG_WARNING, "%s takes no more: %s; lines are lost", l->what,
			    n == -1 ? strerror(errno) : "a part was written");
		}
	}
	buf_reset(&l->lines);
}

static void
on_flush(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	line_log_flush(arg);
}

void
line_log_init(struct line_log *l, struct proc *p, const int *fd, const char *what)
{
	l->proc = p;
	l->fd = fd;
	l->what = what;
	buf_init(&l->lines, 0);
	l->flush = evtimer_new(p->base, on_flush, l);
	if (l->flush == NULL)
		fatalx("no timer");
}

struct buf *
line_log_begin(struct line_log *l)
{
	if (*l->fd == -1)
		return NULL;
	if (l->lines.len <= WAITING_MAX)
		return &l->lines;
	board_add(l->proc->slot, COUNT_http_unlogged, 1);
	return NULL;
}

void
line_log_end(struct line_log *l)
{
	static const struct timeval now;

	if (!evtimer_pending(l->flush, NULL))
		event_add(l->flush, &now);
}

void
line_log_text(struct buf *out, const char *s, size_t len, bool json)
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

void
line_log_time(struct buf *out)
{
	int64_t ms = clock_wall_ms();
	time_t now = (time_t)(ms / 1000);
	char text[40];
	struct tm tm;

	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", gmtime_r(&now, &tm));
	buf_printf(out, "%s.%03dZ", text, (int)(ms % 1000));
}
