/*
 * batch.c: POST /commands with several commands. See batch.h. All memory is the
 * exchange's arena.
 */
#include <string.h>

#include "value/fressian.h"
#include "value/json.h"
#include "worker/audit.h"
#include "worker/auth.h"
#include "worker/batch.h"
#include "worker/course.h"
#include "worker/limit.h"
#include "worker/post_answer.h"
#include "worker/response.h"
#include "worker/worker.h"

#define ERRORS_MAX	1000	/* told of an atomic batch */

struct item {
	struct course		 course;
	struct command		 command;
	struct command_faults	*faults;	/* what is wrong with it; NULL: nothing, or no command at all */
	const struct value	*errors;	/* what its schema says is wrong; NULL: nothing */
	struct post_verdict	 verdict;
	bool			 over;		/* verdict holds */
	bool			 replayed;
};

struct batch {
	struct exchange	*x;
	bool		 atomic;
	struct item	*items;
	size_t		 n, left;
	bool		 starting;
};

/* What is wrong with the whole. */
static void
refuse(struct exchange *x, enum problem_id id, const char *detail)
{
	exchange_wrong(x, id, detail);
	response_problem(x);
}

static struct value
pair(struct arena *a, const char *first, struct value v, const char *second, struct value w)
{
	struct value *items = arena_array(a, 4, sizeof(*items));

	if (items == NULL)
		return value_nil();
	items[0] = value_ckeyword(a, first);
	items[1] = v;
	items[2] = value_ckeyword(a, second);
	items[3] = w;
	return value_map(items, 2);
}

/* The items' common status, or 207. */
static int
common_status(const struct batch *b)
{
	for (size_t i = 1; i < b->n; i++)
		if (b->items[i].verdict.status != b->items[0].verdict.status)
			return 207;
	return b->items[0].verdict.status;
}

static bool
all_replayed(const struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (!b->items[i].replayed)
			return false;
	return true;
}

static void
answer(struct batch *b)
{
	struct exchange *x = b->x;
	struct arena *a = &x->arena;
	struct value *list = arena_array(a, b->n, sizeof(*list)), items[2], v;
	int status = common_status(b);

	x->batch = NULL;
	for (size_t i = 0; list != NULL && i < b->n; i++) {
		const struct post_verdict *it = &b->items[i].verdict;

		list[i] = pair(a, "status", value_int(it->status), it->problem ? "problem" : "command",
		    it->value);
	}
	if (x->applied != NULL)
		response_header(x, "Preference-Applied", x->applied);
	if (all_replayed(b))
		response_header(x, "Idempotency-Replayed", "true");
	if (status == 503)
		response_header(x, "Retry-After", "1");
	items[0] = value_ckeyword(a, "results");
	/* Where the arena is full, the status is true all the same. */
	items[1] = list != NULL ? value_seq(VALUE_VECTOR, list, b->n) : value_nil();
	v = value_map(items, 1);
	response_value(x, status, &v);
}

static void
item_over(struct batch *b, struct item *it)
{
	it->over = true;
	if (--b->left == 0 && !b->starting)
		answer(b);
}

static void
on_done(struct course *c, const struct submit_result *r)
{
	struct batch *b = c->x->batch;
	struct item *it = &b->items[c->item];

	post_verdict(c, r, true, &it->verdict);
	it->replayed = r->replayed;
	item_over(b, it);
}

/* A problem of one item, as it would be that of a request. */
static void
item_wrong(struct batch *b, struct item *it, const struct problem *p)
{
	it->verdict.status = problem_row(p->id)->status;
	it->verdict.problem = true;
	it->verdict.value = problem_value(&b->x->arena, p);
	it->over = true;
	b->left--;
}

static void
take_value(struct batch *b, struct item *it, const struct value *v)
{
	struct exchange *x = b->x;
	struct problem p = { .id = PROBLEM_INVALID_COMMAND };
	struct command_faults *faults = arena_alloc(&x->arena, sizeof(*faults));

	if (faults == NULL) {
		p.id = PROBLEM_TOO_LARGE;
		p.detail = "The batch needs more memory than one request may have.";
		item_wrong(b, it, &p);
		return;
	}
	faults->n = 0;
	if (command_parse(v, x->body->read == fressian_read, &x->arena, &it->command, faults) == 0) {
		p.id = PROBLEM_NONE;
		if (auth_send(x, &it->command, &p) != PROBLEM_NONE) {
			audit_denied(x, problem_row(p.id)->status, p.detail);
			item_wrong(b, it, &p);
		} else if (schemas_check(&exchange_worker(x)->schemas, &x->arena, &it->command, &p) != PROBLEM_NONE) {
			it->errors = p.errors;
			item_wrong(b, it, &p);
		}
		return;
	}
	it->faults = faults;
	p.faults = faults;
	p.detail = faults->list[0].detail;
	item_wrong(b, it, &p);
}

static void
take_line(struct batch *b, struct item *it, const uint8_t *line, size_t len, unsigned nr)
{
	struct problem p = { .id = PROBLEM_MALFORMED, .line = nr };
	struct codec_error err;
	struct value v;

	if (json_read(line, len, &codec_request_limits, &b->x->arena, &v, &err) == 0) {
		take_value(b, it, &v);
		return;
	}
	p.column = err.column;
	p.detail = arena_printf(&b->x->arena, "Line %u is not JSON: %s.", nr, err.text);
	if (p.detail == NULL)
		p.detail = "The line is not JSON.";
	item_wrong(b, it, &p);
}

/* Those of a schema, with their pointers prefixed. Returns how many list has then. */
static size_t
schema_errors_of(struct arena *a, struct value *list, size_t n, size_t item, const struct value *errors)
{
	for (size_t j = 0; j < errors->n && n < ERRORS_MAX; j++) {
		const struct value *pointer = value_map_get(&errors->u.items[j], "pointer", false),
		    *detail = value_map_get(&errors->u.items[j], "detail", false);

		if (pointer != NULL && detail != NULL)
			list[n++] = pair(a, "pointer", value_cstring(arena_printf(a, "/%zu%.*s", item,
			    (int)pointer->n, pointer->u.text)), "detail", *detail);
	}
	return n;
}

/* One more pair for each fault of each item, its pointer prefixed by the item's number. */
static struct value
all_errors(struct batch *b)
{
	struct arena *a = &b->x->arena;
	struct value *list = arena_array(a, ERRORS_MAX, sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; list != NULL && i < b->n; i++) {
		const struct command_faults *f = b->items[i].faults;
		const struct value *detail = value_map_get(&b->items[i].verdict.value, "detail", false);

		if (b->items[i].errors != NULL)
			n = schema_errors_of(a, list, n, i, b->items[i].errors);
		else if (f == NULL && b->items[i].over && n < ERRORS_MAX)
			list[n++] = pair(a, "pointer", value_cstring(arena_printf(a, "/%zu", i)), "detail",
			    detail != NULL ? *detail : value_nil());
		for (size_t j = 0; f != NULL && j < f->n && n < ERRORS_MAX; j++)
			list[n++] = pair(a, "pointer", value_cstring(arena_printf(a, "/%zu%s", i,
			    f->list[j].pointer)), "detail", value_cstring(f->list[j].detail));
	}
	return list != NULL ? value_seq(VALUE_VECTOR, list, n) : value_nil();
}

/* Where one is wrong, none is written. */
static void
refuse_atomic(struct batch *b)
{
	struct exchange *x = b->x;
	struct value errors = all_errors(b);

	x->batch = NULL;
	x->problem.errors = &errors;
	refuse(x, PROBLEM_INVALID_COMMAND, arena_printf(&x->arena,
	    "%zu of %zu commands are not valid; none was written, as ?atomic=true asks.", b->n - b->left, b->n));
}

static void
start(struct batch *b, const struct idempotency_key *key)
{
	limit_batch(b->x, b->n);
	if (b->atomic && b->left < b->n) {
		refuse_atomic(b);
		return;
	}
	b->starting = true;
	for (size_t i = 0; i < b->n; i++) {
		struct item *it = &b->items[i];

		if (it->over)
			continue;
		it->course.x = b->x;
		it->course.command = &it->command;
		it->course.done = on_done;
		it->course.item = i;
		course_start(&it->course, key);
	}
	b->starting = false;
	if (b->left == 0)
		answer(b);
}

/* Room for n items. NULL: x is answered. */
static struct batch *
batch_new(struct exchange *x, size_t n)
{
	size_t max = (size_t)exchange_worker(x)->proc->config.http.max_batch;
	struct batch *b;

	if (n == 0) {
		refuse(x, PROBLEM_MALFORMED, "The batch is empty; it must hold at least one command.");
	} else if (n > max) {
		refuse(x, PROBLEM_TOO_LARGE, arena_printf(&x->arena,
		    "The batch holds %zu commands; at most %zu are taken (http.max_batch).", n, max));
	} else if ((b = arena_alloc(&x->arena, sizeof(*b))) == NULL ||
	    (b->items = arena_array(&x->arena, n, sizeof(*b->items))) == NULL) {
		refuse(x, PROBLEM_TOO_LARGE, "The batch needs more memory than one request may have.");
	} else {
		memset(b->items, 0, n * sizeof(*b->items));
		b->x = x;
		b->atomic = x->atomic;
		b->n = b->left = n;
		b->starting = false;
		x->batch = b;
		return b;
	}
	return NULL;
}

void
batch_list(struct exchange *x, const struct value *list, const struct idempotency_key *key)
{
	struct batch *b = batch_new(x, list->n);

	if (b == NULL)
		return;
	for (size_t i = 0; i < b->n; i++)
		take_value(b, &b->items[i], &list->u.items[i]);
	start(b, key);
}

/* The next line that is not blank: *nr counts all of them. False: there is none. */
static bool
next_line(const uint8_t **at, const uint8_t *end, const uint8_t **line, size_t *len, unsigned *nr)
{
	const uint8_t *stop;

	while (*at < end) {
		stop = memchr(*at, '\n', (size_t)(end - *at));
		*line = *at;
		*len = (size_t)((stop != NULL ? stop : end) - *at);
		*at = stop != NULL ? stop + 1 : end;
		++*nr;
		if (*len > 0 && (*line)[*len - 1] == '\r')
			--*len;
		for (size_t i = 0; i < *len; i++)
			if ((*line)[i] != ' ' && (*line)[i] != '\t')
				return true;
	}
	return false;
}

void
batch_lines(struct exchange *x, const uint8_t *body, size_t len, const struct idempotency_key *key)
{
	const uint8_t *at = body, *end = body + len, *line;
	unsigned nr = 0;
	size_t n = 0, line_len;
	struct batch *b;

	while (next_line(&at, end, &line, &line_len, &nr))
		n++;
	if ((b = batch_new(x, n)) == NULL)
		return;
	at = body;
	nr = 0;
	for (size_t i = 0; next_line(&at, end, &line, &line_len, &nr); i++)
		take_line(b, &b->items[i], line, line_len, nr);
	start(b, key);
}

void
batch_cancel(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		course_cancel(&b->items[i].course);
	b->x->batch = NULL;
}
