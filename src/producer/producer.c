/*
 * producer.c: the role that writes commands to Kafka: one idempotent producer,
 * made anew when it fails for good, and the links to the workers. Which record
 * is where is handle.c's concern.
 */
#include <sys/queue.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "producer/handle.h"
#include "producer/link.h"
#include "producer/producer.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/mem.h"

#define TICK_MS		20
#define REBIRTH_MS	1000	/* handles are made no oftener than this */
#define RETIRED_MAX	8
#define FAREWELL_MS	1000	/* what a handle gets to close at the end */

struct producer {
	struct proc	*proc;
	struct links	*links;
	struct once	*once;			/* commands with an Idempotency-Key */
	struct handle	*handle;		/* NULL: being made anew */
	struct handle	*retired[RETIRED_MAX];
	enum ipc_nak	 refusal;		/* what PUBLISH gets while handle is NULL */
	char		 refusal_text[512];
	int64_t		 start_ms, born_ms;	/* of the process, of the handle */
	struct event	*rebirth;		/* make a handle */
	struct event	*tick;			/* until READY; then, once stopping, until all is out */
	bool		 ready, stopping, master_gone;
	int64_t		 stop_ms;
	int		 status;
};

static void make_handle(struct producer *);

static void
set_timer(struct event *ev, int64_t ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	event_add(ev, &tv);
}

static void
retire(struct producer *pr, bool gone)
{
	struct handle *h = pr->handle;
	int i = 0;

	pr->handle = NULL;
	atomic_store(&pr->proc->shared->producer.alive, 0);
	if (h == NULL)
		return;
	while (i < RETIRED_MAX && pr->retired[i] != NULL)
		i++;
	if (i == RETIRED_MAX)
		fatalx("%d producers retired at a time", RETIRED_MAX);
	pr->retired[i] = h;
	handle_retire(h, gone);
}

/* The next handle: at once, but not oftener than every REBIRTH_MS. */
static void
rebirth(struct producer *pr)
{
	int64_t age = clock_ms() - pr->born_ms;

	set_timer(pr->rebirth, age >= REBIRTH_MS ? 0 : REBIRTH_MS - age);
}

static void
on_fatal(void *arg, struct handle *h, const char *why, bool refused)
{
	struct producer *pr = arg;

	if (h != pr->handle)
		return;
	log_error("the producer failed for good and is made anew: %s", why);
	board_add(pr->proc->slot, COUNT_produce_recreated, 1);
	pr->refusal = refused ? NAK_REFUSED : NAK_NOT_SENT;
	snprintf(pr->refusal_text, sizeof(pr->refusal_text), "%s", why);
	retire(pr, false);
	rebirth(pr);
}

static void
on_done(void *arg, struct handle *h)
{
	struct producer *pr = arg;

	for (int i = 0; i < RETIRED_MAX; i++)
		if (pr->retired[i] == h)
			pr->retired[i] = NULL;
	handle_free(h, 0);
}

static bool
all_out(const struct producer *pr)
{
	if (pr->handle != NULL && handle_records(pr->handle) > 0)
		return false;
	for (int i = 0; i < RETIRED_MAX; i++)
		if (pr->retired[i] != NULL)
			return false;
	/* When the master went, the workers still finish what they have, and say so by closing. */
	return links_flushed(pr->links) && !(pr->master_gone && links_any(pr->links));
}

static void
check_stop(struct producer *pr)
{
	bool late;

	if (!pr->stopping)
		return;
	late = clock_ms() - pr->stop_ms > pr->proc->config.shutdown.grace;
	if (late)
		log_warn("stopping with records that Kafka has not acknowledged");
	if (late || all_out(pr))
		event_base_loopbreak(pr->proc->base);
}

static void
on_eased(void *arg)
{
	check_stop(arg);
}

static void
on_settled(void *arg, const struct id *id, enum ipc_nak kind, const struct once_place *place)
{
	struct producer *pr = arg;

	if (place != NULL)
		once_written(pr->once, id, place, clock_ms());
	else if (kind == NAK_UNKNOWN)
		once_unknown(pr->once, id, clock_ms());
	else
		once_not_written(pr->once, id);
	atomic_store(&pr->proc->shared->producer.once_busy, (int64_t)once_busy(pr->once));
}

static const struct handle_ops handle_ops = {
	.fatal = on_fatal,
	.done = on_done,
	.eased = on_eased,
	.settled = on_settled,
};

static void
make_handle(struct producer *pr)
{
	char err[512];

	if (pr->handle != NULL || pr->proc->bootstrap == NULL || pr->stopping)
		return;
	pr->born_ms = clock_ms();
	pr->handle = handle_new(pr->proc, &handle_ops, pr, pr->once, err, sizeof(err));
	if (pr->handle != NULL) {
		atomic_store(&pr->proc->shared->producer.alive, 1);
		return;
	}
	log_error("no Kafka producer: %s", err);
	if (!pr->ready) {
		/* A setting is wrong: a reload that brought it is taken back, a first start ends. */
		pr->status = 1;
		event_base_loopbreak(pr->proc->base);
		return;
	}
	pr->refusal = NAK_NOT_SENT;
	snprintf(pr->refusal_text, sizeof(pr->refusal_text), "%s", err);
	rebirth(pr);
}

static void
on_rebirth(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	make_handle(arg);
}

static const struct {
	enum ipc_nak	 kind;
	const char	*text;
} once_naks[] = {
	[ONCE_BUSY] = { NAK_BUSY, "the same command is being written" },
	[ONCE_REUSED] = { NAK_REUSED, "the key was used for another command" },
	[ONCE_LOOK] = { NAK_LOOK, "the index has not passed what was written before" },
	[ONCE_FULL] = { NAK_FULL, "too many commands with an Idempotency-Key await the index" },
};

/* Does it have to be written? It is answered where not. */
static bool
is_new(struct producer *pr, struct link *l, const struct link_record *r)
{
	struct once_place place;
	enum once_verdict v = once_ask(pr->once, r->once, clock_ms(), &place);

	atomic_store(&pr->proc->shared->producer.once_busy, (int64_t)once_busy(pr->once));
	if (v == ONCE_KNOWN)
		link_known(l, r->seq, &place);
	else if (v != ONCE_WRITE)
		link_nak(l, r->seq, once_naks[v].kind, once_naks[v].text);
	return v == ONCE_WRITE;
}

static void
on_publish(void *arg, struct link *l, const struct link_record *r)
{
	struct producer *pr = arg;

	/* Where nothing can be written, nothing is remembered either. */
	if (r->once != NULL && pr->handle != NULL && !is_new(pr, l, r))
		return;
	if (pr->handle != NULL) {
		handle_write(pr->handle, l, r);
		return;
	}
	board_add(pr->proc->slot, COUNT_produce_failed, 1);
	link_nak(l, r->seq, pr->refusal, pr->refusal_text);
}

static void
on_gone(void *arg, struct link *l)
{
	struct producer *pr = arg;

	if (pr->handle != NULL)
		handle_forget(pr->handle, l);
	for (int i = 0; i < RETIRED_MAX; i++)
		if (pr->retired[i] != NULL)
			handle_forget(pr->retired[i], l);
}

static const struct link_ops link_ops = {
	.publish = on_publish,
	.gone = on_gone,
};

static void
on_peer(struct proc *p, enum role_id role, unsigned nr, int fd)
{
	struct producer *pr = p->arg;

	if (role != ROLE_WORKER) {
		log_error("a link to %s, which the producer has no business with", role_name(role));
		close(fd);
		return;
	}
	links_add(pr->links, nr, fd);
}

static void
on_bootstrap(struct proc *p)
{
	struct producer *pr = p->arg;

	log_notice("the brokers are at %s now", p->bootstrap);
	retire(pr, true);
	make_handle(pr);
}

static void
on_stop(struct proc *p, bool master_gone)
{
	struct producer *pr = p->arg;

	pr->stopping = true;
	pr->master_gone = master_gone;
	pr->stop_ms = clock_ms();
	check_stop(pr);
}

static const struct proc_ops proc_ops = {
	.peer = on_peer,
	.bootstrap = on_bootstrap,
	.stop = on_stop,
};

/*
 * READY once a broker has answered, so that a reload's new workers find a producer that is warm. If none does
 * in the time after which it counts as unreachable, READY all the same: cmdr starts without Kafka.
 */
static void
check_ready(struct producer *pr)
{
	if (pr->ready)
		return;
	if ((pr->handle == NULL || !handle_heard(pr->handle)) &&
	    clock_ms() - pr->start_ms < pr->proc->config.kafka.unreachable_after)
		return;
	pr->ready = true;
	proc_ready(pr->proc, &proc_ops, NULL);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct producer *pr = arg;

	(void)fd;
	(void)what;
	check_ready(pr);
	check_stop(pr);
	if (pr->handle != NULL)
		handle_tick(pr->handle);
	set_timer(pr->tick, pr->ready && !pr->stopping ? TICK_MS * 10 : TICK_MS);
}

static bool
free_handles(struct producer *pr)
{
	bool whole = handle_free(pr->handle, FAREWELL_MS);

	for (int i = 0; i < RETIRED_MAX; i++)
		whole = handle_free(pr->retired[i], 0) && whole;
	return whole;
}

int
producer_run(struct proc *p)
{
	struct producer pr = { .proc = p, .refusal = NAK_UNREACHABLE,
		.refusal_text = "the broker's address is not known yet" };
	bool whole;

	p->arg = &pr;	/* cppcheck-suppress autoVariables ; nothing asks for it after the loop */
	/* What a predecessor that was killed had counted. */
	atomic_store(&p->shared->producer.queued, 0);
	atomic_store(&p->shared->producer.queued_bytes, 0);
	pr.start_ms = clock_ms();
	pr.once = once_new(p->board);
	atomic_store(&p->shared->producer.once_busy, 0);
	pr.links = links_new(p, &link_ops, &pr);
	pr.rebirth = evtimer_new(p->base, on_rebirth, &pr);
	pr.tick = evtimer_new(p->base, on_tick, &pr);
	if (pr.rebirth == NULL || pr.tick == NULL)
		fatalx("no timers");
	make_handle(&pr);
	if (pr.status == 0) {
		proc_hear(p, &proc_ops);
		set_timer(pr.tick, TICK_MS);
		event_base_dispatch(p->base);
	}
	atomic_store(&p->shared->producer.alive, 0);
	whole = free_handles(&pr);
	links_free(pr.links);
	once_free(pr.once);
	event_free(pr.rebirth);
	event_free(pr.tick);
	if (!whole)
		_exit(pr.status);
	return pr.status;
}
