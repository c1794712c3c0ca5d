/*
 * read.c: GET /commands/ID and GET /events/ID. See read.h.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "build-config.h"
#include "util/clock.h"
#include "util/mem.h"
#include "worker/html.h"
#include "worker/read.h"
#include "worker/record.h"
#include "worker/response.h"
#include "worker/routes.h"
#include "worker/worker.h"

#define PATIENCE_MS	2000	/* for the index to pass what was acknowledged before */
#define READINGS_MAX	10000	/* answers held at a time */
#define READ_MEMORY	((size_t)128 << 20)	/* of the largest record */

/* An answer that is held. */
struct reading {
	struct exchange		*x;
	struct wheel_timer	 timer;		/* looks again, every tick */
	enum index_topic	 topic;
	struct id		 id;
	int64_t			 commits;	/* board_index.commits at the last look */
	int64_t			 patience;	/* clock_ms until which a record that is not there may come */
	int64_t			 child;		/* clock_ms until which a child is waited for; 0: it is not */
	int64_t			 until;		/* the one of the two that matters now */
	int64_t			*ends;		/* of each partition: what the index must have passed */
	int			 nends;
};

static size_t nreadings;

static const char *const kinds[INDEX_TOPICS] = { "commands", "events" };

struct index_reader *
read_index(struct exchange *x)
{
	struct worker *w = exchange_worker(x);

	if (!w->proc->config.index.enabled)
		exchange_wrong(x, PROBLEM_NOT_FOUND, "This service keeps no index (index.enabled is "
		    "false), so nothing can be read back.");
	else if (w->index == NULL)
		exchange_wrong(x, PROBLEM_UNAVAILABLE, "The index is not open yet, or not any more; "
		    "GET /ready tells more.");
	return w->proc->config.index.enabled ? w->index : NULL;
}

void
read_failed(struct exchange *x, enum index_result r)
{
	struct worker *w = exchange_worker(x);
	const char *text = index_result_text(r);

	if (r == INDEX_ERROR)
		text = index_reader_error(w->index);
	if (r == INDEX_COSTLY)
		exchange_wrong(x, PROBLEM_BAD_REQUEST, "The question would have to look at too many "
		    "records: leave one of since, until, action and parent out.");
	else
		exchange_wrong(x, PROBLEM_UNAVAILABLE, arena_printf(&x->arena,
		    "The index cannot be read: %s.", text));
}

/* What the log held when the question came: a record of it is found once the index has passed this. */
static int64_t
end_of(const struct proc *p, enum index_topic topic, int i)
{
	int64_t end = atomic_load(&p->board->index.end[topic][i]), other;

	if (topic == INDEX_COMMANDS)
		other = atomic_load(&p->board->acked[i]);
	else
		other = atomic_load(&p->shared->tailer.positions[i]);
	return other > end ? other : end;
}

static void
note_ends(struct reading *r, const struct proc *p)
{
	int n = BOARD_PARTITIONS;

	while (n > 0 && end_of(p, r->topic, n - 1) <= 0)
		n--;
	r->nends = n;
	r->ends = n > 0 ? xcalloc((size_t)n, sizeof(*r->ends)) : NULL;
	for (int i = 0; i < n; i++)
		r->ends[i] = end_of(p, r->topic, i);
}

static bool
passed(const struct reading *r, const struct board_index *b)
{
	for (int i = 0; i < r->nends; i++)
		if (atomic_load(&b->next[r->topic][i]) < r->ends[i])
			return false;
	return true;
}

static void
reading_free(struct reading *r)
{
	wheel_clear(&exchange_worker(r->x)->wheel, &r->timer);
	r->x->reading = NULL;
	free(r->ends);
	free(r);
	nreadings--;
}

void
read_gone(struct exchange *x)
{
	reading_free(x->reading);
}

/* A strong validator: all that the answer is made of, in this form. */
static const char *
etag(struct exchange *x, const struct index_record *rec, const struct index_record *children, size_t n)
{
	struct buf b = { 0 };
	uint64_t h = UINT64_C(14695981039346656037);

	buf_puts(&b, PACKAGE_VERSION);
	buf_puts(&b, x->answer->content_type);
	/* gzip is another representation, whether or not it pays for this one. */
	buf_putc(&b, response_gzip(x));
	buf_put(&b, rec->id.b, ID_BYTES);
	buf_put_u32(&b, (uint32_t)rec->partition);
	buf_put_u64(&b, (uint64_t)rec->offset);
	buf_put_u64(&b, (uint64_t)rec->timestamp);
	for (size_t i = 0; i < n; i++)
		buf_put(&b, children[i].id.b, ID_BYTES);
	for (size_t i = 0; i < b.len; i++)
		h = (h ^ b.data[i]) * UINT64_C(1099511628211);
	buf_free(&b);
	return arena_printf(&x->arena, "\"%016" PRIx64 "\"", h ^ (h >> 29));
}

/* If-Match and If-None-Match (RFC 9110 13.1): a list of validators, or a star; a weak one counts where that is said. */
static bool
listed(struct exchange *x, enum guard_field field, bool weakly, const char *tag)
{
	const struct guard_span *s = &x->g.head.field[field];
	const char *text = guard_head_text(&x->g.head, s), *item;
	size_t at = 0, len;

	while (text != NULL && guard_head_list(text, s->len, &at, &item, &len)) {
		if (len == 1 && item[0] == '*')
			return true;
		if (weakly && len > 2 && item[0] == 'W' && item[1] == '/') {
			item += 2;
			len -= 2;
		}
		if (len == strlen(tag) && memcmp(item, tag, len) == 0)
			return true;
	}
	return false;
}

static struct value
ids_of(struct arena *a, const struct index_record *list, size_t n)
{
	struct value *ids = arena_array(a, n + 1, sizeof(*ids));

	for (size_t i = 0; ids != NULL && i < n; i++)
		ids[i] = value_uuid(a, &list[i].id);
	return ids != NULL ? value_seq(VALUE_VECTOR, ids, n) : value_nil();
}

static void
answer_html(struct exchange *x, enum index_topic topic, const struct value *v)
{
	struct buf *out = &exchange_worker(x)->out;

	buf_reset(out);
	html_record(out, kinds[topic], v);
	response_header(x, "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; "
	    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
	response_text(x, 200, x->answer->content_type, out->data, out->len);
	if (out->cap > WORKER_KEEP_OUT)
		buf_free(out);
}

static void
answer(struct exchange *x, enum index_topic topic, const struct index_record *rec,
    const struct index_record *children, size_t n)
{
	const struct config *c = &exchange_worker(x)->proc->config;
	const char *tag = etag(x, rec, children, n);
	struct value list, v;

	if (tag != NULL && x->g.head.field[FIELD_IF_MATCH].set && !listed(x, FIELD_IF_MATCH, false, tag)) {
		exchange_wrong(x, PROBLEM_PRECONDITION_FAILED,
		    "The record, in this form, is another than If-Match asks for.");
		response_problem(x);
		return;
	}
	if (tag != NULL)
		response_header(x, "ETag", tag);
	response_header(x, "Cache-Control", "no-cache");
	response_header(x, "X-Content-Type-Options", "nosniff");
	if (tag != NULL && listed(x, FIELD_IF_NONE_MATCH, true, tag)) {
		response_empty(x, 304);
		return;
	}
	list = ids_of(&x->arena, children, n);
	v = record_answer(&x->arena, rec, topic == INDEX_COMMANDS ? c->topics.commands : c->topics.events,
	    topic == INDEX_COMMANDS ? &list : NULL);
	if (v.kind == VALUE_NIL) {
		exchange_wrong(x, PROBLEM_UNAVAILABLE,
		    "The record takes more memory than one answer may have.");
		response_problem(x);
	} else if (x->answer->codec == NULL) {
		answer_html(x, topic, &v);
	} else {
		response_value(x, 200, &v);
	}
}

/* Look, and answer if that can be done now. True: it is answered, and r is gone. */
static bool
look(struct reading *r)
{
	struct exchange *x = r->x;
	const struct proc *p = exchange_worker(x)->proc;
	struct index_reader *index = read_index(x);
	struct index_record rec, *children = NULL;
	bool was_passed = passed(r, &p->board->index);
	enum index_result result = INDEX_ERROR;
	enum index_topic topic = r->topic;
	int64_t now = clock_ms();
	size_t n = 0;

	r->commits = atomic_load(&p->board->index.commits);
	if (index != NULL)
		result = index_reader_get(index, topic, &r->id, &x->arena, &rec);
	if (result == INDEX_OK && topic == INDEX_COMMANDS)
		result = index_reader_children(index, &r->id, READ_CHILDREN, false, &x->arena, &children,
		    &n);
	r->until = result == INDEX_OK ? r->child : r->patience;
	if (now < r->until && ((result == INDEX_NONE && !was_passed) || (result == INDEX_OK && n == 0)))
		return false;
	reading_free(r);
	if (result == INDEX_OK) {
		answer(x, topic, &rec, children, n);
		return true;
	}
	if (result == INDEX_NONE && was_passed)
		exchange_wrong(x, PROBLEM_NOT_FOUND, topic == INDEX_COMMANDS ?
		    "There is no command with this id." : "There is no event with this id.");
	else if (result == INDEX_NONE)
		exchange_wrong(x, PROBLEM_UNAVAILABLE, "The index has not read all that is on the topic, and "
		    "no record with this id as yet; GET /ready tells how far it is.");
	else if (index != NULL)
		read_failed(x, result);
	response_problem(x);
	return true;
}

static void
on_timer(struct wheel_timer *t)
{
	struct reading *r = WHEEL_OWNER(t, struct reading, timer);
	struct worker *w = exchange_worker(r->x);

	if (atomic_load(&w->proc->board->index.commits) != r->commits || clock_ms() >= r->until) {
		/* What the last look took. */
		arena_reset(&r->x->arena);
		if (look(r))
			return;
	}
	wheel_set(&w->wheel, &r->timer, 0);
}

/* 0: absent; -1: noted in x. Milliseconds. */
static int64_t
wait_of(struct exchange *x)
{
	const char *text;
	int64_t s = 0;
	int given = exchange_parameter(x, "wait", &text);

	if (given == 0)
		return 0;
	if (given == 1 && *text != '\0' && strspn(text, "0123456789") == strlen(text)) {
		for (const char *p = text; *p != '\0' && s < 1000000; p++)
			s = s * 10 + (*p - '0');
		if (s * 1000 > exchange_worker(x)->proc->config.sync.max_wait)
			return exchange_worker(x)->proc->config.sync.max_wait;
		return s * 1000;
	}
	exchange_wrong(x, PROBLEM_BAD_REQUEST,
	    "The query parameter wait must be a whole number of seconds, and stand once.");
	return -1;
}

static bool
id_of(struct exchange *x, struct id *id)
{
	const struct guard_span *s = &x->g.head.path;
	const char *path = exchange_decode(x, guard_head_text(&x->g.head, s), s->len, false);
	size_t prefix = strlen(x->route->path) - 1;	/* without its star */

	if (path != NULL && id_parse(path + prefix, strlen(path + prefix), id) == 0)
		return true;
	return exchange_wrong(x, PROBLEM_BAD_REQUEST, "An id is a UUID: 36 characters, such as "
	    "ab675ea0-7f6d-11e6-bcdd-540e9df06c05.");
}

static void
begin(struct exchange *x, enum index_topic topic, const struct id *id, int64_t wait)
{
	struct worker *w = exchange_worker(x);
	struct reading *r = xcalloc(1, sizeof(*r));

	nreadings++;
	r->x = x;
	r->topic = topic;
	r->id = *id;
	r->timer.fire = on_timer;
	r->patience = clock_ms() + PATIENCE_MS;
	r->child = wait > 0 ? clock_ms() + wait : 0;
	x->reading = r;
	note_ends(r, w->proc);
	if (!look(r))
		wheel_set(&w->wheel, &r->timer, 0);
}

static void
handle(struct exchange *x, enum index_topic topic)
{
	struct id id;
	int64_t wait = 0;

	if (!id_of(x, &id) || (topic == INDEX_COMMANDS && (wait = wait_of(x)) == -1) ||
	    read_index(x) == NULL) {
		response_problem(x);
	} else if (nreadings >= READINGS_MAX) {
		exchange_wrong(x, PROBLEM_UNAVAILABLE, "Too many reads wait for the index.");
		response_problem(x);
	} else {
		begin(x, topic, &id, wait);
	}
}

void
read_command(struct exchange *x)
{
	handle(x, INDEX_COMMANDS);
}

void
read_event(struct exchange *x)
{
	handle(x, INDEX_EVENTS);
}

bool
read_first_event(void *arg, const struct id *parent, struct submit_event *out)
{
	static struct arena arena;
	struct worker *w = arg;
	struct index_record *list;
	size_t n;

	arena_reset(&arena);
	arena.limit = READ_MEMORY;
	if (w->index == NULL || index_reader_children(w->index, parent, 1, true, &arena, &list, &n) != INDEX_OK ||
	    n == 0)
		return false;
	*out = (struct submit_event){ .parent = *parent, .id = list[0].id, .partition = list[0].partition,
		.offset = list[0].offset, .timestamp = list[0].timestamp, .value = list[0].value,
		.len = list[0].value_len };
	return true;
}
