/*
 * producer_link.c: the worker's end of the link to the producer: PUBLISH out,
 * ACK and NAK in.
 */
#include <inttypes.h>

#include "util/log.h"
#include "worker/engine.h"

/* Room for every command in flight to be waiting at once, within reason; past it the producer is stuck. */
#define QUEUE_MAX ((size_t)256 << 20)

static int
handle_ack(struct peer *p, struct rdr *r)
{
	uint64_t seq = rdr_u64(r);
	int32_t partition = (int32_t)rdr_u32(r);
	int64_t offset = (int64_t)rdr_u64(r), timestamp = (int64_t)rdr_u64(r);

	submission_acked(peer_arg(p), seq, partition, offset, timestamp);
	return 0;
}

static int
handle_known(struct peer *p, struct rdr *r)
{
	uint64_t seq = rdr_u64(r);
	struct submit_place place = { .partition = (int32_t)rdr_u32(r) };

	place.offset = (int64_t)rdr_u64(r);
	place.timestamp = (int64_t)rdr_u64(r);
	submission_known(peer_arg(p), seq, &place);
	return 0;
}

static int
handle_nak(struct peer *p, struct rdr *r)
{
	uint64_t seq = rdr_u64(r);
	uint8_t kind = rdr_u8(r);
	size_t len = rdr_left(r);
	char text[1024];

	if (kind < NAK_NOT_SENT || kind > NAK_LOOK) {
		log_error("the producer sent a NAK of unknown kind %u", kind);
		return -1;
	}
	len = len < sizeof(text) ? len : sizeof(text) - 1;
	__builtin_memcpy(text, rdr_bytes(r, len), len);
	text[len] = '\0';
	submission_failed(peer_arg(p), seq, (enum ipc_nak)kind, text);
	return 0;
}

static const struct peer_handler handlers[] = {
	{ IPC_ACK, handle_ack },
	{ IPC_KNOWN, handle_known },
	{ IPC_NAK, handle_nak },
};

static void
up(struct peer *p)
{
	engine_check_linked(peer_arg(p));
}

static void
closed(struct peer *p, const char *why)
{
	struct engine *e = peer_arg(p);

	log_warn("the link to the producer broke: %s", why);
	engine_lost(e, p);
	submissions_producer_gone(e, peer_sent(p));
}

static const struct peer_ops ops = {
	.handlers = handlers,
	.nhandlers = sizeof(handlers) / sizeof(handlers[0]),
	.up = up,
	.closed = closed,
};

struct peer *
producer_link_new(struct engine *e, unsigned nr, int fd)
{
	struct peer_self self = proc_self(e->proc);

	return peer_new(e->proc->base, fd, &self, ROLE_PRODUCER, nr, &ops, QUEUE_MAX, e);
}

uint64_t
producer_link_publish(struct engine *e, bool once, const void *payload, size_t len)
{
	if (e->producer == NULL ||
	    peer_put(e->producer, once ? IPC_PUBLISH_ONCE : IPC_PUBLISH, payload, len) == -1)
		return 0;
	return e->producer == NULL ? 0 : peer_queued(e->producer);
}
