/*
 * far_end.c: the far end of a link between roles, played by a test. See far_end.h.
 */
#include <sys/socket.h>

#include <errno.h>
#include <unistd.h>

#include <check.h>

#include "far_end.h"

#define HEAD ((size_t)8)

int
far_link(struct far *f)
{
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	f->fd = fds[0];
	f->done = 0;
	f->ended = false;
	buf_init(&f->in, 0);
	return fds[1];
}

void
far_send(struct far *f, unsigned type, const void *payload, size_t len)
{
	struct buf b = { 0 };

	buf_put_u32(&b, (uint32_t)len);
	buf_put_u16(&b, (uint16_t)type);
	buf_put_u16(&b, 0);
	if (len > 0)
		buf_put(&b, payload, len);
	ck_assert_int_eq(send(f->fd, b.data, b.len, MSG_NOSIGNAL), (ssize_t)b.len);
	buf_free(&b);
}

void
far_hello(struct far *f, enum role_id role, unsigned nr, unsigned generation)
{
	struct buf b = { 0 };

	buf_put_u16(&b, IPC_VERSION);
	buf_put_u16(&b, (uint16_t)role);
	buf_put_u16(&b, (uint16_t)nr);
	buf_put_u32(&b, generation);
	buf_put_u32(&b, (uint32_t)getpid());
	far_send(f, IPC_HELLO, b.data, b.len);
	buf_free(&b);
}

static void
read_all(struct far *f)
{
	ssize_t n;

	for (;;) {
		uint8_t *room = buf_reserve(&f->in, 64 << 10);

		n = recv(f->fd, room, 64 << 10, MSG_DONTWAIT);
		if (n <= 0)
			break;
		buf_commit(&f->in, (size_t)n);
	}
	if (n == 0 || errno == ECONNRESET)
		f->ended = true;
}

bool
far_recv_any(struct far *f, struct far_frame *out)
{
	struct rdr r;
	size_t len;

	buf_drain(&f->in, f->done);
	f->done = 0;
	read_all(f);
	if (f->in.len < HEAD)
		return false;
	r = rdr_of(f->in.data, f->in.len);
	len = rdr_u32(&r);
	out->type = rdr_u16(&r);
	ck_assert_uint_eq(rdr_u16(&r), 0);
	if (rdr_left(&r) < len)
		return false;
	out->payload = r.p;
	out->len = len;
	f->done = HEAD + len;
	return true;
}

bool
far_recv(struct far *f, struct far_frame *out)
{
	while (far_recv_any(f, out))
		if (out->type != IPC_HELLO)
			return true;
	return false;
}

void
far_die(struct far *f)
{
	close(f->fd);
	f->fd = -1;
	buf_free(&f->in);
	f->done = 0;
}
