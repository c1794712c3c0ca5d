/*
 * guard_shake.c: what is between a socket and the guard where TLS is spoken:
 * the handshake of a connection, and then its bytes. A handshake has its own
 * time and number: whoever opens connections and says nothing loses them to
 * those who come after, and holds none of them off. See guard_conn.h.
 */
#include "worker/guard_conn.h"

/*
 * A step of a handshake may take as long as 50 requests, most of it for a signature. Only so many are taken before
 * all others that are ready have had their turn; the rest stays in its sockets, and comes first in the next one.
 */
#define STEPS_A_TURN	4

void
guard_shake_begin(struct guard_conn *c)
{
	struct guard *g = c->guard;

	c->state = CONN_SHAKING;
	c->shaking = true;
	TAILQ_INSERT_TAIL(&g->shaking, c, shake);
	if (++g->nshaking > g->limits.max_handshakes)
		guard_end(TAILQ_FIRST(&g->shaking));
	wheel_set(g->wheel, &c->deadline, g->limits.handshake_ms);
}

void
guard_shake_on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct guard *g = arg;

	(void)fd;
	(void)what;
	g->steps = 0;
}

bool
guard_shake_later(struct guard_conn *c)
{
	struct guard *g = c->guard;

	if (c->state != CONN_SHAKING)
		return false;
	if (g->steps == STEPS_A_TURN)
		return true;
	/* Behind all that is ready now. */
	if (g->steps++ == 0)
		event_active(g->turn, EV_READ, 1);
	return false;
}

void
guard_shake_leave(struct guard_conn *c, bool done)
{
	if (!c->shaking)
		return;
	c->shaking = false;
	TAILQ_REMOVE(&c->guard->shaking, c, shake);
	c->guard->nshaking--;
	board_add(c->guard->slot, done ? COUNT_tls_handshakes : COUNT_tls_failed, 1);
}

/* The handshake is done: what follows is HTTP. */
static void
on_shaken(struct guard_conn *c)
{
	struct guard *g = c->guard;

	guard_shake_leave(c, true);
	c->state = CONN_IDLE;
	wheel_set(g->wheel, &c->deadline, g->draining ? GUARD_DRAIN_IDLE_MS : g->limits.idle_ms);
}

/* A client that does not speak TLS can read this; one that does has its alert. */
static void
on_broken(struct guard_conn *c, enum guard_tls_took took)
{
	if (took != TLS_IS_HTTP) {
		guard_out_wire(c);
		guard_end(c);
		return;
	}
	evbuffer_drain(c->guard->wire, evbuffer_get_length(c->guard->wire));
	guard_shake_leave(c, false);
	guard_tls_free(c->tls);
	c->tls = NULL;
	c->state = CONN_HEAD;
	guard_out_refuse(c, PROBLEM_MALFORMED, "This listener speaks TLS: use https.");
}

void
guard_shake_take(struct guard_conn *c, const void *data, size_t len)
{
	struct guard *g = c->guard;
	enum guard_tls_took took = guard_tls_take(c->tls, data, len, bufferevent_get_input(c->socket), g->wire);

	if (took == TLS_BROKEN || took == TLS_IS_HTTP) {
		on_broken(c, took);
		return;
	}
	if (!guard_out_own(c)) {
		guard_end(c);
		return;
	}
	if (c->state == CONN_SHAKING && guard_tls_shaken(c->tls))
		on_shaken(c);
	guard_in_read(c);
	if (took == TLS_ENDED && c->state != CONN_DEAD && !c->half_closed) {
		guard_reading(c, false);
		guard_half_close(c);
	}
}
