/*
 * response.c: answers. See response.h.
 */
#include <stdio.h>
#include <string.h>

#include "util/log.h"
#include "worker/auth.h"
#include "worker/cors.h"
#include "worker/deflate.h"
#include "worker/guard_stream.h"
#include "worker/response.h"
#include "worker/worker.h"

#define REQUEST_ID_MAX	128

void
response_header(struct exchange *x, const char *name, const char *value)
{
	guard_header(&x->g, name, value);
}

/* The request's own id where it is plain text, else one made now; in the arena, or NULL where that is full. */
static const char *
make_request_id(struct exchange *x)
{
	const struct guard_span *s = &x->g.head.field[FIELD_X_REQUEST_ID];
	const char *text = guard_head_text(&x->g.head, s);
	struct id made;
	char *out;
	bool plain = s->set && s->len > 0 && s->len <= REQUEST_ID_MAX;

	for (uint32_t i = 0; plain && i < s->len; i++)
		plain = text[i] >= 0x20 && text[i] <= 0x7e;
	if (plain)
		return arena_strndup(&x->arena, text, s->len);
	made = id_make();
	if ((out = arena_alloc(&x->arena, ID_TEXT + 1)) != NULL)
		id_format(&made, out);
	return out;
}

const char *
response_request_id(struct exchange *x)
{
	if (x->request_id == NULL)
		x->request_id = make_request_id(x);
	return x->request_id;
}

/* What every answer carries. */
static void
common_headers(struct exchange *x)
{
	const char *id = response_request_id(x);

	response_header(x, "Vary", "Accept");
	if (x->by_encoding)
		response_header(x, "Vary", "Accept-Encoding");
	cors_answer(x);
	if (id != NULL)
		response_header(x, "X-Request-Id", id);
}

void
response_text(struct exchange *x, int status, const char *content_type, const void *body,
    size_t len)
{
	struct buf *zipped = &exchange_worker(x)->zipped;
	bool gzip = len >= DEFLATE_LEAST && deflate_type(content_type) && response_gzip(x);

	common_headers(x);
	response_header(x, "Content-Type", content_type);
	buf_reset(zipped);
	if (gzip && deflate_gzip(zipped, body, len)) {
		response_header(x, "Content-Encoding", "gzip");
		body = zipped->data;
		len = zipped->len;
	}
	guard_reply(&x->g, status, body, len);
	if (zipped->cap > WORKER_KEEP_OUT)
		buf_free(zipped);
}

bool
response_gzip(struct exchange *x)
{
	const struct guard_span *s = &x->g.head.field[FIELD_ACCEPT_ENCODING];

	x->by_encoding = true;
	return s->set && deflate_wanted(guard_head_text(&x->g.head, s), s->len);
}

void
response_empty(struct exchange *x, int status)
{
	/* Vary is that of the 200, which may be long enough to be compressed (RFC 9110 15.4.5). */
	if (status == 304)
		x->by_encoding = true;
	common_headers(x);
	guard_reply(&x->g, status, "", 0);
}

bool
response_stream(struct exchange *x)
{
	common_headers(x);
	response_header(x, "Content-Type", "text/event-stream");
	response_header(x, "Cache-Control", "no-cache");
	/* nginx would hold it back. */
	response_header(x, "X-Accel-Buffering", "no");
	return guard_stream_begin(&x->g, 200);
}

static void
reply(struct exchange *x, int status, const char *content_type, const struct codec *codec,
    const struct value *v)
{
	struct buf *out = &exchange_worker(x)->out;
	struct codec_error err;

	buf_reset(out);
	if (codec->write(out, v, &err) == 0 && !out->overflow) {
		response_text(x, status, content_type, out->data, out->len);
	} else {
		/*
		 * The status is true whatever becomes of the body: it may say that something was
		 * written.
		 */
		log_error("an answer cannot be written as %s: %s", codec->type, err.text);
		response_text(x, status, content_type, "", 0);
	}
	if (out->cap > WORKER_KEEP_OUT)
		buf_free(out);
}

void
response_value(struct exchange *x, int status, const struct value *v)
{
	const struct media *m = x->answer != NULL && x->answer->codec != NULL ?
	    x->answer : media_json();

	reply(x, status, m->content_type, m->codec, v);
}

static const char *
retry_after(const struct exchange *x, char *out, size_t size)
{
	snprintf(out, size, "%u", x->retry_s);
	return out;
}

/*
 * Problem details in JSON have a type of their own; in the others they are a map like any
 * answer.
 */
void
response_problem(struct exchange *x)
{
	const struct problem_row *row = problem_row(x->problem.id);
	struct value v = problem_value(&x->arena, &x->problem);
	const struct media *m = x->answer;
	struct buf plain = { 0 };
	char room[16];

	/* Caches may keep 404, 405, 410, 414 and 501 by themselves, and serve one client's mistake to others (RFC 9111 4.2.2). */
	response_header(x, "Cache-Control", "no-store");
	if (row->status == 503)
		response_header(x, "Retry-After", "1");
	if (row->status == 429)
		response_header(x, "Retry-After", retry_after(x, room, sizeof(room)));
	if (row->status == 401)
		response_header(x, "WWW-Authenticate", auth_challenge(x));
	if (v.kind == VALUE_NIL) {
		/* The arena is full: say it without. */
		problem_json(&plain, x->problem.id, x->problem.detail);
		response_text(x, row->status, "application/problem+json", plain.data, plain.len);
		buf_free(&plain);
	} else if (m == NULL || m->codec == NULL || m == media_json()) {
		reply(x, row->status, "application/problem+json", media_json()->codec, &v);
	} else {
		reply(x, row->status, m->content_type, m->codec, &v);
	}
}
