/*
 * check_jail.c: from within each jail, what it does not let a process do, and what it must: the rows of
 * docs/security.md.
 */
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "build-config.h"
#include "daemon/jail.h"

static pid_t sibling;

/* Each returns 0 where it was let, else -1 with errno. */
static int
open_passwd(void)
{
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC) == -1 ? -1 : 0;
}

static int
write_file(void)
{
	return open("/tmp/cmdr-check-jail", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) == -1 ? -1 : 0;
}

static int
execute(void)
{
	char *argv[] = { (char *)(uintptr_t)"true", NULL };

	return execve("/bin/true", argv, NULL);
}

static int
fork_away(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid == -1 ? -1 : 0;
}

static void *
nothing(void *arg)
{
	return arg;
}

static int
make_thread(void)
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, nothing, NULL);
	return errno != 0 ? -1 : pthread_join(thread, NULL);
}

static int
trace_sibling(void)
{
	return (int)ptrace(PTRACE_ATTACH, sibling, NULL, NULL);
}

static int
read_sibling(void)
{
	char here[8];
	struct iovec local = { here, sizeof(here) }, remote = { here, sizeof(here) };

	return syscall(SYS_process_vm_readv, sibling, &local, 1, &remote, 1, 0) == -1 ? -1 : 0;
}

static int
kill_sibling(void)
{
	return kill(sibling, 0);
}

static int
connect_elsewhere(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1)
		return -1;
	/* Refused by the peer is let by the jail. */
	return connect(fd, (struct sockaddr *)&to, sizeof(to)) == -1 && errno != ECONNREFUSED ? -1 : 0;
}

static int
listen_anew(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = "/tmp/cmdr-check-jail.sock" };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	unlink(at.sun_path);
	return fd == -1 ? -1 : bind(fd, (struct sockaddr *)&at, sizeof(at));
}

static int
mount_something(void)
{
	return mount("none", "/mnt", "tmpfs", 0, NULL);
}

static int
leave_namespace(void)
{
	return unshare(CLONE_NEWUSER);
}

static int
become_root(void)
{
	return (int)syscall(SYS_setresuid, 0, 0, 0);
}

static int
remove_file(void)
{
	return unlink("/tmp/cmdr-check-jail-that-is-not-there") == -1 && errno != ENOENT ? -1 : 0;
}

static int
watch_kernel(void)
{
	return syscall(SYS_bpf, 0, NULL, 0) == -1 && errno != EINVAL ? -1 : 0;
}

static int
pass_socketpair(void)
{
	int pair[2];
	char c = 'x';

	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1 || write(pair[0], &c, 1) != 1 ||
	    read(pair[1], &c, 1) != 1 ? -1 : 0;
}

#define W	1	/* refused to workers */
#define K	2	/* refused to the roles that speak with Kafka */

static const struct {
	const char	*what;
	int		(*attempt)(void);
	int		 refused;
} rows[] = {
	{ "open a file", open_passwd, W },
	{ "make a file", write_file, W },
	{ "remove a file", remove_file, W },
	{ "connect to an address", connect_elsewhere, W },
	{ "listen at an address", listen_anew, W },
	{ "signal another process", kill_sibling, W },
	{ "execute a program", execute, W | K },
	{ "fork", fork_away, W | K },
	{ "trace another process", trace_sibling, W | K },
	{ "read another process's memory", read_sibling, W | K },
	{ "mount", mount_something, W | K },
	{ "make a namespace", leave_namespace, W | K },
	{ "become another user", become_root, W | K },
	{ "load a program into the kernel", watch_kernel, W | K },
	{ "make a thread", make_thread, 0 },
	{ "speak over the sockets that it has", pass_socketpair, 0 },
};
#define NROWS	((int)(sizeof(rows) / sizeof(rows[0])))

/* 0: let; else the errno. */
static int
attempt_within(enum role_jail jail, int (*attempt)(void))
{
	int status;
	pid_t pid = fork();

	ck_assert_int_ne(pid, -1);
	if (pid == 0) {
		if (jail_enter(jail) == -1)
			_exit(255);
		errno = 0;
		_exit(attempt() == -1 ? (errno == 0 ? 254 : errno) : 0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status), "it died of signal %d", WTERMSIG(status));
	ck_assert_int_ne(WEXITSTATUS(status), 255);
	return WEXITSTATUS(status);
}

static void
expect(enum role_jail jail, bool refused, const char *what, int got)
{
	const char *whom = jail == JAIL_WORKER ? "a worker" : "a Kafka role";

	printf("     %-32s %-14s %s\n", what, whom, got == 0 ? "let" : strerror(got));
	if (refused)
		ck_assert_msg(got == EPERM || got == EACCES, "%s may %s (%s)", whom, what, strerror(got));
	else
		ck_assert_msg(got == 0, "%s may not %s: %s", whom, what, strerror(got));
}

START_TEST(what_a_jail_refuses)
{
#ifdef CMDR_SANITIZED
	/* The leak check at exit needs what is refused. */
	(void)expect;
	(void)attempt_within;
	(void)rows;
#else
	sibling = fork();
	ck_assert_int_ne(sibling, -1);
	if (sibling == 0) {
		pause();
		_exit(0);
	}
	expect(JAIL_WORKER, rows[_i].refused & W, rows[_i].what, attempt_within(JAIL_WORKER, rows[_i].attempt));
	expect(JAIL_KAFKA, rows[_i].refused & K, rows[_i].what, attempt_within(JAIL_KAFKA, rows[_i].attempt));
	kill(sibling, SIGKILL);
	waitpid(sibling, NULL, 0);
	unlink("/tmp/cmdr-check-jail");
	unlink("/tmp/cmdr-check-jail.sock");
#endif
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("jail");
	TCase *t = tcase_create("jail");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, what_a_jail_refuses, 0, NROWS);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
