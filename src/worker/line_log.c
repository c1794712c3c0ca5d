/*
 * line_log.c: a file of lines that the master opened. See line_log.h.
 */
#include <sys/stat.h>

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/log.h"
#include "value/utf8.h"
#include "worker/line_log.h"

#define WAITING_MAX	((size_t)1 << 20)	/* bytes that wait for one write */

/* How many lines end in these bytes. */
static int64_t
lines_in(const uint8_t *data, size_t len)
{
	const uint8_t *end = data + len;
	int64_t n = 0;

	while ((data = memchr(data, '\n', (size_t)(end - data))) != NULL && ++n > 0)
		data++;
	return n;
}

/* What was not written from at on is lost; a line that was written in part is ended by what is written next. */
static void
lose(struct line_log *l, size_t at, const char *why)
{
	static struct log_limit limit;

	board_add(l->proc->slot, COUNT_http_unlogged, lines_in(l->lines.data + at, l->lines.len - at));
	log_limited(&limit, LOG_WARNING, "%s takes no more: %s; lines are lost", l->what, why);
}

void
line_log_flush(struct line_log *l)
{
	size_t at = 0;
	ssize_t n = 0;

	while (*l->fd != -1 && at < l->lines.len && (n = write(*l->fd, l->lines.data + at, l->lines.len - at)) > 0)
		at += (size_t)n;
	if (at < l->lines.len && *l->fd != -1) {
		lose(l, at, n == -1 ? strerror(errno) : "it is full");
		l->torn = at > 0 ? l->lines.data[at - 1] != '\n' : l->torn;
	} else if (at > 0) {
		l->torn = false;
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
	struct stat st;

	if (*l->fd == -1)
		return NULL;
	/* More than usual in one turn, of a large batch: they are not worth less. */
	if (l->lines.len >= WAITING_MAX)
		line_log_flush(l);
	/* A log that was opened anew begins well by itself. */
	if (l->lines.len == 0 && l->torn && fstat(*l->fd, &st) == 0 && st.st_size > 0)
		buf_putc(&l->lines, '\n');
	return &l->lines;
}

void
line_log_end(struct line_log *l)
{
	static const struct timeval now;

	if (!evtimer_pending(l->flush, NULL))
		event_add(l->flush, &now);
}

/* A character beyond ASCII as JSON's escape of UTF-16; what is no UTF-8 as that of U+FFFD. Returns the bytes it took. */
static size_t
put_wide(struct buf *out, const uint8_t *s, size_t len)
{
	uint32_t c;
	size_t n = 1;

	while (n <= len && n <= UTF8_MAX && utf8_valid(s, n) != n)
		n++;
	if (n > len || n > UTF8_MAX) {
		buf_puts(out, "\\ufffd");
		return 1;
	}
	c = utf8_decode(s, &n);
	if (c >= 0x10000)
		buf_printf(out, "\\u%04x\\u%04x", (unsigned)(0xd7c0 + (c >> 10)), (unsigned)(0xdc00 | (c & 0x3ff)));
	else
		buf_printf(out, "\\u%04x", (unsigned)c);
	return n;
}

void
line_log_text(struct buf *out, const char *s, size_t len, bool json)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (json && c > 0x7e)
			i += put_wide(out, (const uint8_t *)s + i, len - i) - 1;
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
