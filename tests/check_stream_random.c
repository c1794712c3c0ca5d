/*
 * check_stream_random.c: live streams while everything happens at once: records
 * come, the tailer dies, falls behind or leaves a gap, the index lags or is made
 * anew, clients come, go, come back with their token, read slowly or not at all.
 * The stage looks at every byte that a client gets; in the end each has all.
 *
 * STREAM_SEED=N runs that seed alone, STREAM_ROUNDS=N so many.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "stream_stage.h"

#define SEEDS	6
#define STEPS	1000

static struct stage *g;

static int
below(int n)
{
	return (int)(random() % n);
}

static struct stage_client *
any_client(void)
{
	return &g->c[below(STAGE_CLIENTS / 2)];
}

static void
some_come(void)
{
	int p = below(g->partitions);

	for (int n = below(40); n > 0 && g->end[p] < STAGE_RECORDS; n--)
		stage_append(g, below(3) == 0 ? p : (p = below(g->partitions)),
		    below(10) > 0 ? STAGE_GOOD : below(2) == 0 ? STAGE_GARBAGE : STAGE_HOLE);
}

static void
some_are_read(void)
{
	stage_tail(g, below(g->partitions), below(60));
}

static void
some_are_indexed(void)
{
	stage_index(g, below(g->partitions), below(60));
}

static void
tailer_rests(void)
{
	fake_turn(&g->f);
	stage_checkpoint(g);
}

static void
tailer_dies(void)
{
	if (below(6) == 0)
		stage_restart_tailer(g);
}

/* It goes on further than where it was; the index must have what it left out. */
static void
tailer_leaves_a_gap(void)
{
	if (below(12) != 0)
		return;
	if (g->f.tailer != NULL)
		fake_kill_tailer(&g->f);
	for (int i = 0; i < g->partitions; i++)
		if (below(2) == 0)
			g->safe[i] += (g->end[i] - g->safe[i]) * below(100) / 100;
	stage_restart_tailer(g);
}

static void
index_is_made_anew(void)
{
	if (below(30) == 0)
		stage_index_anew(g);
}

static void
one_comes(void)
{
	struct stage_client *c = any_client();
	char id[sizeof(c->id)];

	if (c->fd != -1)
		return;
	c->action = below(3) == 0 && !c->began ? "third" : c->began ? c->action : NULL;
	strcpy(id, c->id);
	stage_connect(g, c, c->action != NULL ? "?action=third" : "", c->began ? id : NULL);
}

static void
one_goes(void)
{
	struct stage_client *c = any_client();

	if (c->open || below(4) == 0)
		stage_disconnect(c);
}

static void
one_rests(void)
{
	any_client()->reads = below(3) > 0;
}

static void
time_passes(void)
{
	for (int n = below(10); n > 0; n--)
		stage_turn(g);
}

static void (*const steps[])(void) = {
	some_come, some_come, some_are_read, some_are_read, some_are_read, some_are_indexed, some_are_indexed,
	tailer_rests, tailer_dies, tailer_leaves_a_gap, index_is_made_anew, one_comes, one_comes, one_comes,
	one_goes, one_rests, time_passes, time_passes, time_passes,
};

/* One that was cut, or was told 503, comes again; 400 and 410 none ever is. */
static void
look_after_clients(void)
{
	for (int i = 0; i < STAGE_CLIENTS / 2; i++) {
		struct stage_client *c = &g->c[i];

		if (c->fd == -1 || !c->ended)
			continue;
		ck_assert_msg(c->status == 200 || c->status == 503 || c->status == 0, "%d: %s", c->status, c->in);
		stage_disconnect(c);
	}
}

static void
settle(void)
{
	if (g->f.tailer == NULL)
		stage_restart_tailer(g);
	stage_index_all(g);
	for (int i = 0; i < STAGE_CLIENTS / 2; i++) {
		struct stage_client *c = &g->c[i];
		char id[sizeof(c->id)];

		c->reads = true;
		while (!c->open || c->ended) {
			strcpy(id, c->id);
			if (c->fd == -1 || c->ended)
				stage_connect(g, c, c->action != NULL ? "?action=third" : "",
				    c->began ? id : NULL);
			stage_until_answered(g, c);
			look_after_clients();
		}
	}
	stage_tail_all(g);
	stage_index_all(g);
	stage_until_all(g);
}

static void
run(unsigned seed)
{
	g = calloc(1, sizeof(*g));
	ck_assert_ptr_nonnull(g);
	srandom(seed);
	stage_init(g, below(2) == 0 ? BOARD_EVENTS : BOARD_COMMANDS, 1 + below(STAGE_PARTITIONS));
	g->f.config.sse.recent = (size_t[]){ 1000, 20000, 1 << 20 }[below(3)];
	g->f.config.sse.buffer = (size_t[]){ 20000, 1 << 20, 1 << 28 }[below(3)];
	g->f.config.sse.heartbeat = (int64_t[]){ 5, 1000 }[below(2)];
	g->value_len = (size_t[]){ 0, 500, 5000, 20000 }[below(4)];
	stage_start(g);
	stage_index_anew(g);
	for (int i = 0; i < STEPS; i++) {
		steps[below((int)(sizeof(steps) / sizeof(steps[0])))]();
		stage_turn(g);
		look_after_clients();
	}
	settle();
	for (int i = 0; i < 5; i++)
		some_come();
	settle();
	stage_free(g);
	free(g);
}

static unsigned seed_from;

START_TEST(nothing_is_missed_and_nothing_comes_twice)
{
	run(seed_from + (unsigned)_i);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("stream_random");
	TCase *tc = tcase_create("stream_random");
	const char *seed = getenv("STREAM_SEED"), *rounds = getenv("STREAM_ROUNDS");
	SRunner *r;
	int failed;

	seed_from = seed != NULL ? (unsigned)atoi(seed) : 1;
	tcase_add_loop_test(tc, nothing_is_missed_and_nothing_comes_twice, 0,
	    rounds != NULL ? atoi(rounds) : seed != NULL ? 1 : SEEDS);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
