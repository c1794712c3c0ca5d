/*
 * link.c: the producer's links to the workers. See link.h.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/peer.h"
#include "producer/link.h"
#include "util/log.h"
#include "util/mem.h"

/* An answer is 36 bytes: room for those of half a million commands whose worker does not read. */
#define QUEUE_MAX	((size_t)16 << 20)
#define TEXT_MAX	400

struct link {
	struct links	*links;
	struct peer	*peer;
	unsigned	 nr;
};

struct links {
	struct proc		*proc;
	const struct link_ops	*ops;
	void			*arg;
	struct link		*of[BOARD_WORKERS];	/* by the worker's number */
};

static void
drop(struct link *l)
{
	struct links *ls = l->links;

	ls->of[l->nr] = NULL;
	ls->ops->gone(ls->arg, l);
	peer_retire(l->peer);
	free(l);
}

static int
take_headers(struct link_record *rec, struct rdr *r)
{
	size_t len;

	rec->nheaders = rdr_u8(r);
	if (rec->nheaders > IPC_HEADERS_MAX)
		return -1;
	for (unsigned i = 0; i < rec->nheaders; i++) {
		struct link_header *h = &rec->headers[i];
		const uint8_t *name;

		len = rdr_u8(r);
		if (len >= sizeof(h->name) || (name = rdr_bytes(r, len)) == NULL)
			return -1;
		memcpy(h->name, name, len);
		h->name[len] = '\0';
		h->len = rdr_u16(r);
		h->value = rdr_bytes(r, h->len);
	}
	return r->failed ? -1 : 0;
}

/* The rest of a PUBLISH or PUBLISH_ONCE: key and value. */
static int
take_record(struct link *l, struct link_record *in, struct rdr *r)
{
	struct link_record rec = *in;

	unsigned head = rdr_u16(r);

	rec.key_len = head & ~IPC_HEADERS;
	rec.key = rdr_bytes(r, rec.key_len);
	if ((head & IPC_HEADERS) && take_headers(&rec, r) == -1) {
		log_error("worker %u sent a PUBLISH whose headers are not sound", l->nr);
		return -1;
	}
	rec.value_len = rdr_left(r);
	rec.value = rdr_bytes(r, rec.value_len);
	if (r->failed) {
		log_error("worker %u sent a PUBLISH whose key is longer than the message", l->nr);
		return -1;
	}
	l->links->ops->publish(l->links->arg, l, &rec);
	return 0;
}

static int
on_publish(struct peer *p, struct rdr *r)
{
	struct link_record rec = { .seq = rdr_u64(r), .timestamp = (int64_t)rdr_u64(r) };

	return take_record(peer_arg(p), &rec, r);
}

static int
on_publish_once(struct peer *p, struct rdr *r)
{
	struct link_record rec = { .seq = rdr_u64(r), .timestamp = (int64_t)rdr_u64(r) };
	const uint8_t *id = rdr_bytes(r, ID_BYTES);
	struct once_question q;

	if (id == NULL)
		return -1;
	memcpy(q.id.b, id, ID_BYTES);
	q.fingerprint = rdr_u64(r);
	q.looked_ms = (int64_t)rdr_u64(r);
	rec.once = &q;
	return take_record(peer_arg(p), &rec, r);
}

static void
on_closed(struct peer *p, const char *why)
{
	struct link *l = peer_arg(p);

	/* The worker is the one to ask for another; when it died, the master knows. */
	log_info("the link to worker %u broke: %s", l->nr, why);
	drop(l);
}

static const struct peer_handler handlers[] = {
	{ IPC_PUBLISH, on_publish },
	{ IPC_PUBLISH_ONCE, on_publish_once },
};

static const struct peer_ops peer_ops = {
	.handlers = handlers,
	.nhandlers = sizeof(handlers) / sizeof(handlers[0]),
	.closed = on_closed,
};

struct links *
links_new(struct proc *p, const struct link_ops *ops, void *arg)
{
	struct links *ls = xcalloc(1, sizeof(*ls));

	ls->proc = p;
	ls->ops = ops;
	ls->arg = arg;
	return ls;
}

void
links_free(struct links *ls)
{
	for (unsigned i = 0; i < BOARD_WORKERS; i++)
		if (ls->of[i] != NULL) {
			peer_flush(ls->of[i]->peer);
			peer_free(ls->of[i]->peer);
			free(ls->of[i]);
		}
	free(ls);
}

void
links_add(struct links *ls, unsigned nr, int fd)
{
	struct peer_self self = proc_self(ls->proc);
	struct link *l;

	if (nr >= BOARD_WORKERS) {
		log_error("a link to worker %u: there are at most %d", nr, BOARD_WORKERS);
		close(fd);
		return;
	}
	if (ls->of[nr] != NULL)
		drop(ls->of[nr]);
	l = xcalloc(1, sizeof(*l));
	l->links = ls;
	l->nr = nr;
	ls->of[nr] = l;
	l->peer = peer_new(ls->proc->base, fd, &self, ROLE_WORKER, nr, &peer_ops, QUEUE_MAX, l);
}

bool
links_any(const struct links *ls)
{
	for (unsigned i = 0; i < BOARD_WORKERS; i++)
		if (ls->of[i] != NULL)
			return true;
	return false;
}

bool
links_flushed(const struct links *ls)
{
	for (unsigned i = 0; i < BOARD_WORKERS; i++)
		if (ls->of[i] != NULL && peer_waiting(ls->of[i]->peer) > 0)
			return false;
	return true;
}

/* ACK and KNOWN. */
static void
put_place(struct link *l, enum ipc_type type, uint64_t seq, const struct once_place *place)
{
	struct buf *b = peer_begin(l->peer, type, 28);

	if (b == NULL)
		return;
	buf_put_u64(b, seq);
	buf_put_u32(b, (uint32_t)place->partition);
	buf_put_u64(b, (uint64_t)place->offset);
	buf_put_u64(b, (uint64_t)place->timestamp);
	peer_end(l->peer);
}

void
link_ack(struct link *l, uint64_t seq, int32_t partition, int64_t offset, int64_t timestamp)
{
	struct once_place place = { partition, offset, timestamp };

	put_place(l, IPC_ACK, seq, &place);
}

void
link_known(struct link *l, uint64_t seq, const struct once_place *place)
{
	put_place(l, IPC_KNOWN, seq, place);
}

void
link_nak(struct link *l, uint64_t seq, enum ipc_nak kind, const char *text)
{
	size_t len = strnlen(text, TEXT_MAX);
	struct buf *b = peer_begin(l->peer, IPC_NAK, 9 + len);

	if (b == NULL)
		return;
	buf_put_u64(b, seq);
	buf_putc(b, (int)kind);
	buf_put(b, text, len);
	peer_end(l->peer);
}
