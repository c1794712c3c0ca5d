/*
 * worker.h: the worker role: speaks HTTP. Its state, which the routes reach
 * through their exchange.
 */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

#include "access/access.h"
#include "daemon/proc.h"
#include "util/buf.h"
#include "worker/accept.h"
#include "worker/access_log.h"
#include "worker/answers.h"
#include "worker/certificate.h"
#include "worker/client.h"
#include "worker/guard.h"
#include "worker/registrar_link.h"
#include "worker/schemas.h"
#include "worker/wheel.h"

/* an answer buffer that grew past this is given back */
#define WORKER_KEEP_OUT	((size_t)1 << 20)

struct engine;
struct streams;

struct worker {
	struct proc		*proc;
	struct wheel		 wheel;
	struct access		 who;		/* may come in */
	struct client_proxies	 proxies;
	struct guard		 guard;
	struct accept		 accept;
	struct answers		 answers;
	struct engine		*engine;
	struct streams		*streams;
	struct index_reader	*index;		/* NULL: none now */
	struct schemas		 schemas;
	struct registrar_link	 registrar;
	bool			 schemas_writable;	/* over HTTP */
	struct access_log	 access;
	struct line_log		 audit;
	struct buf		 out;		/* an answer being made */
	struct buf		 zipped;	/* the same in gzip */
	struct certificate	 certificate;
	struct wheel_timer	 patience;	/* READY without both links, once this is over */
	/* stopping: the backlog is empty, close the listeners */
	struct wheel_timer	 last_accept;
	struct wheel_timer	 grace;		/* stopping: cut what is left */
	bool			 ready;
};

/* Runs until it is told to stop; returns the exit status. */
int	worker_run(struct proc *p);

#endif
