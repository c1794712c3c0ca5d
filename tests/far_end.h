/*
 * far_end.h: the far end of a link between roles, played by a test: frames as
 * src/daemon/peer.c puts them, read and written raw, so that a test may also
 * send what no role would.
 */
#ifndef TESTS_FAR_END_H
#define TESTS_FAR_END_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/ipc.h"
#include "util/buf.h"

struct far {
	int		fd;
	struct buf	in;
	size_t		done;	/* bytes of in that were given out */
	bool		ended;	/* the link was closed by the role under test */
};

struct far_frame {
	unsigned	 type;
	const uint8_t	*payload;	/* until the next far_recv */
	size_t		 len;
};

/* A connected pair: one end is this one, the other is returned for the role under test. */
int	far_link(struct far *f);
void	far_hello(struct far *f, enum role_id role, unsigned nr, unsigned generation);
void	far_send(struct far *f, unsigned type, const void *payload, size_t len);
/* The next whole frame, HELLO passed over. false: there is none now. */
bool	far_recv(struct far *f, struct far_frame *out);
/* The same with HELLO. */
bool	far_recv_any(struct far *f, struct far_frame *out);
/* It dies; what it did not read is lost. */
void	far_die(struct far *f);

#endif
