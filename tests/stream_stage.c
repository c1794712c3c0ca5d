/*
 * stream_stage.c: a worker with live streams, and what the test plays around
 * it. See stream_stage.h.
 */
#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "util/clock.h"
#include "util/log.h"
#include "util/mem.h"
#include "value/fressian.h"
#include "worker/token.h"

#include "stream_stage.h"

#define PATIENCE_MS	60000	/* a bound for what hangs, not a measure */
#define CLUSTER		UINT64_C(4711)
#define IN_MAX		((size_t)4 << 20)

static const char *
action_of(int64_t offset)
{
	return offset % 3 == 0 ? "third" : "other";
}

static struct id
id_of(int partition, int64_t offset)
{
	struct id id = { { 1, (uint8_t)partition } };

	memcpy(id.b + 8, &offset, sizeof(offset));
	return id;
}

/* The value of a record, to be freed with buf_free. */
static void
make_value(const struct stage *g, int partition, int64_t offset, struct buf *out)
{
	static char filling[200000];
	struct id id = id_of(partition, offset);
	struct codec_error err;
	struct value items[8];
	struct arena a;
	struct value map;

	memset(filling, 'x', sizeof(filling));
	arena_init(&a, 0);
	items[0] = value_ckeyword(&a, "id");
	items[1] = value_uuid(&a, &id);
	items[2] = value_ckeyword(&a, "parent");
	items[3] = value_uuid(&a, &id);
	items[4] = value_ckeyword(&a, "action");
	items[5] = value_ckeyword(&a, action_of(offset));
	items[6] = value_ckeyword(&a, "data");
	items[7] = value_string(filling, g->value_len);
	map = value_map(items, 4);
	ck_assert_int_eq(fressian_write(out, &map, &err), 0);
	arena_free(&a);
}

void
stage_init(struct stage *g, enum board_topic topic, int partitions)
{
	memset(g, 0, sizeof(*g));
	fake_init(&g->f, 0);
	g->topic = topic;
	g->partitions = partitions;
	for (int i = 0; i < STAGE_CLIENTS; i++)
		g->c[i].fd = -1;
	atomic_store(&g->f.shared->cluster, CLUSTER);
	g->f.config.http.idle_timeout = 60000;
	strcpy(g->dir, "/tmp/stream_stage.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(g->dir));
	free(g->f.config.index.directory);
	g->f.config.index.directory = xstrdup(g->dir);
}

void
stage_start(struct stage *g)
{
	fake_start(&g->f);
}

void
stage_free(struct stage *g)
{
	char command[128];

	for (int i = 0; i < STAGE_CLIENTS; i++) {
		stage_disconnect(&g->c[i]);
		free(g->c[i].in);
	}
	fake_free(&g->f);
	index_writer_close(g->w);
	snprintf(command, sizeof(command), "rm -rf '%s'", g->dir);
	ck_assert_int_eq(system(command), 0);
}

void
stage_append(struct stage *g, int partition, enum stage_kind kind)
{
	ck_assert_int_lt(g->end[partition], STAGE_RECORDS);
	g->kind[partition][g->end[partition]++] = (uint8_t)kind;
}

void
stage_feed(struct stage *g)
{
	struct buf *b;

	if (g->f.tailer == NULL || !g->f.subscribed[g->topic])
		return;
	b = peer_begin(g->f.tailer, IPC_FEED, 9 + 8 * (size_t)g->partitions);
	buf_putc(b, (int)g->topic);
	buf_put_u32(b, g->epoch);
	buf_put_u32(b, (uint32_t)g->partitions);
	for (int i = 0; i < g->partitions; i++)
		buf_put_u64(b, (uint64_t)g->sent[i]);
	peer_end(g->f.tailer);
	g->fed = true;
}

static void
send_record(struct stage *g, int partition, int64_t offset, enum stage_kind kind)
{
	struct buf v = { 0 }, *b;

	if (kind == STAGE_GOOD)
		make_value(g, partition, offset, &v);
	else
		buf_puts(&v, "garbage");
	b = peer_begin(g->f.tailer, IPC_RECORD, 23 + v.len);
	buf_putc(b, (int)g->topic);
	buf_put_u32(b, (uint32_t)partition);
	buf_put_u64(b, (uint64_t)offset);
	buf_put_u64(b, UINT64_C(1474374896801));
	buf_put_u16(b, 0);
	buf_put(b, v.data, v.len);
	peer_end(g->f.tailer);
	buf_free(&v);
}

static void
send_passed(struct stage *g, int partition)
{
	struct buf *b = peer_begin(g->f.tailer, IPC_PASSED, 13);

	buf_putc(b, (int)g->topic);
	buf_put_u32(b, (uint32_t)partition);
	buf_put_u64(b, (uint64_t)g->sent[partition]);
	peer_end(g->f.tailer);
}

void
stage_tail(struct stage *g, int partition, int n)
{
	bool hole = false;

	if (g->f.tailer == NULL)
		return;
	if (g->f.subscribed[g->topic] && !g->fed)
		stage_feed(g);
	for (; n > 0 && g->sent[partition] < g->end[partition]; n--) {
		int64_t offset = g->sent[partition]++;
		enum stage_kind kind = (enum stage_kind)g->kind[partition][offset];

		hole = kind == STAGE_HOLE;
		if (!hole && g->f.subscribed[g->topic])
			send_record(g, partition, offset, kind);
	}
	/* As the end of the partition tells it; in between it does not. */
	if (hole && g->sent[partition] == g->end[partition] && g->f.subscribed[g->topic])
		send_passed(g, partition);
}

void
stage_tail_all(struct stage *g)
{
	for (int i = 0; i < g->partitions; i++)
		stage_tail(g, i, STAGE_RECORDS);
}

void
stage_checkpoint(struct stage *g)
{
	/* Only what has left counts. */
	if (g->f.tailer != NULL && peer_waiting(g->f.tailer) == 0)
		memcpy(g->safe, g->sent, sizeof(g->safe));
}

void
stage_restart_tailer(struct stage *g)
{
	if (g->f.tailer != NULL)
		fake_kill_tailer(&g->f);
	memcpy(g->sent, g->safe, sizeof(g->sent));
	g->fed = false;
	fake_link_tailer(&g->f);
}

void
stage_index_anew(struct stage *g)
{
	char err[512], name[512];
	int fd[3];

	index_writer_close(g->w);
	if (g->w != NULL)
		ck_assert_int_eq(index_set_aside(g->dir, name, sizeof(name)), 0);
	ck_assert_msg(index_writer_open(&g->w, g->dir, "commands", "events", err, sizeof(err)) ==
	    INDEX_OK, "%s", err);
	memset(g->indexed, 0, sizeof(g->indexed));
	ck_assert_int_eq(index_writer_files(g->w, fd), INDEX_OK);
	fake_index(&g->f, fd);
}

static void
index_one(struct stage *g, int partition, int64_t offset)
{
	struct index_record rec = { .partition = partition, .offset = offset,
		.timestamp = 1474374896801, .action = action_of(offset), .id = id_of(partition, offset) };
	struct index_undecodable bad = { .topic = (enum index_topic)g->topic, .partition = partition,
		.offset = offset, .reason = "garbage", .key = (const uint8_t *)"", .value = (const uint8_t *)"" };
	enum stage_kind kind = (enum stage_kind)g->kind[partition][offset];
	struct buf v = { 0 };

	if (kind == STAGE_GARBAGE)
		ck_assert_int_eq(index_writer_undecodable(g->w, &bad), INDEX_OK);
	if (kind != STAGE_GOOD)
		return;
	make_value(g, partition, offset, &v);
	rec.value = v.data;
	rec.value_len = v.len;
	rec.parent = rec.id;
	rec.has_parent = g->topic == BOARD_EVENTS;
	ck_assert_int_eq(index_writer_add(g->w, (enum index_topic)g->topic, &rec), INDEX_OK);
	buf_free(&v);
}

void
stage_index(struct stage *g, int partition, int n)
{
	struct board_index *b = &g->f.board->index;
	struct index_position p = { .partition = partition, .last = -1 };

	if (g->w == NULL)
		return;
	ck_assert_int_eq(index_writer_begin(g->w), INDEX_OK);
	if (g->indexed[partition] < g->low[partition])
		g->indexed[partition] = g->low[partition];
	for (; n > 0 && g->indexed[partition] < g->end[partition]; n--)
		index_one(g, partition, g->indexed[partition]++);
	p.next = g->indexed[partition];
	p.low = g->low[partition];
	ck_assert_int_eq(index_writer_position(g->w, (enum index_topic)g->topic, &p), INDEX_OK);
	ck_assert_int_eq(index_writer_commit(g->w), INDEX_OK);
	atomic_store(&b->next[g->topic][partition], g->indexed[partition]);
	atomic_store(&b->end[g->topic][partition], g->end[partition]);
	atomic_fetch_add(&b->commits, 1);
}

void
stage_index_all(struct stage *g)
{
	for (int i = 0; i < g->partitions; i++)
		stage_index(g, i, STAGE_RECORDS);
}

void
stage_connect(struct stage *g, struct stage_client *c, const char *query, const char *id)
{
	char text[2048];
	int small = 4096, n;

	stage_disconnect(c);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	ck_assert_int_eq(connect(c->fd, (struct sockaddr *)&g->f.addr, sizeof(g->f.addr)), 0);
	n = snprintf(text, sizeof(text), "GET /%s/updates%s HTTP/1.0\r\nHost: h\r\n%s%s%s\r\n",
	    g->topic == BOARD_COMMANDS ? "commands" : "events", query,
	    id != NULL ? "Last-Event-ID: " : "", id != NULL ? id : "", id != NULL ? "\r\n" : "");
	ck_assert_int_eq(send(c->fd, text, (size_t)n, MSG_NOSIGNAL), n);
	c->open = c->ended = false;
	c->status = 0;
	c->reads = true;
	c->len = 0;
	if (id == NULL)
		c->began = false;
	else
		c->resumes++;
	if (c->in == NULL)
		c->in = xmalloc(IN_MAX + 1);
}

void
stage_disconnect(struct stage_client *c)
{
	if (c->fd != -1)
		close(c->fd);
	c->fd = -1;
	c->open = false;
}

static bool
wanted(const struct stage *g, const struct stage_client *c, int partition, int64_t offset)
{
	return g->kind[partition][offset] == STAGE_GOOD &&
	    (c->action == NULL || strcmp(c->action, action_of(offset)) == 0);
}

/* What the client has of this partition reaches to the next record that it wants, or to the end. */
static void
pass_unwanted(const struct stage *g, struct stage_client *c, int partition)
{
	while (c->next[partition] < g->end[partition] &&
	    !wanted(g, c, partition, c->next[partition]))
		c->next[partition]++;
}

/* The id is true: all that is wanted before it was got, and nothing behind it. */
static void
take_id(struct stage *g, struct stage_client *c, const char *id, size_t len)
{
	static int64_t next[BOARD_PARTITIONS];
	uint64_t source;
	size_t n;

	ck_assert_uint_lt(len, sizeof(c->id));
	memcpy(c->id, id, len);
	c->id[len] = '\0';
	ck_assert_msg(token_parse(id, len, &source, next, &n) == 0, "\"%s\" is no token", c->id);
	ck_assert_uint_le(n, (size_t)g->partitions);
	for (int i = 0; i < g->partitions; i++) {
		int64_t at = (size_t)i < n ? next[i] : 0, from;

		ck_assert_int_le(at, g->end[i]);
		if (!c->began)
			c->next[i] = at;
		from = c->next[i] < at ? c->next[i] : at;
		for (int64_t o = from; o < at || o < c->next[i]; o++)
			ck_assert_msg(!wanted(g, c, i, o), "client %td: id says %d:%lld, it has up to %lld, "
			    "record %lld is %s", c - g->c, i, (long long)at, (long long)c->next[i],
			    (long long)o, o >= c->next[i] ? "missing" : "not counted");
		if (at > c->next[i])
			c->next[i] = at;
	}
	c->began = true;
}

static void
take_data(struct stage *g, struct stage_client *c, const char *data)
{
	const char *p = strstr(data, "\"partition\":"), *o = strstr(data, "\"offset\":");
	long partition, offset;

	ck_assert(p != NULL && o != NULL);
	partition = strtol(p + 12, NULL, 10);
	offset = strtol(o + 9, NULL, 10);
	ck_assert_int_lt(partition, g->partitions);
	pass_unwanted(g, c, (int)partition);
	ck_assert_msg(offset == c->next[partition], "client %td: got %ld:%ld, %lld was next (%s)", c - g->c,
	    partition, offset, (long long)c->next[partition],
	    offset < c->next[partition] ? "twice" : "missing");
	c->next[partition]++;
	c->records++;
}

/* One block, without its empty line. */
static void
take_block(struct stage *g, struct stage_client *c, char *block)
{
	char *line, *save = NULL, *id = NULL, *data = NULL;

	for (line = strtok_r(block, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		if (strncmp(line, "id: ", 4) == 0)
			id = line + 4;
		else if (strncmp(line, "data: ", 6) == 0)
			data = line + 6;
		else if (strncmp(line, "event: ", 7) == 0)
			ck_assert_str_eq(line + 7, g->topic == BOARD_COMMANDS ? "command" : "event");
		else
			ck_assert_str_eq(line, "retry: 2000");
	}
	c->blocks++;
	if (c->blocks == 1)
		ck_assert(id == NULL && data == NULL);
	if (data != NULL)
		take_data(g, c, data);
	if (id != NULL)
		take_id(g, c, id, strlen(id));
}

static void
take_head(struct stage_client *c)
{
	char *end = strstr(c->in, "\r\n\r\n");

	if (end == NULL)
		return;
	c->status = atoi(c->in + 9);
	if (c->status != 200)
		return;
	ck_assert(strstr(c->in, "Content-Type: text/event-stream\r\n") != NULL);
	c->open = true;
	c->blocks = 0;
	end += 4;
	c->len -= (size_t)(end - c->in);
	memmove(c->in, end, c->len + 1);
}

static void
parse(struct stage *g, struct stage_client *c)
{
	char *at = c->in, *end;

	if (c->status == 0)
		take_head(c);
	if (!c->open)
		return;
	while ((end = strstr(at, "\n\n")) != NULL) {
		end[1] = '\0';
		take_block(g, c, at);
		at = end + 2;
	}
	c->len -= (size_t)(at - c->in);
	memmove(c->in, at, c->len + 1);
}

static void
client_turn(struct stage *g, struct stage_client *c)
{
	ssize_t n = 0;

	if (c->fd == -1 || !c->reads || c->ended)
		return;
	while (c->len < IN_MAX && (n = recv(c->fd, c->in + c->len, IN_MAX - c->len, MSG_DONTWAIT)) > 0)
		c->len += (size_t)n;
	c->ended = n == 0 || (n == -1 && errno != EAGAIN);
	c->in[c->len] = '\0';
	parse(g, c);
}

void
stage_turn(struct stage *g)
{
	fake_turn(&g->f);
	for (int i = 0; i < STAGE_CLIENTS; i++)
		client_turn(g, &g->c[i]);
}

bool
stage_has_all(const struct stage *g, const struct stage_client *c)
{
	for (int i = 0; i < g->partitions; i++)
		for (int64_t o = c->next[i]; o < g->end[i]; o++)
			if (wanted(g, c, i, o))
				return false;
	return c->began;
}

void
stage_until_answered(struct stage *g, struct stage_client *c)
{
	int64_t until = clock_ms() + PATIENCE_MS;

	while (c->status == 0 && clock_ms() < until) {
		stage_turn(g);
		/* The tailer answers SUBSCRIBE. */
		if (g->f.tailer != NULL && g->f.subscribed[g->topic] && !g->fed)
			stage_feed(g);
		usleep(200);
	}
	while (c->open && !c->began && clock_ms() < until)
		stage_turn(g);
	ck_assert_int_ne(c->status, 0);
}

static bool
is_served(const struct stage_client *c)
{
	return c->open && !c->ended && c->reads;
}

static bool
is_missing_something(const struct stage *g)
{
	for (int i = 0; i < STAGE_CLIENTS; i++)
		if (is_served(&g->c[i]) && !stage_has_all(g, &g->c[i]))
			return true;
	return false;
}

void
stage_until_all(struct stage *g)
{
	int64_t until = clock_ms() + PATIENCE_MS;

	while (is_missing_something(g) && clock_ms() < until) {
		stage_turn(g);
		usleep(200);
	}
	for (int i = 0; i < STAGE_CLIENTS; i++)
		if (is_served(&g->c[i]))
			ck_assert_msg(stage_has_all(g, &g->c[i]), "client %d does not get all", i);
}

void
stage_until_ended(struct stage *g, struct stage_client *c)
{
	int64_t until = clock_ms() + PATIENCE_MS;

	while (!c->ended && clock_ms() < until) {
		stage_turn(g);
		usleep(200);
	}
	ck_assert(c->ended);
}

int64_t
stage_count(const struct stage *g, enum counter which)
{
	return atomic_load(&board_slot(g->f.board, ROLE_WORKER, 0, 1)->counters[which]);
}
