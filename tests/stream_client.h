/*
 * stream_client.h: what the suites about live streams do with the stage again
 * and again.
 */
#ifndef TESTS_STREAM_CLIENT_H
#define TESTS_STREAM_CLIENT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "util/buf.h"
#include "util/clock.h"
#include "worker/token.h"

#include "stream_stage.h"

#define PATIENCE_MS 60000	/* a bound for what hangs, not a measure */

static struct stage *g;

static inline void
begin(void)
{
	g = calloc(1, sizeof(*g));
	ck_assert_ptr_nonnull(g);
	stage_init(g, BOARD_EVENTS, 3);
}

static inline void
end(void)
{
	stage_free(g);
	free(g);
}

static inline void
append(int n)
{
	for (int i = 0; i < n; i++)
		stage_append(g, i % g->partitions, STAGE_GOOD);
}

static inline void
turns(int n)
{
	for (int i = 0; i < n; i++) {
		stage_turn(g);
		usleep(200);
	}
}

static inline struct stage_client *
opened(int i, const char *query)
{
	stage_connect(g, &g->c[i], query, NULL);
	stage_until_answered(g, &g->c[i]);
	ck_assert_int_eq(g->c[i].status, 200);
	return &g->c[i];
}

/* A client that was there comes again with what it knows. */
static inline int
come_back(struct stage_client *c)
{
	char id[sizeof(c->id)];

	strcpy(id, c->id);
	stage_connect(g, c, "", id);
	stage_until_answered(g, c);
	return c->status;
}

static inline int
asked(struct stage_client *c, const char *query, const char *id)
{
	stage_connect(g, c, query, id);
	stage_until_answered(g, c);
	return c->status;
}

static inline const char *
token(uint64_t cluster, int64_t a, int64_t b, int64_t c)
{
	static struct buf out;
	int64_t next[] = { a, b, c };

	buf_reset(&out);
	token_put(&out, token_source(cluster, "events"), next, 3);
	return buf_cstr(&out);
}

#endif
