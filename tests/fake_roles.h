/*
 * fake_roles.h: a worker in a process of its own, and around it what it meets:
 * a master that gives it links, a producer and a tailer that do as they are
 * told. For tests of the worker alone, and for measuring it alone.
 */
#ifndef TESTS_FAKE_ROLES_H
#define TESTS_FAKE_ROLES_H

#include <sys/types.h>

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>

#include "daemon/config.h"
#include "daemon/peer.h"
#include "daemon/scoreboard.h"
#include "util/id.h"

/* What the producer does with a PUBLISH. */
enum fake_produce {
	FAKE_ACK,
	FAKE_NAK,		/* nak_kind */
	FAKE_SILENT,
	FAKE_KNOWN,		/* it had been written before, at partition 1, offset 4 */
	FAKE_DIE,		/* closes its link instead of an answer */
};

struct fake {
	struct event_base	*base;
	struct config		 config;	/* the worker's; change it before fake_start */
	struct board		*board;
	struct board_generation	*shared;
	/* the roles' ends of the links; NULL: gone */
	struct peer		*producer, *tailer;
	pid_t			 worker;
	int			 control;
	bool			 ready;		/* the worker said READY */
	struct sockaddr_in	 addr;		/* where it listens */
	int			 access_fd;	/* the worker's access log; -1: none */
	int			 audit_fd;
	int			 files_fd;	/* config_files_copy(); -1: none */
	int			 index_fd[3];	/* what the worker reads; -1: no index (proc.h) */
	struct sockaddr_in	 admin_addr;	/* and for http.admin (fake_admin) */

	enum fake_produce	 produce;
	enum ipc_nak		 nak_kind;
	bool			 emit;		/* the tailer answers a WATCH with an event … */
	bool			 emit_early;	/* … before the PUBLISH is seen */
	int			 publishes, watches, unwatches, synced;
	/* what the worker wants of the tailer on its present link, and how often it asked */
	bool			 subscribed[BOARD_TOPICS];
	int			 subscribes;
	uint64_t		 seq;		/* of the last PUBLISH */
	unsigned		 nheaders;	/* … and its headers, as "name=value" */
	char			 headers[IPC_HEADERS_MAX][256];
	bool			 once;		/* it was a PUBLISH_ONCE, with: */
	struct id		 once_id;
	uint64_t		 fingerprint;
	/* the last WATCH, or the id in the last PUBLISH's value */
	struct id		 watched;
	uint8_t			 value[4096];	/* of the last PUBLISH, what fits */
	size_t			 value_len;
	int64_t			 timestamp;
};

/*
 * Defaults, a scoreboard on which all is well, one listener at 127.0.0.1. port 0: any that is
 * free.
 */
void	fake_init(struct fake *f, uint16_t port);
/* Before fake_start: a second listener, of http.admin. */
void	fake_admin(struct fake *f);
/* Fork the worker and give it both links. Returns once it is READY. */
void	fake_start(struct fake *f);
/* Tell the worker to stop; fake_wait for its exit status. */
void	fake_stop(struct fake *f);
int	fake_wait(struct fake *f);
void	fake_free(struct fake *f);
/* One turn of the loop. */
void	fake_turn(struct fake *f);
/* New links, as the master would make them. */
void	fake_link_producer(struct fake *f);
void	fake_link_tailer(struct fake *f);
void	fake_kill_producer(struct fake *f);
void	fake_kill_tailer(struct fake *f);
/* Hand the worker an index, as the master would. The descriptors stay the caller's. */
void	fake_index(struct fake *f, const int fd[3]);
/* Send the event of a parent: {:id … :parent … :action :foo-created :data {}}. */
void	fake_event(struct fake *f, const struct id *parent);
void	fake_ack(struct fake *f, uint64_t seq);

#endif
