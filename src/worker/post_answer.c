/*
 * post_answer.c: what became of a command. See post_answer.h; the table is
 * that of the HTTP face's section 2.
 */
#include <string.h>

#include "command/event.h"
#include "util/log.h"
#include "worker/post_answer.h"
#include "worker/response.h"
#include "worker/worker.h"

#define NOT_WRITTEN "The command was not written: %s. It is safe to retry."

/* A failure's problem, and the sentence around what went wrong. */
static const struct {
	enum problem_id	 id;
	const char	*sentence;
} failures[] = {
	[SUBMIT_NOT_SENT] = { PROBLEM_UNAVAILABLE, NOT_WRITTEN },
	[SUBMIT_FULL] = { PROBLEM_UNAVAILABLE, NOT_WRITTEN },
	[SUBMIT_UNREACHABLE] = { PROBLEM_UNAVAILABLE, NOT_WRITTEN },
	[SUBMIT_NO_TAILER] = { PROBLEM_UNAVAILABLE, NOT_WRITTEN },
	[SUBMIT_TOO_LARGE] = { PROBLEM_TOO_LARGE, "The command was not written: %s." },
	[SUBMIT_REFUSED] = { PROBLEM_UNAVAILABLE, "The command was not written: %s." },
	[SUBMIT_UNKNOWN] = { PROBLEM_OUTCOME_UNKNOWN,
	    "The command may or may not have been written: %s." },
	[SUBMIT_BUSY] = { PROBLEM_IDEMPOTENCY_IN_PROGRESS, "Nothing was written for this request: %s." },
	[SUBMIT_REUSED] = { PROBLEM_IDEMPOTENCY_KEY_REUSED, "The command was not written: %s." },
};

/* A map being put together; room is made first. */
struct members {
	struct arena	*a;
	struct value	*items;
	size_t		 n;
};

static void
put(struct members *m, const struct value_name *name, struct value v)
{
	m->items[2 * m->n].kind = VALUE_KEYWORD;
	m->items[2 * m->n].sub = 0;
	m->items[2 * m->n].n = 0;
	m->items[2 * m->n].u.name = name;
	m->items[2 * m->n + 1] = v;
	m->n++;
}

#define NAME(text) { NULL, text, 0, sizeof(text) - 1 }
static const struct value_name name_timestamp = NAME("timestamp"), name_topic = NAME("topic"),
    name_partition = NAME("partition"), name_offset = NAME("offset"),
    name_children = NAME("children"), name_events = NAME("events"), name_error = NAME("error");

static void
location(struct exchange *x, const struct id *id)
{
	static const char path[] = "/commands/";
	const char *base = exchange_worker(x)->proc->config.http.public_url;
	size_t len = strlen(base), n = sizeof(path) - 1;
	char *url = arena_alloc(&x->arena, len + n + ID_TEXT + 1);

	if (url == NULL)
		return;
	memcpy(url, base, len);
	memcpy(url + len, path, n);
	id_format(id, url + len + n);
	response_header(x, "Location", url);
}

/*
 * The first event, as "children" and "events"; both empty where there is none. *error: it came
 * and cannot be read.
 */
static bool
put_event(struct exchange *x, struct members *m, const struct submit_result *r, bool keep,
    const char **error)
{
	static struct log_limit limit;
	const struct config *c = &exchange_worker(x)->proc->config;
	struct record_place place = { c->topics.events, r->event_partition, r->event_offset,
		r->event_timestamp };
	struct value *list = arena_array(m->a, 2, sizeof(*list));
	const uint8_t *bytes = r->event;
	struct codec_error err;
	struct event e;
	size_t n = 0;

	if (list == NULL)
		return false;
	if (r->outcome == SUBMIT_EVENT && keep &&
	    (bytes = (const uint8_t *)arena_strndup(m->a, (const char *)r->event, r->event_len)) == NULL)
		return false;
	if (r->outcome == SUBMIT_EVENT) {
		if (event_parse(r->event_id.b, ID_BYTES, bytes, r->event_len, m->a, &e, &err) == 0) {
			list[0] = value_uuid(m->a, &e.id);
			list[1] = event_answer(m->a, &e, &place);
			n = 1;
		} else {
			log_limited(&limit, LOG_WARNING,
			    "an event that a command waited for cannot be read: %s", err.text);
			*error = "an event came, but it cannot be read";
		}
	}
	if (n == 1 && (list[0].kind == VALUE_NIL || list[1].kind == VALUE_NIL))
		return false;
	put(m, &name_children, value_seq(VALUE_VECTOR, list, n));
	put(m, &name_events, value_seq(VALUE_VECTOR, list + 1, n));
	return true;
}

/* The command as written and where, and for sync its event. VALUE_NIL: the arena is full. */
static struct value
answer_value(const struct course *c, const struct submit_result *r, bool keep)
{
	struct exchange *x = c->x;
	struct value v = command_value(&x->arena, &r->id, c->command);
	struct members m = {
		&x->arena, arena_array(&x->arena, 2 * ((size_t)v.n + 8), sizeof(v)), v.n
	};
	const char *error = r->outcome == SUBMIT_TIMED_OUT ?
	    "timed out waiting for completion event" : NULL;

	if (v.kind == VALUE_NIL || m.items == NULL)
		return value_nil();
	memcpy(m.items, v.u.items, 2 * (size_t)v.n * sizeof(v));
	put(&m, &name_timestamp, value_int(r->timestamp));
	put(&m, &name_topic, value_cstring(exchange_worker(x)->proc->config.topics.commands));
	/* What an event proved was written is somewhere, but nobody said where. */
	put(&m, &name_partition, r->partition >= 0 ? value_int(r->partition) : value_nil());
	put(&m, &name_offset, r->offset >= 0 ? value_int(r->offset) : value_nil());
	if (x->sync && !put_event(x, &m, r, keep, &error))
		return value_nil();
	if (error != NULL)
		put(&m, &name_error, value_cstring(error));
	return value_map(m.items, m.n);
}

static int
status_of(const struct exchange *x, const struct submit_result *r)
{
	if (r->outcome == SUBMIT_TIMED_OUT)
		return exchange_worker(x)->proc->config.sync.timeout_status;
	return r->outcome == SUBMIT_EVENT ? 201 : 202;
}

static void
succeeded(const struct course *c, const struct submit_result *r, bool keep, struct post_verdict *out)
{
	out->status = status_of(c->x, r);
	out->value = answer_value(c, r, keep);
	if (out->value.kind == VALUE_NIL) {
		/* It was written, so the status says that; the id stands in Location. */
		log_warn("an answer does not fit into the memory of one request");
		out->value = value_map(NULL, 0);
	}
}

static void
failed(const struct course *c, const struct submit_result *r, struct post_verdict *out)
{
	enum problem_id id = failures[r->outcome].id;
	const char *sentence = failures[r->outcome].sentence, *gap = strstr(sentence, "%s");
	struct problem p = { .id = id };

	p.detail = arena_printf(&c->x->arena, "%.*s%s%s", (int)(gap - sentence), sentence, r->text, gap + 2);
	if (p.detail == NULL)
		p.detail = "The request needs more memory than one request may have.";
	if (id == PROBLEM_OUTCOME_UNKNOWN) {
		out->unknown = true;
		p.has_command = true;
		p.command = r->id;
	}
	out->problem = true;
	out->status = problem_row(id)->status;
	out->value = problem_value(&c->x->arena, &p);
	c->x->problem = p;
}

void
post_verdict(const struct course *c, const struct submit_result *r, bool keep, struct post_verdict *out)
{
	memset(out, 0, sizeof(*out));
	if (r->outcome == SUBMIT_ACKED || r->outcome == SUBMIT_EVENT || r->outcome == SUBMIT_TIMED_OUT)
		succeeded(c, r, keep, out);
	else
		failed(c, r, out);
}

void
post_answer(struct course *c, const struct submit_result *r)
{
	struct exchange *x = c->x;
	struct post_verdict v;

	x->course = NULL;
	x->has_logged = true;
	x->logged = r->id;
	post_verdict(c, r, false, &v);
	if (!v.problem || v.unknown) {
		location(x, &r->id);
		if (x->applied != NULL)
			response_header(x, "Preference-Applied", x->applied);
	}
	if (r->replayed)
		response_header(x, "Idempotency-Replayed", "true");
	if (v.problem)
		response_problem(x);
	else
		response_value(x, v.status, &v.value);
}
