/*
 * check_rollback.c: what one image of the master hands to the next so that an
 * upgrade can be taken back: the former binary, why, and the processes and
 * configurations that the other image may not know.
 */
#include <sys/mman.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "master/children.h"
#include "master/generation.h"
#include "master/rollback.h"
#include "master/state.h"
#include "util/log.h"
#include "util/mem.h"

/* Each stays where it is, so that what the one before held is no leak. */
static struct master images[4], *m = images;

static void
begin(const char *image)
{
	m++;
	ck_assert(m < images + sizeof(images) / sizeof(images[0]));
	m->control[0].fd = m->control[1].fd = m->pid_fd = m->board_fd = -1;
	m->former.exe_fd = m->former.board_fd = -1;
	TAILQ_INIT(&m->listeners);
	generation_init(m);
	m->pidfile = xstrdup("");
	m->options.exe = "/usr/sbin/cmdrd (deleted)";
	ck_assert_ptr_nonnull(m->base = event_base_new());
	ck_assert_int_ne(m->exe_fd = open(image, O_PATH | O_CLOEXEC), -1);
}

static void
setup(void)
{
	static char name[] = "cmdrd", *argv[] = { name, NULL };

	log_level(0);
	begin("/bin/sh");
	m->options.exe = "/usr/sbin/cmdrd";
	m->options.argv = argv;
	ck_assert_int_ne(m->board_fd = board_create(&m->board), -1);
}

/* What an image that was started from this file finds. */
static void
next_image(const char *image)
{
	ck_assert_int_eq(state_save(m), 0);
	begin(image);
	ck_assert_int_eq(state_restore(m), 0);
}

static struct generation *
add_generation(unsigned nr, enum generation_state state)
{
	struct config c;
	struct generation *g;

	config_defaults(&c);
	g = generation_new(m, nr, &c, -1, -1);
	g->state = state;
	return g;
}

static struct child *
add_child(struct generation *g, enum child_state state)
{
	struct child *c = xcalloc(1, sizeof(*c));

	c->role = role_by_name("worker");
	c->nr = 1;
	c->generation = g;
	c->control = c->pid = -1;
	c->state = state;
	TAILQ_INSERT_TAIL(&m->children, c, entry);
	return c;
}

START_TEST(the_former_binary_is_kept)
{
	next_image("/bin/ls");
	ck_assert_int_ne(m->former.exe_fd, -1);
	ck_assert_int_eq(fcntl(m->former.exe_fd, F_GETFD), FD_CLOEXEC);
	ck_assert_str_eq(m->options.exe, "/usr/sbin/cmdrd");
	ck_assert_ptr_null(m->back);
	rollback_forget(m);
	ck_assert_int_eq(m->former.exe_fd, -1);
}
END_TEST

START_TEST(the_same_binary_is_not)
{
	next_image("/bin/sh");
	ck_assert_int_eq(m->former.exe_fd, -1);
}
END_TEST

START_TEST(the_way_back_is_gone_once)
{
	next_image("/bin/ls");
	m->former.why = "it does not work\nat all";
	next_image("/bin/sh");
	ck_assert_str_eq(m->back, "it does not work");
	ck_assert_str_eq(m->options.exe, "/usr/sbin/cmdrd");
	ck_assert_int_eq(m->former.exe_fd, -1);
}
END_TEST

START_TEST(one_that_cannot_be_executed_is_forgotten)
{
	rollback(m, "there is none");
	m->former.exe_fd = open("/dev/null", O_PATH | O_CLOEXEC);
	rollback(m, "it does not work");
	ck_assert_int_eq(m->former.exe_fd, -1);
	ck_assert_ptr_null(m->former.why);
	ck_assert(!state_present());
	ck_assert_int_eq(fcntl(m->board_fd, F_GETFD), FD_CLOEXEC);
}
END_TEST

START_TEST(roles_are_of_the_image_that_started_them)
{
	struct generation *old, *new;

	add_generation(1, GENERATION_RUNNING);
	next_image("/bin/ls");
	old = TAILQ_FIRST(&m->generations);
	new = add_generation(2, GENERATION_STARTING);
	ck_assert_int_eq(rollback_image(m, old), m->former.exe_fd);
	ck_assert_int_eq(rollback_image(m, new), m->exe_fd);
	rollback_forget(m);
	ck_assert_int_eq(rollback_image(m, old), m->exe_fd);
}
END_TEST

START_TEST(one_that_waits_for_its_restart_is_not_lost)
{
	struct child *c;

	add_child(add_generation(1, GENERATION_RUNNING), CHILD_RESTING);
	next_image("/bin/ls");
	ck_assert_ptr_nonnull(c = TAILQ_FIRST(&m->children));
	ck_assert_int_eq(c->state, CHILD_RESTING);
	ck_assert_int_eq(c->nr, 1);
	ck_assert_ptr_nonnull(c->restart);
}
END_TEST

START_TEST(a_configuration_that_is_not_known_is_handed_on)
{
	static const char text[] = "a.key.of.tomorrow=1\n";
	char read[sizeof(text)] = "";
	struct generation *g = add_generation(1, GENERATION_RUNNING);

	g->blob_fd = memfd_create("blob", 0);
	ck_assert_int_eq(write(g->blob_fd, text, sizeof(text) - 1), sizeof(text) - 1);
	next_image("/bin/ls");
	next_image("/bin/sh");
	g = TAILQ_FIRST(&m->generations);
	ck_assert(!g->restartable);
	ck_assert_int_ne(g->blob_fd, -1);
	ck_assert_int_eq(fcntl(g->blob_fd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(pread(g->blob_fd, read, sizeof(read), 0), sizeof(text) - 1);
	ck_assert_str_eq(read, text);
}
END_TEST

START_TEST(another_versions_scoreboard_is_handed_back)
{
	int foreign = memfd_create("board", 0), mine;
	char byte = 'x';

	/* Too short to be one of ours. */
	ck_assert_int_eq(write(foreign, &byte, 1), 1);
	m->board_fd = foreign;
	next_image("/bin/ls");
	ck_assert_int_eq(m->former.board_fd, foreign);
	ck_assert_int_ne(mine = m->board_fd, foreign);
	ck_assert_ptr_nonnull(m->board);
	m->former.why = "it does not work";
	ck_assert_int_eq(state_save(m), 0);
	ck_assert_int_eq(fcntl(foreign, F_GETFD), 0);
	ck_assert_int_eq(fcntl(mine, F_GETFD), FD_CLOEXEC);
	state_discard(m);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("rollback");
	TCase *tc = tcase_create("from image to image");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, the_former_binary_is_kept);
	tcase_add_test(tc, the_same_binary_is_not);
	tcase_add_test(tc, the_way_back_is_gone_once);
	tcase_add_test(tc, one_that_cannot_be_executed_is_forgotten);
	tcase_add_test(tc, roles_are_of_the_image_that_started_them);
	tcase_add_test(tc, one_that_waits_for_its_restart_is_not_lost);
	tcase_add_test(tc, a_configuration_that_is_not_known_is_handed_on);
	tcase_add_test(tc, another_versions_scoreboard_is_handed_back);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
