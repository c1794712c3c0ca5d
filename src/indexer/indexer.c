/*
 * indexer.c: the indexer role: its states, its timers, its end. What is read
 * stands in intake.c, what is written in batch.c, the index itself in src/index.
 *
 *	LOCKED OUT (another generation's indexer has it) -> CLOSED (it cannot be opened: tried again)
 *	-> RUNNING <-> STANDING (the disk is full, or writing failed: the same batch is tried again)
 */
#include <sys/eventfd.h>
#include <sys/stat.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "indexer/batch.h"
#include "indexer/indexer.h"
#include "indexer/intake.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/mem.h"

#define LOCK_EVERY_MS	200
#define OPEN_EVERY_MS	5000	/* and try again to write what could not be */
#define LOOK_EVERY_MS	1000
#define TRIM_RECORDS	500	/* of the oldest at a time */
#define TRIM_EVERY_MS	1000	/* where nothing was to be removed */
#define CLOSE_MS	1000

struct indexer {
	struct proc		*proc;
	struct intake		*intake;
	struct index_writer	*writer;	/* NULL: not open */
	struct batch		 batch;
	struct board_index	*board;
	int			 lock;		/* -1: not ours yet */
	int			 wake_fd, look_fd;
	struct event		*on_wake, *on_look, *on_tick, *on_retry, *on_trim, *on_every;
	int64_t			 written_ms;
	bool			 standing;	/* what is held waits for the retry */
	bool			 ending;
};

static void
set_timer(struct event *ev, int64_t ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	event_add(ev, &tv);
}

static void
publish(struct indexer *x)
{
	int64_t rows[INDEX_TOPICS], undecodable, bytes;
	bool behind = false;

	intake_publish(x->intake, x->board);
	index_writer_counts(x->writer, rows, &undecodable, &bytes);
	for (int t = 0; t < INDEX_TOPICS; t++) {
		atomic_store(&x->board->rows[t], rows[t]);
		/* before its partitions are known, nobody knows how far it is */
		behind = behind || x->intake->topics[t].nparts == 0;
		for (int p = 0; p < x->intake->topics[t].nparts; p++)
			behind = behind || !x->intake->topics[t].parts[p].assigned ||
			    x->intake->topics[t].parts[p].end - x->intake->topics[t].parts[p].at.next > 1000;
	}
	atomic_store(&x->board->undecodable, undecodable);
	atomic_store(&x->board->bytes, bytes);
	if (!behind)
		atomic_store(&x->board->rebuilding, 0);
	/* After the rest: who sees it move finds the rest moved. */
	atomic_fetch_add(&x->board->commits, 1);
}

static void
set_state(struct indexer *x, enum board_index_state state)
{
	atomic_store(&x->board->state, (int32_t)state);
}

/* Nothing is written until the retry. */
static void
stand(struct indexer *x, enum index_result r)
{
	if (!x->standing)
		log_error("the index stands still%s: %s; trying again every %d s", r == INDEX_FULL ?
		    ", the disk is full" : "", index_writer_error(x->writer), OPEN_EVERY_MS / 1000);
	x->standing = true;
	set_state(x, r == INDEX_FULL ? BOARD_INDEX_DISK_FULL : BOARD_INDEX_FAILED);
	set_timer(x->on_retry, OPEN_EVERY_MS);
}

static void
set_aside(struct indexer *x, const char *why)
{
	const char *directory = x->proc->config.index.directory;
	char name[128];

	index_writer_close(x->writer);
	x->writer = NULL;
	batch_drop(&x->batch);
	x->standing = false;
	set_state(x, BOARD_INDEX_NONE);
	/* The embedded broker keeps nothing; what was indexed of the one before is worth as little. */
	if (strcmp(x->proc->config.kafka.servers, CONFIG_EMBEDDED) == 0 && index_remove(directory) == 0)
		log_notice("the index of a former embedded broker is removed: %s", why);
	else if (index_set_aside(directory, name, sizeof(name)) == -1)
		log_error("%s; setting the index in %s aside failed: %s", why, directory, strerror(errno));
	else
		log_error("%s: the index was set aside as %s/%s and is made anew from the topics", why, directory,
		    name);
}

static void	open_index(struct indexer *);
static void	work(struct indexer *);

static void
make_anew(struct indexer *x, const char *why)
{
	set_aside(x, why);
	/* What was acknowledged on a topic that is no more, nobody need wait for. */
	for (int p = 0; p < BOARD_PARTITIONS; p++) {
		atomic_store(&x->proc->board->acked[p], 0);
		for (int t = 0; t < BOARD_TOPICS; t++)
			atomic_store(&x->board->next[t][p], 0);
	}
	open_index(x);
}

static void
write_batch(struct indexer *x)
{
	enum index_result r = batch_write(&x->batch, x->writer);

	if (r == INDEX_CORRUPT) {
		make_anew(x, index_writer_error(x->writer));
	} else if (r != INDEX_OK) {
		stand(x, r);
	} else if (x->intake->anew) {
		make_anew(x, x->intake->why);
	} else {
		if (x->standing)
			log_notice("the index goes on");
		x->standing = false;
		set_state(x, BOARD_INDEX_RUNNING);
		x->written_ms = clock_ms();
		publish(x);
	}
}

/* A batch, if there is something and it is time; the loop gets its turn between two. */
static void
work(struct indexer *x)
{
	int64_t since = clock_ms() - x->written_ms;

	if (x->writer == NULL || x->ending || x->standing)
		return;
	if (since < x->proc->config.index.batch_time) {
		if (!evtimer_pending(x->on_tick, NULL))
			set_timer(x->on_tick, x->proc->config.index.batch_time - since);
		return;
	}
	if (!batch_fetch(&x->batch))
		return;
	write_batch(x);
	set_timer(x->on_tick, x->proc->config.index.batch_time);
}

static void
on_wake(evutil_socket_t fd, short what, void *arg)
{
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) == -1 && errno != EAGAIN)
		log_warn("reading an eventfd failed");
	work(arg);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	work(arg);
}

static void
on_found(evutil_socket_t fd, short what, void *arg)
{
	struct indexer *x = arg;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) == -1 && errno != EAGAIN)
		log_warn("reading an eventfd failed");
	if (x->writer == NULL || x->ending)
		return;
	intake_found(x->intake);
	if (x->intake->anew)
		make_anew(x, x->intake->why);
	else
		publish(x);
}

static enum index_result
begin_reading(struct indexer *x)
{
	struct index_position *list;
	enum index_result r;
	bool fresh = true;
	size_t n;

	for (int t = 0; t < INDEX_TOPICS; t++) {
		if ((r = index_writer_positions(x->writer, (enum index_topic)t, &list, &n)) != INDEX_OK)
			return r;
		intake_begin(x->intake, (enum index_topic)t, list, n);
		fresh = fresh && n == 0;
		free(list);
	}
	atomic_store(&x->board->rebuilding, fresh ? 1 : atomic_load(&x->board->rebuilding));
	return INDEX_OK;
}

static void
opened(struct indexer *x)
{
	int fd[3];

	if (begin_reading(x) != INDEX_OK || index_writer_files(x->writer, fd) != INDEX_OK) {
		log_error("the index: %s; trying again every %d s", index_writer_error(x->writer),
		    OPEN_EVERY_MS / 1000);
		index_writer_close(x->writer);
		x->writer = NULL;
		set_state(x, BOARD_INDEX_FAILED);
		set_timer(x->on_retry, OPEN_EVERY_MS);
		return;
	}
	/* Never closed here: SQLite's locks on these files would go with them (POSIX). */
	proc_index(x->proc, index_writer_generation(x->writer), fd);
	set_state(x, BOARD_INDEX_RUNNING);
	publish(x);
	intake_look(x->intake);
	work(x);
	set_timer(x->on_trim, TRIM_EVERY_MS);
}

static void
open_index(struct indexer *x)
{
	const struct config *c = &x->proc->config;
	char err[512];
	enum index_result r = index_writer_open(&x->writer, c->index.directory, c->topics.commands, c->topics.events,
	    err, sizeof(err));

	if (r == INDEX_CORRUPT || r == INDEX_VERSION) {
		set_aside(x, err);
		r = index_writer_open(&x->writer, c->index.directory, c->topics.commands, c->topics.events, err,
		    sizeof(err));
	}
	if (r == INDEX_OK) {
		opened(x);
		return;
	}
	x->writer = NULL;
	log_error("no index: %s; trying again every %d s", err, OPEN_EVERY_MS / 1000);
	set_state(x, r == INDEX_FULL ? BOARD_INDEX_DISK_FULL : BOARD_INDEX_FAILED);
	set_timer(x->on_retry, OPEN_EVERY_MS);
}

/* Only the one that has the lock may open. */
static void
take_lock(struct indexer *x)
{
	static struct log_limit limit;
	const char *directory = x->proc->config.index.directory;

	if (mkdir(directory, 0750) == -1 && errno != EEXIST && errno != ENOENT)
		log_limited(&limit, LOG_ERR, "index.directory: %s cannot be made: %s", directory, strerror(errno));
	if ((x->lock = index_lock(directory)) != -1) {
		open_index(x);
		return;
	}
	if (errno == EWOULDBLOCK) {
		set_timer(x->on_retry, LOCK_EVERY_MS);
		return;
	}
	log_limited(&limit, LOG_ERR, "index.directory: %s cannot be written by user id %d: %s; trying again every %d s",
	    directory, (int)geteuid(), strerror(errno), OPEN_EVERY_MS / 1000);
	set_state(x, errno == ENOSPC ? BOARD_INDEX_DISK_FULL : BOARD_INDEX_FAILED);
	set_timer(x->on_retry, OPEN_EVERY_MS);
}

static void
on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct indexer *x = arg;

	(void)fd;
	(void)what;
	if (x->ending)
		return;
	if (x->lock == -1)
		take_lock(x);
	else if (x->writer == NULL)
		open_index(x);
	else if (x->batch.held)
		write_batch(x);
	else
		x->standing = false;
	work(x);
}

static void
on_look(evutil_socket_t fd, short what, void *arg)
{
	struct indexer *x = arg;

	(void)fd;
	(void)what;
	if (x->writer != NULL && !x->ending && !x->standing)
		intake_look(x->intake);
}

/* A small step; at once again as long as there is something to remove, but never before a batch that waits. */
static void
on_trim(evutil_socket_t fd, short what, void *arg)
{
	struct indexer *x = arg;
	const struct config *c = &x->proc->config;
	struct index_retention how = {
		.older_than = c->index.retention_age > 0 ? clock_wall_ms() - c->index.retention_age : INT64_MIN,
		.max_bytes = (int64_t)c->index.retention_size,
		.now = clock_wall_ms(),
	};
	enum index_result r;
	int removed = 0;

	(void)fd;
	(void)what;
	if (x->writer == NULL || x->ending)
		return;
	if (!x->standing && (how.older_than != INT64_MIN || how.max_bytes > 0)) {
		r = index_writer_trim(x->writer, &how, TRIM_RECORDS, &removed);
		if (r != INDEX_OK)
			log_warn("removing old records from the index: %s", index_writer_error(x->writer));
		else if (removed > 0)
			publish(x);
		board_add(x->proc->slot, COUNT_index_removed, removed);
	}
	set_timer(x->on_trim, removed > 0 ? 10 : TRIM_EVERY_MS);
}

static void
leave(struct indexer *x)
{
	x->ending = true;
	event_base_loopbreak(x->proc->base);
}

static void
on_peer(struct proc *p, enum role_id role, unsigned nr, int fd)
{
	(void)p;
	log_error("a link to %s %u, which the indexer has no business with", role_name(role), nr);
	close(fd);
}

static void
on_bootstrap(struct proc *p)
{
	/* Another embedded broker, empty: what was indexed of the former one is no more. */
	log_notice("the embedded broker is another one: starting again with it");
	leave(p->arg);
}

static void
on_rebuild(struct proc *p)
{
	struct indexer *x = p->arg;

	if (x->writer != NULL)
		make_anew(x, "an operator asked for it");
}

static void
on_stop(struct proc *p, bool master_gone)
{
	(void)master_gone;
	leave(p->arg);
}

static const struct proc_ops ops = {
	.peer = on_peer,
	.bootstrap = on_bootstrap,
	.rebuild = on_rebuild,
	.stop = on_stop,
};

static struct event *
make_event(struct indexer *x, int fd, short what, event_callback_fn callback)
{
	struct event *ev = event_new(x->proc->base, fd, what, callback, x);

	if (ev == NULL)
		fatalx("no event");
	return ev;
}

static void
init(struct indexer *x, struct proc *p)
{
	struct timeval look = { LOOK_EVERY_MS / 1000, 0 };
	char err[512];

	x->proc = p;
	p->arg = x;
	x->board = &p->board->index;
	x->lock = -1;
	x->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	x->look_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (x->wake_fd == -1 || x->look_fd == -1)
		fatal("eventfd");
	x->on_wake = make_event(x, x->wake_fd, EV_READ | EV_PERSIST, on_wake);
	x->on_look = make_event(x, x->look_fd, EV_READ | EV_PERSIST, on_found);
	x->on_tick = make_event(x, -1, 0, on_tick);
	x->on_retry = make_event(x, -1, 0, on_retry);
	x->on_trim = make_event(x, -1, 0, on_trim);
	x->on_every = make_event(x, -1, EV_PERSIST, on_look);
	if (event_add(x->on_wake, NULL) == -1 || event_add(x->on_look, NULL) == -1 || event_add(x->on_every, &look) == -1)
		fatalx("no event");
	batch_init(&x->batch, p);
	if ((x->intake = intake_new(p, x->wake_fd, x->look_fd, err, sizeof(err))) == NULL)
		fatalx("%s", err);
	x->batch.intake = x->intake;
}

static void
free_events(struct indexer *x)
{
	struct event *all[] = { x->on_wake, x->on_look, x->on_tick, x->on_retry, x->on_trim, x->on_every };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		event_free(all[i]);
}

int
indexer_run(struct proc *p)
{
	struct indexer *x = xcalloc(1, sizeof(*x));
	bool whole;

	if (p->bootstrap == NULL)
		fatalx("the master told no broker's address");
	init(x, p);
	/* READY whatever becomes of it: the index informs, commands are taken without it. */
	proc_ready(p, &ops, NULL);
	take_lock(x);
	event_base_dispatch(p->base);
	index_writer_close(x->writer);
	batch_free(&x->batch);
	free_events(x);
	whole = intake_free(x->intake, CLOSE_MS);
	free(x);
	if (!whole)
		_exit(0);
	return 0;
}
