/*
 * guard_server.h: evhttp behind the guard, with a few paths that answer in the
 * ways that check_guard.c and check_guard_stream.c need. For them only.
 */
#ifndef TESTS_GUARD_SERVER_H
#define TESTS_GUARD_SERVER_H

#include <event2/listener.h>

#include "worker/guard.h"
#include "worker/guard_stream.h"

struct own {
	struct guard_request	 g;
	struct wheel_timer	 timer;
	bool			 streaming;
};

static struct {
	struct event_base	*base;
	struct wheel		 wheel;
	struct guard		 guard;
	struct board_slot	 slot;
	struct sockaddr_in	 addr;
	unsigned		 gone, drained;
	struct guard_request	*held;		/* a request for /hold */
	struct guard_request	*stream;	/* the newest; NULL: it is over */
	unsigned		 streams, writable;
	bool			 full;		/* no more connections of clients */
} s;

static bool
is_path(const struct guard_request *r, const char *path)
{
	return r->head.path.len == strlen(path) &&
	    memcmp(guard_head_text(&r->head, &r->head.path), path, r->head.path.len) == 0;
}

static void
own_nothing(struct guard_request *r)
{
	(void)r;
}

static void
own_over(struct guard_request *r)
{
	struct own *o = (struct own *)r;

	if (o->streaming)
		s.streams--;
	o->streaming = false;
	if (s.stream == r)
		s.stream = NULL;
}

static void
own_writable(struct guard_request *r)
{
	(void)r;
	s.writable++;
}

static void
own_stream(struct guard_request *r)
{
	guard_header(r, "Content-Type", "text/event-stream");
	s.stream = NULL;
	if (!guard_stream_begin(r, 200))
		return;
	s.stream = r;
	((struct own *)r)->streaming = true;
	s.streams++;
}

static bool
own_head(struct guard_request *r)
{
	return !is_path(r, "/nowhere");
}

static void
own_answer(struct guard_request *r)
{
	char text[64];

	if (r->too_large) {
		guard_reply(r, 413, "", 0);
	} else if (is_path(r, "/nowhere")) {
		guard_reply(r, 404, "", 0);
	} else if (is_path(r, "/large")) {
		char *large = calloc(1, 8 << 20);

		guard_reply(r, 200, large, 8 << 20);
		free(large);
	} else {
		snprintf(text, sizeof(text), "body %zu", r->body.len);
		guard_reply(r, 200, text, strlen(text));
	}
}

static void
on_later(struct wheel_timer *t)
{
	struct own *o = (void *)((char *)t - offsetof(struct own, timer));

	own_answer(&o->g);
}

static void
own_request(struct guard_request *r)
{
	struct own *o = (struct own *)r;

	if (is_path(r, "/later")) {
		o->timer.fire = on_later;
		wheel_set(&s.wheel, &o->timer, 0);
	} else if (is_path(r, "/stream")) {
		own_stream(r);
	} else if (is_path(r, "/hold")) {
		s.held = r;
	} else {
		own_answer(r);
	}
}

static void
own_gone(struct guard_request *r)
{
	struct own *o = (struct own *)r;

	wheel_clear(&s.wheel, &o->timer);
	s.held = NULL;
	s.gone++;
}

static void
own_full(struct guard *g, enum guard_side side, bool full)
{
	(void)g;
	if (side == GUARD_CLIENTS)
		s.full = full;
}

static void
own_drained(struct guard *g)
{
	(void)g;
	s.drained++;
}

static const struct guard_ops own_ops = {
	.size = sizeof(struct own), .init = own_nothing, .free = own_nothing,
	.head = own_head, .over = own_over, .shed = own_nothing, .writable = own_writable,
	.request = own_request, .gone = own_gone, .full = own_full, .drained = own_drained,
};

static void
listen_at(const struct sockaddr *sa, socklen_t len, bool tls)
{
	struct evconnlistener *l = evconnlistener_new_bind(s.base, NULL, NULL,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE, 16, sa, (int)len);

	ck_assert_ptr_nonnull(l);
	ck_assert_ptr_nonnull(evhttp_bind_listener(s.guard.doors[GUARD_CLIENTS][tls].http, l));
	len = sizeof(s.addr);
	if (sa->sa_family == AF_INET)
		ck_assert_int_eq(getsockname(evconnlistener_get_fd(l), (struct sockaddr *)&s.addr,
		    &len), 0);
}

static const struct guard_limits own_limits = { .max_target = 256, .max_fields = 1024, .max_body = 100000,
	.idle_ms = 60000, .request_ms = 60000, .max_connections = { 2000, 2000 },
	.handshake_ms = 60000, .max_handshakes = 2000 };

/* tls NULL: its listener speaks none. */
static void
start_with(const struct guard_limits *limits, SSL_CTX *tls)
{
	struct sockaddr_in any = { .sin_family = AF_INET };

	any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	memset(&s, 0, sizeof(s));
	/* As daemon/proc.c has it for every role. */
	signal(SIGPIPE, SIG_IGN);
	s.base = event_base_new();
	wheel_init(&s.wheel, s.base);
	guard_init(&s.guard, s.base, &s.wheel, &s.slot, limits, tls, &own_ops, NULL);
	listen_at((struct sockaddr *)&any, sizeof(any), tls != NULL);
}

static void
stop(void)
{
	guard_free(&s.guard);
	event_base_loop(s.base, EVLOOP_NONBLOCK);
	wheel_free(&s.wheel);
	event_base_free(s.base);
}

#endif
