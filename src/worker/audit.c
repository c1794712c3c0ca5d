/*
 * audit.c: the audit log. See audit.h.
 */
#include <string.h>

#include "value/edn_text.h"
#include "worker/audit.h"
#include "worker/client.h"
#include "worker/response.h"
#include "worker/worker.h"

static void
member(struct buf *out, const char *name, const char *text)
{
	buf_printf(out, ",\"%s\":\"", name);
	if (text != NULL)
		line_log_text(out, text, strlen(text), true);
	buf_putc(out, '"');
}

/* {"time":…,"what":…,"principal":…,"address":…,"request_id":… and what follows. */
static struct buf *
begin(struct exchange *x, const char *what)
{
	struct buf *out = line_log_begin(&exchange_worker(x)->audit);
	char addr[INET6_ADDRSTRLEN];
	struct client client;

	if (out == NULL)
		return NULL;
	client_of(x, &client);
	buf_puts(out, "{\"time\":\"");
	line_log_time(out);
	buf_printf(out, "\",\"what\":\"%s\"", what);
	member(out, "principal", x->who.principal[0] != '\0' ? x->who.principal : RULES_ANONYMOUS);
	member(out, "address", client_text(&client, addr));
	member(out, "request_id", response_request_id(x));
	return out;
}

static void
end(struct exchange *x, struct buf *out)
{
	buf_puts(out, "}\n");
	line_log_end(&exchange_worker(x)->audit);
}

static void
put_action(struct buf *out, const struct command *c)
{
	struct buf action = { 0 };

	edn_text_keyword(&action, c->action.u.name);
	member(out, "action", buf_cstr(&action));
	buf_free(&action);
}

static void
command_line(struct exchange *x, const struct command *c, const struct id *id, const char *outcome)
{
	struct buf *out = begin(x, "command");
	char text[ID_TEXT + 1];

	if (out == NULL)
		return;
	put_action(out, c);
	id_format(id, text);
	member(out, "command", text);
	member(out, "outcome", outcome);
	end(x, out);
}

void
audit_command(struct exchange *x, const struct command *c, const struct submit_result *r)
{
	switch (r->outcome) {
	case SUBMIT_ACKED:
	case SUBMIT_EVENT:
	case SUBMIT_TIMED_OUT:
		command_line(x, c, &r->id, r->replayed ? "written before" : "written");
		break;
	case SUBMIT_UNKNOWN:
		command_line(x, c, &r->id, "unknown");
		break;
	default:
		break;
	}
}

void
audit_abandoned(struct exchange *x, const struct command *c, const struct id *id)
{
	command_line(x, c, id, "unknown: the client hung up");
}

static void
put_target(struct buf *out, const struct guard_head *h)
{
	buf_puts(out, ",\"request\":\"");
	line_log_text(out, guard_head_text(h, &h->method_text), h->method_text.len, true);
	buf_putc(out, ' ');
	line_log_text(out, guard_head_text(h, &h->path), h->path.len, true);
	buf_putc(out, '"');
}

static void
request_line(struct exchange *x, const char *what, int status, const char *why)
{
	struct buf *out = begin(x, what);

	if (out == NULL)
		return;
	put_target(out, &x->g.head);
	buf_printf(out, ",\"status\":%d", status);
	if (why != NULL)
		member(out, "detail", why);
	end(x, out);
}

void
audit_denied(struct exchange *x, int status, const char *why)
{
	request_line(x, "denied", status, why);
}

void
audit_answer(struct line_log *l, const struct guard_answer *a, struct exchange *x)
{
	enum guard_method m = x->g.head.method;

	if (*l->fd == -1)
		return;
	if (a->status == 401 || a->status == 403 || a->status == 429)
		audit_denied(x, a->status, x->problem.detail);
	else if ((m == METHOD_PUT || m == METHOD_DELETE) && (a->status < 300 || a->status == 504))
		request_line(x, "schema", a->status, NULL);
}
