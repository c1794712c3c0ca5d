/*
 * worker.c: the worker role, from its start to its drain. What it does with
 * requests stands in routes.c and post.c; how they come in, in guard.c.
 */
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "daemon/config_files.h"
#include "index/reader.h"
#include "util/log.h"
#include "worker/access_log.h"
#include "worker/audit.h"
#include "worker/auth.h"
#include "worker/batch.h"
#include "worker/course.h"
#include "worker/media.h"
#include "worker/read.h"
#include "worker/routes.h"
#include "worker/schema_write.h"
#include "worker/stream.h"
#include "worker/submit.h"
#include "worker/worker.h"

#define PATIENCE_MS	5000	/* for links, before serving without them */
/* a turn of the loop: what waits in the backlog is still accepted */
#define LAST_ACCEPT_MS	20

/* of http.admin: few ask there, and are answered though clients have taken all of theirs */
#define ADMIN_CONNECTIONS	256

#define KEEP_MEMORY	((size_t)64 << 10)

/* Decoded values take more room than their text; an answer stands beside them. */
static size_t
arena_limit(const struct config *c)
{
	return c->http.max_body * 32 + ((size_t)4 << 20);
}

static void
on_init(struct guard_request *r)
{
	struct exchange *x = (struct exchange *)r;

	arena_init(&x->arena, 0);
}

static void
on_free(struct guard_request *r)
{
	struct exchange *x = (struct exchange *)r;

	arena_free(&x->arena);
	buf_free(&x->inflated);
}

/* Small memory is kept warm for the next request, large is not. */
static void
on_over(struct guard_request *r)
{
	struct exchange *x = (struct exchange *)r;

	arena_reset(&x->arena);
	if (x->arena.taken > KEEP_MEMORY)
		arena_free(&x->arena);
	if (x->inflated.cap > KEEP_MEMORY)
		buf_free(&x->inflated);
}

/* Streams are many. */
static void
on_shed(struct guard_request *r)
{
	struct exchange *x = (struct exchange *)r;

	x->who.principal = "";
	arena_free(&x->arena);
	buf_free(&x->inflated);
}

static bool
on_head(struct guard_request *r)
{
	struct exchange *x = (struct exchange *)r;

	x->arena.limit = arena_limit(&exchange_worker(x)->proc->config);
	x->route = NULL;
	x->answer = NULL;
	x->body = NULL;
	x->gzip = x->by_encoding = x->sync = false;
	memset(&x->problem, 0, sizeof(x->problem));
	x->faults.n = 0;
	x->course = NULL;
	x->batch = NULL;
	x->stream = NULL;
	x->reading = NULL;
	x->schema_write = NULL;
	x->request_id = NULL;
	x->has_logged = false;
	auth_forget(x);
	x->applied = NULL;
	return routes_head(x);
}

static void
on_request(struct guard_request *r)
{
	routes_request((struct exchange *)r);
}

static void
on_answered(struct guard *g, const struct guard_answer *a)
{
	struct worker *w = g->arg;
	const struct exchange *x = a->refused ? NULL : (const struct exchange *)a->request;

	answers_count(&w->answers, x != NULL ? x->route : NULL,
	    x != NULL ? x->g.head.method : METHOD_UNKNOWN, a->content_type, a->status);
	if (w->access.form != CONFIG_ACCESS_LOG_OFF)
		access_log_answer(&w->access, a, x);
	if (x != NULL)
		audit_answer(&w->audit, a, (struct exchange *)a->request);
}

static void
on_gone(struct guard_request *r)
{
	struct exchange *x = (struct exchange *)r;

	if (x->course != NULL)
		course_cancel(x->course);
	if (x->batch != NULL)
		batch_cancel(x->batch);
	if (x->stream != NULL)
		stream_gone(x);
	if (x->reading != NULL)
		read_gone(x);
	if (x->schema_write != NULL)
		schema_write_gone(x);
}

static void
on_writable(struct guard_request *r)
{
	stream_writable((struct exchange *)r);
}

static void
on_full(struct guard *g, enum guard_side side, bool full)
{
	struct worker *w = g->arg;

	accept_full(&w->accept, side, full);
}

static void
on_drained(struct guard *g)
{
	event_base_loopexit(g->base, NULL);
}

static const struct guard_ops guard_ops = {
	.size = sizeof(struct exchange), .init = on_init, .free = on_free, .head = on_head,
	.request = on_request, .answered = on_answered, .gone = on_gone, .over = on_over,
	.shed = on_shed, .writable = on_writable, .full = on_full, .drained = on_drained,
};

static void
serve(struct worker *w)
{
	if (w->ready || w->proc->stopping)
		return;
	w->ready = true;
	wheel_clear(&w->wheel, &w->patience);
	accept_start(&w->accept, w->proc, &w->wheel, &w->guard);
	proc_ready(w->proc, w->proc->ops, NULL);
}

static void
on_linked(void *arg)
{
	serve(arg);
}

static void
on_patience_over(struct wheel_timer *t)
{
	log_warn("no links to producer and tailer yet: serving without them");
	serve(WHEEL_OWNER(t, struct worker, patience));
}

static void
on_peer(struct proc *p, enum role_id role, unsigned nr, int fd)
{
	struct worker *w = p->arg;

	if (role == ROLE_REGISTRAR)
		registrar_link_peer(&w->registrar, nr, fd);
	else
		engine_peer(w->engine, role, nr, fd);
}

static void
on_last_accept(struct wheel_timer *t)
{
	struct worker *w = WHEEL_OWNER(t, struct worker, last_accept);

	accept_close(&w->accept);
	guard_drain(&w->guard);
}

static void
on_grace_over(struct wheel_timer *t)
{
	struct worker *w = WHEEL_OWNER(t, struct worker, grace);

	log_notice("%u connections are cut: shutdown.grace is over", w->guard.nconns);
	accept_close(&w->accept);
	guard_abort(&w->guard);
	event_base_loopexit(w->proc->base, NULL);
}

/*
 * /ready tells it already (proc.stopping). Then the backlog is emptied, the listeners closed,
 * requests finished.
 */
static void
on_stop(struct proc *p, bool master_gone)
{
	struct worker *w = p->arg;

	if (master_gone)
		accept_close(&w->accept);
	streams_stop(w->streams);
	wheel_set(&w->wheel, &w->last_accept, LAST_ACCEPT_MS);
	wheel_set(&w->wheel, &w->grace, p->config.shutdown.grace + LAST_ACCEPT_MS);
}

static void
open_index(struct worker *w)
{
	char err[512];

	if (w->proc->index_fd[0] != -1 && index_reader_open(&w->index, w->proc->config.index.directory,
	    w->proc->index_fd, err, sizeof(err)) != INDEX_OK)
		log_warn("%s", err);
}

static void
on_index_gone(struct proc *p)
{
	struct worker *w = p->arg;

	index_reader_close(w->index);
	w->index = NULL;
}

static void
on_index(struct proc *p)
{
	open_index(p->arg);
}

static struct index_reader *
index_of(void *arg)
{
	return ((struct worker *)arg)->index;
}

static const struct proc_ops proc_ops = { .peer = on_peer, .index_gone = on_index_gone,
	.index = on_index, .stop = on_stop };

/* Certificates, keys and rules, before the jail shuts: what is wrong with them ends this process, and the reload. */
static void
load_access(struct worker *w)
{
	struct config_files f;
	char why[512];

	if (config_files_map(w->proc->files_fd, &f) == -1)
		fatalx("the files from the master cannot be read");
	if (access_load(&w->who, &w->proc->config, &f, why, sizeof(why)) == -1)
		fatalx("%s", why);
	config_files_unmap(&f);
	if (w->proc->files_fd != -1)
		close(w->proc->files_fd);
}

static void
make_guard(struct worker *w)
{
	const struct config *c = &w->proc->config;
	struct guard_limits limits = {
		.max_target = c->http.max_uri,
		.max_fields = c->http.max_headers,
		.max_body = c->http.max_body,
		.idle_ms = c->http.idle_timeout,
		.request_ms = c->http.request_timeout,
		.max_connections = { (unsigned)c->http.max_connections, ADMIN_CONNECTIONS },
		.handshake_ms = c->tls.handshake_timeout,
		.max_handshakes = (unsigned)c->tls.max_handshakes,
	};

	guard_init(&w->guard, w->proc->base, &w->wheel, w->proc->slot, &limits, w->who.tls,
	    &guard_ops, w);
}

int
worker_run(struct proc *p)
{
	static struct worker w;

	/* Fingerprints of commands are compared between workers. */
	value_hash_seed(p->board->seed);
	w.proc = p;
	p->arg = &w;
	w.patience.fire = on_patience_over;
	w.last_accept.fire = on_last_accept;
	w.grace.fire = on_grace_over;
	answers_init(&w.answers, board_answers(p->board, p->nr, p->generation));
	media_init();
	wheel_init(&w.wheel, p->base);
	load_access(&w);
	client_proxies_init(&w.proxies, &p->config);
	if (p->nr == 0)
		certificate_watch(&w.certificate, &w.wheel, &w.who);
	make_guard(&w);
	w.engine = engine_new(p, &w.wheel);
	schemas_init(&w.schemas, p);
	registrar_link_init(&w.registrar, p, &w.wheel);
	w.schemas_writable = schemas_writable(&p->config);
	access_log_init(&w.access, p);
	line_log_init(&w.audit, p, &p->audit_fd, "the audit log");
	w.streams = streams_new(p, &w.wheel, index_of, &w);
	engine_feeds(w.engine, w.streams);
	/*
	 * Connections are accepted only once commands can be taken: a reload must not fail a
	 * request.
	 */
	wheel_set(&w.wheel, &w.patience, PATIENCE_MS);
	open_index(&w);
	engine_find(w.engine, read_first_event, &w);
	proc_hear(p, &proc_ops);
	engine_on_linked(w.engine, on_linked, &w);
	if (event_base_dispatch(p->base) == -1)
		fatalx("the event loop failed");
	line_log_flush(&w.audit);
	line_log_flush(&w.access.log);
	return 0;
}
