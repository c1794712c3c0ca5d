/*
 * control_request.c: what can be asked over the control socket. See
 * control_request.h.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "daemon/control.h"
#include "master/children.h"
#include "master/control_request.h"
#include "master/generation.h"
#include "master/reload.h"
#include "master/report.h"
#include "util/jsonw.h"
#include "util/log.h"

static void
refuse(struct jsonw *w, const char *why)
{
	jsonw_bool(w, "ok", false);
	jsonw_string(w, "error", why);
}

static void
ask_status(struct master *m, struct jsonw *w)
{
	jsonw_bool(w, "ok", true);
	report_status(m, w);
}

static void
ask_ready(struct master *m, struct jsonw *w)
{
	jsonw_bool(w, "ok", true);
	report_ready(m, w);
}

static void
ask_reload(struct master *m, struct jsonw *w)
{
	if (m->stopping) {
		refuse(w, "cmdrd is stopping");
		return;
	}
	jsonw_bool(w, "ok", true);
	jsonw_int(w, "reload", reload(m));
}

/* Once it has been answered. */
static void
on_stop(evutil_socket_t fd, short what, void *arg)
{
	struct master *m = arg;

	(void)fd;
	(void)what;
	if (!m->stopping)
		master_stop(m);
}

static void
ask_stop(struct master *m, struct jsonw *w)
{
	const struct timeval soon = { 0, 10000 };
	struct generation *g;
	int64_t grace = 0;

	TAILQ_FOREACH(g, &m->generations, entry)
		if (g->config.shutdown.grace > grace)
			grace = g->config.shutdown.grace;
	jsonw_bool(w, "ok", true);
	jsonw_int(w, "pid", getpid());
	jsonw_int(w, "grace_ms", grace);
	jsonw_bool(w, "stopping", m->stopping);
	event_base_once(m->base, -1, EV_TIMEOUT, on_stop, m, &soon);
}

static struct child *
indexer(struct master *m)
{
	struct generation *g = generation_current(m);
	struct child *c = g == NULL ? NULL : children_find(m, g, ROLE_INDEXER, 0);

	return c != NULL && c->control != -1 && c->state == CHILD_READY ? c : NULL;
}

static void
ask_rebuild(struct master *m, struct jsonw *w)
{
	const struct generation *g = generation_current(m);
	struct child *c = indexer(m);

	if (g != NULL && !g->config.index.enabled)
		refuse(w, "there is no index: index.enabled is false");
	else if (c == NULL)
		refuse(w, "the indexer is not ready: try again in a moment, or see what the log says of it");
	else if (control_send(c->control, IPC_REBUILD, NULL, 0, -1) == -1)
		refuse(w, strerror(errno));
	else
		jsonw_bool(w, "ok", true);
}

static void ask_help(struct master *, struct jsonw *);

static const struct request {
	const char	*word;
	bool		 changes;	/* who asked is logged */
	void		(*ask)(struct master *, struct jsonw *);
	const char	*doc;
} requests[] = {
	{ "status", false, ask_status, "how every process, Kafka and the index are" },
	{ "ready", false, ask_ready, "whether every process is ready" },
	{ "reload", true, ask_reload, "as SIGHUP; status says what became of the number that is answered" },
	{ "stop", true, ask_stop, "as SIGTERM; answered before it begins" },
	{ "rebuild", true, ask_rebuild, "set the index aside and make it anew from the topics" },
	{ "help", false, ask_help, "these words" },
};
#define NREQUESTS (sizeof(requests) / sizeof(requests[0]))

static void
ask_help(struct master *m, struct jsonw *w)
{
	(void)m;
	jsonw_bool(w, "ok", true);
	jsonw_begin(w, "requests", '{');
	for (size_t i = 0; i < NREQUESTS; i++)
		jsonw_string(w, requests[i].word, requests[i].doc);
	jsonw_end(w, '}');
}

static void
dispatch(struct master *m, const struct request *r, const struct control_asker *asker, struct jsonw *w)
{
	if (r == NULL) {
		refuse(w, "there is no such request; help tells which there are");
		return;
	}
	if (!asker->may) {
		log_warn("control: %s was refused to process %d of user %u", r->word, (int)asker->cred.pid,
		    (unsigned)asker->cred.uid);
		refuse(w, "only root and the user and group of the configuration may");
		return;
	}
	if (r->changes)
		log_notice("control: %s, asked for by process %d of user %u", r->word, (int)asker->cred.pid,
		    (unsigned)asker->cred.uid);
	r->ask(m, w);
}

void
control_request(struct master *m, const char *line, const struct control_asker *asker, struct buf *out)
{
	const struct request *found = NULL;
	struct jsonw w = jsonw_of(out);

	for (size_t i = 0; i < NREQUESTS; i++)
		if (strcmp(requests[i].word, line) == 0)
			found = &requests[i];
	jsonw_begin(&w, NULL, '{');
	dispatch(m, found, asker, &w);
	jsonw_end(&w, '}');
	buf_putc(out, '\n');
	if (out->overflow) {
		buf_reset(out);
		buf_puts(out, "{\"ok\":false,\"error\":\"the answer is too large\"}\n");
	}
}
