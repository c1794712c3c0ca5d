/*
 * fake_roles.c: a worker and what it meets. See fake_roles.h.
 */
#include <sys/socket.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build-config.h"
#include "daemon/control.h"
#include "daemon/proc.h"
#include "util/clock.h"
#include "util/log.h"
#include "value/fressian.h"
#include "worker/worker.h"

#include "fake_roles.h"

#define PATIENCE_MS	20000	/* a bound for what hangs, not a measure */
#define QUEUE_MAX	((size_t)64 << 20)

#ifdef CMDR_COVERAGE
void __gcov_dump(void);
#endif

static int listen_fd, admin_fd = -1;

static const struct role worker_role = {
	.id = ROLE_WORKER, .name = "worker", .run = worker_run, .jail = JAIL_NONE,
};

void
fake_event(struct fake *f, const struct id *parent)
{
	struct value items[8], keys[4];
	struct id id = id_make();
	struct codec_error err;
	struct arena a;
	struct value v;
	struct buf b = { 0 };

	arena_init(&a, 0);
	keys[0] = value_ckeyword(&a, "id");
	keys[1] = value_ckeyword(&a, "parent");
	keys[2] = value_ckeyword(&a, "action");
	keys[3] = value_ckeyword(&a, "data");
	for (int i = 0; i < 4; i++)
		items[2 * i] = keys[i];
	items[1] = value_uuid(&a, &id);
	items[3] = value_uuid(&a, parent);
	items[5] = value_ckeyword(&a, "foo-created");
	items[7] = value_map(NULL, 0);
	v = value_map(items, 4);
	buf_put(&b, parent->b, ID_BYTES);
	buf_put(&b, id.b, ID_BYTES);
	buf_put_u32(&b, 2);
	buf_put_u64(&b, 5);
	buf_put_u64(&b, 1474374896801);
	if (fressian_write(&b, &v, &err) == -1)
		fatalx("an event cannot be written: %s", err.text);
	peer_put(f->tailer, IPC_EVENT, b.data, b.len);
	buf_free(&b);
	arena_free(&a);
}

void
fake_ack(struct fake *f, uint64_t seq)
{
	struct buf *b = peer_begin(f->producer, IPC_ACK, 28);

	buf_put_u64(b, seq);
	buf_put_u32(b, 3);
	buf_put_u64(b, 17);
	buf_put_u64(b, (uint64_t)f->timestamp);
	peer_end(f->producer);
}

static void
nak(struct fake *f)
{
	static const char why[] = "the test says so";
	struct buf *b = peer_begin(f->producer, IPC_NAK, 9 + sizeof(why) - 1);

	buf_put_u64(b, f->seq);
	buf_putc(b, (int)f->nak_kind);
	buf_put(b, why, sizeof(why) - 1);
	peer_end(f->producer);
}

static void
known(struct fake *f)
{
	struct buf *b = peer_begin(f->producer, IPC_KNOWN, 28);

	buf_put_u64(b, f->seq);
	buf_put_u32(b, 1);
	buf_put_u64(b, 4);
	buf_put_u64(b, 1474374896789);
	peer_end(f->producer);
}

static void
take_headers(struct fake *f, struct rdr *r)
{
	f->nheaders = rdr_u8(r);
	for (unsigned i = 0; i < f->nheaders; i++) {
		int n = rdr_u8(r);
		const uint8_t *name = rdr_bytes(r, (size_t)n);
		int m = rdr_u16(r);
		const uint8_t *value = rdr_bytes(r, (size_t)m);

		snprintf(f->headers[i], sizeof(f->headers[i]), "%.*s=%.*s", n, (const char *)name, m,
		    (const char *)value);
	}
}

static int
publish(struct fake *f, struct rdr *r)
{
	size_t key_len, len;

	f->publishes++;
	key_len = rdr_u16(r);
	rdr_bytes(r, key_len & ~IPC_HEADERS);
	f->nheaders = 0;
	if (key_len & IPC_HEADERS)
		take_headers(f, r);
	len = rdr_left(r);
	f->value_len = len < sizeof(f->value) ? len : sizeof(f->value);
	memcpy(f->value, rdr_bytes(r, f->value_len), f->value_len);
	switch (f->produce) {
	case FAKE_ACK:
		fake_ack(f, f->seq);
		break;
	case FAKE_NAK:
		nak(f);
		break;
	case FAKE_KNOWN:
		known(f);
		break;
	case FAKE_DIE:
		return -1;
	case FAKE_SILENT:
		break;
	}
	if (f->emit && !f->emit_early && f->tailer != NULL)
		fake_event(f, &f->watched);
	return 0;
}

static int
handle_publish(struct peer *p, struct rdr *r)
{
	struct fake *f = peer_arg(p);

	f->seq = rdr_u64(r);
	f->timestamp = (int64_t)rdr_u64(r);
	f->once = false;
	return publish(f, r);
}

static int
handle_publish_once(struct peer *p, struct rdr *r)
{
	struct fake *f = peer_arg(p);

	f->seq = rdr_u64(r);
	f->timestamp = (int64_t)rdr_u64(r);
	f->once = true;
	memcpy(f->once_id.b, rdr_bytes(r, ID_BYTES), ID_BYTES);
	f->fingerprint = rdr_u64(r);
	rdr_u64(r);
	return publish(f, r);
}

static int
handle_watch(struct peer *p, struct rdr *r)
{
	struct fake *f = peer_arg(p);

	f->watches++;
	memcpy(f->watched.b, rdr_bytes(r, ID_BYTES), ID_BYTES);
	if (f->emit && f->emit_early)
		fake_event(f, &f->watched);
	return 0;
}

static int
handle_unwatch(struct peer *p, struct rdr *r)
{
	struct fake *f = peer_arg(p);

	(void)r;
	f->unwatches++;
	return 0;
}

static int
handle_synced(struct peer *p, struct rdr *r)
{
	struct fake *f = peer_arg(p);

	(void)r;
	f->synced++;
	return 0;
}

static int
handle_subscribe(struct peer *p, struct rdr *r)
{
	struct fake *f = peer_arg(p);

	f->subscribed[rdr_u8(r)] = true;
	f->subscribes++;
	return 0;
}

static int
handle_unsubscribe(struct peer *p, struct rdr *r)
{
	struct fake *f = peer_arg(p);

	f->subscribed[rdr_u8(r)] = false;
	return 0;
}

static void
free_later(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	peer_free(arg);
}

static void
closed(struct peer *p, const char *why)
{
	struct fake *f = peer_arg(p);

	(void)why;
	if (f->producer == p)
		f->producer = NULL;
	if (f->tailer == p)
		f->tailer = NULL;
	event_base_once(f->base, -1, EV_TIMEOUT, free_later, p, NULL);
}

static const struct peer_handler producer_handlers[] = {
	{ IPC_PUBLISH, handle_publish },
	{ IPC_PUBLISH_ONCE, handle_publish_once },
};
static const struct peer_handler tailer_handlers[] = {
	{ IPC_WATCH, handle_watch },
	{ IPC_UNWATCH, handle_unwatch },
	{ IPC_SYNCED, handle_synced },
	{ IPC_SUBSCRIBE, handle_subscribe },
	{ IPC_UNSUBSCRIBE, handle_unsubscribe },
};
static const struct peer_ops producer_ops = { producer_handlers, 2, NULL, NULL, closed };
static const struct peer_ops tailer_ops = { tailer_handlers, 5, NULL, NULL, closed };

static struct peer *
make_link(struct fake *f, enum role_id role, const struct peer_ops *ops)
{
	struct peer_self self = { role, 0, 1 };
	uint8_t payload[4] = { (uint8_t)role, 0, 0, 0 };
	struct peer *p;
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == -1 ||
	    control_send(f->control, IPC_PEER, payload, sizeof(payload), fds[1]) == -1)
		fatal("a link");
	close(fds[1]);
	p = peer_new(f->base, fds[0], &self, ROLE_WORKER, 0, ops, QUEUE_MAX, f);
	return p;
}

void
fake_link_producer(struct fake *f)
{
	f->producer = make_link(f, ROLE_PRODUCER, &producer_ops);
}

void
fake_link_tailer(struct fake *f)
{
	f->subscribed[BOARD_COMMANDS] = f->subscribed[BOARD_EVENTS] = false;
	f->tailer = make_link(f, ROLE_TAILER, &tailer_ops);
}

void
fake_kill_producer(struct fake *f)
{
	peer_free(f->producer);
	f->producer = NULL;
}

void
fake_kill_tailer(struct fake *f)
{
	peer_free(f->tailer);
	f->tailer = NULL;
}

static int
listener(struct sockaddr_in *addr, uint16_t port)
{
	socklen_t len = sizeof(*addr);
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	addr->sin_family = AF_INET;
	addr->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	addr->sin_port = htons(port);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd == -1 || bind(fd, (struct sockaddr *)addr, len) == -1 || listen(fd, 128) == -1 ||
	    getsockname(fd, (struct sockaddr *)addr, &len) == -1)
		fatal("a listener");
	return fd;
}

void
fake_index(struct fake *f, const int fd[3])
{
	static uint64_t serial;
	struct buf b = { 0 };

	serial++;
	for (uint32_t i = 0; i < 3; i++) {
		buf_reset(&b);
		buf_put_u32(&b, i);
		buf_put_u64(&b, serial);
		if (control_send(f->control, IPC_INDEX, b.data, b.len, fd[i]) == -1)
			fatal("an index");
	}
	buf_free(&b);
}

void
fake_init(struct fake *f, uint16_t port)
{
	int fd;

	memset(f, 0, sizeof(*f));
	f->base = event_base_new();
	config_defaults(&f->config);
	if ((fd = board_create(&f->board)) == -1)
		fatal("a scoreboard");
	close(fd);
	f->shared = board_begin(f->board, 1);
	atomic_store(&f->shared->producer.alive, 1);
	atomic_store(&f->shared->producer.answered_ms, clock_ms() + 3600000);
	atomic_store(&f->shared->tailer.answered_ms, clock_ms() + 3600000);
	atomic_store(&f->shared->tailer.assigned, 1);
	atomic_store(&f->shared->tailer.at_end, 1);
	listen_fd = listener(&f->addr, port);
	admin_fd = f->access_fd = f->audit_fd = f->files_fd = -1;
	for (int i = 0; i < 3; i++)
		f->index_fd[i] = -1;
}

void
fake_admin(struct fake *f)
{
	struct config_error err;
	char text[32];

	admin_fd = listener(&f->admin_addr, 0);
	snprintf(text, sizeof(text), "127.0.0.1:%u", ntohs(f->admin_addr.sin_port));
	if (config_set(&f->config, "http.admin", text, &err) == -1)
		fatalx("%s", err.text);
}

/* The worker's process. */
static void
be_the_worker(struct fake *f, int control)
{
	static struct proc p;
	int status;

	log_open(LOG_TO_STDERR, NULL, "worker");
	log_level(getenv("FAKE_LOG") != NULL ? LOG_DEBUG : LOG_ERR);
	p.role = &worker_role;
	p.generation = 1;
	p.config = f->config;
	p.board = f->board;
	p.slot = board_slot(f->board, ROLE_WORKER, 0, 1);
	p.shared = f->shared;
	p.secrets_fd = p.registry_fd = -1;
	p.files_fd = f->files_fd;
	p.access_fd = f->access_fd;
	p.audit_fd = f->audit_fd;
	for (int i = 0; i < 3; i++) {
		p.index_fd[i] = f->index_fd[i];
		p.index_next[i] = -1;
	}
	p.listeners[p.nlisteners++] = listen_fd;
	p.listener_use[p.nlisteners] = PROC_LISTENER_ADMIN;
	if (admin_fd != -1)
		p.listeners[p.nlisteners++] = admin_fd;
	p.control = control;
	id_seed();
	if ((p.base = event_base_new()) == NULL)
		fatalx("no event loop");
	status = worker_run(&p);
#ifdef CMDR_COVERAGE
	__gcov_dump();
#endif
	_exit(status);
}

void
fake_start(struct fake *f)
{
	int64_t until = clock_ms() + PATIENCE_MS;
	struct control_msg m;
	int fds[2];

	signal(SIGPIPE, SIG_IGN);
	if (control_pair(fds) == -1 || (f->worker = fork()) == -1)
		fatal("a worker");
	if (f->worker == 0) {
		close(fds[0]);
		be_the_worker(f, fds[1]);
	}
	close(fds[1]);
	close(listen_fd);
	if (admin_fd != -1)
		close(admin_fd);
	f->control = fds[0];
	evutil_make_socket_nonblocking(f->control);
	fake_link_producer(f);
	fake_link_tailer(f);
	while (!f->ready && clock_ms() < until) {
		fake_turn(f);
		if (control_recv(f->control, ROLE_WORKER, ROLE_MASTER, &m) == 1 &&
		    m.type == IPC_READY)
			f->ready = true;
		usleep(1000);
	}
	if (!f->ready)
		fatalx("the worker is not READY");
}

void
fake_turn(struct fake *f)
{
	event_base_loop(f->base, EVLOOP_NONBLOCK);
}

void
fake_stop(struct fake *f)
{
	control_send(f->control, IPC_STOP, NULL, 0, -1);
}

int
fake_wait(struct fake *f)
{
	int64_t until = clock_ms() + PATIENCE_MS;
	int status;

	while (clock_ms() < until) {
		fake_turn(f);
		if (waitpid(f->worker, &status, WNOHANG) == f->worker) {
			f->worker = 0;
			return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
		}
		usleep(1000);
	}
	return -1;
}

void
fake_free(struct fake *f)
{
	if (f->worker > 0) {
		kill(f->worker, SIGKILL);
		waitpid(f->worker, NULL, 0);
	}
	peer_free(f->producer);
	peer_free(f->tailer);
	close(f->control);
	event_base_free(f->base);
	config_free(&f->config);
}
