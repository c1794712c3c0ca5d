/*
 * generation.c: the roles of one configuration, from the first wave's start to
 * the last one's end. See generation.h.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/control.h"
#include "daemon/registry_log.h"
#include "master/children.h"
#include "master/control_socket.h"
#include "master/generation.h"
#include "master/index_files.h"
#include "master/links.h"
#include "master/listen.h"
#include "master/reload.h"
#include "master/rollback.h"
#include "util/log.h"
#include "util/mem.h"

#define READY_TIMEOUT_S		30
#define DRAIN_MARGIN_S		5	/* past shutdown.grace, before it is ended by force */
#define WAVES			3

static struct master *the_master;

struct master *
generation_master(void)
{
	return the_master;
}

void
generation_init(struct master *m)
{
	the_master = m;
	TAILQ_INIT(&m->generations);
	TAILQ_INIT(&m->children);
}

struct generation *
generation_current(struct master *m)
{
	struct generation *g, *found = NULL;

	TAILQ_FOREACH(g, &m->generations, entry)
		if (g->state != GENERATION_DRAINING)
			found = g;
	return found;
}

static void
set_timer(struct generation *g, int64_t seconds)
{
	struct timeval tv = { seconds, 0 };

	event_add(g->timer, &tv);
}

static void generation_abandon(struct master *, struct generation *, const char *);
static bool drains(struct master *, const struct child *, const struct generation *);

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct generation *g = arg;
	struct child *c;

	(void)fd;
	(void)what;
	if (g->state == GENERATION_STARTING) {
		generation_abandon(the_master, g, "not every role was ready in time");
		return;
	}
	log_warn("generation %u has not finished within its time: ending what is left of it", g->nr);
	TAILQ_FOREACH(c, &the_master->children, entry)
		if (c->pid > 0 && drains(the_master, c, g))
			kill(c->pid, SIGKILL);
}

struct generation *
generation_new(struct master *m, unsigned nr, struct config *config, int secrets_fd, int files_fd)
{
	struct generation *g = xcalloc(1, sizeof(*g));

	g->nr = nr;
	g->config = *config;
	memset(config, 0, sizeof(*config));
	g->secrets_fd = secrets_fd;
	g->files_fd = files_fd;
	g->registry_fd = -1;
	g->blob_fd = -1;
	g->restartable = true;
	g->wave = -1;
	g->timer = event_new(m->base, -1, 0, on_timer, g);
	if (g->timer == NULL)
		fatalx("no timer for a generation");
	TAILQ_INSERT_TAIL(&m->generations, g, entry);
	return g;
}

static void
generation_free(struct master *m, struct generation *g)
{
	event_free(g->timer);
	config_free(&g->config);
	if (g->secrets_fd != -1)
		close(g->secrets_fd);
	if (g->files_fd != -1)
		close(g->files_fd);
	if (g->registry_fd != -1)
		close(g->registry_fd);
	if (g->blob_fd != -1)
		close(g->blob_fd);
	TAILQ_REMOVE(&m->generations, g, entry);
	free(g);
	reload_again(m);
}

/* A role that outlives generations (the embedded broker) belongs to the newest one that wants it. */
static bool
carried_over(struct master *m, struct generation *g, const struct role *role)
{
	struct child *c;

	if (role->per_generation)
		return false;
	TAILQ_FOREACH(c, &m->children, entry)
		if (c->role == role) {
			c->generation = g;
			return true;
		}
	return false;
}

static void
start_wave(struct master *m, struct generation *g)
{
	g->wave++;
	for (int id = 0; id < ROLE_COUNT; id++) {
		const struct role *role = &roles[id];
		unsigned n;

		if (role->run == NULL || role->wave != (unsigned)g->wave || role->count == NULL)
			continue;
		n = role->count(&g->config);
		if (n > 0 && carried_over(m, g, role))
			continue;
		for (unsigned nr = 0; nr < n; nr++)
			child_new(m, g, role, nr);
	}
}

static bool
wave_is_ready(struct master *m, const struct generation *g)
{
	struct child *c;

	TAILQ_FOREACH(c, &m->children, entry)
		if (c->generation == g && c->state != CHILD_READY)
			return false;
	return true;
}

static void
running(struct master *m, struct generation *g)
{
	struct generation *older;

	event_del(g->timer);
	g->state = GENERATION_RUNNING;
	rollback_forget(m);
	listen_close_unused(m, g->nr);
	control_socket_settle(m, &g->config);
	log_notice("generation %u is running", g->nr);
	TAILQ_FOREACH(older, &m->generations, entry)
		if (older != g && older->state != GENERATION_DRAINING)
			generation_drain(m, older);
	master_started(m);
	reload_ended(m, NULL);
}

/* Go on with the start of g as far as what is READY allows. */
static void
advance(struct master *m, struct generation *g)
{
	while (g->state == GENERATION_STARTING && wave_is_ready(m, g)) {
		if (g->wave == WAVES - 1) {
			running(m, g);
			return;
		}
		start_wave(m, g);
	}
}

/* Where nothing is registered none is needed; the memory takes no room before it is used. */
static void
make_registry(struct generation *g)
{
	if (g->config.topics.schemas[0] == '\0' && g->config.schemas.dir[0] == '\0')
		return;
	if ((g->registry_fd = registry_log_create(g->config.schemas.memory)) == -1)
		fatal("memory for schemas (schemas.memory)");
}

void
generation_start(struct master *m, struct generation *g)
{
	make_registry(g);
	g->state = GENERATION_STARTING;
	board_begin(m->board, g->nr);
	set_timer(g, READY_TIMEOUT_S);
	advance(m, g);
}

void
generation_resume(struct master *m, struct generation *g)
{
	g->wave = WAVES - 1;
	g->inherited = true;
	if (g->state == GENERATION_DRAINING)
		set_timer(g, g->config.shutdown.grace / 1000 + DRAIN_MARGIN_S);
	else
		g->state = GENERATION_RUNNING;
	(void)m;
}

/* May this child be stopped now, as part of draining g? The broker stays where the generation that goes on has one. */
static bool
drains(struct master *m, const struct child *c, const struct generation *g)
{
	const struct generation *current = generation_current(m);

	return c->generation == g && (c->role->per_generation || m->stopping || current == NULL ||
	    c->role->count(&current->config) == 0);
}

/* Stop the highest wave that still has a process; those below wait for it. */
static void
drain_next(struct master *m, struct generation *g)
{
	struct child *c, *next;
	int highest = -1;

	for (c = TAILQ_FIRST(&m->children); c != NULL; c = next) {
		next = TAILQ_NEXT(c, entry);
		if (drains(m, c, g) && c->state == CHILD_RESTING)
			child_free(m, c);
	}
	TAILQ_FOREACH(c, &m->children, entry)
		if (drains(m, c, g) && (int)c->role->wave > highest)
			highest = (int)c->role->wave;
	TAILQ_FOREACH(c, &m->children, entry)
		if (drains(m, c, g) && (int)c->role->wave == highest)
			child_stop(c);
	if (highest != -1)
		return;
	log_info("generation %u has ended", g->nr);
	generation_free(m, g);
	if (m->stopping && TAILQ_EMPTY(&m->generations))
		event_base_loopbreak(m->base);
}

void
generation_drain(struct master *m, struct generation *g)
{
	g->state = GENERATION_DRAINING;
	set_timer(g, g->config.shutdown.grace / 1000 + DRAIN_MARGIN_S);
	drain_next(m, g);
}

/* What it had taken over and outlives generations belongs to the one that goes on. */
static void
give_back(struct master *m, const struct generation *g)
{
	struct generation *current = generation_current(m);
	struct child *c;

	TAILQ_FOREACH(c, &m->children, entry)
		if (current != NULL && c->generation == g && !drains(m, c, g))
			c->generation = current;
}

/* It did not come READY: at the first start that is the end; at a reload the former one goes on. */
static void
generation_abandon(struct master *m, struct generation *g, const char *why)
{
	if (!m->started) {
		master_start_failed(m, "%s (the log says more)", why);
		return;
	}
	log_error("generation %u is given up, generation %u goes on: %s", g->nr, g->nr - 1, why);
	listen_withdraw(m, g->nr);
	control_socket_withdraw(m);
	g->state = GENERATION_DRAINING;
	give_back(m, g);
	generation_drain(m, g);
	rollback(m, why);
	master_started(m);
	reload_ended(m, why);
}

bool
generation_child_died(struct master *m, struct child *c)
{
	struct generation *g = c->generation;
	char name[32], why[96];

	if (g->state == GENERATION_DRAINING && drains(m, c, g)) {
		child_free(m, c);
		drain_next(m, g);
		return false;
	}
	if (g->state == GENERATION_STARTING && !c->was_ready) {
		snprintf(why, sizeof(why), "%s ended before it was ready",
		    child_name(c, name, sizeof(name)));
		child_free(m, c);
		generation_abandon(m, g, why);
		return false;
	}
	return g->restartable;
}

static void
heard_ready(struct master *m, struct child *c, const struct control_msg *msg)
{
	char name[32];

	c->state = c->state == CHILD_STARTING ? CHILD_READY : c->state;
	c->was_ready = true;
	log_info("%s (process %d) is ready", child_name(c, name, sizeof(name)), (int)c->pid);
	if (c->role->id == ROLE_BROKER) {
		free(m->bootstrap);
		m->bootstrap = xstrndup((const char *)msg->payload, msg->len);
		children_send_bootstrap(m);
	}
	advance(m, c->generation);
}

void
generation_hear(struct child *c)
{
	struct control_msg msg;
	struct rdr r;
	int n = -1;

	while (c->control != -1 &&
	    (n = control_recv(c->control, c->role->id, ROLE_MASTER, &msg)) == 1) {
		r = rdr_of(msg.payload, msg.len);
		if (msg.type == IPC_INDEX) {
			index_files_take(the_master, c, &msg);
			continue;
		}
		if (msg.fd != -1)
			close(msg.fd);
		if (msg.type == IPC_READY) {
			heard_ready(the_master, c, &msg);
		} else if (msg.type == IPC_PEER_LOST) {
			unsigned role = rdr_u16(&r), nr = rdr_u16(&r);

			links_renew(the_master, c, (enum role_id)role, nr);
		}
	}
	/* Its end of file comes with its death, which SIGCHLD tells. */
	if (n == 0 && c->control_event != NULL)
		event_del(c->control_event);
}
