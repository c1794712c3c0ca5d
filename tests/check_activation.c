/*
 * check_activation.c: listening sockets that were passed to the master: whose
 * they are, which addresses they are taken for, what is closed, and that the
 * next image of the master knows them.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "master/activation.h"
#include "master/generation.h"
#include "master/listen.h"
#include "master/state.h"
#include "util/log.h"
#include "util/mem.h"

#define FIRST	100	/* what Check has open is below */

/* Each stays where it is, so that what the one before held is no leak. */
static struct master images[4], *m = images;
static struct config config;
static char why[512], directory[64];
static int passed;

static void
begin(void)
{
	m++;
	ck_assert(m < images + sizeof(images) / sizeof(images[0]));
	m->control[0].fd = m->control[1].fd = m->pid_fd = -1;
	TAILQ_INIT(&m->listeners);
	generation_init(m);
	ck_assert_ptr_nonnull(m->base = event_base_new());
	ck_assert_int_ne(m->board_fd = board_create(&m->board), -1);
	m->pidfile = xstrdup("");
}

static void
setup(void)
{
	log_level(0);
	begin();
	config_defaults(&config);
	passed = 0;
	snprintf(directory, sizeof(directory), "/tmp/check-activation-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
}

static void
teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", directory);
	ck_assert_int_eq(system(command), 0);
}

static void
set_number(const char *name, long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld", value);
	setenv(name, text, 1);
}

static void
promise(int count)
{
	set_number("LISTEN_PID", (long)getpid());
	set_number("LISTEN_FDS", count);
}

/* The next passed descriptor, open across exec as the service manager leaves it. */
static void
pass(int fd)
{
	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(dup2(fd, FIRST + passed++), FIRST + passed - 1);
	close(fd);
}

/* Listening at a port of the loopback. */
static int
inet_socket(int *port)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	*port = ntohs(in.sin_port);
	return fd;
}

/* Every IPv6 address, and IPv4's where only is 0. -1: this host has no IPv6. */
static int
inet6_socket(int only, int *port)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	socklen_t len = sizeof(in6);
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	if (fd == -1)
		return -1;
	ck_assert_int_eq(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only)), 0);
	if (bind(fd, (struct sockaddr *)&in6, sizeof(in6)) == -1) {
		close(fd);
		return -1;
	}
	ck_assert_int_eq(listen(fd, 1), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&in6, &len), 0);
	*port = ntohs(in6.sin6_port);
	return fd;
}

static int
unix_socket(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strncpy(un.sun_path, path, sizeof(un.sun_path) - 1);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	return fd;
}

static void
configure(const char *key, const char *fmt, int port)
{
	struct config_error err;
	char text[128];

	snprintf(text, sizeof(text), fmt, port);
	ck_assert_msg(config_set(&config, key, text, &err) == 0, "%s", err.text);
}

static void
take(void)
{
	activation_take(FIRST);
	activation_offer(m);
}

static void
bind_generation(unsigned generation)
{
	ck_assert_msg(listen_bind(m, &config, generation, why, sizeof(why)) == 0, "%s", why);
}

static int
count_listeners(void)
{
	struct listener *l;
	int n = 0;

	TAILQ_FOREACH(l, &m->listeners, entry)
		n++;
	return n;
}

static bool
open_now(int fd)
{
	return fcntl(fd, F_GETFD) != -1;
}

START_TEST(a_socket_that_is_named_is_adopted)
{
	struct listener *l;
	int port;

	pass(inet_socket(&port));
	promise(1);
	setenv("LISTEN_FDNAMES", "cmdr.socket", 1);
	configure("http.listen", "127.0.0.1:%d", port);
	take();
	ck_assert_ptr_null(getenv("LISTEN_PID"));
	ck_assert_ptr_null(getenv("LISTEN_FDS"));
	ck_assert_ptr_null(getenv("LISTEN_FDNAMES"));
	bind_generation(1);
	activation_close_unnamed(m, 1);
	ck_assert_int_eq(count_listeners(), 1);
	l = TAILQ_FIRST(&m->listeners);
	ck_assert_int_eq(l->fd, FIRST);
	ck_assert_int_eq(l->use[1], LISTENER_CLIENTS);
	ck_assert_int_eq(fcntl(FIRST, F_GETFD), FD_CLOEXEC);
	ck_assert_int_ne(fcntl(FIRST, F_GETFL) & O_NONBLOCK, 0);
}
END_TEST

START_TEST(those_of_another_process_are_let_be)
{
	int port;

	pass(inet_socket(&port));
	promise(1);
	set_number("LISTEN_PID", (long)getppid());
	take();
	ck_assert_ptr_null(getenv("LISTEN_PID"));
	ck_assert_ptr_null(getenv("LISTEN_FDS"));
	ck_assert_int_eq(count_listeners(), 0);
	ck_assert(open_now(FIRST));
	ck_assert_int_eq(fcntl(FIRST, F_GETFD), 0);
}
END_TEST

static const char *const no_counts[] = { "", "0", "-1", "x", "1x", "99999999999" };

START_TEST(a_count_that_is_none_is_none)
{
	int port;

	pass(inet_socket(&port));
	promise(1);
	setenv("LISTEN_FDS", no_counts[_i], 1);
	take();
	ck_assert_int_eq(count_listeners(), 0);
	ck_assert(open_now(FIRST));
}
END_TEST

START_TEST(one_that_is_not_named_is_closed)
{
	int named, other;

	pass(inet_socket(&other));
	pass(inet_socket(&named));
	promise(2);
	configure("http.listen", "127.0.0.1:%d", named);
	take();
	bind_generation(1);
	activation_close_unnamed(m, 1);
	ck_assert_int_eq(count_listeners(), 1);
	ck_assert(!open_now(FIRST));
	ck_assert(open_now(FIRST + 1));
}
END_TEST

START_TEST(what_does_not_listen_is_closed)
{
	int port;

	pass(open("/dev/null", O_RDONLY));
	pass(socket(AF_INET, SOCK_DGRAM, 0));
	pass(socket(AF_INET, SOCK_STREAM, 0));
	pass(inet_socket(&port));
	pass(dup(FIRST + 3));
	/* The sixth is not even open. */
	promise(6);
	setenv("LISTEN_FDNAMES", "null::c", 1);
	configure("http.listen", "127.0.0.1:%d", port);
	take();
	ck_assert_int_eq(count_listeners(), 1);
	for (int i = 0; i < 6; i++)
		ck_assert_int_eq(open_now(FIRST + i), i == 3);
	bind_generation(1);
	ck_assert_int_eq(count_listeners(), 1);
}
END_TEST

START_TEST(too_many_are_closed)
{
	int port;

	pass(inet_socket(&port));
	ck_assert_int_ne(dup2(FIRST, FIRST + 63), -1);
	ck_assert_int_ne(dup2(FIRST, FIRST + 64), -1);
	ck_assert_int_ne(dup2(FIRST, FIRST + 70), -1);
	promise(71);
	take();
	ck_assert_int_eq(count_listeners(), 1);
	for (int i = 1; i <= 70; i++)
		ck_assert(!open_now(FIRST + i));
}
END_TEST

START_TEST(one_of_both_families_is_taken_for_a_bare_port)
{
	struct listener *l;
	int port, fd = inet6_socket(0, &port);

	if (fd == -1)
		return;
	pass(fd);
	promise(1);
	configure("http.listen", "%d", port);
	take();
	bind_generation(1);
	activation_close_unnamed(m, 1);
	ck_assert_int_eq(count_listeners(), 1);
	l = TAILQ_FIRST(&m->listeners);
	ck_assert(l->passed && l->dual);
	ck_assert_int_eq(l->fd, FIRST);
	ck_assert_int_eq(l->use[1], LISTENER_CLIENTS);
}
END_TEST

START_TEST(one_of_both_families_has_one_purpose)
{
	int port, fd = inet6_socket(0, &port);

	if (fd == -1)
		return;
	pass(fd);
	promise(1);
	configure("http.listen", "[::]:%d", port);
	configure("http.admin", "0.0.0.0:%d", port);
	take();
	ck_assert_int_eq(listen_bind(m, &config, 1, why, sizeof(why)), -1);
	ck_assert_msg(strstr(why, "http.admin") != NULL && strstr(why, "BindIPv6Only=ipv6-only") != NULL, "%s", why);
}
END_TEST

START_TEST(one_of_ipv6_alone_leaves_ipv4_to_be_bound)
{
	int port, fd = inet6_socket(1, &port);

	if (fd == -1)
		return;
	pass(fd);
	promise(1);
	configure("http.listen", "%d", port);
	take();
	bind_generation(1);
	activation_close_unnamed(m, 1);
	ck_assert_int_eq(count_listeners(), 2);
	ck_assert(!TAILQ_LAST(&m->listeners, listener_list)->passed);
}
END_TEST

START_TEST(its_socket_file_stays)
{
	char ours[96], theirs[96], text[128];
	struct config_error err;

	snprintf(ours, sizeof(ours), "%s/ours", directory);
	snprintf(theirs, sizeof(theirs), "%s/theirs", directory);
	pass(unix_socket(theirs));
	promise(1);
	snprintf(text, sizeof(text), "unix:%s", theirs);
	ck_assert_int_eq(config_set(&config, "http.listen", text, &err), 0);
	snprintf(text, sizeof(text), "unix:%s", ours);
	ck_assert_int_eq(config_set(&config, "http.admin", text, &err), 0);
	take();
	bind_generation(1);
	activation_close_unnamed(m, 1);
	ck_assert_int_eq(count_listeners(), 2);
	ck_assert_int_eq(access(ours, F_OK), 0);
	listen_close_all(m);
	ck_assert_int_eq(access(ours, F_OK), -1);
	ck_assert_int_eq(access(theirs, F_OK), 0);
	ck_assert(!open_now(FIRST));
}
END_TEST

START_TEST(one_without_a_file_is_never_named)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), port;

	snprintf(un.sun_path + 1, sizeof(un.sun_path) - 1, "cmdr-check-%d", (int)getpid());
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	pass(fd);
	close(inet_socket(&port));
	promise(1);
	configure("http.listen", "127.0.0.1:%d", port);
	take();
	bind_generation(1);
	activation_close_unnamed(m, 1);
	ck_assert(!open_now(FIRST));
}
END_TEST

START_TEST(the_next_image_knows_them)
{
	struct listener *l;
	int port, fd = inet6_socket(0, &port);

	if (fd == -1)
		return;
	pass(fd);
	promise(1);
	configure("http.listen", "%d", port);
	take();
	bind_generation(1);
	activation_close_unnamed(m, 1);
	ck_assert_int_eq(state_save(m), 0);
	ck_assert_int_eq(fcntl(FIRST, F_GETFD), 0);
	begin();
	ck_assert_int_eq(state_restore(m), 0);
	ck_assert_int_eq(fcntl(FIRST, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(count_listeners(), 1);
	l = TAILQ_FIRST(&m->listeners);
	ck_assert(l->passed && l->dual);
	bind_generation(2);
	ck_assert_int_eq(count_listeners(), 1);
	ck_assert_int_eq(l->use[0], LISTENER_CLIENTS);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("activation");
	TCase *tc = tcase_create("passed sockets");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_socket_that_is_named_is_adopted);
	tcase_add_test(tc, those_of_another_process_are_let_be);
	tcase_add_loop_test(tc, a_count_that_is_none_is_none, 0, (int)(sizeof(no_counts) / sizeof(no_counts[0])));
	tcase_add_test(tc, one_that_is_not_named_is_closed);
	tcase_add_test(tc, what_does_not_listen_is_closed);
	tcase_add_test(tc, too_many_are_closed);
	tcase_add_test(tc, one_of_both_families_is_taken_for_a_bare_port);
	tcase_add_test(tc, one_of_both_families_has_one_purpose);
	tcase_add_test(tc, one_of_ipv6_alone_leaves_ipv4_to_be_bound);
	tcase_add_test(tc, its_socket_file_stays);
	tcase_add_test(tc, one_without_a_file_is_never_named);
	tcase_add_test(tc, the_next_image_knows_them);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
