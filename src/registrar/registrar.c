/*
 * registrar.c: the registrar role: schemas.dir is read, the topic followed, and
 * what workers want registered written to it. A change counts once it came back
 * from the topic: there all machines see the same order, and the first one that
 * follows a version wins.
 */
#include <sys/queue.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/peer.h"
#include "registrar/files.h"
#include "registrar/registrar.h"
#include "registrar/shelf.h"
#include "registrar/topic.h"
#include "registrar/writer.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/mem.h"

#define QUEUE_MAX	((size_t)4 << 20)	/* answers are small */
#define WISHES_MAX	1000		/* changes under way */
#define READY_AFTER_MS	3000		/* without a broker: a start must not hang on it */
#define FAREWELL_MS	1500
#define TICK_S		1

/* A change that a worker asked for. */
struct wish {
	TAILQ_ENTRY(wish)	 entry;
	struct client		*client;	/* NULL: it is gone */
	uint64_t		 seq;
	struct id		 id;
	bool			 acked;
};

TAILQ_HEAD(wish_list, wish);

struct client {
	struct registrar	*registrar;
	struct peer		*peer;
	unsigned		 nr;
};

struct registrar {
	struct proc		*proc;
	struct shelf		 shelf;
	struct topic		*topic;		/* NULL: schemas come of files only */
	struct writer		*writer;
	struct client		*clients[BOARD_WORKERS];
	struct wish_list	 wishes;
	size_t			 nwishes;
	struct event		*tick;
	int64_t			 start_ms;
	bool			 ready, stopping;
	int			 status;
};

static void
answer(struct client *c, uint64_t seq, enum ipc_registered kind, uint32_t version, const char *text)
{
	size_t len = strnlen(text, 900);
	struct buf *b;

	if (c == NULL || (b = peer_begin(c->peer, IPC_REGISTERED, 13 + len)) == NULL)
		return;
	buf_put_u64(b, seq);
	buf_putc(b, (int)kind);
	buf_put_u32(b, version);
	buf_put(b, text, len);
	peer_end(c->peer);
}

static struct wish *
find_wish(struct registrar *r, const struct id *id)
{
	struct wish *w;

	TAILQ_FOREACH(w, &r->wishes, entry)
		if (id_equal(&w->id, id))
			return w;
	return NULL;
}

static void
wish_over(struct registrar *r, struct wish *w, enum ipc_registered kind, uint32_t version, const char *text)
{
	answer(w->client, w->seq, kind, version, text);
	TAILQ_REMOVE(&r->wishes, w, entry);
	r->nwishes--;
	free(w);
}

static void
on_acked(void *arg, const struct id *id)
{
	struct wish *w = find_wish(arg, id);

	/* What it came to is told when it is read back. */
	if (w != NULL)
		w->acked = true;
}

static void
on_failed(void *arg, const struct id *id, enum ipc_registered kind, const char *text)
{
	struct wish *w = find_wish(arg, id);

	if (w != NULL)
		wish_over(arg, w, kind, 0, text);
}

static const struct writer_ops writer_ops = { .acked = on_acked, .failed = on_failed };

static void
on_judged(void *arg, const struct id *id, enum registry_verdict v, bool full, uint32_t version)
{
	struct wish *w = find_wish(arg, id);

	if (w == NULL)
		return;		/* another machine's, or its worker is gone */
	if (full)
		wish_over(arg, w, REGISTERED_TOO_LARGE, 0, "it is on the topic, but schemas.memory has no room for it");
	else if (v == REGISTRY_TAKEN)
		wish_over(arg, w, REGISTERED_DONE, version, "");
	else if (v == REGISTRY_LOST)
		wish_over(arg, w, REGISTERED_LOST, 0, "another version was registered meanwhile");
	else
		wish_over(arg, w, REGISTERED_CLASH, 0, "the action's schema is a file of schemas.dir");
}

static void
ready(struct registrar *r, const struct proc_ops *ops)
{
	if (r->ready)
		return;
	r->ready = true;
	proc_ready(r->proc, ops, NULL);
}

static void	leave(struct registrar *);
static const struct proc_ops proc_ops;

static void
on_state(void *arg, enum registry_state state)
{
	struct registrar *r = arg;

	if (state != REGISTRY_LOADED)
		return;
	if (topic_mixed(r->topic)) {
		atomic_store(&r->shelf.log.head->mixed, 1);
		if (!r->ready) {
			/* A start or a reload that would mix them is refused. */
			r->status = 1;
			leave(r);
			return;
		}
	}
	ready(r, &proc_ops);
}

static const struct topic_ops topic_ops = { .judged = on_judged, .state = on_state };

/* NULL, or why it cannot be asked of Kafka; *kind then. */
static const char *
obstacle(struct registrar *r, const struct registry_record *rec, enum ipc_registered *kind)
{
	*kind = REGISTERED_NOT_SENT;
	if (r->topic == NULL)
		return "topics.schemas is not set";
	if (!topic_usable(r->topic))
		return registry_state_text((enum registry_state)atomic_load(&r->shelf.log.head->state));
	if (r->nwishes >= WISHES_MAX)
		return "too many schemas are being registered";
	*kind = REGISTERED_TOO_LARGE;
	if (!shelf_has_room(&r->shelf, rec->text_len + rec->action_len + rec->by_len))
		return "schemas.memory has no room for it";
	*kind = REGISTERED_LOST;
	if (registry_newest(registry_find(r->shelf.registry, rec->action, rec->action_len)) != rec->base)
		return "another version was registered meanwhile";
	return NULL;
}

static int
on_register(struct peer *p, struct rdr *in)
{
	struct client *c = peer_arg(p);
	struct registrar *r = c->registrar;
	uint64_t seq = rdr_u64(in);
	struct registry_record rec = { .base = rdr_u32(in), .timestamp = clock_wall_ms() };
	enum ipc_registered kind;
	const char *why;
	struct wish *w;

	rec.version = rec.base + 1;
	rec.removed = rdr_u8(in) != 0;
	rec.any = rdr_u8(in) != 0;
	rec.action_len = rdr_u16(in);
	rec.by_len = rdr_u16(in);
	rec.action = (const char *)rdr_bytes(in, rec.action_len);
	rec.by = (const char *)rdr_bytes(in, rec.by_len);
	rec.text_len = rdr_left(in);
	rec.text = (const char *)rdr_bytes(in, rec.text_len);
	if (in->failed) {
		log_error("worker %u sent a REGISTER that is too short", c->nr);
		return -1;
	}
	if ((why = obstacle(r, &rec, &kind)) != NULL) {
		answer(c, seq, kind, 0, why);
		return 0;
	}
	w = xcalloc(1, sizeof(*w));
	w->client = c;
	w->seq = seq;
	w->id = id_make();
	TAILQ_INSERT_TAIL(&r->wishes, w, entry);
	r->nwishes++;
	writer_put(r->writer, &rec, &w->id);
	return 0;
}

static const struct peer_handler handlers[] = {
	{ IPC_REGISTER, on_register },
};

static void
drop(struct client *c)
{
	struct registrar *r = c->registrar;
	struct wish *w;

	TAILQ_FOREACH(w, &r->wishes, entry)
		if (w->client == c)
			w->client = NULL;
	r->clients[c->nr] = NULL;
	peer_retire(c->peer);
	free(c);
}

static void
on_closed(struct peer *p, const char *why)
{
	struct client *c = peer_arg(p);

	log_info("the link to worker %u broke: %s", c->nr, why);
	drop(c);
}

static const struct peer_ops peer_ops = {
	.handlers = handlers,
	.nhandlers = sizeof(handlers) / sizeof(handlers[0]),
	.closed = on_closed,
};

static void
on_peer(struct proc *p, enum role_id role, unsigned nr, int fd)
{
	struct registrar *r = p->arg;
	struct peer_self self = proc_self(p);
	struct client *c;

	if (role != ROLE_WORKER || nr >= BOARD_WORKERS) {
		log_error("a link to %s %u, which the registrar has no business with", role_name(role), nr);
		close(fd);
		return;
	}
	if (r->clients[nr] != NULL)
		drop(r->clients[nr]);
	c = xcalloc(1, sizeof(*c));
	c->registrar = r;
	c->nr = nr;
	r->clients[nr] = c;
	c->peer = peer_new(p->base, fd, &self, ROLE_WORKER, nr, &peer_ops, QUEUE_MAX, c);
}

static void
leave(struct registrar *r)
{
	r->stopping = true;
	event_base_loopbreak(r->proc->base);
}

static void
on_bootstrap(struct proc *p)
{
	log_notice("the embedded broker is another one: starting again with it");
	leave(p->arg);
}

/* The workers stop before: nobody waits for an answer any more, unless the master is gone. */
static void
on_stop(struct proc *p, bool master_gone)
{
	struct registrar *r = p->arg;

	r->stopping = true;
	if (!master_gone || TAILQ_EMPTY(&r->wishes))
		leave(r);
}

static const struct proc_ops proc_ops = {
	.peer = on_peer,
	.bootstrap = on_bootstrap,
	.stop = on_stop,
};

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct registrar *r = arg;

	(void)fd;
	(void)what;
	if (r->topic != NULL)
		topic_tick(r->topic);
	if (clock_ms() - r->start_ms > READY_AFTER_MS)
		ready(r, &proc_ops);
	if (r->stopping && TAILQ_EMPTY(&r->wishes))
		leave(r);
}

/* The files first: a schema of theirs is never shadowed by the topic's. */
static int
fill(struct registrar *r)
{
	struct proc *p = r->proc;
	char err[512];

	if (p->config.schemas.dir[0] != '\0' && files_load(&r->shelf, p->config.schemas.dir) == -1)
		return -1;
	if (p->config.topics.schemas[0] == '\0') {
		shelf_state(&r->shelf, REGISTRY_LOADED);
		return 0;
	}
	if (p->bootstrap == NULL)
		fatalx("the master told no broker's address");
	if ((r->topic = topic_new(&r->shelf, &topic_ops, r, err, sizeof(err))) != NULL)
		return 0;
	log_error("%s", err);
	return -1;
}

static void
start(struct registrar *r)
{
	const struct timeval every = { TICK_S, 0 };

	r->tick = event_new(r->proc->base, -1, EV_PERSIST, on_tick, r);
	if (r->tick == NULL || event_add(r->tick, &every) == -1)
		fatalx("no timer");
	proc_hear(r->proc, &proc_ops);
	if (r->topic == NULL)
		ready(r, &proc_ops);
}

int
registrar_run(struct proc *p)
{
	struct registrar *r = xcalloc(1, sizeof(*r));
	int status;
	bool whole;

	r->proc = p;
	p->arg = r;
	r->start_ms = clock_ms();
	TAILQ_INIT(&r->wishes);
	shelf_open(&r->shelf, p);
	r->writer = writer_new(p, &writer_ops, r);
	if (fill(r) == -1)
		return 1;
	start(r);
	event_base_dispatch(p->base);
	whole = writer_free(r->writer, FAREWELL_MS);
	whole = topic_free(r->topic, FAREWELL_MS) && whole;
	for (unsigned i = 0; i < BOARD_WORKERS; i++)
		if (r->clients[i] != NULL) {
			peer_flush(r->clients[i]->peer);
			peer_free(r->clients[i]->peer);
			free(r->clients[i]);
		}
	event_free(r->tick);
	shelf_close(&r->shelf);
	status = r->status;
	free(r);
	if (!whole)
		_exit(status);
	return status;
}
