/*
 * registrar_link.c: a worker's link to the registrar. See registrar_link.h.
 */
#include <string.h>

#include "util/log.h"
#include "worker/registrar_link.h"

#define QUEUE_MAX	((size_t)64 << 20)
#define ASK_AFTER_MS	1000
#define BOUND_MARGIN_MS	2000	/* past kafka.delivery_timeout: only a registrar that hangs is later */

static void
over(struct registering *r, enum ipc_registered what, uint32_t version, const char *text)
{
	registering_cancel(r);
	r->done(r, what, version, text);
}

static int
handle_registered(struct peer *p, struct rdr *in)
{
	struct registrar_link *l = peer_arg(p);
	uint64_t seq = rdr_u64(in);
	uint8_t what = rdr_u8(in);
	uint32_t version = rdr_u32(in);
	size_t len = rdr_left(in);
	struct registering *r;
	char text[1024];

	if (what > REGISTERED_UNKNOWN || len >= sizeof(text)) {
		log_error("the registrar sent a REGISTERED of unknown kind %u", what);
		return -1;
	}
	memcpy(text, rdr_bytes(in, len), len);
	text[len] = '\0';
	TAILQ_FOREACH(r, &l->all, entry)
		if (r->seq == seq) {
			over(r, (enum ipc_registered)what, version, text);
			break;
		}
	return 0;
}

static const struct peer_handler handlers[] = {
	{ IPC_REGISTERED, handle_registered },
};

static void
closed(struct peer *p, const char *why)
{
	struct registrar_link *l = peer_arg(p);
	struct registering *r;

	log_warn("the link to the registrar broke: %s", why);
	l->peer = NULL;
	peer_retire(p);
	while ((r = TAILQ_FIRST(&l->all)) != NULL)
		over(r, REGISTERED_UNKNOWN, 0, "the registrar was lost before it told what became of it");
	if (!l->proc->stopping)
		wheel_set(l->wheel, &l->ask, ASK_AFTER_MS);
}

static const struct peer_ops ops = {
	.handlers = handlers,
	.nhandlers = sizeof(handlers) / sizeof(handlers[0]),
	.closed = closed,
};

static void
on_ask(struct wheel_timer *t)
{
	struct registrar_link *l = WHEEL_OWNER(t, struct registrar_link, ask);

	if (l->peer != NULL)
		return;
	proc_peer_lost(l->proc, ROLE_REGISTRAR, 0);
	wheel_set(l->wheel, &l->ask, ASK_AFTER_MS);
}

void
registrar_link_init(struct registrar_link *l, struct proc *p, struct wheel *wheel)
{
	memset(l, 0, sizeof(*l));
	l->proc = p;
	l->wheel = wheel;
	l->ask.fire = on_ask;
	TAILQ_INIT(&l->all);
}

void
registrar_link_peer(struct registrar_link *l, unsigned nr, int fd)
{
	struct peer_self self = proc_self(l->proc);

	/* What the former one sent before it died still counts. */
	if (l->peer != NULL)
		peer_drain(l->peer);
	if (l->peer != NULL)
		peer_break(l->peer, "the master sent a new one");
	l->peer = peer_new(l->proc->base, fd, &self, ROLE_REGISTRAR, nr, &ops, QUEUE_MAX, l);
}

static void
on_bound(struct wheel_timer *t)
{
	over(WHEEL_OWNER(t, struct registering, bound), REGISTERED_UNKNOWN, 0,
	    "the registrar did not answer within kafka.delivery_timeout");
}

static void
put(struct buf *b, uint64_t seq, const struct registry_record *rec)
{
	buf_put_u64(b, seq);
	buf_put_u32(b, rec->base);
	buf_putc(b, rec->removed);
	buf_putc(b, rec->any);
	buf_put_u16(b, (uint16_t)rec->action_len);
	buf_put_u16(b, (uint16_t)rec->by_len);
	buf_put(b, rec->action, rec->action_len);
	buf_put(b, rec->by, rec->by_len);
	buf_put(b, rec->text, rec->text_len);
}

void
registering_start(struct registrar_link *l, struct registering *r, const struct registry_record *rec)
{
	size_t len = 18 + rec->action_len + rec->by_len + rec->text_len;
	struct buf *b;

	r->link = NULL;
	if (l->peer == NULL || (b = peer_begin(l->peer, IPC_REGISTER, len)) == NULL) {
		r->done(r, REGISTERED_NOT_SENT, 0, "the registrar is being started");
		return;
	}
	r->seq = ++l->seq;
	put(b, r->seq, rec);
	r->link = l;
	r->bound.fire = on_bound;
	TAILQ_INSERT_TAIL(&l->all, r, entry);
	wheel_set(l->wheel, &r->bound, l->proc->config.kafka.delivery_timeout + BOUND_MARGIN_MS);
	peer_end(l->peer);
}

void
registering_cancel(struct registering *r)
{
	if (r->link == NULL)
		return;
	wheel_clear(r->link->wheel, &r->bound);
	TAILQ_REMOVE(&r->link->all, r, entry);
	r->link = NULL;
}
