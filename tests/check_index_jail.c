/*
 * check_index_jail.c: an index read through descriptors, by processes that may open nothing: in the jail of a
 * worker, two indexes of one path at once, beside a writer that goes on.
 */
#include <sys/socket.h>
#include <sys/wait.h>

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build-config.h"
#include "daemon/jail.h"
#include "tests/index_model.h"

/* In a jailed child, which returns 0 where all is well. */
#define WANT(what)	do { if (!(what)) return complain(__LINE__, #what); } while (0)

static char err[512];

static int
complain(int line, const char *what)
{
	fprintf(stderr, "check_index_jail.c:%d: not so: %s (%s)\n", line, what, err);
	return 1;
}

static int64_t
total_of(struct index_reader *r, enum index_topic topic, enum index_result *result)
{
	struct index_query q = { .topic = topic, .since = INT64_MIN, .until = INT64_MAX, .limit = 5,
		.max_bytes = SIZE_MAX };
	struct index_page page;
	struct arena a;

	arena_init(&a, 0);
	*result = index_reader_list(r, &q, &a, &page);
	arena_free(&a);
	return page.total;
}

static bool
parents_turn(int turn)
{
	char c = 'x';

	return write(turn, &c, 1) == 1 && read(turn, &c, 1) == 1;
}

/*
 * Run f in a jailed child. turn: it writes a byte when it wants the parent's turn, and waits for one. The writer is
 * closed meanwhile: the child must not inherit what SQLite knows of open files.
 */
static void
in_jail(int (*f)(int turn, void *arg), void (*parent)(void *arg), void *arg)
{
	int pair[2], status;
	char c = 0;
	pid_t pid;

	index_writer_close(model.w);
	model.w = NULL;
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert_int_ne(pid = fork(), -1);
	if (pid == 0) {
		close(pair[0]);
		if (!parents_turn(pair[1]) || jail_enter(JAIL_WORKER) == -1)
			_exit(255);
		_exit(f(pair[1], arg));
	}
	close(pair[1]);
	model_reopen();
	ck_assert_int_eq(read(pair[0], &c, 1), 1);
	ck_assert_int_eq(write(pair[0], &c, 1), 1);
	while (read(pair[0], &c, 1) == 1) {
		parent(arg);
		ck_assert_int_eq(write(pair[0], &c, 1), 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	close(pair[0]);
	ck_assert_int_eq(status, 0);
}

struct set {
	int	fd[3], other[3];
};

static int
read_on(int turn, void *arg)
{
	struct set *set = arg;
	enum index_result result;
	struct index_reader *r;

#ifndef CMDR_SANITIZED
	WANT(open("/dev/null", O_RDONLY) == -1 && errno == EACCES);
#endif
	WANT(index_reader_open(&r, model.dir, set->fd, err, sizeof(err)) == INDEX_OK);
	WANT(total_of(r, INDEX_COMMANDS, &result) == 300 && result == INDEX_OK);
	for (int i = 1; i <= 10; i++) {
		WANT(parents_turn(turn));
		WANT(total_of(r, INDEX_EVENTS, &result) == 300 + i * 100 && result == INDEX_OK);
	}
	WANT(index_reader_check(r, NULL, NULL, err, sizeof(err)) == INDEX_OK);
	index_reader_close(r);
	/* Again, as after another set of descriptors came. */
	WANT(index_reader_open(&r, model.dir, set->fd, err, sizeof(err)) == INDEX_OK);
	WANT(total_of(r, INDEX_COMMANDS, &result) == 1300 && result == INDEX_OK);
	index_reader_close(r);
	/* By name nothing can be opened. */
	WANT(index_reader_open(&r, model.dir, NULL, err, sizeof(err)) != INDEX_OK);
	return 0;
}

static void
add_more(void *arg)
{
	(void)arg;
	model_fill(100);
}

START_TEST(a_jailed_reader_follows_the_writer)
{
	struct set set;

	model_fill(300);
	ck_assert_int_eq(index_writer_files(model.w, set.fd), INDEX_OK);
	in_jail(read_on, add_more, &set);
}
END_TEST

static int
read_two(int turn, void *arg)
{
	struct set *set = arg;
	struct index_reader *one, *other;
	enum index_result result;

	(void)turn;
	for (int i = 0; i < 3; i++) {
		WANT(index_reader_open(&one, model.dir, set->fd, err, sizeof(err)) == INDEX_OK);
		WANT(index_reader_open(&other, model.dir, set->other, err, sizeof(err)) == INDEX_OK);
		WANT(index_reader_generation(one) != index_reader_generation(other));
		WANT(total_of(one, INDEX_COMMANDS, &result) == 50 && result == INDEX_OK);
		WANT(total_of(other, INDEX_COMMANDS, &result) == 70 && result == INDEX_OK);
		index_reader_close(one);
		WANT(total_of(other, INDEX_EVENTS, &result) == 70 && result == INDEX_OK);
		WANT(index_reader_open(&one, model.dir, set->fd, err, sizeof(err)) == INDEX_OK);
		WANT(total_of(one, INDEX_EVENTS, &result) == 50 && result == INDEX_OK);
		index_reader_close(other);
		WANT(total_of(one, INDEX_EVENTS, &result) == 50 && result == INDEX_OK);
		index_reader_close(one);
	}
	return 0;
}

static void
no_turn(void *arg)
{
	(void)arg;
}

START_TEST(the_old_and_the_new_index_are_read_side_by_side)
{
	struct set set;
	char name[64];

	model_fill(50);
	ck_assert_int_eq(index_writer_files(model.w, set.fd), INDEX_OK);
	index_writer_close(model.w);
	ck_assert_int_eq(index_set_aside(model.dir, name, sizeof(name)), 0);
	ck_assert_int_eq(index_writer_open(&model.w, model.dir, "commands", "events", err, sizeof(err)), INDEX_OK);
	model_fill(70);
	ck_assert_int_eq(index_writer_files(model.w, set.other), INDEX_OK);
	in_jail(read_two, no_turn, &set);
}
END_TEST

/* The writer's process dies and another comes: what is mapped by readers stays sound. */
static void
restart(void *arg)
{
	(void)arg;
	model_reopen();
	model_fill(100);
}

START_TEST(a_jailed_reader_outlives_writers)
{
	struct set set;

	model_fill(300);
	ck_assert_int_eq(index_writer_files(model.w, set.fd), INDEX_OK);
	in_jail(read_on, restart, &set);
}
END_TEST

static void
trim_and_add(void *arg)
{
	(void)arg;
	model_trim(1000);
	model_fill(100);
}

static int
read_trimmed(int turn, void *arg)
{
	struct set *set = arg;
	enum index_result result;
	struct index_reader *r;

	WANT(index_reader_open(&r, model.dir, set->fd, err, sizeof(err)) == INDEX_OK);
	for (int i = 0; i < 20; i++) {
		WANT(parents_turn(turn));
		WANT(total_of(r, INDEX_EVENTS, &result) > 0 && result == INDEX_OK);
		WANT(total_of(r, INDEX_COMMANDS, &result) > 0 && result == INDEX_OK);
	}
	WANT(index_reader_check(r, NULL, NULL, err, sizeof(err)) == INDEX_OK);
	index_reader_close(r);
	return 0;
}

START_TEST(a_jailed_reader_sees_the_file_shrink)
{
	struct set set;

	model_fill(12000);
	ck_assert_int_eq(index_writer_files(model.w, set.fd), INDEX_OK);
	in_jail(read_trimmed, trim_and_add, &set);
}
END_TEST

static int
read_what_was_left(int turn, void *arg)
{
	struct set *set = arg;
	enum index_result result;
	struct index_reader *r;

	(void)turn;
	WANT(index_reader_open(&r, model.dir, set->fd, err, sizeof(err)) == INDEX_OK);
	WANT(total_of(r, INDEX_COMMANDS, &result) == 300 && result == INDEX_OK);
	WANT(index_reader_check(r, NULL, NULL, err, sizeof(err)) == INDEX_OK);
	index_reader_close(r);
	return 0;
}

/* A writer dies within a transaction, and none comes: the reader itself must find out how far the log is good. */
START_TEST(a_jailed_reader_reads_what_a_dead_writer_left)
{
	static const char *const names[] = { "", "-wal", "-shm" };
	char path[128];
	struct set set;
	int status;
	pid_t pid;

	index_writer_close(model.w);
	model.w = NULL;
	ck_assert_int_ne(pid = fork(), -1);
	if (pid == 0) {
		model_reopen();
		model_fill(300);
		if (index_writer_begin(model.w) != INDEX_OK || model_add(5000) != INDEX_OK)
			_exit(1);
		raise(SIGKILL);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s%s", model.dir, INDEX_FILE, names[i]);
		ck_assert_int_ne(set.fd[i] = open(path, i < 2 ? O_RDONLY : O_RDWR), -1);
	}
	ck_assert_int_ne(pid = fork(), -1);
	if (pid == 0)
		_exit(jail_enter(JAIL_WORKER) == -1 ? 1 : read_what_was_left(-1, &set));
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

static int
read_wrong(int turn, void *arg)
{
	struct set *set = arg;
	struct index_reader *r;
	int fd[3] = { set->fd[0], -1, -1 };

	(void)turn;
	WANT(index_reader_open(&r, model.dir, fd, err, sizeof(err)) == INDEX_ERROR);
	fd[1] = set->fd[1];
	WANT(index_reader_open(&r, model.dir, fd, err, sizeof(err)) == INDEX_ERROR);
	fd[2] = set->fd[2];
	WANT(index_reader_open(&r, model.dir, fd, err, sizeof(err)) == INDEX_OK);
	index_reader_close(r);
	return 0;
}

START_TEST(a_set_that_is_not_whole_is_an_error)
{
	struct set set;

	model_fill(300);
	ck_assert_int_eq(index_writer_files(model.w, set.fd), INDEX_OK);
	in_jail(read_wrong, no_turn, &set);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("index_jail");
	TCase *t = tcase_create("index_jail");
	SRunner *sr;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, model_begin, model_end);
	tcase_add_test(t, a_jailed_reader_follows_the_writer);
	tcase_add_test(t, the_old_and_the_new_index_are_read_side_by_side);
	tcase_add_test(t, a_jailed_reader_outlives_writers);
	tcase_add_test(t, a_jailed_reader_sees_the_file_shrink);
	tcase_add_test(t, a_jailed_reader_reads_what_a_dead_writer_left);
	tcase_add_test(t, a_set_that_is_not_whole_is_an_error);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
