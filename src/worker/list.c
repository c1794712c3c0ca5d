/*
 * list.c: GET /commands and GET /events. See list.h. The parameters are a table.
 */
#include <inttypes.h>
#include <string.h>

#include "value/instant.h"
#include "worker/list.h"
#include "worker/read.h"
#include "worker/record.h"
#include "worker/response.h"
#include "worker/worker.h"

#define LIMIT_DEFAULT	100
#define LIMIT_MAX	1000

static bool
digits(const char *text, int64_t max, int64_t *out)
{
	int64_t n = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9' || n > (max - (*text - '0')) / 10)
			return false;
		n = n * 10 + (*text - '0');
	}
	*out = n;
	return true;
}

static bool
take_limit(struct index_query *q, const char *text)
{
	return digits(text, LIMIT_MAX, &q->limit) && q->limit >= 1;
}

static bool
take_offset(struct index_query *q, const char *text)
{
	return digits(text, INT64_MAX / 2, &q->offset);
}

static bool
take_after(struct index_query *q, const char *text)
{
	q->after = text;
	return *text != '\0';
}

/* JSON's spelling of a keyword; a leading colon is EDN's, and meant well. */
static bool
take_action(struct index_query *q, const char *text)
{
	q->action = *text == ':' ? text + 1 : text;
	return *q->action != '\0';
}

static bool
take_parent(struct index_query *q, const char *text)
{
	q->has_parent = true;
	return id_parse(text, strlen(text), &q->parent) == 0;
}

/* Milliseconds since 1970, before it with a sign, or RFC 3339. */
static bool
instant(const char *text, int64_t *out)
{
	bool before = *text == '-';

	if (digits(text + before, INT64_MAX / 2, out)) {
		*out = before ? -*out : *out;
		return true;
	}
	return instant_parse(text, strlen(text), out) == 0;
}

static bool
take_since(struct index_query *q, const char *text)
{
	return instant(text, &q->since);
}

static bool
take_until(struct index_query *q, const char *text)
{
	return instant(text, &q->until);
}

static const struct {
	const char	*name;
	unsigned	 topics;	/* bits: where it means something */
	bool		(*take)(struct index_query *q, const char *text);
	const char	*must;
} parameters[] = {
	{ "limit", 3, take_limit, "a number from 1 to 1000" },
	{ "offset", 3, take_offset, "a number, 0 or more" },
	{ "after", 3, take_after, "what an answer had as next" },
	{ "action", 3, take_action, "an action, such as create-foo" },
	{ "parent", 2, take_parent, "the 36 characters of a UUID" },
	{ "since", 3, take_since, "milliseconds since 1970, or a time as in RFC 3339" },
	{ "until", 3, take_until, "milliseconds since 1970, or a time as in RFC 3339" },
};

static bool
read_parameters(struct exchange *x, struct index_query *q)
{
	const char *text;
	int given;

	for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++) {
		if (!(parameters[i].topics & (1u << q->topic)))
			continue;
		if ((given = exchange_parameter(x, parameters[i].name, &text)) == 0)
			continue;
		if (given == -1 || !parameters[i].take(q, text))
			return exchange_wrong(x, PROBLEM_BAD_REQUEST, arena_printf(&x->arena,
			    "The query parameter %s must be %s, and stand once.", parameters[i].name,
			    parameters[i].must));
	}
	if (q->after != NULL && exchange_parameter(x, "offset", &text) != 0)
		return exchange_wrong(x, PROBLEM_BAD_REQUEST,
		    "The query parameters after and offset exclude each other.");
	return true;
}

static void
put(struct exchange *x, struct value *items, size_t *n, const char *name, struct value v)
{
	items[2 * *n] = value_ckeyword(&x->arena, name);
	items[2 * *n + 1] = v;
	(*n)++;
}

static void
answer(struct exchange *x, const struct index_query *q, const struct index_page *page)
{
	const struct config *c = &exchange_worker(x)->proc->config;
	const char *name = q->topic == INDEX_COMMANDS ? c->topics.commands : c->topics.events;
	struct value *list = arena_array(&x->arena, page->n + 1, sizeof(*list)), items[10], v;
	bool whole = list != NULL;
	size_t n = 0;

	for (size_t i = 0; whole && i < page->n; i++) {
		list[i] = record_answer(&x->arena, &page->list[i], name, NULL);
		whole = list[i].kind != VALUE_NIL;
	}
	if (!whole) {
		exchange_wrong(x, PROBLEM_UNAVAILABLE,
		    "The page takes more memory than one answer may have: ask for fewer (limit).");
		response_problem(x);
		return;
	}
	put(x, items, &n, q->topic == INDEX_COMMANDS ? "commands" : "events",
	    value_seq(VALUE_VECTOR, list, page->n));
	put(x, items, &n, "limit", value_int(q->limit));
	put(x, items, &n, "offset", value_int(q->offset));
	put(x, items, &n, "total", value_int(page->total));
	if (page->next[0] != '\0')
		put(x, items, &n, "next", value_cstring(page->next));
	v = value_map(items, n);
	response_header(x, "Cache-Control", "no-store");
	response_value(x, 200, &v);
}

static void
handle(struct exchange *x, enum index_topic topic)
{
	struct index_query q = { .topic = topic, .since = INT64_MIN, .until = INT64_MAX,
		.limit = LIMIT_DEFAULT };
	struct index_reader *index;
	struct index_page page;
	enum index_result r;

	/* A record is as large as a body may be, mostly; a page takes as much, decoded or not. */
	q.max_bytes = exchange_worker(x)->proc->config.http.max_body;
	if (!read_parameters(x, &q) || (index = read_index(x)) == NULL) {
		response_problem(x);
		return;
	}
	r = index_reader_list(index, &q, &x->arena, &page);
	if (r == INDEX_OK) {
		answer(x, &q, &page);
		return;
	}
	if (r == INDEX_GONE)
		exchange_wrong(x, PROBLEM_GONE, "The cursor in after is of an index that is no more, or points to "
		    "records that are kept no longer: begin again without it.");
	else if (r == INDEX_BAD)
		exchange_wrong(x, PROBLEM_BAD_REQUEST, "The query parameter after must be what an answer to the "
		    "same question had as next.");
	else
		read_failed(x, r);
	response_problem(x);
}

void
list_commands(struct exchange *x)
{
	handle(x, INDEX_COMMANDS);
}

void
list_events(struct exchange *x)
{
	handle(x, INDEX_EVENTS);
}
