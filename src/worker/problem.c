/*
 * problem.c: what can be wrong and how it is told. See problem.h.
 */
#include "util/log.h"
#include "worker/problem.h"

static const struct problem_row rows[] = {
	{ 0, NULL, NULL },
#define X(name, status, slug, title) { status, PROBLEM_TYPE slug, title },
	PROBLEMS(X)
#undef X
};

static const struct {
	int		 status;
	const char	*reason;
} reasons[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 202, "Accepted" },
	{ 204, "No Content" },
	{ 207, "Multi-Status" },
	{ 304, "Not Modified" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 406, "Not Acceptable" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 410, "Gone" },
	{ 412, "Precondition Failed" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 422, "Unprocessable Content" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 501, "Not Implemented" },
	{ 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" },
	{ 505, "HTTP Version Not Supported" },
};

const struct problem_row *
problem_row(enum problem_id id)
{
	return &rows[id];
}

const char *
problem_reason(int status)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	fatalx("no reason phrase for status %d", status);
}

static void
json_text(struct buf *out, const char *s)
{
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c < 0x20)
			buf_printf(out, "\\u%04x", c);
		else
			buf_putc(out, c);
	}
}

void
problem_json(struct buf *out, enum problem_id id, const char *detail)
{
	const struct problem_row *row = &rows[id];

	buf_printf(out, "{\"type\":\"%s\",\"title\":\"%s\",\"status\":%d,"
	    "\"detail\":\"", row->type, row->title, row->status);
	json_text(out, detail);
	buf_puts(out, "\"}");
}

/* Grows a map in place: room for all members that a problem may have. */
struct members {
	struct arena	*a;
	struct value	*items;
	size_t		 n;
};

static void
put(struct members *m, const char *name, struct value v)
{
	m->items[2 * m->n] = value_ckeyword(m->a, name);
	m->items[2 * m->n + 1] = v;
	m->n++;
}

static struct value
faults_value(struct arena *a, const struct command_faults *faults)
{
	struct value *list = arena_array(a, faults->n, sizeof(*list));

	for (size_t i = 0; list != NULL && i < faults->n; i++) {
		struct members m = { a, arena_array(a, 4, sizeof(struct value)), 0 };

		if (m.items == NULL)
			return value_nil();
		put(&m, "pointer", value_cstring(faults->list[i].pointer));
		put(&m, "detail", value_cstring(faults->list[i].detail));
		list[i] = value_map(m.items, m.n);
	}
	return list == NULL ? value_nil() : value_seq(VALUE_VECTOR, list, faults->n);
}

struct value
problem_value(struct arena *a, const struct problem *p)
{
	const struct problem_row *row = &rows[p->id];
	struct members m = { a, arena_array(a, 18, sizeof(struct value)), 0 };

	if (m.items == NULL)
		return value_nil();
	put(&m, "type", value_cstring(row->type));
	put(&m, "title", value_cstring(row->title));
	put(&m, "status", value_int(row->status));
	put(&m, "detail", value_cstring(p->detail));
	if (p->errors != NULL)
		put(&m, "errors", *p->errors);
	else if (p->faults != NULL && p->faults->n > 0)
		put(&m, "errors", faults_value(a, p->faults));
	if (p->line != 0) {
		put(&m, "line", value_int(p->line));
		put(&m, "column", value_int(p->column));
	}
	if (p->has_offset)
		put(&m, "offset", value_int((int64_t)p->offset));
	if (p->has_command)
		put(&m, "id", value_uuid(a, &p->command));
	return value_map(m.items, m.n);
}
