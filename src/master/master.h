/*
 * master.h: what the files of the master share: the one struct master, its
 * generations and its children. The master parses no byte of a client or of
 * Kafka; it starts, restarts and replaces those who do.
 */
#ifndef MASTER_MASTER_H
#define MASTER_MASTER_H

#include <sys/queue.h>
#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>

#include "daemon/config.h"
#include "daemon/role.h"
#include "daemon/scoreboard.h"

struct master_options {
	const char	*config_path;
	const char	*pidfile;	/* NULL: the configuration's */
	bool		 foreground;
	int		 verbose;	/* raises the log level by so many steps */
	char		**argv;		/* as the process was started, for the re-execution */
	const char	*exe;		/* absolute path of the installed binary */
};

enum child_state {
	CHILD_STARTING,
	CHILD_READY,
	CHILD_STOPPING,
	CHILD_RESTING,	/* dead; waits to be started again */
};

enum generation_state {
	GENERATION_STARTING,
	GENERATION_RUNNING,
	GENERATION_DRAINING,
};

/* What one reading of the configuration gave: a reload makes the next. */
struct generation {
	TAILQ_ENTRY(generation)	 entry;
	unsigned		 nr;
	enum generation_state	 state;
	struct config		 config;
	bool			 restartable;	/* its configuration is known to this binary */
	int			 secrets_fd;	/* -1: none */
	int			 files_fd;	/* copies of files for workers (config_files.h); -1: none */
	int			 registry_fd;	/* the memory of the schemas; -1: none */
	int			 wave;		/* roles up to this wave have been started (or told to stop) */
	struct event		*timer;		/* it does not come READY, or does not finish draining */
	bool			 inherited;	/* its roles are of the former image */
	int			 blob_fd;	/* its configuration as the next image is told it; -1: it was not yet */
};

struct child {
	TAILQ_ENTRY(child)	 entry;
	const struct role	*role;
	unsigned		 nr;
	struct generation	*generation;	/* that it was started for */
	enum child_state	 state;
	pid_t			 pid;
	int			 control;	/* -1: none */
	struct event		*control_event;
	struct event		*restart;	/* pending while CHILD_RESTING */
	int64_t			 started_ms;
	int			 backoff_ms;
	bool			 was_ready;
};

/* Bits; those that a LISTENER message carries are these too. */
enum listener_use {
	LISTENER_NONE = 0,
	LISTENER_CLIENTS = 1,	/* http.listen */
	LISTENER_ADMIN = 2,	/* http.admin */
	LISTENER_TLS = 4,	/* beside one of the former */
};

struct listener {
	TAILQ_ENTRY(listener)	 entry;
	char			*text;		/* "0.0.0.0:3000", "unix:/run/…": how a reload finds it again */
	int			 fd;
	bool			 passed;	/* by systemd, which has it too: its socket file is not ours */
	bool			 dual;		/* passed, of every address of IPv6, and takes IPv4 too */
	enum listener_use	 use[2];	/* by a generation's last bit: in what does that one's configuration have it? */
};

/* What became of the last reload. */
enum reload_state {
	RELOAD_NONE,
	RELOAD_CHECKING,	/* the installed binary reads the file */
	RELOAD_STARTING,	/* the new generation comes up */
	RELOAD_DONE,
	RELOAD_FAILED,		/* the former generation goes on */
};

struct reload {
	unsigned		 number;	/* counts them; 0: there was none */
	enum reload_state	 state;
	char			*why;		/* it failed; NULL */
	bool			 again;		/* another was asked for while it was under way */
};

/* A socket that cmdrctl connects to. */
struct control_door {
	char		*path;		/* NULL: none */
	int		 fd;
	uid_t		 uid;		/* who may, beside root */
	bool		 has_group;
	gid_t		 gid;
	struct event	*event;
};

/* The files of an index, for the workers of every generation that is configured for its directory. */
struct index_files {
	char		*directory;	/* NULL: none */
	int		 fd[3];
	uint64_t	 serial;
};

/* The image of the master that this one took over from, while a reload may still have to go back to it. */
struct former {
	int		 exe_fd;	/* -1: none, or the same as ours */
	int		 board_fd;	/* its scoreboard, where ours is another; -1 */
	const char	*why;		/* what the way back is for, while it is prepared; NULL */
};

struct master {
	struct master_options		 options;
	struct event_base		*base;
	TAILQ_HEAD(generation_list, generation) generations;	/* oldest first; the last is the newest */
	TAILQ_HEAD(child_list, child)	 children;
	TAILQ_HEAD(listener_list, listener) listeners;
	struct control_door		 control[2];	/* the one that serves; the one of a starting generation */
	struct reload			 reload;
	int64_t				 began_ms;	/* clock_ms of the first image's start */
	struct board			*board;
	int				 board_fd;
	int				 exe_fd;	/* this very image, for fexecve */
	struct former			 former;
	char				*back;		/* why the next image gave up and executed us again; NULL: it did not */
	int				 pid_fd;
	char				*pidfile;
	struct index_files		 index;
	char				*bootstrap;	/* the embedded broker's address; NULL: not known, or none */
	int				 parent_fd;	/* the waiting parent of a start as a daemon; -1 */
	bool				 started;	/* the first generation came READY once */
	bool				 stopping;
	int				 status;	/* exit status when the loop ends */
};

/* master.c: the entry. Returns the exit status. */
int	master_main(const struct master_options *options);
/* Tell whoever started us (parent, systemd) that the start failed, and why; then end. */
void	master_start_failed(struct master *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A generation is running (or was given up and the former one is): tell whoever waits for that. */
void	master_started(struct master *m);
/* Stop everything in order, then leave the loop. */
void	master_stop(struct master *m);

#endif
