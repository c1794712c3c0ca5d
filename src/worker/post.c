/*
 * post.c: POST /commands, up to submit. What comes back is answered in
 * post_answer.c. See post.h.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "value/form.h"
#include "value/fressian.h"
#include "worker/auth.h"
#include "worker/batch.h"
#include "worker/course.h"
#include "worker/inflate.h"
#include "worker/post.h"
#include "worker/post_answer.h"
#include "worker/prefer.h"
#include "worker/response.h"
#include "worker/submit.h"
#include "worker/worker.h"

static void
wait_as_preferred(struct exchange *x, const struct prefer *p)
{
	const struct config *c = &exchange_worker(x)->proc->config;
	int64_t s = p->wait_s;

	if (s * 1000 > c->sync.max_wait)
		s = c->sync.max_wait / 1000;
	x->sync = true;
	x->wait_ms = p->wait_s * 1000 > c->sync.max_wait ? c->sync.max_wait : p->wait_s * 1000;
	x->applied = arena_printf(&x->arena, "wait=%" PRId64, s);
}

/* ?sync decides whether to wait, Prefer how long; without ?sync Prefer decides both. */
static bool
read_wait(struct exchange *x)
{
	const struct guard_span *s = &x->g.head.field[FIELD_PREFER];
	const char *sync = NULL;
	struct prefer p;
	int given = exchange_parameter(x, "sync", &sync);

	if (given == -1 || (given == 1 && strcmp(sync, "true") != 0 && strcmp(sync, "false") != 0))
		return exchange_wrong(x, PROBLEM_BAD_REQUEST,
		    "The query parameter sync must be true or false, and stand once.");
	prefer_parse(&p, guard_head_text(&x->g.head, s), s->len);
	x->sync = given == 1 && sync[0] == 't';
	x->wait_ms = exchange_worker(x)->proc->config.sync.timeout;
	if (p.wait && (x->sync || given == 0))
		wait_as_preferred(x, &p);
	else if (p.respond_async && given == 0)
		x->applied = "respond-async";
	return true;
}

/* Wrong also where the body is no batch: whoever asks for it means it. */
static bool
read_atomic(struct exchange *x)
{
	const char *text;
	int given = exchange_parameter(x, "atomic", &text);

	x->atomic = given == 1 && strcmp(text, "true") == 0;
	if (given == 0 || x->atomic || (given == 1 && strcmp(text, "false") == 0))
		return true;
	return exchange_wrong(x, PROBLEM_BAD_REQUEST,
	    "The query parameter atomic must be true or false, and stand once.");
}

/* The key, where there is one: *out is then given it. */
static bool
read_key(struct exchange *x, struct idempotency_key *key, const struct idempotency_key **out)
{
	const struct guard_span *s = &x->g.head.field[FIELD_IDEMPOTENCY_KEY];
	const char *wrong;

	*out = NULL;
	if (!s->set)
		return true;
	wrong = idempotency_parse(guard_head_text(&x->g.head, s), s->len, &x->arena, key);
	if (wrong != NULL)
		return exchange_wrong(x, PROBLEM_BAD_REQUEST, wrong);
	/* To ignore it would promise what is not kept. */
	if (!exchange_worker(x)->proc->config.index.enabled)
		return exchange_wrong(x, PROBLEM_BAD_REQUEST, "Idempotency-Key needs the index, which this service is "
		    "run without (index.enabled); leave it out.");
	*out = key;
	return true;
}

static bool
take_inflated(struct exchange *x, const uint8_t **body, size_t *len)
{
	size_t max = guard_of(&x->g)->limits.max_body;

	buf_reset(&x->inflated);
	switch (inflate_gzip(*body, *len, max, &x->inflated)) {
	case INFLATE_OK:
		*body = x->inflated.data;
		*len = x->inflated.len;
		return true;
	case INFLATE_TOO_LARGE:
		return exchange_wrong(x, PROBLEM_TOO_LARGE, arena_printf(&x->arena,
		    "The body is larger than %zu bytes when inflated (http.max_body).", max));
	default:
		return exchange_wrong(x, PROBLEM_MALFORMED,
		    "The body is not whole gzip, as its Content-Encoding says.");
	}
}

static bool
take_body(struct exchange *x, const uint8_t **body, size_t *len)
{
	*body = x->g.body.data;
	*len = x->g.body.len;
	if (x->gzip && *len > 0 && !take_inflated(x, body, len))
		return false;
	if (*len == 0)
		return exchange_wrong(x, PROBLEM_MALFORMED,
		    "The body is empty; a command is a map with the keys action and data.");
	/* curl -d sends JSON as a form unless it is told otherwise. */
	if (x->body->read == form_read && form_looks_like_other(*body, *len))
		return exchange_wrong(x, PROBLEM_UNSUPPORTED_MEDIA_TYPE, "The body is no form. Set "
		    "Content-Type to what it is, such as application/json (curl -d sends a form "
		    "unless told otherwise).");
	return true;
}

static bool
decode(struct exchange *x, const uint8_t *body, size_t len, struct value *out)
{
	struct codec_error err;

	if (x->body->read(body, len, &codec_request_limits, &x->arena, out, &err) == 0)
		return true;
	if (x->body->text) {
		x->problem.line = err.line;
		x->problem.column = err.column;
	} else {
		x->problem.has_offset = true;
		x->problem.offset = err.offset;
	}
	return exchange_wrong(x, PROBLEM_MALFORMED, arena_printf(&x->arena,
	    "The body is not %s: %s.", x->body->type, err.text));
}

static bool
check(struct exchange *x, const struct value *v)
{
	x->problem.faults = &x->faults;
	if (command_parse(v, x->body->read == fressian_read, &x->arena, &x->command, &x->faults) == 0)
		return true;
	return exchange_wrong(x, PROBLEM_INVALID_COMMAND, x->faults.list[0].detail);
}

static void
refuse(struct exchange *x)
{
	if (x->problem.id == PROBLEM_UNSUPPORTED_MEDIA_TYPE)
		response_header(x, "Accept-Post", media_request_types());
	response_problem(x);
}

static void
single(struct exchange *x, const struct value *v, const struct idempotency_key *key)
{
	struct course *c;

	if (!check(x, v) || auth_send(x, &x->command, &x->problem) != PROBLEM_NONE ||
	    schemas_check(&exchange_worker(x)->schemas, &x->arena, &x->command, &x->problem) != PROBLEM_NONE) {
		refuse(x);
		return;
	}
	if ((c = arena_alloc(&x->arena, sizeof(*c))) == NULL) {
		exchange_wrong(x, PROBLEM_TOO_LARGE, NULL);
		refuse(x);
		return;
	}
	memset(c, 0, sizeof(*c));
	c->x = x;
	c->command = &x->command;
	c->done = post_answer;
	c->item = IDEMPOTENCY_SINGLE;
	x->course = c;
	course_start(c, key);
}

void
post_command(struct exchange *x)
{
	const struct idempotency_key *key;
	struct idempotency_key room;
	const uint8_t *body;
	struct value v;
	size_t len;

	if (!take_body(x, &body, &len) || !read_wait(x) || !read_atomic(x) || !read_key(x, &room, &key))
		refuse(x);
	else if (x->body == media_ndjson())
		batch_lines(x, body, len, key);
	else if (!decode(x, body, len, &v))
		refuse(x);
	else if (v.kind == VALUE_VECTOR || v.kind == VALUE_LIST)
		batch_list(x, &v, key);
	else
		single(x, &v, key);
}
