/*
 * check_daemon.c: what every process stands on: packets with descriptors
 * between master and role, the shared scoreboard, the jail, the title.
 */
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "build-config.h"
#include "daemon/control.h"
#include "daemon/jail.h"
#include "daemon/scoreboard.h"
#include "daemon/title.h"
#include "util/log.h"

static int sock[2];
static struct control_msg m;

static void
setup(void)
{
	log_level(0);
	ck_assert_int_eq(control_pair(sock), 0);
	ck_assert_int_ne(fcntl(sock[1], F_SETFL, O_NONBLOCK), -1);
}

static int
receive(void)
{
	return control_recv(sock[1], ROLE_MASTER, ROLE_WORKER, &m);
}

/* How many descriptors this process has open. */
static int
open_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

START_TEST(packets_are_whole_and_ordered)
{
	static const uint8_t start[8] = { 7, 0, 0, 0, 3, 0, 6, 0 };

	ck_assert_int_eq(control_send(sock[0], IPC_START, start, sizeof(start), -1), 0);
	ck_assert_int_eq(control_send(sock[0], IPC_STOP, NULL, 0, -1), 0);
	ck_assert_int_eq(receive(), 1);
	ck_assert_int_eq(m.type, IPC_START);
	ck_assert_uint_eq(m.len, 8);
	ck_assert_mem_eq(m.payload, start, 8);
	ck_assert_int_eq(m.fd, -1);
	ck_assert_int_eq(receive(), 1);
	ck_assert_int_eq(m.type, IPC_STOP);
	ck_assert_uint_eq(m.len, 0);
	ck_assert_int_eq(receive(), -1);
	ck_assert_int_eq(errno, EAGAIN);
	close(sock[0]);
	ck_assert_int_eq(receive(), 0);
}
END_TEST

START_TEST(a_descriptor_goes_with_a_packet)
{
	int fds[2];
	char c;

	ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
	ck_assert_int_eq(control_send(sock[0], IPC_PEER, "\3\0\0\0", 4, fds[0]), 0);
	ck_assert_int_eq(receive(), 1);
	ck_assert_int_ne(m.fd, -1);
	ck_assert_int_ne(m.fd, fds[0]);
	ck_assert_int_ne(fcntl(m.fd, F_GETFD) & FD_CLOEXEC, 0);
	ck_assert_int_eq(write(fds[1], "x", 1), 1);
	ck_assert_int_eq(read(m.fd, &c, 1), 1);
	ck_assert_int_eq(c, 'x');
	/* The sender keeps its own. */
	ck_assert_int_ne(fcntl(fds[0], F_GETFD), -1);
}
END_TEST

START_TEST(what_ipc_def_does_not_allow_is_refused)
{
	int before = open_fds();

	/* Not from the master; of another length; no such message; not a packet. */
	ck_assert_int_eq(control_send(sock[0], IPC_READY, NULL, 0, 0), 0);
	ck_assert_int_eq(control_send(sock[0], IPC_START, "short", 5, 0), 0);
	ck_assert_int_eq(control_send(sock[0], (enum ipc_type)99, NULL, 0, 0), 0);
	ck_assert_int_eq(control_send(sock[0], IPC_SECRETS, NULL, 0, 0), 0);
	ck_assert_int_eq(send(sock[0], "x", 1, 0), 1);
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(receive(), -1);
		ck_assert_int_eq(errno, EBADMSG);
	}
	/* A worker holds no secret, and what came with a refused packet is closed. */
	ck_assert_int_eq(open_fds(), before);
}
END_TEST

START_TEST(a_packet_has_a_bound)
{
	static char large[CONTROL_MAX + 100];

	ck_assert_int_eq(control_send(sock[0], IPC_BOOTSTRAP, large, sizeof(large), -1), 0);
	ck_assert_int_eq(control_recv(sock[1], ROLE_MASTER, ROLE_TAILER, &m), -1);
	ck_assert_int_eq(errno, EBADMSG);
}
END_TEST

START_TEST(one_that_is_gone_is_told)
{
	close(sock[1]);
	ck_assert_int_eq(control_send(sock[0], IPC_STOP, NULL, 0, -1), -1);
	ck_assert_int_eq(errno, EPIPE);
}
END_TEST

START_TEST(the_scoreboard_is_shared)
{
	struct board *ours, *theirs;
	struct board_slot *slot;
	int fd = board_create(&ours);

	ck_assert_int_ne(fd, -1);
	theirs = board_map(fd);
	ck_assert_ptr_nonnull(theirs);
	ck_assert_ptr_ne(ours, theirs);
	slot = board_slot(ours, ROLE_WORKER, 5, 2);
	board_add(slot, COUNT_http_requests, 3);
	board_add(board_slot(ours, ROLE_WORKER, 6, 3), COUNT_http_requests, 4);
	ck_assert_int_eq(board_sum(theirs, COUNT_http_requests), 7);
	ck_assert_int_eq(board_sum(theirs, COUNT_http_open), 0);
	/* Two generations do not share a slot; a number past the bound stays within. */
	ck_assert_ptr_ne(slot, board_slot(ours, ROLE_WORKER, 5, 3));
	ck_assert_ptr_eq(slot, board_slot(ours, ROLE_WORKER, 5, 4));
	ck_assert_ptr_eq(board_slot(ours, ROLE_WORKER, 1000, 2), board_slot(ours, ROLE_WORKER, BOARD_WORKERS - 1, 2));
}
END_TEST

START_TEST(a_new_process_takes_its_slot_over)
{
	struct board *b;
	struct board_slot *slot;

	ck_assert_int_ne(board_create(&b), -1);
	slot = board_slot(b, ROLE_WORKER, 0, 1);
	board_add(slot, COUNT_http_requests, 3);
	board_add(slot, COUNT_http_open, 2);
	board_enter(slot, 1, 1234);
	ck_assert_int_eq(board_sum(b, COUNT_http_requests), 3);
	ck_assert_int_eq(board_sum(b, COUNT_http_open), 0);
	ck_assert_int_eq(atomic_load(&slot->pid), 1234);
}
END_TEST

START_TEST(a_generation_begins_empty)
{
	struct board *b;
	struct board_generation *g;

	ck_assert_int_ne(board_create(&b), -1);
	g = board_begin(b, 4);
	atomic_store(&g->tailer.at_end, 1);
	atomic_store(&g->tailer.positions[7], 99);
	ck_assert_ptr_eq(board_of(b, 4), g);
	ck_assert_ptr_ne(board_begin(b, 5), g);
	ck_assert_int_eq(atomic_load(&g->tailer.positions[7]), 99);
	ck_assert_ptr_eq(board_begin(b, 6), g);
	ck_assert_int_eq(atomic_load(&g->tailer.at_end), 0);
	ck_assert_int_eq(atomic_load(&g->tailer.positions[7]), 0);
	ck_assert_uint_eq(atomic_load(&g->generation), 6);
}
END_TEST

START_TEST(another_versions_scoreboard_is_not_taken)
{
	struct board *b;
	int fd = board_create(&b), small = memfd_create("small", MFD_CLOEXEC);

	ck_assert_ptr_null(board_map(small));
	ck_assert_ptr_null(board_map(-1));
	b->version++;
	ck_assert_ptr_null(board_map(fd));
}
END_TEST

START_TEST(every_counter_has_a_name_and_says_what_it_counts)
{
	for (int i = 0; i < COUNTERS; i++) {
		ck_assert_str_ne(counter_name((enum counter)i), "");
		ck_assert_str_ne(counter_rows[i].doc, "");
	}
	ck_assert_str_eq(counter_name(COUNT_http_requests), "http_requests");
}
END_TEST

/* What a jailed process sees: bits of what it still could do. */
#define CAN_OPEN	1
#define CAN_CONNECT	2
#define CAN_SOCKET	4
#define NO_JAIL		64

static int
try_all(enum role_jail jail)
{
	int can = 0, pair[2];

	if (jail_enter(jail) == -1)
		return NO_JAIL;
	if (open("/dev/null", O_RDONLY) != -1)
		can |= CAN_OPEN;
	if (connect(-1, NULL, 0) == -1 && errno == EBADF)
		can |= CAN_CONNECT;
	if (socket(AF_INET, SOCK_STREAM, 0) != -1)
		can |= CAN_SOCKET;
	/* What a role needs all the time goes on. */
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1 || write(pair[0], "x", 1) != 1 || malloc(1 << 20) == NULL)
		can = NO_JAIL;
	return can;
}

static int
jailed(enum role_jail jail)
{
	pid_t pid = fork();
	int status;

	ck_assert_int_ne(pid, -1);
	if (pid == 0)
		_exit(try_all(jail));
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

START_TEST(a_jail_takes_what_a_role_does_not_need)
{
	ck_assert_int_eq(jailed(JAIL_NONE), CAN_OPEN | CAN_CONNECT | CAN_SOCKET);
#ifndef CMDR_SANITIZED
	ck_assert_int_eq(jailed(JAIL_KAFKA), CAN_OPEN | CAN_CONNECT | CAN_SOCKET);
	ck_assert_int_eq(jailed(JAIL_INDEXER), CAN_OPEN | CAN_CONNECT | CAN_SOCKET);
	ck_assert_int_eq(jailed(JAIL_WORKER), 0);
#endif
}
END_TEST

START_TEST(a_title_stays_within_its_room)
{
	char room[64] = "cmdrd\0-x\0worker\0NAME=value\0BEHIND=1", name[16];
	char *argv[] = { room, room + 6, room + 9, NULL }, *env[] = { room + 16, NULL };
	char **saved = environ;

	environ = env;
	title_init(3, argv);
	ck_assert_str_eq(getenv("NAME"), "value");
	ck_assert(getenv("NAME") < room || getenv("NAME") >= room + sizeof(room));
	title_set("worker %d of a name that is far too long for its room", 2);
	ck_assert_uint_eq(strlen(room), 26);
	ck_assert_int_eq(strncmp(room, "cmdrd: worker 2 of", 18), 0);
	ck_assert_str_eq(room + 27, "BEHIND=1");
	ck_assert_str_eq(getenv("NAME"), "value");
	title_set("tailer");
	ck_assert_str_eq(room, "cmdrd: tailer");
	prctl(PR_GET_NAME, name);
	ck_assert_str_eq(name, "cmdrd:tailer");
	free(environ[0]);
	free(environ[1]);
	free(environ);
	environ = saved;
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("daemon");
	TCase *tc = tcase_create("daemon");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, packets_are_whole_and_ordered);
	tcase_add_test(tc, a_descriptor_goes_with_a_packet);
	tcase_add_test(tc, what_ipc_def_does_not_allow_is_refused);
	tcase_add_test(tc, a_packet_has_a_bound);
	tcase_add_test(tc, one_that_is_gone_is_told);
	tcase_add_test(tc, the_scoreboard_is_shared);
	tcase_add_test(tc, a_new_process_takes_its_slot_over);
	tcase_add_test(tc, a_generation_begins_empty);
	tcase_add_test(tc, another_versions_scoreboard_is_not_taken);
	tcase_add_test(tc, every_counter_has_a_name_and_says_what_it_counts);
	tcase_add_test(tc, a_jail_takes_what_a_role_does_not_need);
	tcase_add_test(tc, a_title_stays_within_its_room);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
