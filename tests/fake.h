/*
 * fake.h: the far end of a link between roles, played by a test: frames as
 * src/daemon/peer.c puts them, read and written raw, so that a test may also
 * send what no role would.
 */
#ifndef TESTS_FAKE_H
#define TESTS_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/ipc.h"
#include "util/buf.h"

struct fake {
	int		fd;
	struct buf	in;
	size_t		done;	/* bytes of in that were given out */
	bool		ended;	/* the link was closed by the role under test */
};

struct fake_frame {
	unsigned	 type;
	const uint8_t	*payload;	/* until the next fake_recv */
	size_t		 len;
};

/* A connected pair: one end is the fake's, the other is returned for the role under test. */
int	fake_link(struct fake *f);
void	fake_hello(struct fake *f, enum role_id role, unsigned nr, unsigned generation);
void	fake_send(struct fake *f, unsigned type, const void *payload, size_t len);
/* The next whole frame, HELLO passed over. false: there is none now. */
bool	fake_recv(struct fake *f, struct fake_frame *out);
/* The same with HELLO. */
bool	fake_recv_any(struct fake *f, struct fake_frame *out);
/* The fake dies; what it did not read is lost. */
void	fake_die(struct fake *f);

#endif
