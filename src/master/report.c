/*
 * report.c: how every process, Kafka and the index are, as JSON. See report.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "build-config.h"
#include "master/children.h"
#include "master/generation.h"
#include "master/reload.h"
#include "master/report.h"
#include "util/clock.h"

static const char *const child_states[] = {
	[CHILD_STARTING] = "starting",
	[CHILD_READY] = "ready",
	[CHILD_STOPPING] = "stopping",
	[CHILD_RESTING] = "dead",
};

static const char *const generation_states[] = {
	[GENERATION_STARTING] = "starting",
	[GENERATION_RUNNING] = "running",
	[GENERATION_DRAINING] = "draining",
};

static const char *const index_states[] = {
	[BOARD_INDEX_NONE] = "none",
	[BOARD_INDEX_RUNNING] = "running",
	[BOARD_INDEX_DISK_FULL] = "disk-full",
	[BOARD_INDEX_FAILED] = "failed",
};

static const char *const topic_names[BOARD_TOPICS] = {
	[BOARD_COMMANDS] = "commands",
	[BOARD_EVENTS] = "events",
};

/* Milliseconds since then (clock_ms), null for never. */
static void
put_since(struct jsonw *w, const char *key, int64_t then)
{
	if (then == 0)
		jsonw_null(w, key);
	else
		jsonw_int(w, key, clock_ms() - then);
}

static void
put_generations(struct master *m, struct jsonw *w)
{
	struct generation *g;

	jsonw_begin(w, "generations", '[');
	TAILQ_FOREACH(g, &m->generations, entry) {
		jsonw_begin(w, NULL, '{');
		jsonw_int(w, "number", g->nr);
		jsonw_string(w, "state", generation_states[g->state]);
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
}

static void
put_reload(const struct master *m, struct jsonw *w)
{
	jsonw_begin(w, "reload", '{');
	jsonw_int(w, "number", m->reload.number);
	jsonw_string(w, "state", reload_state_name(m->reload.state));
	jsonw_string(w, "error", m->reload.why);
	jsonw_end(w, '}');
}

/* Those that are not 0, of one slot. */
static void
put_slot(struct jsonw *w, const struct board_slot *slot)
{
	jsonw_begin(w, "counters", '{');
	for (int i = 0; i < COUNTERS; i++) {
		int64_t n = atomic_load_explicit(&slot->counters[i], memory_order_relaxed);

		if (n != 0)
			jsonw_int(w, counter_name((enum counter)i), n);
	}
	jsonw_end(w, '}');
}

static void
put_roles(struct master *m, struct jsonw *w)
{
	struct child *c;

	jsonw_begin(w, "roles", '[');
	TAILQ_FOREACH(c, &m->children, entry) {
		const struct board_slot *slot = board_slot(m->board, c->role->id, c->nr,
		    c->generation->nr);

		jsonw_begin(w, NULL, '{');
		jsonw_string(w, "role", c->role->name);
		jsonw_int(w, "number", c->nr);
		jsonw_int(w, "generation", c->generation->nr);
		if (c->pid > 0)
			jsonw_int(w, "pid", c->pid);
		else
			jsonw_null(w, "pid");
		jsonw_string(w, "state", child_states[c->state]);
		jsonw_int(w, "restarts", atomic_load(&slot->restarts));
		put_since(w, "uptime_ms", c->pid > 0 ? atomic_load(&slot->started_ms) : 0);
		put_slot(w, slot);
		jsonw_end(w, '}');
	}
	jsonw_end(w, ']');
}

/* Of all processes that are and were, by their kind. */
static void
put_sums(const struct master *m, struct jsonw *w, const char *key, bool gauges)
{
	jsonw_begin(w, key, '{');
	for (int i = 0; i < COUNTERS; i++)
		if (counter_is_gauge((enum counter)i) == gauges)
			jsonw_int(w, counter_name((enum counter)i), board_sum(m->board, (enum counter)i));
	jsonw_end(w, '}');
}

/* end -1: not known. */
static void
put_place(struct jsonw *w, int partition, int64_t next, int64_t end)
{
	jsonw_begin(w, NULL, '{');
	jsonw_int(w, "partition", partition);
	jsonw_int(w, "next", next);
	if (end >= 0) {
		jsonw_int(w, "end", end);
		jsonw_int(w, "lag", end > next ? end - next : 0);
	}
	jsonw_end(w, '}');
}

static void
put_producer(const struct board_producer *b, struct jsonw *w)
{
	jsonw_begin(w, "producer", '{');
	jsonw_bool(w, "alive", atomic_load(&b->alive) != 0);
	put_since(w, "answered_ms", atomic_load(&b->answered_ms));
	jsonw_int(w, "queued", atomic_load(&b->queued));
	jsonw_int(w, "queued_bytes", atomic_load(&b->queued_bytes));
	jsonw_end(w, '}');
}

/* Where a partition ends is what the indexer saw last. */
static void
put_tailer(const struct board_tailer *b, const struct board_index *index, enum board_topic topic, const char *key,
    struct jsonw *w)
{
	bool known = atomic_load(&index->state) == BOARD_INDEX_RUNNING;
	int n = atomic_load(&b->partitions), ends = atomic_load(&index->partitions[topic]);

	jsonw_begin(w, key, '{');
	jsonw_bool(w, "assigned", atomic_load(&b->assigned) != 0);
	jsonw_bool(w, "at_end", atomic_load(&b->at_end) != 0);
	put_since(w, "answered_ms", atomic_load(&b->answered_ms));
	jsonw_begin(w, "partitions", '[');
	for (int i = 0; i < n && i < BOARD_PARTITIONS; i++)
		put_place(w, i, atomic_load(&b->positions[i]), known && i < ends ?
		    atomic_load(&index->end[topic][i]) : -1);
	jsonw_end(w, ']');
	jsonw_end(w, '}');
}

static void
put_index_topic(const struct board_index *b, enum board_topic topic, struct jsonw *w)
{
	int n = atomic_load(&b->partitions[topic]);

	jsonw_begin(w, topic_names[topic], '{');
	jsonw_int(w, "rows", atomic_load(&b->rows[topic]));
	jsonw_begin(w, "partitions", '[');
	for (int i = 0; i < n && i < BOARD_PARTITIONS; i++)
		put_place(w, i, atomic_load(&b->next[topic][i]), atomic_load(&b->end[topic][i]));
	jsonw_end(w, ']');
	jsonw_end(w, '}');
}

static void
put_index(const struct master *m, const struct board_index *b, struct jsonw *w)
{
	int state = atomic_load(&b->state);
	char id[20] = "";

	if (m->index.directory != NULL)
		snprintf(id, sizeof(id), "%016" PRIx64, m->index.serial);
	jsonw_begin(w, "index", '{');
	jsonw_string(w, "id", id[0] != '\0' ? id : NULL);
	jsonw_string(w, "state", state >= 0 && state <= BOARD_INDEX_FAILED ? index_states[state] : "none");
	jsonw_bool(w, "rebuilding", atomic_load(&b->rebuilding) != 0);
	put_since(w, "answered_ms", atomic_load(&b->answered_ms));
	jsonw_int(w, "commits", atomic_load(&b->commits));
	jsonw_int(w, "undecodable", atomic_load(&b->undecodable));
	jsonw_int(w, "bytes", atomic_load(&b->bytes));
	for (int topic = 0; topic < BOARD_TOPICS; topic++)
		put_index_topic(b, (enum board_topic)topic, w);
	jsonw_end(w, '}');
}

/* Of the newest generation that is not being drained. */
static void
put_listeners(struct master *m, struct jsonw *w, const char *key, enum listener_use use)
{
	const struct generation *g = generation_current(m);
	struct listener *l;

	jsonw_begin(w, key, '[');
	TAILQ_FOREACH(l, &m->listeners, entry)
		if (g != NULL && (l->use[g->nr & 1] & use))
			jsonw_string(w, NULL, l->text);
	jsonw_end(w, ']');
}

void
report_status(struct master *m, struct jsonw *w)
{
	struct generation *g = generation_current(m);

	jsonw_string(w, "version", PACKAGE_VERSION);
	jsonw_int(w, "pid", getpid());
	jsonw_string(w, "config", m->options.config_path);
	jsonw_int(w, "clock_ms", clock_ms());
	jsonw_int(w, "uptime_ms", clock_ms() - m->began_ms);
	jsonw_bool(w, "stopping", m->stopping);
	put_generations(m, w);
	put_reload(m, w);
	put_listeners(m, w, "listen", LISTENER_CLIENTS);
	put_listeners(m, w, "admin", LISTENER_ADMIN);
	put_roles(m, w);
	put_sums(m, w, "counters", false);
	put_sums(m, w, "gauges", true);
	if (g != NULL) {
		const struct board_generation *b = board_of(m->board, g->nr);

		jsonw_begin(w, "topics", '{');
		jsonw_string(w, "commands", g->config.topics.commands);
		jsonw_string(w, "events", g->config.topics.events);
		jsonw_end(w, '}');
		jsonw_begin(w, "kafka", '{');
		jsonw_string(w, "servers", m->bootstrap != NULL ? m->bootstrap : g->config.kafka.servers);
		jsonw_end(w, '}');
		put_producer(&b->producer, w);
		put_tailer(&b->tailer, &m->board->index, BOARD_EVENTS, "tailer", w);
		put_tailer(&b->commands, &m->board->index, BOARD_COMMANDS, "feed", w);
		if (g->config.index.enabled)
			put_index(m, &m->board->index, w);
	}
}

static void
put_check(struct jsonw *w, const char *name, bool ok, const char *detail)
{
	jsonw_begin(w, NULL, '{');
	jsonw_string(w, "name", name);
	jsonw_bool(w, "ok", ok);
	jsonw_string(w, "detail", detail);
	jsonw_end(w, '}');
}

void
report_ready(struct master *m, struct jsonw *w)
{
	struct generation *g = generation_current(m);
	bool running = !m->stopping && g != NULL && g->state == GENERATION_RUNNING, all = true;
	char text[64], name[32];
	struct child *c;

	snprintf(text, sizeof(text), "generation %u is %s", g != NULL ? g->nr : 0,
	    m->stopping || g == NULL ? "stopping" : generation_states[g->state]);
	jsonw_begin(w, "checks", '[');
	put_check(w, "generation", running, text);
	TAILQ_FOREACH(c, &m->children, entry) {
		if (c->generation != g)
			continue;
		put_check(w, child_name(c, name, sizeof(name)), c->state == CHILD_READY,
		    child_states[c->state]);
		all = all && c->state == CHILD_READY;
	}
	jsonw_end(w, ']');
	jsonw_bool(w, "ready", running && all);
}
