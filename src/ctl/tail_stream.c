/*
 * tail_stream.c: a live stream of the daemon (Server-Sent Events), taken up
 * again where it stood whenever it ends. See tail.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/http.h"
#include "ctl/tail.h"
#include "util/buf.h"

#define RETRY_MS	2000
#define LINE_MAX_BYTES	((size_t)256 << 20)
#define TOKEN_MAX	65536

struct stream {
	struct tail	*tail;
	char		*token;		/* where it stands; NULL: not known yet */
	long		 retry_ms;
	bool		 only_token;	/* end with the first token */
	bool		 enough, heard;
	struct buf	 line, data, id;
};

/* A block is whole: a record with its token, or a token alone. False ends. */
static bool
dispatch(struct stream *s)
{
	bool more = true;

	if (s->id.len > 0) {
		free(s->token);
		s->token = strdup(buf_cstr(&s->id));
		more = !s->only_token;
	}
	if (s->data.len > 0 && !s->only_token) {
		if (s->tail->tokens)
			printf("%s\t", s->token != NULL ? s->token : "");
		more = tail_show_json(s->tail, (const char *)s->data.data, s->data.len);
		s->enough = !more;
	}
	buf_reset(&s->data);
	buf_reset(&s->id);
	return more;
}

/* A line without its end: HTML, "Interpreting an event stream". False ends. */
static bool
take_line(struct stream *s)
{
	const char *line = buf_cstr(&s->line), *colon = strchr(line, ':'), *value;
	size_t len;

	if (s->line.len == 0)
		return dispatch(s);
	if (colon == line)
		return true;	/* a comment */
	len = colon != NULL ? (size_t)(colon - line) : s->line.len;
	value = colon == NULL ? "" : colon[1] == ' ' ? colon + 2 : colon + 1;
	if (len == 2 && strncmp(line, "id", len) == 0) {
		buf_reset(&s->id);
		buf_puts(&s->id, strlen(value) <= TOKEN_MAX ? value : "");
	} else if (len == 4 && strncmp(line, "data", len) == 0) {
		if (s->data.len > 0)
			buf_putc(&s->data, '\n');
		buf_puts(&s->data, value);
	} else if (len == 5 && strncmp(line, "retry", len) == 0) {
		s->retry_ms = strtol(value, NULL, 10);
		if (s->retry_ms < 10 || s->retry_ms > 60000)
			s->retry_ms = RETRY_MS;
	}
	return true;
}

static int
on_data(void *arg, const char *data, size_t len)
{
	struct stream *s = arg;
	const char *end = data + len, *newline;

	s->heard = true;
	while (data < end) {
		newline = memchr(data, '\n', (size_t)(end - data));
		buf_put(&s->line, data, (size_t)((newline != NULL ? newline : end) - data));
		if (newline == NULL)
			return !s->line.overflow;
		if (s->line.len > 0 && s->line.data[s->line.len - 1] == '\r')
			s->line.len--;
		if (s->line.overflow || !take_line(s))
			return 0;
		buf_reset(&s->line);
		data = newline + 1;
	}
	return 1;
}

static void
path_of(const struct tail *t, struct buf *out)
{
	char separator = '?';

	buf_printf(out, "/%s/updates", t->events ? "events" : "commands");
	if (t->action != NULL) {
		buf_printf(out, "%caction=", separator);
		http_escape(out, t->action);
		separator = '&';
	}
	if (t->parent != NULL)
		buf_printf(out, "%cparent=%s", separator, t->parent);
}

/* Follow once. *result where it is no use to try again; else CTL_UNKNOWN. */
static void
follow(struct stream *s, int *result)
{
	struct http_request request = { .header = { "Accept: text/event-stream" }, .take = on_data, .arg = s };
	struct buf path = { 0 }, header = { 0 };
	struct http_answer answer;
	enum http_result got;
	char err[2048];

	path_of(s->tail, &path);
	request.path = buf_cstr(&path);
	if (s->token != NULL) {
		buf_printf(&header, "Last-Event-ID: %s", s->token);
		request.header[1] = buf_cstr(&header);
	}
	buf_reset(&s->line);
	buf_reset(&s->data);
	buf_reset(&s->id);
	got = http_ask(&s->tail->settings, &s->tail->settings.http, &request, &answer, err, sizeof(err));
	*result = CTL_UNKNOWN;
	if (s->enough)
		*result = CTL_OK;
	else if (answer.status != 0 && answer.status != 200 && (answer.status != 503 || !s->heard))
		*result = ctl_fail(s->tail->self, "%s", http_complaint(&answer, err, sizeof(err)));
	else if (got != HTTP_OK && !s->heard)
		*result = ctl_fail(s->tail->self, "%s", err);
	else if (!s->only_token)
		fprintf(stderr, "cmdrctl tail: the stream ended%s%s; going on with it\n", got != HTTP_OK ? ": " : "",
		    got != HTTP_OK ? err : "");
	buf_free(&answer.body);
	buf_free(&path);
	buf_free(&header);
}

/*
 * Where a topic begins, of any token of it: base64url of a version and a hash, 7 bytes, and the count of partitions,
 * 0 here: one that is not there is at its beginning.
 */
static bool
rewind_token(char *token)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *digit;

	if (strlen(token) < 11 || (digit = strchr(digits, token[9])) == NULL)
		return false;
	token[9] = digits[(digit - digits) & 0x30];
	token[10] = 'A';
	token[11] = '\0';
	return true;
}

/* A first look, for a token. */
static int
find_beginning(struct stream *s)
{
	int result;

	s->only_token = true;
	follow(s, &result);
	s->only_token = false;
	if (result != CTL_UNKNOWN)
		return result;
	if (s->token == NULL || !rewind_token(s->token))
		return ctl_fail(s->tail->self, "the stream did not say where it stands");
	return CTL_OK;
}

int
tail_stream(struct tail *t)
{
	struct stream s = { .tail = t, .retry_ms = RETRY_MS };
	int result = CTL_OK;

	buf_init(&s.line, LINE_MAX_BYTES);
	if (t->from != NULL)
		s.token = strdup(t->from);
	if (t->from_beginning)
		result = find_beginning(&s);
	while (result == CTL_OK && !s.enough) {
		follow(&s, &result);
		if (result != CTL_UNKNOWN)
			break;
		usleep((useconds_t)s.retry_ms * 1000);
		result = CTL_OK;
	}
	free(s.token);
	buf_free(&s.line);
	buf_free(&s.data);
	buf_free(&s.id);
	return result;
}
