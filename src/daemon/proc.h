/*
 * proc.h: what every role's process does alike: take over what the master
 * hands it, drop privileges, listen to the master while it runs, notice that
 * the master is gone. The master's side of this is src/master/.
 */
#ifndef DAEMON_PROC_H
#define DAEMON_PROC_H

#include <stdbool.h>

#include <event2/event.h>

#include "daemon/config.h"
#include "daemon/peer.h"
#include "daemon/registry_log.h"
#include "daemon/role.h"
#include "daemon/scoreboard.h"

#define PROC_CONTROL_FD		3	/* where a role finds its control socket after exec */
#define PROC_LISTENERS		64	/* at most */

/* What a listening socket is for, as the master says it. */
#define PROC_LISTENER_CLIENTS	1u	/* http.listen */
#define PROC_LISTENER_ADMIN	2u	/* http.admin */
#define PROC_LISTENER_TLS	4u

struct proc;

struct proc_ops {
	/* A link to another role; replaces an earlier one to the same role and number. The callee owns fd. */
	void	(*peer)(struct proc *p, enum role_id role, unsigned nr, int fd);
	/* All links that existed when this process started have been given. May be NULL. */
	void	(*peers_done)(struct proc *p);
	/* p->bootstrap changed. May be NULL. */
	void	(*bootstrap)(struct proc *p);
	/* Close the index: its descriptors go. May be NULL. */
	void	(*index_gone)(struct proc *p);
	/* p->index_fd holds the descriptors of another index. May be NULL. */
	void	(*index)(struct proc *p);
	/* The index shall be made anew. May be NULL. */
	void	(*rebuild)(struct proc *p);
	/*
	 * Stop: close listeners, finish what is in flight (at most shutdown.grace), then leave the loop. Called
	 * once; also when the master is gone (master_gone).
	 */
	void	(*stop)(struct proc *p, bool master_gone);
};

struct proc {
	const struct role	*role;
	unsigned		 nr;
	unsigned		 generation;
	struct config		 config;
	struct board		*board;
	struct board_slot	*slot;		/* this process's own counters */
	struct board_generation	*shared;	/* this generation's producer and tailer */
	int			 secrets_fd;	/* -1: none */
	int			 listeners[PROC_LISTENERS];
	unsigned		 listener_use[PROC_LISTENERS];	/* PROC_LISTENER bits */
	unsigned		 nlisteners;
	int			 access_fd;	/* of the access log; -1: none is written */
	int			 audit_fd;	/* of the audit log; -1: none is written */
	int			 index_fd[3];	/* database, -wal, -shm; -1: none yet */
	int			 index_next[3];	/* those that will replace them, as far as they have come */
	int			 files_fd;	/* config_files_map(): certificates, keys; -1: none */
	int			 registry_fd;	/* the memory of the schemas; -1: none */
	const struct registry_log_head *registry;	/* the same, where the role has mapped it; NULL */
	char			*bootstrap;	/* broker addresses to use: kafka.servers or the embedded broker's; NULL not known yet */
	struct event_base	*base;
	const struct proc_ops	*ops;
	void			*arg;		/* the role's own state */
	int			 control;
	struct event		*control_event;
	bool			 stopping;
};

/* Run the role called name (cmdrd -x name); returns the exit status. */
int	proc_main(const char *name, int argc, char **argv);
/* Begin hearing the master through ops, and enter the jail; call when the role's own state stands. */
void	proc_hear(struct proc *p, const struct proc_ops *ops);
/* Tell the master READY (text may be NULL), hearing it first if that did not begin yet. */
void	proc_ready(struct proc *p, const struct proc_ops *ops, const char *text);
/* Hear now what the master has said already, without waiting for the loop to come to it. */
void	proc_hear_now(struct proc *p);
/* Ask the master for a new link in the place of a broken one. */
void	proc_peer_lost(struct proc *p, enum role_id role, unsigned nr);
/* The indexer: hand the readers the files of index number serial (database, -wal, -shm). */
void	proc_index(struct proc *p, uint64_t serial, const int fd[3]);
/* How a link made for this process says who it is. */
struct peer_self proc_self(const struct proc *p);
void	proc_close_listeners(struct proc *p);

#endif
